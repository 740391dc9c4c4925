import numpy as np
import pandas as pd

from medinj_utils.comparison import compare_pairs
from medinj_utils.comparison.pairs import pair_table
from medinj_utils.comparison.parts import compare_parts, inner_parts, scores_by_part, wording_of
from medinj_utils.comparison.resampling import resample


def test_parts_of_the_test_are_compared_apart_and_small_ones_left_out():
    rng = np.random.default_rng(2)
    scores = pd.DataFrame((rng.random((100, 3)) < 0.5).astype(float),
                          columns=["BASE", "NAT", "SYN"])
    items = pd.DataFrame({"task": ["mcqu"] * 60 + ["mcq"] * 40,
                          "source": ["big"] * 95 + ["small"] * 5, "provenance": "native"})
    drawn = resample(scores, 200)
    pairs = pair_table(drawn)
    parts = compare_parts(scores, drawn, pairs, items, ["task", "source", "provenance"])
    assert len(inner_parts(parts)) == len(parts) - len(pairs)
    assert parts[parts["part"] == "all"][pairs.columns].reset_index(drop=True).equals(pairs)
    assert parts.groupby("part", sort=False)["items"].first().to_dict() == {
        "all": 100, "task: mcq": 40, "task: mcqu": 60, "source: big": 95}
    alone = compare_pairs(scores.head(60), 200)
    assert np.allclose(parts[parts["part"] == "task: mcqu"]["difference"], alone["difference"])


def test_scores_by_part_are_means_over_runs_and_items():
    scores = pd.DataFrame({"system": ["NAT", "NAT", "BASE", "BASE"],
                           "task": ["mcqu", "mcqu", "mcqu", "mcq"],
                           "exact_match": [1, 0, 1, 0]})
    table = scores_by_part(scores, ["task"])
    assert table.loc["NAT", "mcqu"] == 0.5 and table.loc["BASE"].tolist() == [0, 1]


def test_questions_that_ask_for_what_is_not_so_are_told_apart(world):
    records = world["records"]
    items = records[records["split"] == "test"].drop_duplicates("id").set_index("id").head(2)
    items["instruction"] = ["Quelle proposition est fausse ?", "Quelle proposition est exacte ?"]
    assert wording_of(items).tolist() == ["negative", "positive"]
