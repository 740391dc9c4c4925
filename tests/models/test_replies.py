"""Chats to a model here and to the same one behind a real server."""

import pytest

from medinj_utils.evaluation.judge import JudgePrompt
from medinj_utils.models.loading import Base, model_id
from medinj_utils.models.replies import Call, LocalChats, Sampling, ServerChats

QUESTIONS = ("Quelle est la capitale ?", "Quel est le traitement de la grippe ?", "Bonjour.")
CALLS = [Call([{"role": "user", "content": question}], 0) for question in QUESTIONS]


@pytest.fixture(scope="module")
def identity() -> dict:
    return model_id(Base("planted"), None, "float32")


def replies(chats, calls=CALLS) -> list:
    result = dict(chats.ask(calls))
    assert sorted(result) == list(range(len(calls)))
    return [result[place] for place in range(len(calls))]


def test_a_real_server_says_what_the_model_says_here(transformers_serve, loaded, identity):
    judged = JudgePrompt.named().messages("Quel traitement ?", "Amoxicilline.",
                                          "De l'amoxicilline.")
    calls = [*CALLS, Call(judged, 0)]
    here = replies(LocalChats(*loaded, identity, Sampling(max_tokens=16)), calls)
    there = replies(
        ServerChats(
            transformers_serve, str(Base("planted").folder), "here", Sampling(max_tokens=16)
        ),
        calls,
    )
    assert [reply.text for reply in there] == [reply.text for reply in here]
    assert len({reply.text for reply in here}) > 1
    assert [(reply.ended, reply.input_tokens, reply.output_tokens) for reply in there] == [
        (reply.ended, reply.input_tokens, reply.output_tokens) for reply in here]
    assert all(reply.output_tokens > 0 and not reply.failure for reply in here)


def test_a_drawn_text_depends_on_its_seed_and_not_on_the_batch(loaded, identity):
    hot = LocalChats(*loaded, identity, Sampling(5, 12))
    calls = [Call(call.chat, seed) for call in CALLS for seed in range(4)]
    texts = [reply.text for reply in replies(hot, calls)]
    assert len(set(texts)) > 6
    assert [replies(hot, [call])[0].text for call in calls] == texts
    nearly_cold = LocalChats(*loaded, identity, Sampling(1e-4, 12))
    assert [r.text for r in replies(nearly_cold)] == [
        r.text for r in replies(LocalChats(*loaded, identity, Sampling(0, 12)))
    ]


def test_a_chat_that_leaves_no_room_is_a_failed_call(loaded, identity):
    chats = LocalChats(*loaded, identity, Sampling(max_tokens=2000))
    longest = Call([{"role": "user", "content": "mot " * 400}], 0)
    short, failed = replies(chats, [CALLS[2], longest])
    assert failed.text is None
    assert failed.failure.endswith("a text of 2000, over 2048")
    assert short.text


def test_a_text_ends_by_itself_or_at_the_limit_and_its_tokens_are_counted(loaded, identity):
    chats = LocalChats(*loaded, identity, Sampling(max_tokens=1))
    assert {(reply.ended, reply.output_tokens) for reply in replies(chats)} == {("length", 1),
                                                                                ("stop", 1)}
    assert [reply.input_tokens for reply in replies(chats)] == [
        chats.size(call.chat) for call in CALLS
    ]


def test_names_tell_models_apart(loaded, identity):
    assert (
        LocalChats(*loaded, identity, Sampling()).name == f"planted@{identity['base_sha256'][:12]}"
    )
    tuned = LocalChats(*loaded, identity | {"adapter_sha256": "abc"}, Sampling())
    assert tuned.name == f"planted@{identity['base_sha256'][:12]}+abc"
    assert LocalChats(*loaded, identity | {"revision": "0123"}, Sampling()).name == "planted@0123"
    assert ServerChats("http://127.0.0.1:9/v1", "m", "2026", Sampling()).name == "m@2026"


@pytest.mark.parametrize("wrong", [
    {"temperature": -1}, {"temperature": float("nan")}, {"temperature": float("inf")},
    {"max_tokens": 0}])
def test_a_sampling_that_is_none_is_told(wrong):
    [(name, value)] = wrong.items()
    with pytest.raises(ValueError, match=f"{name} is {value}"):
        Sampling(**wrong)


def test_a_model_behind_a_server_has_a_revision():
    with pytest.raises(ValueError, match="model m: the revision is blank"):
        ServerChats("http://127.0.0.1:9/v1", "m", " ", Sampling())


def test_a_real_server_is_given_a_schema_or_says_that_it_takes_none(transformers_serve):
    schema = {"type": "object", "properties": {"score": {"type": "integer"}}, "required": ["score"]}
    chats = ServerChats(transformers_serve, str(Base("planted").folder), "here",
                        Sampling(max_tokens=8), schema=schema)
    [(_, reply)] = chats.ask([Call([{"role": "user", "content": "Quelle est la couleur du ciel ?"}],
                                   0)])
    assert reply.text is not None
    assert chats.identity["schema"] == schema
    assert set(reply.left_out) <= {"response_format", "seed"}
