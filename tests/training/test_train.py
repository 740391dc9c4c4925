"""Adapters of both backends: trained in processes of their own, since Unsloth rewrites what it trains with."""

import ast
import errno
import importlib.util
import inspect
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import torch
import yaml

from medinj_utils.core.names import CONFIGURATIONS
from medinj_utils.data import build_mixture
from medinj_utils.data.mixtures import save_mixture
from medinj_utils.evaluation.answer import answer_questions
from medinj_utils.models.chat import TemplateError
from medinj_utils.models.engine import Engine
from medinj_utils.models.hardware import choose_precision, matrix_speeds
from medinj_utils.models.loading import adapted, backends, load_base, local_base
from medinj_utils.models.validation import examiner
from medinj_utils.training import backends as backends_module
from medinj_utils.training import loop
from medinj_utils.training import train as train_module
from medinj_utils.training.backends import load_with_adapter, start_backend, why_not
from medinj_utils.training.checkpoints import last_checkpoint, mark_whole
from medinj_utils.training.loop import make_trainer
from medinj_utils.training.memory import MemoryBudgetError, Recomputation
from medinj_utils.training.model_card import merge, push, to_gguf, write_model_card
from medinj_utils.training.recipe import Recipe
from medinj_utils.training.text import training_text
from medinj_utils.training.train import train_adapter

SLURM = Path(__file__).parents[2] / "profiles/slurm/train.sbatch"
TRAIN = """
import sys
from medinj_utils.training import Recipe, start_backend
backend = start_backend(sys.argv[1])
from medinj_utils.training.train import train_run
recipe = Recipe(alpha=32, dropout=0.0, epochs=2, batch_size=8, gradient_accumulation=1, learning_rate=4e-3,
                max_length=256, gradient_checkpointing=False, permute_options=True, precision=sys.argv[4],
                adapter=sys.argv[3])
train_run(sys.argv[2], "ALL", 0, recipe, backend, "planted")
"""


@pytest.fixture(scope="module")
def output(world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("output")
    records = world["records"]
    training = records[(records["split"] == "train") & (records["task"] != "oeq")]
    save_mixture(build_mixture(training, "ALL", 48, 0), "ALL", folder / "mixtures", seed=0)
    return folder


def run(output, backend, adapter="dora", precision="float32"):
    made = subprocess.run([sys.executable, "-c", TRAIN, backend, str(output), adapter, precision],
                          capture_output=True, text=True)
    assert made.returncode == 0, made.stderr[-3000:]
    folder = output / "runs" / "ALL-s0"
    return folder, json.loads((folder / "card.json").read_text(encoding="utf-8"))


def has_unsloth():
    return importlib.util.find_spec("unsloth") is not None


@pytest.fixture(scope="module", params=[
    "peft", pytest.param("unsloth", marks=pytest.mark.skipif(not has_unsloth(), reason="unsloth is not installed"))])
def trained(request, output):
    folder, card = run(output, request.param)
    kept = folder.with_name(request.param)
    folder.rename(kept)
    return request.param, kept, card


def test_the_adapter_loads_in_plain_peft_and_changes_the_outputs(trained, world):
    _, folder, _ = trained
    items = world["records"][world["records"]["split"] == "test"].head(30)
    prompts = {}
    model, tokenizer = load_base("planted")
    ids = tokenizer(items["instruction"].tolist(), return_tensors="pt", padding=True)
    for name, adapter in (("base", None), ("tuned", folder / "adapter"), ("base again", None)):
        with adapted(model, adapter) as tuned, torch.inference_mode():
            prompts[name] = tuned(**ids).logits
    assert torch.equal(prompts["base"], prompts["base again"])  # an adapter leaves nothing behind
    assert (folder / "adapter" / "adapter_model.safetensors").exists()
    assert not torch.allclose(prompts["base"], prompts["tuned"], atol=1e-3)


def test_the_card_says_what_ran_on_what(trained):
    backend, folder, card = trained
    assert card["parameters"]["backend"] == backend
    assert card["parameters"]["configuration"] == "ALL"
    assert card["steps"] == 12 and card["examples"] == 96 and card["examples_too_long"] == 0
    assert len(card["inputs"]) > 2 and all(len(value) == 64 for value in card["inputs"].values())
    assert card["tokens"] > card["tokens_taught"] > 96
    assert {"versions", "hardware", "git_commit", "seconds", "started"} <= set(card)
    curve = pd.read_csv(folder / "curve.csv")
    assert curve["loss"].iloc[-1] < curve["loss"].iloc[0]


def test_dora_magnitudes_are_in_the_adapter(trained):
    from safetensors.torch import load_file
    weights = load_file(trained[1] / "adapter" / "adapter_model.safetensors")
    assert sum("lora_magnitude_vector" in name for name in weights) == 4 * 7


def test_a_finished_run_is_not_repeated_and_a_changed_recipe_is(output):
    folder, first = run(output, "peft")
    _, again = run(output, "peft")
    assert again["started"] == first["started"]
    _, changed = run(output, "peft", "lora")
    assert changed["parameters"]["adapter"] == "lora"
    assert not [path for path in folder.parent.iterdir() if path.name.startswith(".")]


def test_no_row_short_enough_is_said_plainly(world, tmp_path):
    rows = world["records"][world["records"]["task"] == "mcqu"].head(3)
    with pytest.raises(ValueError, match="3 of 3 rows have more than 5 tokens.*Raise max_length"):
        train_adapter(rows, tmp_path / "run", Recipe(epochs=1, max_length=5, precision="float32"), "peft", "planted")
    assert not (tmp_path / "run").exists()


def test_pickled_weights_are_not_loaded(tmp_path):
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(FileNotFoundError, match=r"no \*\.safetensors"):
        load_with_adapter("peft", str(tmp_path), "", Recipe(), 0, "float32")


def test_a_model_on_the_hub_needs_its_commit():
    with pytest.raises(ValueError, match="BASE=organisation/model@commit"):
        load_with_adapter("peft", "organisation/model", "", Recipe(), 0, "float32")


def test_a_backend_that_fails_says_why():
    assert why_not("transformers") is None
    assert "accepted: auto, unsloth, peft" in why_not("jax")


def test_unknown_backend_and_precision_name_the_accepted_ones():
    with pytest.raises(ValueError, match="auto, unsloth, peft"):
        start_backend("jax")
    with pytest.raises(ValueError, match="auto, float32, bfloat16"):
        choose_precision("float16")
    speeds = matrix_speeds(size=128, seconds=0.02)
    assert set(speeds) == {"float32", "bfloat16"} and min(speeds.values()) > 0
    assert choose_precision("auto") in speeds


def keywords_passed(function) -> dict[str, set[str]]:
    """By the name of what is called in it: the keywords that a function passes on."""
    found = {}
    for call in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name | ast.Attribute):
            name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
            found.setdefault(name, set()).update(word.arg for word in call.keywords if word.arg)
    return found


def test_every_keyword_that_is_passed_on_exists_in_the_installed_libraries():
    from peft import LoraConfig
    from transformers import BitsAndBytesConfig
    from trl import SFTConfig, SFTTrainer
    trainer, loader = keywords_passed(make_trainer), keywords_passed(load_with_adapter)
    assert len(trainer["SFTConfig"]) > 15 and len(loader["BitsAndBytesConfig"]) == 4
    for passed, called in ((trainer["SFTConfig"], SFTConfig), (trainer["Trainer"], SFTTrainer),
                           (loader["BitsAndBytesConfig"], BitsAndBytesConfig),
                           (loader["LoraConfig"] | {"r", "lora_alpha", "lora_dropout", "bias", "target_modules", "use_dora",
                                                    "use_rslora"}, LoraConfig)):
        assert passed <= set(inspect.signature(called).parameters), passed


def test_every_keyword_that_unsloth_gets_exists_there():
    if not has_unsloth():
        pytest.skip("unsloth is not installed")
    [folder] = importlib.util.find_spec("unsloth").submodule_search_locations  # importing it would rewrite what is tested here
    loader = ast.parse((Path(folder) / "models/loader.py").read_text(encoding="utf-8"))
    [model] = [node for node in loader.body if isinstance(node, ast.ClassDef) and node.name == "FastLanguageModel"]
    [method] = [node for node in model.body if isinstance(node, ast.FunctionDef) and node.name == "from_pretrained"]
    accepted = {argument.arg for argument in [*method.args.args, *method.args.kwonlyargs]}
    assert {"max_seq_length", "dtype", "load_in_4bit", "full_finetuning", "revision"} <= accepted


RESUMED = """
import sys
from medinj_utils.training import Recipe, start_backend
backend = start_backend(sys.argv[1])
import pandas as pd
from medinj_utils.data import load_mixture
from medinj_utils.training import loop, train
loop.SAVE_SECONDS = float(sys.argv[4])
recipe = Recipe(dropout=0.1, epochs=4, batch_size=4, gradient_accumulation=2, learning_rate=float(sys.argv[5]),
                      max_length=256, gradient_checkpointing=False, precision="float32", adapter=sys.argv[6], validations=4,
                      keep=sys.argv[7], patience=9)
mixture = load_mixture(sys.argv[2], "ALL")
train.train_adapter(mixture, sys.argv[3], recipe, backend, "planted", validation=mixture.head(20),
                    examine=lambda model, tokenizer: {"trained": float(model.training), "size": len(tokenizer)})
"""


def go(backend, output, folder, save_seconds, rate=4e-3, adapter="dora", keep="best"):
    return subprocess.Popen([sys.executable, "-c", RESUMED, backend, str(output / "mixtures"), str(folder), str(save_seconds),
                             str(rate), adapter, keep], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def end(process):
    _, told = process.communicate()
    assert process.returncode == 0, told[-3000:]


@pytest.mark.parametrize("backend", [
    "peft", pytest.param("unsloth", marks=pytest.mark.skipif(not has_unsloth(), reason="unsloth is not installed"))])
def test_a_run_killed_twice_goes_on_and_ends_with_the_same_adapter(output, tmp_path, backend):
    end(go(backend, output, tmp_path / "whole-s0", 1e9))  # never saves on the way
    unfinished, last = tmp_path / ".cut-s0", 0
    for _ in range(2):
        process = go(backend, output, tmp_path / "cut-s0", 0)
        deadline = time.time() + 120
        while time.time() < deadline and process.poll() is None:
            steps = [int(mark.parent.name.rpartition("-")[2]) for mark in unfinished.glob("checkpoint-*/whole.json")]
            if max(steps, default=0) >= last + 3:
                break
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        assert not (tmp_path / "cut-s0").exists()
        last = max(int(mark.parent.name.rpartition("-")[2]) for mark in unfinished.glob("checkpoint-*/whole.json"))
    (unfinished / "checkpoint-999").mkdir()  # as if the second kill had come while one was written
    if backend == "peft":
        other = go(backend, output, tmp_path / "cut-s0", 0, rate=1e-3)
        _, told = other.communicate()
        assert other.returncode and "learning_rate 0.004, now 0.001" in told and "delete the folder" in told
    end(go(backend, output, tmp_path / "cut-s0", 0))
    whole, cut = tmp_path / "whole-s0", tmp_path / "cut-s0"
    name = "adapter/adapter_model.safetensors"
    assert (whole / name).read_bytes() == (cut / name).read_bytes()
    for name in ("curve.csv", "validation.csv"):
        one, other = (pd.read_csv(folder / name).drop(columns="tokens_per_second", errors="ignore") for folder in (whole, cut))
        assert one.equals(other) and len(one) > 2, name
    card = json.loads((cut / "card.json").read_text(encoding="utf-8"))
    assert card["went_on"] == f"checkpoint-{last}" and not list(cut.glob("checkpoint-*")) and not unfinished.exists()


def test_a_loss_that_is_no_number_stops_with_its_step_and_rows(output, tmp_path):
    process = go("peft", output, tmp_path / "wild-s0", 1e9, rate=1e30, adapter="lora")
    _, told = process.communicate()
    assert process.returncode and "wild-s0, step" in told and "the loss is" in told and "lower learning_rate" in told


PARTED = """
import sys
from medinj_utils.training import Recipe, start_backend
backend = start_backend("peft")
from medinj_utils.data import load_mixture
from medinj_utils.training.train import train_adapter
recipe = Recipe(dropout=0.0, epochs=2, batch_size=4, gradient_accumulation=int(sys.argv[3]), learning_rate=4e-3, max_length=256,
                gradient_checkpointing=False, precision="float32", validations=2)
mixture = load_mixture(sys.argv[1], "ALL").head(45)
train_adapter(mixture, sys.argv[2], recipe, backend, "planted", validation=mixture.head(9))
"""


def test_two_processes_teach_the_same_as_one(output, tmp_path):
    (tmp_path / "parted.py").write_text(PARTED)
    launch = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2", "--master_port", "29671"]
    for name, command in (("one", [sys.executable]), ("two", launch)):
        made = subprocess.run([*command, "parted.py", str(output / "mixtures"), f"{name}-s0", "2"], cwd=tmp_path,
                              env=os.environ | {"OMP_NUM_THREADS": "1"}, capture_output=True, text=True)
        assert made.returncode == 0, made.stderr[-3000:]
    cards = [json.loads((tmp_path / f"{name}-s0/card.json").read_text("utf-8")) for name in ("one", "two")]
    assert [card["processes"] for card in cards] == [1, 2] and cards[0]["steps"] == cards[1]["steps"] == 12
    assert cards[0]["tokens_taught"] == cards[1]["tokens_taught"]
    for file, column in (("curve.csv", "loss"), ("curve.csv", "grad_norm"), ("validation.csv", "loss")):
        one, two = (pd.read_csv(tmp_path / f"{name}-s0" / file)[column].tolist() for name in ("one", "two"))
        assert two == pytest.approx(one, rel=1e-4), (file, column)
    odd = subprocess.run([*launch, "parted.py", str(output / "mixtures"), "odd-s0", "1"], cwd=tmp_path, capture_output=True,
                         text=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    assert odd.returncode == 0, odd.stderr[-2000:]  # 4 rows a step are parted into 2 and 2
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def quick(mixture, folder, base="planted", validation=None, examine=None, **changes):
    recipe = Recipe(**{"dropout": 0.0, "epochs": 2, "batch_size": 8, "gradient_accumulation": 1, "learning_rate": 4e-3,
                       "max_length": 256, "gradient_checkpointing": False, "precision": "float32"} | changes)
    return train_adapter(mixture, folder, recipe, "peft", base, validation=validation, examine=examine)


@pytest.fixture
def rows(world):
    records = world["records"]
    return records[(records["split"] == "train") & (records["task"] != "oeq")].head(40).reset_index(drop=True)


def test_the_best_look_is_kept_and_training_stops_when_none_is_better(rows, tmp_path):
    calls = []
    card = quick(rows, tmp_path / "wild-s0", epochs=6, learning_rate=0.05, validations=15, patience=2, keep="best",
                 validation=rows.sample(20, random_state=0).assign(answer_letters=[["D"]] * 20),
                 examine=lambda model, tokenizer: calls.append(model.training) or {"calls": float(len(calls))})
    looks = pd.read_csv(tmp_path / "wild-s0" / "validation.csv")
    assert looks["step"].iloc[0] == 0  # before the first step; nothing of it is kept
    best = looks.loc[looks["loss"].iloc[1:].idxmin(), "step"]
    assert card["steps"] < 30 and card["kept_step"] == best < card["steps"] == best + 2 * 2
    assert looks["calls"].tolist() == [*range(1, len(looks) + 1)] and not any(calls)
    assert card["examples"] == 8 * card["steps"] and card["tokens"] < 0.9 * 6 * sum(
        len(training_text(row, load_base("planted")[1]).input_ids) for row in rows.to_dict("records"))
    last = quick(rows, tmp_path / "last-s0", epochs=6, learning_rate=0.05)
    assert last["steps"] == last["kept_step"] == 30
    with pytest.raises(ValueError, match="set validations|Set validations"):
        Recipe(keep="best")
    with pytest.raises(ValueError, match="no validation questions"):
        quick(rows, tmp_path / "none-s0", validations=2)


@pytest.mark.parametrize("adapter", ["rslora", "full"])
def test_other_ways_to_tune_teach_and_answer(rows, world, tmp_path, adapter):
    card = quick(rows, tmp_path / "NAT-s0", adapter=adapter, learning_rate=1e-3)
    curve = pd.read_csv(tmp_path / "NAT-s0" / "curve.csv")
    assert curve["loss"].tail(3).mean() < curve["loss"].iloc[0] and (curve["tokens_per_second"] > 0).all()
    assert (card["trainable_parameters"] > 1_000_000) == (adapter == "full")
    test = world["records"][(world["records"]["split"] == "test") & (world["records"]["task"] == "mcqu")].head(6)
    raws = {}
    for name, engine, asked in backends({"BASE": None, "NAT-s0": tmp_path / "NAT-s0" / "adapter", "AGAIN": None}, "planted"):
        raws[name] = answer_questions(test, engine, tmp_path / f"{name}.parquet", asked, ["likelihood"])["probabilities"]
    assert [list(p) for p in raws["BASE"]] == [list(p) for p in raws["AGAIN"]] != [list(p) for p in raws["NAT-s0"]]


def test_checkpointing_is_on_before_anything_is_measured_and_teaches_the_same(rows, tmp_path):
    model, _ = load_with_adapter("peft", "planted", "", Recipe(gradient_checkpointing=True), 0, "float32")
    assert model.is_gradient_checkpointing
    losses = [quick(rows, tmp_path / f"{on}-s0", gradient_checkpointing=on)["final_loss"] for on in (False, True)]
    assert losses[1] == pytest.approx(losses[0], rel=1e-4)


@pytest.mark.parametrize("capacity", [10, 300, 4000, 40_000])
def test_activations_are_held_in_all_passes_that_memory_allows(monkeypatch, capacity):
    model, _ = load_with_adapter("peft", "planted", "", Recipe(gradient_checkpointing=True), 0, "float32")
    recomputation, tokens, held = Recomputation(model), sorted([50, 100, 100, 900, 950, 2000, 9000]), []

    def one_pass(i):
        recomputation.prepare(tokens[i])
        assert not model.base_model.model.model.layers[0].gradient_checkpointing
        if tokens[i] > capacity:
            raise torch.OutOfMemoryError
        held.append(1000 + (tokens[i] if tokens[i] > 500 else tokens[i] // 2))  # half of what larger passes need

    for name, value in (("is_available", lambda: True), ("memory_allocated", lambda: 1000), ("empty_cache", lambda: None),
                        ("reset_peak_memory_stats", lambda: None), ("max_memory_allocated", lambda: held[-1]),
                        ("get_device_properties", lambda _: SimpleNamespace(
                            total_memory=(capacity + 1000 + recomputation.optimizer_bytes) / 0.9))):
        monkeypatch.setattr(torch.cuda, name, value)
    recomputation.measure(tokens, one_pass)
    assert recomputation.held_tokens == max([n for n in tokens if n <= capacity], default=0)
    recomputation.prepare(recomputation.held_tokens + 1)
    assert model.base_model.model.model.layers[0].gradient_checkpointing


def test_light_dora_gives_the_outputs_and_gradients_of_peft(monkeypatch):
    found = []
    for light in (False, True):
        if not light:
            monkeypatch.setattr(backends_module, "lighten", lambda model: None)
        model, _ = load_with_adapter("peft", "planted", "", Recipe(gradient_checkpointing=False), 0, "float32")
        monkeypatch.undo()
        torch.manual_seed(1)
        for name, parameter in model.named_parameters():
            if "lora_B" in name or "magnitude" in name:
                parameter.data += 0.05 * torch.randn_like(parameter)
        ids, told = torch.randint(5, 1000, (3, 40)), []
        for _ in range(2):  # the second time with other weights
            loss = model.train()(input_ids=ids, labels=ids).loss
            loss.backward()
            told += [loss.detach(), *(p.grad.clone() for p in model.parameters() if p.grad is not None)]
            with torch.no_grad():
                for parameter in model.parameters():
                    if parameter.grad is not None:
                        parameter -= 0.1 * parameter.grad
            model.zero_grad()
        found.append(told)
    assert len(found[0]) > 100
    for one, other in zip(*found, strict=True):
        assert torch.allclose(one, other, rtol=1e-3, atol=1e-5 * float(one.abs().max()))


@pytest.mark.parametrize("changes, told", [
    ({"adapter": "DoRA"}, "adapter is 'DoRA'; accepted: dora, lora"), ({"keep": "Best"}, "keep is 'Best'"),
    ({"epochs": 0}, "epochs is 0"), ({"batch_size": 0}, "batch_size is 0"),
    ({"adapter": "qlora", "precision": "float32"}, "precision is 'float32': set it to bfloat16"),
    ({"permute_options": True, "answer_format": "with_explanation"}, "may name the old ones")])
def test_a_recipe_that_cannot_be_followed_is_refused(changes, told):
    with pytest.raises(ValueError, match=told):
        Recipe(**changes)


def test_runs_in_which_nothing_can_be_learned_are_refused(rows, tmp_path):
    with pytest.raises(ValueError, match="40 rows, all epochs together, make one step of 40"):
        quick(rows, tmp_path / "one-s0", epochs=1, batch_size=8, gradient_accumulation=5)
    with pytest.raises(ValueError, match="none-s0: the mixture has no rows"):
        quick(rows.head(0), tmp_path / "none-s0")


def test_a_row_is_tokenised_once_however_many_epochs_teach_it(rows, tmp_path, monkeypatch):
    told, real = [], train_module.training_text
    monkeypatch.setattr(train_module, "training_text", lambda row, *args: told.append(row["id"]) or real(row, *args))
    quick(rows, tmp_path / "plain-s0", epochs=3)
    assert sorted(told) == sorted(rows["id"])
    quick(rows, tmp_path / "permuted-s0", epochs=3, permute_options=True)
    assert len(told) > 2 * len(rows)  # with its options in another order it is another text


def test_weights_parted_among_gpus_are_refused(rows, tmp_path, monkeypatch):
    monkeypatch.setenv("ACCELERATE_USE_FSDP", "true")
    with pytest.raises(ValueError, match="FSDP.*Launch without it"):
        quick(rows, tmp_path / "run-s0")


def test_a_run_goes_on_in_the_precision_that_it_was_begun_in(rows, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "SAVE_SECONDS", 0)
    monkeypatch.setattr(train_module, "choose_precision", lambda wanted: "float32")
    stopped = []

    def stop(checkpoint, seconds):
        mark_whole(checkpoint, seconds)
        stopped.append(checkpoint)
        if len(stopped) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(loop, "mark_whole", stop)
    with pytest.raises(KeyboardInterrupt):
        quick(rows, tmp_path / "cut-s0", precision="auto")
    monkeypatch.setattr(train_module, "choose_precision", lambda wanted: "bfloat16")
    card = quick(rows, tmp_path / "cut-s0", precision="auto")
    assert card["went_on"] == "checkpoint-3" and card["precision_used"] == "float32"
    assert card["training_seconds"] > card["looks_seconds"] == 0 < card["energy_kwh"]


def test_four_bits_need_cuda(rows, tmp_path):
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="adapter qlora .* needs CUDA"):
            quick(rows, tmp_path / "run-s0", adapter="qlora", precision="bfloat16")


def test_a_base_that_cannot_be_tuned_is_refused_with_what_is_missing(rows, tmp_path):
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer
    tokenizer = AutoTokenizer.from_pretrained(local_base("planted"))
    AutoModelForCausalLM.from_config(AutoConfig.for_model(
        "gpt2", vocab_size=len(tokenizer), n_embd=32, n_layer=1, n_head=2)).save_pretrained(tmp_path / "gpt2")
    tokenizer.save_pretrained(tmp_path / "gpt2")
    with pytest.raises(ValueError, match="target modules q_proj, .* match nothing"):
        quick(rows, tmp_path / "run-s0", base=str(tmp_path / "gpt2"))
    model, _ = load_base("planted")
    model.save_pretrained(tmp_path / "mute")
    tokenizer.chat_template = None
    tokenizer.save_pretrained(tmp_path / "mute")
    with pytest.raises(ValueError, match="no chat template"):
        quick(rows, tmp_path / "run-s0", base=str(tmp_path / "mute"))


def test_a_full_disk_leaves_what_was_kept_and_the_run_goes_on_from_there(rows, tmp_path, monkeypatch):
    quick(rows, tmp_path / "whole-s0")
    real, saves = torch.save, []

    def save(*args, **kwargs):
        saves.append(args)
        if len(saves) == 10:  # amid the third checkpoint
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*args, **kwargs)

    monkeypatch.setattr(loop, "SAVE_SECONDS", 0)
    monkeypatch.setattr(torch, "save", save)
    with pytest.raises(OSError, match="No space left"):
        quick(rows, tmp_path / "cut-s0")
    assert last_checkpoint(tmp_path / ".cut-s0")[0].name == "checkpoint-2" and not (tmp_path / "cut-s0").exists()
    card = quick(rows, tmp_path / "cut-s0")
    assert card["went_on"] == "checkpoint-2" and card["steps"] == 10
    name = "adapter/adapter_model.safetensors"
    assert (tmp_path / "whole-s0" / name).read_bytes() == (tmp_path / "cut-s0" / name).read_bytes()


def test_too_many_long_rows_stop_the_run_and_few_are_counted(rows, tmp_path):
    long = rows.copy()
    long.loc[:2, "context"] = "mot " * 300
    with pytest.raises(ValueError, match=r"6 of 80 rows have more than 256 tokens.*7.5%, where 5% may be left out"):
        quick(long, tmp_path / "run-s0")
    long.loc[1:, "context"] = ""
    assert quick(long, tmp_path / "run-s0")["examples_too_long"] == 2
    empty = rows.assign(answer_letters=[[] for _ in range(len(rows))], answer_text="")
    with pytest.raises(TemplateError, match="row .*the answer is empty"):
        quick(empty, tmp_path / "empty-s0")


def test_a_pass_that_memory_cannot_hold_says_what_to_lower(rows, tmp_path, monkeypatch):
    def small(*args, **kwargs):
        raise RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr("transformers.models.qwen3.modeling_qwen3.Qwen3Model.forward", small)
    with pytest.raises(MemoryBudgetError, match="lower batch_size"):
        quick(rows, tmp_path / "run-s0")


def test_the_script_for_slurm_trains_each_mixture_on_all_gpus(tmp_path):
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/activate").write_text("")
    (tmp_path / "accelerate").write_text("#!/bin/sh\necho $@\n")
    (tmp_path / "accelerate").chmod(0o755)
    asked = []
    for job in range(7):
        made = subprocess.run(["bash", SLURM, "paper"], cwd=tmp_path, capture_output=True, text=True, env=os.environ | {
            "PATH": f"{tmp_path}:{os.environ['PATH']}", "SLURM_ARRAY_TASK_ID": str(job), "SLURM_GPUS_ON_NODE": "4"})
        assert made.returncode == 0, made.stderr
        asked.append(made.stdout.split())
    assert {tuple(words[:-1]) for words in asked} == {tuple(
        "launch --num_processes 4 -m medinj_utils.training paper --configuration".split())}
    assert {words[-1] for words in asked} == set(CONFIGURATIONS)
    unnamed = subprocess.run(["bash", SLURM], cwd=tmp_path, capture_output=True, text=True)
    assert unnamed.returncode and "name a profile" in unnamed.stderr


def test_what_is_expected_is_what_it_takes(rows, tmp_path):
    many = pd.concat([rows] * 8).reset_index(drop=True).assign(id=lambda table: [f"r{i}" for i in range(len(table))])
    quick(rows, tmp_path / "earlier-s0")  # what this process did before doesn't count
    card = quick(many, tmp_path / "run-s0", epochs=3)
    assert 0.5 < card["expected"]["seconds"] / card["training_seconds"] < 2  # other programs may be running
    assert 0.9 < card["expected"]["peak_memory_gb"] / card["peak_memory_gb"] < 1.1
    assert 0.3 < card["expected"]["energy_kwh"] / card["energy_kwh"] < 3
    assert card["energy_kwh"] > 0 and card["emissions_kg"] > 0 and "TDP" in card["power_known"] + "TDP" * torch.cuda.is_available()


def test_the_model_card_and_the_merged_model(rows, tmp_path):
    folder, _ = tmp_path / "NAT-s0", quick(rows, tmp_path / "NAT-s0")
    text = (folder / "adapter" / "README.md").read_text("utf-8")
    head = yaml.safe_load(text.split("---")[1])
    assert head["base_model"] == "planted" and head["language"] == "fr" and head["library_name"] == "peft"
    assert "Not a medical device" in text and "| learning_rate | 0.004 |" in text and "energy_kwh" in text
    assert "Not known when" in text and "| exact match | 0.500 |" in write_model_card(folder, {"exact match": 0.5}).read_text("utf-8")
    merged, _ = load_base(str(merge(folder, tmp_path / "merged")))
    with adapted(load_base("planted")[0], folder / "adapter") as tuned, torch.inference_mode():
        ids = torch.arange(20)[None]
        assert torch.allclose(merged(ids).logits, tuned(ids).logits, atol=1e-4)
    if not torch.cuda.is_available():
        with pytest.raises(RuntimeError, match="llama.cpp"):
            to_gguf(folder, tmp_path / "gguf")


def test_nothing_is_pushed_without_a_token(tmp_path, monkeypatch):
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with pytest.raises(RuntimeError, match="set HF_TOKEN"):
        push(tmp_path, "org/name")


def test_both_backends_teach_the_same(output):
    if not has_unsloth():
        pytest.skip("unsloth is not installed")
    curves = [pd.read_csv(run(output, backend, "dora")[0] / "curve.csv")["loss"] for backend in ("peft", "unsloth")]
    assert curves[1].tolist() == pytest.approx(curves[0].tolist(), rel=1e-3)


def test_a_look_counts_exact_answers(world):
    model, tokenizer = load_base("planted")
    figures = examiner(world["records"], 30, ["general knowledge"])(model, tokenizer)
    assert figures["general_exact_match"] > 0.9 > 0.6 > figures["validation_exact_match"] >= 0
    assert set(examiner(world["records"], 30, [])(model, tokenizer)) == {"validation_exact_match"}


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU")
def test_the_cuda_path_trains_and_answers(output, world):
    folder, card = run(output, "unsloth" if has_unsloth() else "peft")
    assert card["hardware"]["accelerator"] != "none"
    for _, engine, asked in backends({"NAT-s0": folder / "adapter"}, "planted"):
        answers = answer_questions(world["records"][world["records"]["split"] == "test"], engine,
                                   output / "answers.parquet", asked)
    assert answers["raw"].notna().all()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU")
def test_a_base_in_four_bits_is_tuned_on_cuda(output):
    pytest.importorskip("bitsandbytes", reason="bitsandbytes, which holds weights in four bits, is not installed")
    four, whole = (pd.read_csv(run(output, "peft", adapter, "bfloat16")[0] / "curve.csv")["loss"]
                   for adapter in ("qlora", "lora"))
    assert four.iloc[-3:].mean() < 0.7 * four.iloc[0]
    assert four.iloc[0] == pytest.approx(whole.iloc[0], rel=0.2) != whole.iloc[0]


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU")
def test_answers_on_cuda_are_those_of_the_processor(world):
    model, tokenizer = load_base("planted")
    items = world["records"][world["records"]["split"] == "test"].head(60).to_dict("records")
    found = []
    for device in ("cuda", "cpu"):
        engine = Engine(model.to(device), tokenizer)
        answers = engine.answer([engine.prompt(item) for item in items], items, ["greedy", "constrained", "likelihood"])
        found.append({mode: [answer and answer.raw for answer in told] for mode, told in answers.items()})
    assert found[0] == found[1]
