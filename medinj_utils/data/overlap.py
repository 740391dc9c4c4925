"""Questions that stand twice, or nearly, and training questions that the test has too.

Near-duplicates are found in two steps. MinHash signatures (Broder 1997) of a question's words and word pairs, cut into
bands (Leskovec, Rajaraman & Ullman, Mining of Massive Datasets, ch. 3), name the pairs that may be alike; for those the
Jaccard similarity is then computed exactly, so no pair is reported that is less alike than asked for.
"""

from collections.abc import Sequence
from itertools import pairwise, permutations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from rensa import RMinHash

from medinj_utils.core.identity import normalise
from medinj_utils.core.prompts import LETTERS
from medinj_utils.data.text import coded_words, in_arrow, in_pieces, joined

_PERMUTATIONS, _BANDS, _SEED = 80, 16, 42  # 5 rows a band: of pairs 0.75 alike 98.7 % share one, of pairs 0.3 alike 3.8 %
#: Signs that `normalise` makes something else of than a small letter, and white space but for single blanks.
_ODD = (r"^\s|\s$|\s\s|[\x00-\x1f\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]"
        r"|[µßİŉſǰ\x{345}-\x{587}\x{13a0}-\x{1fff}\x{ab70}-\x{abbf}\x{fb00}-\x{fb17}]")
_LARGEST = 200  # questions in one bucket beyond which it is not opened, but counted


def question_texts(records: pd.DataFrame) -> pa.Array:
    """Context, instruction and options (in alphabetical order) of each record as one text."""
    return joined(records["context"], records["instruction"], [" ".join(sorted(texts)) for texts in records["options"]])


def _shingles(texts: Sequence[str] | pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """(hashes of all words and word pairs of all texts, one after the other; where each text's begin and end)."""
    words, codes, ends = coded_words(texts)
    hashes = pd.util.hash_array(words)[codes]
    pairs = hashes * np.uint64(0x9E3779B97F4A7C15) ^ np.roll(hashes, -1)
    last = ends[1:][np.diff(ends) > 0] - 1
    pairs[last] = hashes[last]  # a last word has no next one
    return np.stack([hashes, pairs], axis=1).ravel(), 2 * ends


def _band_keys(records: pd.DataFrame) -> np.ndarray:
    """One key per question and band; questions that share the key of a band may be alike."""
    hashes, ends = _shingles(question_texts(records))
    rows = RMinHash.digest_matrix_from_flat_token_hashes(hashes, ends.astype(np.uint64), _PERMUTATIONS, _SEED).to_rows()
    signature = np.array(rows, dtype=np.uint64).reshape(len(rows), _BANDS, -1)
    keys = np.zeros(signature.shape[:2], dtype=np.uint64)
    for place in range(signature.shape[2]):
        keys = (keys ^ signature[:, :, place]) * np.uint64(0x9E3779B97F4A7C15)
        keys ^= keys >> np.uint64(29)
    return keys


def _candidates(keys: np.ndarray) -> tuple[np.ndarray, int]:
    """(pairs of positions that share a band's key, number of buckets too large to open)."""
    pairs, closed = [], 0
    for band in keys.T:
        order = np.argsort(band, kind="stable")
        starts = np.flatnonzero(np.r_[True, np.diff(band[order]) != 0])
        sizes = np.diff(np.r_[starts, len(order)])
        for start, size in zip(starts[sizes > 1], sizes[sizes > 1], strict=True):
            if size > _LARGEST:
                closed += 1
                continue
            members = np.sort(order[start:start + size])
            first, second = np.triu_indices(size, 1)
            pairs.append(members[first] * len(keys) + members[second])
    alone = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *pairs]))
    return np.stack(np.divmod(alone, max(len(keys), 1)), axis=1), closed


def near_duplicates(records: pd.DataFrame, least: float = 0.75) -> pd.DataFrame:
    """Pairs of different questions (by ``question_id``) that are at least ``least`` alike.

    Columns: ``first`` and ``second`` (positions in ``records``, of the first record with each question), ``similarity``
    (Jaccard index of their sets of words and word pairs, case and punctuation aside; from ``least`` to 1).
    ``attrs["closed"]`` counts the buckets that held more than 200 questions and were not compared pair by pair.
    """
    places = np.flatnonzero(~records["question_id"].duplicated().to_numpy())
    asked = records.iloc[places]
    keys = in_pieces(lambda start, stop: _band_keys(asked.iloc[start:stop]), len(asked))
    pairs, closed = _candidates(np.concatenate([np.zeros((0, _BANDS), dtype=np.uint64), *keys]))
    involved = np.unique(pairs)
    hashes, ends = _shingles(question_texts(asked.iloc[involved]))
    sets = [np.unique(hashes[start:end]) for start, end in pairwise(ends)]
    found = []
    for (first, second), (a, b) in zip(pairs, np.searchsorted(involved, pairs), strict=True):
        shared = len(np.intersect1d(sets[a], sets[b], assume_unique=True))
        similarity = shared / max(len(sets[a]) + len(sets[b]) - shared, 1)  # signs alone are no words
        if similarity >= least:
            found.append((places[first], places[second], similarity))
    table = pd.DataFrame(found, columns=["first", "second", "similarity"])
    table.attrs["closed"] = closed
    return table


def _cases(records: pd.DataFrame) -> np.ndarray:
    """Per record a key that agrees where the same is asked about the same case, whatever the options; of questions
    without a context, where many share the words "laquelle est exacte ?", the options count too."""
    context, instruction = (_evened(records[field]) for field in ("context", "instruction"))
    codes = [pd.factorize(texts)[0].astype(np.int64) for texts in (context, instruction, records["question_id"])]
    return np.where(context == "", -1 - codes[2], codes[0] * len(records) + codes[1])


def _evened(texts: pd.Series) -> pd.Series:
    """`normalise` of all texts: in compiled code where only capitals are to be evened out."""
    told = in_arrow(texts)
    odd = pc.match_substring_regex(told, _ODD).to_numpy(False)
    evened = pd.Series(pc.utf8_lower(told), dtype="str")
    if odd.any():
        evened[odd] = [normalise(text) for text in texts[odd]]
    return evened


def find_duplicates(records: pd.DataFrame) -> pd.DataFrame:
    """Every group of questions that ask the same, a row per group.

    The same is asked where instruction, context and options (in any order) agree, or instruction and a context that
    isn't empty. Columns: ``times``, ``tasks``, ``splits`` and ``sources`` of the group, whether the options agree, whether
    the right options (or open answers) do, whether all is ``identical``, the instruction, and the ``places`` of its
    rows. Sorted, so that the table is the same at every run.
    """
    case = pd.Series(_cases(records))
    twice = np.flatnonzero(case.duplicated(keep=False))
    keyed = records.iloc[twice].assign(case=case.iloc[twice].to_numpy())
    keyed = keyed.assign(right=[
        " | ".join(sorted(normalise(options[LETTERS.index(letter)]) for letter in letters)) or normalise(answer)
        for options, letters, answer in zip(keyed["options"], keyed["answer_letters"], keyed["answer_text"], strict=True)])

    def named(field: str) -> pd.Series:
        return keyed[["case", field]].drop_duplicates().sort_values(field).groupby("case")[field].agg(", ".join)

    groups = keyed.groupby("case", sort=False)
    table = pd.DataFrame({
        "times": groups.size(), "tasks": named("task"), "splits": named("split"), "sources": named("source"),
        "same_options": groups["question_id"].nunique() == 1, "same_answer": groups["right"].nunique() == 1,
        "identical": groups["id"].nunique() == 1, "instruction": groups["instruction"].first(), "places": named("place")})
    return table.sort_values(["splits", "sources", "instruction", "times"], kind="stable", ignore_index=True)


SURE_REASONS = ("same question", "same case", "same parent", "nearly the same question")
REASONS = (*SURE_REASONS, "same in other words")


def find_leaks(records: pd.DataFrame, near: pd.DataFrame | None = None, retold: pd.DataFrame | None = None) -> pd.DataFrame:
    """Training rows whose question the test has too, a row for each, with the first reason that applies.

    ``near`` and ``retold`` are the results of `near_duplicates` and `medinj_utils.data.languages.retold_questions` on the
    same records, if these are asked. *Same question*: instruction, context and set of options agree. *Same case*:
    instruction and a context that isn't empty agree. *Same parent*: both were made from the same text or foreign item, as
    ``parent`` tells. *Nearly the same question*: a pair of ``near``.
    *Same in other words*: a pair of ``retold``, which is a suspicion and not a proof. Columns: ``place`` and ``id`` of the
    training row, its ``provenance`` and ``source``, ``reason``, ``similarity`` (of the last two reasons alone),
    ``test_place``, ``test_source``.
    """
    records = records.reset_index(drop=True)
    keyed = pd.DataFrame({"question": records["question_id"], "case": _cases(records), "parent": records["parent"],
                          "place": records["place"], "source": records["source"], "row": records.index})
    test = keyed[records["split"] == "test"]
    tables = {key: test.drop_duplicates(key).set_index(key) for key in ("question", "case", "parent")}
    by_question = tables["question"]
    close = _nearest_in_test(records["question_id"].to_numpy(), near, by_question.index)
    told = [("question", by_question), ("case", tables["case"]), ("parent", tables["parent"].drop("", errors="ignore")),
            ("question", by_question.loc[[asked for _, asked in close.values()]].set_axis(list(close)).assign(
                similarity=[similarity for similarity, _ in close.values()])), ("row", _nearest(retold, keyed))]
    parts, left = [], records["split"] == "train"
    for reason, (key, table) in zip(REASONS, told, strict=True):
        applies = left & keyed[key].isin(table.index)
        found = table.reindex(keyed.loc[applies, key]).set_axis(records.index[applies])
        parts.append(records.loc[applies, ["place", "id", "provenance", "source"]].assign(
            reason=reason, similarity=found.get("similarity", np.nan), test_place=found["place"],
            test_source=found["source"]))
        left &= ~applies
    return pd.concat(parts).sort_index(ignore_index=True)


def _nearest(retold: pd.DataFrame | None, keyed: pd.DataFrame) -> pd.DataFrame:
    """Of the pairs of ``retold`` the test row nearest to each training row, by the training row's position."""
    if retold is None:
        return keyed.iloc[:0]
    pairs = retold.sort_values("similarity", ascending=False, kind="stable").drop_duplicates("first")
    return keyed.iloc[pairs["second"]].set_axis(pairs["first"].to_numpy()).assign(similarity=pairs["similarity"].to_numpy())


def _nearest_in_test(questions: np.ndarray, near: pd.DataFrame | None, asked: pd.Index) -> dict[str, tuple[float, str]]:
    """By question, the nearest question of the test among the pairs of ``near``, with its similarity before it."""
    close: dict[str, tuple[float, str]] = {}
    for first, second, similarity in near.itertuples(index=False) if near is not None else ():
        for one, two in permutations((questions[first], questions[second])):
            if two in asked:
                close[one] = max(close.get(one, (0.0, "")), (similarity, two))
    return close


def leak_matrix(leaks: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Numbers of training rows of `find_leaks`: rows are provenance and source of the training row, columns the source of
    the test row; sources without a leak stand there too."""
    table = pd.crosstab([leaks["provenance"], leaks["source"]], leaks["test_source"])
    train, test = records[records["split"] == "train"], records[records["split"] == "test"]
    places = pd.MultiIndex.from_tuples(sorted(set(zip(train["provenance"], train["source"], strict=True))),
                                       names=["provenance", "source"])
    return table.reindex(index=places, columns=sorted(test["source"].unique()), fill_value=0)
