"""How open questions were asked and why the answers ended: counted by system."""

import pandas as pd

from medinj_utils.core.cards import card_file
from medinj_utils.core.files import write_json
from medinj_utils.core.names import BASE, Run
from medinj_utils.core.tree import Tree
from medinj_utils.evaluation.open_answers import (
    OPEN_ANSWERS,
    asked_in_words,
    shown_ends,
    why_ended,
)

NONE = pd.DataFrame(columns=OPEN_ANSWERS)
ANSWERS = pd.DataFrame({"run": ["NAT-s1"] * 5 + ["BASE"], "system": ["NAT"] * 5 + ["BASE"],
                        "item": [*"abcde", "a"],
                        "candidate": ["Le foie, oui.", " ", "Le", None, "Un mot", "x"],
                        "ended": ["stop", "stop", "length", "", "odd word", "STOP"]})


def test_answers_are_counted_by_why_they_ended_and_blank_ones_apart():
    table = why_ended(ANSWERS)
    assert table.index.tolist() == ["BASE", "NAT"] and table.loc["BASE", "share_blank"] == 0
    assert table.loc["NAT"].to_dict() == {"answers": 5, "not_asked": 1, "stopped": 2, "cut_off": 1,
                                          "end_unknown": 1, "blank": 1,
                                          "share_cut_off": 0.25, "share_blank": 0.25, "words": 1.5}
    assert why_ended(NONE).empty


def test_ends_are_shown_with_their_shares_and_without_what_never_happened():
    shown = shown_ends(why_ended(ANSWERS))
    assert shown.loc["NAT"].to_dict() == {
        "answers": "5", "not asked": "1", "stopped": "2", "cut off": "1 (25.0\u00a0%)",
        "end unknown": "1", "blank": "1 (25.0\u00a0%)", "words": "1.5"}
    assert shown.loc["BASE", "blank"] == "0"
    assert list(shown_ends(why_ended(ANSWERS.tail(1)))) == ["answers", "stopped", "cut off",
                                                            "blank", "words"]
    assert shown_ends(why_ended(NONE)).empty


def test_limits_and_stops_are_those_of_the_card(tmp_path):
    tree = Tree(tmp_path)
    path = card_file(tree.open_answers(Run(BASE)))
    write_json({"parameters": {"max_new_tokens": 12, "stops": ["\n", "Q :"]},
                "first_prompt": "Qui ?"}, path)
    words = asked_in_words(tree, ANSWERS[ANSWERS["run"] == "BASE"])
    assert words == (
        "1 open question was put to 1 run. An answer ends at the first of '\\n' and 'Q :', and "
        "after 12 tokens "
        "at the latest.\nThe first prompt, as the model got it:\n\nQui ?"
    )
    write_json({"parameters": {"max_new_tokens": 12}, "first_prompt": "Qui ?"}, path)
    assert "own end of text alone" in asked_in_words(tree, ANSWERS.tail(1))
    assert asked_in_words(tree, NONE).startswith("No open question was asked")
