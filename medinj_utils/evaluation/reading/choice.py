"""Read a set of letters in a model's raw answer to a multiple-choice question, or refuse to."""

from collections.abc import Mapping
from html import unescape

import regex as re

from medinj_utils.core.names import CHOICE_TASKS, check_choice
from medinj_utils.evaluation.reading import reasons
from medinj_utils.evaluation.reading.caution import is_weighed_or_mixed
from medinj_utils.evaluation.reading.cleaning import clean, fold
from medinj_utils.evaluation.reading.conditions import has_several_frames, only_supposed
from medinj_utils.evaluation.reading.contradictions import contradicts, number_disagrees
from medinj_utils.evaluation.reading.decision import Decision, decide, decide_cut
from medinj_utils.evaluation.reading.labels import with_letters_before_texts
from medinj_utils.evaluation.reading.places import (
    with_letters_for_places,
    with_letters_for_verdicts,
)
from medinj_utils.evaluation.reading.quantities import (
    with_numbers_as_in_options,
    with_verdicts_as_options,
)
from medinj_utils.evaluation.reading.tables import with_tables_as_verdicts
from medinj_utils.evaluation.reading.thoughts import without_thoughts
from medinj_utils.evaluation.reading.turns import before_next_question
from medinj_utils.evaluation.reading.verdicts import plain_verdicts
from medinj_utils.evaluation.reading.words import signs_of


def explain_choice(output: str, options: dict[str, str], task: str,
                   cut: bool = False) -> tuple[frozenset[str] | None, str]:
    """The letters that can be read in an answer, and the reason.

    Args:
        output: the raw answer.
        options: the question's options by letter.
        task: "mcqu" (one right letter) or "mcq" (one or several).
        cut: whether the answer was cut off, for example at the token limit. It is then read only
            if an explanation has begun, so that no part of a list is missing.

    Returns:
        The letters, or None where none can be read, and a short reason (see `reasons`).

    Raises:
        ValueError: the task is neither.
    """
    check_choice("task", task, CHOICE_TASKS)
    at_sight = frozenset() if cut else (
        _plain_letters(output, options, task) or _text_word_for_word(output, options))
    if at_sight:
        return at_sight, reasons.AT_HEAD
    output = with_letters_for_verdicts(with_tables_as_verdicts(output, options), options)
    answer = without_thoughts(unescape(output))
    if is_weighed_or_mixed(answer, options) or has_several_frames(answer):
        return None, reasons.LEFT_OPEN
    if number_disagrees(answer, options):
        return None, reasons.LETTER_AGAINST_TEXT
    text = clean(output)
    if before := before_next_question(text, options):
        letters, reason = _explain_cleaned(before, options, task, cut=False)
        if letters:
            return letters, reason
    return _explain_cleaned(text, options, task, cut)


def _explain_cleaned(text: str, options: dict[str, str], task: str,
                     cut: bool) -> tuple[frozenset[str] | None, str]:
    """The letters that can be read in an answer after the steps of cleaning, and why."""
    text = with_letters_for_places(text, options)
    text = with_verdicts_as_options(with_numbers_as_in_options(text, options), options)
    text = with_letters_before_texts(text, options)
    supposed, cleaned = only_supposed(text), text
    text = plain_verdicts(text, options)
    compact = frozenset(options) if task == "mcq" else frozenset()
    line = signs_of(text, options, compact)
    decision = decide_cut(line, options, task == "mcq") if cut else decide(line, options)
    problem = _problem(decision, text, options, task)
    if decision.letters & supposed:
        problem = problem or reasons.LEFT_OPEN
    if not problem and contradicts(cleaned, options, decision.letters):
        problem = reasons.CONTRADICTION
    return (None, problem) if problem else (decision.letters, decision.reason)


def read_choice(output: str, options: dict[str, str], task: str,
                cut: bool = False) -> frozenset[str] | None:
    """The letters that a careful person would read in an answer, or None where they would refuse.

    Args, raised errors: as `explain_choice`.
    """
    return explain_choice(output, options, task, cut)[0]


def _plain_letters(output: str, options: Mapping[str, str], task: str) -> frozenset[str]:
    """The letters of an answer that is "B", or "A, C" in an mcq; none if an option reads so.

    Most answers look like this. The grammar reads the same in them, but more slowly.
    """
    letters = output.strip().split(", ")
    distinct = frozenset(letters)
    well_formed = len(letters) == 1 or (task == "mcq" and len(distinct) == len(letters))
    if not (well_formed and options.keys() >= distinct):
        return frozenset()
    folded = fold(output)
    is_a_text = any(fold(option).strip(" .") in folded for option in options.values())
    return frozenset() if is_a_text else distinct


def _text_word_for_word(output: str, options: Mapping[str, str]) -> frozenset[str]:
    """The letter of the one option that the answer repeats, with or without its letter.

    This distinguishes texts that differ only in their marks: "K+" and "K-".
    """
    answer = output.strip()
    letters = [letter for letter, option in options.items() if answer.endswith(option)
               and re.fullmatch(rf"(?:\(?{letter}\W{{1,3}})?", answer[:len(answer) - len(option)])]
    return frozenset(letters if len(letters) == 1 and answer not in options else ())


def _problem(decision: Decision, text: str, options: Mapping[str, str], task: str) -> str:
    """Why the letters can't be read; empty if they can."""
    unknown = decision.letters - set(options)
    if unknown:
        return reasons.NO_SUCH_OPTION.format(letters=", ".join(sorted(unknown)))
    if decision.problem:
        return decision.problem
    if task == "mcqu" and len(decision.letters) > 1:
        return reasons.SEVERAL_LETTERS
    whole = fold(text).strip(" .")
    same_text = {letter for letter, option in options.items() if fold(option).strip(" .") == whole}
    if same_text and same_text != decision.letters:
        return reasons.LETTER_IS_ANOTHER_TEXT  # blood groups: "A" may be the text of B
    return "" if decision.letters else reasons.NO_LETTER_LEFT
