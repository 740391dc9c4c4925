"""What the opening page says: the same numbers in both languages, from the study's figures and a
run's tables."""

import pandas as pd
import pytest

from medinj_utils.book import opening
from medinj_utils.comparison.claims import load_claims
from medinj_utils.comparison.paper import EXACT_MATCH, ITEMS
from medinj_utils.comparison.sentences import CHANCE
from medinj_utils.comparison.verdicts import verdicts_on_paper
from medinj_utils.core.files import write_csv, write_json
from medinj_utils.core.tree import DEMO_LABEL, Tree

COMPARISON = pd.DataFrame({
    "system": ["BASE", "NAT"], "n_items": 1288, "n_seeds": [1, 2], "exact_match": [0.2, 0.5],
    "low": [0.15, 0.4], "high": [0.25, 0.6],
    "difference": [None, 0.3], "difference_low": [None, 0.2], "difference_high": [None, 0.4],
    "p_holm": [None, 0.0001],
    "unread_share": 0.0})
EVEN = pd.DataFrame({"question": ["synthetic"], "price": 0.01, "estimate": 0.33, "low": 0.02,
                     "high": 0.68, "reason": ""})
EFFECTS = pd.DataFrame({"kind": ["main", "main", "synergy"], "effect": ["NAT", "SYN", "NAT-SYN"],
                        "estimate": [0.05, -0.01, 0.2],
                        "low": [0.01, -0.03, 0.1], "high": [0.09, 0.01, 0.3], "planted": None})


@pytest.fixture
def tree(tmp_path):
    """A run on real questions, with the tables that the opening reads."""
    tree = Tree(tmp_path / "own")
    write_json({"fictional": False}, tree.records_card)
    pairs = pd.DataFrame({"first": ["BASE"], "second": ["NAT"], "p_holm": [0.001]})
    training = pd.DataFrame({"seed": [0, 1], "rows": [1200, 1200]})
    levels = pd.DataFrame({"rule": [CHANCE, "options alone"], "exact_match": [0.2, 0.45]})
    tables = {"comparison": COMPARISON, "chance": levels, "training": training, "pairs": pairs,
              "break_even": EVEN, "effects": EFFECTS,
              "claims_published": verdicts_on_paper(load_claims(), ITEMS, "both")}
    for name, table in tables.items():
        write_csv(table, tree.table(name))
    return tree


def test_every_sentence_of_the_pages_is_made(tree):
    made = opening.substitutions(tree, {})
    assert all(made.values())
    assert "no kept results" in made["kept_results"]
    assert "Aucun résultat" in made["fr_kept_results"]
    write_json({"title": "Own data", "label": tree.label,
                "model": {"base_model": "models/small"}}, tree.kept)
    write_csv(pd.DataFrame({"source": ["A", "A", "B"]}), tree.table("baselines"))
    kept = opening.substitutions(tree, {"own": tree})
    assert kept["kept_results"].startswith(
        "*Own data.* Each system was tuned on 1,200 rows, with 2 seeds. ")
    assert kept["fr_kept_results"].startswith(
        "*Vraies questions de A et B ; modèle de départ : small.* Chaque modèle a été ajusté "
        "sur 1\u202f200 questions, avec 2 graines (tirages au hasard). ")
    assert "[All results](../results/own/index.md)" in kept["kept_results"]
    assert made["answer"] in kept["kept_results"]
    assert "(../results/own/index.md)" in kept["fr_kept_results"]


def test_the_studys_best_and_worst_are_those_of_its_table():
    best = max(EXACT_MATCH, key=EXACT_MATCH.get)
    said = opening.study_says("en")
    assert f"{best} has the highest exact match, {EXACT_MATCH[best]:.1f}" in said
    assert f"{best} donne le plus" in opening.study_says("fr")
    assert "38,2" in opening.study_says("fr")


def test_verdicts_are_counted_alike_in_both_languages(tree):
    on_paper = tree.read_table("claims_published")
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


def test_the_answer_has_gain_and_label_and_its_french_the_same_numbers(tree):
    assert "1,288 questions" in opening.answer(tree) and tree.label in opening.answer(tree)
    french = opening.answer_fr(tree)
    assert "1\u202f288 questions" in french
    assert "+30,0 points [+20,0\u00a0; +40,0]" in french
    assert "*calculé ici sur " in french
    assert "run here" not in french
    assert ("Répondre au hasard donnerait 20,0\u00a0% (pas mieux : BASE). Une règle qui ne lit pas "
            "la question (les mots des seules options) donne 45,0\u00a0% (aucun modèle ne fait "
            "mieux).") in french
    assert "paires" not in french
    write_csv(pd.DataFrame({"first": ["NAT", "NAT"], "second": ["SYN", "TRAD"],
                            "p_holm": [0.2, 0.9]}), tree.table("pairs"))
    assert "Aucune des 2 paires de modèles ajustés ne diffère au" in opening.answer_fr(tree)


@pytest.mark.parametrize("chance, told", [(0.5, True), (0.3, False), (0.1, False)])
def test_scores_of_guesses_are_said_to_tell_nothing_in_both_languages(chance, told, tree):
    write_csv(pd.DataFrame({"rule": [CHANCE], "exact_match": [chance]}), tree.table("chance"))
    assert ("can't say what a provenance is worth" in opening.answer(tree)) == told
    assert ("ne disent rien de la valeur" in opening.answer_fr(tree)) == told
    assert ("tous les modèles font mieux" in opening.answer_fr(tree)) == (chance == 0.1)


@pytest.mark.parametrize("label, french", [
    (DEMO_LABEL, "démonstration : montre que les calculs marchent, ne dit rien de la médecine"),
    ("run here on 2 CPU cores, no GPU, kept from 2026-11-28",
     "calculé ici sur 2 cœurs de processeur, sans GPU, conservé le 2026-11-28"),
    ("run here on NVIDIA H100 80GB HBM3", "calculé ici sur NVIDIA H100 80GB HBM3")])
def test_labels_of_the_french_page_are_french(tree, label, french):
    write_json({"label": label}, tree.kept)
    assert opening.answer_fr(tree).endswith(f"*{french}.*")


def test_a_base_alone_has_an_answer_in_both_languages(tree):
    write_csv(COMPARISON.head(1), tree.table("comparison"))
    assert opening.answer(tree).startswith("The base model answers 20.0")
    assert "répond exactement à 20,0" in opening.answer_fr(tree)


def test_prices_are_said_only_where_they_are_known(tree):
    assert "une question synthétique rapporte autant" in opening.prices_fr(tree)
    assert "0,33 € [0,02 ; 0,68]" in opening.prices_fr(tree)
    assert "inventés" not in opening.prices_fr(tree)
    write_csv(EVEN.head(0), tree.table("break_even"))
    assert "Aucun prix" in opening.prices_fr(tree)


def test_what_each_provenance_adds_is_said_in_french_or_that_it_is_not_known(tree):
    told = opening.effects_fr(tree)
    assert (
        "+5,0 points [+1,0\u00a0; +9,0] pour les questions natives ; −1,0 point [−3,0\u00a0; "
        "+1,0] pour les questions synthétiques"
        in told
    )
    assert "*calculé ici sur " in told
    assert "20,0" not in told
    write_csv(EFFECTS.head(0), tree.table("effects"))
    assert "n'a pas pu être séparé" in opening.effects_fr(tree)
