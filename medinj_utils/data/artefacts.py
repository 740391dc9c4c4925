"""Signs that a set can be answered, or told apart, by something else than medicine.

Positions and lengths of right options, answers that can be guessed without the question, negative questions, foreign words,
and how readable the texts are: all per provenance and task, so that a difference between provenances that is none of
knowledge shows before a model is tuned on it.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from scipy.stats import chisquare
from statsmodels.stats.proportion import proportion_confint

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


def _score(questions: pd.DataFrame, guess: Callable[[str, Sequence[str]], Iterable[str]]) -> np.ndarray:
    return np.array([set(guess(task, options)) == set(letters) for task, options, letters in zip(
        questions["task"], questions["options"], questions["answer_letters"], strict=True)], dtype=bool)


def blind_baselines(records: pd.DataFrame) -> pd.DataFrame:
    """How often three rules that see no question are right on test questions (exact match, Wilson 95 % interval).

    *Most frequent answer*: the set of letters that is right most often in training, for the same task. *Longest option*: of
    a single-answer question the longest option, of a several-answer one the longer half. *Options alone*: each word of an
    option counts for or against it as it did in training (naive Bayes); the best option is taken, and for several-answer
    questions all that speak for themselves. ``chance`` is that of a random valid answer. Rows per source and task of the
    test questions and rule; sources without a training part are judged by all training questions.
    """
    told = choices(records)
    train, test = told[told["split"] == "train"], told[told["split"] == "test"]
    rows = []
    for (provenance, task, source), questions in test.groupby(_BY):
        same = train[(train["source"] == source) & (train["task"] == task)]
        learned = same if len(same) else train[train["task"] == task]
        n = questions["options"].map(len)
        chance = (1 / n if task == "mcqu" else 1 / (2.0**n - 1)).mean()
        for rule, guess in _rules(learned):
            right = _score(questions, guess)
            low, high = proportion_confint(int(right.sum()), len(right), method="wilson")
            rows.append({"provenance": provenance, "task": task, "source": source, "rule": rule, "items": len(right),
                         "exact_match": right.mean(), "low": low, "high": high, "chance": chance})
    return pd.DataFrame(rows)


def _rules(train: pd.DataFrame) -> list[tuple[str, Callable]]:
    frequent = Counter(tuple(letters) for letters in train["answer_letters"]).most_common(1)
    weights = _word_weights(train)

    def longest(task: str, options: Sequence[str]) -> list[str]:
        order = sorted(range(len(options)), key=lambda i: -len(options[i]))
        return [LETTERS[i] for i in order[:1 if task == "mcqu" else max(1, len(options) // 2)]]

    def alone(task: str, options: Sequence[str]) -> list[str]:
        told = [sum(weights.get(word, 0.0) for word in set(option.casefold().split())) for option in options]
        best = [LETTERS[int(np.argmax(told))]]
        return best if task == "mcqu" else [LETTERS[i] for i, value in enumerate(told) if value > 0] or best

    rules = [("longest option", longest)]
    if frequent:
        rules = [("most frequent answer", lambda task, options: frequent[0][0]), *rules, ("options alone", alone)]
    return rules


def _word_weights(train: pd.DataFrame) -> dict[str, float]:
    """Log of how much more often a word stands in right than in wrong options, smoothed by one."""
    right, wrong = Counter(), Counter()
    for options, letters in zip(train["options"], train["answer_letters"], strict=True):
        for letter, option in zip(LETTERS, options, strict=False):
            (right if letter in letters else wrong).update(set(option.casefold().split()))
    base = math.log((sum(right.values()) + 1) / (sum(wrong.values()) + 1))
    return {word: math.log((right[word] + 1) / (wrong[word] + 1)) - base for word in right.keys() | wrong.keys()}


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


def _words(texts: Sequence[str]) -> tuple[pa.DictionaryArray, np.ndarray]:
    """(words of all texts, coded; where each text's begin and end), letters alone."""
    plain = pc.replace_substring_regex(pa.array(texts, pa.large_string()), r"[^\pL]+", " ")
    words = pc.utf8_split_whitespace(pc.utf8_trim_whitespace(plain))
    return words.flatten().dictionary_encode(), words.offsets.to_numpy()


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
    coded, ends = _words(texts)
    codes, known = coded.indices.to_numpy(), [word.casefold() for word in coded.dictionary.to_pylist()]
    counts = {language: _sums(np.array([word in words for word in known], dtype=float)[codes], ends)
              for language, words in ((name, set(listed)) for name, listed in FUNCTION_WORDS.items())}
    n = np.diff(ends).astype(float)
    long = _sums(np.array([len(word) > 6 for word in known], dtype=float)[codes], ends)
    sentences = np.maximum([len(re.findall(r"[.!?:…]+(?:\s|$)", text)) for text in texts], 1)
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
