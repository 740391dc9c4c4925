"""The commands that are printed on the pages for readers: each is executed, or checked as far as it can be here."""

import re
import shlex
import shutil
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest
from book.conftest import run

from medinj_utils.core.parameters import notebook_defaults, notebook_names
from medinj_utils.core.profiles import PROFILES

PAGES = [(Path(__file__).parents[2] / "book" / f"{name}.md").read_text(encoding="utf-8")
         for name in ("run_it_yourself", "own_data")]
BLOCKS = [block.replace("\\\n", " ") for page in PAGES for block in re.findall(r"```bash\n(.*?)```", page, re.S)]
#: Blocks that run here, in this order, by a word of theirs; what is put in place of what, to have it smaller.
EXECUTED = {"demo.world": {}, "{recipe: profiles/recipes/demo.yaml": {}, "model_card": {}, "torchrun": {" demo ": " small "},
            "37_exchange_with_harness": {}, "check-profile": {}}
#: Blocks that do not, by a word of theirs, and why.
ELSEWHERE = {"git clone": "the fixture `project` does this in a copy", "!papermill": "the hub's data: no network",
             "--multi_gpu": "several GPUs", "make test-gpu": "a GPU", "PROFILE=paper": "a GPU: refused here, which test_book holds",
             "vllm serve": "vLLM", "--executor slurm": "a cluster", "make keep": "test_results keeps a tree", "PROFILE=open": "real data: the profile's tests hold it",
             "PROFILE=smollm2": "half an hour", "book PROFILE=own": "minutes: test_own_data goes the same way"}


def block(word):
    [found] = [text for text in BLOCKS if word in text]
    return found


def test_every_block_is_executed_or_says_why_not():
    for text in BLOCKS:
        assert any(word in text for word in (*EXECUTED, *ELSEWHERE)), text


def commands():
    for text in BLOCKS:
        for line in text.splitlines():
            words = shlex.split(line.removeprefix("!"), comments=True)
            if words:
                yield words


def test_every_command_names_what_there_is():
    """Notebooks and their parameters, modules, targets of make, profiles, scripts."""
    targets = set(re.findall(r"^([a-z-]+):", Path("Makefile").read_text(encoding="utf-8"), re.M))
    for words in commands():
        if words[0] == "papermill":
            notebook = Path(words[1]).stem
            assert notebook in notebook_names(), words
            for flag, name in pairwise(words):
                if flag == "-p":
                    assert name in notebook_defaults(notebook), words
        if words[0] == "make":
            assert words[1] in targets
            assert all((PROFILES / f"{word[8:]}.yaml").exists() for word in words if word.startswith("PROFILE="))
        if "-m" in words:
            assert find_spec(words[words.index("-m") + 1]), words
        if words[0] in ("papermill", "lm_eval", "accelerate", "torchrun", "snakemake"):
            assert shutil.which(words[0]), words


@pytest.fixture(scope="module")
def by_hand(project):
    """The folder of the project, in which the blocks are run one after the other."""
    return project[0]


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
