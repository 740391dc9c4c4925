"""Measures of texts: lengths, readability, negative questions, and rows in another language."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from medinj_utils.data.words import coded_words, in_arrow, in_pieces, joined, sums

_BY = ["provenance", "task", "source"]
_LONG_WORD = 6  # letters; longer words count for LIX
SHARES = ("negative", "foreign", "short_question", "short_answer")
_FEW = 3  # function words below which no language is named, words below which a text is short
#: Negative questions, in the wordings of French examinations. Arrow ends a word at an accent, so
#: the ends of words are spelt out.
NEGATIVE = (
    r"(?i)(?:^|[^\pL\pN])"
    r"(?:(?:faux|fausses?|sauf|excepté[es]*|inexacte?s?|incorrecte?s?|erronée?s?|à l['’]exception"
    r"|hormis)"
    r"|n(?:e\s+|['’])[\pL\pN]+(?:\s+[\pL\pN]+)?\s+(?:pas|jamais)"
    r"|ne[^\pL\pN](?:.{0,38}[^\pL\pN])?pas)"
    r"(?:[^\pL\pN]|$)")
#: Frequent words of one language that the others don't have.
FUNCTION_WORDS = {
    "fr": ("le les une des du et est dans pour par qui sur avec sont cette aux ou au ces "
           "chez plus pas vous elle il sans être ont été son sa ses leur dont mais lors "
           "après quel quelle quels quelles ce cet").split(),
    "en": ("the of and to in is for with which that are was by at from this be following "
           "most what who has have had his her not were been she he would likely").split(),
    "es": ("el los las del por con para una su como más pero cual cuál paciente siguientes "
           "años al lo muy también hace presenta tiene qué").split()}


def texts_by_row(records: pd.DataFrame) -> pd.DataFrame:
    """Measures of each record's question, options and answer, without its context.

    Args:
        records: a records table.

    Returns:
        With the records' index: ``words``; ``lix``, words a sentence plus the percentage of words
        of more than six letters (Björnsson 1968; French newspapers have about 45 to 55);
        ``foreign``, the share of English and Spanish among the `FUNCTION_WORDS` found, missing
        where fewer than three are; ``negative``, whether the question asks for the false option;
        ``short_question`` and, of open questions (else missing), ``short_answer``: fewer than three
        words.
    """
    parts = in_pieces(lambda start, stop: _by_row(records.iloc[start:stop]), len(records))
    return pd.concat(parts) if parts else _by_row(records)


def _by_row(records: pd.DataFrame) -> pd.DataFrame:
    options = map(" ".join, records["options"])
    texts = joined(records["instruction"], options, records["answer_text"])
    known, codes, ends = coded_words(texts)
    n_words = np.diff(ends).astype(float)
    long = sums(np.array([len(word) > _LONG_WORD for word in known], dtype=float)[codes], ends)
    sentences = pc.count_substring_regex(texts, r"[.!?:…]+(?:\s|$)").to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        lix = n_words / np.maximum(sentences, 1) + 100 * long / n_words
    table = pd.DataFrame({"words": n_words, "lix": lix, "foreign": _foreign(known, codes, ends)})
    negative = pc.match_substring_regex(in_arrow(records["instruction"]), NEGATIVE)
    table["negative"] = negative.to_numpy(False)
    table["short_question"] = _is_short(in_arrow(records["instruction"]))
    short_answer = _is_short(in_arrow(records["answer_text"]))
    table["short_answer"] = np.where(records["task"] == "oeq", short_answer, np.nan)
    return table.set_index(records.index)


def _foreign(known: np.ndarray, codes: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Per text, the share of English and Spanish among its function words; missing for too few."""
    counts = {}
    for language, words in FUNCTION_WORDS.items():
        listed = np.isin(known, words).astype(float)
        counts[language] = sums(listed[codes], ends)
    n_listed = sum(counts.values())
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(n_listed >= _FEW, (counts["en"] + counts["es"]) / n_listed, np.nan)


def _is_short(texts: pa.Array) -> np.ndarray:
    return pc.count_substring_regex(texts, r"\S+").to_numpy() < _FEW


def text_summary(records: pd.DataFrame, by_row: pd.DataFrame) -> pd.DataFrame:
    """Measures of texts per provenance, task and source.

    Args:
        records: a records table.
        by_row: result of `texts_by_row`.

    Returns:
        ``rows``, medians of ``words`` and ``lix``, and shares of rows that are ``negative``, mostly
        ``foreign`` (above a half), or have a ``short_question`` or ``short_answer``.
    """
    rows = records[_BY].reset_index(drop=True).join(by_row.reset_index(drop=True))
    rows["foreign"] = (rows["foreign"] > 0.5).astype(float)
    shares = {name: (name, "mean") for name in SHARES}
    return rows.groupby(_BY).agg(rows=("words", "size"), words=("words", "median"),
                                 lix=("lix", "median"), **shares).reset_index()
