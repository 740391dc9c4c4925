import numpy as np
import pandas as pd
import pytest
from scipy.stats import kendalltau

from medinj_utils.comparison.display import shown_against_base, shown_changes, shown_positions
from medinj_utils.comparison.figures import conditions_figure
from medinj_utils.comparison.parts import compare_by_wording
from medinj_utils.comparison.probes import (
    all_orders,
    kendall,
    load_probed,
    over_orders,
    preferred_positions,
    probe_means,
)
from medinj_utils.comparison.sampling import (
    sampled_answers,
    sampled_ranking_in_words,
    single_letters,
)
from medinj_utils.core.files import write_parquet
from medinj_utils.core.names import Run
from medinj_utils.core.style import captioned
from medinj_utils.evaluation.probes import ORIGINAL


def test_kendall_is_scipys_where_there_are_no_ties():
    rng = np.random.default_rng(0)
    one, other = rng.random((20, 8)), rng.random((20, 8))
    assert kendall(one, other) == pytest.approx(
        [kendalltau(a, b).statistic for a, b in zip(one, other, strict=True)]
    )
    assert kendall(one, one) == pytest.approx(np.ones(20))
    assert kendall(one, -one) == pytest.approx(-np.ones(20))
    # a tie is neither
    assert kendall(np.array([[1.0, 1.0, 2.0]]), np.array([[1.0, 2.0, 3.0]]))[0] == pytest.approx(
        2 / 3
    )


def test_a_variant_that_turns_the_order_around_is_found_and_one_that_changes_nothing_too():
    rng = np.random.default_rng(1)
    hard = rng.random(800)
    abilities = {"BASE": 0.2, "NAT": 0.5, "SYN": 0.8}
    index = [f"i{i}" for i in range(800)]
    plain = pd.DataFrame(
        {(name, 0): (hard < share).astype(float) for name, share in abilities.items()}, index=index
    )
    turned = pd.DataFrame(
        {(name, 0): (hard < 1 - share).astype(float) for name, share in abilities.items()},
        index=index,
    )
    matrices = {ORIGINAL: plain, "same": plain, "turned": turned.head(500)}
    means, rankings = probe_means(matrices, 400, clusters=pd.Series(np.arange(800) // 2, index))
    assert rankings.set_index("variant")["tau"].to_dict() == {"same": 1.0, "turned": -1.0}
    assert rankings.set_index("variant")["items"].to_dict() == {"same": 800, "turned": 500}
    at = means.set_index(["variant", "system"])
    unseen = 1 - 0.025 ** (1 / 400)  # of 400 clusters none changed
    assert at.loc[
        ("same", "NAT"), ["change", "change_low", "change_high"]
    ].tolist() == pytest.approx([0, -unseen, unseen], abs=1e-5)
    assert at.loc[(ORIGINAL, "NAT"), ["change", "change_low", "change_high"]].tolist() == [0, 0, 0]
    expected = turned["SYN"].head(500).to_numpy().mean() - plain["SYN"].head(500).to_numpy().mean()
    assert at.loc[("turned", "SYN"), "change"] == pytest.approx(expected)
    assert at.loc[("turned", "SYN"), "change_high"] < 0
    with pytest.raises(ValueError, match="no scores of the variant 'original'; there are: same"):
        probe_means({"same": plain})


def test_an_order_that_rests_on_single_questions_may_turn():
    """Of equal systems nothing is known of the order; one question more, or three, decide nothing;
    twenty do."""
    right = np.arange(200) < 100

    def ranking(more: int):
        scores = pd.DataFrame({("BASE", 0): right, ("NAT", 0): np.arange(200) < 100 + more}).astype(
            float
        )
        return (
            probe_means({ORIGINAL: scores, "numbers": scores}, 400)[1][["tau", "low", "high"]]
            .iloc[0]
            .tolist()
        )

    assert ranking(0) == [0, -1, 1]
    assert ranking(1) == ranking(3) == [1, -1, 1]
    assert ranking(20) == [1, 1, 1]


def rows(answers: dict, gold: dict) -> pd.DataFrame:
    """Answers by variant and item to one question each, as letters."""
    return pd.DataFrame(
        [
            Run("NAT").columns()
            | {
                "variant": variant,
                "id": item,
                "task": "mcqu",
                "reordered": variant == "order 1",
                "letters": letter,
                "gold": gold[variant, item],
                "exact_match": None if letter is None else int(letter == gold[variant, item]),
            }
            for (variant, item), letter in answers.items()
        ]
    )


def test_variants_of_few_questions_are_left_out():
    index = [f"i{i}" for i in range(60)]
    plain = pd.DataFrame(
        np.random.default_rng(0).random((60, 2)) < 0.5, index, columns=[("BASE", 0), ("NAT", 0)]
    ).astype(float)
    plain.columns = pd.MultiIndex.from_tuples(plain.columns)
    clusters = pd.Series(np.arange(60) // 2, index)  # of two: 38 questions are 19 clusters
    matrices = {ORIGINAL: plain, "order 1": plain.head(38), "numbers": plain.head(40),
                "all or none": plain.head(1)}
    means, rankings = probe_means(matrices, 100, clusters=clusters)
    assert rankings["variant"].tolist() == ["numbers"]
    assert set(means["variant"]) == {ORIGINAL, "numbers"}
    assert all_orders(matrices, ["order 1"], 100, clusters).empty
    assert probe_means({ORIGINAL: plain, "one": plain.head(1)}, 100, clusters)[1].empty


def test_orders_by_hand():
    gold = {(ORIGINAL, "a"): "A", ("order 1", "a"): "B", (ORIGINAL, "b"): "A",
            ("order 1", "b"): "D", (ORIGINAL, "c"): "B",
            ("no question", "a"): "A"}
    scores = rows({(ORIGINAL, "a"): "A", ("order 1", "a"): "B", (ORIGINAL, "b"): "A",
                   ("order 1", "b"): "A",
                   (ORIGINAL, "c"): "B", ("no question", "a"): "C"}, gold)
    # c was not asked in another order, and no question is no order
    row = over_orders(scores).loc["NAT-s0"]
    assert row.to_dict() == {"items": 2, "orders": 2, "worst": 0.5, "best": 1.0, "mean": 0.75,
                             "all": 0.5, "any": 1.0}
    places = preferred_positions(scores).loc["NAT-s0"]
    assert places.loc["A"].tolist() == [pytest.approx(3 / 5), pytest.approx(2 / 5)]
    assert places.loc["D"].tolist() == [0, pytest.approx(1 / 5)]
    assert places["named"].sum() == pytest.approx(1)


def test_orders_taken_together_have_their_mean_change_and_ranking():
    rng = np.random.default_rng(3)
    hard, index = rng.random(600), [f"i{i}" for i in range(600)]
    matrices = {
        name: pd.DataFrame(
            {
                (system, 0): (hard < share - fall).astype(float)
                for system, share in (("BASE", 0.3), ("NAT", 0.5), ("SYN", 0.8))
            },
            index=index,
        )
        for name, fall in ((ORIGINAL, 0), ("order 1", 0.1), ("order 2", 0.2), ("no question", 0.25))
    }
    matrices["order 2"] = matrices["order 2"].head(500)
    [together] = all_orders(matrices, ["order 1", "order 2"], 400).to_dict("records")
    kept = index[:500]
    both = [matrices[name].loc[kept].to_numpy().mean() for name in (ORIGINAL, "order 1", "order 2")]
    assert together["change"] == pytest.approx((both[1] + both[2]) / 2 - both[0])
    assert together["change_high"] < 0
    assert together["tau"] == 1 and together["tau_low"] > 0.9
    assert all_orders({ORIGINAL: matrices[ORIGINAL]}, []).empty and all_orders({}, []).empty


def test_the_change_over_all_orders_weighs_every_run_the_same():
    rng = np.random.default_rng(5)
    runs = [("BASE", 0), ("NAT", 1), ("NAT", 2), ("NAT", 3)]
    index = [f"i{i}" for i in range(300)]
    before = pd.DataFrame(
        rng.random((300, 4)) < 0.6, index, pd.MultiIndex.from_tuples(runs)
    ).astype(float)
    after = before.where(rng.random((300, 4)) > 0.1, 0.0)
    [together] = all_orders({ORIGINAL: before, "turned": after}, ["turned"], 2000).to_dict(
        "records"
    )
    changes = (after - before).mean(axis=1)  # these runs' own: others would add nothing
    assert together["change"] == pytest.approx(changes.mean())
    width = 2 * 1.96 * changes.std() / np.sqrt(300)
    assert together["change_high"] - together["change_low"] == pytest.approx(width, rel=0.08)


def test_without_variants_all_tables_are_empty_and_shown_as_such(tree):
    probed = load_probed(tree)
    assert probed.in_words().startswith("Notebook 32 asked no variant") and not probed.orders
    means, rankings = probe_means(probed.matrices, 100, probed.clusters)
    positions = preferred_positions(probed.scores)
    parts = compare_by_wording(probed.original, probed.items, 100, probed.clusters)
    sampled = sampled_answers({}, single_letters(probed.items))
    tables = (means, rankings, positions, parts, sampled, over_orders(probed.scores),
              shown_changes(means),
              all_orders(probed.matrices, probed.orders), shown_positions(positions),
              shown_against_base(parts))
    assert all(table.empty and captioned(table, "nothing").data for table in tables)
    assert conditions_figure(means, "variant", "Nothing") is None
    assert sampled_ranking_in_words(sampled).startswith("No variant")


def test_general_questions_are_left_out_and_variants_become_matrices(tree):
    records = pd.read_parquet(tree.records)
    ids = records.loc[records["split"] == "test", "id"].unique()[:3]
    asked = [Run("NAT").columns() | {
        "id": item, "variant": variant, "general": item == ids[2], "set_aside": False,
        "task": "mcqu", "letters": "A",
        "gold": "A", "reordered": variant == "order 1", "exact_match": int(item == ids[0])}
        for item in ids for variant in (ORIGINAL, "order 1")]
    write_parquet(pd.DataFrame(asked), tree.probe_scores)
    probed = load_probed(tree)
    assert list(probed.matrices) == [ORIGINAL, "order 1"] and probed.orders == ["order 1"]
    assert probed.matrices["order 1"]["NAT", 0].to_dict() == {ids[0]: 1.0, ids[1]: 0.0}
    assert set(probed.items.index) == set(ids[:2]) and probed.in_words() == "4 answers."
    write_parquet(pd.DataFrame(asked).drop(columns="reordered"), tree.probe_scores)
    with pytest.raises(ValueError, match=r"notebook 32.*no column reordered"):
        load_probed(tree)
