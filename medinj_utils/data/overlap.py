"""Questions that occur more than once, and training questions that are also in the test."""

from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from medinj_utils.core.files import write_parquet
from medinj_utils.core.identity import ODD, PARTED, normalise, plain_sign
from medinj_utils.core.names import LEAKS
from medinj_utils.core.prompts import LETTERS
from medinj_utils.core.tree import Tree
from medinj_utils.data.words import in_arrow

# Texts that need `normalise`, one by one.
_OTHERWISE = rf"^\s|\s$|\s\s|{ODD}"
# The most frequent odd signs.
_COMMON = "\u2019\u2013\u2026\u00b4\u00b5\u00ba\u00d7"


def _normalised(texts: pd.Series) -> pd.Series:
    """`normalise` of all texts, in compiled code where only frequent characters change."""
    array = pc.replace_substring_regex(in_arrow(texts), r"\x{ab}\s*|\s*\x{bb}", '"')
    for sign in _COMMON:
        array = pc.replace_substring(array, sign, plain_sign(sign))
    otherwise = pc.match_substring_regex(array, _OTHERWISE).to_numpy(False)
    array = pc.replace_substring_regex(array, f" ?([{PARTED}])", r" \1")
    normal = pd.Series(pc.utf8_lower(array), dtype="str")
    if otherwise.any():
        normal[otherwise] = np.array([normalise(text) for text in texts[otherwise]], dtype=object)
    return normal


def _cases(records: pd.DataFrame) -> np.ndarray:
    """A key per record that agrees for the same instruction on the same case.

    It ignores the options, except in questions without a context: many different ones share an
    instruction such as "laquelle est exacte ?".
    """
    context = _normalised(records["context"])
    without = context == ""
    cases = pd.factorize(context)[0].astype(np.int64) * len(records)
    del context  # with the normalised texts of one column alone, half a million rows fit into 4 GB
    cases += pd.factorize(_normalised(records["instruction"]))[0]
    return np.where(without, -1 - pd.factorize(records["question_id"])[0].astype(np.int64), cases)


def find_duplicates(records: pd.DataFrame) -> pd.DataFrame:
    """Every group of duplicate questions, a row per group.

    Questions are duplicates if instruction, context and options (in any order) agree, or
    instruction and a context that isn't empty.

    Args:
        records: a records table.

    Returns:
        Columns ``times``, ``tasks``, ``splits`` and ``sources`` of the group, ``same_options``,
        ``same_answer`` (the right options, or the open answers, agree), ``identical`` (all agrees),
        ``instruction`` and the ``places`` of its rows. Sorted, so that every run gives the same
        table.
    """
    cases = pd.Series(_cases(records))
    twice = np.flatnonzero(cases.duplicated(keep=False))
    rows = records.iloc[twice].assign(case=cases.iloc[twice].to_numpy())
    answers = zip(rows["options"], rows["answer_letters"], rows["answer_text"], strict=True)
    rows = rows.assign(right=[_answer_key(*answer) for answer in answers])
    groups = rows.groupby("case", sort=False)
    table = pd.DataFrame({
        "times": groups.size(), "tasks": _listed(rows, "task"), "splits": _listed(rows, "split"),
        "sources": _listed(rows, "source"), "same_options": groups["question_id"].nunique() == 1,
        "same_answer": groups["right"].nunique() == 1, "identical": groups["id"].nunique() == 1,
        "instruction": groups["instruction"].first(), "places": _listed(rows, "place")})
    return table.sort_values(["splits", "sources", "instruction", "times"], kind="stable",
                             ignore_index=True)


def _answer_key(options: list[str], letters: list[str], answer_text: str) -> str:
    """A text that agrees for equal answers: the right options in any order, else the answer."""
    right = sorted(normalise(options[LETTERS.index(letter)]) for letter in letters)
    return " | ".join(right) or normalise(answer_text)


def _listed(rows: pd.DataFrame, field: str) -> pd.Series:
    """The different values of a field in each case, in alphabetical order."""
    values = rows[["case", field]].drop_duplicates().sort_values(field)
    return values.groupby("case")[field].agg(", ".join)


def find_leaks(records: pd.DataFrame, near: pd.DataFrame | None = None,
               retold: pd.DataFrame | None = None) -> pd.DataFrame:
    """Training rows whose question is also in the test, each with the first reason that applies.

    The reasons are those of `medinj_utils.core.names.LEAKS`. *Same question*: instruction, context
    and set of options agree. *Same case*: instruction and a context that isn't empty agree. *Same
    parent*: both were made from the same text or foreign item. *Nearly the same question*: a pair
    of ``near``. *Same in other words*: a pair of ``retold``, which is only a suspicion.

    Args:
        records: a records table.
        near: result of `medinj_utils.data.near.near_duplicates` on the same records, if wanted.
        retold: result of `medinj_utils.data.languages.retold_questions` on the same records, if
            wanted.

    Returns:
        Columns ``place``, ``id``, ``provenance`` and ``source`` of the training row, ``reason``,
        ``similarity`` (for the last two reasons, else missing), ``test_place`` and ``test_source``.
    """
    records = records.reset_index(drop=True)
    keyed = pd.DataFrame({
        "question": records["question_id"], "case": _cases(records), "parent": records["parent"],
        "place": records["place"], "source": records["source"], "row": records.index})
    test = keyed[records["split"] == "test"]
    parts = []
    left = records["split"] == "train"
    for reason, (key, matches) in zip(LEAKS, _matches(keyed, test, near, retold), strict=True):
        leaks = left & keyed[key].isin(matches.index)
        test_rows = matches.reindex(keyed.loc[leaks, key]).set_axis(records.index[leaks])
        parts.append(records.loc[leaks, ["place", "id", "provenance", "source"]].assign(
            reason=reason, similarity=test_rows.get("similarity", np.nan),
            test_place=test_rows["place"], test_source=test_rows["source"]))
        left &= ~leaks
    return pd.concat(parts).sort_index(ignore_index=True)


def _matches(keyed: pd.DataFrame, test: pd.DataFrame, near: pd.DataFrame | None,
             retold: pd.DataFrame | None) -> list[tuple[str, pd.DataFrame]]:
    """For each reason: a column of ``keyed``, and the matching test row by its values."""
    by_question, by_case, by_parent = (test.drop_duplicates(key).set_index(key)
                                       for key in ("question", "case", "parent"))
    return [("question", by_question), ("case", by_case),
            ("parent", by_parent.drop("", errors="ignore")),
            ("question", _near_matches(keyed, near, by_question)),
            ("row", _retold_matches(keyed, retold))]


def _near_matches(keyed: pd.DataFrame, near: pd.DataFrame | None,
                  by_question: pd.DataFrame) -> pd.DataFrame:
    """By question, the row of the nearest test question among the pairs of ``near``."""
    questions = keyed["question"].to_numpy()
    nearest: dict[str, tuple[float, str]] = {}
    for first, second, similarity in near.itertuples(index=False) if near is not None else ():
        for one, other in permutations((questions[first], questions[second])):
            if other in by_question.index:
                nearest[one] = max(nearest.get(one, (0.0, "")), (similarity, other))
    matched = by_question.loc[[other for _, other in nearest.values()]].set_axis(list(nearest))
    return matched.assign(similarity=[similarity for similarity, _ in nearest.values()])


def _retold_matches(keyed: pd.DataFrame, retold: pd.DataFrame | None) -> pd.DataFrame:
    """By position of the training row, the test row nearest to it among the pairs of ``retold``."""
    if retold is None:
        return keyed.iloc[:0]
    by_similarity = retold.sort_values("similarity", ascending=False, kind="stable")
    nearest = by_similarity.drop_duplicates("first")
    matched = keyed.iloc[nearest["second"]].set_axis(nearest["first"].to_numpy())
    return matched.assign(similarity=nearest["similarity"].to_numpy())


def leak_matrix(leaks: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Numbers of training rows that leak.

    Args:
        leaks: result of `find_leaks`.
        records: the records table that they were found in.

    Returns:
        A row per provenance and source of the training row, a column per source of the test row,
        with sources without a leak.
    """
    table = pd.crosstab([leaks["provenance"], leaks["source"]], leaks["test_source"])
    train = records[records["split"] == "train"]
    test = records[records["split"] == "test"]
    origins = sorted(set(zip(train["provenance"], train["source"], strict=True)))
    index = pd.MultiIndex.from_tuples(origins, names=["provenance", "source"])
    return table.reindex(index=index, columns=sorted(test["source"].unique()), fill_value=0)


def save_leaks(leaks: pd.DataFrame, tree: Tree) -> Path:
    """Write what `find_leaks` found, as a file and as a table.

    Args:
        leaks: of `find_leaks`.
        tree: the output tree.

    Returns:
        The path of the file.
    """
    tree.write_table(leaks, "audit_leaks")
    return write_parquet(leaks, tree.leaks)
