import numpy as np
import pandas as pd
import pytest

from medinj_utils.comparison import compare_pairs
from medinj_utils.comparison.figures import forest_figure, pairs_figure


@pytest.fixture(scope="module")
def parts():
    rng = np.random.default_rng(2)
    shares = [0.2, 0.6, 0.6]
    scores = pd.DataFrame((rng.random((100, 3)) < shares).astype(float),
                          columns=["BASE", "NAT", "SYN"])
    # the base stands second in one pair and first in another
    scores = scores[["NAT", "BASE", "SYN"]]
    return pd.concat([compare_pairs(part, 200).assign(part=name)
                      for name, part in (("all", scores), ("task: mcqu", scores.head(60)))])


def test_every_part_has_a_panel_of_differences_to_the_base(parts):
    figure, alt = forest_figure(parts)
    assert [axes.get_title() for axes in figure.axes if axes.get_visible()] == [
        "all", "task: single-answer"]
    points = [container[0].get_xdata()[0] for container in figure.axes[0].containers]
    own = parts[parts["part"] == "all"].set_index(["first", "second"])["difference"]
    assert points == pytest.approx([own["NAT", "BASE"], -own["BASE", "SYN"]]) and min(points) > 0.2
    n = (parts.groupby("part")["p_holm"].apply(lambda p: (p < 0.05).sum()))
    assert alt.endswith(f"all {n['all']} of 3; task: single-answer {n['task: mcqu']} of 3.")


def test_the_matrix_holds_every_difference_twice(parts):
    own = parts[parts["part"] == "all"].drop(columns="part")
    figure, alt = pairs_figure(own)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert len(texts) == 6
    assert any(text.startswith(f"{100 * own['difference'].iloc[0]:+.1f}") for text in texts)
    assert alt.startswith(
        "Matrix of the differences between 3 systems in points. 2 of 3 pairs differ"
    )
