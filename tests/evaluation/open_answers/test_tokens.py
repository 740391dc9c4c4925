import unicodedata

import pytest
from rouge_score.tokenizers import DefaultTokenizer

from medinj_utils.evaluation.open_answers.tokens import content_words, tokens


def test_accents_and_elisions_are_kept_where_rouge_scores_default_breaks_words():
    assert DefaultTokenizer().tokenize("L'hépatite") == ["l", "h", "patite"]
    assert list(tokens("L'hépatite")) == ["l'", "hépatite"]


@pytest.mark.parametrize(("text", "expected"), [
    ("L’hépatite à 3,5 g", ["l'", "hépatite", "à", "3.5", "g"]),
    ("jusqu'à 10mg/kg", ["jusqu'", "à", "10", "mg", "kg"]),
    ("Qu'il s'agisse d'un œdème", ["qu'", "il", "s'", "agisse", "d'", "un", "oedème"]),
    ("aujourd'hui, l'arrière-plan", ["aujourd'hui", "l'", "arrière", "plan"]),
    ("T4, HbA1c et CD4+", ["t4", "hba1c", "et", "cd4"]), ("prud’hommes", ["prud'hommes"]),
    ("肝臓です 2", ["肝", "臓", "で", "す", "2"]), ("печень", ["печень"]),
    ("الكبد", ["الكبد"]), ("« ?! »", []), ("", []), ("hé\u00adpa\u200btite", ["hépatite"]),
    ("a-t-il", ["a", "t", "il"]), ("ГЕПАТИТ В", ["гепатит", "в"]),
])
def test_tokens(text, expected):
    assert list(tokens(text)) == expected
    assert list(tokens(unicodedata.normalize("NFD", text))) == expected


def test_content_words_are_stems_without_function_words_and_numbers():
    assert content_words("Les hépatites aiguës, à 3 mg") == content_words("une hepatite aigue : mg")
    assert content_words("le foie et la rate") == {"foi", "rat"}
    assert content_words("le la les 12,5") == set()


def test_letters_and_negations_have_content():
    assert content_words("une hépatite A") - content_words("une hépatite B") == {"a"}
    assert content_words("il y a un foie") == {"foi"}
    assert content_words("A priori, non") == {"prior", "non"}
    assert content_words("ne pas traiter") > content_words("traiter")
