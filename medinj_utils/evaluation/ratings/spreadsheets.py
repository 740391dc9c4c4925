"""A rating sheet for a spreadsheet program: XLSX and CSV, in which no text becomes a formula."""

import csv
import re
from pathlib import Path

from medinj_utils.core.files import replacing
from medinj_utils.core.identity import TEXTS
from medinj_utils.evaluation.ratings.sheet import RatingSheet, check_rater

#: Headings of a sheet, in French without accents: spreadsheets save CSV in several encodings.
SHEET, RATER, ID, RATING = "feuille", "annotateur", "id", "note"
HEADINGS = {"instruction": "question", "context": "contexte", "reference": "attendu",
            "candidate": "candidat"}
CRITERION = ("L'information essentielle attendue est-elle présente et juste ? "
             "1 : oui. 0 : non. Vide : pas encore noté.")
_CELL_LIMIT = 32_767  # UTF-16 units of a cell in XLSX; programs cut what is beyond
_WIDTHS = {"question": 45, "contexte": 35, "attendu": 45, "candidat": 70}
#: What would start a formula, at the start of a cell or of what another separator makes one of.
_FORMULA = re.compile(r"""(^|[,;\t\n|])([\s"']*)(?=[=+\-@＝＋－＠])""")
#: Spreadsheets read _x0041_ as an A.
_XLSX_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


class CellTooSmallError(ValueError):
    """A text is longer than a cell may be; the message says which, and what to use instead."""


def write_xlsx_sheet(sheet: RatingSheet, rater: str, path: str | Path) -> Path:
    """Write a sheet for one rater as XLSX; ratings go into the last column.

    Args:
        sheet: of `draw_sheet`.
        rater: the rater's code.
        path: of the file.

    Raises:
        ValueError: the rater's code has another form.
        CellTooSmallError: a text is longer than a cell may be.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    rows = _rows(sheet, rater)
    book = Workbook()
    page = book.active
    page.title = "notes"
    for number, row in enumerate(rows, 1):
        for column, (heading, text) in enumerate(zip(rows[0], row, strict=True), 1):
            cell = page.cell(number, column)
            text = _XLSX_ESCAPE.sub("_x005F_", text)
            if (size := len(text.encode("utf-16-le")) // 2) > _CELL_LIMIT:
                raise CellTooSmallError(f"{row[2]}, {heading}: {size} characters, and a cell holds "
                                        f"{_CELL_LIMIT}; use the HTML form")
            cell.value = text or None
            if text:
                cell.data_type, cell.quotePrefix = "s", True  # text, even if it starts with =
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=number == 1)
    for column, heading in enumerate(rows[0], 1):
        page.column_dimensions[get_column_letter(column)].width = _WIDTHS.get(heading, 12)
    note = get_column_letter(len(rows[0]))
    allowed = DataValidation(type="list", formula1='"0,1"', allow_blank=True, showErrorMessage=True,
                             errorTitle="Note", error="0 ou 1", showInputMessage=True,
                             promptTitle="Note", prompt=CRITERION)
    page.add_data_validation(allowed)
    allowed.add(f"{note}2:{note}{len(rows)}")
    page.freeze_panes = "D2"
    with replacing(path) as part:
        book.save(part)
    return Path(path)


def write_csv_sheet(sheet: RatingSheet, rater: str, path: str | Path) -> Path:
    """Write a sheet for one rater as CSV (UTF-8 with its mark, semicolons, as in France).

    An apostrophe stands before what a spreadsheet would take for a formula.

    Args:
        sheet: of `draw_sheet`.
        rater: the rater's code.
        path: of the file.

    Raises:
        ValueError: the rater's code has another form.
    """
    with replacing(path) as part, open(part, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL)
        writer.writerows([_FORMULA.sub(r"\1\2'", text) for text in row]
                         for row in _rows(sheet, rater))
    return Path(path)


def _rows(sheet: RatingSheet, rater: str) -> list[list[str]]:
    """Headings, then a row per item without a rating."""
    check_rater(rater)
    items = sheet.items[["id", *TEXTS]].to_numpy().tolist()
    return [[SHEET, RATER, ID, *HEADINGS.values(), RATING],
            *([sheet.key.code, rater, *item, ""] for item in items)]
