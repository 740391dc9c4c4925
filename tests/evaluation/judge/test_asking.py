"""A judge is asked over a server that does what servers may do: nothing is lost, and nothing
invented."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from medinj_utils.core.files import read_json
from medinj_utils.evaluation.judge import Judge, JudgePrompt, Prices, estimate_cost
from medinj_utils.evaluation.judge.asking import VERDICTS, calls_file
from medinj_utils.evaluation.judge.verdict import VERDICT_SCHEMA
from medinj_utils.models.client import ServerError
from medinj_utils.models.loading import Base, model_id
from medinj_utils.models.replies import LocalChats, Sampling

WHOLE = "L'essentiel est couvert.\nScore: {}"


def card_of(tmp_path, name="a") -> dict:
    return read_json(tmp_path / f"{name}.card.json")


def test_verdicts_are_a_long_table(table, judge, ask, tmp_path):
    verdicts = ask(table("juste", "faux", "refuse"), judge())
    assert list(verdicts) == VERDICTS and verdicts["value"].dtype == float
    assert verdicts["value"].tolist()[:2] == [1, 0] and np.isnan(verdicts["value"][2])
    assert verdicts["raw"].tolist() == [WHOLE.format(1), WHOLE.format(0),
                                        "Je ne peux pas évaluer de réponse médicale."]
    assert verdicts["reason"].tolist() == ["", "", "no verdict declared"]
    for name, value in {
        "run": "NAT-s42",
        "metric": "judge_essential",
        "rater": "j@2026-01",
        "repeat": 0,
    }.items():
        assert (verdicts[name] == value).all()
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "a.parquet"), verdicts)


@pytest.mark.parametrize("word", [
    "divague", "dixième", "demi", "refuse", "rien", "muet", "deux", "pense"])
def test_what_declares_no_verdict_is_unreadable_and_never_0(word, table, judge, ask):
    [verdict] = ask(table(word), judge()).to_dict("records")
    assert np.isnan(verdict["value"])
    assert verdict["reason"] == "no verdict declared"
    assert isinstance(verdict["raw"], str)


@pytest.mark.parametrize("word, ended", [("coupe", "length"), ("filtre", "content_filter")])
def test_a_text_that_was_cut_may_have_gone_on_to_10_of_10(word, ended, table, judge, ask):
    [verdict] = ask(table(word), judge()).to_dict("records")
    assert np.isnan(verdict["value"])
    assert verdict["reason"] == f"cut short: {ended}"
    assert verdict["raw"] == "Score: 1"


@pytest.mark.parametrize("word, attempts", [
    ("occupé", 3), ("malade", 3), ("lent", 2), ("hoquet", 2), ("renoué", 2)])
def test_what_passes_is_tried_again(word, attempts, table, judge, ask, played, impatient, tmp_path):
    impatient(word)
    [verdict] = ask(table(word), judge()).to_dict("records")
    assert (verdict["value"], verdict["reason"], len(played.asked)) == (1, "", attempts)
    assert card_of(tmp_path)["failed_calls"] == 0


@pytest.mark.parametrize("word, attempts, reason", [
    ("plein", 3, "status 429"), ("panne", 3, "status 500"), ("muré", 3, "no reply"),
    ("suspendu", 3, "no reply"), ("rompu", 3, "no reply"),
    ("brisé", 1, "doesn't follow the chat protocol"),
    ("page", 1, "doesn't follow the chat protocol"),
    ("liste", 1, "doesn't follow the chat protocol"),
    ("excuse", 1, "the server says: Score: 1"), ("trop", 1, "maximum context length"),
    ("moitié", 1, "the server says: \ufffd"), ("demi-long", 1, "too long \ufffd")])
def test_a_call_that_fails_is_recorded_with_its_reason_and_is_no_verdict(word, attempts, reason,
                                                                         table, judge, ask, played,
                                                                         impatient, tmp_path):
    impatient(word)
    first, failed, last = ask(table("juste", word, "faux"), judge()).to_dict("records")
    assert np.isnan(failed["value"]) and pd.isna(failed["raw"])
    assert failed["reason"].startswith("failed call: ") and reason in failed["reason"]
    assert (first["value"], last["value"]) == (1, 0) and len(played.asked) == attempts + 2
    card = card_of(tmp_path)
    assert (card["calls"], card["failed_calls"], card["verdicts"]) == (3, 1, {"1": 1, "0": 1,
                                                                              "unreadable": 1})
    assert card["reasons"] == {"judged": 2, "failed call": 1}


def test_failed_calls_are_made_again_and_others_are_not(table, judge, ask, played):
    answers = table("juste", "occupé", "faux")
    once = judge()
    once.chats._client._client.max_retries = 0
    assert ask(answers, once)["value"].isna().tolist() == [False, True, False]
    assert ask(answers, once)["value"].isna().tolist() == [False, True, False]
    assert ask(answers, once)["value"].tolist() == [1, 1, 0]
    assert sorted(played.candidates().values()) == [1, 1, 3]


@pytest.mark.parametrize("word, message", [
    ("fermé", "set OPENAI_API_KEY"), ("inconnu", "status 404")])
def test_what_fails_for_all_ends_the_run_and_what_was_judged_is_kept(word, message, table, judge,
                                                                     ask, played, tmp_path):
    with pytest.raises(ServerError, match=message):
        ask(table("juste", word, "faux", "faux"), judge(at_once=1))
    assert not (tmp_path / "a.parquet").exists() and 1 <= len(played.asked) <= 4
    assert calls_file(tmp_path / "a.parquet").read_text().count("Score: 1") == 1


def test_a_server_that_is_gone_is_not_asked_about_everything(table, judge, ask, played):
    gone = judge(at_once=1)
    gone.chats._client._client.max_retries = 0
    with pytest.raises(ServerError,
                       match="20 calls in a row failed, the last of them: .*status 500"):
        ask(table("juste", *["panne"] * 60), gone)
    assert 21 <= len(played.asked) < 25
    long = table(*["trop"] * 30)  # this is no sign that the server is gone
    assert ask(long, gone, "b")["reason"].str.contains("maximum context").all()


def test_an_empty_candidate_is_0_by_rule_and_a_missing_one_is_not_judged(table, judge, ask, played,
                                                                         tmp_path):
    answers = table("", " \n\t", None, float("nan"), "juste")
    verdicts = ask(answers, judge(repeats=2, temperature=0.7))
    assert verdicts["value"].tolist()[:4] == [0] * 4 and verdicts["value"].tolist()[8:] == [1, 1]
    assert verdicts["value"][4:8].isna().all()
    assert (
        verdicts["reason"].tolist()
        == ["empty candidate: 0 by rule"] * 4 + ["no candidate"] * 4 + [""] * 2
    )
    assert verdicts["raw"].notna().tolist() == [False] * 8 + [True] * 2 and len(played.asked) == 2
    assert card_of(tmp_path)["reasons"] == {"empty candidate": 4, "no candidate": 4, "judged": 2}
    blank = ask(table("juste", reference=" "), judge(), "b")
    assert blank["reason"].tolist() == ["no reference"]
    assert blank["value"].isna().all()
    assert len(played.asked) == 2


def test_a_table_without_calls_is_one(table, judge, ask, tmp_path):
    none = ask(table("juste").head(0), judge())
    assert none.empty
    assert list(none) == VERDICTS
    assert card_of(tmp_path)["verdicts"] == {"1": 0, "0": 0, "unreadable": 0}
    assert ask(table(""), judge(repeats=3), "b")["value"].tolist() == [0, 0, 0]
    [own] = card_of(tmp_path, "b")["self_consistency"]
    assert (own["answers"], own["agree"]) == (0, None)


@pytest.mark.parametrize("change, message", [
    ({"candidate": 7}, "item 'q0': candidate is 7; need a text"),
    ({"instruction": None}, "item 'q0': instruction is None"),
    ({"context": float("nan")}, "item 'q0': context is nan"),
    ({"instruction": " "}, "item 'q0': the question is blank"),
    ({"reference": ["x"]}, r"item 'q0': reference is \['x'\]")])
def test_a_bad_answer_is_named(change, message, table, judge, ask, played):
    answers = table("juste").astype(object)
    for name, value in change.items():
        answers.at[0, name] = value
    with pytest.raises(ValueError, match=f"run 'NAT-s42', {message}"):
        ask(answers, judge())
    assert not played.asked


def test_a_prompt_without_reference_judges_answers_that_have_none(table, judge, ask, played):
    verdicts = ask(table("juste", "", reference=" "), judge(prompt="reference_free"))
    assert verdicts["value"].tolist() == [1, 0]
    assert set(verdicts["metric"]) == {"judge_reference_free"}
    assert len(played.asked) == 1


def test_grades_are_counted_by_grade(table, judge, ask, tmp_path):
    verdicts = ask(table("trois", "juste", "dixième"), judge(prompt="graded"))
    np.testing.assert_array_equal(verdicts["value"], [3, 1, np.nan])
    assert card_of(tmp_path)["verdicts"] == {"4": 0, "3": 1, "2": 0, "1": 1, "0": 0,
                                             "unreadable": 1}


def test_pairs_are_judged_whole_or_not_at_all(table, judge, ask, played, tmp_path):
    pairs = table("gauche", "gauche", "", "gauche").assign(second=["droite", "gauche", "droite",
                                                                   None])
    verdicts = ask(pairs, judge(prompt="pairwise"))
    np.testing.assert_array_equal(verdicts["value"], [1, 0.5, np.nan, np.nan])
    assert (
        verdicts["reason"].tolist() == ["", ""] + ["no pair: a candidate is missing or blank"] * 2
    )
    assert len(played.asked) == 2
    assert card_of(tmp_path)["verdicts"] == {"1": 1, "0.5": 1, "0": 0, "unreadable": 2}
    with pytest.raises(ValueError, match="the answers have no column second"):
        ask(table("gauche"), judge(prompt="pairwise"))


def test_a_server_is_given_the_schema_and_one_that_refuses_it_is_asked_without(table, judge, ask,
                                                                               played, tmp_path):
    assert ask(table("objet"), judge(prompt="essential_json"))["value"].tolist() == [1]
    [request] = played.asked
    assert request["response_format"]["json_schema"]["schema"] == VERDICT_SCHEMA
    assert ask(table("libre"), judge(prompt="essential_json"), "b")["value"].tolist() == [1]
    assert "response_format" not in played.asked[-1]
    assert card_of(tmp_path, "b")["left_out"] == ["response_format"]


def test_bad_tables_and_judges_are_told(table, judge, ask):
    with pytest.raises(ValueError, match="no column run, reference"):
        ask(table("juste").drop(columns=["run", "reference"]), judge())
    with pytest.raises(ValueError, match="run 'NAT-s42' answers item 'q0' twice"):
        ask(pd.concat([table("juste"), table("faux")]), judge())
    with pytest.raises(ValueError, match="repeats is 0"):
        judge(repeats=0)


def test_repeats_have_seeds_of_their_own_and_are_kept_apart(table, judge, ask, played, tmp_path):
    verdicts = ask(table("juste", "coupe"),
                   judge(repeats=3, temperature=0.5, seed=10, max_tokens=99))
    assert verdicts["repeat"].tolist() == [0, 1, 2] * 2
    assert sorted(played.candidates()) == [
        (word, seed) for word in ("coupe", "juste") for seed in (10, 11, 12)
    ]
    assert {(request["temperature"], request["max_tokens"]) for request in played.asked} == {
        (0.5, 99)
    }
    [own] = card_of(tmp_path)["self_consistency"]
    assert (own["rater"], own["answers"], own["agree"]) == ("j@2026-01", 2, 0.5)


def test_the_same_answer_of_two_runs_is_one_call(table, judge, ask, played, tmp_path):
    both = pd.concat([table("juste", "faux"), table("juste", "juste", run="SYN-s42")])
    assert ask(both, judge())["value"].tolist() == [1, 0, 1, 1]
    assert len(played.asked) == 3
    assert card_of(tmp_path)["calls"] == 3  # q0 twice the same, q1 in two wordings


@pytest.mark.parametrize("other", [
    {"model": "k"}, {"prompt": "essential_json"}, {"temperature": 0.1}, {"seed": 1},
    {"max_tokens": 64}])
def test_what_verdicts_depend_on_is_in_their_key(other, table, judge, ask, played):
    ask(table("juste"), judge())
    ask(table("juste"), judge(at_once=2))
    assert len(played.asked) == 1
    ask(table("juste"), judge(**other))
    assert len(played.asked) == 2


@pytest.mark.parametrize("change", [
    {"candidate": "juste."}, {"reference": "Repos."}, {"instruction": "Quoi ?"},
    {"context": "Fièvre."}])
def test_another_question_reference_or_candidate_is_another_call(change, table, judge, ask, played):
    ask(table("juste"), judge())
    ask(table("juste").assign(item="renamed", run="other"), judge())
    assert len(played.asked) == 1
    ask(table("juste").assign(**change), judge())
    assert len(played.asked) == 2


def test_further_answers_cost_their_own_calls_alone(table, judge, ask, played):
    ask(table("juste", "faux"), judge())
    assert ask(table("juste", "faux", "demi"), judge())["value"].notna().tolist() == [True, True,
                                                                                      False]
    assert len(played.asked) == 3


def test_the_card_says_who_judged_and_how(table, judge, ask, tmp_path):
    own = judge()
    ask(table("juste", "faux", "gratuit"), own, prices=Prices(input=2.5, output=10, currency="EUR"))
    card = card_of(tmp_path)
    parameters = card["parameters"]
    assert parameters["judge"] == {"model": "j", "revision": "2026-01"}
    assert parameters["repeats"] == 1
    assert parameters["prompt_sha256"] == JudgePrompt.named().sha256
    assert parameters["sampling"] == {"temperature": 0, "max_tokens": 512, "seed": 0,
                                      "template_settings": {}}
    assert parameters["server"] == own.chats.settings["server"]
    assert card["answered_as"] == {"j-2026": 3} and card["left_out"] == []
    assert (card["input_tokens"], card["output_tokens"], card["calls_without_usage"]) == (
        200,
        14,
        1,
    )
    assert card["cost"] == pytest.approx((200 * 2.5 + 14 * 10) / 1e6) and card["currency"] == "EUR"
    assert card["call_seconds"] > 0 and "CANDIDAT" in card["first_prompt"]
    ask(table("juste"), own, "b")
    assert "cost" not in card_of(tmp_path, "b")


def test_what_a_stopped_run_cost_is_counted(table, judge, ask, tmp_path):
    ask(table("juste"), judge())
    ask(table("juste", "faux"), judge())
    assert card_of(tmp_path)["input_tokens"] == 200


def test_cost_is_told_before_for_what_is_left(table, judge, ask, played, tmp_path):
    answers, path = table("juste", "faux", ""), tmp_path / "a.parquet"
    own, prices = judge(repeats=2, max_tokens=100), Prices(input=1, output=2, currency="EUR")
    before = estimate_cost(answers, own, path, prices)
    assert not played.asked and (before["calls"], before["output_tokens"]) == (4, 400)
    [chat, _, _, _] = [
        call.chat
        for call in (
            own.call(own.prompt.messages(*row), repeat)[1]
            for row in (
                ("Quel traitement, question 0 ?", "Amoxicilline, 1 g.", "juste"),
                ("Quel traitement, question 1 ?", "Amoxicilline, 1 g.", "faux"),
            )
            for repeat in (0, 1)
        )
    ]
    assert before["input_tokens"] == pytest.approx(4 * len(chat[0]["content"]) / 3, rel=0.01)
    assert before["cost"] == pytest.approx((before["input_tokens"] + 2 * 400) / 1e6)
    assert before["currency"] == "EUR"
    ask(answers.head(1), own)
    assert estimate_cost(answers, own, path)["calls"] == 2
    assert "cost" not in estimate_cost(answers, own, path)
    ask(answers, own)
    assert estimate_cost(answers, own, path) == {"calls": 0, "input_tokens": 0, "output_tokens": 0}


@pytest.mark.parametrize("at_once", [1, 4])
def test_as_many_calls_are_under_way_as_may_be_and_no_more(at_once, table, judge, ask, played):
    played.meeting = threading.Barrier(at_once)  # a call is answered once so many wait
    verdicts = ask(table(*(f"juste {i}" for i in range(12))), judge(at_once=at_once))
    assert (verdicts["value"] == 1).all() and played.most == at_once and len(played.asked) == 12


KILLED = """import sys
import pandas as pd
from medinj_utils.core.cards import Origin
from medinj_utils.evaluation.judge import Judge, JudgePrompt, judge_answers
from medinj_utils.models.replies import Sampling, ServerChats

url, answers, path = sys.argv[1:]
judge = Judge(ServerChats(url, "j", "2026-01", Sampling(0.5), 3), JudgePrompt.named(), 2)
judge_answers(pd.read_parquet(answers), judge, path, Origin("34_judge"))
"""


def test_a_killed_run_goes_on_and_ends_with_the_same_table(table, judge, ask, played, tmp_path):
    answers = table(*(f"{word} {i}" for i in range(5) for word in ("juste", "faux", "demi")), "")
    own = judge(repeats=2, temperature=0.5)
    whole = ask(answers, own, "whole")
    answers.to_parquet(tmp_path / "answers.parquet")
    played.asked.clear()
    played.hold_after = 12
    process = subprocess.Popen([sys.executable, "-c", KILLED, played.url,
                                str(tmp_path / "answers.parquet"), str(tmp_path / "cut.parquet")])
    kept, deadline = calls_file(tmp_path / "cut.parquet"), time.time() + 120
    while (
        not (kept.exists() and kept.read_bytes().count(b"\n") == 12)
        and time.time() < deadline
        and process.poll() is None
    ):
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert kept.read_bytes().count(b"\n") == 12 and not (tmp_path / "cut.parquet").exists()
    done = [json.loads(line)["key"] for line in kept.read_text().splitlines()]
    kept.write_bytes(kept.read_bytes() + b'{"key": "half a li')
    played.released.set()
    before = len(played.asked)
    pd.testing.assert_frame_equal(ask(answers, own, "cut"), whole)
    assert len(played.asked) == before + 30 - 12  # what was judged is not asked again
    lines = [json.loads(line)["key"] for line in kept.read_text().splitlines()]
    assert lines[:12] == done and len(set(lines)) == len(lines) == 30
    assert (tmp_path / "cut.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()


def test_an_interrupt_sends_no_more_calls(table, judge, ask, played, tmp_path, monkeypatch):
    answers = table(*(f"juste {i}" for i in range(40)))
    with monkeypatch.context() as patch:
        patch.setattr("medinj_utils.evaluation.judge.calls.asdict", interrupted(5))
        with pytest.raises(KeyboardInterrupt):
            ask(answers, judge(at_once=2))
    assert len(played.asked) < 12 and not (tmp_path / "a.parquet").exists()
    assert (ask(answers, judge())["value"] == 1).all()


def interrupted(after: int):
    from dataclasses import asdict
    done = []

    def stops(reply):
        if len(done) == after:
            raise KeyboardInterrupt
        done.append(reply)
        return asdict(reply)
    return stops


def test_what_the_judge_says_is_kept_whatever_signs_it_holds(table, judge, ask, tmp_path):
    [verdict] = ask(table("signe"), judge()).to_dict("records")
    assert verdict["raw"] == "\ufffdessentiel est couvert.\nScore: 1" and verdict["value"] == 1
    assert pd.read_parquet(tmp_path / "a.parquet")["raw"].item() == verdict["raw"]


def test_odd_words_of_a_server_harm_no_file(table, judge, ask, tmp_path):
    [verdict] = ask(table("étrange"), judge()).to_dict("records")
    assert np.isnan(verdict["value"]) and verdict["reason"] == "cut short: content_filter \ufffd"
    card = card_of(tmp_path)
    assert card["answered_as"] == {"\ufffd": 1}
    assert (card["input_tokens"], card["calls_without_usage"]) == (0, 1)


def test_the_pause_that_a_busy_server_asks_for_is_kept(table, judge, ask, monkeypatch):
    paused, sleep = [], time.sleep
    monkeypatch.setattr("openai._base_client.time.sleep",
                        lambda pause: (paused.append(pause), sleep(pause)))
    ask(table("occupé"), judge())
    assert paused.count(0.0123) == 2


def test_what_a_server_refuses_is_left_out_and_said_also_after_a_stop(table, judge, ask, tmp_path):
    assert ask(table("sobre"), judge())["value"].tolist() == [1]
    assert card_of(tmp_path)["left_out"] == ["seed"]
    ask(table("sobre"), judge())
    assert card_of(tmp_path)["left_out"] == ["seed"]


def test_the_pages_example_runs(table, played, tmp_path, monkeypatch):
    page = (Path(__file__).parents[3] / "book" / "open_answers.md").read_text(encoding="utf-8")
    [code] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    names = {"answers": table("juste", "faux")}
    exec(code.replace("http://127.0.0.1:8000/v1", played.url), names)
    assert names["verdicts"]["value"].tolist() == [1, 1, 1, 0, 0, 0]
    assert card_of(tmp_path, "verdicts")["cost"] > 0
    assert names["majority"](names["verdicts"], "repeats")["value"].tolist() == [1, 0]


def test_a_local_model_judges_too_and_repeats_only_where_they_may_differ(table, ask, loaded,
                                                                         tmp_path):
    identity = model_id(Base("planted"), None, "float32")
    cold, warm = (LocalChats(*loaded, identity, Sampling(heat, 8)) for heat in (0, 20))
    answers = table("juste", "faux", "")
    verdicts = ask(answers, Judge(cold, JudgePrompt.named()))
    assert verdicts["raw"].notna().tolist() == [True, True, False] and verdicts["value"][2] == 0
    assert verdicts["rater"].unique().tolist() == [f"planted@{identity['base_sha256'][:12]}"]
    card = card_of(tmp_path)
    assert card["parameters"]["backend"] == "transformers" and card["input_tokens"] > 200
    assert (
        estimate_cost(answers, Judge(cold, JudgePrompt.named()), tmp_path / "b.parquet")[
            "input_tokens"
        ]
        == card["input_tokens"]
    )
    with pytest.raises(ValueError, match="set a temperature above 0"):
        Judge(cold, JudgePrompt.named(), 2)
    drawn = ask(answers, Judge(warm, JudgePrompt.named(), 3), "c")
    assert drawn.groupby("item")["raw"].nunique().tolist() == [3, 3, 0]
    pd.testing.assert_frame_equal(
        ask(answers.iloc[::-1], Judge(warm, JudgePrompt.named(), 3), "d").sort_values(
            ["item", "repeat"], ignore_index=True
        ),
        drawn,
    )
