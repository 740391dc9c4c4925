import pandas as pd
import pytest

from medinj_utils.comparison.tables import (
    clusters_of,
    extraction_failure_shares,
    load_compared,
    load_general,
    score_matrix,
)
from medinj_utils.core.files import write_parquet
from medinj_utils.core.names import BASE, SYSTEMS, Run, runs_in, runs_of
from medinj_utils.evaluation.scoring import chance_levels


def test_score_rows_become_a_matrix_without_the_items_set_aside():
    rows = pd.DataFrame([
        run.columns() | {"id": item, "exact_match": int(item == "a"), "set_aside": item == "c",
                         "read": item != "c"}
        for run in (Run(BASE), Run("NAT-SYN", 0), Run("NAT-SYN", 1)) for item in ("a", "b", "c")])
    matrix = score_matrix(rows)
    assert list(matrix.columns) == [("BASE", 0), ("NAT-SYN", 0), ("NAT-SYN", 1)]
    assert matrix.index.tolist() == ["a", "b"]
    assert extraction_failure_shares(rows).to_dict() == {"BASE": 0.0, "NAT-SYN": 0.0}


def test_chance_and_clusters_of_items():
    items = pd.DataFrame({"task": ["mcqu", "mcq"], "options": [list("wxyz"), list("wxyz")],
                          "context": ["", "un cas"]},
                         index=["a", "b"])
    assert chance_levels(items).tolist() == [1 / 4, 1 / 15]
    assert clusters_of(items).tolist() == ["a", "un cas"]
    key = {"tests": {"a": {"fact": "f"}}, "open_tests": {"b": {"fact": "f"}}}
    assert clusters_of(items, key).tolist() == ["f", "f"]


def rows_of(answers: dict) -> pd.DataFrame:
    return pd.DataFrame([
        run.columns() | {"id": item, "set_aside": score is None, "exact_match": score}
        for run, scores in answers.items() for item, score in scores.items()])


def test_items_that_not_all_have_answered_are_refused_or_left_out_and_counted():
    rows = rows_of({Run(BASE): {"a": 1, "b": 0, "c": 1, "d": 0},
                    Run("NAT"): {"a": 0, "b": None, "c": 1}})
    with pytest.raises(
        ValueError, match="1 of 3 items have no score of some system, such as d of NAT with seed 0"
    ):
        score_matrix(rows)
    table = score_matrix(rows, unequal="intersect")
    assert table.index.tolist() == ["a", "c"]
    assert table.attrs == {"set_aside": 1, "not_answered_by_all": 1}
    with pytest.raises(ValueError, match="unequal is 'drop'; accepted: refuse, intersect"):
        score_matrix(rows, unequal="drop")
    with pytest.raises(ValueError,
                       match="no column exact; expected: exact, id, seed, set_aside, system"):
        score_matrix(rows, "exact")
    with pytest.raises(ValueError, match="item a stands twice for BASE"):
        score_matrix(pd.concat([rows, rows.head(1)]))


def test_general_questions_are_compared_apart(tree):
    compared, general = load_compared(tree, "greedy"), load_general(tree, "greedy")
    records = pd.read_parquet(tree.records).set_index("id")
    assert not records.loc[compared.matrix.index, "general"].any()
    assert records.loc[general.matrix.index, "general"].all() and len(general.matrix) == 10
    assert compared.clusters.nunique() < len(compared.matrix)  # several questions on each fact
    with pytest.raises(ValueError, match="no answer of mode 'likelihood'; there are: greedy"):
        load_compared(tree, "likelihood")
    scores = pd.read_parquet(tree.scores)
    write_parquet(scores[~scores["general"]], tree.scores)
    assert load_general(tree, "greedy") is None


def test_runs_are_found_in_the_order_of_the_scores(tree):
    runs = runs_in(pd.read_parquet(tree.scores))
    assert runs == runs_of(SYSTEMS, [0, 1])
