"""Signs that a set can be answered, or told apart, by something else than medicine.

Positions and lengths of right options, answers that can be guessed without the question, negative questions, foreign words,
and how readable the texts are: all per provenance and task, so that a difference between provenances that is none of
knowledge shows before a model is tuned on it.
"""

from collections.abc import Sequence
from functools import cached_property
from itertools import chain

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from scipy.stats import chisquare
from statsmodels.stats.proportion import proportion_confint

from medinj_utils.core.prompts import LETTERS
from medinj_utils.data.text import coded_words, in_arrow, in_pieces, joined

_BY = ["provenance", "task", "source"]
#: Questions that ask for what is not so, in the wordings of French examinations. An expression for Arrow, to which an accent
#: ends a word: the ends of words are therefore spelt out.
NEGATIVE = (
    r"(?i)(?:^|[^\pL\pN])(?:(?:faux|fausses?|sauf|excepté[es]*|inexacte?s?|incorrecte?s?|erronée?s?|à l['’]exception|hormis)"
    r"|n(?:e\s+|['’])[\pL\pN]+(?:\s+[\pL\pN]+)?\s+(?:pas|jamais)|ne[^\pL\pN](?:.{0,38}[^\pL\pN])?pas)(?:[^\pL\pN]|$)")
#: Frequent words of one language that are none of the others'.
FUNCTION_WORDS = {
    "fr": "le les une des du et est dans pour par qui sur avec sont cette aux ou au ces chez plus pas vous elle il sans "
          "être ont été son sa ses leur dont mais lors après quel quelle quels quelles ce cet".split(),
    "en": "the of and to in is for with which that are was by at from this be following most what who has have had his her "
          "not were been she he would likely".split(),
    "es": "el los las del por con para una su como más pero cual cuál paciente siguientes años al lo muy también hace "
          "presenta tiene qué".split()}


def choices(records: pd.DataFrame) -> pd.DataFrame:
    return records[records["task"] != "oeq"]


def right_positions(records: pd.DataFrame, by: Sequence[str] = ("provenance", "task")) -> pd.DataFrame:
    """Share of right letters at each position, a row per group of the columns ``by`` and number of options, with the number
    of right letters and the p-value of Pearson's chi-squared test against equal shares."""
    told = choices(records)[[*by, "options", "answer_letters"]]
    letters = told.assign(options=told["options"].map(len)).explode("answer_letters")
    first, last = [*by, "options"], ["right letters", "p, equal shares"]
    counts, rows = pd.crosstab([letters[name] for name in first], letters["answer_letters"]), []
    for group, row in counts.iterrows():
        held = row.reindex(list(LETTERS[:group[-1]]), fill_value=0)
        rows.append(dict(zip(first, group, strict=True)) | (held / held.sum()).to_dict()
                    | {"right letters": int(held.sum()), "p, equal shares": chisquare(held).pvalue})
    table = pd.DataFrame(rows, columns=None if rows else first + last)
    return table[first + sorted(c for c in table if len(c) == 1) + last]


class _Options:
    """All options of all choice questions as flat arrays: where each question's begin and end, which are right, their
    lengths, and their words."""

    def __init__(self, told: pd.DataFrame):
        self.ends = np.concatenate([[0], np.cumsum(told["options"].map(len).to_numpy(dtype=int))])
        texts = list(chain(*told["options"]))
        letters = list(chain(*told["answer_letters"]))
        self.right = np.zeros(len(texts), dtype=bool)
        self.right[np.repeat(self.ends[:-1], told["answer_letters"].map(len).to_numpy(dtype=int)) + np.fromiter(
            map(LETTERS.index, letters), int, len(letters))] = True
        self.lengths = np.fromiter(map(len, texts), int, len(texts))
        self._texts = texts

    @cached_property
    def words(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return coded_words(self._texts)

    def word_weights(self, questions: np.ndarray) -> np.ndarray:
        """Per word, the log of how much more often it stands in right than in wrong options of some questions."""
        words, codes, word_ends = self.words
        taught = np.repeat(np.isin(np.arange(len(self.ends) - 1), questions), np.diff(self.ends))

        def log_shares(options: np.ndarray) -> np.ndarray:
            held = np.repeat(options, np.diff(word_ends))
            counts = np.bincount(codes[held], minlength=len(words)) + 1
            return np.log(counts / counts.sum())

        return log_shares(taught & self.right) - log_shares(taught & ~self.right)

    def taken(self, score: np.ndarray, questions: np.ndarray, several: np.ndarray) -> np.ndarray:
        """Whether exactly the right options are taken: of each question the one with the highest score or, where ``several``
        says so for one of its options, those."""
        hits = np.zeros(len(questions), dtype=bool)
        for i, question in enumerate(questions):
            own = slice(self.ends[question], self.ends[question + 1])
            chosen = several[own]
            if not chosen.any():
                chosen = np.zeros(len(chosen), dtype=bool)
                chosen[np.argmax(score[own])] = True
            hits[i] = (chosen == self.right[own]).all()
        return hits


def blind_baselines(records: pd.DataFrame) -> pd.DataFrame:
    """How often three rules that see no question are right on test questions (exact match, Wilson 95 % interval).

    *Most frequent answer*: the set of letters that is right most often in training, for the same task. *Longest option*: of
    a single-answer question the longest option, of a several-answer one the longer half. *Options alone*: each word of an
    option counts for or against it as it did in training (naive Bayes); the best option is taken, and for several-answer
    questions all that speak for themselves. ``chance`` is that of a random valid answer. Rows per source and task of the
    test questions and rule; sources without a training part are judged by all training questions.
    """
    told = choices(records).reset_index(drop=True)
    options, rows = _Options(told), []
    nothing = np.zeros(len(options.right), dtype=bool)
    for (provenance, task, source), questions in told[told["split"] == "test"].groupby(_BY):
        of_task = told[(told["split"] == "train") & (told["task"] == task)]
        same = of_task[of_task["source"] == source]
        learned, asked = same if len(same) else of_task, questions.index.to_numpy()
        n = questions["options"].map(len)
        hits = {}
        if len(learned):
            frequent = learned["answer_letters"].map(tuple).value_counts().sort_index(kind="stable").idxmax()
            hits["most frequent answer"] = (questions["answer_letters"].map(tuple) == frequent).to_numpy()
            weights = options.word_weights(learned.index.to_numpy())
            _, codes, word_ends = options.words
            score = _sums(weights[codes], word_ends)
            hits["options alone"] = options.taken(score, asked, nothing if task == "mcqu" else score > 0)
        half = nothing.copy()
        if task == "mcq":
            for question in asked:
                own = np.arange(options.ends[question], options.ends[question + 1])
                half[own[np.argsort(-options.lengths[own], kind="stable")[:max(1, len(own) // 2)]]] = True
        hits["longest option"] = options.taken(options.lengths, asked, half)
        chance = (1 / n if task == "mcqu" else 1 / (2.0**n - 1)).mean()
        for rule, right in hits.items():
            low, high = proportion_confint(int(right.sum()), len(right), method="wilson")
            rows.append({"provenance": provenance, "task": task, "source": source, "rule": rule, "items": len(right),
                         "exact_match": right.mean(), "low": low, "high": high, "chance": chance})
    return pd.DataFrame(rows, columns=[*_BY, "rule", "items", "exact_match", "low", "high", "chance"])


def longest_is_right(records: pd.DataFrame) -> pd.DataFrame:
    """Of single-answer questions with one longest option: how often it is the right one, beside the chance of a random
    option, per provenance × source × split (Wilson 95 % interval)."""
    rows, by = [], ["provenance", "source", "split"]
    for group, questions in records[records["task"] == "mcqu"].groupby(by):
        options = _Options(questions)
        starts = options.ends[:-1]
        longest = options.lengths == np.repeat(np.maximum.reduceat(options.lengths, starts), np.diff(options.ends))
        single = np.add.reduceat(longest, starts) == 1
        right = np.add.reduceat(longest & options.right, starts)[single]
        n = max(len(right), 1)
        low, high = proportion_confint(right.sum(), n, method="wilson")
        rows.append(dict(zip(by, group, strict=True)) | {
            "questions": len(right), "longest is right": right.sum() / n, "low": low, "high": high,
            "chance": np.mean(1 / np.diff(options.ends))})
    return pd.DataFrame(rows, columns=[*by, "questions", "longest is right", "low", "high", "chance"])


def _sums(values: np.ndarray, ends: np.ndarray) -> np.ndarray:
    total = np.concatenate([[0], np.cumsum(values)])
    return total[ends[1:]] - total[ends[:-1]]


def texts_by_row(records: pd.DataFrame) -> pd.DataFrame:
    """Per record, of question and answer without the context: ``words``; ``lix``, words a sentence plus the percentage of
    words of more than six letters (Björnsson 1968; French newspapers have about 45 to 55); ``foreign``, the share of English
    and Spanish among the `FUNCTION_WORDS` found, missing where fewer than three are found; ``negative``, whether the
    question asks for what is not so; ``short_question`` and, of open questions (else missing), ``short_answer``: whether it
    has fewer than three words."""
    parts = in_pieces(lambda start, stop: _by_row(records.iloc[start:stop]), len(records))
    return pd.concat(parts) if parts else _by_row(records)


def _by_row(records: pd.DataFrame) -> pd.DataFrame:
    texts = joined(records["instruction"], map(" ".join, records["options"]), records["answer_text"])
    known, codes, ends = coded_words(texts)
    counts = {language: _sums(np.array([word in listed for word in known], dtype=float)[codes], ends)
              for language, listed in ((name, set(words)) for name, words in FUNCTION_WORDS.items())}
    n = np.diff(ends).astype(float)
    long = _sums(np.array([len(word) > 6 for word in known], dtype=float)[codes], ends)
    sentences = np.maximum(pc.count_substring_regex(texts, r"[.!?:…]+(?:\s|$)").to_numpy(), 1)
    found = sum(counts.values())
    with np.errstate(divide="ignore", invalid="ignore"):
        table = pd.DataFrame({"words": n, "lix": n / sentences + 100 * long / n,
                              "foreign": np.where(found >= 3, (counts["en"] + counts["es"]) / found, np.nan)})
    table["negative"] = pc.match_substring_regex(in_arrow(records["instruction"]), NEGATIVE).to_numpy(False)
    short = {field: pc.count_substring_regex(in_arrow(records[field]), r"\S+").to_numpy() < 3 for field in (
        "instruction", "answer_text")}
    table["short_question"] = short["instruction"]
    table["short_answer"] = np.where(records["task"] == "oeq", short["answer_text"], np.nan)
    return table.set_index(records.index)


def text_summary(records: pd.DataFrame, by_row: pd.DataFrame) -> pd.DataFrame:
    """Per provenance × task × source: rows, medians of words and LIX, and shares of rows that are negative, mostly foreign
    (above a half), or have a question, or an open answer, of fewer than three words."""
    told = records[_BY].reset_index(drop=True).join(by_row.reset_index(drop=True))
    told["foreign"] = (told["foreign"] > 0.5).astype(float)
    means = {name: (name, "mean") for name in ("negative", "foreign", "short_question", "short_answer")}
    return told.groupby(_BY).agg(
        rows=("words", "size"), words=("words", "median"), lix=("lix", "median"), **means).reset_index()
