import errno
import json

import pandas as pd
import pytest
import torch
from safetensors.torch import load_file

from medinj_utils.models.loading import Base, adapted, load_base
from medinj_utils.training import trainer
from medinj_utils.training import tune as tune_module
from medinj_utils.training.checkpoints import RunFolder

from .tuning import PLANTED, WEIGHTS, quick_tune

IDS = torch.arange(20, device="cuda" if torch.cuda.is_available() else "cpu")[None]


def read_card(folder) -> dict:
    return json.loads((folder / "card.json").read_text(encoding="utf-8"))


# Runs of both backends, each in a process of its own (see runs.py)

@pytest.fixture(scope="module")
def trained(backend_runs, plain):
    """The plain run of a backend: its folder."""
    if backend_runs.backend == "peft":
        return plain.folder
    assert backend_runs.outcomes["plain"] == {"status": 0, "error": "", "checkpoints": []}
    return backend_runs.root / "plain/runs/ALL-s0"


def test_the_adapter_loads_in_plain_peft_and_changes_the_outputs(trained, world):
    items = world["records"][world["records"]["split"] == "test"].head(30)
    model, tokenizer = load_base(PLANTED, "float32")
    ids = tokenizer(items["instruction"].tolist(), return_tensors="pt", padding=True)
    ids = ids.to(model.device)
    logits = {}
    for name, adapter in (("base", None), ("tuned", trained / "adapter"), ("base again", None)):
        with adapted(model, adapter) as tuned, torch.inference_mode():
            logits[name] = tuned(**ids).logits
    assert torch.equal(logits["base"], logits["base again"])  # an adapter leaves nothing behind
    assert (trained / WEIGHTS).exists()
    assert not torch.allclose(logits["base"], logits["tuned"], atol=1e-3)


def test_the_adapter_names_its_base_and_no_folder_of_this_machine(trained):
    config = json.loads((trained / "adapter/adapter_config.json").read_text())
    assert (config["base_model_name_or_path"], config["revision"]) == ("planted", None)


def test_dora_magnitudes_are_in_the_adapter(trained):
    weights = load_file(trained / WEIGHTS)
    assert sum("lora_magnitude_vector" in name for name in weights) == 4 * 7


def test_the_card_says_what_ran_on_what(backend_runs, trained):
    card = read_card(trained)
    assert card["parameters"]["backend"] == backend_runs.backend
    assert card["parameters"]["configuration"] == "ALL"
    assert card["step"] == "21_train_adapter"
    assert card["parameters"]["validation_sets"] == []
    assert not {"max_new_tokens", "answer_batch_tokens"} & set(card["parameters"])
    assert card["steps"] == 10 and card["examples"] == 78 and card["examples_too_long"] == 2
    assert len(card["inputs"]) > 2 and all(len(value) == 64 for value in card["inputs"].values())
    assert card["tokens"] > card["supervised_tokens"] > 78
    assert card["micro_batch_rows"] * card["micro_batches_per_step"] == 8
    assert {"versions", "hardware", "git_commit", "seconds", "started"} <= set(card)
    assert {"energy_kwh", "emissions_kg", "power_known", "validation_seconds"} <= set(card)
    assert 0.9 < card["expected"]["peak_memory_gb"] / card["peak_memory_gb"] < 1.1
    assert learned(trained)
    assert (pd.read_csv(trained / "curve.csv")["tokens_per_second"] > 0).all()


def test_both_backends_learn_the_same(plain, trained):
    losses = [pd.read_csv(folder / "curve.csv")["loss"].tolist() for folder in (plain.folder,
                                                                                trained)]
    assert losses[1] == pytest.approx(losses[0], rel=1e-3)


def test_a_run_killed_twice_goes_on_and_ends_with_the_same_adapter(backend_runs):
    outcomes = backend_runs.outcomes
    starts = {"whole": 0, "first kill": -9, "second kill": -9, "other recipe": 1, "end": 0}
    assert {name: outcomes[name]["status"] for name in starts} == starts
    assert "checkpoint-3" in outcomes["first kill"]["checkpoints"]
    last = outcomes["second kill"]["checkpoints"][-1]
    whole, cut = (backend_runs.root / name / "runs/ALL-s0" for name in ("whole", "cut"))
    exact = not torch.cuda.is_available()  # a GPU adds up in another order each time
    assert not exact or (whole / WEIGHTS).read_bytes() == (cut / WEIGHTS).read_bytes()
    for name in ("curve.csv", "validation.csv"):
        curves = [pd.read_csv(folder / name).drop(columns="tokens_per_second", errors="ignore")
                  for folder in (whole, cut)]
        pd.testing.assert_frame_equal(*curves, check_exact=exact, rtol=1e-3)
        assert len(curves[0]) > 2, name
    card = read_card(cut)
    assert card["went_on"] == last and card["parameters"]["validation_sets"] == ["trained", "size"]
    assert not list(cut.glob("checkpoint-*")) and not list(cut.parent.glob(".*"))


def test_an_unfinished_run_with_another_recipe_is_refused(backend_runs):
    error = backend_runs.outcomes["other recipe"]["error"]
    assert "learning_rate 0.004, now 0.001" in error and "delete the folder" in error


# Runs in this process

def learned(folder) -> bool:
    losses = pd.read_csv(folder / "curve.csv")["loss"]
    return losses.tail(3).mean() < losses.head(3).mean()


def test_rank_stabilised_adapters_learn_and_change_the_outputs(rslora):
    assert learned(rslora.folder) and rslora.card["trainable_parameters"] < 300_000
    model, _ = load_base(PLANTED, "float32")
    with torch.inference_mode():
        before = model(IDS).logits
        with adapted(model, rslora.folder / "adapter") as tuned:
            assert not torch.allclose(before, tuned(IDS).logits, atol=1e-3)


def test_all_weights_learn_and_are_a_model_of_their_own(rows, tmp_path):
    folder = tmp_path / "ALL-s0"
    card = quick_tune(rows, folder, adapter="full", learning_rate=1e-3)
    assert learned(folder) and card["trainable_parameters"] > 1_000_000
    models = [load_base(base, "float32")[0] for base in (PLANTED, Base(str(folder / "adapter")))]
    with torch.inference_mode():
        before, after = (model(IDS).logits for model in models)
    assert not torch.allclose(before, after, atol=1e-3)


@pytest.fixture(scope="module")
def went_on(rows, tmp_path_factory):
    """A whole run, and one whose disk was full amid the third checkpoint and that then went on.

    The second is begun where float32 was measured to be faster, and goes on where bfloat16 is.
    """
    root = tmp_path_factory.mktemp("went_on")
    whole = quick_tune(rows, root / "whole" / "ALL-s0")
    run_folder = RunFolder(root / "cut" / "ALL-s0")
    real, saves = torch.save, []

    def save(*args, **kwargs):
        saves.append(args)
        if len(saves) == 10:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainer, "SAVE_SECONDS", 0)
        patch.setattr(tune_module, "choose_precision", lambda wanted: "float32")
        patch.setattr(torch, "save", save)
        with pytest.raises(OSError, match="No space left"):
            quick_tune(rows, run_folder.folder, precision="auto")
    stopped_at = run_folder.last_checkpoint().name
    finished = run_folder.folder.exists()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tune_module, "choose_precision", lambda wanted: "bfloat16")
        card = quick_tune(rows, run_folder.folder, precision="auto")
    return {"root": root, "whole": whole, "card": card, "stopped_at": stopped_at,
            "finished": finished}


def test_a_full_disk_leaves_what_was_kept_and_the_run_goes_on_from_there(went_on):
    assert went_on["stopped_at"] == "checkpoint-2" and not went_on["finished"]
    card = went_on["card"]
    assert card["went_on"] == "checkpoint-2" and card["steps"] == 10
    whole, cut = (
        (went_on["root"] / name / "ALL-s0" / WEIGHTS).read_bytes() for name in ("whole", "cut")
    )
    assert whole == cut or torch.cuda.is_available()  # which adds up in another order each time
    assert card["training_seconds"] > card["validation_seconds"] == 0 < card["energy_kwh"]


def test_a_run_goes_on_in_the_precision_that_it_was_begun_in(went_on):
    assert went_on["card"]["precision_used"] == "float32"


def test_checkpointing_teaches_the_same(went_on, rows, tmp_path):
    card = quick_tune(rows, tmp_path / "ALL-s0", gradient_checkpointing=True)
    assert card["final_loss"] == pytest.approx(went_on["whole"]["final_loss"], rel=1e-4)


def test_runs_that_cannot_be_done_are_refused_before_anything_is_loaded(rows, tmp_path,
                                                                        monkeypatch):
    with pytest.raises(ValueError, match="ALL-s0: the mixture has no rows"):
        quick_tune(rows.head(0), tmp_path / "ALL-s0")
    with pytest.raises(ValueError, match="no validation questions"):
        quick_tune(rows, tmp_path / "ALL-s0", validations=2)
    monkeypatch.setenv("ACCELERATE_USE_FSDP", "true")
    with pytest.raises(ValueError, match="FSDP.*Launch without it"):
        quick_tune(rows, tmp_path / "ALL-s0")
    assert not list(tmp_path.iterdir())


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU")
def test_a_base_in_four_bits_is_tuned_on_cuda(rows, tmp_path):
    pytest.importorskip("bitsandbytes", reason="bitsandbytes, which holds weights in four bits, is "
                                               "not installed")
    losses = []
    for adapter in ("qlora", "lora"):
        quick_tune(rows, tmp_path / adapter, adapter=adapter, precision="bfloat16")
        losses.append(pd.read_csv(tmp_path / adapter / "curve.csv")["loss"])
    four, whole = losses
    assert four.iloc[-3:].mean() < 0.7 * four.iloc[0]
    assert four.iloc[0] == pytest.approx(whole.iloc[0], rel=0.2) != whole.iloc[0]


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU")
def test_training_on_cuda_says_so(trained):
    assert read_card(trained)["hardware"]["accelerator"] != "none"


