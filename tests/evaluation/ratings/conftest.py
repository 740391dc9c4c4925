"""Answers to rate, some of them hostile, and a sheet drawn of them."""

import pandas as pd
import pytest

from medinj_utils.evaluation.ratings import RatingKeys, draw_sheet

HOSTILE = ["=cmd|' /C calc'!A0", "+33 6", "-1+1", "@SUM(A1)", "\t=1+1",
           "<script>document.title = 'x'</script>", "</textarea><img src=x onerror=alert(1)>",
           "</script><script>alert(1)</script>", "<!--<script>", "\u202egnihtemos\u202c", "_x0041_",
           "a\x00b\x1b[31m\ufffe", "oui; =HYPERLINK(1)",
           "a, @b\n=c", "@@DATA@@ @@SCRIPT@@", "\u2028\u2029 \u200f"]


def answer_table(questions: int = 8, systems=("BASE", "NAT")) -> pd.DataFrame:
    rows = []
    for number in range(questions):
        for system in systems:
            rows.append(
                {
                    "question_id": f"q{number}",
                    "provenance": "native" if number % 2 else "translated",
                    "instruction": f"Énoncé {number} ?",
                    "context": "" if number % 3 else f"Contexte {number}",
                    "reference": f"Référence {number}",
                    "system": system,
                    "run": f"{system}-s1",
                    "candidate": f"Réponse {number} : {len(rows)} mg",
                }
            )
    return pd.DataFrame(rows)


@pytest.fixture
def answers():
    return answer_table()


@pytest.fixture
def hostile(answers):
    return answers.assign(candidate=HOSTILE)


@pytest.fixture
def sheet(hostile):
    return draw_sheet(hostile, per_stratum=4, repeated=5, seed=3)


@pytest.fixture
def keys_of():
    """Keys of sheets, the newest first."""
    return lambda *sheets: RatingKeys({sheet.key.code: sheet.key for sheet in sheets},
                                      "out/ratings/*/key.json")
