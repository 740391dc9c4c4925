"""Answers whose verdicts are weighed, mixed or left out are refused, and those beside them are
read."""

import pytest

from medinj_utils.evaluation.reading import caution, read_choice
from medinj_utils.evaluation.reading.rules import ORGANS, compile_spelt

from .helpers import examples, is_shown, read


@pytest.mark.parametrize("example", examples(caution.CAUTIONS))
def test_example(example):
    assert read(example) == example.read


@pytest.mark.parametrize("rule", caution.CAUTIONS, ids=lambda rule: rule.name)
def test_each_rule_is_shown_by_an_example(rule, monkeypatch):
    kept = [compile_spelt(other.pattern, caution._NAMES)
            for other in caution.CAUTIONS if other is not rule]
    monkeypatch.setattr(caution, "_PATTERNS", kept)
    assert is_shown(rule)


@pytest.mark.parametrize("output", [
    "A ⚠️ B ✅ C ❌ D ❌", "A ❓ B ✅", "A 🤔 B ✅", "A 🟡 B 🟢 C 🔴 D 🔴", "A – B ✅ C ❌ D ❌",
    "A : ?  B : ✅ C : ❌ D : ❌",
    "A ~, B ✅, C ❌, D ❌", "A : douteux, B : ✅, C : ❌", "A ❎ B ✅",
    "A (foie) 🤷 B (rein) ✅", "A ✅❌",
    "A ✅ ou ❌", "A ✅/❌ B ✅",
    "A. ⚠️ B. ✅ C. ❌", "A ½ B ✅ C ❌", "A ± B ✅", "A peut-être B ✅ C ❌",
    "A) le foie 🤷 B) le rein ✅",
    "A ✅ B ✅ C ⚠️ D ❌",
    "A ... B ✅ C ❌", "A : ⚠ | B : ✅", "A ✅? B ✅", "A (?) B (✅)", "A ⚠️\nB ✅\nC ❌\nD ❌",
    "A : 90 %, B : 10 %, C : 80 %, D : 5 %", "A (90%), B (10%)", "A : 1 point, B : 0 point",
    "A : 0,9, B : 0,1", "A - 80 %, B - 20 %",
    "A: 4/5, B: 1/5", "A (probabilité 90 %), B (10 %)", "A 60 / B 40", "A : score 3, B : score 1",
    "A : vrai/faux, B : vrai",
    "A : vrai ou faux, B : vrai", "A : oui/non, B : oui", "A : non faux, B : faux",
    "A : plutôt vrai, B : faux",
    "A : presque vrai, B : faux", "A : ni vrai ni faux, B : vrai", "A : vrai (?), B : faux", "A, …",
    "A, B, ...", "A, B, (...)",
    "A, puis tout jusqu'à D", "A et le reste", "A, B et les suivantes", "A > C > B",
    "A, à défaut C", "A, faute de mieux C", "A, à la rigueur C", "A, en second choix C",
    "((think)) A", "((think)) A ((/think))", "%%think%% A", "╔think╗ A",
    "A, C. Je me suis trompé pour C.",
    "A, C, D (douteuse)", "A, C, D (à confirmer)", "A, C, D (pas très sûr)",
    "A, C, D (réserve sur D)", "A, C, D (j'hésite)", "A, C, D (limite)",
    "A, C, D (à vérifier avec le cours)", "A, C [à vérifier]", "A, C, D* (* sous réserve)",
    "A, C, D, sans certitude", "A, C (± D)", "A, C (+/- D)",
    "A, C, plus ou moins D", "A, C ; D selon contexte", "A et C, avec réserve pour D",
    "A, C. J'hésite pour D.", "A, C et D (D douteux)",
    "A : oui, B : oui mais, C : non", "A : vrai ? C : vrai", "A : vrai sauf exception, C : vrai",
    "A ✓✓ B ✓ C ✗", "A, (B), C", "A C (D)",
    "A : forte probabilité, B : faible probabilité", "A (probable), C (possible)"])
def test_refused(output):
    assert read_choice(output, ORGANS, "mcq") is None


@pytest.mark.parametrize("output, letters", [
    ("A ✅ B ❌ C ✅ D ❌", "AC"), ("A 👍 B 👎 C 👍 D 👎", "AC"), ("✅ A, ❌ B, ✅ C, ❌ D", "AC"),
    ("A et C ✅ ; B et D ❌", "AC"),
    ("A, C ✅ B, D ❌", "AC"), ("A (le foie) ✅, B (le rein) ❌", "A"),
    ("A. Vitamine D ✅\nB. Vitamine C ❌", "A"), ("A ✅ (filtre) C ✅", "AC"),
    ("A, C (90 %)", "AC"), ("B : 90 %", "B"), ("B...", "B"), ("((think)) A ((/think)) B", "B"),
    ("%%think%% A %%/think%% B", "B"), ("Réponse : A\u0336, C", "C"), ("A : vrai, C : vrai", "AC"),
    ("A, C, D (la proposition B est un piège).", "ACD"), ("A, C — à revoir dans le cours.", "AC"),
    ("A, C (B est discutable)", "AC"),
    ("A, C, D sans hésitation", "ACD"), ("A, C sans aucun doute", "AC"),
    ("A, C (sans doute possible)", "AC"), ("A, C, sans réserve", "AC"),
    ("Réponse : A, C. Le dosage est à vérifier.", "AC"), ("A, C. La valeur limite est 5.", "AC"),
    ("(A), (C)", "AC"),
    ("A ✅✅ B ❌❌ C ✅✅", "AC"), ("A, C. B est improbable, D est incertain.", "AC"),
    ("B, mais je ne suis pas sûr", "B")])
def test_read(output, letters):
    assert read_choice(output, ORGANS, "mcq") == set(letters)


def test_numbers_may_be_the_options_own():
    options = {"A": "5 %", "B": "10 %", "C": "15 %"}
    assert read_choice("A : 5 %, C : 15 %", options, "mcq") == {"A", "C"}
