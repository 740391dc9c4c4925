"""Choice questions as sets write them: options inside the text, answers as letters or texts."""

import ast
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from medinj_utils.core.identity import normalise
from medinj_utils.core.prompts import LETTERS
from medinj_utils.data.rules import BadRow

# An option on a line of its own.
_OPTION_LINE = re.compile(r"""
    ^[ \t]*(?:[-*•][ \t]+)?                          # perhaps as an item of a list
    (?:\((?P<inside>[A-Z])\)|(?P<before>[A-Z])[ \t]?[).:/-])   # (A), or A followed by ) . : / -
    (?:[ \t]+|$)
    (?P<text>.*)$
    """, re.VERBOSE)
# Marks in a row have one form and run from A on without a gap: "vitamine A. Il" is no mark.
_MARKS_IN_ROW = (re.compile(r"(?<!\S)\(([A-Z])\)\s*"), re.compile(r"(?<!\S)([A-Z])\)\s+"),
                 re.compile(r"(?<!\S)([A-Z])\.\s+"), re.compile(r"(?<!\S)([A-Z])\s?:\s+"))
# End of the last option: an empty line, or a line that asks for the answer.
_AFTER_OPTIONS = re.compile(
    r"\s*(?:$|(?:votre |ta |la )?réponse\b|réponds|répondez|indique|choisi|donne"
    r"|answer\b|choose\b)",
    re.IGNORECASE)
_LETTERS_ALONE = re.compile(r"[A-Z](?:\s?[;,]\s?[A-Z])*")  # as most sets write them
_BETWEEN_LETTERS = re.compile(r"\s*(?:[,;/|+&\n]|\bet\b|\band\b|\s)\s*", re.IGNORECASE)
_LETTER_THEN_TEXT = re.compile(r"^\(?([A-Za-z])\)?\s*[).:-]\s*(\S.*)$", re.DOTALL)
_BETWEEN_TEXTS = re.compile(r"[;\n]")


def part_options(text: str) -> tuple[str, list[str]]:
    """Question and option texts of a text with its options inside, one a line or in a row.

    Marks are ``(A) …``, ``A) …``, ``A. …`` or ``A: …``, from A on without a gap.

    Returns:
        (question without its options, options in order without their marks).

    Raises:
        BadRow: there are no options, or they can be split in more than one way.
    """
    lines = text.split("\n")
    labelled = [(i, match) for i, line in enumerate(lines) if (match := _OPTION_LINE.match(line))]
    if len(labelled) < 2:
        return _part_row(text)
    letters = [match["inside"] or match["before"] for _, match in labelled]
    if letters != list(LETTERS[:len(labelled)]):
        raise BadRow("instruction", text, "option letters are not A, B, C … in order")
    after_last = range(labelled[-1][0] + 1, len(lines))
    end = next((i for i in after_last if _AFTER_OPTIONS.match(lines[i])), len(lines))
    ends = [*(i for i, _ in labelled[1:]), end]  # an option goes on until the next one begins
    options = [" ".join([match["text"], *lines[i + 1:stop]]).strip()
               for (i, match), stop in zip(labelled, ends, strict=True)]
    question = [*lines[:labelled[0][0]], *(line for line in lines[end:] if line.strip())]
    return "\n".join(question).strip(), options


def _part_row(text: str) -> tuple[str, list[str]]:
    """As `part_options`, for options in a row."""
    ways = []
    for mark in _MARKS_IN_ROW:
        marks = list(mark.finditer(text))
        for start in (i for i, match in enumerate(marks) if match[1] == "A"):
            run = marks[start:]
            if len(run) >= 2 and [match[1] for match in run] == list(LETTERS[:len(run)]):
                ways.append(_cut(text, run))
    if not ways:
        raise BadRow("instruction", text, "a choice question without options such as '(A) …'")
    if len(ways) > 1:
        raise BadRow("instruction", text, "its options can be split in more than one way")
    return ways[0]


def _cut(text: str, marks: list[re.Match]) -> tuple[str, list[str]]:
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    options = [text[mark.end():end].strip(" ;\n") for mark, end in zip(marks, ends, strict=True)]
    return text[:marks[0].start()].strip(), options


def letters_of_texts(answer: object, options: Sequence[str]) -> list[str]:
    """Letters of the options whose texts an answer gives.

    Args:
        answer: one text, a list of texts, or several texts between ``;`` or line ends.
        options: texts of the options.

    Raises:
        BadRow: a text is not the text of an option.
    """
    letters: dict[str, set[str]] = {}
    for case in (False, True):
        for letter, option in zip(LETTERS, options, strict=False):
            letters.setdefault(_key(option, case), set()).add(letter)

    def letters_of(text: object) -> set[str]:
        """Letters of the options with this text; case is ignored if that leaves one option."""
        if not isinstance(text, str):
            return set()
        in_any_case = letters.get(_key(text, case=False), set())
        return letters.get(_key(text, case=True), in_any_case if len(in_any_case) == 1 else set())

    texts = [answer] if isinstance(answer, str) else answer
    if isinstance(answer, str) and not letters_of(answer):
        texts = [part for part in _BETWEEN_TEXTS.split(answer) if part.strip()]
    if not isinstance(texts, list | tuple) or not texts or not all(map(letters_of, texts)):
        raise BadRow("answer", answer, "not the text of an option")
    return sorted({letter for text in texts for letter in letters_of(text)})


def _key(text: str, case: bool) -> tuple[bool, str]:
    return case, normalise(text, case)


def letters_alone(answer: object, options: Sequence[str]) -> list[str]:
    """Right letters from an answer that holds letters alone.

    Args:
        answer: a list of letters, or a text of letters between commas, semicolons, spaces, "et"
            or nothing.
        options: texts of the options.

    Raises:
        BadRow: the answer holds anything but letters of options.
    """
    accepted = LETTERS[:len(options)]
    letters = answer
    if isinstance(answer, str):
        apart = re.sub(r"\s(?:et|and)\s", " ", answer, flags=re.IGNORECASE)
        letters = re.findall(r"[^\s;,./|+&\[\]\"'()]", apart)
    if not isinstance(letters, list | tuple) or not letters or not all(
            isinstance(letter, str) and letter.upper() in accepted and len(letter) == 1
            for letter in letters):
        raise BadRow("answer", answer, f"need letters among {accepted}")
    return sorted({letter.upper() for letter in letters})


def right_letters(answer: object, options: Sequence[str]) -> list[str]:
    """Letters of the right options, in order, from an answer as sets write it.

    Accepted are a list (``["A", "C"]``, also as text), letters (``B``, ``b``, ``A;C``, ``A, C``,
    ``A et C``, ``AC``), a letter with its option (``B. le rein``), and texts of options (one, or
    several between ``;`` or line ends).

    Args:
        answer: value in the row.
        options: texts of the options.

    Raises:
        BadRow: the answer has none of these forms, or letter and text disagree.
    """
    if isinstance(answer, str) and answer.strip().startswith("["):
        answer = _list_in(answer)
    need = f"need letters among {LETTERS[:len(options)]} or texts of options"
    if isinstance(answer, list | tuple):
        if not answer or not all(isinstance(part, str) for part in answer):
            raise BadRow("answer", answer, need)
        return sorted({letter for part in answer for letter in right_letters(part, options)})
    if not isinstance(answer, str):
        raise BadRow("answer", answer, need)
    written = _Answer(answer, options)
    for read in _FORMS:
        letters = read(written)
        if letters:
            return sorted(letters)
    raise BadRow("answer", answer, need)


def _list_in(answer: str) -> object:
    try:
        return ast.literal_eval(answer.strip())  # reads JSON's lists of texts too
    except (SyntaxError, ValueError):
        raise BadRow("answer", answer, "an incomplete list") from None


@dataclass(frozen=True)
class _Answer:
    """An answer as text. Each method reads one form, and gives no letters for another."""

    written: str
    options: Sequence[str]

    @cached_property
    def text(self) -> str:
        return self.written.strip()

    @cached_property
    def accepted(self) -> str:
        return LETTERS[:len(self.options)]

    @cached_property
    def by_text(self) -> Mapping[tuple[bool, str], str]:
        """Letters by the options' normalised texts, with and without case and a full stop."""
        letters: dict[tuple[bool, str], str] = {}
        for case in (False, True):
            keys = [_key(option, case) for option in self.options]
            without_stop = [(case, text.rstrip(".")) for _, text in keys]
            # Whole texts second, since "5." may be one option and "5" another.
            for forms in (without_stop, keys):
                times = Counter(forms)
                letters |= {form: letter for form, letter in zip(forms, self.accepted, strict=True)
                            if times[form] == 1}
        return letters

    def letter_of(self, text: str) -> str:
        """Letter of the option with this text; empty if there is none, or more than one."""
        for case in (True, False):
            _, whole = key = _key(text, case)
            for form in (key, (case, whole.rstrip("."))):
                if form in self.by_text:
                    return self.by_text[form]
        return ""

    def letters(self) -> set[str]:
        """``B``, ``A;C``, ``A, C``."""
        if not _LETTERS_ALONE.fullmatch(self.text):
            return set()
        letters = set(self.text) - set(";, ")
        return letters if letters <= set(self.accepted) else set()

    def option(self) -> set[str]:
        """``le rein``."""
        letter = self.letter_of(self.text)
        return {letter} if letter else set()

    def separate_letters(self) -> set[str]:
        """``b``, ``(A) / (C)``, ``A et C``."""
        parts = _BETWEEN_LETTERS.split(self.text.rstrip("."))
        letters = {part.strip("()[]. ").upper() for part in parts}
        return letters if all(self._is_letter(letter) for letter in letters) else set()

    def joined_letters(self) -> set[str]:
        """``AC``, in capitals and each once."""
        letters = set(self.text)
        capitals = self.text.isalpha() and self.text.isupper()
        once = len(letters) == len(self.text)
        return letters if capitals and once and letters <= set(self.accepted) else set()

    def letter_with_option(self) -> set[str]:
        """``B. le rein``; letter and text must agree."""
        match = _LETTER_THEN_TEXT.match(self.text)
        if not match or not self._is_letter(match[1].upper()):
            return set()
        letter, of_text = match[1].upper(), self.letter_of(match[2])
        if of_text and of_text != letter:
            reason = f"the letter is {letter}, but the text belongs to {of_text}"
            raise BadRow("answer", self.written, reason)
        return {of_text} if of_text else set()

    def several_options(self) -> set[str]:
        """``le foie ; la rate``."""
        letters = [self.letter_of(part) for part in _BETWEEN_TEXTS.split(self.text)
                   if part.strip()]
        return set(letters) if len(letters) > 1 and all(letters) else set()

    def _is_letter(self, letter: str) -> bool:
        return len(letter) == 1 and letter in self.accepted


_FORMS: tuple[Callable[[_Answer], set[str]], ...] = (
    _Answer.letters, _Answer.option, _Answer.separate_letters, _Answer.joined_letters,
    _Answer.letter_with_option, _Answer.several_options)
