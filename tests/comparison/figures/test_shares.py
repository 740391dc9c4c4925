import pandas as pd

from medinj_utils.comparison.figures import shares_figure

NAN = float("nan")
SHARES = pd.DataFrame({"judge": ["a", "a", "b", "b"], "system": ["BASE", "NAT", "BASE", "NAT"],
                       "estimate": [0.2, 0.5, 0.3, NAN], "low": [0.1, NAN, 0.2, NAN],
                       "high": [0.4, NAN, 0.6, NAN], "if_unreadable_0": [0.1, 0.2, 0.3, 0.0],
                       "if_unreadable_1": [0.5, 0.9, 0.3, 1.0]})


def test_the_figure_has_a_panel_per_judge_and_a_row_per_system_with_a_share():
    figure, alt = shares_figure(SHARES, "judge", "Judged right, per cent")
    assert [panel.get_title() for panel in figure.axes] == ["a", "b"]
    assert [len(panel.containers) for panel in figure.axes] == [2, 1]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["BASE", "NAT"]
    assert alt == "Judged right, per cent. a, BASE: 20.0; a, NAT: 50.0; b, BASE: 30.0."


def test_a_third_panel_stands_below():
    third = SHARES.head(2).assign(judge="c")
    figure, _ = shares_figure(pd.concat([SHARES, third]), "judge", "x")
    assert [panel.get_title() for panel in figure.axes] == ["a", "b", "c"]
    tops = [round(panel.get_position().y1, 2) for panel in figure.axes]
    assert tops[0] == tops[1] > tops[2]


def test_without_a_share_there_is_nothing_to_draw():
    assert shares_figure(SHARES.tail(1), "judge", "x") is None
    assert shares_figure(SHARES.head(0), "judge", "x") is None
