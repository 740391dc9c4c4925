"""Verdicts of judges on triplets and on edits, by the tiny model and by tables."""

import pandas as pd
import pytest

from medinj_utils.core.files import write_parquet
from medinj_utils.core.identity import texts_hash
from medinj_utils.core.tree import Tree
from medinj_utils.evaluation.judge.asking import VERDICTS
from medinj_utils.evaluation.triplets.edits import edited_triplets
from medinj_utils.evaluation.triplets.judged import (
    judge_edits,
    judged_triplets,
    judges_in_words,
    panel_for_edits,
    said,
)

TINY = {"name": "tiny", "base_model": "planted", "precision": "float32", "prompt": "essential",
        "repeats": 1, "temperature": 0.0, "max_tokens": 4}
PANEL = [TINY, TINY | {"name": "other"}]


def verdicts(metric, *rows):
    return pd.DataFrame(
        [("m", item, metric, "r", repeat, value, "x", "", "") for item, repeat, value in rows],
        columns=VERDICTS,
    )


def test_repeats_vote_and_what_cannot_be_read_is_no_verdict(tmp_path, triplets_of):
    triplets = triplets_of(("q", "r", "c", 1), ("q", "r", "d", 0), ("q", "r", "e", 0))
    nan = float("nan")
    own = verdicts("judge_essential", ("s/f.csv:0", 0, 1.0), ("s/f.csv:0", 1, 1.0),
                   ("s/f.csv:0", 2, 0.0), ("s/f.csv:1", 0, nan))
    texts = {row["item"]: texts_hash(row) for row in triplets.to_dict("records")}
    write_parquet(own.assign(texts=own["item"].map(texts)),
                  Tree(tmp_path).verdicts("tiny", "triplets"))
    write_parquet(verdicts("judge_essential", ("elsewhere", 0, 1.0)),
                  Tree(tmp_path).verdicts("other", "triplets"))
    found = judged_triplets(Tree(tmp_path), PANEL, triplets)
    assert list(found) == ["tiny"]
    assert found["tiny"].iloc[0] == 1
    assert found["tiny"].iloc[1:].isna().all()
    assert judged_triplets(Tree(tmp_path / "none"), PANEL, triplets).empty
    swapped = triplets.assign(candidate=triplets["candidate"].iloc[[1, 0, 2]].tolist())
    with pytest.raises(
        ValueError,
        match="tiny/triplets.parquet: item s/f.csv:0 and 1 more had other texts when they were "
              "judged",
    ):
        judged_triplets(Tree(tmp_path), PANEL, swapped)
    assert pd.isna(said(verdicts("judge_essential"), triplets)).all()


def test_judges_that_are_not_named_are_told_and_not_taken(tmp_path, triplets_of):
    tree, triplets = Tree(tmp_path), triplets_of(("q", "r", "c", 1))
    own = verdicts("judge_essential", ("s/f.csv:0", 0, 1.0)).assign(
        texts=texts_hash(triplets.iloc[0].to_dict())
    )
    for name, texts in (("tiny", own["texts"]), ("gone", "of other texts")):
        write_parquet(own.assign(texts=texts), tree.verdicts(name, "triplets"))
    assert list(judged_triplets(tree, PANEL, triplets)) == ["tiny"]
    assert judged_triplets(tree, [], triplets).empty
    assert judges_in_words(tree, PANEL, judged_triplets(tree, PANEL, triplets)) == (
        "Verdicts of notebook 34 by tiny are among the scores. other gave none on these answers. "
        "The parameter `judges` doesn't name gone, so the verdicts at "
        f"{tree.verdicts('*', 'triplets')} are left out.")
    # it declares no verdict, and isn't lost
    write_parquet(own.assign(value=float("nan")), tree.verdicts("tiny", "triplets"))
    assert judged_triplets(tree, PANEL, triplets)["tiny"].isna().all()
    none = judges_in_words(tree, [], judged_triplets(tree, [], triplets))
    assert none.startswith("No verdicts of notebook 34 are among the scores. The parameter")
    both = [TINY, TINY | {"name": "gone"}]
    assert judges_in_words(tree, both, pd.DataFrame(columns=["tiny", "gone"])) == (
        "Verdicts of notebook 34 by tiny and gone are among the scores.")


def test_a_judge_that_is_loaded_here_is_asked_about_edits(tmp_path, triplets_of):
    edited = edited_triplets(
        triplets_of(("Que fait le foie ?", "la bile", "La bile. Oui.", 1))
    ).head(2)
    tree = Tree(tmp_path, "35_judge_the_judge")
    pairwise = TINY | {"name": "pairs", "prompt": "pairwise"}
    with pytest.raises(
        FileNotFoundError,
        match="tiny/triplets.parquet does not exist yet: run notebook 34_judge_open_answers first",
    ):
        judge_edits(tree, panel_for_edits([TINY, pairwise], edited), edited)
    assert tree.judges_of("edits") == []
    write_parquet(verdicts("judge_essential", ("s/f.csv:0", 0, 1.0)),
                  tree.verdicts("tiny", "triplets"))
    found = judge_edits(tree, panel_for_edits([TINY, pairwise], edited), edited)
    assert list(found) == ["tiny"]
    assert found.index.equals(edited.index)
    assert tree.judges_of("edits") == ["tiny"]
    assert judge_edits(tree, panel_for_edits([TINY], edited), edited).equals(found)
    nowhere = TINY | {"base_model": "no/where", "revision": "0" * 40}
    none = edited.head(0)
    assert judge_edits(tree, panel_for_edits([TINY, nowhere | {"name": "b"}], none), none).empty
    assert judge_edits(tree, {}, edited).empty
