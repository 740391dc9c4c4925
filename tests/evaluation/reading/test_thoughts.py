"""Thoughts are cut out of an answer, whatever marks stand around them."""

import pytest

from medinj_utils.evaluation.reading import read_choice
from medinj_utils.evaluation.reading.rules import ORGANS

BRACKETS = [
    ("‹｜begin▁of▁thought｜>", "‹｜end▁of▁thought｜>"), ("⟪pensée⟫", "⟪/pensée⟫"),
    ("〖think〗", "〖/think〗"),
    ("⦃think⦄", "⦃/think⦄"), ("⌈think⌋", "⌈/think⌋"), ("‹think›", "‹/think›"),
    ("❮think❯", "❮/think❯"), ("『think』", "『/think』"),
    ("<｜think｜>", "<｜/think｜>"), ("[THINK]", "[/THINK]")]
FENCES = [
    ("┌think┐", "└/think┘"), ("@@think@@", "@@/think@@"), ("::thinking::", "::/thinking::"),
    ("|think|", "|/think|"),
    ("--think--", "--/think--"), ("##begin_thought##", "##end_thought##"),
    ("((think))", "((/think))"), ("~think~", "~/think~")]
STRESSED = [("«pensée»", "«/pensée»"), ("**think**", "**/think**"),
            ("==raisonnement==", "==/raisonnement=="), ("&&plan&&", "&&/plan&&")]


@pytest.mark.parametrize("opens, closes", [*BRACKETS, *FENCES, *STRESSED])
def test_a_thought_that_is_closed_is_no_answer(opens, closes):
    assert read_choice(f"{opens}La réponse est A.{closes}B", ORGANS, "mcqu") == {"B"}
    assert read_choice(f"{opens}\nLa réponse est A.\n{closes}\n\nB", ORGANS, "mcqu") == {"B"}


@pytest.mark.parametrize("opens", [
    opens for opens, _ in (*BRACKETS, *FENCES)] + ["%pensée%", "(think)"])
def test_a_thought_that_is_cut_off_is_no_answer(opens):
    assert read_choice(f"{opens}La réponse est A.", ORGANS, "mcqu") is None


@pytest.mark.parametrize("output", [
    "== Raisonnement ==\nIl filtre.\n== Réponse ==\nB",
    "Le mot « réflexion » est ambigu. Réponse : B", "## Réflexion\nIl filtre\n## Réponse\nB",
    "**Raisonnement** : il filtre\n**Réponse** : B",
    "| Raison | Réponse |\n|---|---|\n| il filtre | B |", "-- Analyse -- il filtre. Réponse : B",
    "[Réflexion interne : la réponse est A mais je vérifie] Réponse : B"])
def test_headings_and_quotations_are_no_thoughts(output):
    assert read_choice(output, ORGANS, "mcqu") == {"B"}
