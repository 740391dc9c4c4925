"""Adapters of both backends: trained in processes of their own, since Unsloth rewrites what it trains with."""

import inspect
import json
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
import torch

from medinj_utils.data import build_mixture
from medinj_utils.data.mixtures import save_mixture
from medinj_utils.evaluation.answer import answer_questions
from medinj_utils.evaluation.models import adapted, backends, load_base
from medinj_utils.training.backends import choose_precision, load_with_adapter, matrix_speeds, start_backend, why_not
from medinj_utils.training.train import Recipe, train_adapter

TRAIN = """
import sys
from medinj_utils.training import Recipe, start_backend
backend = start_backend(sys.argv[1])
from medinj_utils.training.train import train_run
recipe = Recipe(alpha=32, dropout=0.0, epochs=2, batch_size=8, gradient_accumulation=1, learning_rate=4e-3,
                max_length=256, gradient_checkpointing=False, permute_options=True, precision="float32",
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


def run(output, backend, adapter="dora"):
    made = subprocess.run([sys.executable, "-c", TRAIN, backend, str(output), adapter], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr[-3000:]
    folder = output / "runs" / "ALL-s0"
    return folder, json.loads((folder / "card.json").read_text(encoding="utf-8"))


def has_unsloth():
    import importlib.util
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
    with pytest.raises(ValueError, match="none of the 3 rows has at most 5 tokens"):
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


def test_every_keyword_that_is_passed_on_exists_in_the_installed_libraries():
    from peft import LoraConfig
    from trl import SFTConfig
    source = inspect.getsource(train_adapter)
    passed = source[source.index("SFTConfig(") + len("SFTConfig("):]
    keywords = {word.split("=")[0].split()[-1].lstrip("(") for word in passed.split("))")[0].split(",") if "=" in word}
    assert len(keywords) > 15
    assert keywords <= set(inspect.signature(SFTConfig).parameters), keywords
    assert {"r", "lora_alpha", "lora_dropout", "bias", "target_modules", "use_dora"} <= set(
        inspect.signature(LoraConfig).parameters)


RESUMED = """
import sys
from medinj_utils.training import Recipe, start_backend
backend = start_backend(sys.argv[1])
import pandas as pd
from medinj_utils.data import load_mixture
from medinj_utils.training import train
train.SAVE_SECONDS = float(sys.argv[4])
recipe = train.Recipe(dropout=0.1, epochs=4, batch_size=4, gradient_accumulation=2, learning_rate=float(sys.argv[5]),
                      max_length=256, gradient_checkpointing=False, precision="float32", adapter=sys.argv[6])
train.train_adapter(load_mixture(sys.argv[2], "ALL"), sys.argv[3], recipe, backend, "planted")
"""


def go(backend, output, folder, save_seconds, rate=4e-3, adapter="dora"):
    return subprocess.Popen([sys.executable, "-c", RESUMED, backend, str(output / "mixtures"), str(folder), str(save_seconds),
                             str(rate), adapter], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


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
    for name in ("adapter/adapter_model.safetensors", "curve.csv"):
        assert (whole / name).read_bytes() == (cut / name).read_bytes(), name
    card = json.loads((cut / "card.json").read_text(encoding="utf-8"))
    assert card["went_on"] == f"checkpoint-{last}" and not list(cut.glob("checkpoint-*")) and not unfinished.exists()


def test_a_loss_that_is_no_number_stops_with_its_step_and_rows(output, tmp_path):
    process = go("peft", output, tmp_path / "wild-s0", 1e9, rate=1e30, adapter="lora")
    _, told = process.communicate()
    assert process.returncode and "wild-s0, step" in told and "the loss is" in told and "lower learning_rate" in told


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU")
def test_the_cuda_path_trains_and_answers(output, world):
    folder, card = run(output, "unsloth" if has_unsloth() else "peft")
    assert card["hardware"]["accelerator"] != "none"
    for _, engine, asked in backends({"NAT-s0": folder / "adapter"}, "planted"):
        answers = answer_questions(world["records"][world["records"]["split"] == "test"], engine,
                                   output / "answers.parquet", asked)
    assert answers["raw"].notna().all()
