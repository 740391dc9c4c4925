"""Ratings by humans: a blind sheet of open answers, its forms, and what raters give back."""

from medinj_utils.evaluation.ratings.collect import (
    RatingsError,
    adjudication_list,
    by_sheet,
    read_ratings,
)
from medinj_utils.evaluation.ratings.form import write_form
from medinj_utils.evaluation.ratings.keys import RatingKeys
from medinj_utils.evaluation.ratings.sheet import RatingKey, RatingSheet, draw_sheet
from medinj_utils.evaluation.ratings.spreadsheets import write_csv_sheet, write_xlsx_sheet

__all__ = ["RatingKey", "RatingKeys", "RatingSheet", "RatingsError", "adjudication_list",
           "by_sheet", "draw_sheet", "read_ratings", "write_csv_sheet", "write_form",
           "write_xlsx_sheet"]
