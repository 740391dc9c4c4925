import pandas as pd
import pytest

from medinj_utils.core.names import Run
from medinj_utils.core.prompts import LETTERS, messages
from medinj_utils.data import read_source
from medinj_utils.evaluation.probes import (
    ORIGINAL,
    WORDINGS,
    count_variants,
    refers_to_options,
    variants,
    ways_to_ask,
)
from medinj_utils.evaluation.scoring import score_answers


@pytest.fixture(scope="module")
def items(records):
    return records[(records["split"] == "test") & (records["task"] != "oeq")].drop_duplicates("id")


def test_in_another_order_the_right_letters_move_with_their_options(items):
    result = variants(items, 3)
    before = items.set_index("id")
    for number in (1, 2, 3):
        after = result[f"order {number}"].set_index("id")
        for name, row in after.iterrows():
            old = before.loc[name]
            assert sorted(row["options"]) == sorted(old["options"])
            right, was = (
                {record["options"][LETTERS.index(letter)] for letter in record["answer_letters"]}
                for record in (row, old)
            )
            assert right == was
    orders = [before["options"],
              *(result[f"order {number}"].set_index("id")["options"] for number in (1, 2, 3))]
    for name in before.index:
        assert len({tuple(order[name]) for order in orders}) == 4  # all differ


def test_orders_follow_the_question_and_not_its_place(items):
    one, turned = variants(items, 1)["order 1"], variants(items.iloc[::-1], 1)["order 1"]
    assert (
        one.set_index("id")["options"]
        .map(list)
        .sort_index()
        .equals(turned.set_index("id")["options"].map(list).sort_index())
    )


def test_without_other_orders_nothing_is_asked_and_with_them_it_is_known_which_are_reordered(items):
    assert ways_to_ask(items, 0) == {} and count_variants({}).empty
    asked = ways_to_ask(items, 2)
    reordered = {name: set(table["reordered"]) for name, table in asked.items() if len(table)}
    assert reordered["order 1"] == reordered["order 2"] == {True}
    assert reordered[ORIGINAL] == reordered["numbers"] == {False}
    assert count_variants(asked).index.name == "variant"
    assert count_variants(asked)["questions"].to_dict() == {
        name: len(table) for name, table in asked.items()
    }


@pytest.mark.parametrize("option, refers", [
    ("Toutes les réponses ci-dessus", True), ("A et C", True), ("B, C et D", True),
    ("Les propositions A et B", True),
    ("Aucune des réponses précédentes.", True), ("Aucune de ces réponses n'est exacte", False),
    ("Toux", False),
    ("Méningocoque A et C", False), ("Toutes les femmes sont conductrices", False),
    ("Le stade qui précède", False)])
def test_options_that_speak_of_others_by_letter_or_place(option, refers):
    assert refers_to_options(["foie", option]) == refers


def test_questions_whose_options_speak_of_each_other_keep_their_order(items):
    few = items.head(3).copy()
    few.iat[0, few.columns.get_loc("options")] = ["foie", "rein", "A et B", "coeur"]
    (
        few.iat[1, few.columns.get_loc("options")],
        few.iat[1, few.columns.get_loc("answer_letters")],
    ) = ["oui", "non"], ["A"]
    result = variants(few, 2)
    assert result["order 1"]["id"].tolist() == few["id"].tolist()[1:]
    assert len(result["no question"]) == 3
    # two options have one other order
    assert result["order 2"]["id"].tolist() == few["id"].tolist()[2:]


def test_without_the_question_the_options_stand_alone_and_other_words_keep_the_question(items):
    result, row = variants(items, 0), items.iloc[0]
    assert set(result) == {"no question", "numbers", "all or none", *WORDINGS}
    blind = messages(result["no question"].iloc[0].to_dict(), with_answer=False)[0]["content"]
    assert blind.startswith("(A) ") and row["instruction"] not in blind
    for name in WORDINGS:
        text = messages(result[name].iloc[0].to_dict(), with_answer=False)[0]["content"]
        assert row["instruction"] in text and all(option in text for option in row["options"])
        assert text != messages(row.to_dict(), with_answer=False)[0]["content"]
        assert result[name]["answer_letters"].tolist() == items["answer_letters"].tolist()


def test_options_by_number_are_asked_answered_and_read_by_number(items):
    result = variants(items, 0)["numbers"]
    row = result[result["task"] == "mcq"].iloc[0].to_dict()
    text = messages(row, with_answer=False)[0]["content"]
    assert "(A)" not in text
    assert all(f"({i}) {option}" in text for i, option in enumerate(row["options"], 1))
    right = [str(1 + LETTERS.index(letter)) for letter in row["answer_letters"]]
    said = [", ".join(right), f"Les réponses exactes sont : {' et '.join(right)}.", "11",
            ", ".join(row["answer_letters"])]
    answers = pd.DataFrame({"id": row["id"], "mode": "greedy", "raw": said, "note": ""})
    scores = score_answers(answers, result, Run("NAT"))
    assert scores["exact_match"].tolist() == [1, 1, 0, 1]
    assert scores["format_compliant"].tolist() == [True, False, False, False]
    assert not scores["read"][2]
    assert messages(row)[-1]["content"] == ", ".join(right)


@pytest.mark.parametrize("raw, letter", [
    ("2) 4 mg", "B"), ("4 mg", "B"), ("La réponse est : (3)", "C"), ("n° 1", "A"),
                                         ("Diabète de type 1", "D"), ("Réponse 4.", "D"),
    ("7", None)])
def test_digits_within_the_options_are_no_numbers_of_options(items, raw, letter):
    few = items[items["task"] == "mcqu"].head(1).copy()
    few.iat[0, few.columns.get_loc("options")] = ["2 mg", "4 mg", "3 mg", "Diabète de type 1"]
    few.iat[0, few.columns.get_loc("answer_letters")] = ["B"]
    result = variants(few, 0)["numbers"]
    answers = pd.DataFrame([{"id": few["id"].iloc[0], "mode": "greedy", "raw": raw, "note": ""}])
    assert score_answers(answers, result, Run("NAT"))["letters"].tolist() == [letter]
    few.iat[0, few.columns.get_loc("options")] = ["2", "4 mg", "3 mg", "rien"]
    assert variants(few, 0)["numbers"].empty  # "2" would be the second option or the first one


@pytest.mark.parametrize("option, other", [
    ("Aucune de ces réponses n'est exacte", "Toutes les autres propositions sont fausses"),
    ("Toutes les réponses ci-dessus conviennent.", "Aucune des autres propositions n'est fausse"),
    ("Toutes les propositions sont justes", "Aucune des autres propositions n'est fausse"),
    ("Aucune réponse n'est exacte", "Toutes les autres propositions sont fausses"),
    ("Aucune des propositions ci-dessus n’est vraie",
     "Toutes les autres propositions sont fausses"),
    ("Toutes les capsules peuvent être ouvertes", None), ("Aucun anticorps naturel régulier", None),
    ("Toutes les réponses immunitaires sont exactes", None)])
def test_an_option_on_all_others_is_said_by_its_opposite(items, option, other):
    few = items.head(2).copy()
    few.iat[1, few.columns.get_loc("options")] = ["foie", "rein", option]
    result = variants(few, 0)["all or none"]
    assert [list(options) for options in result["options"]] == (
        [["foie", "rein", other]] if other else []
    )
    assert result["id"].tolist() == few["id"].tolist()[1:] * bool(other)


@pytest.mark.parametrize("options", [
    # each speaks of the other
    ["foie", "Toutes les réponses sont exactes", "Aucune de ces réponses n'est exacte"],
    ["foie", "Toutes les réponses ci-dessus sont exactes", "rein"]])
def test_an_option_on_some_of_the_others_keeps_its_words(items, options):
    few = items.head(1).copy()
    few.iat[0, few.columns.get_loc("options")] = options
    assert variants(few, 0)["all or none"].empty


def test_real_questions_that_refer_to_their_options_are_few(shared_data):
    records, _ = read_source("frenchmedmcqa", shared_data / "frenchmedmcqa/raw")
    assert len(variants(records, 0)["all or none"]) > 100
    named = records[[refers_to_options(list(options)) for options in records["options"]]]
    assert 0 < len(named) < 0.01 * len(records)
    assert (
        pd.Series([" ".join(options) for options in named["options"]])
        .str.contains("ci-dessus|précédentes")
        .any()
    )
