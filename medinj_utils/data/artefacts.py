"""Signs that a set can be answered, or told apart, by something else than medicine.

Positions and lengths of right options, answers that can be guessed without the question, negative questions, foreign words,
and how readable the texts are: all per provenance and task, so that a difference between provenances that is none of
knowledge shows before a model is tuned on it.
"""

import re
from itertools import chain

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from scipy.stats import chisquare
from statsmodels.stats.proportion import proportion_confint

from medinj_utils.data.text import coded_words
from medinj_utils.prompts import LETTERS

_BY = ["provenance", "task", "source"]
#: Questions that ask for what is not so, in the wordings of French examinations.
NEGATIVE = re.compile(
    r"\b(?:faux|fausses?|sauf|excepté[es]*|inexacte?s?|incorrecte?s?|erronée?s?|à l['’]exception|hormis)\b"
    r"|\bn(?:e\s+|['’])\w+(?:\s+\w+)?\s+(?:pas|jamais)\b|\bNE\b.{1,40}\bPAS\b", re.IGNORECASE)
#: Frequent words of one language that are none of the others'.
FUNCTION_WORDS = {
    "fr": "le les une des du et est dans pour par qui sur avec sont cette aux ou au ces chez plus pas vous elle il sans "
          "être ont été son sa ses leur dont mais lors après quel quelle quels quelles ce cet".split(),
    "en": "the of and to in is for with which that are was by as at from this an be or following patient most what who has "
          "have had his her not were been she he would likely".split(),
    "es": "el los las del que por con para una su como más pero sus cual cuál paciente siguientes años es al lo muy también "
          "hace presenta tiene qué".split()}


def choices(records: pd.DataFrame) -> pd.DataFrame:
    return records[records["task"] != "oeq"]


def right_positions(records: pd.DataFrame) -> pd.DataFrame:
    """Share of right letters at each position, a row per provenance × task × number of options, with the number of right
    letters and the p-value of Pearson's chi-squared test against equal shares."""
    told = choices(records)[["provenance", "task", "options", "answer_letters"]]
    letters = told.assign(options=told["options"].map(len)).explode("answer_letters")
    counts = pd.crosstab([letters["provenance"], letters["task"], letters["options"]], letters["answer_letters"])
    rows = []
    for (provenance, task, n), row in counts.iterrows():
        held = row.reindex(list(LETTERS[:n]), fill_value=0)
        rows.append({"provenance": provenance, "task": task, "options": n} | (held / held.sum()).to_dict()
                    | {"right letters": int(held.sum()), "p, equal shares": chisquare(held).pvalue})
    table = pd.DataFrame(rows)
    first = ["provenance", "task", "options"]
    return table[first + sorted(c for c in table if len(c) == 1) + ["right letters", "p, equal shares"]] if rows else table


class _Options:
    """All options of all choice questions as flat arrays: where each question's begin and end, which are right, their
    lengths, and their words."""

    def __init__(self, told: pd.DataFrame):
        self.ends = np.concatenate([[0], np.cumsum(told["options"].map(len).to_numpy(dtype=int))])
        texts = list(chain(*told["options"]))
        self.right = np.fromiter((letter in letters for options, letters in zip(
            told["options"], told["answer_letters"], strict=True) for letter in LETTERS[:len(options)]), bool, len(texts))
        self.lengths = np.fromiter(map(len, texts), int, len(texts))
        self.words, self.codes, self.word_ends = coded_words(texts)

    def word_weights(self, questions: np.ndarray) -> np.ndarray:
        """Per word, the log of how much more often it stands in right than in wrong options of some questions."""
        taught = np.repeat(np.isin(np.arange(len(self.ends) - 1), questions), np.diff(self.ends))

        def log_shares(options: np.ndarray) -> np.ndarray:
            held = np.repeat(options, np.diff(self.word_ends))
            counts = np.bincount(self.codes[held], minlength=len(self.words)) + 1
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
            score = _sums(weights[options.codes], options.word_ends)
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
    return pd.DataFrame(rows)


def longest_is_right(records: pd.DataFrame) -> pd.DataFrame:
    """Of single-answer questions with one longest option: how often it is the right one, beside the chance of a random
    option, per provenance × source (Wilson 95 % interval)."""
    rows = []
    for (provenance, source), questions in records[records["task"] == "mcqu"].groupby(["provenance", "source"]):
        lengths = [[len(option) for option in options] for options in questions["options"]]
        single = [length.count(max(length)) == 1 for length in lengths]
        right = [length.index(max(length)) == LETTERS.index(letters[0]) for length, letters, one in zip(
            lengths, questions["answer_letters"], single, strict=True) if one]
        n = max(len(right), 1)
        low, high = proportion_confint(sum(right), n, method="wilson")
        rows.append({"provenance": provenance, "source": source, "questions": len(right), "longest is right": sum(right) / n,
                     "low": low, "high": high, "chance": np.mean([1 / len(length) for length in lengths])})
    return pd.DataFrame(rows)


def _sums(values: np.ndarray, ends: np.ndarray) -> np.ndarray:
    total = np.concatenate([[0], np.cumsum(values)])
    return total[ends[1:]] - total[ends[:-1]]


def texts_by_row(records: pd.DataFrame) -> pd.DataFrame:
    """Per record, of question and answer without the context: ``words``; ``lix``, words a sentence plus the percentage of
    words of more than six letters (Björnsson 1968; French newspapers have about 45 to 55); ``foreign``, the share of English
    and Spanish among the `FUNCTION_WORDS` found, missing where fewer than three are found; ``negative``, whether the
    question asks for what is not so."""
    texts = [f"{instruction} {' '.join(options)} {answer}" for instruction, options, answer in zip(
        records["instruction"], records["options"], records["answer_text"], strict=True)]
    known, codes, ends = coded_words(texts)
    counts = {language: _sums(np.array([word in words for word in known], dtype=float)[codes], ends)
              for language, words in ((name, set(listed)) for name, listed in FUNCTION_WORDS.items())}
    n = np.diff(ends).astype(float)
    long = _sums(np.array([len(word) > 6 for word in known], dtype=float)[codes], ends)
    sentences = np.maximum(pc.count_substring_regex(pa.array(texts, pa.large_string()), r"[.!?:…]+(?:\s|$)").to_numpy(), 1)
    found = sum(counts.values())
    with np.errstate(divide="ignore", invalid="ignore"):
        table = pd.DataFrame({"words": n, "lix": n / sentences + 100 * long / n,
                              "foreign": np.where(found >= 3, (counts["en"] + counts["es"]) / found, np.nan)})
    table["negative"] = [bool(NEGATIVE.search(text)) for text in records["instruction"]]
    return table.set_index(records.index)


def text_summary(records: pd.DataFrame, by_row: pd.DataFrame) -> pd.DataFrame:
    """Per provenance × task × source: rows, medians of words and LIX, and shares of rows that are negative, mostly foreign
    (above a half), or have a question of fewer than three words."""
    told = records[_BY].join(by_row).assign(
        foreign=(by_row["foreign"] > 0.5).astype(float), negative=by_row["negative"].astype(float),
        short=(records["instruction"].str.split().str.len() < 3).astype(float))
    return told.groupby(_BY).agg(
        rows=("words", "size"), words=("words", "median"), lix=("lix", "median"), negative=("negative", "mean"),
        foreign=("foreign", "mean"), short=("short", "mean")).reset_index()
