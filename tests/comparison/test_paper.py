from pathlib import Path

import pandas as pd
import pytest

from medinj_utils.comparison.paper import EXACT_MATCH, beside_paper


def test_the_page_states_the_papers_figures_as_the_package_has_them():
    page = (Path(__file__).parents[2] / "book" / "comparison.md").read_text(encoding="utf-8")
    assert "{{ study.noise }}" in page  # made of them by `medinj_utils.comparison.noise.beside_noise`
    assert not any(f"| {system} | {value}" in page for system, value in EXACT_MATCH.items())


def test_the_papers_gains_stand_beside_those_here():
    comparison = pd.DataFrame({"system": ["BASE", "SYN"], "exact_match": [0.4, 0.5], "difference": [float("nan"), 0.1]})
    beside = beside_paper(comparison)
    assert beside.loc["SYN", "paper"] == 0.3823 and beside.loc["SYN", "here, gain over base"] == 0.1
    assert beside.loc["SYN", "paper, gain over base [C]"] == pytest.approx(-0.0851)
