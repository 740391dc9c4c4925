import pandas as pd

from medinj_utils.evaluation.figures import reliability_figure


def test_there_is_a_panel_per_system_and_the_errors_stand_in_words():
    table = pd.DataFrame({"system": ["NAT", "BASE", "BASE"], "bin": [9, 3, 9], "items": [4, 2, 2],
                          "confidence": [0.9, 0.35, 0.95],
                          "exact_match": [0.5, 0.0, 1.0], "ece": [0.4, 0.2, 0.2], "brier": 0.5})
    figure, alt = reliability_figure(table)
    assert [panel.get_title() for panel in figure.axes if panel.get_visible()] == ["BASE", "NAT"]
    assert alt == "Exact match over confidence. Expected calibration error: BASE 0.20; NAT 0.40."


def test_without_likelihoods_the_figure_says_so():
    empty = pd.DataFrame(columns=["system", "bin", "items", "confidence", "exact_match", "ece",
                                  "brier"])
    assert "No question" in reliability_figure(empty)[1]
