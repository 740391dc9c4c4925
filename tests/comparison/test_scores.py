import numpy as np
import pandas as pd
import pytest

from comparison.simulated import independent
from medinj_utils.comparison import compare_pairs
from medinj_utils.comparison.pairs import rank_intervals, system_table
from medinj_utils.comparison.parts import compare_parts
from medinj_utils.comparison.probes import over_orders
from medinj_utils.comparison.resampling import resample
from medinj_utils.comparison.tables import extraction_failure_shares


@pytest.mark.parametrize("spoil, message", [
    (lambda t: t.assign(A=t["A"].where(t.index != 4)), "no finite score of system 'A' for item 4"),
    (lambda t: t[["A"]], "two systems"), (lambda t: t.iloc[:0], "need items"),
    (lambda t: pd.concat([t, t.head(1)]), "item 0 twice")])
def test_gaps_single_systems_and_repeated_items_are_refused(spoil, message):
    with pytest.raises(ValueError, match=message):
        compare_pairs(spoil(independent(A=0.5, B=0.5)), 100)
    with pytest.raises(ValueError, match=r"shape \(3,\) for 200 items"):
        compare_pairs(independent(A=0.5, B=0.5), 100, clusters=[1, 2, 3])


@pytest.mark.parametrize("clusters, message", [
    ([1, None, 2, 2], "item 1 has no cluster"), ([float("nan"), 1, 2, 2], "item 0 has no cluster"),
    (["x"] * 4, "all items are in one cluster"), ([[1, 2]] * 4, r"shape \(4, 2\)"),
    (pd.Series([1, 2, 3, 4], index=[0, 1, 2, 9]), "not of the same items: 2")])
def test_clusters_that_can_not_be_used_are_refused(clusters, message):
    with pytest.raises(ValueError, match=message):
        compare_pairs(independent(4, A=0.5, B=0.5), 100, clusters=clusters)
    with pytest.raises(ValueError, match="resamples is 0"):
        compare_pairs(independent(4, A=0.5, B=0.5), 0)


def test_a_series_of_clusters_is_taken_by_item_and_not_by_place():
    table = independent(60, A=0.5, B=0.5)
    clusters = pd.Series(np.arange(60) // 3, index=table.index)
    turned = clusters.sample(frac=1, random_state=0)
    assert compare_pairs(table, 300, clusters=turned).equals(compare_pairs(table, 300,
                                                                           clusters=clusters))


@pytest.mark.parametrize("spoil, message", [
    (lambda t: t.replace(1.0, np.inf), "no finite score"),
    (lambda t: t[["A", "A"]], "0 systems|1 systems"),
    (lambda t: pd.concat([t, t["A"]], axis=1), "have column 'A' twice"),
    (lambda t: t.set_axis(pd.MultiIndex.from_tuples([("A", 0), ("A", 1)]), axis=1),
     "1 systems; need items and two systems")])
def test_more_bad_scores_are_refused_with_what_is_wrong(spoil, message):
    table = pd.DataFrame({"A": [1.0, 0, 1] * 10, "B": [0.0, 0, 1] * 10})
    with pytest.raises(ValueError, match=message):
        compare_pairs(spoil(table), 50)


def test_wrong_columns_are_named_with_those_that_are_expected():
    table = independent(BASE=0.3, NAT=0.5)
    pairs, drawn = compare_pairs(table, 100), resample(table, 100)
    rows = pd.DataFrame({"system": ["NAT"], "id": ["a"]})
    for call, lacking in (
            (lambda: extraction_failure_shares(rows),
             "read, set_aside; expected: read, set_aside, system; there are: system"),
            (lambda: system_table(drawn, pairs.drop(columns="p"), None), "p; expected: difference"),
            (lambda: rank_intervals(drawn.means, pairs.drop(columns="p_holm")), "p_holm; expected"),
            (lambda: over_orders(rows), "exact_match, reordered, run, variant; expected"),
            (lambda: compare_parts(table, drawn, pairs, rows, ["task"]),
             "task; expected: task; there are: system, id")):
        with pytest.raises(ValueError, match=lacking):
            call()
    with pytest.raises(ValueError, match=r"not all numbers \(.*'i0'\).*columns are id, BASE, NAT"):
        compare_pairs(
            table.set_axis([f"i{i}" for i in table.index]).rename_axis("id").reset_index(), 100
        )
    with pytest.raises(ValueError, match="smallest is 0; need an effect above 0"):
        compare_pairs(table, 100, smallest=0)
