"""Means of every scorer by system, from long scores of which the values are known."""

import pandas as pd
import pytest

from medinj_utils.comparison.by_scorer import shown_by_scorer, systems_by_scorer
from medinj_utils.core.tree import Tree
from medinj_utils.evaluation.long_scores import save_long

NAN = float("nan")


def long(metric, rater, **values) -> pd.DataFrame:
    """By run, the values on the questions a, b, c."""
    rows = [(run, item, metric, rater, value) for run, given in values.items()
            for item, value in zip("abc", given, strict=False)]
    return pd.DataFrame(rows, columns=["run", "item", "metric", "rater", "value"]).replace(
        {"run": {"NAT0": "NAT-s0", "NAT1": "NAT-s1"}})


@pytest.fixture
def tree(tmp_path):
    tree = Tree(tmp_path)
    save_long(tree, "metrics", long("bleu", "", BASE=[10, 20, 60], NAT0=[20, 40, 90],
                                    NAT1=[40, 60, 90]))
    save_long(tree, "humans", pd.concat([long("rating", "R1", NAT0=[1], BASE=[0, 1, NAN],
                                              NAT1=[NAN, 1, 0]),
                                         long("rating", "R2", NAT0=[1])]))
    save_long(tree, "judges", pd.concat([long("judge_essential", "m@1", BASE=[NAN], NAT0=[1, 0]),
                                         long("judge_essential", "m@2", BASE=[NAN, NAN])]))
    return tree


def test_means_are_of_questions_on_which_all_systems_that_were_scored_have_a_value(tree):
    table = systems_by_scorer(tree)
    assert list(table) == ["kind", "scorer", "questions", "BASE", "NAT"]
    rows = table.set_index("scorer")
    assert rows.loc["bleu"].tolist() == ["metrics", 3, 30.0, pytest.approx((50 + 190 / 3) / 2)]
    assert rows.loc["rating (R1)"].tolist() == ["humans", 2, 0.5, 1.0]
    assert rows.loc["judge_essential (m@1)", ["questions", "NAT"]].tolist() == [2, 0.5]
    assert pd.isna(rows.loc["judge_essential (m@1)", "BASE"])  # it gave the base no verdict at all
    assert list(rows.index) == ["bleu", "judge_essential (m@1)", "rating (R1)", "rating (R2)"]
    shown = shown_by_scorer(table).set_index(["kind", "scorer"])  # every row says whose it is
    assert shown.loc[("humans", "rating (R2)")].tolist() == ["1", "", "1.00"]
    assert ("judges", "judge essential (m@1)") in shown.index and ("metrics", "BLEU") in shown.index


def test_without_long_scores_there_is_nothing(tmp_path):
    table = systems_by_scorer(Tree(tmp_path))
    assert table.empty and shown_by_scorer(table).empty
