import csv
import zipfile

import pytest
from openpyxl import load_workbook

from medinj_utils.evaluation.ratings.sheet import draw_sheet
from medinj_utils.evaluation.ratings.spreadsheets import write_csv_sheet, write_xlsx_sheet


def shown(sheet):
    return sheet.items[["instruction", "context", "reference", "candidate"]].to_numpy().tolist()


def test_no_cell_of_an_xlsx_sheet_is_a_formula(sheet, tmp_path):
    path = write_xlsx_sheet(sheet, "R1", tmp_path / "sheet.xlsx")
    page = load_workbook(path).active
    rows = list(page.iter_rows(min_row=2))
    assert len(rows) == len(sheet.items)
    assert {cell.data_type for row in rows for cell in row[:7] if cell.value} == {"s"}
    assert all(cell.quotePrefix for row in rows for cell in row if cell.value)
    assert [
        [(cell.value or "").replace("_x005F_", "_") for cell in row[3:7]] for row in rows
    ] == shown(sheet)
    assert [row[2].value for row in rows] == sheet.items["id"].tolist()
    assert {row[7].value for row in rows} == {None}
    with zipfile.ZipFile(path) as parts:
        assert not any(b"<f>" in parts.read(name) for name in parts.namelist() if "sheet" in name)


def test_what_a_spreadsheet_takes_for_a_sign_is_escaped(sheet, tmp_path):
    with zipfile.ZipFile(write_xlsx_sheet(sheet, "R1", tmp_path / "sheet.xlsx")) as parts:
        texts = b"".join(parts.read(name) for name in parts.namelist())
    assert b"_x005F_x0041_" in texts and b"\xef\xbf\xbe" not in texts


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_no_cell_of_a_csv_sheet_is_a_formula(sheet, tmp_path, delimiter):
    """Whichever sign a spreadsheet takes for the separator, and whether it heeds quotes or not."""
    path = write_csv_sheet(sheet, "R1", tmp_path / "sheet.csv")
    text = path.read_text(encoding="utf-8-sig")
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        for row in csv.reader(text.splitlines(), delimiter=delimiter, quoting=quoting):
            assert not [cell for cell in row if cell.strip(" \t\"").startswith(("=", "+", "-",
                                                                                "@"))]


def test_a_csv_sheet_holds_the_texts_but_for_apostrophes(sheet, tmp_path):
    path = write_csv_sheet(sheet, "R1", tmp_path / "sheet.csv")
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert list(rows[0]) == ["feuille", "annotateur", "id", "question", "contexte", "attendu",
                             "candidat", "note"]
    assert [row["candidat"].replace("'", "") for row in rows] == sheet.items[
        "candidate"
    ].str.replace("'", "").tolist()
    assert {(row["feuille"], row["annotateur"], row["note"]) for row in rows} == {(sheet.key.code,
                                                                                   "R1", "")}


def test_a_plain_text_stays_as_it_is(answers, tmp_path):
    made = draw_sheet(answers, 4, 0, 0)
    path = write_csv_sheet(made, "R1", tmp_path / "sheet.csv")
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))[1:]
    assert [row[3:7] for row in rows] == shown(made)


@pytest.mark.parametrize("text", ["é" * 32_768, "🩺" * 16_384, "_x0041_" * 2_600])
def test_a_text_that_a_cell_would_cut_is_refused(answers, tmp_path, text):
    made = draw_sheet(answers.assign(candidate=text), 4, 0, 0)
    with pytest.raises(ValueError, match="candidat: 3[0-9]{4} characters, and a cell holds 32767"):
        write_xlsx_sheet(made, "R1", tmp_path / "sheet.xlsx")
    assert not list(tmp_path.iterdir())
