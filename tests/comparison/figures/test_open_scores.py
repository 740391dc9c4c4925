import pandas as pd

from medinj_utils.comparison.figures import open_scores_figure
from medinj_utils.core.style import system_colour


def test_each_system_has_its_colour_and_each_provenance_its_place():
    scores = pd.DataFrame([{"metric": "rouge_l", "provenance": part, "system": system,
                            "questions": 30, "estimate": value,
                            "low": value - 0.1 if part == "all" else None,
                            "high": value + 0.1 if part == "all" else None}
                           for part in ("all", "native") for system, value in (("NAT", 0.5),
                                                                               ("BASE", 0.25))])
    figure, alt = open_scores_figure(scores, "rouge_l")
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["all\n30 questions",
                                                                      "native\n30 questions"]
    assert [box[0].get_color() for box in axes.containers] == [system_colour("BASE"),
                                                               system_colour("NAT")]
    assert alt.endswith(
        "by provenance of the question. Lowest to highest: all 0.25 to 0.50; native 0.25 to 0.50."
    )
    assert open_scores_figure(scores, "bleu") is None
    assert open_scores_figure(scores.assign(estimate=None), "rouge_l") is None
