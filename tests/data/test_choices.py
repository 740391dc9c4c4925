"""Options inside questions, and right answers as sets write them."""

from contextlib import nullcontext

import pytest

from medinj_utils.data.choices import letters_of_texts, part_options, right_letters
from medinj_utils.data.records import complete
from medinj_utils.data.rules import BadRow

OPTIONS = ["le foie", "le rein", "la rate", "le cœur"]


@pytest.mark.parametrize("text", [
    "Quel organe ?\n(A) le foie\n(B) le rein\n(C) la rate\n(D) le cœur",
    "Quel organe ?\nA) le foie\nB) le rein\nC) la rate\nD) le cœur",
    "Quel organe ?\nA. le foie\nB. le rein\nC. la rate\nD. le cœur",
    "Quel organe ?\nA: le foie\nB: le rein\nC: la rate\nD: le cœur",
    "Quel organe ?\n - (A) le foie\n - (B) le rein\n - (C) la rate\n - (D) le cœur",
    "Quel organe ? (A) le foie (B) le rein (C) la rate (D) le cœur",
    "Quel organe ? A) le foie B) le rein C) la rate D) le cœur",
    "Quel organe ? A. le foie B. le rein C. la rate D. le cœur",
    "Quel organe ?\n(A) le foie ; (B) le rein ; (C) la rate ; (D) le cœur",
    "Quel organe ?\nA/ le foie\nB/ le rein\nC/ la rate\nD/ le cœur",
    "Quel organe ?\nA - le foie\nB - le rein\nC - la rate\nD - le cœur"])
def test_options_inside_the_question_are_parted(text):
    assert part_options(text) == ("Quel organe ?", OPTIONS)


@pytest.mark.parametrize("text", [
    "Quel organe ?", "Quel organe ? (A) le foie", "Quel organe ?\n(A) foie\n(C) rate",
    "Quel organe ?\n(B) foie\n(C) rate",
    "La vitamine A. Et la vitamine D. Que font-elles ?", "Quel organe ?\n(A) foie\n(A) rein",
    "Lequel ? (A) un (B) deux A) trois B) quatre"])
def test_what_can_not_be_parted_in_one_way_is_refused(text):
    with pytest.raises(BadRow) as result:
        part_options(text)
    assert result.value.field == "instruction"


def test_letters_in_the_question_are_no_options():
    text = "La vitamine A. Le patient prend quoi ?\n(A) vitamine B.\n(B) vitamine C."
    assert part_options(text) == ("La vitamine A. Le patient prend quoi ?",
                                  ["vitamine B.", "vitamine C."])


@pytest.mark.parametrize("answer, letters", [
    ("B", "B"), ("b", "B"), (" B ", "B"), ("(B)", "B"), ("B.", "B"), ("B)", "B"), ("A;C", "AC"),
    ("C;A", "AC"), ("A, C", "AC"),
    ("A,C", "AC"), ("A et C", "AC"), ("A C", "AC"), ("AC", "AC"), ("A / C", "AC"), ("A + C", "AC"),
    ("A|C", "AC"), ("A\nC", "AC"),
    ('["A", "C"]', "AC"), ("['A', 'C']", "AC"), (["A", "C"], "AC"), (["le rein"], "B"),
    (["a", "la rate"], "AC"),
    ("le rein", "B"), ("Le Rein.", "B"), ("la rate ; le foie", "AC"), ("le foie\nla rate", "AC"),
    ("B. le rein", "B"),
    ("B) le rein", "B"), ("(B) le rein", "B"), ("b : le rein", "B"), ("le coeur", None),
    ("ABCD", "ABCD"), ("AAC", None),
    ("BA", "AB"), ("F", None), ("A;F", None), ("", None), ("bad", None), ("le", None), (None, None),
    (3, None), ([], None),
    ([1], None), ("B. la rate", None), ("A ou B", None), ("aucune", None), ('["A"', None),
    ("a", "A"), ("ac", None)])
def test_right_answers_as_sets_write_them(answer, letters):
    if letters is None:
        with pytest.raises(BadRow) as result:
            right_letters(answer, OPTIONS)
        assert result.value.field == "answer"
    else:
        assert right_letters(answer, OPTIONS) == list(letters)


@pytest.mark.parametrize("after, kept", [
    ("\nRéponse :", "Réponse :"), ("\n\nRépondez par la lettre.", "Répondez par la lettre."),
    ("\nsuite de l'option", "")])
def test_what_follows_the_options_is_none_of_the_last(after, kept):
    question, options = part_options(f"Quel organe ?\n(A) le foie\n(B) le rein{after}")
    assert question == "\n".join(filter(None, ["Quel organe ?", kept]))
    assert options == ["le foie", "le rein" + ("" if kept else " suite de l'option")]


def test_options_that_differ_by_a_full_stop_alone_are_told_apart():
    assert right_letters("5", ["3", "5", "5."]) == ["B"]
    assert right_letters("5.", ["3", "5", "5."]) == ["C"]


@pytest.mark.parametrize("options, answer, letters", [
    (["AA", "Aa", "aa"], "Aa", "B"), (["AA", "Aa", "aa"], "aa.", "C"), (["CO", "Co"], "CO", "A"),
    (["CO", "Co"], "B. Co", "B"), (["2n", "2N"], "2N", "B"),
    (["10⁻³ M", "10⁻³ m"], "10⁻³ m", "B"), (["Foie", "rein"], "FOIE", "A"),
    (["AA", "Aa", "aa"], "AA ; aa", "AC"), (["5", "5."], "5", "A"),
    (["5", "5."], "5.", "B"), (["CO", "Co"], "co", "")])
def test_options_that_differ_by_case_alone_are_told_apart(options, answer, letters):
    for read in [right_letters] if "." in answer and answer not in options else [right_letters,
                                                                                 letters_of_texts]:
        with nullcontext() if letters else pytest.raises(BadRow):
            assert read(answer, options) == list(letters)
    row = complete({"provenance": "native", "task": "mcq", "source": "s", "split": "train",
                    "instruction": "?", "options": options, "answer_letters": ["A"]})
    assert row["options"] == options
