import pandas as pd
import pytest
import torch

from medinj_utils.core import prompts
from medinj_utils.core.names import MODES
from medinj_utils.models.answers import Asking, allowed_answers, applies
from medinj_utils.models.chat import chat_ids
from medinj_utils.models.engine import Engine
from medinj_utils.models.loading import Base, load_base


@pytest.fixture(scope="module")
def engine(loaded):
    return Engine(*loaded, Asking(16))


def chat_of(tokenizer, item, **changes):
    return chat_ids(tokenizer, prompts.messages(item, with_answer=False, **changes),
                    open_answer=True)


def on_its_device(engine, ids: list[int]) -> torch.Tensor:
    """One row of token ids, where the engine's model is."""
    return torch.tensor([ids], device=engine.model.device)


def by_library(model, tokenizer, item):
    """The text of the library's own loop."""
    prompt = chat_of(tokenizer, item)
    asked = torch.tensor([prompt], device=model.device)
    ids = model.generate(asked, attention_mask=torch.ones_like(asked), do_sample=False,
                         max_new_tokens=16, eos_token_id=tokenizer.eos_token_id, pad_token_id=0)
    return tokenizer.decode(ids[0, len(prompt):], skip_special_tokens=True)


def assert_same(one, other, tolerance=1e-4):
    pd.testing.assert_frame_equal(one.drop(columns="probabilities"),
                                  other.drop(columns="probabilities"))
    for p, q in zip(one["probabilities"], other["probabilities"], strict=True):
        assert list(p) == pytest.approx(list(q), abs=tolerance)


def test_batched_and_single_answers_are_the_same(items, engine, ask):
    batched = ask(engine, items, MODES, batch_tokens=2000)
    assert_same(batched, ask(engine, items, MODES, batch_tokens=1))
    single = (items["task"] == "mcqu").sum()
    assert len(batched) == 2 * len(items) + 3 * single + (len(items) - single)


def test_greedy_answers_are_those_of_the_librarys_own_loop(items, engine, ask):
    ours = ask(engine, items, ["greedy"])["raw"]
    for item, raw in zip(items.to_dict("records"), ours, strict=True):
        assert by_library(engine.model, engine.tokenizer, item) == raw


def test_probabilities_are_the_models_own_and_their_best_letter_is_the_answer(items, engine, ask):
    answers = ask(engine, items, ["likelihood", "constrained"])
    answers = answers.pivot(index="id", columns="mode", values=["raw", "probabilities"])
    single = items[items["task"] == "mcqu"]
    assert (
        answers.loc[single["id"], ("raw", "likelihood")]
        == answers.loc[single["id"], ("raw", "constrained")]
    ).all()
    for item in single.head(5).to_dict("records"):
        letters = [
            engine.tokenizer(letter)["input_ids"][0]
            for letter in prompts.LETTERS[: len(item["options"])]
        ]
        with torch.inference_mode():
            logits = engine.model(on_its_device(engine, chat_of(engine.tokenizer, item))).logits
        expected = logits[0, -1, letters].softmax(-1).tolist()
        assert list(answers.loc[item["id"], ("probabilities", "likelihood")]) == pytest.approx(
            expected, abs=1e-4
        )


def test_likelihoods_of_texts_are_those_of_each_text_alone(items, engine, ask):
    modes = ["text_likelihood", "text_likelihood_per_byte"]
    answers = ask(engine, items, modes).set_index(["mode", "id"])
    for item in items[items["task"] == "mcqu"].head(6).to_dict("records"):
        prompt, scores = chat_of(engine.tokenizer, item), []
        for option in item["options"]:
            text = engine.tokenizer(option, add_special_tokens=False)["input_ids"]
            with torch.inference_mode():
                logits = (
                    engine.model(on_its_device(engine, prompt + text))
                    .logits[0, len(prompt) - 1 : -1]
                    .log_softmax(-1)
                )
            scores.append(sum(float(logits[i, token]) for i, token in enumerate(text)))
        for mode, sizes in zip(
            modes,
            ([1] * len(scores), [len(option.encode()) for option in item["options"]]),
            strict=True,
        ):
            expected = (
                torch.tensor([score / size for score, size in zip(scores, sizes, strict=True)])
                .softmax(-1)
                .tolist()
            )
            result = answers.loc[(mode, item["id"])]
            assert list(result["probabilities"]) == pytest.approx(expected, abs=1e-4)
            assert result["raw"] == prompts.LETTERS[expected.index(max(expected))]
    assert len(answers) == 2 * (items["task"] == "mcqu").sum()


def test_each_option_of_several_is_asked_about_alone(items, engine, ask):
    answers = ask(engine, items, ["option_likelihood"]).set_index("id")
    several = items[items["task"] == "mcq"]
    assert set(answers.index) == set(several["id"])
    yes, no = (
        engine.tokenizer(word, add_special_tokens=False)["input_ids"][0]
        for word in (prompts.YES, prompts.NO)
    )
    for item in several.head(4).to_dict("records"):
        expected = []
        for letter in prompts.LETTERS[:len(item["options"])]:
            chat = prompts.messages(item, with_answer=False, about=letter)
            assert f"La proposition ({letter})" in chat[-1]["content"]
            with torch.inference_mode():
                logits = engine.model(
                    on_its_device(engine, chat_of(engine.tokenizer, item, about=letter))
                ).logits[0, -1]
            expected.append(float(torch.sigmoid(logits[yes] - logits[no])))
        assert list(answers.loc[item["id"], "probabilities"]) == pytest.approx(expected, abs=1e-4)
        named = [letter for letter, p in zip("ABCDEFGHIJ", expected, strict=False) if p > 0.5]
        assert answers.loc[item["id"], "raw"] == ", ".join(
            named or ["ABCDEFGHIJ"[expected.index(max(expected))]]
        )


def test_modes_ask_only_the_questions_that_they_suit(items, engine, ask):
    tasks = items.set_index("id")["task"]
    for mode, asked in ask(engine, items, MODES).groupby("mode"):
        assert set(asked["id"].map(tasks)) == {
            task for task in ("mcqu", "mcq") if applies(mode, task)
        }
        assert asked["raw"].notna().all()
        assert (asked["probabilities"].map(len) > 0).all() == (
            mode not in ("greedy", "constrained")
        )


def test_a_batch_that_does_not_fit_into_memory_is_asked_in_halves(items, engine, ask, monkeypatch):
    whole, forward, refused = ask(engine, items), type(engine.model).forward, []

    def small_memory(self, input_ids, **arguments):
        if len(input_ids) > 5:
            refused.append(len(input_ids))
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(self, input_ids=input_ids, **arguments)

    monkeypatch.setattr(type(engine.model), "forward", small_memory)
    halved = ask(engine, items, [mode for mode in MODES if not mode.startswith("text")])
    kept = whole[~whole["mode"].str.startswith("text")].reset_index(drop=True)
    assert refused and halved["raw"].equals(kept["raw"])


def test_an_error_that_is_none_of_memory_is_raised(items, engine, ask, monkeypatch):
    def broken(self, **arguments):
        raise RuntimeError("shapes cannot be multiplied")

    monkeypatch.setattr(type(engine.model), "forward", broken)
    with pytest.raises(RuntimeError, match="shapes"):
        ask(engine, items)


def test_constrained_answers_are_all_valid(items, engine, ask):
    answers = ask(engine, items, ["constrained"]).set_index("id")
    for item in items.to_dict("records"):
        assert answers.loc[item["id"], "raw"] in allowed_answers(
            item["task"], prompts.LETTERS[: len(item["options"])]
        )


def test_options_with_numbers_are_answered_with_numbers(items, engine, ask):
    numbered = items.assign(labels=[prompts.NUMBERS] * len(items))
    answers = ask(
        engine, numbered, ["greedy", "constrained", "likelihood", "option_likelihood"]
    ).set_index(["mode", "id"])
    for item in numbered.to_dict("records"):
        n = len(item["options"])
        assert answers.loc[("constrained", item["id"]), "raw"] in allowed_answers(
            item["task"], prompts.NUMBERS[:n]
        )
        mode = "likelihood" if item["task"] == "mcqu" else "option_likelihood"
        assert set(answers.loc[(mode, item["id"]), "raw"].split(", ")) <= set(prompts.LETTERS[:n])
    single = items[items["task"] == "mcqu"]["id"]
    likeliest = (
        answers.loc["likelihood"]
        .loc[single, "raw"]
        .map(lambda letter: prompts.NUMBERS["ABCDEFGH".index(letter)])
    )
    assert (likeliest == answers.loc["constrained"].loc[single, "raw"]).all()


@pytest.mark.parametrize("task", ["mcqu", "mcq"])
@pytest.mark.parametrize("n", [2, 3, 5, 10])
def test_every_mode_takes_any_number_of_options(engine, ask, task, n):
    item = pd.DataFrame([{"id": "x", "task": task, "instruction": "Bonjour ?", "context": "",
                          "options": [f"choix {i}" for i in range(n)]}])
    answers = ask(engine, item, MODES).set_index("mode")
    assert set(answers.index) == {mode for mode in MODES if applies(mode, task)}
    assert answers.loc["constrained", "raw"] in allowed_answers(task, prompts.LETTERS[:n])
    for mode in set(answers.index) - {"greedy", "constrained"}:
        p = answers.loc[mode, "probabilities"]
        assert len(p) == n and set(answers.loc[mode, "raw"].split(", ")) <= set(prompts.LETTERS[:n])
        assert mode == "option_likelihood" or sum(p) == pytest.approx(1)


@pytest.mark.parametrize("family", ["mistral", "gemma3_text"])
def test_models_that_look_back_through_a_window_answer_as_one_by_one(family, items, loaded, ask):
    from transformers import AutoConfig, AutoModelForCausalLM
    torch.manual_seed(0)
    kinds = (
        {"layer_types": ["sliding_attention", "full_attention", "sliding_attention"]}
        if family == "gemma3_text"
        else {}
    )
    config = AutoConfig.for_model(family, vocab_size=len(loaded[1]), hidden_size=64,
                                  intermediate_size=64, head_dim=16,
                                  num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=4,
                                  sliding_window=32,
                                  **kinds)
    engine = Engine(AutoModelForCausalLM.from_config(config).eval(), loaded[1], Asking(16))
    few = items.head(12)
    together = ask(engine, few, MODES)
    assert_same(together, ask(engine, few, MODES, batch_tokens=1), 1e-5)
    for item in few.head(3).to_dict("records"):
        [raw] = together.loc[(together["id"] == item["id"]) & (together["mode"] == "greedy"), "raw"]
        assert by_library(engine.model, loaded[1], item) == raw


def test_texts_end_where_the_model_says_and_padding_needs_no_token(items, ask):
    model, tokenizer = load_base(Base("planted"))
    whole = ask(Engine(model, tokenizer, Asking(16)), items, ["greedy"])
    first = tokenizer(whole["raw"][0], add_special_tokens=False)["input_ids"][0]
    model.generation_config.eos_token_id, tokenizer.pad_token = [tokenizer.eos_token_id,
                                                                 first], None
    ended = ask(Engine(model, tokenizer, Asking(16)), items, ["greedy"])
    assert ended["raw"][0] == tokenizer.decode([first])
    assert len(whole["raw"][0]) > len(ended["raw"][0])


def test_a_thought_that_the_template_opens_is_no_answer(items, engine, ask, monkeypatch):
    template = engine.tokenizer.chat_template + "{% if add_generation_prompt %}<think>\n{% endif %}"
    monkeypatch.setattr(engine.tokenizer, "chat_template", template)
    assert ask(engine, items.head(3), ["greedy"])["raw"].str.startswith("<think>").all()
    for mode in MODES[1:]:
        with pytest.raises(
            ValueError,
            match="opens a thought before every answer, .*{enable_thinking: false}.*or the mode "
                  "greedy",
        ):
            ask(engine, items.head(3), ["greedy", mode])


def test_why_a_text_ended_is_kept(items, loaded, ask):
    whole, cut = (Engine(*loaded, Asking(tokens)) for tokens in (64, 1))
    rows = items.head(4).to_dict("records")
    prompts = [whole.prompt(row) for row in rows]
    for engine, ended in ((whole, "stop"), (cut, "length")):
        answers = engine.answer(prompts, rows, ["greedy", "constrained"])
        assert {answer.ended for answer in answers["greedy"]} == {ended}
        assert {answer.ended for answer in answers["constrained"]} == {"stop"}


@pytest.mark.parametrize("heat", [0.0, 0.5])
def test_a_free_answer_ends_at_the_first_text_that_stops_it(items, loaded, heat):
    question = items[items["task"] == "mcq"].iloc[0].to_dict() | {"seed": 3}
    whole = Engine(*loaded, Asking(64, temperature=heat))
    prompt = whole.prompt(question)
    [free] = whole.answer([prompt], [question], ["greedy"])["greedy"]
    assert len(free.raw) > 3 and free.ended in ("stop", "length")
    for stop in (free.raw[2:4], free.raw[-1], free.raw[1:]):
        stopped = whole.put(Asking(64, temperature=heat, stops=("jamais écrit", stop)))
        [answer] = stopped.answer([prompt], [question], ["greedy"])["greedy"]
        assert answer.raw == free.raw[:free.raw.index(stop)] and answer.ended == "stop"
    assert "stops" not in whole.settings and stopped.settings["stops"] == ["jamais écrit", stop]


def test_open_questions_are_asked_in_words_alone_with_their_own_last_line(records, engine):
    question = records[records["task"] == "oeq"].iloc[0].to_dict()
    answers = engine.answer([engine.prompt(question)], [question], MODES)
    assert answers["greedy"][0].raw is not None
    assert not any(applies(mode, "oeq") for mode in MODES if mode != "greedy")
    shown = engine.show(engine.prompt(question | {"last_line": "Réponds en un mot."}))
    assert f"{question['instruction']}\nRéponds en un mot.<" in shown


def test_the_letters_hold_a_share_of_the_probability(items, engine):
    row = items[items["task"] == "mcqu"].iloc[0].to_dict()
    [answer] = engine.answer([engine.prompt(row)], [row], ["likelihood"])["likelihood"]
    assert 0.1 < answer.letters_mass <= 1 and sum(answer.probabilities) == pytest.approx(1)


def test_special_tokens_around_a_thought_are_kept(items):
    model, tokenizer = load_base(Base("planted"))
    tokenizer.add_special_tokens({"additional_special_tokens": ["[THINK]", "[/THINK]",
                                                                "<|extra|>"]})
    engine = Engine(model, tokenizer, Asking(16))
    ids = tokenizer("[THINK]A[/THINK]B<|extra|>", add_special_tokens=False)["input_ids"] + [
        tokenizer.eos_token_id
    ]
    assert engine._decode([ids]) == ["[THINK]A[/THINK]B"]


def test_a_models_own_marks_of_thoughts_get_one_form(items, loaded, monkeypatch):
    template = (
        "{% for turn in messages %}{% if turn.reasoning_content %}((( {{ turn.reasoning_content }} "
        ")))"
        "{% endif %}{{ turn.content }}{% endfor %}"
    )
    monkeypatch.setattr(loaded[1], "chat_template", template)
    engine = Engine(*loaded, Asking(16))
    assert engine._decode([loaded[1]("((( A ))) B", add_special_tokens=False)["input_ids"]]) == [
        "<think> A </think> B"
    ]


def test_a_tokenizer_that_cannot_tell_answers_by_their_first_tokens_is_refused(items, loaded, ask,
                                                                               monkeypatch):
    engine = Engine(*loaded, Asking(16))
    monkeypatch.setattr(engine, "_first_token", lambda text: 7)
    with pytest.raises(ValueError, match="leave 'likelihood' out"):
        ask(engine, items, ["likelihood"])
    with pytest.raises(ValueError, match="leave 'option_likelihood' out"):
        ask(engine, items, ["option_likelihood"])


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU")
def test_answers_on_cuda_are_those_of_the_processor(items, ask):
    model, tokenizer = load_base(Base("planted"))
    result = [ask(Engine(model.to(device), tokenizer, Asking()), items,
                  ["greedy", "constrained", "likelihood"])
              for device in ("cuda", "cpu")]
    assert result[0]["raw"].equals(result[1]["raw"])
