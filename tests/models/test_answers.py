import pytest

from medinj_utils.core.names import MODES
from medinj_utils.core.prompts import LETTERS, NUMBERS
from medinj_utils.core.recipe import load_recipe
from medinj_utils.models.answers import (
    AllowedTokens,
    Asking,
    allowed_answers,
    applies,
    batches_of,
    how_ended,
    was_cut,
)


def test_batches_hold_what_the_budget_allows():
    lengths = [5, 5, 6, 10, 30]
    assert batches_of(lengths, range(5), 18) == [[0, 1, 2], [3], [4]]
    assert batches_of(lengths, range(5), 1) == [[0], [1], [2], [3], [4]]
    assert batches_of(lengths, [], 10) == []
    # the longest counts in its own batch alone
    assert batches_of([9, 2, 2, 2], [0, 1, 2, 3], 18) == [[0, 1], [2, 3]]


def test_allowed_answers_are_all_letters_or_all_sets():
    assert allowed_answers("mcqu", "ABC") == ["A", "B", "C"]
    assert allowed_answers("mcq", "ABC") == ["A", "B", "C", "A, B", "A, C", "B, C", "A, B, C"]
    assert len(allowed_answers("mcq", LETTERS[:10])) == 2**10 - 1
    with pytest.raises(ValueError, match="up to 10"):
        allowed_answers("mcq", LETTERS[:11])
    assert allowed_answers("mcqu", LETTERS[:20])[-1] == "T"


@pytest.mark.parametrize("task", ["mcqu", "mcq"])
@pytest.mark.parametrize("labels", [LETTERS[:n] for n in (2, 5, 10)] + [NUMBERS[:10]])
def test_every_way_through_the_allowed_tokens_is_a_valid_answer(loaded, task, labels):
    tokenizer = loaded[1]
    ways = []

    def walk(node, so_far):
        for token, below in node.items():
            if token == tokenizer.eos_token_id:
                ways.append(tokenizer.decode(so_far))
                assert not below
            else:
                walk(below, [*so_far, token])

    walk(AllowedTokens(tokenizer).tree(task, labels), [])
    assert sorted(ways) == sorted(allowed_answers(task, labels)) and "" not in ways


def test_each_mode_has_its_tasks():
    asked = {mode: {task for task in ("mcqu", "mcq") if applies(mode, task)} for mode in MODES}
    assert asked["greedy"] == asked["constrained"] == {"mcqu", "mcq"}
    assert asked["option_likelihood"] == {"mcq"}
    assert (
        asked["likelihood"]
        == asked["text_likelihood"]
        == asked["text_likelihood_per_byte"]
        == {"mcqu"}
    )


def test_a_recipe_says_how_questions_are_put():
    recipe = load_recipe("profiles/recipes/demo.yaml")
    assert Asking.from_recipe(recipe) == Asking(recipe.max_new_tokens, recipe.system_prompt, {})


@pytest.mark.parametrize("kind, words", [
    ("stop", ["", " ", "stop", "STOP", "Stop ", "COMPLETE", "complete", "completed", "done", "DONE",
              "eos", "eos_token", "EOS_TOKEN", "end_turn",
              "endTurn", "END-TURN", "stop_sequence", "stop sequence", "stop_token",
              "FinishReason.STOP", "FINISH_REASON_STOP", "finished"]),
    ("length", ["length", "LENGTH", "max_tokens", "MAX_TOKENS", "maxTokens", "max-length",
                "model_length", "FinishReason.MAX_TOKENS",
                "FINISH_REASON_MAX_TOKENS", "content_filter", "contentFilter", "SAFETY",
                "RECITATION", "incomplete", "error", "ERROR_TOXIC", "abort",
                "cancelled", "timeout", "refusal", "pause_turn", "tool_calls",
                "context_window_exceeded"]),
    ("unknown", ["unknown", "UNKNOWN", "other", "OTHER", "null", "none",
                 "FINISH_REASON_UNSPECIFIED", "fini", "?", "42"])])
def test_servers_words_for_the_end_of_a_text_are_known_in_any_case(kind, words):
    assert {word: how_ended(word) for word in words} == dict.fromkeys(words, kind)
    assert {was_cut(word) for word in words} == {kind == "length"}
