"""Questions that are nearly the same.

Near-duplicates are found in two steps. MinHash signatures (Broder 1997) of a question's words and
word pairs, cut into bands (Leskovec, Rajaraman & Ullman, Mining of Massive Datasets, ch. 3), name
candidate pairs. Their Jaccard similarity is then computed exactly, so that no reported pair is less
similar than requested.
"""

import re
from collections.abc import Callable, Sequence
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from rensa import RMinHash

from medinj_utils.data.folding import (
    folded_options,
    folded_words,
    spelling_keys,
    without_item_numbers,
)
from medinj_utils.data.words import in_arrow, in_pieces, joined, sums

# 80 permutations in 16 bands of 5: pairs 0.75 alike share a band in 98.7 % of cases, pairs 0.3
# alike in 3.8 %.
_PERMUTATIONS, _BANDS, _SEED = 80, 16, 42
_LARGEST_BUCKET = 200  # questions; larger buckets are counted and not compared pair by pair
_LOST, _BEYOND_ASCII = "\ufffd", re.compile(r"[^\x00-\x7f]+")
_ACCENTED = re.compile("[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]+")
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio: mixes hashes


def question_texts(records: pd.DataFrame) -> pa.Array:
    """Context, instruction and options (in alphabetical order) of each record as one text.

    Returns:
        Shape (records,).
    """
    options = [" ".join(sorted(texts)) for texts in records["options"]]
    return joined(records["context"], records["instruction"], options)


def near_duplicates(records: pd.DataFrame, least: float = 0.75) -> pd.DataFrame:
    """Pairs of different questions that are nearly the same.

    Args:
        records: a records table; rows with one ``question_id`` count as one question.
        least: smallest Jaccard index of a reported pair, above 0 to 1.

    Returns:
        Columns ``first`` and ``second`` (positions in ``records`` of the first record with each
        question) and ``similarity``: the Jaccard index of the two sets of words and word pairs,
        as `medinj_utils.data.folding.folded` gives them, and 1 if letters and digits agree whatever
        the blanks. If these agree, but signs that carry meaning differ, such as > and <, the signs
        count as parts of the words. It is also 1 if one text lacks accented letters of the other,
        or has replacement characters for them, and all else agrees. ``attrs["closed"]`` counts
        the buckets of more than 200 questions, which were not compared pair by pair.
    """
    rows = np.flatnonzero(~records["question_id"].duplicated().to_numpy())
    questions = records.iloc[rows]
    pieces = in_pieces(lambda start, stop: _keys(questions.iloc[start:stop]), len(questions))
    keys = np.concatenate([np.zeros((0, _BANDS + 1), dtype=np.uint64), *pieces])
    pairs, closed = _candidates(keys)
    alike = keys[pairs[:, 0], -1] == keys[pairs[:, 1], -1]
    similarities = np.zeros(len(pairs))
    for which, signs in ((~alike, False), (alike, True)):
        if which.any():
            similarities[which] = _similarities(questions, pairs[which], signs)
    similarity_of = {(first, second): similarity for first, second, similarity
                     in zip(*pairs.T, similarities, strict=True) if similarity >= least}
    without_accents, closed_too = _lost_accents(questions)
    similarity_of |= dict.fromkeys(without_accents, 1.0)
    near = [(rows[first], rows[second], similarity)
            for (first, second), similarity in sorted(similarity_of.items())]
    table = pd.DataFrame(near, columns=["first", "second", "similarity"])
    table.attrs["closed"] = closed + closed_too
    return table


def _similarities(questions: pd.DataFrame, pairs: np.ndarray, signs: bool) -> np.ndarray:
    """Similarity of each pair of questions, shape (pairs,), by their words with or without signs.

    It is 1 if letters, digits and, with ``signs``, signs agree.
    """
    involved = np.unique(pairs)
    coded = _words(questions.iloc[involved], signs)
    spelled = spelling_keys(*coded)
    hashes, ends = _shingles(*coded)
    shingles = [np.unique(hashes[start:end]) for start, end in pairwise(ends)]
    return np.array([
        1.0 if spelled[a] == spelled[b] and len(shingles[a]) else _jaccard(shingles[a], shingles[b])
        for a, b in np.searchsorted(involved, pairs)])


def _lost_accents(questions: pd.DataFrame) -> tuple[list[tuple[int, int]], int]:
    """Pairs that agree, except that one lacks accented letters or has U+FFFD for them.

    Returns:
        The pairs, and the number of closed buckets.
    """
    fields = zip(questions["context"], questions["instruction"], questions["options"], strict=True)
    texts = [(context, instruction, *options) for context, instruction, options in fields]
    pairs, closed = [], 0
    lost = [any(_LOST in text for text in own) for own in texts]
    if any(lost):
        keys = _keys_without(_BEYOND_ASCII, texts)
        pairs, closed = _pairs_in_buckets(
            np.arange(len(texts)), keys, lambda one, other: lost[one] or lost[other])
    letters, accents = _letters_and_accents(texts)
    table = pd.DataFrame({"letters": letters, "accents": accents})
    maybe = np.flatnonzero(table.groupby("letters")["accents"].transform("nunique") > 1)
    if not len(maybe):
        return pairs, closed
    keys = _keys_without(_ACCENTED, [texts[one] for one in maybe], signs=True)
    others, closed_too = _pairs_in_buckets(
        maybe, keys, lambda one, other: accents[one] != accents[other])
    return pairs + others, closed + closed_too


def _pairs_in_buckets(members: np.ndarray, keys: np.ndarray, differ: Callable[[int, int], bool],
                      ) -> tuple[list[tuple[int, int]], int]:
    """Pairs of differing members with the same key, and the number of closed buckets."""
    shared = pd.Series(keys).duplicated(keep=False).to_numpy()
    pairs, closed = [], 0
    for _, bucket in pd.Series(members[shared]).groupby(keys[shared]):
        if len(bucket) <= _LARGEST_BUCKET:
            pairs += [pair for pair in combinations(bucket, 2) if differ(*pair)]
        else:
            first, *others = bucket
            closed += any(differ(first, other) for other in others)
    return pairs, closed


def _keys_without(letters: re.Pattern, texts: Sequence[tuple[str, ...]],
                  signs: bool = False) -> np.ndarray:
    """Keys of questions without some letters; a question without words gets a key of its own."""
    bare = [[letters.sub("", text) for text in own] for own in texts]
    words = _words(pd.DataFrame({"context": [own[0] for own in bare],
                                 "instruction": [own[1] for own in bare],
                                 "options": [own[2:] for own in bare]}), signs)
    return np.where(np.diff(words[2]) > 0, spelling_keys(*words), np.arange(len(texts)))


def _letters_and_accents(texts: Sequence[tuple[str, ...]]) -> tuple[np.ndarray, np.ndarray]:
    """Per question a key of its letters a to z, and how many accented letters it has."""
    flat = in_arrow([text for own in texts for text in own])
    small = pc.replace_substring_regex(pc.utf8_lower(flat), "[^a-z]+", "")
    accents = pc.count_substring_regex(flat, _ACCENTED.pattern.rstrip("+")).to_numpy()
    hashes = pd.util.hash_array(small.to_numpy(zero_copy_only=False), categorize=False)
    ends = np.cumsum([0, *map(len, texts)])
    return sums(hashes.view(np.int64), ends), sums(accents, ends)


def _jaccard(one: np.ndarray, other: np.ndarray) -> float:
    """Jaccard index of two arrays, each without repeats; 0 where both are empty."""
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / max(len(one) + len(other) - shared, 1)


def _words(records: pd.DataFrame,
           signs: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The words of each question, as `folded_words` gives them."""
    return folded_words(joined(
        without_item_numbers(records["context"]), without_item_numbers(records["instruction"]),
        folded_options(records["options"], signs)), signs)


def _shingles(words: np.ndarray, codes: np.ndarray,
              ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hashes of the words and word pairs of all texts, one text after the other, and their ends."""
    hashes = pd.util.hash_array(words)[codes]
    pairs = hashes * _MULTIPLIER ^ np.roll(hashes, -1)
    last = ends[1:][np.diff(ends) > 0] - 1
    pairs[last] = hashes[last]  # a text's last word has no next one
    return np.stack([hashes, pairs], axis=1).ravel(), 2 * ends


def _keys(records: pd.DataFrame) -> np.ndarray:
    """Keys of each question, shape (questions, bands + 1); two that share one may be alike.

    The last key is the spelling's. It finds copies that a template's closed buckets hide, or that
    differ in blanks.
    """
    coded = _words(records)
    hashes, ends = _shingles(*coded)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(
        hashes, ends.astype(np.uint64), _PERMUTATIONS, _SEED)
    rows = matrix.to_rows()
    signatures = np.array(rows, dtype=np.uint64).reshape(len(rows), _BANDS, -1)
    keys = np.zeros(signatures.shape[:2], dtype=np.uint64)
    for position in range(signatures.shape[2]):
        keys = (keys ^ signatures[:, :, position]) * _MULTIPLIER
        keys ^= keys >> np.uint64(29)
    return np.column_stack([keys, spelling_keys(*coded)])


def _candidates(keys: np.ndarray) -> tuple[np.ndarray, int]:
    """Pairs of questions that share a key, shape (pairs, 2), and the number of closed buckets."""
    pairs = [np.zeros(0, dtype=np.int64)]
    closed = 0
    for band in keys.T:
        order = np.argsort(band, kind="stable")
        starts = np.flatnonzero(np.r_[True, np.diff(band[order]) != 0])
        sizes = np.diff(np.r_[starts, len(order)])
        for start, size in zip(starts[sizes > 1], sizes[sizes > 1], strict=True):
            if size > _LARGEST_BUCKET:
                closed += 1
                continue
            members = np.sort(order[start:start + size])
            first, second = np.triu_indices(size, 1)
            pairs.append(members[first] * len(keys) + members[second])
    different = np.unique(np.concatenate(pairs))
    return np.stack(np.divmod(different, max(len(keys), 1)), axis=1), closed
