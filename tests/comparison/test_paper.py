from pathlib import Path

import pandas as pd
import pytest

from medinj_utils.comparison.paper import EXACT_MATCH, beside_paper, judges_beside_paper


def test_the_page_states_the_papers_figures_as_the_package_has_them():
    page = (Path(__file__).parents[2] / "book" / "comparison.md").read_text(encoding="utf-8")
    # made of them by `medinj_utils.comparison.noise.beside_noise`
    assert "{{ study.noise }}" in page
    assert not any(f"| {system} | {value}" in page for system, value in EXACT_MATCH.items())


def test_the_papers_gains_stand_beside_those_here():
    comparison = pd.DataFrame({"system": ["BASE", "SYN"], "exact_match": [0.4, 0.5],
                               "difference": [float("nan"), 0.1]})
    beside = beside_paper(comparison)
    assert beside.loc["SYN", "paper"] == 0.3823 and beside.loc["SYN", "here, gain over base"] == 0.1
    assert beside.loc["SYN", "paper, gain over base [C]"] == pytest.approx(-0.0851)


def test_the_papers_correlations_stand_beside_those_here():
    rows = [("pooled", "judge", "pearson", 0.7), ("pooled", "bleu", "pearson", 0.1),
            ("pooled", "meteor", "pearson", 0.5),
            ("pooled", "content_recall", "pearson", 0.9), ("x", "bleu", "pearson", 0.9),
            ("pooled", "rouge_l", "pearson", float("nan"))]
    beside = judges_beside_paper(pd.DataFrame(rows, columns=["generator", "scorer", "figure",
                                                             "estimate"]))
    assert beside["here"].tolist() == ["0.70", "0.10 to 0.50"]
    assert beside["paper"].tolist() == ["0.61", "0.02 to 0.36"]
    assert beside["scorers here"].tolist() == [1, 2] and set(beside["mark"]) == {"[2]"}
