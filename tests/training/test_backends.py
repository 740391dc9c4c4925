import ast
import importlib.util
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from medinj_utils.training.backends import start_backend, why_not

from .tuning import NO_UNSLOTH


def test_an_unknown_backend_names_the_accepted_ones():
    with pytest.raises(ValueError, match="auto, unsloth, peft"):
        start_backend("jax")


def test_a_library_that_works_has_no_reason_against_it():
    assert why_not("transformers") is None


def test_a_library_that_fails_says_why(monkeypatch):
    failed = SimpleNamespace(returncode=1, stderr="Traceback ...\nImportError: no GPU here\n")
    monkeypatch.setattr(subprocess, "run", lambda *args, **kwargs: failed)
    assert why_not("peft") == "ImportError: no GPU here"
    with pytest.raises(ValueError, match="accepted: unsloth, peft, transformers"):
        why_not("jax")


def test_unsloth_is_refused_once_trl_is_imported():
    import trl  # noqa: F401
    with pytest.raises(RuntimeError, match="Take backend 'peft'"):
        start_backend("unsloth")
    assert start_backend("auto") == "peft"


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
    assert {"max_seq_length", "dtype", "load_in_4bit", "full_finetuning", "revision"} <= accepted
