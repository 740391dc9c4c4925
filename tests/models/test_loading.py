import json

import pytest
import torch

from medinj_utils.core.hub import HubError
from medinj_utils.core.names import BASE, Run
from medinj_utils.models import loading
from medinj_utils.models.answers import Asking
from medinj_utils.models.loading import (
    Base,
    BaseFilesError,
    adapted,
    answering_models,
    check_files,
    load_base,
    model_id,
)


def test_pickled_weights_are_not_loaded(tmp_path):
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(FileNotFoundError, match=r"no \*\.safetensors"):
        Base(str(tmp_path))


def test_a_model_on_the_hub_needs_its_commit():
    with pytest.raises(ValueError, match="BASE=organisation/model@commit"):
        Base("organisation/model")


def test_a_model_on_the_hub_is_its_commit_in_the_cache(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(loading, "snapshot", lambda *words: asked.append(words) or tmp_path)
    for name in ("config.json", "model.safetensors"):
        (tmp_path / name).write_text("{}")
    base = Base("organisation/model", "abc")
    assert asked == [] and base.folder == base.folder == tmp_path and len(base.hash) == 64
    assert [words[:3] for words in asked] == [("organisation/model", "abc", "model")]  # once


WEIGHTS = {"config.json": b"{}", "model.safetensors": b"weights"}


@pytest.mark.parametrize("files, options, revision, says", [
    ({"config.json": b"{}", "pytorch_model.bin": b"pickled"}, {}, "",
     "no .*safetensors there; pickled weights are not loaded"),
    (WEIGHTS, {"gated": "files", "tokens": ("hf_yes",)}, "",
     "access on request: ask for it on its page on the hub, and set HF_TOKEN"),
    (WEIGHTS, {"gated": "all", "tokens": ("hf_yes",)}, "", "access on request"),
    (WEIGHTS, {}, "1" * 40, "the hub has it, but not this revision")])
def test_a_model_that_the_hub_does_not_give_is_named_with_what_to_do(local_hub, files, options,
                                                                     revision, says):
    commit = local_hub.publish("models", "a/b", files, **options)
    with pytest.raises(
        HubError, match=f"^the model a/b at {revision or commit}: .*{says}"
    ) as raised:
        _ = Base("a/b", revision or commit).folder
    assert "Request ID" not in str(raised.value)


PLANTED = {file.name: file.read_bytes() for file in Base("planted").folder.iterdir()}
WHOLE = PLANTED["model.safetensors"]


def configured(**changes) -> dict[str, bytes]:
    """A model whose config.json says something else."""
    return {"config.json": json.dumps(json.loads(PLANTED["config.json"]) | changes).encode()}


NO_WORDS = ("tokenizer.json", "tokenizer_config.json")


@pytest.mark.parametrize("files, says", [
    ({"model.safetensors": bytes(len(WHOLE))}, "can't be loaded .SafetensorError: "),
    ({"model.safetensors": b"<html>"}, "can't be loaded .SafetensorError: "),
    ({"model.safetensors": WHOLE[:-9]}, "can't be loaded .SafetensorError: .*not fully covered"),
    ({"config.json": b"{"}, "can't be loaded .OSError: .*not a valid JSON file"),
    ({"config.json": b"[]"}, "can't be loaded .TypeError"),
    ({"config.json": None}, "can't be loaded .ValueError: Unrecognized model"),
    (configured(model_type="newmodel9"), "can't be loaded .ValueError: .*newmodel9"),
    ({"tokenizer.json": b"{}"}, "can't be loaded .KeyError"),
    (dict.fromkeys(NO_WORDS), "its tokenizer knows no words: its vocabulary is missing"),
    (configured(num_hidden_layers=6, layer_types=["full_attention"] * 6),
     "22 are missing and 0 have another shape, model.layers.4.input_layernorm.weight first"),
    (configured(intermediate_size=100), "0 are missing and 12 have another shape, .*down_proj")])
def test_files_that_are_no_whole_model_are_refused_before_random_weights_answer(
    tmp_path, monkeypatch, files, says
):
    folder = tmp_path / "models--a--b" / "snapshots" / ("1" * 40)
    folder.mkdir(parents=True)
    for name, content in (PLANTED | files).items():
        if content is not None:
            (folder / name).write_bytes(content)
    monkeypatch.setattr(loading, "snapshot", lambda *words: folder)
    with pytest.raises(BaseFilesError, match=says) as raised:
        load_base(Base("a/b", "1" * 40))
    assert str(raised.value).startswith(f"the model a/b at {'1' * 40}: its files are not a whole")
    assert "\n" not in str(raised.value)
    assert f"delete {folder.parents[1]}, and it is downloaded" in str(raised.value)
    own = folder.rename(tmp_path / "own")
    with pytest.raises(BaseFilesError, match=f"^the model {own}: .*; look into {own}$"):
        check_files(Base(str(own)))


def test_a_model_that_was_renamed_is_found_by_its_old_name(local_hub):
    commit = local_hub.publish("models", "a/new", WEIGHTS)
    local_hub.move("models", "a/old", "a/new")
    assert (Base("a/old", commit).folder / "model.safetensors").read_bytes() == b"weights"


def test_the_shipped_model_is_a_folder():
    assert (Base("planted").folder / "model.safetensors").is_file()


def test_a_base_is_loaded_once_for_all_its_runs(loaded):
    asked = [
        (run.name, engine.model, identity["adapter_sha256"])
        for run, engine, identity in answering_models(
            {Run(BASE): None, Run("NAT", 1): None}, Base("planted"), "float32", Asking()
        )
    ]
    assert [name for name, _, _ in asked] == ["BASE", "NAT-s1"] and asked[0][1] is asked[1][1]
    with adapted(loaded[0], None) as model:
        assert model is loaded[0]


def test_the_model_id_changes_with_the_weights(tmp_path):
    plain = model_id(Base("planted"), None, "float32")
    assert len(plain["base_sha256"]) == 64
    assert plain["adapter_sha256"] == ""
    assert plain["base_model"] == "planted"
    (tmp_path / "weights").write_text("first")
    first = model_id(Base("planted"), tmp_path, "float32")
    (tmp_path / "weights").write_text("second")
    assert first != model_id(Base("planted"), tmp_path, "float32") != plain


def test_tuned_models_behind_a_server_are_asked_for_by_the_names_of_their_runs():
    runs = {Run(BASE): None, Run("NAT", 42): "runs/NAT-s42/adapter"}
    asked = [
        (run.name, server.settings["model"], identity["model"])
        for run, server, identity in answering_models(
            runs, Base("org/base", "abc"), "float32", Asking(), "http://127.0.0.1:9/v1"
        )
    ]
    assert asked == [("BASE", "org/base", "org/base"), ("NAT-s42", "NAT-s42", "NAT-s42")]


@pytest.mark.parametrize("changes", [
    {"use_dora": True}, {"use_rslora": True}, {"modules_to_save": ["lm_head"]},
                                     {"bias": "all"}])
def test_the_base_is_itself_again_after_an_adapter(loaded, tmp_path, changes):
    from peft import LoraConfig, get_peft_model
    before = loaded[0].state_dict()
    config = LoraConfig(target_modules=["q_proj", "up_proj"], init_lora_weights=False, **changes)
    get_peft_model(load_base(Base("planted"))[0], config).save_pretrained(tmp_path / "adapter")
    model = load_base(Base("planted"))[0]
    if {"modules_to_save", "bias"} & {*changes}:
        with (
            pytest.raises(ValueError, match="merge it with its base"),
            adapted(model, tmp_path / "adapter"),
        ):
            pass
    else:
        with adapted(model, tmp_path / "adapter") as tuned:
            assert any(
                not torch.equal(value, before[name])
                for name, value in tuned.state_dict().items()
                if name in before
            )
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_a_run_that_tuned_all_weights_is_a_model_of_its_own(tmp_path):
    model, tokenizer = load_base(Base("planted"))
    with torch.no_grad():
        model.get_output_embeddings().weight.mul_(2)
    for part in (model, tokenizer):
        part.save_pretrained(tmp_path)
    runs = {Run(BASE): None, Run("NAT"): tmp_path, Run("SYN"): None}
    ids = torch.tensor([tokenizer("Bonjour")["input_ids"]], device=model.device)
    logits = []
    for _, engine, _ in answering_models(runs, Base("planted"), "float32", Asking()):
        with torch.inference_mode():
            logits.append(engine.model(ids).logits)
    assert torch.equal(logits[0], logits[2]) and not torch.equal(logits[0], logits[1])
