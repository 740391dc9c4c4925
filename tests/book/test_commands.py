"""The commands that are printed on the pages and in the notebooks: each is executed, or checked as
far as it can be here."""

import json
import re
import shlex
import shutil
import tomllib
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
import yaml
from book.conftest import copy_with_small, run

from medinj_utils.core.parameters import notebook_defaults, notebook_names
from medinj_utils.core.profiles import PROFILES

ROOT = Path(__file__).parents[2]
PAGES = {
    path.name: path.read_text(encoding="utf-8")
    for path in (*sorted((ROOT / "book").glob("*.md")), ROOT / "README.md")
}
#: Texts whose commands are checked and not executed; CONTRIBUTING's blocks are executed by
# test_contributing.
OTHERS = {
    "CONTRIBUTING.md": re.sub(
        r"```.*?```", "", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), flags=re.S
    )
} | {
    path.name: "\n\n".join(
        cell.source
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "markdown"
    )
    for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
}
KEPT = {
    path.name: [
        entry["command"]
        for entry in json.loads(path.read_text(encoding="utf-8")).values()
        if "command" in entry
    ]
    for path in sorted((ROOT / "book/measured").glob("*.json"))
}
PROGRAMS = ("make", "python", "papermill", "lm_eval", "accelerate", "torchrun", "snakemake", "pip",
            "pytest", "sbatch", "vllm", "git")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def blocks_of(text):
    return [block.replace("\\\n", " ") for block in re.findall(r"```bash\n(.*?)```", text, re.S)]


BLOCKS = [block for page in PAGES.values() for block in blocks_of(page)]
#: Blocks that run here, in this order, by a word of theirs; what is put in place of what, to have
# it smaller.
EXECUTED = {"demo.world": {}, "{recipe: profiles/recipes/demo.yaml": {}, "model_card": {},
            "torchrun": {" demo ": " small "},
            "37_exchange_with_harness": {}, "check-profile": {}}
#: Blocks that do not, by a word of theirs, and why.
ELSEWHERE = {
    "# creates .venv": "the fixture `project` does this in a copy",
    "git clone": "the fixture `project` does this in a copy",
    "!papermill": "the hub's data: no network",
    "--multi_gpu": "several GPUs",
    "make test-gpu": "a GPU",
    "PROFILE=paper": "a GPU: refused here, which test_book holds",
    "vllm serve": "vLLM",
    "--executor slurm": "a cluster",
    "make keep": "test_results keeps a tree",
    "PROFILE=open": "real data: the profile's tests hold it",
    "PROFILE=smollm2": "an hour and a half",
    "book PROFILE=own": "minutes: test_own_data goes the same way",
}


def block(word):
    [result] = [text for text in BLOCKS if word in text]
    return result


def test_every_block_is_executed_or_says_why_not():
    for text in BLOCKS:
        assert any(word in text for word in (*EXECUTED, *ELSEWHERE)), text


def commands(text):
    """The words of every command in blocks and in the running text, without variables that are set
    before it."""
    lines = [line.removeprefix("!") for block in blocks_of(text) for line in block.splitlines()]
    running = re.sub(r"```.*?```", "", text, flags=re.S)
    lines += [
        span
        for span in re.findall(r"`([^`]+)`", running)
        if re.match(rf"(\w+=\S+ )*({'|'.join(PROGRAMS)}) ", span)
    ]
    for line in lines:
        words = shlex.split(" ".join(line.split()), comments=True)
        while words and re.fullmatch(r"[A-Z]+=.*", words[0]):
            del words[0]
        if words:
            yield words


def check_make(words):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for word in words[1:]:
        name, given, value = word.partition("=")
        if given:
            assert re.search(rf"^{name} \?=|\$\({name}\)", makefile, re.M), words
            assert name != "PROFILE" or (PROFILES / f"{value}.yaml").exists(), words
        else:
            assert re.search(rf"^{word}:", makefile, re.M), words


def check_papermill(words):
    notebook = Path(words[1]).stem
    assert notebook in notebook_names(), words
    for flag, name in pairwise(words):
        for parameter in [name] if flag == "-p" else yaml.safe_load(name) if flag == "-y" else []:
            assert parameter in notebook_defaults(notebook), words


def check_python(words):
    """The module or script is there, and reads the options."""
    if "-m" in words:
        at = words.index("-m")
        result = find_spec(words[at + 1])
        assert result, words
        sources = [result.origin, *(result.submodule_search_locations or ())]
        sources = [
            Path(path) / "__main__.py" if Path(path).is_dir() else Path(path) for path in sources
        ]
    elif words[0] == "python":
        at, sources = 0, [ROOT / words[1]]
    else:  # a launcher's bare name
        return
    sources.append(ROOT / "medinj_utils/core/profiles.py")  # whose options several programs take
    assert all(path.is_file() for path in sources), words
    read = "".join(path.read_text(encoding="utf-8") for path in sources)
    for word in words[at + 2:]:
        assert not word.startswith("--") or f'"{word.partition("=")[0]}"' in read, words


def check_pip(words):
    for extra in re.findall(r"\[(\w+)\]", " ".join(words)):
        assert extra in PROJECT["project"]["optional-dependencies"], words


def check_pytest(words):
    marks = [mark.partition(":")[0] for mark in PROJECT["tool"]["pytest"]["ini_options"]["markers"]]
    assert "-m" not in words or words[words.index("-m") + 1] in marks, words


def check_sbatch(words):
    assert (ROOT / words[1]).is_file() and (PROFILES / f"{words[2]}.yaml").exists(), words


CHECKS = {"make": check_make, "papermill": check_papermill, "python": check_python,
          "pip": check_pip, "pytest": check_pytest,
          "accelerate": check_python, "torchrun": check_python, "sbatch": check_sbatch}


@pytest.mark.parametrize("page", {**PAGES, **OTHERS})
def test_every_command_names_what_there_is(page):
    """Notebooks and their parameters, modules, scripts and their options, targets of make,
    profiles, extras, markers."""
    for words in commands({**PAGES, **OTHERS}[page]):
        if words[0] in CHECKS:
            CHECKS[words[0]](words)
        if words[0] in ("papermill", "lm_eval", "accelerate", "torchrun", "snakemake"):
            assert shutil.which(words[0]), words


@pytest.mark.parametrize("file", KEPT)
def test_every_command_of_a_measured_figure_names_what_there_is(file):
    for command in KEPT[file]:
        check_python(shlex.split(command))


@pytest.mark.parametrize("text", [
    "`make boook`", "`make book PROFILE=nothing`", "`make book DATE=today`",
    "`papermill notebooks/99_none.ipynb out.ipynb`",
    "```bash\npapermill notebooks/14_build_mixtures.ipynb out.ipynb \\\n  -p bugdet 3\n```",
    "`papermill notebooks/10_read_sources.ipynb o -y '{source: []}'`",
    "`python -m medinj_utils.nothing`", "`python -m medinj_utils.training.model_card x --gguff y`",
    "`python benchmarks/none.py`",
    "`python benchmarks/training.py --papers`", "`pip install '.[serve]'`", "`pytest -m gpus`",
    "`sbatch profiles/slurm/train.sbatch papers`"])
def test_a_command_that_names_what_is_not_there_is_noticed(text):
    [words] = commands(text)
    with pytest.raises(AssertionError):
        CHECKS[words[0]](words)


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory):
    """A copy of the project in which the blocks are run one after the other, with the mixtures of
    a small run."""
    folder = copy_with_small(tmp_path_factory.mktemp("by_hand") / "book")
    run(["env", "PROFILE=small", "snakemake", "--cores", "1", "--quiet", "--",
         "outputs/small/notebooks/14_build_mixtures.ipynb"], folder)
    return folder


@pytest.mark.parametrize("word", EXECUTED)
def test_the_block_runs_as_it_is_printed(by_hand, word):
    text = block(word)
    for printed, smaller in EXECUTED[word].items():
        text = text.replace(printed, smaller)
    run(["bash", "-euo", "pipefail", "-c", text], by_hand)


def test_by_hand_there_is_a_comparison_in_the_end(by_hand):
    assert (by_hand / "outputs/hand/tables/comparison.csv").exists()
    assert list((by_hand / "outputs/hand/merged").glob("*.safetensors"))
    assert list((by_hand / "outputs/hand/lm_eval").rglob("samples_medinj_mcqu_*.jsonl"))
