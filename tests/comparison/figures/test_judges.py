"""Figures of notebook 35."""

import pandas as pd

from medinj_utils.comparison.figures import agreement_figure, verbosity_figure
from medinj_utils.comparison.judging import agreement_table, length_table
from medinj_utils.comparison.paper import JUDGE_PEARSON


def test_every_scorer_is_a_row_and_the_papers_figures_are_marked(triplets, triplet_scores, planted):
    agreement = agreement_table(triplets, triplet_scores, planted, 50)
    figure, alt = agreement_figure(agreement)
    assert len(figure.axes) == 4
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert len(labels) == triplet_scores.shape[1]
    assert "judge_swayed" in labels and not {"bleu", "chrf"} & set(labels)  # as in the tables
    assert any(line.get_xdata()[0] == JUDGE_PEARSON for line in figure.axes[0].lines)
    assert "judge_swayed 0." in alt and "Crosses: planted." in figure.texts[-1].get_text()
    without, _ = agreement_figure(agreement_table(triplets, triplet_scores, None, 50))
    assert "Crosses" not in without.texts[-1].get_text()


def test_length_and_flips_stand_beside_each_other(triplets, triplet_scores, planted):
    lengths = length_table(triplets, triplet_scores, planted, 50)
    flips = pd.DataFrame(
        {
            "edit": ["pad", "hedge", "pad"],
            "scorer": ["judge_swayed", "judge_swayed", "judge_steady"],
            "figure": "flips",
            "estimate": [0.2, 0.1, 0.0],
            "low": [0.1, 0.0, 0.0],
            "high": [0.3, 0.2, 0.05],
        }
    )
    figure, alt = verbosity_figure(lengths, flips)
    left, right = figure.axes
    assert len(left.get_yticklabels()) == 4
    assert [text.get_text() for text in right.get_yticklabels()] == ["padded (wrong)", "hedged"]
    assert "judge_swayed +" in alt and verbosity_figure(lengths, flips.head(0)) is not None


def test_every_judge_of_many_is_drawn(triplets, triplet_scores, planted):
    flips = pd.DataFrame({"edit": "pad", "scorer": [f"judge_{n}" for n in range(9)],
                          "figure": "flips", "estimate": 0.2, "low": 0.1, "high": 0.3})
    figure, _ = verbosity_figure(length_table(triplets, triplet_scores, planted, 50), flips)
    assert len(figure.axes[1].get_legend().get_texts()) == 9
