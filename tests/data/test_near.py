"""Near-duplicates: planted pairs are found, and nothing else."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from medinj_utils.data.near import near_duplicates
from medinj_utils.data.text_measures import text_summary, texts_by_row

from .rows import WORDS, choice, table


def planted_pairs(rng, n, changed):
    """n texts of 30 to 60 words and, of each, one in which a share of the words is another."""
    texts = []
    for _ in range(n):
        words = list(rng.choice(WORDS, rng.integers(30, 60)))
        other = list(words)
        for position in rng.choice(len(words), round(changed * len(words)), replace=False):
            other[position] = str(rng.choice(WORDS))
        texts += [" ".join(words), " ".join(other)]
    return table(*(choice(text, ["oui", "non"]) for text in texts))


def test_near_duplicates_are_found_and_nothing_else():
    records = planted_pairs(np.random.default_rng(0), 300, 0.05)
    pairs = near_duplicates(records)
    named = {(first, second) for first, second in zip(pairs["first"], pairs["second"], strict=True)}
    true = {(i, i + 1) for i in range(0, len(records), 2)}
    assert len(named & true) >= 0.95 * len(true) and len(named - true) == 0
    assert pairs["similarity"].between(0.75, 1).all()


def test_similarity_is_that_of_words_and_word_pairs():
    words = WORDS[:30]
    records = table(choice(" ".join(words), ["oui", "non"]),
                    choice(", ".join(["AUTRE", *words[1:]]) + " !", ["oui", "non"]))
    pairs = near_duplicates(records)

    def shingles(words):
        return {*words, *pairwise(words)}

    one, two = shingles([*words, "non", "oui"]), shingles(["autre", *words[1:], "non", "oui"])
    assert pairs["similarity"].tolist() == pytest.approx([len(one & two) / len(one | two)])


def test_many_texts_from_one_template_are_counted_and_not_compared_pair_by_pair():
    rows = [choice(f"{' '.join(WORDS[:60])} patient{i}", ["oui", "non"]) for i in range(250)]
    pairs = near_duplicates(table(*rows), 0.7)
    assert pairs.attrs["closed"] > 0


@pytest.mark.parametrize("lost", ["", "\ufffd"])
@pytest.mark.parametrize("copies", [200, 210])
def test_many_copies_that_lost_accents_are_counted_and_not_compared_pair_by_pair(copies, lost):
    letters = "éèêëàâôî"  # of which each copy has lost others
    texts = [
        "".join(lost if number >> i & 1 else letter for i, letter in enumerate(letters))
        for number in range(copies)
    ]
    pairs = near_duplicates(table(*(choice(f"dose {text}lev ?", ["oui", "non"]) for text in texts)),
                             1.0)
    assert (pairs.attrs["closed"] > 0) == (copies > 200)
    all_but_one_lost = (0, 127)
    assert (all_but_one_lost in pairs[["first", "second"]].itertuples(index=False, name=None)) == (
        copies == 200
    )


LONG = ("Un patient de 50 ans consulte pour une fatigue depuis trois mois avec {} au bilan ; "
        "que faire en première intention ?")


@pytest.mark.parametrize("one, other", [
    ("Na +", "Na -"), ("Na+", "Na−"), ("K < 5", "K > 5"), ("K ≥ 5", "K ≤ 5"), ("K ≥ 5", "K > 5"),
    ("sexe ♂", "sexe ♀"), ("5 %", "5 ‰"), ("±5", "5"),
    ("1e-3", "1e3"), ("IgG+ IgM-", "IgG- IgM+"),
    ("Ag HBs + Ac anti-HBs -", "Ag HBs - Ac anti-HBs +"), ("A → B", "A ← B"), ("x²", "x2"),
    ("x₂", "x²"), ("a ≠ b", "a = b"), ("-5 °C", "5 °C"), ("Rh+", "Rh"), ("5 €", "5 $"),
    ("K ↑", "K ↓"), ("A ∪ B", "A ∩ B"), ("x⁻²", "x²")])
def test_signs_that_carry_meaning_are_part_of_the_words(one, other):
    pairs = [choice(LONG.format(one), ["oui", "non"]), choice(LONG.format(other), ["oui", "non"]),
             choice("Laquelle ?", [one, "aucune"]), choice("Laquelle ?", [other, "aucune"])]
    assert (near_duplicates(table(*pairs), 0.2)["similarity"] < 1).all()
    assert not {(2, 3)} & set(
        near_duplicates(table(*pairs))[["first", "second"]].itertuples(index=False, name=None)
    )


@pytest.mark.parametrize("one, other", [
    ("K ≥ 5,5", "K >= 5.5"), ("± 5", "(+/- 5)"), ("A → B", "A -> B."), ("CO₂", "C O2"),
    ("5 %", "5%."), ("Na⁺ ;", "N a+"), ("- 5", "5."), ("x²", "(x^2)"),
    ("une valeur de 0,71", "une valeur de 0, 71"), ("7,5 mmol/L", "7,50 mmol/L"),
    ("RR = 0,71", "RR = ,71"),
    ("10 000 UI/L", "10'000 UI/L"), ("10 000/mm³", "10’000/mm³"),
    ("de 10 000 à 20 000", "de 10'000 à 20'000"), ("10'000 20'000", "10 000 20 000"),
    ("1 000 000 de", "1'000'000 de"), ("1 000 000 de", "1.000.000 de"), ("1 000 000", "1,000,000"),
    ("10 000,5", "10'000.5"), ("(≥ 10 000)", "(≥10ʼ000)"),
    ("1 500, puis", "1'500, puis"), ("0'714", "0,714")])
def test_signs_in_other_writing_are_the_same(one, other):
    pair = [choice(LONG.format(one), ["oui", "non"]), choice(LONG.format(other), ["oui", "non"])]
    assert near_duplicates(table(*pair))["similarity"].tolist() == [1.0]


@pytest.mark.parametrize("one, other", [
    ("7,5", "75"), ("7,50", "750"), ("7,05", "7,5"), ("0, 71", "071"), ("5①", "51"),
    ("F10.1", "F10.10"),
    ("10'000", "10"), ("1'500", "1,5"), ("10'00", "1000"), ("1.10.2010", "1102010"),
    ("0'714", "714"), ("5'30", "530"), ("1.000", "1000"), ("100,20", "10020")])
def test_other_numbers_make_another_question(one, other):
    pair = [choice(LONG.format(one), ["oui", "non"]), choice(LONG.format(other), ["oui", "non"])]
    assert (near_duplicates(table(*pair), 0.2)["similarity"] < 1).all()


@pytest.mark.parametrize("label", [
    "{n}° {text}", "{letter} {text}", "{letter}\t{text}", "Prop. {n} : {text}"])
def test_labels_of_options_make_no_other_question(label):
    options = ["foie", "rein", "œil"]
    labelled = [label.format(n=n + 1, letter="ABC"[n], text=text) for n, text in enumerate(options)]
    pair = [choice("Lequel produit la bile ?", options),
            choice("Lequel produit la bile ? Cochez la ou les bonnes réponses.", labelled)]
    assert near_duplicates(table(*pair))["similarity"].tolist() == [1.0]


@pytest.mark.parametrize("other, found", [
    (LONG.format("l\ufffdger \ufffdd\ufffdme"), [(0, 1, 1.0)]),
    (LONG.format("l\ufffd\ufffdger \ufffd\ufffdd\ufffd\ufffdme"), [(0, 1, 1.0)]),
    (LONG.format("l\ufffdger d\ufffdme au \ufffd"), [])])
def test_accents_that_were_lost_make_no_other_question(other, found):
    rows = [
        choice(LONG.format("léger œdème").replace("fatigue", "épée élevée à Évry"), ["oui", "née"]),
        choice(
            other.replace("fatigue", "\ufffdp\ufffde \ufffdlev\ufffde \ufffd \ufffdvry")
            .replace("é", "\ufffd")
            .replace("è", "\ufffd"),
            ["n\ufffde", "oui"],
        ),
    ]
    assert list(near_duplicates(table(*rows), 0.9).itertuples(index=False, name=None)) == found
    assert (
        near_duplicates(
            table(
                choice("pêche", ["oui", "non"]),
                choice("péché", ["oui", "non"]),
                choice("élevé", ["oui", "non"]),
            ),
            1.0,
        ).shape[0]
        <= 1
    )


@pytest.mark.parametrize("question, options, found", [
    ("Le dbit du rein tt aprs l'preuve est-il lev ?", ["oui", "mal dtermin"], 1),
    ("Le dŠbit du rein t“t aprŠs l'‚preuve est-il lev‚ ?", ["mal dtermin", "oui"], 1),
    ("Le d bit du rein t t apr s l' preuve est-il  lev  ?", ["oui", "mal d termin "], 1),
    ("Le dbit du foie tt aprs l'preuve est-il lev ?", ["oui", "mal dtermin"], 0)])
def test_accented_letters_that_were_dropped_make_no_other_question(question, options, found):
    table_of_two = table(
        choice("Le débit du rein tôt après l'épreuve est-il élevé ?", ["oui", "mal déterminé"]),
        choice(question, options),
    )
    assert (near_duplicates(table_of_two).similarity == 1).sum() == found


@pytest.mark.parametrize("one, other", [
    ("récepteur α", "récepteur β"), ("dose élevée de 5", "dose leve de 6"),
    ("élevé > 5", "lev < 5"), ("pâte", "pète"), ("x", "y")])
def test_what_else_differs_is_no_lost_accent(one, other):
    assert near_duplicates(table(choice(one, ["oui", "non"]), choice(other, ["oui", "non"])),
                           0.99).empty


def test_no_records_and_one_record_have_no_pairs():
    assert near_duplicates(table(), 0.7).empty
    assert near_duplicates(table(choice("Un ?", "ab")), 0.7).empty


def test_signs_alone_are_no_near_duplicates_and_french_is_not_taken_for_spanish():
    assert near_duplicates(table(choice("?", "+-"), choice("!", ["++", "--"]))).empty
    french = table(
        choice(
            "Il faut que le patient sache que l'on pense que ce soit possible, or que tu as ...",
            ["oui", "non"],
        )
    )
    assert texts_by_row(french)["foreign"].item() == 0
    twice = pd.concat([french, french])
    assert len(text_summary(twice, texts_by_row(twice))) == 1
