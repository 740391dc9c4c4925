"""A panel over the played server and the tiny model: nothing lost, nothing invented, nothing asked
twice."""

import numpy as np
import pandas as pd
import pytest

from medinj_utils.core.files import read_json
from medinj_utils.core.tree import Tree
from medinj_utils.evaluation.judge.asking import VERDICTS, calls_file
from medinj_utils.evaluation.judge.calls import KeptCalls
from medinj_utils.evaluation.judge.injections import PLAIN
from medinj_utils.evaluation.judge.long import long_verdicts
from medinj_utils.evaluation.judge.pairs import both_orders
from medinj_utils.evaluation.judge.panel import (
    ABOUT,
    ask_panel,
    how_replies_are_read,
    load_panel,
    one_call,
    planned_costs,
    used,
    what_to_judge,
)
from medinj_utils.evaluation.judge.votes import one_each
from medinj_utils.models.replies import Reply

PRICES = {"input": 10.0, "output": 100.0, "currency": "EUR"}
NO_TRIPLETS = pd.DataFrame(columns=["run", "item", "instruction", "context", "reference",
                                    "candidate"])


@pytest.fixture
def asked(played):
    """A function that makes an entry of the parameter ``judges`` behind the played server."""
    def make(name, prompt="essential", repeats=1, **more) -> dict:
        return {"name": name, "server": played.url, "model": name, "revision": "1",
                "prompt": prompt, "repeats": repeats, "temperature": 0.5,
                "max_tokens": 50} | more
    return make


@pytest.fixture
def answers(table):
    """Of the base and of a tuned run to the same four questions, whose references differ."""
    base, tuned = table("faux", "juste", "refuse", "", run="BASE"), table("gauche", "faux", "plein",
                                                                          None)
    both = pd.concat([base.assign(system="BASE"), tuned.assign(system="NAT")], ignore_index=True)
    return both.assign(reference="référence " + both["item"])


@pytest.fixture
def tree(tmp_path):
    return Tree(tmp_path / "out", "34_judge_open_answers")


def test_every_judge_is_asked_what_suits_its_prompt(asked, answers, table, tree, played):
    panel = load_panel([asked("one", prices=PRICES), asked("two", "pairwise")])
    triplets = table("juste", run="generator").assign(item="set/0")
    to_judge = what_to_judge(answers, triplets)
    planned = planned_costs(tree, panel, to_judge)
    assert planned[["judge", "about"]].values.tolist() == [["one", about] for about in ABOUT] + [
        ["two", "pairs"]
    ]
    assert planned["most_cost"].notna().tolist() == [True] * 3 + [False] and not played.asked
    verdicts = ask_panel(tree, panel, to_judge)
    assert list(verdicts) == ["judge", "about", "most", *VERDICTS]
    assert len(played.asked) >= planned["calls"].sum()
    own = verdicts[(verdicts["judge"] == "one") & (verdicts["about"] == "answers")]
    np.testing.assert_array_equal(own["value"], [0, 1, np.nan, 0, 1, 0, np.nan, np.nan])
    assert own["reason"].iloc[6].startswith("failed call: ") and "429" in own["reason"].iloc[6]
    assert tree.verdicts("one", "triplets").exists() and not tree.verdicts("two").exists()
    costs = used(tree, verdicts).set_index(["judge", "about"])
    assert costs.loc[("one", "answers"), "failed_calls"] == 1
    assert costs.loc[("one", "answers"), "cost"] > 0
    assert np.isnan(costs.loc[("two", "pairs"), "cost"])


def test_minutes_are_told_by_what_this_judges_kept_calls_took(asked, answers, tree):
    panel = load_panel([asked("one", repeats=2, prices=PRICES, at_once=3)])
    to_judge = {"answers": answers.head(3), "edits": answers.tail(5)}
    # no call of this judge is kept
    assert planned_costs(tree, panel, to_judge)["minutes"].isna().all()
    path = calls_file(tree.verdicts("one", "injections"))
    with KeptCalls(path).adding() as add:
        for key, reply in (("a", Reply("x", seconds=30)), ("b", Reply("y", seconds=90)),
                           ("c", Reply(None, failure="gone", seconds=900))):
            add(key, reply)
    planned = planned_costs(tree, panel, to_judge).set_index("about")
    # a minute each, three at a time
    np.testing.assert_allclose(planned["minutes"], planned["calls"] / 3)
    assert planned.loc["edits", "calls"] > 0 and planned.loc["edits", "most_cost"] > 0
    other = planned_costs(tree, load_panel([asked("two")]), to_judge)
    assert other["minutes"].isna().all()


def test_a_second_run_asks_nothing_again_but_what_failed(asked, answers, tree, played):
    panel, to_judge = load_panel([asked("one", repeats=2)]), what_to_judge(answers, NO_TRIPLETS)
    first = ask_panel(tree, panel, to_judge)
    before = len(played.asked)
    # twice the one that got 429
    assert planned_costs(tree, panel, to_judge)["calls"].tolist() == [2, 0]
    pd.testing.assert_frame_equal(ask_panel(tree, panel, to_judge), first)
    assert all("plein" in request["messages"][-1]["content"] for request in played.asked[before:])


def test_without_judges_or_answers_all_is_empty_and_has_its_columns(asked, answers, tree, played):
    for panel, table in ((load_panel([]), answers),
                         (load_panel([asked("one"), asked("two", "pairwise")]), answers.head(0))):
        to_judge = what_to_judge(table, NO_TRIPLETS)
        verdicts = ask_panel(tree, panel, to_judge)
        assert verdicts.empty
        assert list(verdicts)[:3] == ["judge", "about", "most"]
        assert planned_costs(tree, panel, to_judge).empty
        assert used(tree, verdicts).empty
        assert one_call(panel, to_judge, verdicts) == "No judge gave a reply."
        given, orders = one_each(verdicts), both_orders(verdicts, to_judge["pairs"])
        assert given.empty and orders.empty and long_verdicts(given, orders, verdicts).empty
    assert not played.asked


def test_a_server_that_is_gone_ends_the_run_with_what_was_judged_kept(asked, table, tree):
    from medinj_utils.models.client import ServerError
    panel = load_panel([asked("one")])
    panel["one"].judge.chats._client._client.max_retries = 0
    panel["one"].judge.chats.at_once = 1
    answers = table("juste", *["panne"] * 30).assign(system="NAT")
    with pytest.raises(ServerError, match="20 calls in a row failed"):
        ask_panel(tree, panel, what_to_judge(answers, NO_TRIPLETS))
    assert not tree.verdicts("one").exists() and list(tree.verdicts("one").parent.iterdir())


def test_one_call_shows_the_prompt_of_the_reply_that_it_shows(asked, answers, tree):
    panel, to_judge = load_panel([asked("one")]), what_to_judge(answers, NO_TRIPLETS)
    shown = one_call(panel, to_judge, ask_panel(tree, panel, to_judge))
    prompt, reply = shown.split("———")[0], shown.split("———")[2]
    assert "| faux" in prompt
    assert "référence q0" in prompt
    assert reply.strip() == "L'essentiel est couvert.\nScore: 0"
    assert shown.endswith("\n0.0")


def test_a_local_judge_is_loaded_once_for_all_its_prompts(table, tree):
    tiny = {"name": "tiny", "base_model": "planted", "precision": "float32", "prompt": "essential",
            "repeats": 1, "temperature": 0.0, "max_tokens": 4}
    panel = load_panel([tiny, tiny | {"name": "tiny-graded", "prompt": "graded"}])
    first, second = (member.judge.chats for member in panel.values())
    assert first._engine.model is second._engine.model and first.name.startswith("planted@")
    verdicts = ask_panel(tree, panel, {"answers": table("juste", ""), "injections": NO_TRIPLETS,
                                       "triplets": NO_TRIPLETS, "pairs": NO_TRIPLETS})
    assert verdicts["most"].tolist() == [1, 1, 4, 4]
    assert verdicts["value"].isna().tolist() == [True, False] * 2
    assert (
        read_json(tree.verdicts("tiny").with_suffix(".card.json"))["step"]
        == "34_judge_open_answers"
    )


def test_verdicts_become_one_each_and_long_scores(asked, answers, tree):
    panel = load_panel([asked("one", repeats=2), asked("two"), asked("three", "graded"),
                        asked("four", "pairwise")])
    to_judge = what_to_judge(answers, NO_TRIPLETS)
    verdicts = ask_panel(tree, panel, to_judge)
    given = one_each(verdicts)
    own = given[given["about"] == "answers"]
    assert own.groupby("judge", sort=False).size().to_dict() == {"one": 8, "two": 8, "three": 8,
                                                                 "majority": 8}
    assert set(own[own["judge"] == "three"]["most"]) == {4}
    assert not given.duplicated(["judge", "run", "item", "metric"]).any()
    assert (given["run"] == PLAIN).sum() == 4 * 4
    long = long_verdicts(given, both_orders(verdicts, to_judge["pairs"]), verdicts)
    assert set(long["metric"]) == {"judge_essential", "judge_graded", "judge_pairwise"}
    assert set(long["run"]) == {"BASE", "NAT-s42"}
    assert not long.duplicated(["run", "item", "metric", "rater"]).any()
    assert set(long["rater"]) >= {"one@1", "majority"}


def test_replies_are_read_as_the_page_says():
    read = how_replies_are_read()
    assert set(read["prompt"]) == {"essential", "essential_json", "graded", "pairwise"}
    assert read["read as"].tolist() == [
        "1",
        "0",
        *["unreadable"] * 3,
        "0",
        "unreadable",
        "0",
        "unreadable",
        "1",
        "unreadable",
        "3",
        "unreadable",
        "1",
        "unreadable",
    ]
