"""Shortcuts: ways to answer a question, or to guess its provenance, without medical knowledge.

Positions and lengths of right options, and answers that can be guessed without the question, all
per provenance and task. They show non-medical differences between provenances before a model is
tuned on them.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain

import numpy as np
import pandas as pd
from scipy.stats import chisquare
from statsmodels.stats.proportion import proportion_confint

from medinj_utils.core.names import CHOICE_TASKS
from medinj_utils.core.prompts import LETTERS
from medinj_utils.data.words import coded_words, sums

_BY = ["provenance", "task", "source"]
_BLIND = [*_BY, "rule", "items", "exact_match", "low", "high", "chance"]
_LONGEST_BY = ["provenance", "source", "split"]
_LONGEST = [*_LONGEST_BY, "questions", "longest is right", "low", "high", "chance"]


def choice_questions(records: pd.DataFrame) -> pd.DataFrame:
    """The records that have options."""
    return records[records["task"].isin(CHOICE_TASKS)]


def right_positions(records: pd.DataFrame,
                    by: Sequence[str] = ("provenance", "task")) -> pd.DataFrame:
    """Share of right letters at each position.

    Args:
        records: a records table.
        by: columns whose groups have a row for each number of options.

    Returns:
        The columns ``by``, ``options``, a column per letter (shares that add up to 1), ``right
        letters`` (their number) and ``p, equal shares`` (Pearson's chi-squared test).
    """
    questions = choice_questions(records)[[*by, "options", "answer_letters"]]
    counted = questions.assign(options=questions["options"].map(len))
    letters = counted.explode("answer_letters", ignore_index=True)  # crosstab needs a plain index
    first, last = [*by, "options"], ["right letters", "p, equal shares"]
    counts = pd.crosstab([letters[name] for name in first], letters["answer_letters"])
    rows = []
    for group, row in counts.iterrows():
        by_letter = row.reindex(list(LETTERS[:group[-1]]), fill_value=0)
        shares = (by_letter / by_letter.sum()).to_dict()
        test = {"right letters": int(by_letter.sum()),
                "p, equal shares": chisquare(by_letter).pvalue}
        rows.append(dict(zip(first, group, strict=True)) | shares | test)
    table = pd.DataFrame(rows, columns=None if rows else first + last)
    return table[first + sorted(column for column in table if len(column) == 1) + last]


def uneven_in_words(positions: pd.DataFrame) -> str:
    """Two sentences on the number of groups whose right letters are uneven at the 1 % level.

    Args:
        positions: of `right_positions`.
    """
    uneven = (positions["p, equal shares"] < 0.01).sum()
    return (f"Uneven at the 1 % level: {uneven} of {len(positions)} groups. By chance alone one in "
            "a hundred is.")


class _Options:
    """All options of all choice questions as flat arrays, one question after the other.

    Attributes:
        ends: question i has the options ``ends[i]`` to ``ends[i + 1]``, shape (questions + 1,).
        right: whether an option is right, shape (options,).
        lengths: characters of each option, shape (options,).
    """

    def __init__(self, questions: pd.DataFrame):
        n_options = questions["options"].map(len).to_numpy(dtype=int)
        n_right = questions["answer_letters"].map(len).to_numpy(dtype=int)
        self.ends = np.concatenate([[0], np.cumsum(n_options)])
        self._texts = list(chain(*questions["options"]))
        letters = list(chain(*questions["answer_letters"]))
        positions = np.fromiter(map(LETTERS.index, letters), int, len(letters))
        self.right = np.zeros(len(self._texts), dtype=bool)
        self.right[np.repeat(self.ends[:-1], n_right) + positions] = True
        self.lengths = np.fromiter(map(len, self._texts), int, len(self._texts))

    @cached_property
    def words(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The words of the options, as `coded_words` gives them."""
        return coded_words(self._texts)

    def span(self, question: int) -> slice:
        """The options of a question."""
        return slice(self.ends[question], self.ends[question + 1])

    def word_scores(self, questions: np.ndarray) -> np.ndarray:
        """Per option, the sum of its words' weights, shape (options,).

        A word's weight is the log of how much more often it stands in right than in wrong options
        of the questions (naive Bayes, add-one smoothing).
        """
        _, codes, word_ends = self.words
        chosen = np.isin(np.arange(len(self.ends) - 1), questions)
        of_chosen = np.repeat(chosen, np.diff(self.ends))
        right = self._log_shares(of_chosen & self.right)
        wrong = self._log_shares(of_chosen & ~self.right)
        return sums((right - wrong)[codes], word_ends)

    def _log_shares(self, options: np.ndarray) -> np.ndarray:
        words, codes, word_ends = self.words
        in_options = np.repeat(options, np.diff(word_ends))
        counts = np.bincount(codes[in_options], minlength=len(words)) + 1
        return np.log(counts / counts.sum())

    def longer_half(self, questions: np.ndarray) -> np.ndarray:
        """Whether an option is in the longer half of its question's options, shape (options,)."""
        longer = np.zeros(len(self.right), dtype=bool)
        for question in questions:
            options = np.arange(len(self.right))[self.span(question)]
            by_length = np.argsort(-self.lengths[options], kind="stable")
            longer[options[by_length[:max(1, len(options) // 2)]]] = True
        return longer

    def exact(self, scores: np.ndarray, questions: np.ndarray, several: np.ndarray) -> np.ndarray:
        """Whether exactly the right options are chosen, shape (questions,).

        Args:
            scores: of each option; the one with the highest score is chosen.
            questions: positions of the questions.
            several: mask of options that are chosen whatever their score; a question with such
                options takes these alone.
        """
        hits = np.zeros(len(questions), dtype=bool)
        for i, question in enumerate(questions):
            own = self.span(question)
            chosen = several[own]
            if not chosen.any():
                chosen = np.zeros(len(chosen), dtype=bool)
                chosen[np.argmax(scores[own])] = True
            hits[i] = (chosen == self.right[own]).all()
        return hits


def blind_baselines(records: pd.DataFrame) -> pd.DataFrame:
    """Exact match of three rules that don't see the question, on test questions.

    *Most frequent answer*: the set of letters that is right most often in training, for the same
    task. *Longest option*: the longest option of a single-answer question, the longer half of a
    several-answer one. *Options alone*: a naive Bayes classifier on the words of the options,
    fitted on training questions, chooses the best option, and for several-answer questions all with
    a positive score. For sources without training questions, all training questions of the task
    are used.

    Args:
        records: a records table.

    Returns:
        A row per provenance, task and source of the test questions and ``rule``: ``items``,
        ``exact_match`` with ``low`` and ``high`` (Wilson 95 % interval), and ``chance``, that of a
        random valid answer.
    """
    questions = choice_questions(records).reset_index(drop=True)
    options = _Options(questions)
    rows = []
    for group, test in questions[questions["split"] == "test"].groupby(_BY):
        group = dict(zip(_BY, group, strict=True))
        training = _training_questions(questions, group["task"], group["source"])
        n_options = test["options"].map(len)
        ways = n_options if group["task"] == "mcqu" else 2.0**n_options - 1
        for rule, hits in _blind_hits(options, training, test, group["task"]):
            low, high = proportion_confint(int(hits.sum()), len(hits), method="wilson")
            rows.append(group | {"rule": rule, "items": len(hits), "exact_match": hits.mean(),
                                 "low": low, "high": high, "chance": (1 / ways).mean()})
    return pd.DataFrame(rows, columns=_BLIND)


def above_chance_in_words(baselines: pd.DataFrame) -> str:
    """A sentence with the number of rules of `blind_baselines` above chance."""
    above = baselines["low"] > baselines["chance"]
    return f"Above chance: {above.sum()} of {len(baselines)} rules (95 % interval)."


def _training_questions(questions: pd.DataFrame, task: str, source: str) -> pd.DataFrame:
    of_task = questions[(questions["split"] == "train") & (questions["task"] == task)]
    of_source = of_task[of_task["source"] == source]
    return of_source if len(of_source) else of_task


def _blind_hits(options: _Options, training: pd.DataFrame, test: pd.DataFrame,
                task: str) -> Iterator[tuple[str, np.ndarray]]:
    """(rule, whether it is right on each test question) of the three rules."""
    test_rows = test.index.to_numpy()
    none = np.zeros(len(options.right), dtype=bool)
    if len(training):
        answers = training["answer_letters"].map(tuple)
        frequent = answers.value_counts().sort_index(kind="stable").idxmax()
        yield "most frequent answer", (test["answer_letters"].map(tuple) == frequent).to_numpy()
        scores = options.word_scores(training.index.to_numpy())
        several = none if task == "mcqu" else scores > 0
        yield "options alone", options.exact(scores, test_rows, several)
    several = none if task == "mcqu" else options.longer_half(test_rows)
    yield "longest option", options.exact(options.lengths, test_rows, several)


def longest_is_right(records: pd.DataFrame) -> pd.DataFrame:
    """How often the longest option is right, in single-answer questions with one longest option.

    Args:
        records: a records table.

    Returns:
        A row per provenance, source and split: ``questions``, ``longest is right`` with ``low`` and
        ``high`` (Wilson 95 % interval), and ``chance``, that of a random option.
    """
    rows = []
    for group, questions in records[records["task"] == "mcqu"].groupby(_LONGEST_BY):
        options = _Options(questions)
        starts, n_options = options.ends[:-1], np.diff(options.ends)
        greatest = np.repeat(np.maximum.reduceat(options.lengths, starts), n_options)
        longest = options.lengths == greatest
        single = np.add.reduceat(longest, starts) == 1
        right = np.add.reduceat(longest & options.right, starts)[single]
        n = max(len(right), 1)
        low, high = proportion_confint(right.sum(), n, method="wilson")
        rows.append(dict(zip(_LONGEST_BY, group, strict=True)) | {
            "questions": len(right), "longest is right": right.sum() / n, "low": low, "high": high,
            "chance": np.mean(1 / n_options)})
    return pd.DataFrame(rows, columns=_LONGEST)
