"""What the French page says: the numbers of the tables, in French, and how sure they are."""

import pandas as pd
import pytest

from medinj_utils.book import in_french
from medinj_utils.comparison.claims import load_claims
from medinj_utils.core.files import write_csv, write_json
from medinj_utils.core.tree import DEMO_LABEL


def test_the_answer_has_gain_chance_and_label(opening_tree):
    said = in_french.answer_fr(opening_tree)
    assert "1\u202f288 questions" in said
    assert "+30,0 points [+20,0\u00a0;\u00a0+40,0]" in said
    assert ("Répondre au hasard donnerait 20,0\u00a0% (pas mieux : le modèle de départ). "
            "Une règle qui ne lit pas la question (les mots des seules options) donne "
            "45,0\u00a0% (aucun modèle ne fait mieux).") in said
    assert "*calculé ici sur " in said
    assert "run here" not in said and "paires" not in said


@pytest.mark.parametrize("p, said", [
    ([0.3, 0.2], "Aucune des 2 paires de modèles ajustés ne diffère au"),
    ([0.001, 0.2], "Une seule des 2 paires de modèles ajustés diffère au"),
    ([0.001, 0.002], "2 des 2 paires de modèles ajustés diffèrent au")])
def test_pairs_that_differ_are_counted(opening_tree, p, said):
    pairs = pd.DataFrame({"first": "NAT", "second": ["SYN", "TRAD"], "p_holm": p})
    write_csv(pairs, opening_tree.table("pairs"))
    assert said in in_french.answer_fr(opening_tree)


@pytest.mark.parametrize("label, french", [
    (DEMO_LABEL, "démonstration : montre que les calculs marchent, ne dit rien de la médecine"),
    ("run here on 2 CPU cores, no GPU, kept from 2026-11-28",
     "calculé ici sur 2 cœurs de processeur, sans GPU, conservé le 28 novembre 2026"),
    ("run here on NVIDIA H100 80GB HBM3", "calculé ici sur NVIDIA H100 80GB HBM3")])
def test_labels_are_french(opening_tree, label, french):
    write_json({"label": label}, opening_tree.kept)
    assert in_french.answer_fr(opening_tree).endswith(f"*{french}.*")


def test_each_claim_stands_with_its_smallest_difference_and_its_verdicts(opening_tree):
    on_paper = opening_tree.read_table("claims_published")
    head, _, *lines = in_french.claims_fr(on_paper).splitlines()
    claims = load_claims().claims
    assert head.startswith("| affirmation de l'étude | 22\u202f953 questions |")
    assert all(line.startswith(f"| {claim.french} [{claim.mark}]")
               for line, claim in zip(lines, claims, strict=True))
    assert "+0,4 point [" in lines[[claim.name for claim in claims].index("native-helps")]
    counts = on_paper["verdict"].value_counts()
    for french, verdict in (("confirmée", "supported"), ("contredite", "contradicted"),
                            ("dans le doute", "undecided"), ("non testable", "not testable here")):
        assert "\n".join(lines).count(f"*{french}*") == counts[verdict]


def test_effects_of_kept_results_name_sources_and_base(kept_tree):
    said = in_french.kept_effects_fr({"own": kept_tree})
    assert said.startswith("*Vraies questions de A et B ; modèle de départ : small.* Quand une "
                           "origine est présente")
    assert "Aucun résultat" in in_french.kept_effects_fr({})


def test_what_each_provenance_adds_is_a_gain_a_loss_or_neither(opening_tree):
    said = in_french.effects_fr(opening_tree)
    assert ("+5,0 points [+1,0\u00a0;\u00a0+9,0] pour les questions natives (un gain) ; "
            "−1,0 point [−3,0\u00a0;\u00a0+1,0] pour les questions synthétiques (ni gain ni perte "
            "établis)") in said
    assert "20,0" not in said
    effects = opening_tree.read_table("effects").assign(high=-0.001)
    write_csv(effects, opening_tree.table("effects"))
    assert "questions synthétiques (une perte)" in in_french.effects_fr(opening_tree)
    write_csv(effects.head(0), opening_tree.table("effects"))
    assert "n'a pas pu être séparé" in in_french.effects_fr(opening_tree)


@pytest.mark.parametrize("price, said", [
    (0.01, "elle rapporte davantage, marge"), (0.9, "elle rapporte moins, marge"),
    (0.3, "ne permettent pas de trancher")])
def test_a_price_is_held_against_the_one_up_to_which_a_question_pays(opening_tree, price, said):
    even = opening_tree.read_table("break_even").assign(price=price)
    write_csv(even, opening_tree.table("break_even"))
    prices = in_french.prices_fr(opening_tree)
    assert "une question native coûte 1,00\u00a0€" in prices
    assert ("Une question synthétique rapporte autant de points par euro qu'une native si elle "
            "coûte 0,33\u00a0€ [0,02\u00a0;\u00a00,68] ; au prix indiqué") in prices
    assert said in prices
    assert "inventés" not in prices and "négatif" not in prices


def test_a_price_below_zero_is_explained_and_none_is_said(opening_tree):
    even = opening_tree.read_table("break_even")
    write_csv(even.assign(low=-0.2), opening_tree.table("break_even"))
    assert "(un prix négatif veut dire : à aucun prix)" in in_french.prices_fr(opening_tree)
    write_csv(even.head(0), opening_tree.table("break_even"))
    assert "Aucun prix" in in_french.prices_fr(opening_tree)
