"""What is said on a condition, for another case or by others is not the answer."""

import pytest

from medinj_utils.evaluation.reading import conditions, read_choice
from medinj_utils.evaluation.reading.rules import ORGANS, compile_spelt

from .helpers import examples, is_shown, read


@pytest.mark.parametrize("example", examples(conditions.SUPPOSITIONS))
def test_example(example):
    assert read(example) == example.read


@pytest.mark.parametrize("rule", conditions.SUPPOSITIONS, ids=lambda rule: rule.name)
def test_each_rule_is_shown_by_an_example(rule, monkeypatch):
    kept = [
        compile_spelt(other.pattern, conditions._NAMES)
        for other in conditions.SUPPOSITIONS
        if other is not rule
    ]
    monkeypatch.setattr(conditions, "_PATTERNS", kept)
    assert is_shown(rule)


@pytest.mark.parametrize("output", [
    "B serait exacte si la question portait sur l'enfant.",
    "B est correcte si le patient est allergique, sinon D.",
    "D serait juste chez la femme enceinte.",
    "A et C seraient exactes si le patient était diabétique.",
    "La réponse serait B si le patient était allergique.",
    "C aurait été exacte avant 2010.", "**B** est exacte si le patient est allergique.",
    "B est juste quand il y a une fièvre.",
    "B est exacte, mais seulement chez l'enfant.",
    "La proposition B est exacte à condition que la clairance soit normale.",
    "B is correct if the patient is allergic.", "B would be correct in children.",
    "B était exacte avant 2010.",
    "A et C sont exactes sous réserve d'une fonction rénale normale.",
    "Lorsque la fonction rénale est altérée, la réponse est D.",
    "B est vraie en l'absence d'allergie.", "Réponse : B si allergie, D sinon.",
    "La réponse du corrigé : A. Je ne suis pas d'accord : C."])
def test_a_condition_leaves_an_answer_open(output):
    assert read_choice(output, ORGANS, "mcqu") is None
    assert read_choice(output, ORGANS, "mcq") is None


@pytest.mark.parametrize("output", [
    "Selon le collège : A, C. Selon la HAS : A, D.", "Question 1 : A, C\nQuestion 2 : B",
    "**Q1** : A, C\n**Q2** : B", "Version 1 : A, C. Version 2 : A, D.",
    "D'après le cours, A et C. D’après la HAS, A et D.",
    "Chez l'enfant la réponse est C, chez l'adulte A.", "Avant 2010 : A. Après 2010 : B."])
def test_several_sources_or_questions_leave_an_answer_open(output):
    assert read_choice(output, ORGANS, "mcq") is None


@pytest.mark.parametrize("output, letters", [
    ("A, D\n\nRemarque : la proposition C serait exacte chez l'enfant.", "AD"),
    ("A serait vraie en cas d'insuffisance rénale. D est vraie.", "D"),
    ("B serait exacte si le patient était allergique. La réponse est C.", "C"),
    ("La bonne réponse serait la B.", "B"), ("B serait la bonne réponse.", "B"),
    ("Chez ce patient, la réponse est B.", "B"),
    ("La réponse est B : B est exacte en cas d'allergie.", "B"),
    ("B est exacte si grossesse. Ici, pas de grossesse. Réponse : D", "D"),
    ("Question 12 : C", "C"), ("Selon moi, B. Selon le cours aussi : B.", "B"),
    ("La réponse classique est B. La molécule est bactéricide.", "B"),
    ("La réponse classique est A. Dans ce cas précis, c'est D.", "D")])
def test_what_is_said_without_condition_is_read(output, letters):
    assert read_choice(output, ORGANS, "mcq") == set(letters)
