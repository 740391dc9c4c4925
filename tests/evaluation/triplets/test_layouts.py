"""The two forms of the sister paper, with invented content, and tables that lack something."""

import pytest

from medinj_utils.data.formats import SourceError
from medinj_utils.data.rules import BadRow
from medinj_utils.evaluation.triplets.layouts import TRAINING, table_of


def row(**more):
    return {"id": 1, "Question": "Que faire ?\n\nContexte : Homme, 58 ans.",
            "verite_terrain": "Rien.",
            "equivalence": "Oui", "preference": "Vérité terrain"} | more


def parsed(rows, name, noted=None, tmp_path=None):
    from pathlib import Path
    noted = [] if noted is None else noted
    table = table_of(rows, Path(name), lambda number, bad: noted.append((number, bad.field)))
    return [fields for number, one in enumerate(table.rows) for fields in table.parse(number, one)]


def test_a_comparison_of_the_sister_paper():
    [fields] = parsed([row(Qwen_other_name="Rien du tout.")], "comparison_Qwen_4B_sft.json")
    assert fields["run"] == "Qwen_4B_sft"
    assert fields["candidate"] == "Rien du tout."
    assert fields["label"] == 1
    assert (fields["instruction"], fields["context"]) == ("Que faire ?", "Homme, 58 ans.")


def test_a_comparison_with_two_columns_that_may_be_the_answers():
    with pytest.raises(SourceError, match=r"2 columns may be the generator's \(a, b\)"):
        table_of([row(a="x", b="y")], __import__("pathlib").Path("comparison_x.json"), print)


def test_training_chats_of_the_sister_paper():
    chat = [
        {"role": "system", "content": "s"},
        {
            "role": "user",
            "content": "Question : Que faire ?\n\nContexte : Homme, 58 ans., Ground truth answer : "
            "Rien, ou peu., candidate answer : Rien,\ncandidate.",
        },
        {"role": "assistant", "content": "0"},
    ]
    [fields] = parsed([chat], "training_data.json")
    assert fields == {"run": TRAINING, "label": 0, "instruction": "Que faire ?",
                      "context": "Homme, 58 ans.",
                      "reference": "Rien, ou peu.", "candidate": "Rien,\ncandidate."}
    broken = [{"role": "user", "content": "Bonjour"}, {"role": "assistant", "content": "0"}]
    with pytest.raises(BadRow, match="user"):
        parsed([chat, broken], "training_data.json")


def test_a_table_lacks_a_column():
    with pytest.raises(
        SourceError, match=r"no column for candidate among question, reference; .*candidate_answer"
    ):
        parsed([{"question": "q", "reference": "r"}], "t.csv")


def test_a_row_may_leave_out_what_triplets_need_not_have():
    bare = {"question": "q", "reference": "r", "candidate": "c"}
    first, second = parsed([bare, bare | {"label": 1, "score_x": 0.5, "context": "x"}], "t.json")
    assert first["label"] != first["label"]
    assert second["label"] == 1
    assert second["score_x"] == 0.5
    assert second["context"] == "x"
    last, lacking = [bare | {"label": 0, "context": "x"}, bare], {"question": "q", "reference": "r",
                                                                  "label": 1}
    assert [fields["context"] for fields in parsed(last, "t.json")] == ["x", ""]
    with pytest.raises(BadRow, match="candidate"):
        parsed([*last, lacking], "t.json")


def test_a_score_that_is_none_is_noted_and_the_answer_stays():
    noted = []
    rows = [
        {"question": "q", "reference": "r", "candidate": "c", "score_x": value}
        for value in ("0,5", "10/10")
    ]
    first, second = parsed(rows, "t.csv", noted)
    assert first["score_x"] == 0.5 and "score_x" not in second and noted == [(1, "score_x")]
