import ast
import builtins
import importlib.metadata
import importlib.util
import json
import logging
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from medinj_utils.models.loading import Base
from medinj_utils.training import backends, train_run
from medinj_utils.training.backends import Backend, start_backend, why_not

from .tuning import NO_UNSLOTH, PLANTED, RUN, copy_of, quick_recipe

IMPORT = builtins.__import__
GIVEN = (PLANTED, quick_recipe())


def test_an_unknown_backend_names_the_accepted_ones():
    with pytest.raises(ValueError, match="auto, unsloth, peft"):
        start_backend("jax", *GIVEN)


def test_a_library_that_works_has_no_reason_against_it():
    assert why_not("transformers", *GIVEN) is None


def test_a_library_that_fails_says_why(monkeypatch):
    failed = SimpleNamespace(returncode=1, stderr="Traceback ...\nImportError: no GPU here\n")
    monkeypatch.setattr(subprocess, "run", lambda *args, **kwargs: failed)
    assert why_not("peft", *GIVEN) == "ImportError: no GPU here"
    with pytest.raises(ValueError, match="accepted: unsloth, peft, transformers"):
        why_not("jax", *GIVEN)


@pytest.mark.parametrize("visible, rank, own", [
    (None, "1", "1"), ("4,6", "1", "6"), ("GPU-a,GPU-b", "0", "GPU-a"), ("4,6", None, "4,6"),
    (None, None, None)])
def test_a_trial_is_on_the_gpu_of_its_process(monkeypatch, visible, rank, own):
    environments = []
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(subprocess, "run", lambda *words, env, **more: environments.append(env)
                        or SimpleNamespace(returncode=0))
    for name, value in (("CUDA_VISIBLE_DEVICES", visible), ("LOCAL_RANK", rank)):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    assert why_not("peft", *GIVEN) is None
    [environment] = environments
    assert environment.get("CUDA_VISIBLE_DEVICES") == own and "LOCAL_RANK" not in environment


def test_unsloth_is_refused_once_trl_is_imported():
    import trl  # noqa: F401
    with pytest.raises(RuntimeError, match="Take backend 'peft'"):
        start_backend("unsloth", *GIVEN)
    why = "trl or peft was imported first in this process"
    assert start_backend("auto", *GIVEN) == Backend("peft", why)


NO_CUDA = lambda: False  # noqa: E731
ON_CUDA = lambda: True  # noqa: E731


@pytest.mark.parametrize("cuda, gone, torchvision, fails, says", [
    (NO_CUDA, "unsloth_zoo", None, None,
     "unsloth_zoo not installed .pip install --no-deps -r requirements-unsloth.txt"),
    (ON_CUDA, "bitsandbytes", None, None, "bitsandbytes not installed"),
    (NO_CUDA, "", ["torch==1.0.0"], None,
     r"torchvision 9.9 is built for torch ==1.0.0, and torch \d\S* is installed"),
    (NO_CUDA, "", None, RuntimeError("operator torchvision::nms does not exist\nmore"),
     "its import fails with RuntimeError: operator torchvision::nms does not exist[.]"),
    (NO_CUDA, "", None, ImportError(), "its import fails with ImportError: no message[.]")])
def test_auto_says_why_it_takes_peft(monkeypatch, capsys, cuda, gone, torchvision, fails, says):
    result, versions = importlib.util.find_spec, importlib.metadata.version
    for name in ("trl", "peft"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    for name in ("FORCE_CPU", "DISABLE_STATISTICS", "COMPILE_LOCATION"):  # else left for others
        monkeypatch.setenv(f"UNSLOTH_{name}", "1")
    monkeypatch.setattr(torch.cuda, "is_available", cuda)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == gone else name)
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: torchvision)
    monkeypatch.setattr(importlib.metadata, "version",
                        lambda name: "9.9" if name == "torchvision" else versions(name))
    if fails:
        monkeypatch.setitem(sys.modules, "unsloth", None)
        monkeypatch.setattr("builtins.__import__", raising("unsloth", fails))
    monkeypatch.setattr(backends, "why_not", lambda *given: None)
    assert start_backend("auto", *GIVEN).name == "peft"
    monkeypatch.setattr("builtins.__import__", IMPORT)
    monkeypatch.setattr(importlib.util, "find_spec", result)
    assert re.search(f"Training with peft; Unsloth can't be used: {says}", capsys.readouterr().out)


@pytest.mark.parametrize("ended, says", [
    ((1, "Unsloth: patching\nNotImplementedError: no such layer\n"),
     "NotImplementedError: no such layer"),
    ((-9, ""), "a process that tried it ended with status -9"),
    ((1, ""), "a process that tried it ended with status 1")])
def test_auto_takes_peft_where_unsloth_fails_to_load_the_base(
    monkeypatch, capsys, tree, tmp_path, ended, says
):
    tried = []

    def run(command, **more):
        tried.append((command[3:6], more["env"]))
        return SimpleNamespace(returncode=ended[0], stderr=ended[1])

    monkeypatch.setattr(backends, "why_not_unsloth", lambda: None)
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setenv("LOCAL_RANK", "1")
    backend = start_backend("auto", *GIVEN)
    assert backend == Backend("peft", says) and "unsloth" not in sys.modules
    [(command, environment)] = tried
    assert command == ["unsloth", "planted", ""] and "LOCAL_RANK" not in environment
    assert f"Unsloth can't be used: {says}." in capsys.readouterr().out
    monkeypatch.undo()
    if ended[0] < 0:  # once
        card = train_run(copy_of(tree, tmp_path), RUN, quick_recipe(epochs=1), backend, PLANTED)
        assert (card["parameters"]["backend"], card["why_not_unsloth"]) == ("peft", says)


@NO_UNSLOTH
def test_unsloth_is_tried_with_the_base_that_will_be_tuned(mute):
    said = why_not("unsloth", Base(str(mute)), quick_recipe())
    assert said.startswith("ValueError: ") and "its tokenizer has no chat template" in said


@pytest.fixture
def mute(tmp_path):
    """The tiny model without a chat template, which no backend tunes."""
    shutil.copytree(PLANTED.folder, tmp_path / "base")
    for file in (tmp_path / "base").glob("*.jinja"):
        file.unlink()
    written = tmp_path / "base" / "tokenizer_config.json"
    written.write_text(json.dumps({key: value for key, value in json.loads(
        written.read_text()).items() if key != "chat_template"}))
    return tmp_path / "base"


def raising(module, error):
    """An import that fails for one module."""
    def imported(name, *words, **more):
        if name == module:
            raise error
        return IMPORT(name, *words, **more)
    return imported


def test_what_libraries_print_at_their_start_is_left_out(monkeypatch, capsys):
    def banner(name, *words, **more):
        if name == "unsloth":
            return print("Unsloth: no GPU found")
        return IMPORT(name, *words, **more)

    with monkeypatch.context() as importing:
        importing.setattr("builtins.__import__", banner)
        assert backends._import_unsloth() is None
    assert capsys.readouterr().out == ""
    kernels = logging.getLogger("bitsandbytes.backends.cpu.ops")
    assert not kernels.isEnabledFor(logging.WARNING) and kernels.isEnabledFor(logging.ERROR)


def test_importing_the_room_imports_nothing_that_unsloth_must_precede(backend_runs):
    assert backend_runs.outcomes["imported too early"] == []


@NO_UNSLOTH
def test_every_keyword_that_unsloth_gets_exists_there():
    # Importing it here would rewrite what is tested.
    [folder] = importlib.util.find_spec("unsloth").submodule_search_locations
    loader = ast.parse((Path(folder) / "models/loader.py").read_text(encoding="utf-8"))
    [model] = [node for node in loader.body
               if isinstance(node, ast.ClassDef) and node.name == "FastLanguageModel"]
    [method] = [node for node in model.body
                if isinstance(node, ast.FunctionDef) and node.name == "from_pretrained"]
    accepted = {argument.arg for argument in [*method.args.args, *method.args.kwonlyargs]}
    assert {
        "max_seq_length",
        "dtype",
        "load_in_4bit",
        "full_finetuning",
        "use_exact_model_name",
    } <= accepted
