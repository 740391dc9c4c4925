import csv
import json

import pandas as pd
import pytest
from openpyxl import load_workbook

from medinj_utils.evaluation.ratings import draw_sheet, write_csv_sheet, write_xlsx_sheet
from medinj_utils.evaluation.ratings.collect import (
    RatingsError,
    adjudication_list,
    by_sheet,
    read_ratings,
)


def xlsx(sheet, rater, ratings, path):
    """A rated sheet; ratings in order, None where there is none."""
    write_xlsx_sheet(sheet, rater, path)
    book = load_workbook(path)
    for row, rating in enumerate(ratings, 2):
        book.active.cell(row, 8).value = rating
    book.save(path)
    return path


def as_csv(sheet, rater, ratings, path, delimiter=";", encoding="utf-8-sig"):
    write_csv_sheet(sheet, rater, path)
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    for row, rating in zip(rows[1:], ratings, strict=False):
        row[-1] = rating
    with open(path, "w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def as_json(code, rater, notes, path):
    content = {"feuille": code, "annotateur": rater,
               "notes": [{"id": id, "note": note} for id, note in notes]}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def given(ratings, rater):
    rows = ratings[ratings["rater"] == rater]
    return dict(zip(rows["id"], rows["rating"], strict=True))


@pytest.fixture
def ids(sheet):
    return sheet.items["id"].tolist()


def test_three_raters_in_three_formats_with_gaps(sheet, ids, tmp_path, keys_of):
    files = [xlsx(sheet, "R1", [1, 0, None, 1.0, "0"], tmp_path / "1.xlsx"),
             as_csv(sheet, "R2", ["", "1", "0.0", " 1 ", "1,0"], tmp_path / "2.csv"),
             as_json(sheet.key.code, "R3", [(ids[4], 1), (ids[0], 0)], tmp_path / "3.json")]
    ratings, quarantine = read_ratings(files, keys_of(sheet))
    assert given(ratings, "R1") == {ids[0]: 1, ids[1]: 0, ids[3]: 1, ids[4]: 0}
    assert given(ratings, "R2") == {ids[1]: 1, ids[2]: 0, ids[3]: 1, ids[4]: 1}
    assert given(ratings, "R3") == {ids[0]: 0, ids[4]: 1}
    assert quarantine.empty and list(quarantine) == ["file", "row", "field", "value", "reason"]
    joined = ratings.merge(sheet.key.items, on="id", suffixes=("", "_key"))
    assert len(joined) == 10
    assert (joined["system"] == joined["system_key"]).all()
    assert ratings["rating"].dtype == "int64"


@pytest.mark.parametrize(("delimiter", "encoding"), [
    (",", "utf-8"), ("\t", "utf-8"), (";", "cp1252"), (";", "utf-16")])
def test_a_csv_may_be_saved_anew_by_a_spreadsheet(answers, tmp_path, delimiter, encoding, keys_of):
    sheet = draw_sheet(answers, 4, 0, 0)
    ratings, quarantine = read_ratings(
        [as_csv(sheet, "R1", ["1", "0"], tmp_path / "1.csv", delimiter, encoding)], keys_of(sheet)
    )
    assert given(ratings, "R1") == dict(zip(sheet.items["id"][:2], (1, 0), strict=True))
    assert quarantine.empty


def test_an_unrated_sheet_gives_nothing(sheet, tmp_path, keys_of):
    files = [write_xlsx_sheet(sheet, "R1", tmp_path / "1.xlsx"),
             write_csv_sheet(sheet, "R2", tmp_path / "2.csv")]
    for made in (read_ratings(files, keys_of(sheet)), read_ratings([], keys_of(sheet))):
        assert made[0].empty and made[1].empty and "system" in made[0]


@pytest.mark.parametrize("value", [2, -1, "oui", 0.5, "10/10", True, "=1", "１", "1e0", "nan"])
def test_what_is_neither_0_nor_1_goes_to_quarantine(sheet, ids, tmp_path, value, keys_of):
    ratings, quarantine = read_ratings([xlsx(sheet, "R1", [1, value], tmp_path / "1.xlsx")],
                                       keys_of(sheet))
    assert given(ratings, "R1") == {ids[0]: 1}
    assert quarantine.to_numpy().tolist() == [["1.xlsx", 1, "note", str(value),
                                               "need 0, 1 or nothing"]]


@pytest.mark.parametrize("value", [2, True, [1], {}, "1/1", 0.5])
def test_an_exports_strange_rating_goes_to_quarantine(sheet, ids, tmp_path, value, keys_of):
    ratings, quarantine = read_ratings(
        [as_json(sheet.key.code, "R1", [(ids[0], value), (ids[1], None)], tmp_path / "1.json")],
        keys_of(sheet),
    )
    assert ratings.empty
    assert quarantine[["file", "row", "field", "value"]].to_numpy().tolist() == [
        ["1.json", 0, "note", str(value)]
    ]


@pytest.mark.parametrize("id", ["BCDFGH", "", None, 7, ["x"]])
def test_an_unknown_id_goes_to_quarantine(sheet, ids, tmp_path, id, keys_of):
    ratings, quarantine = read_ratings(
        [as_json(sheet.key.code, "R1", [(ids[0], 1), (id, 1)], tmp_path / "1.json")], keys_of(sheet)
    )
    assert given(ratings, "R1") == {ids[0]: 1}
    assert quarantine.to_numpy().tolist() == [["1.json", 1, "id", str(id), "no such id in the key"]]


@pytest.mark.parametrize("rater", ["", None, "Zoé", 3])
def test_a_row_without_a_raters_code_goes_to_quarantine(sheet, ids, tmp_path, rater, keys_of):
    ratings, quarantine = read_ratings(
        [as_json(sheet.key.code, rater, [(ids[0], 1)], tmp_path / "1.json")], keys_of(sheet)
    )
    assert ratings.empty
    assert quarantine["field"].tolist() == ["annotateur"]
    assert "need a code" in quarantine["reason"][0]


def test_a_rating_given_twice_counts_once_and_two_that_differ_not_at_all(sheet, ids, tmp_path,
                                                                         keys_of):
    files = [as_json(sheet.key.code, "R1", [(ids[0], 1), (ids[1], 1)], tmp_path / "1.json"),
             xlsx(sheet, "R1", [1, 0, 1], tmp_path / "1.xlsx"),
             as_json(sheet.key.code, "R2", [(ids[1], 0)], tmp_path / "2.json")]
    ratings, quarantine = read_ratings(files, keys_of(sheet))
    assert given(ratings, "R1") == {ids[0]: 1, ids[2]: 1} and given(ratings, "R2") == {ids[1]: 0}
    assert quarantine[["file", "row", "field", "value"]].to_numpy().tolist() == [
        ["1.json", 1, "note", "1"],
        ["1.xlsx", 1, "note", "0"],
    ]
    assert quarantine["reason"].str.contains(f"{ids[1]}: rated both 0 and 1").all()


@pytest.mark.parametrize("write", [xlsx, as_csv])
def test_a_sheet_without_a_key_is_an_error(sheet, answers, tmp_path, write, keys_of):
    other = draw_sheet(answers, 4, 0, 9)
    file = write(sheet, "R1", ["", "1"], tmp_path / f"1.{'csv' if write is as_csv else 'xlsx'}")
    with pytest.raises(
        RatingsError,
        match=rf"1\.\w+, row 1, feuille: there is no key of sheet '{sheet.key.code}'\. Keys are "
              rf"looked for at "
        rf"out/ratings/\*/key\.json; there are those of {other.key.code}\.",
    ):
        read_ratings([file], keys_of(other))
    with pytest.raises(RatingsError, match="there are those of none"):
        read_ratings([file], keys_of())


def test_files_of_an_older_sheet_are_resolved_by_its_own_key(answers, tmp_path, keys_of):
    # its model is run again: the same seed, and so the same ids, in front of other answers
    old = draw_sheet(answers, 4, 2, 0)
    new = draw_sheet(
        answers.assign(
            candidate=answers["candidate"] + " enfin", run=answers["run"].str.replace("s1", "s2")
        ),
        4,
        2,
        0,
    )
    id = new.items["id"][0]
    assert old.key.code != new.key.code and id in set(old.items["id"])
    files = [as_json(old.key.code, "R1", [(id, 1)], tmp_path / "old.json"),
             as_json(new.key.code, "R1", [(id, 0)], tmp_path / "new.json"),
             as_json(old.key.code, "R2", [(id, 0)], tmp_path / "other.json")]
    ratings, quarantine = read_ratings(files, keys_of(new, old))
    assert quarantine.empty and ratings[["sheet", "rater", "rating"]].to_numpy().tolist() == [
        [new.key.code, "R1", 0], [old.key.code, "R1", 1], [old.key.code, "R2", 0]]
    for sheet in (old, new):
        key = sheet.key.items.set_index("id")
        rows = ratings[ratings["sheet"] == sheet.key.code]
        assert set(rows["run"]) == {key.loc[id, "run"]}
        assert set(rows["question_id"]) == {key.loc[id, "question_id"]}
    assert ratings["item"].nunique() == 2
    assert adjudication_list(ratings)[["sheet", "id"]].to_numpy().tolist() == [[old.key.code, id]]
    rated = new.key.items.set_index("id").loc[id]
    table = by_sheet(ratings, new.key.code, {(rated["run"], rated["question_id"]): rated["texts"]})
    assert list(table)[-2:] == ["ratings", "changed_since"]
    assert table.to_numpy().tolist() == [[new.key.code, "now", "R1", "new.json", 1, 0],
                                         [old.key.code, "earlier", "R1", "old.json", 1, 1],
                                         [old.key.code, "earlier", "R2", "other.json", 1, 1]]


@pytest.mark.parametrize(("name", "content", "message"), [
    ("a.txt", b"", "no extension"), ("a.xlsx", b"PK", "the spreadsheet can't be read"),
    ("a.xlsx", b"", "the spreadsheet can't be read"), ("a.csv", b"", "need one column feuille"),
    ("a.csv", b"feuille;annotateur;id\n", "need one column note; it has feuille, annotateur, id"),
    ("a.csv", b"feuille;annotateur;id;note;note\n", "need one column note"),
    ("a.csv", b'feuille;annotateur;id;note\n"F', "the CSV can't be read"),
    ("a.csv", b"PK\x03\x04", "the CSV can't be read"),
    ("a.json", b"", "not an export"), ("a.json", b"[]", "not an export"),
    ("a.json", b'{"feuille": "F", "annotateur": "R1"}', "not an export.*notes"),
    ("a.json", b'{"feuille": "F", "annotateur": "R1", "notes": [1]}', "not an export"),
    ("a.json", b'{"feuille": "F", "annotateur": "R1", "notes": [{"id": "X"}]}',
     "not an export.*note"),
    ("a.json", b"[" * 200_000, "not an export")])
def test_a_file_that_cannot_be_read_is_an_error(sheet, tmp_path, name, content, message, keys_of):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RatingsError, match=f"{name}: {message}|{name}.*{message}"):
        read_ratings([tmp_path / name], keys_of(sheet))


def test_the_adjudication_list_has_what_raters_differ_on_and_no_system(sheet, tmp_path, keys_of):
    key = sheet.key.items
    shown, again = key[~key["repeat"]]["id"].tolist(), key[key["repeat"]]["id"].tolist()
    notes = {"R1": [(shown[0], 1), (shown[1], 1), (shown[2], 0), (again[0], 1)],
             "R2": [(shown[0], 1), (shown[1], 0), (shown[2], 0), (again[0], 0)],
             "R3": [(shown[2], 1), (shown[1], 0), (shown[3], 1)], "R4": [(shown[2], 1)]}
    files = [
        as_json(sheet.key.code, rater, given, tmp_path / f"{rater}.json")
        for rater, given in notes.items()
    ]
    found = adjudication_list(read_ratings(files, keys_of(sheet))[0])
    assert list(found) == ["sheet", "id", "question_id", "ones", "zeros", "R1", "R2", "R3", "R4"]
    assert found[["id", "ones", "zeros"]].to_numpy().tolist() == [[shown[2], 2, 2],
                                                                  [shown[1], 1, 2]]
    assert found.loc[1, ["R1", "R2", "R3"]].tolist() == [1, 0, 0] and pd.isna(found.loc[1, "R4"])


def test_raters_who_agree_leave_nothing_to_adjudicate(sheet, tmp_path, keys_of):
    files = [xlsx(sheet, rater, [1, 0, 1], tmp_path / f"{rater}.xlsx") for rater in ("R1", "R2")]
    assert adjudication_list(read_ratings(files, keys_of(sheet))[0]).empty
    assert adjudication_list(read_ratings([], keys_of(sheet))[0]).empty


@pytest.mark.parametrize("name", ["gone.xlsx", "gone.csv", "gone.json"])
def test_a_file_that_is_not_there_is_named_with_where_it_is_looked_for(sheet, tmp_path, name,
                                                                       keys_of):
    with pytest.raises(RatingsError, match=f"{name}: no such file; the working directory is "):
        read_ratings([tmp_path / name], keys_of(sheet))
