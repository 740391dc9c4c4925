"""Read verdicts out of tables in Markdown, with a row or a column for each option."""

from collections.abc import Mapping, Sequence

import regex as re

from medinj_utils.evaluation.reading.cleaning import fold
from medinj_utils.evaluation.reading.pictures import ALL_CROSSES, ALL_TICKS
from medinj_utils.evaluation.reading.rules import Example

_TABLE = re.compile(r"(?: ^ [ \t]* \| [^\n]* \| [ \t]* (?: \n | \Z ) ){2,}+",
                    re.VERBOSE | re.MULTILINE)
_RULE_OF_TABLE = re.compile(r"[-:| \t]+")
_LETTER = re.compile(r"(?: (?i: option | proposition | item | r[ée]ponse ) [ ] )? [(]? ([A-J]) \b"
                     r" (?! ['’] ) [ ]? (?: $ | [).:–—-] )", re.VERBOSE)
_YES = re.compile(rf"[{ALL_TICKS}] \ufe0f? | v | vraie? | oui | true | yes | exacte? | correcte?"
                  r" | juste | bonne? | (?: [àa] [ ] )? (?: retenu | retenir | cocher | cochee )",
                  re.VERBOSE)
_NO = re.compile(rf"[{ALL_CROSSES}] \ufe0f? | f | faux | fausse | non? | false | inexacte?"
                 r" | incorrecte? | (?: [àa] [ ] )? (?: eliminee? | eliminer | ecartee? | ecarter"
                 r" | exclue? | exclure | rejetee? | rejeter )", re.VERBOSE)
_TICKED = re.compile(rf"[x×•●{ALL_TICKS}] \ufe0f?", re.VERBOSE)
_FOR_WRONG = re.compile(
    r"""(?! .* \b (?: vraie?s? | exacte?s? | correcte?s? | justes? | v | true ) \b ) .* \b (?: faux
    | fausse | f | false | inexact | incorrect | errone | erreur | elimin | exclu | ecart | rejet
    | piege | distract | non | pas | dout | incertain | hesit | wrong | no ) """, re.VERBOSE)
_EMPHASIS = re.compile(r"[*_`]+")

#: Tables and what is read in them.
EXAMPLES = (
    Example("| Organe | Verdict |\n|---|---|\n| Le foie | V |\n| Le rein | F |\n| La rate | V |\n"
            "| Le coeur | F |", "AC"),
    Example("| | Vrai | Faux |\n|---|---|---|\n| A | X | |\n| B | | X |\n| C | X | |\n| D | | X |",
            "AC"),
    Example("| A | B | C | D |\n|---|---|---|---|\n| ❌ | ✅ | ❌ | ❌ |", "B"),
    Example("| Proposition | Faux |\n|---|---|\n| A | X |\n| B | |\n| C | X |\n| D | |", ""),
    Example("| A | peut-être |\n| B | vrai |\n| C | faux |", ""),
)


def with_tables_as_verdicts(text: str, options: Mapping[str, str]) -> str:
    """The text with a line "A : vrai" for each row of a table with a verdict on each option.

    Args:
        text: a raw answer.
        options: the options' texts by letter.
    """
    if text.count("|") < 2 * len(options):
        return text
    is_beside = re.search(r"\w", _TABLE.sub("", text)) is not None
    return _TABLE.sub(lambda match: _as_verdicts(match[0], options, is_beside), text)


def _as_verdicts(table: str, options: Mapping[str, str], is_beside: bool) -> str:
    rows = [[_EMPHASIS.sub("", cell).strip() for cell in line.strip().strip("|").split("|")]
            for line in table.splitlines() if not _RULE_OF_TABLE.fullmatch(line)]
    if len({len(row) for row in rows}) != 1:
        return table
    verdicts = _of_rows(rows, options) or _of_rows([*map(list, zip(*rows, strict=True))], options)
    if not verdicts:
        is_open = _is_for_wrong(rows, options) or (is_beside and _is_review(rows, options))
        return "\n" if is_open else table
    return "\n" + "\n".join(f"{letter} : {'vrai' if is_right else 'faux'}"
                            for letter, is_right in verdicts.items()) + "\n"


def _of_rows(rows: Sequence[Sequence[str]], options: Mapping[str, str]) -> dict[str, bool]:
    """Whether each option is right, where all of them have a row and a verdict; else nothing."""
    for position in range(len(rows[0]) - 1):
        named = [_option_of(row[position], options) for row in rows]
        letters = [letter for letter in named if letter]
        if sorted(letters) != sorted(options):
            continue
        header = rows[0] if not named[0] else [""] * len(rows[0])
        rows_of_options = [row for letter, row in zip(named, rows, strict=True) if letter]
        columns = list(zip(*rows_of_options, strict=True))
        titles = [fold(title).strip(" .?") for title in header]
        judged = [(titles[i], verdicts) for i, cells in enumerate(columns)
                  if i != position and (verdicts := _verdicts(titles[i], cells))]
        read = [verdicts for _, verdicts in judged]
        is_for_wrong = all(_FOR_WRONG.match(title) for title, _ in judged)
        if not is_for_wrong and all(verdicts == read[0] for verdicts in read):
            is_right = dict(zip(letters, read[0], strict=True))
            return {letter: is_right[letter] for letter in sorted(options)}
    return {}


def _is_review(rows: Sequence[Sequence[str]], options: Mapping[str, str]) -> bool:
    """Whether a table has a row for each option, and none of its cells judges."""
    named = sorted(filter(None, [_option_of(row[0], options) for row in rows]))
    judged = any(pattern.fullmatch(fold(cell).strip(" .")) for row in rows for cell in row[1:]
                 for pattern in (_YES, _NO))
    return named == sorted(options) and not judged


def _is_for_wrong(rows: Sequence[Sequence[str]], options: Mapping[str, str]) -> bool:
    """Whether a table says of each option whether it is wrong, and no more.

    The question may ask for what is wrong.
    """
    sides = rows, [*map(list, zip(*rows, strict=True))]
    return any(
        sorted(filter(None, [_option_of(row[0], options) for row in side])) == sorted(options)
        and any(_FOR_WRONG.match(fold(title)) for title in side[0][1:]) for side in sides)


def _option_of(cell: str, options: Mapping[str, str]) -> str:
    """The letter of the option that a cell names; empty if it names none."""
    if (match := _LETTER.match(cell)) and match[1] in options:
        return match[1]
    named = [letter for letter, option in options.items() if _bare(option) == _bare(cell)]
    return named[0] if len(named) == 1 else ""


def _bare(text: str) -> str:
    folded = fold(text.replace("’", "'").replace("œ", "oe"))
    return re.sub(r"^(?:l[ea]s? |l'|une? |des )", "", folded).strip(" .")


def _verdicts(header: str, cells: Sequence[str]) -> list[bool]:
    """Whether each cell of a column calls its option right; nothing if they are no verdicts."""
    plain = [fold(cell).strip(" .") for cell in cells]
    is_for_wrong = _FOR_WRONG.match(header) is not None
    if any(plain) and all(not cell or _TICKED.fullmatch(cell) for cell in plain) and (
            is_for_wrong or not all(plain)):
        return [bool(cell) != is_for_wrong for cell in plain]
    if is_for_wrong or not all(_YES.fullmatch(cell) or _NO.fullmatch(cell) for cell in plain):
        return []
    return [_YES.fullmatch(cell) is not None for cell in plain]
