"""What raters give back: XLSX, CSV or JSON files, checked row by row and joined to the key.

A file that can't be read, or is of a sheet without a key, is an error. A row that can't be read
goes to quarantine, with file, row (from 0), field, value and reason; an item without a rating is a
gap.
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path

import pandas as pd

from medinj_utils.data.rules import VALUE_SHOWN, BadRow
from medinj_utils.data.text import EncodingError, decode
from medinj_utils.evaluation.ratings.keys import RatingKeys, is_now
from medinj_utils.evaluation.ratings.sheet import check_rater
from medinj_utils.evaluation.ratings.spreadsheets import ID, RATER, RATING, SHEET

_FIELDS = (SHEET, RATER, ID, RATING)
#: As a spreadsheet or a table program may write them.
_RATINGS = {"0": 0, "1": 1, "0.0": 0, "1.0": 1, "0,0": 0, "1,0": 1}
_QUARANTINE = ["file", "row", "field", "value", "reason"]
_GIVEN_TWICE = "rated both 0 and 1 by this rater; neither is taken"


class RatingsError(ValueError):
    """A file of ratings can't be read as a whole, or there is no key of its sheet."""


def read_ratings(files: Sequence[str | Path],
                 keys: RatingKeys) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ratings of several raters, each resolved by the key of the sheet that it names.

    Args:
        files: sheets (.xlsx, .csv) or exports of the form (.json, .csv), one or more a rater. The
            same rating in two files counts once.
        keys: of all sheets that were handed out.

    Returns:
        (ratings, quarantine). Ratings have a row per rater and showing, in the keys' order:
        ``rater``, ``rating`` (0 or 1), ``file``, and the columns of the keys' items. The
        quarantine has a row per rating that was not taken: ``file``, ``row`` (from 0 within the
        file), ``field``, ``value`` and ``reason``.

    Raises:
        RatingsError: a file has another ending or columns, can't be read, or has a row of a sheet
            without a key; the message names file, row, field and value.
    """
    known = {code: set(key.items["id"]) for code, key in keys.by_code.items()}
    accepted, refused = [], []
    for file in map(Path, files):
        for number, row in enumerate(_rows(file)):
            try:
                if str(row[RATING] if row[RATING] is not None else "").strip() == "":
                    continue
                code = _sheet_of(row, keys, f"{file}, row {number}")
                accepted.append((code, *_rating(row, known[code]), file.name, number, row[RATING]))
            except BadRow as bad:
                refused.append((file.name, number, bad.field, str(bad.value)[:VALUE_SHOWN],
                                bad.reason))
    whose = ["sheet", "rater", "id"]
    table = pd.DataFrame(accepted, columns=[*whose, "rating", "file", "row", "value"])
    conflicting = table.groupby(whose)["rating"].transform("nunique") > 1
    refused += [(row.file, row.row, RATING, str(row.value), f"{row.id}: {_GIVEN_TWICE}")
                for row in table[conflicting].itertuples()]
    ratings = table[~conflicting].drop_duplicates(whose)[[*whose, "rating", "file"]]
    items = keys.items.rename_axis("place").reset_index()
    ratings = ratings.astype({"rating": int}).merge(items, on=["sheet", "id"])
    ratings = ratings.sort_values(["place", "rater"], ignore_index=True).drop(columns="place")
    return ratings, pd.DataFrame(refused, columns=_QUARANTINE)


def by_sheet(ratings: pd.DataFrame, current: str,
             now: Mapping[tuple[str, str], str]) -> pd.DataFrame:
    """Number of ratings from each sheet, and of those on answers that changed since.

    Args:
        ratings: of `read_ratings`.
        current: code of the sheet that is drawn now.
        now: of `medinj_utils.evaluation.ratings.RatingKeys.now`.

    Returns:
        ``sheet``, ``drawn`` ("now" or "earlier"), ``rater``, ``file``, ``ratings``, and
        ``changed_since``, those of them whose run answers something else now, or nothing.
    """
    by = ratings.assign(changed=~is_now(ratings, now)).groupby(["sheet", "rater", "file"],
                                                               sort=False)["changed"]
    table = by.agg(ratings="size", changed_since="sum").reset_index()
    drawn = ["now" if code == current else "earlier" for code in table["sheet"]]
    table.insert(1, "drawn", drawn)
    return table


def adjudication_list(ratings: pd.DataFrame) -> pd.DataFrame:
    """Answers on which raters differ, still blind.

    Args:
        ratings: of `read_ratings`; of an answer shown twice the first showing alone counts.

    Returns:
        A row per such answer: ``sheet``, ``id``, ``question_id``, ``ones`` and ``zeros`` (numbers
        of raters), and a column per rater (0, 1, or missing); the most even first.
    """
    first = ratings[~ratings["repeat"].astype(bool)]
    wide = first.pivot(index=["sheet", "id", "question_id"], columns="rater", values="rating")
    ones, zeros = (wide == 1).sum(axis=1), (wide == 0).sum(axis=1)
    wide = wide.astype("Int64").rename_axis(columns=None)
    wide.insert(0, "ones", ones)
    wide.insert(1, "zeros", zeros)
    order = (ones - zeros).abs().sort_values(kind="stable").index
    return wide.loc[order][((ones > 0) & (zeros > 0)).loc[order]].reset_index()


def _sheet_of(row: Mapping, keys: RatingKeys, location: str) -> str:
    """The code of the sheet that a row names, if there is a key of it."""
    if isinstance(row[SHEET], str) and (code := row[SHEET].strip()) in keys.by_code:
        return code
    raise RatingsError(f"{location}, {SHEET}: there is no key of sheet {row[SHEET]!r}. Keys are "
                       f"looked for at {keys.searched}; there are those of "
                       f"{', '.join(keys.by_code) or 'none'}. Put the key.json that was written "
                       "with this sheet back in its folder")


def _rating(row: Mapping, known: set[str]) -> tuple[str, str, int]:
    """Rater, id and rating of a row."""
    if (text := str(row[RATING]).strip()) not in _RATINGS:
        raise BadRow(RATING, row[RATING], "need 0, 1 or nothing")
    if not isinstance(row[ID], str) or row[ID].strip() not in known:
        raise BadRow(ID, row[ID], "no such id in the key")
    try:
        rater = check_rater(row[RATER].strip() if isinstance(row[RATER], str) else row[RATER])
    except ValueError as error:
        raise BadRow(RATER, row[RATER], str(error)) from None
    return rater, row[ID].strip(), _RATINGS[text]


def _rows(file: Path) -> Iterator[dict]:
    readers = {".xlsx": _xlsx_rows, ".csv": _csv_rows, ".json": _json_rows}
    if file.suffix.lower() not in readers:
        raise RatingsError(f"{file}: {file.suffix!r} is no extension of a ratings file; "
                           f"need {', '.join(readers)}")
    if not file.is_file():
        raise RatingsError(f"{file}: no such file; the working directory is {Path.cwd()}")
    return readers[file.suffix.lower()](file)


def _xlsx_rows(file: Path) -> Iterator[dict]:
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    try:
        book = load_workbook(file)
        rows = [row for row in book.worksheets[0].iter_rows(values_only=True)]
    except (BadZipFile, KeyError, ValueError, TypeError, IndexError, SyntaxError) as error:
        raise RatingsError(f"{file}: the spreadsheet can't be read ({error})") from None
    return _table_rows(file, rows)


def _csv_rows(file: Path) -> Iterator[dict]:
    try:
        text, _ = decode(file)
        heading = text.partition("\n")[0]
        delimiter = max(";,\t", key=heading.count)
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except (EncodingError, csv.Error) as error:
        raise RatingsError(f"{file}: the CSV can't be read ({error})") from None
    return _table_rows(file, rows)


def _table_rows(file: Path, rows: Sequence[Sequence]) -> Iterator[dict]:
    headings = [str(name or "").strip().lower() for name in rows[0]] if rows else []
    if bad := [name for name in _FIELDS if headings.count(name) != 1]:
        raise RatingsError(f"{file}: need one column {', '.join(bad)}; it has "
                           f"{', '.join(headings) or 'none'}")
    columns = [headings.index(name) for name in _FIELDS]
    for row in rows[1:]:
        yield {name: row[column] if column < len(row) else None
               for name, column in zip(_FIELDS, columns, strict=True)}


def _json_rows(file: Path) -> Iterator[dict]:
    try:
        content = json.loads(decode(file)[0])
        notes = content["notes"]
        for note in notes:
            yield {SHEET: content[SHEET], RATER: content[RATER], ID: note[ID], RATING: note[RATING]}
    except (EncodingError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise RatingsError(f"{file}: not an export of a rating form ({error!r})") from None
