"""Picture signs, ticks and crosses, as the steps of cleaning write them."""

import pytest

from medinj_utils.evaluation.reading import read_choice
from medinj_utils.evaluation.reading.pictures import a_line_each, only_ticked, without_pictures
from medinj_utils.evaluation.reading.rules import ORGANS


@pytest.mark.parametrize("text, plain", [
    ("👍 A\n🚫 B", "✅ A\n❌ B"), ("🅰 et 🇨", "A et C"), ("A️⃣", "A"), ("👉 B", "→ B"),
    ("A ❓", "A ?"), ("Le foie 🫀.", "Le foie  ."), ("( ) A\n(x) B", "[ ] A\n[x] B"),
    ("○ A\n● B", "☐ A\n☑ B"), ("● A\n● B", "  A\n  B"),  # filled alone, they are bullets
    ("A 🟡\nB 🟤\nC 🟡", "A  ? \nB  ? \nC  ? "), ("A 🟡\nB 🟡\nC 🟡", "A  \nB  \nC  "),
    *((text, text) for text in ("", "f(x) = 2", "© ↔ ™", "✅ A"))])
def test_a_sign_is_a_letter_a_verdict_or_nothing(text, plain):
    assert without_pictures(text) == plain


@pytest.mark.parametrize("line, lines", [
    ("A ✅ B ❌ C ✅", "A ✅\nB ❌\nC ✅"), ("✅ A, ❌ B", "✅ A\n❌ B"),
    ("[x] A [ ] B", "[x] A\n[ ] B"),
    ("A ✅ (oui), B ❌ (non)", "A ✅\nB ❌"), ("A ☑, B ☐", "A ✅\nB ❌"), ("A [ ]", "A ❌"),
    ("A ✅ le foie, B ❌ le rein", "A ✅\nB ❌"), ("Réponse : ✅ B", "Réponse : B"),
    ("A ✅, B ❌ ; réponse B", "A ✅\nB ❌\nréponse B"), ("A, C", "A, C")])
def test_each_mark_of_a_line_stands_beside_its_letter(line, lines):
    assert a_line_each(line) == lines


@pytest.mark.parametrize("output, letters", [
    ("A ❌ B ✅ C ❌ D ❌ Réponse finale : C", "C"),
    ("A ✅ B ❌. Non, en fait la réponse est B", "B"),
    ("A ❌ B ✅ C ❌ D ❌ donc réponse B", "B"), ("A ❌ B ✅ (le rein)", "B"),
    ("A ❌ B ✅ et C", ""), ("A ✅ B ❌ et D ?", "")])
def test_what_is_said_after_the_last_mark_of_a_line_may_take_the_marks_back(output, letters):
    assert (read_choice(output, ORGANS, "mcq") or set()) == set(letters)


@pytest.mark.parametrize("text, kept", [
    ("✅ A\n❌ B\nC", " A"), ("- [X] A\n- [ ] B\n- [x] C", " A\n C"), ("❌ A\nB", "❌ A\nB"),
    ("A\nB", "A\nB")])
def test_beside_ticked_lines_others_are_none(text, kept):
    assert only_ticked(text) == kept
