"""Figures are drawn, and their alternative texts say what they show."""

import pandas as pd

from medinj_utils.data.artefacts import right_positions
from medinj_utils.data.figures import (
    composition_figure,
    lengths_figure,
    overlap_figure,
    positions_figure,
    records_figure,
)
from medinj_utils.data.overlap import find_leaks, leak_matrix
from medinj_utils.data.text_measures import texts_by_row


def test_alternative_texts_hold_the_numbers_of_the_figures(world):
    records = world["records"]
    native = (records["provenance"] == "native").sum()
    figure, alt = records_figure(records)
    assert f"native {native:,};" in alt
    rows = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert "single-answer · train" in rows
    matrix = leak_matrix(find_leaks(records), records)
    n_training = (records["split"] == "train").sum()
    assert (
        f"is also in the test: 4 of {n_training:,}. native · planted medicine 4;"
        in overlap_figure(matrix, records)[1]
    )
    figure, alt = positions_figure(right_positions(records))
    assert alt.startswith("Share of right letters")
    assert figure.axes[0].get_ylabel() == "Share of right letters"
    words = texts_by_row(records)["words"]
    median = words[records["provenance"] == "native"].median()
    assert f"native {median:.0f}" in lengths_figure(records, words)[1]
    composition = pd.DataFrame({"configuration": ["SYN", "NAT", "NAT"],
                                "provenance": ["synthetic", "native", "native"],
                                "task": ["mcq", "mcqu", "mcq"], "rows": [1200, 700, 500]})
    figure, alt = composition_figure(composition)
    assert alt.endswith("NAT 1,200 rows; SYN 1,200 rows.") and len(figure.axes[0].patches) == 6
