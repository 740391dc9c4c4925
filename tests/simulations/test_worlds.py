"""The way from files to effects in many worlds, in a very small setting."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from medinj_utils.core.files import write_csv
from medinj_utils.core.profiles import load_profile
from medinj_utils.core.recipe import load_recipe
from simulations import worlds
from simulations.worlds import find_worlds, found_in, read_worlds, summarise_worlds


def small(name):
    profile = load_profile(name)
    world = profile.world.model_copy(update={"substances": 6, "rows_per_fact": 3,
                                             "tests_per_fact": 2, "general_tests": 4})
    notebooks = profile.notebooks | {
        "14_build_mixtures": {"budget": 24},
        "21_train_adapter": profile.notebooks["21_train_adapter"] | {"backend": "peft"},
    }
    return profile.model_copy(update={"world": world, "notebooks": notebooks,
                                      "shared": profile.shared | {"seeds": [0]}})


def test_a_world_is_gone_through_once_and_its_effects_stand_beside_the_planted_ones(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(worlds, "load_profile", small)
    monkeypatch.setattr(worlds, "load_recipe",
                        lambda path: replace(load_recipe(path), epochs=1, batch_size=8))
    table = found_in("planted", 3, tmp_path / "planted-3", 200)
    assert table["effect"].tolist()[:3] == ["main NAT", "main SYN", "main TRAD"]
    assert len(table) == 14
    assert (table["low"] <= table["estimate"]).all() and table["planted"].notna().all()
    assert table["smallest_p_holm"].nunique() == 1 and table["world"].unique() == [3]
    monkeypatch.setattr(worlds, "write_world", lambda *args,
                        **kwargs: pytest.fail("gone through again"))
    assert found_in("planted", 3, tmp_path / "planted-3", 200).equals(table)


def test_the_books_worlds_hold_what_was_planted_and_show_nothing_where_nothing_is(tmp_path):
    book = Path(__file__).parents[2] / "book"
    summary = summarise_worlds(read_worlds(book / "worlds.csv"))
    write_csv(summary, tmp_path / "summary.csv")
    assert (tmp_path / "summary.csv").read_text() == (book / "worlds_summary.csv").read_text()
    every = summary[summary["what"].str.startswith("all main effects")]
    assert (every["cases"] >= 60).all() and (every["share"] >= 0.9).all()
    false = summary[summary["what"].str.startswith("any pair")].iloc[0]
    assert false["cases"] >= 20 and false["low"] <= 0.05


def test_what_is_done_is_written_at_once_and_joined_with_what_stood_there(tmp_path, monkeypatch):
    def found(kind, seed, root):
        return pd.DataFrame({"kind": kind, "world": seed, "effect": ["main NAT", "main SYN"],
                             "estimate": [0.1, 0.2]})

    class Pool:
        def __init__(self, *args):
            self.done = []

        def __enter__(self):
            return self

        def __exit__(self, *error):
            return None

        def submit(self, call, *args):
            from concurrent.futures import Future
            future = Future()
            future.set_result(found(*args))
            return future

    monkeypatch.setattr(worlds, "ProcessPoolExecutor", Pool)
    pd.DataFrame(
        {"kind": ["null"], "world": [1], "effect": ["main NAT"], "estimate": [0.9]}
    ).to_csv(tmp_path / "worlds.csv", index=False)
    table = find_worlds(2, tmp_path, tmp_path / "worlds.csv")
    assert len(table) == 8 and table["kind"].tolist() == ["null"] * 4 + ["planted"] * 4
    assert table["estimate"].max() == 0.2


def test_the_summary_counts_intervals_that_hold_and_false_findings():
    table = pd.DataFrame(
        [
            {
                "kind": kind,
                "world": world,
                "effect": effect,
                "estimate": 0.1,
                "low": 0.0,
                "high": 0.2,
                "planted": 0.15 if world < 3 else 0.3,
                "smallest_p_holm": 0.01 if world == 1 else 0.6,
            }
            for kind in ("planted", "null")
            for world in (1, 2, 3, 4)
            for effect in ("main NAT", "shapley NAT")
        ]
    )
    summary = summarise_worlds(table).set_index(["worlds", "what"])
    row = summary.loc[("planted", "main NAT: planted effect in its interval")]
    assert (row["cases"], row["count"], row["share"], row["planted, mean"]) == (4, 2, 0.5, 0.225)
    false = summary.loc[("null", "any pair of tuned systems told apart")]
    assert (false["cases"], false["count"]) == (4, 1)
    assert false["low"] < 0.25 < false["high"]
    assert len(summary) == 5
    every = summary.loc[("planted", "all main effects: planted effect in its interval")]
    assert (every["cases"], every["count"]) == (4, 2) and pd.isna(every["low"])
