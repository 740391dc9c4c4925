"""Questions that stand twice, or nearly, and training questions that the test has too.

Near-duplicates are found in two steps. MinHash signatures (Broder 1997) of a question's words and word pairs, cut into
bands (Leskovec, Rajaraman & Ullman, Mining of Massive Datasets, ch. 3), name the pairs that may be alike; for those the
Jaccard similarity is then computed exactly, so no pair is reported that is less alike than asked for.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise, permutations

import numpy as np
import pandas as pd
from rensa import RMinHash

from medinj_utils.data.text import coded_words
from medinj_utils.prompts import LETTERS
from medinj_utils.runs import available_cores

_PERMUTATIONS, _BANDS, _SEED = 80, 16, 42  # 5 rows a band: of pairs 0.75 alike 98.7 % share one, of pairs 0.3 alike 3.8 %
_CHUNK = 20_000  # questions at once: bounds the memory
_LARGEST = 200  # questions in one bucket beyond which it is not opened, but counted


def question_texts(records: pd.DataFrame) -> list[str]:
    """Context, instruction and options (in alphabetical order) of each record as one text."""
    return [" ".join([context, instruction, *sorted(options)]) for context, instruction, options in zip(
        records["context"], records["instruction"], records["options"], strict=True)]


def _shingles(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """(hashes of all words and word pairs of all texts, one after the other; where each text's begin and end)."""
    words, codes, ends = coded_words(texts)
    hashes = pd.util.hash_array(np.array(words, dtype=object))[codes]
    pairs = hashes * np.uint64(0x9E3779B97F4A7C15) ^ np.roll(hashes, -1)
    last = ends[1:][np.diff(ends) > 0] - 1
    pairs[last] = hashes[last]  # a last word has no next one
    return np.stack([hashes, pairs], axis=1).ravel(), 2 * ends


def _keys_of(texts: Sequence[str]) -> np.ndarray:
    hashes, ends = _shingles(texts)
    rows = RMinHash.digest_matrix_from_flat_token_hashes(hashes, ends.astype(np.uint64), _PERMUTATIONS, _SEED).to_rows()
    signature = np.array(rows, dtype=np.uint64).reshape(len(rows), _BANDS, -1)
    keys = np.zeros(signature.shape[:2], dtype=np.uint64)
    for place in range(signature.shape[2]):
        keys = (keys ^ signature[:, :, place]) * np.uint64(0x9E3779B97F4A7C15)
        keys ^= keys >> np.uint64(29)
    return keys


def _band_keys(texts: Sequence[str]) -> np.ndarray:
    """One key per text and band; texts that share the key of a band may be alike."""
    pieces = [texts[start:start + _CHUNK] for start in range(0, len(texts), _CHUNK)]
    with ThreadPoolExecutor(available_cores()) as pool:  # most of the work is compiled code, which lets threads run
        return np.concatenate([np.zeros((0, _BANDS), dtype=np.uint64), *pool.map(_keys_of, pieces)])


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
            pairs.append(np.stack([members[first], members[second]], axis=1))
    return (np.unique(np.concatenate(pairs), axis=0) if pairs else np.zeros((0, 2), dtype=np.int64)), closed


def near_duplicates(records: pd.DataFrame, least: float = 0.75) -> pd.DataFrame:
    """Pairs of different questions (by ``question_id``) that are at least ``least`` alike.

    Columns: ``first`` and ``second`` (positions in ``records``, of the first record with each question), ``similarity``
    (Jaccard index of their sets of words and word pairs, case and punctuation aside; from ``least`` to 1).
    ``attrs["closed"]`` counts the buckets that held more than 200 questions and were not compared pair by pair.
    """
    places = np.flatnonzero(~records["question_id"].duplicated().to_numpy())
    texts = question_texts(records.iloc[places])
    pairs, closed = _candidates(_band_keys(texts))
    involved = np.unique(pairs)
    hashes, ends = _shingles([texts[i] for i in involved]) if len(involved) else (np.array([]), np.array([0]))
    sets = [np.unique(hashes[start:end]) for start, end in pairwise(ends)]
    found = []
    for (first, second), (a, b) in zip(pairs, np.searchsorted(involved, pairs), strict=True):
        shared = len(np.intersect1d(sets[a], sets[b], assume_unique=True))
        similarity = shared / (len(sets[a]) + len(sets[b]) - shared)
        if similarity >= least:
            found.append((places[first], places[second], similarity))
    table = pd.DataFrame(found, columns=["first", "second", "similarity"])
    table.attrs["closed"] = closed
    return table


def _cases(records: pd.DataFrame) -> np.ndarray:
    """Per record a key that agrees where the same is asked about the same case, whatever the options; of questions
    without a context, where many share the words "laquelle est exacte ?", the options count too."""
    return np.fromiter((hash((context, instruction) if context else question) for context, instruction, question in zip(
        records["context"], records["instruction"], records["question_id"], strict=True)), np.int64, len(records))


def find_duplicates(records: pd.DataFrame) -> pd.DataFrame:
    """Every group of choice questions that ask the same, a row per group.

    The same is asked where instruction, context and options (in any order) agree, or instruction and a context that
    isn't empty. Columns: ``times``, ``splits`` and ``sources`` of the group, whether the options agree, whether the
    right options do, whether all is ``identical``, and the instruction. Sorted, so that the table is the same at
    every run.
    """
    choices = records[records["task"] != "oeq"]
    choices = choices.assign(case=_cases(choices))
    keyed = choices[choices["case"].duplicated(keep=False)]
    keyed = keyed.assign(right=[" | ".join(sorted(options[LETTERS.index(letter)].casefold() for letter in letters))
                                for options, letters in zip(keyed["options"], keyed["answer_letters"], strict=True)])
    rows = [{"times": len(group), "splits": ", ".join(sorted(group["split"].unique())),
             "sources": ", ".join(sorted(group["source"].unique())), "same_options": group["question_id"].nunique() == 1,
             "same_answer": group["right"].nunique() == 1, "identical": group["id"].nunique() == 1,
             "instruction": group["instruction"].iloc[0]} for _, group in keyed.groupby("case", sort=False)]
    columns = ["times", "splits", "sources", "same_options", "same_answer", "identical", "instruction"]
    flags = dict.fromkeys(columns[3:6], bool)
    return pd.DataFrame(rows, columns=columns).astype(flags).sort_values(
        ["splits", "sources", "instruction", "times"], kind="stable", ignore_index=True)  # a case's hash tells no order


REASONS = ("same question", "same case", "same parent", "nearly the same question")


def find_leaks(records: pd.DataFrame, near: pd.DataFrame | None = None) -> pd.DataFrame:
    """Training rows whose question the test has too, a row for each, with the first reason that applies.

    ``near`` is the result of `near_duplicates` on the same records, if that is asked. *Same question*: instruction,
    context and set of options agree. *Same case*: instruction and a context that isn't empty agree. *Same parent*: both
    were made from the same text or foreign item, as ``parent`` tells. *Nearly the same question*: a pair of ``near``.
    Columns: ``place`` and ``id`` of the training row, its ``provenance`` and ``source``, ``reason``, ``similarity`` (of
    the last reason alone), ``test_place``, ``test_source``.
    """
    records = records.reset_index(drop=True)
    keyed = pd.DataFrame({"question": records["question_id"], "case": _cases(records), "parent": records["parent"],
                          "place": records["place"], "source": records["source"]})
    test = keyed[records["split"] == "test"]
    tables = {key: test.drop_duplicates(key).set_index(key) for key in ("question", "case", "parent")}
    by_question = tables["question"]
    close = _nearest_in_test(records["question_id"].to_numpy(), near, by_question.index)
    told = [("question", by_question), ("case", tables["case"]), ("parent", tables["parent"].drop("", errors="ignore")),
            ("question", by_question.loc[[asked for _, asked in close.values()]].set_axis(list(close)).assign(
                similarity=[similarity for similarity, _ in close.values()]))]
    parts, left = [], records["split"] == "train"
    for reason, (key, table) in zip(REASONS, told, strict=True):
        applies = left & keyed[key].isin(table.index)
        found = table.reindex(keyed.loc[applies, key]).set_axis(records.index[applies])
        parts.append(records.loc[applies, ["place", "id", "provenance", "source"]].assign(
            reason=reason, similarity=found.get("similarity", np.nan), test_place=found["place"],
            test_source=found["source"]))
        left &= ~applies
    return pd.concat(parts).sort_index(ignore_index=True)


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
