"""What makes two records, or two questions, the same."""

from medinj_utils.core.identity import identities, normalise

ROW = {"instruction": "Que produit le foie ?", "context": "", "options": ["Bile", "Urine"], "answer_letters": ["A"],
       "answer_text": "Bile"}


def test_case_blanks_and_composition_make_no_difference():
    assert normalise("  L\u2019e\u0301pine\u00a0 DU pied ") == normalise("l\u2019épine du pied")


def test_a_question_is_the_same_whatever_the_order_of_its_options_and_its_answer():
    record, question = identities(ROW)
    other_record, other_question = identities(ROW | {"options": ["Urine", "Bile"], "answer_letters": ["B"]})
    assert question == other_question and record != other_record
    assert identities(ROW | {"answer_letters": ["B"], "answer_text": "Urine"})[1] == question
    assert identities(ROW | {"instruction": "Que produit le rein ?"})[1] != question
