"""Claims are weighed: each way to decide, and each way to refuse."""

import pytest

from medinj_utils.evaluation.reading import read_choice, reasons
from medinj_utils.evaluation.reading.decision import Decision, decide
from medinj_utils.evaluation.reading.rules import ORGANS


@pytest.mark.parametrize("line, letters, found", [
    ("n:B", "B", reasons.ANNOUNCED),
    ("oA.\nfnsC.", "C", reasons.ANNOUNCED),  # a conclusion outweighs what was said before
    ("n:A.\nnf:C.", "C", reasons.ANNOUNCED),  # a final answer outweighs any other
    ("A:_\nB:_\nn:B", "B", reasons.ANNOUNCED),  # a review, then the answer
    ("B.Ⓑ", "B", reasons.AT_HEAD),
    ("A,C", "AC", reasons.AT_HEAD),
    ("A.z:C", "C", reasons.AT_HEAD),  # corrected
    ("Asr,Bsw", "A", reasons.CALLED_RIGHT),
    ("a_sⒷ.", "B", reasons.SAID),
])
def test_read(line, letters, found):
    assert decide(line, ORGANS) == Decision(frozenset(letters), found)


@pytest.mark.parametrize("line, problem", [
    ("n:A\nn:B", reasons.CONTRADICTION),
    ("n:A.\nfnsC.", reasons.CONTRADICTION),  # two answers in full, and neither is taken back
    ("B\nn:A", reasons.CONTRADICTION),
    ("B.AjCkr", reasons.CONTRADICTION),
    ("BhC", reasons.LEFT_OPEN),
    ("Bh", reasons.LEFT_OPEN),
    ("n:B,hC", reasons.LEFT_OPEN),
    ("B)Ⓐ", reasons.LETTER_AGAINST_TEXT),
    ("n:C.__Ⓑ,oC.", reasons.LETTER_AGAINST_TEXT),
    ("Asr,Asw", reasons.NOTHING_NAMED),
    ("Asw", reasons.NOTHING_NAMED),
    ("____", reasons.NOTHING_NAMED),
    ("", reasons.NOTHING_NAMED),
])
def test_refused(line, problem):
    assert decide(line, ORGANS).problem == problem


def letters_of(outputs: str, task: str, cut: bool = False) -> dict:
    """What is read in each line of a text, where "/" stands for the end of an answer's line."""
    lines = [line.replace("/", "\n") for line in outputs.splitlines()]
    return {line: read_choice(line, ORGANS, task, cut) for line in lines}


@pytest.mark.parametrize("outputs, letters", [
    ("""A à D, sauf C
De A à D, hormis C
A à D (sauf C)
A, B, C et D/Sauf C
Les réponses A, B, C et D, sauf C
Toutes (sauf C)
Toutes sont vraies (sauf C)
Toutes, mais pas C
Toutes. Sauf C.
A à D, à part C
A through D, other than C
A à D sauf la rate
Toutes sont correctes, sauf une (C)
A à D, en dehors de la C
Toutes sont exactes, C exceptée""", "ABD"),
    ("Les propositions A à D sont exactes sauf B", "ACD"),
    ("A, B, C (sauf B)\nA, B et C, à l'exception de B", "AC"),
    ("Toutes sauf A", "BCD"),
    ("A, C, sauf erreur\nA, C (pas B)\nRéponses : A, C. B est fausse, D est fausse.\nA, C. A est "
     "vraie. C est vraie.", "AC"),
    ("Réponses : A, C./A : vrai/B : faux/C : vrai/D : faux", "AC"),
])
def test_exceptions_are_applied(outputs, letters):
    assert set(letters_of(outputs, "mcq").values()) == {frozenset(letters)}


def test_lists_that_are_corrected_or_added_to_are_refused():
    read = letters_of("""A, B, D mais pas B
A, B, D (pas B)
A, B, D. Pas B.
A, B, D et non B
A à D, C exclue
A, B, D. B est faux.
A, C. Ah non, C est faux.
Réponses : A, C. Attention, C est inexacte.
Réponses : A, B//Explication : C est également exacte.
Réponses : A, C. D est correcte aussi.
Réponses : A, C./B est vraie également.
Réponses : A, C.//Justification :/A : vrai/B : vrai/C : vrai/D : faux
Réponse : A, C. C n'est pas exacte.
A, C. En fait, C ne convient pas.
Réponses : A et C. La proposition C est en fait incorrecte.
A, C. On élimine C.
A, C. C est à exclure.
A, C. C à éliminer.
A, C. Il manque D.
A, C. Ajoutons D.
A, C. Je remplace C par D.
A, B, D. Oublions B.
La réponse est A. En effet, la réponse B est la bonne.
Réponse : A/Explication : A est incorrecte, B est correcte.""", "mcq")
    assert {output: letters for output, letters in read.items() if letters} == {}


def test_a_corrected_letter():
    read = letters_of(
        "Réponse : A./Explication : en relisant, je change : B.\nRéponse : A/Je change pour "
        "B\nRéponse : A./En relisant : B.",
        "mcqu",
    )
    assert set(read.values()) <= {None, frozenset("B")}


def test_others_may_be_called_right_where_the_question_asks_for_what_is_wrong():
    read = letters_of("""Réponse : B/Explication : A est vraie, C est vraie, D est vraie.
La réponse est B. A est fausse, C est fausse, D est vraie.
A est vraie. Donc la réponse est B.""", "mcqu")
    assert set(read.values()) == {frozenset("B")}


@pytest.mark.parametrize("task", ["mcq", "mcqu"])
def test_what_was_cut_off_before_an_answer_or_a_change_is_refused(task):
    read = letters_of("""Réponse : B//Explication : le rein filtre. La réponse finale est
A est correcte. Explication : mais
Réponse : A//Explication : la bonne réponse est
Première hypothèse : A. En effet, le foie
Réponse : B/Explication : le rein filtre. Mais
Réponse : B/Explication : le rein filtre, donc
Réponse : B/Explication : le rein filtre. Finalement,
Réponse : B/Explication : il faut aussi
Réponse : B/Explication : le rein filtre. La bonne réponse
Réponse : B/Explication : le rein. On retient donc la
Réponse : B/Explication : le rein. Je change
Réponse : B/Explication : le rein. Sont aussi exactes
Réponse : B/Explication : le rein filtre. C'est
Réponse : B/Explication : The correct answer is
Réponse : B/Explication : ce n'est pas
D'abord : A. En effet, le foie
Réponse provisoire : A. En effet, le foie""", task, cut=True)
    assert {output: letters for output, letters in read.items() if letters} == {}
    assert read_choice(
        "Réponse : B\n\nExplication : le rein filtre le sang et", ORGANS, task, True
    ) == {"B"}
