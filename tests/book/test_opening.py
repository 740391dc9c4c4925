"""What the opening page says: the same numbers in both languages, from the study's figures and a
run's tables."""

import pandas as pd
import pytest

from medinj_utils.book import in_french, opening
from medinj_utils.comparison.paper import EXACT_MATCH
from medinj_utils.comparison.sentences import CHANCE
from medinj_utils.core.files import write_csv


def test_every_sentence_of_the_pages_is_made(opening_tree):
    made = opening.substitutions(opening_tree, {})
    assert all(made.values())
    assert "no kept results" in made["kept_results"]
    assert "Aucun résultat" in made["fr_kept_results"]


def test_kept_results_are_told_apart_by_title_and_link(kept_tree):
    kept = opening.substitutions(kept_tree, {"own": kept_tree})
    assert kept["kept_results"].startswith(
        "*Own data.* Each system was tuned on 1,200 rows, with 2 seeds. ")
    assert kept["fr_kept_results"].startswith(
        "*Vraies questions de A et B ; modèle de départ : small.* Chaque modèle a été "
        "ajusté sur 1\u202f200 questions, avec 2 graines (tirages au hasard). ")
    assert "[All results](../results/own/index.md)" in kept["kept_results"]
    assert opening.answer(kept_tree) in kept["kept_results"]
    assert "(../results/own/index.md)" in kept["fr_kept_results"]


def test_the_studys_best_and_worst_are_those_of_its_table():
    best = max(EXACT_MATCH, key=EXACT_MATCH.get)
    said = opening.study_says("en")
    assert f"{best} has the highest exact match, {EXACT_MATCH[best]:.1f}" in said
    assert f"{best} donne le plus" in opening.study_says("fr")
    assert "38,2" in opening.study_says("fr")


def test_verdicts_are_counted_alike_in_both_languages(opening_tree):
    on_paper = opening_tree.read_table("claims_published")
    english, french = (opening.own_means(on_paper, language) for language in ("en", "fr"))
    for items, rows in on_paper.groupby("items"):
        counts = [
            int((rows["verdict"] == name).sum())
            for name in ("supported", "contradicted", "undecided", "not testable here")
        ]
        assert (
            "support {}, contradict {}, leave {} undecided and can't test {} if".format(*counts)
            in english
        )
        assert (
            "en confirment {}, en contredisent {}, en laissent {} dans le doute et ne permettent "
            "pas d'en tester {}, si".format(
                *counts
            )
            in french
        )
        assert f"over {items:,} questions" in english


def test_the_answer_has_gain_and_label(opening_tree):
    answer = opening.answer(opening_tree)
    assert "1,288 questions" in answer and answer.endswith(f"*{opening_tree.label}.*")


@pytest.mark.parametrize("chance, silent", [(0.5, True), (0.3, False), (0.1, False)])
def test_scores_of_guesses_are_said_to_tell_nothing_in_both_languages(chance, silent, opening_tree):
    write_csv(pd.DataFrame({"rule": [CHANCE], "exact_match": [chance]}),
              opening_tree.table("chance"))
    assert ("can't say what a provenance is worth" in opening.answer(opening_tree)) == silent
    assert ("ne disent rien de la valeur" in in_french.answer_fr(opening_tree)) == silent
    assert ("ne disent rien de la valeur" in in_french.effects_fr(opening_tree)) == silent
    assert ("tous les modèles font mieux" in in_french.answer_fr(opening_tree)) == (chance == 0.1)


def test_a_base_alone_has_an_answer_in_both_languages(opening_tree):
    base = opening_tree.read_table("comparison").head(1)
    write_csv(base, opening_tree.table("comparison"))
    assert opening.answer(opening_tree).startswith("The base model answers 20.0")
    assert "modèle de départ donne 20,0" in in_french.answer_fr(opening_tree)
