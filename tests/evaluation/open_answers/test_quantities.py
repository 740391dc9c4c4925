import math

import pytest

from medinj_utils.evaluation.open_answers.quantities import number_agreement, quantities

SAME = [
    ("500 mg", "0,5 g"), ("500 mg", "0.5 g"), ("500mg", "500 mg"), ("500 MG", "500 milligrammes"),
    ("1 000 mg", "1 g"), ("1\u202f000 mg", "1000 mg"),
    ("250 µg", "250 μg"), ("250 µg", "0,25 mg"), ("250 mcg", "250 microgrammes"),
    ("1 g/L", "100 mg/dl"), ("5 mmol/l", "5 mmol / L"),
    ("15 mg/kg/j", "15 mg par kg par jour"), ("3 fois par jour", "3/j"),
    ("3 fois par jour", "trois fois par jour"), ("3 x/j", "3x/jour"),
    ("deux comprimés", "2 cp"), ("une semaine", "7 jours"), ("24 h", "un jour"),
    ("vingt-quatre heures", "1 j"), ("12 mois", "un an"),
    ("quatre-vingt-dix jours", "90 j"), ("soixante et onze ans", "71 ans"),
    ("vingt et un jours", "trois semaines"), ("soixante-douze heures", "3 jours"),
    ("1h30", "90 min"), ("10 à 15 mg", "10 mg et 15 mg"), ("10-15 mg", "entre 10 et 15 mg"),
    ("120/80 mmHg", "12/8 cmHg"), ("5, 10 ou 15 mg", "5 mg 10 mg 15 mg"),
    ("5 × 10⁹/L", "5 x 10^9 /l"), ("38,5 °C", "38.5°C"), ("25 kg/m²", "25 kg/m2"),
    ("20 %", "20 pour cent"), ("60 bpm", "60/min"), ("2 mUI/L", "0,002 UI/L"),
    ("1 MUI", "1 000 000 UI"), ("-2,5", "−2.5"), ("1. Repos\n2. 5 mg", "5 mg"),
    ("5 000/mm3", "5000 /mm³"), ("150 000/mm3", "150 000/µl"),
    ("3,5 x 10^3", "3500"), ("45 G/L", "45 000/mm³"), ("4,5 T/L", "4,5 x 10^12/l"),
    ("10⁻³ mol/L", "1 mmol/l"),
    ("10^9/L", "1 G/L"), ("4 g/24h", "4 g par jour"), ("3 g par 24 heures", "3 g/j"),
    ("15 mg.kg⁻¹.j⁻¹", "15 mg/kg/j"), ("60 mL.min-1", "60 ml/min"), ("quatre-vingts ans", "80 ans"),
    ("dix-sept jours", "17 j"), ("cent pour cent", "100 %"),
]
OTHER = [
    ("5 mg", "50 mg"), ("5 mg", "5 g"), ("5 mg", "5 µg"), ("0,5 mg", "5 mg"), ("5 mg", "5"),
    ("10 jours", "10 semaines"), ("2 mUI/L", "2 MUI/L"),
    ("5 mg/kg", "5 mg"), ("3 fois par jour", "3 fois par semaine"), ("-2", "2"),
    ("5 mg", "cinq cents mg"), ("10^9", "109"), ("20 %", "20"), ("1 g/l", "1 mg/l"),
    ("5 mmol/l", "5 mol/l"), ("un an", "un mois"), ("10-15 mg", "10-25 mg"), ("45 G/L", "45 g/l"),
    ("10^-3 mol/l", "10^-6 mol/l"),
]
NONE = ["", "T4 libre", "vitamine B12", "CD4", "HbA1c", "COVID-19", "IL-6", "H1N1", "le 1er signe",
        "le 2e signe", "la 3ème côte", "un nouveau-né", "une fièvre",
        "un appareil neuf", "1) Repos\n2) Antalgiques", "肝臓", "aucun"]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_quantity_in_two_writings(one, other):
    assert quantities(one) == quantities(other) != set()


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_another_dose_is_another(one, other):
    assert quantities(one) != quantities(other) and quantities(one)
    assert number_agreement(other, one)["numbers_recall"] < 1


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_quantity(text):
    assert quantities(text) == set()


def test_what_is_found_in_a_sentence():
    text = ("Amoxicilline 50 mg/kg/j en 2 à 3 prises pendant 7 jours, sans dépasser 3 g par jour "
            "(hépatite B12, IL-6).")
    assert quantities(text) == {f"{0.05 / 1000 / 86400:.9g} g/g/s", "2 prise", "3 prise",
                                "604800 s", f"{3 / 86400:.9g} g/s"}


def test_shares_of_the_reference_and_of_the_answer():
    found = number_agreement("10 mg pendant 5 jours, puis 20 mg", "10 mg pendant 7 jours")
    assert found == {"numbers_recall": 1 / 2, "numbers_precision": 1 / 3}
    assert number_agreement("", "10 mg")["numbers_recall"] == 0
    nothing = number_agreement("du repos", "le repos")
    assert math.isnan(nothing["numbers_recall"]) and math.isnan(nothing["numbers_precision"])


def test_long_and_odd_answers_are_read_in_time():
    assert quantities("5 mg, " * 20_000) == {"0.005 g"}
    assert quantities("1 000 " * 20_000)
    assert len(quantities("9" * 5000)) == 1
