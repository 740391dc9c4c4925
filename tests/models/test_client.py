"""One call of a model behind a server, and all that may come in place of its reply."""

import json

import pytest

from medinj_utils.models.answers import was_cut
from medinj_utils.models.client import (
    CallError,
    ChatClient,
    ServerError,
    TooLongError,
    ended_of,
    text_of,
    whole_signs,
)

from .played import EXCUSES, GARBAGE, THOUGHT, Played

CHAT = [{"role": "user", "content": "Quel organe filtre le sang ?"}]
SENT = {"max_tokens", "max_completion_tokens", "seed", "temperature"}


def said(played, model, chat=CHAT):
    """The first choice of a model's reply."""
    return ChatClient(played, model).ask(chat).choices[0]


def test_a_busy_server_is_asked_again(played):
    before = len(Played.seen)
    chat = [{"role": "user", "content": "Une question de ce seul test ?"}]
    assert text_of(said(played, "busy", chat)) == "B" and len(Played.seen) == before + 3


def test_a_server_that_stays_busy_ends_the_call(played, monkeypatch):
    monkeypatch.setattr("medinj_utils.models.client._RETRIES", 2)
    before = len(Played.seen)
    with pytest.raises(CallError, match="model full: status 429"):
        said(played, "full")
    assert len(Played.seen) == before + 3


def test_a_call_is_reproducible_unless_another_temperature_and_seed_are_asked_for(played):
    client = ChatClient(played, "any")
    client.ask(CHAT)
    client.ask(CHAT, temperature=0.7, seed=3, extra_body={"top_k": 5})
    (first, _), (second, _) = Played.seen[-2:]
    assert (first["temperature"], first["seed"]) == (0, 0) and "chat_template_kwargs" not in first
    assert (second["temperature"], second["seed"], second["top_k"]) == (0.7, 3, 5)


@pytest.mark.parametrize("key, sent", [("secret-of-a-test", "secret-of-a-test"), ("", "none")])
def test_the_key_is_that_of_the_environment_and_no_error_shows_it(played, monkeypatch, key, sent):
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(ServerError, match="the key is refused; set OPENAI_API_KEY") as caught:
        said(played, "locked")
    assert Played.seen[-1][1] == f"Bearer {sent}"
    assert sent not in str(caught.value) and not isinstance(caught.value, CallError)


@pytest.mark.parametrize("model, raw", [
    ("parts", f"<think>{THOUGHT}</think>\nC"), ("reasons", f"<think>{THOUGHT}</think>\nC"),
    ("texts", "A, C"),
    ("nothing", ""), ("no parts", ""), ("half a sign", "C \ufffd"),
    ("withheld", "C"), ("sums up", f"<think>{THOUGHT}</think>\nC"), ("sums up nothing", "C"),
    ("nests", f"<think>{THOUGHT}</think>\nC"), ("thinking", f"<think>{THOUGHT}</think>\nC"),
    ("refuses", "Non.")])
def test_a_content_in_parts_is_its_texts_and_thoughts(played, model, raw):
    assert text_of(said(played, model)) == raw


def test_a_part_without_text_is_told(played):
    with pytest.raises(CallError,
                       match=r"a part of a message without text: \['image_url', 'type'\]"):
        said(played, "pictures")


@pytest.mark.parametrize("model, ended, cut", [
    ("any", "stop", False), ("limited", "length", True), ("filtered", "content_filter", True),
    ("silent about it", "unknown", False),
    ("loud", "STOP", False), ("lists", "unknown", False), ("coded", "unknown", False),
    ("blank", "unknown", False), ("own words", "fini", False)])
def test_why_a_text_ended_is_the_servers_word(played, model, ended, cut):
    result = ended_of(said(played, model))
    assert result == ended and was_cut(result) == cut


@pytest.mark.parametrize("model, left_out, sent", [
    ("any", [], {"max_tokens", "seed", "temperature"}),
    ("newer", ["max_tokens, sent as max_completion_tokens"],
     {"max_completion_tokens", "seed", "temperature"}),
    ("unseeded", ["seed"], {"max_tokens", "temperature"}),
    ("listing", ["seed"], {"max_tokens", "temperature"}),
    ("warm", ["temperature"], {"max_tokens", "seed"}),
    ("narrow", ["max_tokens, sent as max_completion_tokens", "seed", "temperature"],
     {"max_completion_tokens"})])
def test_what_a_server_refuses_is_left_out_and_said(played, model, left_out, sent):
    client = ChatClient(played, model)
    assert text_of(client.ask(CHAT, max_tokens=32).choices[0]) == "B"
    assert client.left_out == left_out
    before = len(Played.seen)
    client.ask(CHAT, max_tokens=32)
    [(asked, _)] = Played.seen[before:]  # what is known to be refused is not sent again
    assert sent == asked.keys() & SENT
    assert asked.get("max_completion_tokens", 32) == asked.get("max_tokens", 32) == 32


@pytest.mark.parametrize("model", ["stubborn", "large"])
def test_what_can_not_be_left_out_is_an_error(played, model):
    with pytest.raises(CallError, match=f"model {model}: status 422, .*max_"):
        ChatClient(played, model).ask(CHAT, max_tokens=32)


def test_settings_of_the_template_are_sent_and_a_refusal_says_what_to_do(played):
    settings = {"enable_thinking": False}
    ChatClient(played, "any", settings).ask(CHAT, extra_body={"top_k": 5})
    asked, _ = Played.seen[-1]
    assert (asked["chat_template_kwargs"], asked["top_k"]) == (settings, 5)
    with pytest.raises(CallError, match="leave them out of the recipe"):
        ChatClient(played, "plain", settings).ask(CHAT)
    with pytest.raises(CallError, match="status 422.*; ask for less$"):
        ChatClient(played, "plain", settings).ask(CHAT, "ask for less")


def test_a_chat_that_is_too_long_is_no_other_refusal(played):
    long = [{"role": "user", "content": "mot " * 200}]
    with pytest.raises(TooLongError, match="maximum context length"):
        said(played, "short", long)
    assert text_of(said(played, "short")) == "B"
    with pytest.raises(CallError, match="status 422.* in this context") as caught:
        said(played, "strict", long)
    assert not isinstance(caught.value, TooLongError)


def test_a_server_that_is_not_there_may_be_there_at_the_next_call_and_an_unknown_model_not(
        played, monkeypatch):
    monkeypatch.setattr("medinj_utils.models.client._RETRIES", 0)
    with pytest.raises(CallError, match=r"^http://127\.0\.0\.1:9/v1: no reply .*Check that the s"):
        said("http://127.0.0.1:9/v1", "any")
    with pytest.raises(ServerError, match=f"^{played}, model absent: status 404") as caught:
        said(played, "absent")
    assert not isinstance(caught.value, CallError)


@pytest.mark.parametrize("model", GARBAGE)
def test_a_reply_that_is_none_is_told(played, model):
    with pytest.raises(CallError, match=r"doesn't follow the chat protocol.*/v1"):
        said(played, model)


@pytest.mark.parametrize("model", EXCUSES)
def test_what_a_server_says_in_place_of_a_reply_is_told(played, model):
    with pytest.raises(CallError, match=f"the server says: .*{EXCUSES[model][1]}"):
        said(played, model)


def test_half_a_sign_in_what_a_server_says_can_be_written_to_a_file():
    half = json.loads('"erreur \\ud83d"')
    assert whole_signs(half) == str(ServerError(half)) == "erreur \ufffd"
    assert whole_signs("😀 œ") == "😀 œ"
