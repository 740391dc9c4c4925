"""Tables in Markdown give verdicts."""

import pytest

from medinj_utils.evaluation.reading import choice, read_choice, tables
from medinj_utils.evaluation.reading.rules import ORGANS

from .helpers import examples, is_shown, read

RULE = type("Rule", (), {"name": "tables", "examples": tables.EXAMPLES})


@pytest.mark.parametrize("example", examples([RULE]))
def test_example(example):
    assert read(example) == example.read


def test_the_step_is_shown_by_an_example(monkeypatch):
    monkeypatch.setattr(choice, "with_tables_as_verdicts", lambda text, options: text)
    assert is_shown(RULE)


@pytest.mark.parametrize("cells", [
    ["A | vrai", "B | faux", "C | vrai"], ["A | vrai", "B | vrai ?", "C | vrai", "D | faux"],
    ["A | 1", "B | 0", "C | 1", "D | ?"]])
def test_refused(cells):
    assert (
        read_choice(
            "\n".join(f"| {row} |" for row in ["Option | Avis", "---|---", *cells]), ORGANS, "mcqu"
        )
        is None
    )
