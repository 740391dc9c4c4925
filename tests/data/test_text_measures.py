"""Measures of texts."""

import numpy as np
import pytest

from medinj_utils.data.text_measures import text_summary, texts_by_row

from .rows import choice, table


@pytest.mark.parametrize("question, negative", [
    ("Laquelle est fausse ?", True), ("Toutes sauf une, laquelle ?", True),
    ("Lequel N'EST PAS un signe ?", True),
    ("Quelle proposition est inexacte ?", True), ("Que ne faut-il pas faire ?", True),
    ("Laquelle est exacte ?", False),
    ("Quel patient est sauvé ?", False), ("Quelle est la fausse couche la plus fréquente ?", True)])
def test_questions_for_what_is_not_so(question, negative):
    assert texts_by_row(table(choice(question, ["oui", "non"])))["negative"].item() == negative


def test_rows_in_another_language_and_readability():
    records = table(choice("Quelle est la cause de la douleur chez ce patient ?",
                           ["le foie", "la rate"]),
                    choice("What is the most likely cause of the pain in this patient?",
                           ["the liver", "the spleen"]),
                    choice("¿Cuál es la causa más probable del dolor en el paciente?",
                           ["el hígado", "los riñones"]),
                    choice("pH ?", ["7,4", "7,1"]))
    by_row = texts_by_row(records)
    assert (by_row["foreign"] > 0.5).tolist() == [False, True, True, False]
    assert np.isnan(by_row["foreign"].iloc[3])
    assert by_row["words"].iloc[1] == 12 + 4 + 2  # question, options, right answer
    summary = text_summary(records, by_row)
    assert summary["foreign"].item() == 0.5 and summary["short_question"].item() == 0.25
