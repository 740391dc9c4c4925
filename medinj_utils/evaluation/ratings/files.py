"""The files that raters get, and those that simulated raters give back, by one code path."""

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import StringIO
from pathlib import Path

import pandas as pd

from medinj_utils.core.files import replacing, write_text
from medinj_utils.core.tree import Tree
from medinj_utils.demo.raters import is_right
from medinj_utils.demo.simulated import SimulatedRater
from medinj_utils.demo.truth import fact_of
from medinj_utils.evaluation.ratings.collect import read_ratings
from medinj_utils.evaluation.ratings.form import write_form
from medinj_utils.evaluation.ratings.keys import RatingKeys
from medinj_utils.evaluation.ratings.sheet import ANSWER_COLUMNS, RatingSheet
from medinj_utils.evaluation.ratings.spreadsheets import (
    ID,
    RATER,
    RATING,
    SHEET,
    CellTooSmallError,
    write_csv_sheet,
    write_xlsx_sheet,
)

_WRITERS = {"xlsx": write_xlsx_sheet, "csv": write_csv_sheet, "html": write_form}


def answers_to_rate(answers: pd.DataFrame) -> pd.DataFrame:
    """Open answers as `medinj_utils.evaluation.ratings.draw_sheet` takes them.

    Args:
        answers: of `medinj_utils.evaluation.open_answers.load_open_answers`. Questions that a run
            was not asked, and those without a reference, are left out.
    """
    complete = answers["candidate"].notna() & answers["reference"].fillna("").str.strip().ne("")
    return answers[complete].rename(columns={"item": "question_id"})[list(ANSWER_COLUMNS)]


def hand_out(tree: Tree, sheet: RatingSheet, raters: Iterable[str]) -> pd.DataFrame:
    """Write the sheet for each rater as XLSX, CSV and HTML form, and the key apart from them.

    Sheets lie in a folder named after the sheet's code, so that another draw replaces none that
    raters may have.

    Args:
        tree: the output tree.
        sheet: of `medinj_utils.evaluation.ratings.draw_sheet`; of an empty one nothing is written.
        raters: codes; the same code twice is one rater.

    Returns:
        ``rater`` (empty for the key) and ``file``, or why there is none: a spreadsheet's cells may
        be too small for an answer.
    """
    if sheet.items.empty:
        return pd.DataFrame(columns=["rater", "file"])
    code = sheet.key.code
    rows = [("", str(sheet.key.save(tree.rating_key(code))))]
    for rater in dict.fromkeys(raters):
        for ending, write in _WRITERS.items():
            try:
                file = str(write(sheet, rater, tree.rating_sheet(code, rater, ending)))
            except CellTooSmallError as error:
                file = f"no {ending}: {error}"
            rows.append((rater, file))
    return pd.DataFrame(rows, columns=["rater", "file"])


def truth_of(tree: Tree, answers: pd.DataFrame) -> pd.Series:
    """Whether each answer is right by a planted world's key: 1 or 0, by run and question.

    Args:
        tree: the output tree.
        answers: of `answers_to_rate`.

    Returns:
        Empty where questions are real.
    """
    index = pd.MultiIndex.from_frame(answers[["run", "question_id"]])
    if tree.key is None:
        return pd.Series(dtype=float, index=index[:0])
    facts = fact_of(tree.key)
    right = [float(is_right(text, facts[question], tree.key)) for text, question
             in zip(answers["candidate"], answers["question_id"], strict=True)]
    return pd.Series(right, index=index, dtype=float)


def simulated_files(tree: Tree, sheet: RatingSheet, truth: pd.Series,
                    errors: Mapping[str, float]) -> list[Path]:
    """Fill the sheets of simulated raters in and return the files: XLSX, CSV and JSON in turn.

    Args:
        tree: the output tree, with the sheets of `hand_out`.
        sheet: that was handed out.
        truth: of `truth_of`.
        errors: by rater, the share of answers that they rate wrongly.

    Raises:
        ValueError: the questions are real: nobody invents ratings of real answers.
    """
    if not errors or sheet.items.empty:
        return []
    if not tree.fictional:
        raise ValueError(f"simulated_raters are {', '.join(errors)}: these questions are real, and "
                         "invented ratings have no place among ratings by humans; set it to {} "
                         "and name the files that raters gave back in rating_files")
    ways = list(_FILLED.items())
    key, files = sheet.key.items, []
    for number, (code, error) in enumerate(errors.items()):
        rater = SimulatedRater(code, 1 - error, 1 - error)
        ratings = {row.id: rater.rate(row.id, int(truth[row.run, row.question_id]))
                   for row in key.itertuples()}
        ending, fill = ways[number % len(ways)]
        path = tree.rated(sheet.key.code, code, ending)
        fill(tree.rating_sheet(sheet.key.code, code, ending), ratings, path)
        files.append(path)
    return files


def read_all(rating_files: Sequence[str | Path], simulated: Sequence[Path],
             keys: RatingKeys) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ratings of humans and of simulated raters, kept apart by their codes.

    Args:
        rating_files: that humans gave back.
        simulated: of `simulated_files`.
        keys: of all sheets that were handed out.

    Returns:
        (ratings, quarantine) as `medinj_utils.evaluation.ratings.read_ratings`.

    Raises:
        ValueError: a human has the code of a simulated rater; and as `read_ratings`.
    """
    human, played = read_ratings(rating_files, keys), read_ratings(simulated, keys)
    codes = set(played[0]["rater"])
    if both := human[0][human[0]["rater"].isin(codes)].to_dict("records"):
        raise ValueError(f"{both[0]['file']} has ratings by {both[0]['rater']}, which is also the "
                         "code of a simulated rater: give the simulated one another code in "
                         "simulated_raters, or leave the file out of rating_files")
    return tuple(pd.concat([ours, theirs], ignore_index=True) if len(ours) and len(theirs) else
                 (ours if len(ours) else theirs)
                 for ours, theirs in zip(human, played, strict=True))


def _fill_xlsx(blank: Path, ratings: Mapping[str, int], path: Path) -> None:
    from openpyxl import load_workbook
    book = load_workbook(blank)
    page = book.active
    heads = [cell.value for cell in page[1]]
    for row in page.iter_rows(min_row=2):
        row[heads.index(RATING)].value = ratings[row[heads.index(ID)].value]
    with replacing(path) as part:
        book.save(part)


def _fill_csv(blank: Path, ratings: Mapping[str, int], path: Path) -> None:
    heads, *rows = csv.reader(StringIO(blank.read_text(encoding="utf-8-sig"), newline=""),
                              delimiter=";")
    with replacing(path) as part, open(part, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(heads)
        writer.writerows([*row[:-1], ratings[row[heads.index(ID)]]] for row in rows)


def _write_json(blank: Path, ratings: Mapping[str, int], path: Path) -> None:
    """As the form exports it; whose form it is stands in the sheet's name."""
    notes = [{ID: name, RATING: rating} for name, rating in ratings.items()]
    content = {SHEET: blank.parents[1].name, RATER: blank.stem, "notes": notes}
    write_text(json.dumps(content), path)


_FILLED: dict[str, Callable[[Path, Mapping[str, int], Path], None]] = {
    "xlsx": _fill_xlsx, "csv": _fill_csv, "json": _write_json}
