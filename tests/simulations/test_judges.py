"""Planted agreement, effects of length, flips and shares lie inside their intervals."""

from simulations.judges import held, held_in


def test_intervals_hold_what_was_planted_in_judges():
    table = held(5, 100).set_index(["kind", "figure", "scorer"])
    alone = table.loc[("shares", "judge alone", "judge_swayed"), "inside"]
    assert alone < 0.5, "a swayed judge's own share is what the correction is for"
    others = table.drop(("shares", "judge alone", "judge_swayed"))
    for kind, rows in others.groupby("kind"):
        assert (rows["inside"] * rows["cases"]).sum() / rows["cases"].sum() >= 0.85, kind


def test_a_world_is_judged_the_same_each_time():
    table = held_in(3, 20)
    assert table.equals(held_in(3, 20))
    assert set(table["kind"]) == {"agreement", "length", "edits", "shares"}
    assert table["inside"].isin([True, False]).all()
