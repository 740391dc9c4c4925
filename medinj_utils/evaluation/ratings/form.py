"""A rating sheet as one HTML file that works without a server and asks nothing of any other."""

import base64
import hashlib
import json
from html import escape
from importlib.resources import files
from pathlib import Path

from medinj_utils.core.files import write_text
from medinj_utils.evaluation.ratings.sheet import RatingSheet, check_rater
from medinj_utils.evaluation.ratings.spreadsheets import CRITERION


def write_form(sheet: RatingSheet, rater: str, path: str | Path) -> Path:
    """Write a sheet for one rater as a form in French: keys 0 and 1 rate, arrows move.

    Ratings are kept by the browser as they are given, under the sheet's and the rater's code, and
    exported as JSON or CSV that `read_ratings` takes.

    Args:
        sheet: of `draw_sheet`.
        rater: the rater's code.
        path: of the file.

    Raises:
        ValueError: the rater's code has another form.
    """
    script, style = _part("form.js"), _part("form.css")
    content = {"feuille": sheet.key.code, "annotateur": check_rater(rater),
               "items": sheet.items.to_dict("records")}
    # Within a script element nothing but `<` can end it or start a comment.
    data = json.dumps(content).replace("<", "\\u003c")
    policy = ("default-src 'none'; base-uri 'none'; form-action 'none'; "
              f"script-src '{_hash(script)}'; style-src '{_hash(style)}'")
    page = _part("form.html")
    # The data come last: nothing is replaced within them.
    for placeholder, text in (("POLICY", policy), ("CRITERION", escape(CRITERION)),
                              ("STYLE", style), ("SCRIPT", script), ("DATA", data)):
        page = page.replace(f"@@{placeholder}@@", text)
    return write_text(page, path)


def _part(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
