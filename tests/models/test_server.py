"""Models behind a server: a real one with the shipped tiny model, and one that plays what servers
may do."""

import json
import math
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from medinj_utils.core import prompts
from medinj_utils.core.names import BASE, Run
from medinj_utils.models.answers import Asking, allowed_answers, was_cut
from medinj_utils.models.client import ServerError
from medinj_utils.models.loading import Base, answering_models
from medinj_utils.models.server import Server

MODEL = str(Base("planted").folder)


@pytest.fixture(scope="module")
def items(records):
    test = records[(records["split"] == "test") & (records["task"] != "oeq")]
    return test.drop_duplicates("id").sample(40, random_state=0)


def test_a_real_server_gives_the_same_texts_as_the_model_here(transformers_serve, items, ask):
    found = {}
    for address in ("", transformers_serve):
        models = answering_models({Run(BASE): None}, Base(MODEL), "float32", Asking(16, "Réponds."),
                                  address)
        _, backend, identity = next(models)
        found[address] = ask(backend, items.head(16), ["greedy"])
    assert found[""]["raw"].notna().all()
    assert len(found[""]) == 16
    assert found[""]["raw"].nunique() > 1
    assert found[transformers_serve]["raw"].tolist() == found[""]["raw"].tolist()
    assert (backend.settings["backend"], backend.settings["server"]) == (
        "server",
        transformers_serve,
    )
    assert identity == {"server": transformers_serve, "model": MODEL, "adapter_sha256": ""}
    assert "[system]\nRéponds." in backend.show(backend.prompt(items.iloc[0].to_dict()))


def test_a_real_server_ends_a_text_where_the_model_here_does(transformers_serve, items):
    rows, found = items[items["task"] == "mcq"].head(4).to_dict("records"), {}
    for address in ("", transformers_serve):
        models = answering_models({Run(BASE): None}, Base(MODEL), "float32", Asking(16), address)
        backend = next(models)[1].put(Asking(16, stops=(",",)))
        answers = backend.answer([backend.prompt(row) for row in rows], rows, ["greedy"])["greedy"]
        found[address] = [(answer.raw, answer.ended) for answer in answers]
    assert found[""] == found[transformers_serve] and {ended for _, ended in found[""]} == {"stop"}
    assert not any("," in raw for raw, _ in found[""])


@pytest.mark.parametrize("mode, message", [("constrained", "leave 'constrained' out of modes"),
                                           ("likelihood", "leave 'likelihood' out of modes")])
def test_what_a_server_does_not_offer_is_told(transformers_serve, items, ask, mode, message):
    with pytest.raises(ServerError, match=message):
        ask(Server(transformers_serve, MODEL, Asking()), items, [mode])


GARBAGE = {"page": b"<html>Bienvenue</html>", "broken": b'{"choices": [', "list": b"[]",
           "none": b'{"choices": null}',
           "empty": b'{"choices": []}', "wordless": b'{"choices": [{"message": null}]}',
           "error": b'{"error": {"message": "x"}}'}
#: Words of a server that replies with status 200 and an error, by what it replies.
EXCUSES = {"excuse": (b'{"error": {"message": "no such adapter", "code": 404}}', "no such adapter"),
           "plain excuse": (b'{"error": "out of memory"}', "out of memory"),
           "excuse beside nothing": (b'{"choices": [], "error": {"message": "busy"}}', "busy"),
           "odd excuse": (b'{"error": {"code": 7}}', "7"),
           "excuse beside null": (b'{"choices": null, "error": {"detail": "no"}}', "no")}


THOUGHT = "La réponse est A, ou bien B ?"
#: Contents of messages, by the name of the model.
CONTENTS = {
    "parts": [{"type": "thinking", "thinking": [{"type": "text", "text": THOUGHT}]},
              {"type": "text", "text": "C"}],
    "reasons": [{"type": "reasoning", "text": THOUGHT}, {"type": "output_text", "text": "C"}],
    "texts": [{"type": "text", "text": "A, "}, "C"],
    "pictures": [{"type": "image_url", "image_url": {}}],
    "withheld": [{"type": "redacted_thinking", "data": "x"}, {"type": "text", "text": "C"}],
    "sums up": [{"type": "reasoning", "summary": [{"type": "summary_text", "text": THOUGHT}]},
                {"type": "text", "text": "C"}],
    "sums up nothing": [{"type": "reasoning", "summary": [], "encrypted_content": "x"},
                        {"type": "text", "reasoning": None, "text": "C"}],
    "spaced": " B\n",
    "nests": [{"type": "reasoning", "content": [{"type": "reasoning_text", "text": THOUGHT}]},
              {"type": "output_text", "text": "C"}],
    "refuses": [{"type": "refusal", "refusal": "Non."}],
    "talks on": "Le foie.\nQuestion : et le rein ?",
    "unstoppable": "Le foie.\nQuestion : et le rein ?",
    "nothing": None, "no parts": [], "half a sign": "C \ud83d"}
#: What a server refuses, by the name of the model: parameters, and its words for it.
REFUSED = {
    "newer": (
        ["max_tokens"],
        "Unsupported parameter: '{}' is not supported with this model. Use 'max_completion_tokens' "
        "instead.",
    ),
    "unstoppable": (["stop"], "Unsupported field: {}"),
    "unseeded": (["seed"], "Extra inputs are not permitted: {}"),
    "narrow": (["seed", "max_tokens", "temperature"], "unknown field {}"),
    "warm": (["temperature"], "`{}` must be strictly positive"),
    "listing": (["seed"], "unknown field {}, expected one of max_tokens, temperature"),
    "strange": (["logprobs", "extra"], "unknown field {}, expected one of max_tokens, temperature"),
    "stubborn": (["max_tokens", "max_completion_tokens"], "unsupported parameter {}"),
    "large": (["max_tokens"], "{} is too large"),
    "plain": (["chat_template_kwargs"], "unknown field {}"),
}
ENDED = {"limited": "length", "filtered": "content_filter", "silent about it": None, "loud": "STOP",
         "lists": ["stop"], "coded": 1,
         "blank": " ", "own words": "fini"}


class Played(BaseHTTPRequestHandler):
    """Answers by the name of the model that is asked for."""

    seen: ClassVar[list] = []

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Played.seen.append((asked, self.headers["Authorization"]))
        status, message, logprobs = 200, {"role": "assistant", "content": "B"}, None
        if (
            asked["model"] == "busy"
            and sum(before["messages"] == asked["messages"] for before, _ in Played.seen) < 3
        ):
            status = 429
        elif asked["model"] in ("full", "strict"):
            status = {"full": 429, "strict": 422}[asked["model"]]
        elif asked["model"] == "locked":
            status = 401
        elif asked["model"] == "short" and len(asked["messages"][-1]["content"]) > 500:
            status = 400
        elif asked["model"] == "thinking":
            message = {"role": "assistant", "content": "C",
                       "reasoning_content": "La réponse est A, ou bien B ?"}
        elif asked["model"] == "held":
            message["content"] = asked["structured_outputs"]["choice"][-1]
        elif asked["model"] in CONTENTS:
            message["content"] = CONTENTS[asked["model"]]
        refused, words = REFUSED.get(asked["model"], ((), ""))
        refused = [name for name in refused if name in asked]
        status = 422 if refused else status
        if asked.get("logprobs"):
            shares = {"mute": {"Le": 0.9, "La": 0.1}, "vague": {"A": 0.2, "C": 0.6, "Le": 0.1},
                      "silent": {},
                      "thinks first": {"<think>": 0.99, "A": 0.004, "C": 0.002},
                      "null": {"A": None, "C": None},
                      "half null": {"A": 0.2, "C": 0.6, "B": None, "Le": 0.0001}}.get(
                asked["model"], {"A": 0.2, "C": 0.6, " C": 0.01, "Le": 0.1, "La": 0.0001})
            if asked["model"] == "odd":
                shares = {"A": 1.0, "C": 1.0}
            logprobs = {
                "content": [
                    {
                        "token": "C",
                        "logprob": 0,
                        "bytes": None,
                        "top_logprobs": [
                            {"token": token, "logprob": p and math.log(p), "bytes": None}
                            for token, p in shares.items()
                        ],
                    }
                ]
            }
            if asked["model"] == "mapping":
                logprobs["content"][0]["top_logprobs"] = {"A": math.log(0.8), "C": -20,
                                                          "NaN": math.nan}
        reply = {"id": "1", "object": "chat.completion", "created": 0, "model": asked["model"],
                 "choices": [
            {"index": 0, "finish_reason": ENDED.get(asked["model"], "stop"), "message": message,
             "logprobs": logprobs}]} if status == 200 else {
            "error": {"message": words.format(refused[0]) if refused else
                      "This model's maximum context length is exceeded" if status == 400 else
                      "no such parameter in this context"}}
        body = (
            GARBAGE.get(asked["model"])
            or EXCUSES.get(asked["model"], [None])[0]
            or json.dumps(reply).encode()
        )
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Retry-After", "0.01")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


@pytest.fixture(scope="module")
def played():
    with ThreadingHTTPServer(("127.0.0.1", 0), Played) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()


def ask_one(played, model, item, mode="greedy"):
    server = Server(played, model, Asking())
    return server.answer([server.prompt(item)], [item], [mode])[mode][0]


@pytest.fixture
def single(items):
    return items[items["task"] == "mcqu"].iloc[0].to_dict()


def test_a_busy_server_is_asked_again(played, single):
    before = len(Played.seen)
    assert ask_one(played, "busy", single).raw == "B" and len(Played.seen) == before + 3


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


@pytest.mark.parametrize("model, raw", [
    ("parts", f"<think>{THOUGHT}</think>\nC"), ("reasons", f"<think>{THOUGHT}</think>\nC"),
    ("texts", "A, C"),
    ("nothing", ""), ("no parts", ""), ("half a sign", "C \ufffd"),
    ("withheld", "C"), ("sums up", f"<think>{THOUGHT}</think>\nC"), ("sums up nothing", "C"),
    ("nests", f"<think>{THOUGHT}</think>\nC"),
    ("refuses", "Non.")])
def test_a_content_in_parts_is_its_texts_and_thoughts(played, single, model, raw):
    assert ask_one(played, model, single).raw == raw


def test_a_part_without_text_is_told(played, single):
    with pytest.raises(ServerError,
                       match=r"a part of a message without text: \['image_url', 'type'\]"):
        ask_one(played, "pictures", single)


@pytest.mark.parametrize("model, ended, cut", [
    ("any", "stop", False), ("limited", "length", True), ("filtered", "content_filter", True),
    ("silent about it", "unknown", False),
    ("loud", "STOP", False), ("lists", "unknown", False), ("coded", "unknown", False),
    ("blank", "unknown", False), ("own words", "fini", False)])
def test_why_a_text_ended_is_kept(played, single, model, ended, cut):
    answer = ask_one(played, model, single)
    assert answer.ended == ended and was_cut(answer.ended) == cut


@pytest.mark.parametrize("model, left_out, sent", [
    ("any", [], {"max_tokens", "seed", "temperature"}),
    ("newer", ["max_tokens, sent as max_completion_tokens"],
     {"max_completion_tokens", "seed", "temperature"}),
    ("unseeded", ["seed"], {"max_tokens", "temperature"}),
    ("listing", ["seed"], {"max_tokens", "temperature"}),
    ("warm", ["temperature"], {"max_tokens", "seed"}),
    ("narrow", ["max_tokens, sent as max_completion_tokens", "seed", "temperature"],
     {"max_completion_tokens"})])
def test_what_a_server_refuses_is_left_out_and_said(played, items, model, left_out, sent):
    server = Server(played, model, Asking())
    rows = items.head(6).to_dict("records")
    answers = server.answer([server.prompt(row) for row in rows], rows, ["greedy"])["greedy"]
    assert [answer.raw for answer in answers] == ["B"] * 6 and server.left_out == left_out
    server.answer([server.prompt(rows[0])], rows[:1], ["greedy"])
    asked, _ = Played.seen[-1]  # what is known to be refused is not sent again
    assert sent == asked.keys() & {"max_tokens", "max_completion_tokens", "seed", "temperature"}
    assert asked.get("max_completion_tokens", 32) == asked.get("max_tokens", 32) == 32


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


@pytest.mark.parametrize("model", ["stubborn", "large"])
def test_what_can_not_be_left_out_is_an_error(played, single, model):
    with pytest.raises(ServerError, match="status 422"):
        ask_one(played, model, single)


def test_settings_of_the_template_are_sent_and_a_refusal_says_what_to_do(played, single):
    asking = Asking(template_settings={"enable_thinking": False})
    for model in ("any", "plain"):
        server = Server(played, model, asking)
        assert server.settings["template_settings"] == {"enable_thinking": False}
        if model == "plain":
            with pytest.raises(ServerError, match="leave them out of the recipe"):
                server.answer([server.prompt(single)], [single], ["greedy"])
        else:
            server.answer([server.prompt(single)], [single], ["greedy"])
            assert Played.seen[-1][0]["chat_template_kwargs"] == {"enable_thinking": False}


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


@pytest.mark.parametrize("url, model, message", [
    (None, "locked", "set OPENAI_API_KEY"),
    ("http://127.0.0.1:9/v1", "any", "Check that the server runs")])
def test_errors_say_what_to_do(played, single, url, model, message, monkeypatch):
    monkeypatch.setattr("medinj_utils.models.client._RETRIES", 0)
    with pytest.raises(ServerError, match=message):
        ask_one(url or played, model, single)


@pytest.mark.parametrize("model", GARBAGE)
def test_a_reply_that_is_none_is_told(played, single, model):
    with pytest.raises(ServerError, match=r"doesn't follow the chat protocol.*/v1"):
        ask_one(played, model, single)


@pytest.mark.parametrize("model", EXCUSES)
def test_what_a_server_says_in_place_of_a_reply_is_told(played, single, model):
    with pytest.raises(ServerError, match=f"the server says: .*{EXCUSES[model][1]}"):
        ask_one(played, model, single)


def test_space_around_a_constrained_answer_is_no_other_answer(played, single):
    assert ask_one(played, "spaced", single, "constrained").raw == "B"


def test_a_refusal_that_only_speaks_of_a_context_is_no_long_question(played, single):
    with pytest.raises(ServerError, match="status 422"):
        ask_one(played, "strict", single)


def test_a_server_that_stays_busy_ends_the_run(played, single, monkeypatch):
    monkeypatch.setattr("medinj_utils.models.client._RETRIES", 2)
    before = len(Played.seen)
    with pytest.raises(ServerError, match="status 429"):
        ask_one(played, "full", single)
    assert len(Played.seen) == before + 3


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
