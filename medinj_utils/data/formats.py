"""Rows of JSON, JSON lines and CSV.

A file that isn't whole is refused, and the error says how far it could be read.
"""

import csv
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice
from pathlib import Path

_LINE_ENDINGS = (".jsonl", ".ndjson")
_LINE_END = re.compile(r"\r\n|\r|\n")
_FIRST_LINE_END = re.compile(r'(?:"[^"]*"|[^"\r\n])*(\r\n|\r|\n)')  # outside quotation marks
_LONE_CR = "\ue00d"  # Unicode's private use; the csv module takes "\r" for a line end
_SEPARATORS = ",;\t|"
#: First line by which Excel states the separator.
_SEPARATOR_SAID = re.compile(r'\s*"?sep=([^"\n]+?)"?[ \t]*(?:\n|$)', re.IGNORECASE)

csv.field_size_limit(2**31 - 1)


class SourceError(ValueError):
    """Reading a source had to stop; the message names file, row and value as far as they apply."""


def table_ending(file: Path) -> str:
    """Ending of a table's file name, in lower case; of a compressed file, the one before .gz."""
    return Path(file.name.lower().removesuffix(".gz")).suffix


def parse_json(text: str, file: Path) -> object:
    """Content of a JSON text.

    Args:
        text: to read.
        file: named in error messages.

    Raises:
        SourceError: the JSON is incomplete or nested too deep; names ``file`` and the position.
    """
    try:
        return json.loads(text, object_pairs_hook=partial(_object, str(file)))
    except RecursionError:
        raise SourceError(f"{file}: JSON nested too deep to be rows") from None
    except json.JSONDecodeError as error:
        raise SourceError(f"{file}: not whole JSON; readable up to line {error.lineno}, column "
                          f"{error.colno} ({error.msg}), {_whole_objects(text)} whole rows before "
                          "it") from error


def _object(where: str, pairs: list[tuple[str, object]]) -> dict:
    """A JSON object; a repeated name is refused, since one of its values would be lost."""
    made = dict(pairs)
    if len(made) < len(pairs):
        refuse_twice([name for name, _ in pairs], where)
    return made


def refuse_twice(names: Iterable[str], where: str) -> None:
    """Refuse two columns with the same `column_name`, of which one would be lost.

    Args:
        names: of the columns.
        where: the file, and the row where it has names of its own, for the message.

    Raises:
        SourceError: two columns have one name.
    """
    twice = [name for name, times in Counter(map(column_name, names)).items() if times > 1]
    if twice:
        raise SourceError(f"{where}: two columns have one name, {twice[0]!r} "
                          f"({', '.join(map(repr, names))}); rename one or leave it out")


def _whole_objects(text: str) -> int:
    """How many whole objects a cut JSON list begins with."""
    decoder = json.JSONDecoder()
    blanks = re.compile(r"\s*")
    start = text.find("[") + 1
    whole = 0
    while start > 0:
        try:
            _, end = decoder.raw_decode(text, blanks.match(text, start).end())
        except json.JSONDecodeError:
            return whole
        whole += 1
        start = text.find(",", end) + 1
    return whole


def json_rows(text: str, file: Path) -> list[dict]:
    """Rows of a JSON list of objects, of one object a line, or of a single object.

    Args:
        text: to read.
        file: named in error messages.

    Raises:
        SourceError: it is none of these, or not whole.
    """
    first = _LINE_END.split(text.lstrip(), maxsplit=1)[0].strip()
    is_object = first.startswith("{") and first.endswith("}")
    if is_object or table_ending(file) in _LINE_ENDINGS:
        lines = [line for line in _LINE_END.split(text) if line.strip()]
        rows = [_parse_line(file, number, line) for number, line in enumerate(lines)]
    else:
        rows = parse_json(text, file)
    if isinstance(rows, dict):
        rows = [_lone_row(rows, file)]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SourceError(f"{file}: expected a list of objects")
    for names, number in {tuple(row): number for number, row in enumerate(rows)}.items():
        refuse_twice(names, f"{file}, row {number}")
    return rows


def _lone_row(content: dict, file: Path) -> dict:
    """The object of a file with a single one, unless that holds whole tables."""
    tables = [isinstance(value, dict) or (isinstance(value, list) and len(value) > 1 and all(
        isinstance(part, dict) for part in value)) for value in content.values()]
    if all(tables):
        raise SourceError(f"{file}: expected a list of objects, but its one object holds whole "
                          f"tables ({', '.join(content) or 'none'}): save the rows as a list")
    return content


def _parse_line(file: Path, number: int, line: str) -> object:
    try:
        return json.loads(line, object_pairs_hook=partial(_object, f"{file}, row {number}"))
    except json.JSONDecodeError as error:
        raise SourceError(f"{file}, row {number}: not whole JSON ({error.msg}, column "
                          f"{error.colno}); {number} whole rows before it") from error
    except RecursionError:
        raise SourceError(f"{file}, row {number}: JSON nested too deep to be a row") from None


def csv_rows(text: str, file: Path, remark: Callable[[str], None]) -> list[dict[str, str]]:
    """Rows of a table with a header; cells are texts.

    The separator is the one of comma, semicolon, tab and bar that gives the header the most columns
    (French spreadsheets write ";"), or what a first line such as ``sep=;`` says. Columns are named
    as in `column_name`. Lines without any content are no rows.

    Args:
        text: the table.
        file: named in errors; its ending gives the expected separator.
        remark: called with each remark on the file.

    Raises:
        SourceError: the table is empty, two columns have one name, a row has too many or too few
            cells, or a cell's quotation mark isn't closed where the cell ends.
    """
    text = _one_line_end(text)
    match = _SEPARATOR_SAID.match(text)
    if match:
        text = "\n" * match[0].count("\n") + text[match.end():]  # lines keep their numbers
    separator = match[1].replace("\\t", "\t") if match else _separator(text)
    if separator != ("\t" if table_ending(file) == ".tsv" else ","):
        remark(f"has columns separated by {separator!r}")
    lines = _cells(text, separator, file, remark)
    rows = [line for line in lines if any(cell.strip() for cell in line)]
    if not rows:
        raise SourceError(f"{file}: not a whole table (it is empty)")
    if empty := sum(map(bool, lines)) - len(rows):
        remark(f"has {empty} lines of separators alone, which are no rows")
    header, *cells = rows
    header = _column_names(header, file)
    for number, row in enumerate(cells):
        filled_beyond = any(row[len(header):])  # empty ones are a separator at the line's end
        if len(row) < len(header) or filled_beyond:
            remedy = (f"A cell that holds {separator!r} needs quotation marks around it"
                      if number else "The first line must hold the names of the columns: remove "
                      "a title or a wrong 'sep='")
            raise SourceError(f"{file}, row {number}: {len(row)} cells under {len(header)} "
                              f"columns; {number} whole rows before it. {remedy}")
    return [dict(zip(header, row, strict=False)) for row in cells]


def column_name(written: str) -> str:
    """The form in which column names are compared: single blanks, composed accents, no BOM."""
    return " ".join(unicodedata.normalize("NFC", written).replace("\ufeff", "").split())


def _one_line_end(text: str) -> str:
    """The text with plain line ends; a carriage return that ends no line is kept as `_LONE_CR`."""
    match = _FIRST_LINE_END.match(text)
    text = text.replace("\r\n", "\n")
    if match and match[1] == "\r":
        return text.replace("\r", "\n")
    return text.replace("\r", _LONE_CR)


def _separator(text: str) -> str:
    """The separator with the most cells in the header; on a tie, with as many in the most rows."""
    def fit(separator: str) -> tuple[int, int]:
        lines = filter(any, csv.reader(io.StringIO(text), delimiter=separator))
        header, *rows = [len(line) for line in islice(lines, 20)] or [0]
        return header, rows.count(header)

    return max(_SEPARATORS, key=fit)


def _cells(text: str, separator: str, file: Path,
           remark: Callable[[str], None]) -> list[list[str]]:
    """The cells of every line; a cell that only begins with a quoted word loses its marks."""
    try:
        lines = _strict_cells(text, separator, file)
    except SourceError:
        whole, cells = _with_begun_quotes_closed(text, separator)
        if not cells:
            raise
        lines = _strict_cells(whole, separator, file)
        remark(f"has {cells} cells that begin with a quoted word: its marks are dropped, as a "
               "spreadsheet drops them")
    if _LONE_CR not in text:
        return lines
    return [[cell.replace(_LONE_CR, "\r") for cell in line] for line in lines]


def _with_begun_quotes_closed(text: str, separator: str) -> tuple[str, int]:
    """The text with quotation marks around cells such as ``"foie" gras``, and their number.

    Possible cells with an unclosed mark are left unchanged: those with a separator or line end in
    the quoted part, blanks within its marks, a letter right after them, or another mark.
    """
    within = rf'[^"\n{re.escape(separator)}]'
    ends = rf"(?=[\n{re.escape(separator)}]|\Z)"
    blanks = " *" if _has_blanks_before_quotes(text, separator) else ""
    cell = re.compile(
        rf'(?:(?<=[\n{re.escape(separator)}])|\A){blanks}'
        rf'(?:"[^"]*(?:""[^"]*)*"{ends}'  # quoted as a whole
        rf'|"(?=\S)(?P<quoted>{within}*(?:""{within}*)*)(?<=\S)"(?P<rest>(?!\w){within}+){ends})')
    cells = 0

    def closed(match: re.Match) -> str:
        nonlocal cells
        if match["rest"] is None:
            return match[0]
        cells += 1
        return f'"{match["quoted"]}{match["rest"]}"'

    return cell.sub(closed, text), cells


def _strict_cells(text: str, separator: str, file: Path) -> list[list[str]]:
    lines: list[list[str]] = []
    try:
        # Without strict, an unclosed quotation mark would swallow all rows that follow.
        reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True,
                            skipinitialspace=_has_blanks_before_quotes(text, separator))
        line_read = 0
        for line in reader:
            lines.append(line)
            line_read = reader.line_num
    except TypeError as error:  # `sep=` names more than one character
        raise SourceError(f"{file}: not a table with the separator {separator!r} "
                          f"({error})") from error
    except csv.Error as error:
        whole = max(sum(map(bool, lines)) - 1, 0)
        raise SourceError(
            f"{file}: a cell in the row from line {line_read + 1} on begins with a quotation mark "
            f"and doesn't end with one ({error}). Close it, or write each within a quoted cell "
            f"twice: \"le \"\"foie\"\"\"; {whole} whole rows before it") from error
    return lines


def _has_blanks_before_quotes(text: str, separator: str) -> bool:
    """Whether column names are quoted after blanks: ``"question", "A"``."""
    header = text.lstrip().partition("\n")[0]
    return re.search(rf'"{re.escape(separator)} +"', header) is not None


def _column_names(header: list[str], file: Path) -> list[str]:
    names = [column_name(cell) for cell in header]
    while not names[-1]:
        names.pop()
    refuse_twice(names, str(file))
    return names
