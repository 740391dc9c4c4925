"""What makes two records, or two questions, the same."""

import pytest

from medinj_utils.core.identity import TEXTS, identities, normalise, texts_hash

ROW = {"instruction": "Que produit le foie ?", "context": "", "options": ["Bile", "Urine"],
       "answer_letters": ["A"],
       "answer_text": "Bile"}


def test_case_blanks_and_composition_make_no_difference():
    assert normalise("  L\u2019e\u0301pine\u00a0 DU pied ") == normalise("l\u2019épine du pied")


@pytest.mark.parametrize("one, other", [
    *((f"l{sign}os", "l'os")
      for sign in "\u2019\u2018\u201b\u02bc\u2032`\u00b4\uff07\u02bf\u07f4\ua78b\ua78c"),
    *((quoted, 'un "mot" dit') for quoted in (
        "un « mot » dit", "un «\u00a0mot\u202f» dit", "un \u201cmot\u201d dit",
        "un \u201emot\u201c dit", "un \uff02mot\uff02 dit")),
    *((f"a{dash}b", "a-b")
      for dash in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d\u30fc"),
    *((f"ra{sign}te", "rate")
      for sign in "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2063\u2066\u2069"
                  "\u061c\u180e\ufeff\u034f\ufe0f"),
    *((f"le{blank}foie", "le foie")
      for blank in "\t\n\u00a0\u1680\u2003\u2009\u202f\u205f\u2800\u3000\u3164"),
    ("e\u200d\u0301", "é"), ("foie\u202f?", "foie?"), ("Dose\u00a0: 5\u00a0%", "Dose: 5%"),
    ("ŒDÈME", "œdème"),
    ("ﬁn de l'eﬀet", "fin de l'effet"), ("Ｆｏｉｅ　５", "foie 5"), ("le foie…", "le foie..."),
    ("5 µg", "5 μg"),
    ("37 ºC", "37 °C"), ("37 ℃", "37 °C"), ("10 × 5", "10 x 5"), ("≤ 5 et ⩾ 6", "<= 5 et >= 6"),
    ("± 2", "+/- 2"),
    ("stade Ⅳ", "stade IV"), ("1 ∕ 2", "1 / 2"), ("№ 5", "n° 5"), ("𝐟oie", "foie"), ("5″", '5"'),
    ("𝟓１", "51"), ("🯰", "0"), ("Ⓐ", "A"), ("㎡", "m2"), ("⑴", "(1)"), ("\u03a9", "\u2126")])
def test_what_is_typography_makes_no_difference(one, other):
    assert normalise(one) == normalise(other)
    assert normalise(normalise(one)) == normalise(one)


@pytest.mark.parametrize("one, other", [
    ("1,5", "15"), ("1,5", "1.5"), ("< 5", "> 5"), ("≤ 5", "< 5"), ("≥ 5", "> 5"), ("≠", "="),
    ("10²", "102"), ("10²", "10⁻²"),
    ("10₂", "102"), ("10₂", "10²"), ("-5", "5"), ("−5", "5"), ("+5", "5"), ("Na+", "Na-"),
    ("Na⁺", "Na⁻"), ("++", "+"), ("--", "-"),
    ("½", "12"), ("1½", "11/2"), ("1/2", "12"), ("5°", "5"), ("5 %", "5 ‰"), ("± 5", "- 5"),
    ("↑", "↓"), ("→", "←"), ("m²", "m³"),
    ("élevé", "élève"), ("pêche", "péché"), ("α", "a"), ("β", "ß"), ("5'", '5"'),
    ("10 000", "10000"), ("foie", "fo ie"), ("cœur", "coeur"), ("?", "!"),
    ("5①", "51"), ("①5", "15"), ("5⓪", "50"), ("5⑳", "520"), ("⒈5", "1.5"), ("5⒌", "55."),
    ("🄁5", "0,5"), ("5㉑", "521"), ("5❶", "51"), ("5⑴", "51")])
def test_what_carries_meaning_makes_one(one, other):
    assert normalise(one) != normalise(other)


def test_a_question_is_the_same_whatever_the_order_of_its_options_and_its_answer():
    record, question = identities(ROW)
    other_record, other_question = identities(ROW | {"options": ["Urine", "Bile"],
                                                     "answer_letters": ["B"]})
    assert question == other_question and record != other_record
    assert identities(ROW | {"answer_letters": ["B"], "answer_text": "Urine"})[1] == question
    assert identities(ROW | {"instruction": "Que produit le rein ?"})[1] != question


def test_an_open_answer_is_another_by_any_sign_of_its_texts_and_by_nothing_else():
    answer = dict(zip(TEXTS, ("Que fabrique le foie ?", "", "La bile.", "la bile"), strict=True))
    assert texts_hash(answer | {"run": "NAT-s0"}) == texts_hash(answer)
    assert len(texts_hash(answer)) == 16
    others = {texts_hash(answer | {name: answer[name] + " "}) for name in TEXTS}
    others.add(texts_hash(answer | {"reference": answer["candidate"],
                                    "candidate": answer["reference"]}))
    assert len(others | {texts_hash(answer)}) == len(TEXTS) + 2
