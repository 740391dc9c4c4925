import pandas as pd
import pytest

from comparison.simulated import by_provenances
from medinj_utils.comparison.factorial import cell_means, effect_table
from medinj_utils.comparison.figures import (
    effects_figure,
    interactions_figure,
    shapley_figure,
    simplex_figure,
)
from medinj_utils.comparison.resampling import resample
from medinj_utils.core.names import SYSTEMS
from medinj_utils.core.wording import points


@pytest.fixture(scope="module")
def drawn():
    scores, _, clusters = by_provenances(300)
    return resample(scores, 200, clusters=clusters)


def test_effects_are_drawn_by_kind_and_named_with_their_intervals(drawn):
    effects = effect_table(drawn)
    figure, alt = effects_figure(effects, "synergy")
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == [
        "NAT-SYN",
        "NAT-TRAD",
        "TRAD-SYN",
        "ALL",
    ]
    nat = effects.iloc[0]
    figure, alt = effects_figure(effects.assign(planted=0.1), "main")
    assert f"NAT {points(nat)}" in alt
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["planted"]


def test_shares_are_bars(drawn):
    figure, alt = shapley_figure(effect_table(drawn))
    assert len(figure.axes[0].patches) == 3 and alt.startswith("Shapley shares")


def test_each_two_provenances_have_a_panel(drawn):
    figure, alt = interactions_figure(cell_means(drawn), effect_table(drawn))
    assert len(figure.axes) == 3 and "NAT × SYN × TRAD" in alt


def test_mixtures_stand_in_the_triangle():
    table = pd.DataFrame({"system": SYSTEMS, "exact_match": 0.5, "low": 0.1, "high": 0.9})
    figure, alt = simplex_figure(table)
    assert sorted(text.get_text().split("\n")[0] for text in figure.axes[0].texts) == sorted(
        SYSTEMS[1:]
    )
    assert "NAT-TRAD 50.0" in alt and "BASE" not in alt
