import matplotlib.pyplot as plt
import pandas as pd
import pytest

from medinj_utils.comparison.figures.intervals import draw_intervals, draw_systems, name_rows
from medinj_utils.core.style import MARKERS


@pytest.mark.parametrize("vertical", [False, True])
def test_intervals_run_from_low_to_high_around_the_estimate(vertical):
    table = pd.DataFrame({"estimate": [0.5, 0.2], "low": [0.4, 0.25], "high": [0.7, 0.3]})
    _, axes = plt.subplots()
    draw_intervals(axes, table, [3, 7], "black", vertical)
    points, _, (bars,) = axes.containers[0]
    across, along = (points.get_xdata(), points.get_ydata())[:: 1 if vertical else -1]
    assert list(across) == [3, 7] and list(along) == [0.5, 0.2]
    ends = [segment[:, int(vertical)].tolist() for segment in bars.get_segments()]
    # an end beyond the estimate is cut
    assert ends == [pytest.approx([0.4, 0.7]), pytest.approx([0.2, 0.3])]


def test_every_system_has_a_shape_and_differences_are_in_points():
    table = pd.DataFrame({"estimate": [0.5, 0.2], "low": 0.1, "high": 0.7})
    _, axes = plt.subplots()
    draw_systems(axes, table, [0, 1], ["NAT-SYN", "NAT-TRAD"])
    assert [container[0].get_marker() for container in axes.containers] == ["D", "v"]
    assert len(set(MARKERS.values())) == 8
    name_rows(axes, ["a", "b"], "points")
    assert axes.xaxis.get_major_formatter()(0.25) == "25"
