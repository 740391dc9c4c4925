from medinj_utils.models.answers import Asking
from medinj_utils.models.engine import Engine
from medinj_utils.models.validation import Validation


def test_validation_counts_exact_answers(records, loaded):
    validation = Validation(records, 30)
    assert validation.sets == ["validation_exact_match", "general_exact_match"]
    figures = validation(*loaded)
    assert figures["general_exact_match"] > 0.9 > 0.6 > figures["validation_exact_match"] >= 0
    assert validation(*loaded) == figures  # the questions are drawn once


def test_a_set_without_questions_is_left_out(records, loaded):
    validation = Validation(records.assign(general=False), 30)
    assert validation.sets == ["validation_exact_match"]
    assert set(validation(*loaded)) == {"validation_exact_match"}


def test_the_share_is_that_of_the_right_letters(records, loaded):
    general = records[records["general"] & (records["split"] == "test")]
    wrong = general.assign(
        answer_letters=[
            ["B"] if list(letters) == ["A"] else ["A"] for letters in general["answer_letters"]
        ]
    )
    right = Validation(general, 20)(*loaded)["general_exact_match"]
    assert Validation(wrong, 20)(*loaded)["general_exact_match"] <= 1 - right


def test_the_system_turn_stands_before_every_question(records):
    assert Validation(records, 3, "Réponds.").asking.system == "Réponds."


def test_answers_are_the_same_without_a_cache(records, loaded):
    asked = (
        records[(records["split"] == "test") & (records["task"] != "oeq")]
        .drop_duplicates("id")
        .head(40)
        .to_dict("records")
    )
    raw = []
    for holds_cache in (True, False):
        engine = Engine(*loaded, Asking(), holds_cache)
        answers = engine.answer([engine.prompt(item) for item in asked], asked, ["constrained"])[
            "constrained"
        ]
        raw.append([answer.raw for answer in answers])
    assert raw[0] == raw[1] and any("," in answer for answer in raw[0])
