import numpy as np
import pandas as pd
import pytest

from comparison.simulated import by_provenances
from medinj_utils.comparison import compare_pairs
from medinj_utils.comparison.train_test import train_test_interactions


def test_an_interaction_is_found_where_it_was_planted():
    for planted in (0.0, 1.0):
        scores, provenance, clusters = by_provenances(2400, seeds=(0, 1), interaction=planted)
        table = train_test_interactions(scores, provenance, clusters, 1000).set_index(
            ["first", "second", "on"]
        )
        both = table.loc["TRAD", "BASE", "translated − native"]
        assert (both["low"] > 0) == bool(planted)
        for on in ("native", "translated"):
            own = scores[provenance == on]
            assert table.loc["TRAD", "NAT", on]["estimate"] == pytest.approx(
                own["TRAD"].to_numpy().mean() - own["NAT"].to_numpy().mean())
        assert table.loc["NAT", "BASE", "native"]["items"] == 1200 and both["items"] == 2400
    only = provenance.mask(provenance == "native", "translated")
    assert train_test_interactions(scores, only, clusters).empty


def test_an_interaction_in_unequal_parts_has_the_intervals_of_each_part():
    scores, provenance, clusters = by_provenances(1200, seeds=(0, 1))
    few = provenance[provenance == "native"].index[:120]  # a tenth of what is left
    kept = provenance.index[(provenance == "translated") | provenance.index.isin(few)]
    scores, provenance, clusters = (
        scores.loc[kept],
        provenance.loc[kept],
        pd.Series(clusters, provenance.index).loc[kept],
    )
    table = train_test_interactions(scores, provenance, clusters, 2000).set_index(
        ["first", "second", "on"]
    )
    for on in ("native", "translated"):
        own = provenance.index[provenance == on]
        pairs = compare_pairs(scores.loc[own], 2000, clusters=clusters.loc[own]).set_index(
            ["first", "second"]
        )
        gain, pair = table.loc["TRAD", "NAT", on], pairs.loc["NAT", "TRAD"]
        assert gain["high"] - gain["low"] == pytest.approx(pair["high"] - pair["low"], rel=0.1)
    width = table["high"] - table["low"]
    both = np.hypot(width["TRAD", "NAT", "native"], width["TRAD", "NAT", "translated"])
    assert width["TRAD", "NAT", "translated − native"] == pytest.approx(both, rel=0.1)
