"""Models behind a server: a real one with the shipped tiny model, and one that plays what servers
may do."""

import json
import time

import pytest

from medinj_utils.core import prompts
from medinj_utils.core.names import BASE, Run
from medinj_utils.models.answers import Asking, allowed_answers
from medinj_utils.models.client import ServerError
from medinj_utils.models.loading import Base, answering_models
from medinj_utils.models.server import Server

from .played import Played

MODEL = str(Base("planted").folder)


@pytest.fixture(scope="module")
def items(records):
    test = records[(records["split"] == "test") & (records["task"] != "oeq")]
    return test.drop_duplicates("id").sample(40, random_state=0)


def test_a_real_server_gives_the_same_texts_as_the_model_here(transformers_serve, items, ask):
    result = {}
    for address in ("", transformers_serve):
        models = answering_models({Run(BASE): None}, Base(MODEL), "float32", Asking(16, "Réponds."),
                                  address)
        _, backend, identity = next(models)
        result[address] = ask(backend, items.head(16), ["greedy"])
    assert result[""]["raw"].notna().all()
    assert len(result[""]) == 16
    assert result[""]["raw"].nunique() > 1
    assert result[transformers_serve]["raw"].tolist() == result[""]["raw"].tolist()
    assert (backend.settings["backend"], backend.settings["server"]) == (
        "server",
        transformers_serve,
    )
    assert identity == {"server": transformers_serve, "model": MODEL, "adapter_sha256": ""}
    assert "[system]\nRéponds." in backend.show(backend.prompt(items.iloc[0].to_dict()))


def test_a_real_server_ends_a_text_where_the_model_here_does(transformers_serve, items):
    rows, texts = items[items["task"] == "mcq"].head(4).to_dict("records"), {}
    for address in ("", transformers_serve):
        models = answering_models({Run(BASE): None}, Base(MODEL), "float32", Asking(16), address)
        backend = next(models)[1].put(Asking(16, stops=(",",)))
        answers = backend.answer([backend.prompt(row) for row in rows], rows, ["greedy"])["greedy"]
        texts[address] = [(answer.raw, answer.ended) for answer in answers]
    assert texts[""] == texts[transformers_serve] and {ended for _, ended in texts[""]} == {"stop"}
    assert not any("," in raw for raw, _ in texts[""])


@pytest.mark.parametrize("mode, message", [("constrained", "leave 'constrained' out of modes"),
                                           ("likelihood", "leave 'likelihood' out of modes")])
def test_what_a_server_does_not_offer_is_told(transformers_serve, items, ask, mode, message):
    with pytest.raises(ServerError, match=message):
        ask(Server(transformers_serve, MODEL, Asking()), items, [mode])


def ask_one(played, model, item, mode="greedy"):
    server = Server(played, model, Asking())
    return server.answer([server.prompt(item)], [item], [mode])[mode][0]


@pytest.fixture
def single(items):
    return items[items["task"] == "mcqu"].iloc[0].to_dict()


def test_every_request_is_reproducible_and_bears_the_key_of_the_environment(played, single,
                                                                            monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "secret-of-a-test")
    ask_one(played, "any", single)
    asked, key = Played.seen[-1]
    assert (asked["temperature"], asked["seed"], asked["max_tokens"], key) == (
        0,
        0,
        32,
        "Bearer secret-of-a-test",
    )
    assert "secret-of-a-test" not in json.dumps(Server(played, "any", Asking()).settings)


def test_probabilities_are_those_of_the_letters_that_the_server_tells(played, single):
    answer = ask_one(played, "any", single, "likelihood")
    assert answer.raw == "C" and answer.probabilities == pytest.approx(
        [0.25, 0, 0.75] + [0] * (len(single["options"]) - 3))
    assert ask_one(played, "mute", single, "likelihood").raw == ""
    # B may be nearly as likely as A: that is no probability of 0
    vague = ask_one(played, "vague", single, "likelihood")
    assert vague.raw == "C" and vague.probabilities == []
    with pytest.raises(ServerError, match="leave 'likelihood' out"):
        ask_one(played, "silent", single, "likelihood")


def test_answers_are_held_to_the_allowed_ones_and_that_is_checked(played, items):
    several = items[items["task"] == "mcq"].iloc[0].to_dict()
    assert (
        ask_one(played, "held", several, "constrained").raw
        == allowed_answers("mcq", prompts.LETTERS[: len(several["options"])])[-1]
    )
    with pytest.raises(ServerError, match="ignores structured_outputs"):
        ask_one(played, "thinking", several, "constrained")


def test_what_a_model_thinks_is_kept_apart_from_its_answer(played, single):
    assert (
        ask_one(played, "thinking", single).raw == "<think>La réponse est A, ou bien B ?</think>\nC"
    )


@pytest.mark.parametrize("model, left_out", [("talks on", []), ("unstoppable", ["stop"])])
def test_a_text_that_stops_an_answer_is_sent_and_cuts_what_comes_after_it(played, single, model,
                                                                          left_out):
    server = Server(played, model, Asking()).put(Asking(7, stops=("\nQuestion",)))
    [answer] = server.answer([server.prompt(single)], [single], ["greedy"])["greedy"]
    assert (answer.raw, answer.ended, server.left_out) == ("Le foie.", "stop", left_out)
    asked, _ = Played.seen[-1]
    assert asked["max_tokens"] == 7 and asked.get("stop") == (None if left_out else ["\nQuestion"])
    assert "stop" not in Server(played, model, Asking()).settings
    assert server.settings["stops"] == ["\nQuestion"]


def test_a_list_of_accepted_parameters_blames_none_of_them(played, single):
    server = Server(played, "strange", Asking())
    with pytest.raises(ServerError, match="leave 'likelihood' out of modes"):
        server.answer([server.prompt(single)], [single], ["likelihood"])
    assert server.left_out == []


def test_letters_that_hold_almost_no_probability_are_no_answer(played, single):
    answer = ask_one(played, "thinks first", single, "likelihood")
    assert (answer.raw, answer.probabilities) == ("", [])
    assert answer.letters_mass == pytest.approx(0.006)
    assert ask_one(played, "any", single, "likelihood").letters_mass == pytest.approx(0.8)


def test_probabilities_that_are_null_are_none(played, single):
    with pytest.raises(ServerError, match="leave 'likelihood' out"):
        ask_one(played, "null", single, "likelihood")
    assert ask_one(played, "half null", single, "likelihood").raw == "C"
    odd = ask_one(played, "odd", single, "likelihood")  # two letters with a probability of 1 each
    assert (odd.raw, odd.probabilities, odd.letters_mass) == ("", [], None)
    assert ask_one(played, "mapping", single, "likelihood").raw == "A"


def test_a_question_that_is_too_long_for_the_server_is_not_answered(played, items):
    longer = items.iloc[0].to_dict() | {"context": "mot " * 200}
    answer = ask_one(played, "short", longer)
    assert answer.raw is None and "context length" in answer.note
    assert ask_one(played, "short", items.iloc[1].to_dict()).raw == "B"


def test_space_around_a_constrained_answer_is_no_other_answer(played, single):
    assert ask_one(played, "spaced", single, "constrained").raw == "B"


def test_an_interrupt_sends_no_more_questions(played, items, monkeypatch):
    server, asked = Server(played, "any", Asking(), at_once=2), []

    def one(self, prompt, item, mode):
        asked.append(item["id"])
        if len(asked) == 1:
            raise KeyboardInterrupt
        time.sleep(0.2)

    monkeypatch.setattr(Server, "_one", one)
    rows = items.to_dict("records")
    with pytest.raises(KeyboardInterrupt):
        server.answer([server.prompt(row) for row in rows], rows, ["greedy"])
    assert len(asked) < 8
