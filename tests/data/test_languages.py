"""Translations are found, in real sets and among planted ones."""

import numpy as np
import pytest

from medinj_utils.data import read_texts
from medinj_utils.data.languages import Encoder, anchors, match_across_languages, retold_questions
from medinj_utils.data.near import near_duplicates
from medinj_utils.data.readers.casimedicos import documents

from .rows import choice, table


def test_anchors_are_what_a_translation_leaves():
    french = set(anchors("Une neurofibromatose de type 1 (NF) : 2,5 mg d'hydrocortisone"))
    english = set(anchors("A neurofibromatosis of type 1 (NF): 2.5 mg of hydrocortisone"))
    assert french == english == {"neuro", "1", "NF", "2.5", "hydro"}
    assert set(anchors("la maladie de Crohn")) == {"malad", "crohn"}


def in_both_languages(shared_data):
    """(French, English) questions of CasiMedicos' aligned files, without the comments, and pairs of
    like questions."""
    sides = []
    for language in ("FR", "EN"):
        files = [
            shared_data / "casimedicos-fr" / "raw" / language / f"{split}.tsv"
            for split in ("train", "dev", "test")
        ]
        cases = [
            document
            for file in files
            for document in documents(file.read_text(encoding="utf-8"), file)
        ]
        ends = [
            next(
                i
                for i, line in enumerate(document)
                if "CORRECT ANSWER" in line or "RÉPONSE" in line
            )
            for document in cases
        ]
        sides.append([" ".join(document[1:end]) for document, end in zip(cases, ends, strict=True)])
    like = set()
    for texts in sides:
        pairs = near_duplicates(
            table(*(choice(f"{text} {i}", "ab") for i, text in enumerate(texts))), 0.35
        )
        like |= {(int(a), int(b)) for a, b in zip(pairs["first"], pairs["second"], strict=True)}
    return *sides, like


def test_translations_of_real_questions_are_found(shared_data):
    french, english, like = in_both_languages(shared_data)
    result = match_across_languages(french, english)
    pairs = list(zip(result["first"], result["second"], strict=True))
    right = [first == second for first, second in pairs]
    same = [
        first == second or (min(first, second), max(first, second)) in like
        for first, second in pairs
    ]
    assert sum(right) / len(french) > 0.97  # recall
    assert np.mean(same) > 0.99  # precision, where the same case asked twice counts as right


def test_translated_sentences_are_found_where_they_hold_anchors(shared_data):
    texts, _ = read_texts("tico19", shared_data / "tico19-en-fr" / "raw")
    result = match_across_languages(texts["text"].tolist(), texts["english"].tolist())
    right = (result["first"] == result["second"]).mean()
    assert right > 0.85 and (result["first"] == result["second"]).sum() / len(texts) > 0.5


DRUGS = [("amoxicilline", "amoxicillin"), ("hydrocortisone", "hydrocortisone"),
         ("méthotrexate", "methotrexate"),
         ("furosémide", "furosemide"), ("propranolol", "propranolol"),
         ("ciprofloxacine", "ciprofloxacin"),
         ("warfarine", "warfarin"), ("azathioprine", "azathioprine"),
         ("lévothyroxine", "levothyroxine")]


SIGNS = [("une dyspnée", "dyspnoea"), ("une hépatomégalie", "hepatomegaly"),
         ("une hématurie", "haematuria"),
         ("une neutropénie", "neutropenia"), ("un œdème papillaire", "papilloedema"),
         ("une arthralgie", "arthralgia"),
         ("une thrombopénie", "thrombocytopenia"), ("un nystagmus", "nystagmus")]


def planted_translations(n=300, seed=0):
    """n made-up cases in French and in English; every one has numbers, a drug and two signs, drawn
    anew."""
    rng, french, english = np.random.default_rng(seed), [], []
    for _ in range(n):
        age, dose, level = (
            int(rng.integers(18, 95)),
            int(rng.integers(2, 60)) * 25,
            rng.integers(11, 99) / 10,
        )
        drug = DRUGS[rng.integers(len(DRUGS))]
        one, two = (SIGNS[i] for i in rng.choice(len(SIGNS), 2, replace=False))
        decimal = f"{level}".replace(".", ",")
        french.append(
            f"Un patient de {age} ans sous {drug[0]} ({dose} mg par jour) présente {one[0]} et "
            f"{two[0]}. "
            f"La CRP est à {decimal} mg/L. Que faut-il craindre ?"
        )
        english.append(
            f"A {age}-year-old patient on {drug[1]} ({dose} mg daily) has {one[1]} and {two[1]}. "
            f"The CRP is {level} mg/L. What should be feared?"
        )
    return french, english


def test_planted_translations_are_found_among_cases_of_the_same_form():
    french, english = planted_translations()
    # of the first hundred no translation is there
    result = match_across_languages(french[:200], english[100:])
    right = result["first"] == result["second"] + 100
    assert right.sum() / 100 > 0.95  # recall
    at = result["similarity"] >= 0.45
    assert right[at].mean() > 0.95  # precision


def test_the_threshold_for_leaks_parts_translations_of_real_cases_from_other_cases(shared_data):
    french, english, like = in_both_languages(shared_data)
    half = len(french) // 2
    # of the other half no translation is there
    result = match_across_languages(french, english[:half], 0.45)
    same = np.array(
        [
            a == b or (min(a, b), max(a, b)) in like
            for a, b in zip(result["first"], result["second"], strict=True)
        ]
    )
    assert (result["first"] == result["second"]).sum() / half > 0.75 and same.mean() > 0.95


def test_test_questions_that_were_translated_twice_are_found_as_their_english_sides_tell(
    shared_data,
):
    french, english, _ = in_both_languages(shared_data)
    n = [len(documents(file.read_text(encoding="utf-8"), file)) for file in (
        shared_data / "casimedicos-fr" / "raw" / "FR" / f"{split}.tsv" for split in ("train", "dev",
                                                                                     "test"))]
    split = [
        name
        for name, times in zip(("train", "validation", "test"), n, strict=True)
        for _ in range(times)
    ]
    retold = retold_questions(table(*(choice(text, "ab", context=f"cas {i}",
                                             provenance="translated", split=split[i])
                                      for i, text in enumerate(french))))
    named = set(zip(retold["first"], retold["second"], strict=True))
    like = near_duplicates(table(*(choice(f"{text} {i}", "ab") for i, text in enumerate(english))),
                           0.6)
    same = {
        (a, b)
        for a, b in zip(like["first"], like["second"], strict=True)
        if (split[a], split[b]) == ("train", "test")
    }
    assert len(same) == 33 and len(named & same) >= 32 and len(named - same) <= 1


def test_a_sentence_encoder_may_take_the_place_of_the_anchors():
    texts = ["Quelle est la couleur du foie ?", "Combien de reins ?", "Où est la rate ?"]
    result = match_across_languages(texts, [texts[2], "Autre chose."], 0.99, Encoder("planted"))
    assert result[["first", "second"]].values.tolist() == [[2, 0]]
    assert result["similarity"].item() == pytest.approx(1, abs=1e-4)
    with pytest.raises(ValueError, match="encoder_revision"):
        match_across_languages(texts, texts, encoder=Encoder("organisation/model"))


def test_texts_without_anchors_match_nothing():
    assert match_across_languages([], ["the cat"]).empty
    assert match_across_languages(["le chat"], ["the cat"]).empty
