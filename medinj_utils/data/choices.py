"""Choice questions as sets write them: options inside the text, right answers as letters or as texts."""

import ast
import re
from collections.abc import Sequence

from medinj_utils.core.identity import normalise
from medinj_utils.core.prompts import LETTERS
from medinj_utils.data.records import BadRow

_LINE = re.compile(r"^[ \t]*(?:[-*•][ \t]+)?(?:\(([A-Z])\)|([A-Z])[ \t]?[).:/-])(?:[ \t]+|$)(.*)$")
# In a row all marks are of one kind and go on from A to the end, so that "vitamine A. Il" is no mark.
_IN_ROW = {"(A)": re.compile(r"(?<!\S)\(([A-Z])\)\s*"), "A)": re.compile(r"(?<!\S)([A-Z])\)\s+"),
           "A.": re.compile(r"(?<!\S)([A-Z])\.\s+"), "A:": re.compile(r"(?<!\S)([A-Z])\s?:\s+")}
#: What follows the options and is none of the last: an empty line, or a line that asks for the answer.
_AFTER = re.compile(r"\s*(?:$|(?:votre |ta |la )?réponse\b|réponds|répondez|indique|choisi|donne|answer\b|choose\b)", re.I)
_LETTERS = re.compile(r"[A-Z](?:\s?[;,]\s?[A-Z])*")  # how most sets write them
_BETWEEN = re.compile(r"\s*(?:[,;/|+&\n]|\bet\b|\band\b|\s)\s*", re.IGNORECASE)
_LETTER_THEN_TEXT = re.compile(r"^\(?([A-Za-z])\)?\s*[).:-]\s*(\S.*)$", re.DOTALL)


def part_options(text: str) -> tuple[str, list[str]]:
    """(question, option texts) of a text with its options inside, one a line or in a row.

    Marks are ``(A) …``, ``A) …``, ``A. …`` or ``A: …``, from A on without a gap. Raises `BadRow` where there are none, or
    where they can be parted in more than one way.
    """
    lines = text.split("\n")
    found = [(i, match) for i, line in enumerate(lines) if (match := _LINE.match(line))]
    if len(found) >= 2:
        if [match[1] or match[2] for _, match in found] != list(LETTERS[:len(found)]):
            raise BadRow("instruction", text, "option letters are not A, B, C … in order")
        last = next((i for i in range(found[-1][0] + 1, len(lines)) if _AFTER.match(lines[i])), len(lines))
        ends = [*(i for i, _ in found[1:]), last]  # an option goes on until the next one begins
        options = [" ".join([match[3], *lines[i + 1:end]]).strip() for (i, match), end in zip(found, ends, strict=True)]
        return "\n".join([*lines[:found[0][0]], *(line for line in lines[last:] if line.strip())]).strip(), options
    return _part_row(text)


def _part_row(text: str) -> tuple[str, list[str]]:
    ways = []
    for mark in _IN_ROW.values():
        found = list(mark.finditer(text))
        starts = [i for i, match in enumerate(found) if match[1] == "A"]
        for start in starts:
            run = found[start:]
            if len(run) >= 2 and [match[1] for match in run] == list(LETTERS[:len(run)]):
                ends = [*(match.start() for match in run[1:]), len(text)]
                ways.append((text[:run[0].start()].strip(),
                             [text[match.end():end].strip(" ;\n") for match, end in zip(run, ends, strict=True)]))
    if len(ways) != 1:
        raise BadRow("instruction", text, "its options can be parted in more than one way" if ways
                     else "a choice question without options such as '(A) …'")
    return ways[0]


def letters_of_texts(answer: object, options: Sequence[str]) -> list[str]:
    """Letters of the options whose texts an answer is: one text, a list, or several parted by ``;`` or line ends."""
    letters = {}
    for letter, option in zip(LETTERS, options, strict=False):
        letters.setdefault(normalise(option), []).append(letter)
    whole = [answer] if isinstance(answer, str) else answer
    if isinstance(answer, str) and normalise(answer) not in letters:
        whole = [part for part in re.split(r"[;\n]", answer) if part.strip()]
    if not isinstance(whole, list | tuple) or not whole or not all(
            isinstance(part, str) and normalise(part) in letters for part in whole):
        raise BadRow("answer", answer, "not the text of an option")
    return sorted({letter for part in whole for letter in letters[normalise(part)]})


def letters_alone(answer: object, options: Sequence[str]) -> list[str]:
    """Letters as letters: a list, or a text of letters between commas, semicolons, spaces or nothing."""
    accepted = LETTERS[:len(options)]
    told = re.findall(r"[^\s;,/|+&\[\]\"'()]", answer) if isinstance(answer, str) else answer
    if not isinstance(told, list | tuple) or not told or not all(
            isinstance(letter, str) and letter.upper() in accepted and len(letter) == 1 for letter in told):
        raise BadRow("answer", answer, f"need letters among {accepted}")
    return sorted({letter.upper() for letter in told})


def right_letters(answer: object, options: Sequence[str]) -> list[str]:
    """Letters of the right options, in order, from an answer as sets write it.

    Read are a list (``["A", "C"]``, also as text), letters (``B``, ``b``, ``A;C``, ``A, C``, ``A et C``, ``AC``), a letter
    with its option (``B. le rein``), and options' texts (one, or several parted by ``;`` or line ends). Raises `BadRow`
    where nothing of this fits, or where letter and text disagree.
    """
    accepted = LETTERS[:len(options)]
    if isinstance(answer, str) and answer.strip().startswith("["):
        try:
            answer = ast.literal_eval(answer.strip())  # reads JSON's lists of texts too
        except (SyntaxError, ValueError):
            raise BadRow("answer", answer, "a list that isn't whole") from None
    parts = list(answer) if isinstance(answer, list | tuple) else None
    if parts is not None:
        if not parts or not all(isinstance(part, str) for part in parts):
            raise BadRow("answer", answer, f"need letters among {accepted} or texts of options")
        return sorted({letter for part in parts for letter in right_letters(part, options)})
    if not isinstance(answer, str):
        raise BadRow("answer", answer, f"need letters among {accepted} or texts of options")
    told = answer.strip()
    if _LETTERS.fullmatch(told) and (letters := set(told) - set(";, ")) <= set(accepted):
        return sorted(letters)
    plain = [normalise(option) for option in options]
    by_text = {text.rstrip("."): letter for letter, text in zip(accepted, plain, strict=True)} | dict(
        zip(plain, accepted, strict=True))  # "5." may be one option and "5" another
    if normalise(told) in by_text:
        return [by_text[normalise(told)]]
    if normalise(told).rstrip(".") in by_text:
        return [by_text[normalise(told).rstrip(".")]]
    letters = [part.strip("()[]. ") for part in _BETWEEN.split(told.rstrip("."))]
    if all(len(letter) == 1 for letter in letters) and all(letter.upper() in accepted for letter in letters):
        return sorted({letter.upper() for letter in letters})
    if told.isalpha() and told.isupper() and all(letter in accepted for letter in told) and len(set(told)) == len(told):
        return sorted(told)
    if (found := _LETTER_THEN_TEXT.match(told)) and found[1].upper() in accepted:
        letter, text = found[1].upper(), normalise(found[2]).rstrip(".")
        if by_text.get(text, letter) != letter:
            raise BadRow("answer", answer, f"the letter is {letter}, the text is that of {by_text[text]}")
        if text in by_text:
            return [letter]
    several = [normalise(part).rstrip(".") for part in re.split(r"[;\n]", told) if part.strip()]
    if len(several) > 1 and all(part in by_text for part in several):
        return sorted({by_text[part] for part in several})
    raise BadRow("answer", answer, f"need letters among {accepted} or texts of options")
