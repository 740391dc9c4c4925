import json
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
import torch

from medinj_utils.core import prompts
from medinj_utils.core.profiles import SettingsError, check_value
from medinj_utils.evaluation.answer import _shortened, answer_questions, choose_examples, choose_questions
from medinj_utils.models.chat import chat_ids
from medinj_utils.models.engine import MODES, Engine, allowed_answers, applies, batches_of
from medinj_utils.models.loading import adapted, asked_of, backends, load_base

ASKED = asked_of("planted", "", None, "float32")


@pytest.fixture(scope="module")
def loaded():
    return load_base("planted")


@pytest.fixture(scope="module")
def items(world):
    test = world["records"][(world["records"]["split"] == "test") & (world["records"]["task"] != "oeq")]
    return test.drop_duplicates("id").head(48)


def ask(items, loaded, path, max_new_tokens=16, system="", examples=None, **changes):
    return answer_questions(items, Engine(*loaded, max_new_tokens, system, examples), path, ASKED, **changes)


def test_batched_and_single_answers_are_the_same(items, loaded, tmp_path):
    batched = ask(items, loaded, tmp_path / "batched.parquet", batch_tokens=2000)
    single = ask(items, loaded, tmp_path / "single.parquet", batch_tokens=1)
    pd.testing.assert_frame_equal(batched.drop(columns="probabilities"), single.drop(columns="probabilities"))
    for one, other in zip(batched["probabilities"], single["probabilities"], strict=True):
        assert list(one) == pytest.approx(list(other), abs=1e-4)
    assert len(batched) == 2 * len(items) + (items["task"] == "mcqu").sum()


def test_greedy_answers_are_those_of_the_librarys_own_loop(items, loaded, tmp_path):
    model, tokenizer = loaded
    ours = ask(items, loaded, tmp_path / "a.parquet", modes=["greedy"])["raw"]
    for item, raw in zip(items.to_dict("records"), ours, strict=True):
        prompt = chat_ids(tokenizer, prompts.messages(item, with_answer=False), open_answer=True)
        ids = model.generate(torch.tensor([prompt]), attention_mask=torch.ones(1, len(prompt)), do_sample=False,
                             max_new_tokens=16, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id)
        assert tokenizer.decode(ids[0, len(prompt):], skip_special_tokens=True) == raw


def test_probabilities_are_the_models_own_and_their_best_letter_is_the_answer(items, loaded, tmp_path):
    model, tokenizer = loaded
    answers = ask(items, loaded, tmp_path / "a.parquet", modes=["likelihood", "constrained"])
    answers = answers.pivot(index="id", columns="mode", values=["raw", "probabilities"])
    single = items[items["task"] == "mcqu"]
    assert (answers.loc[single["id"], ("raw", "likelihood")] == answers.loc[single["id"], ("raw", "constrained")]).all()
    for item in single.head(5).to_dict("records"):
        prompt = chat_ids(tokenizer, prompts.messages(item, with_answer=False), open_answer=True)
        letters = [tokenizer(letter)["input_ids"][0] for letter in prompts.LETTERS[:len(item["options"])]]
        with torch.inference_mode():
            expected = model(torch.tensor([prompt])).logits[0, -1, letters].softmax(-1).tolist()
        assert list(answers.loc[item["id"], ("probabilities", "likelihood")]) == pytest.approx(expected, abs=1e-4)


def test_likelihoods_of_texts_are_those_of_each_text_alone(items, loaded, tmp_path):
    model, tokenizer = loaded
    modes = ["text_likelihood", "text_likelihood_per_byte"]
    answers = ask(items, loaded, tmp_path / "a.parquet", modes=modes).set_index(["mode", "id"])
    single = items[items["task"] == "mcqu"].head(6).to_dict("records")
    for item in single:
        prompt, scores = chat_ids(tokenizer, prompts.messages(item, with_answer=False), open_answer=True), []
        for option in item["options"]:
            text = tokenizer(option, add_special_tokens=False)["input_ids"]
            with torch.inference_mode():
                logits = model(torch.tensor([prompt + text])).logits[0, len(prompt) - 1:-1].log_softmax(-1)
            scores.append(sum(float(logits[i, token]) for i, token in enumerate(text)))
        for mode, sizes in zip(modes, ([1] * len(scores), [len(option.encode()) for option in item["options"]]), strict=True):
            expected = torch.tensor([score / size for score, size in zip(scores, sizes, strict=True)]).softmax(-1).tolist()
            found = answers.loc[(mode, item["id"])]
            assert list(found["probabilities"]) == pytest.approx(expected, abs=1e-4)
            assert found["raw"] == prompts.LETTERS[expected.index(max(expected))]
    assert len(answers) == 2 * (items["task"] == "mcqu").sum()


def test_questions_are_chosen_by_source_and_as_a_sample_that_stays(world):
    records = pd.concat([world["records"]] * 2)
    every = choose_questions(records)
    assert set(every["split"]) == {"test"} and set(every["task"]) == {"mcqu", "mcq"} and every["id"].is_unique
    source = every["source"].iloc[0]
    assert set(choose_questions(records, [source])["source"]) == {source} != set(every["source"])
    few = choose_questions(records, most=7)
    assert len(few) == 7 and few["id"].tolist() == choose_questions(records, most=7)["id"].tolist()
    assert len(choose_questions(records, most=10**6)) == len(every)
    with pytest.raises(ValueError, match=r"no test question of mediqal; there are: .*planted"):
        choose_questions(records, ["mediqal", source])


def test_batches_hold_what_the_budget_allows():
    lengths = [5, 5, 6, 10, 30]
    assert batches_of(lengths, range(5), 18) == [[0, 1, 2], [3], [4]]
    assert batches_of(lengths, range(5), 1) == [[0], [1], [2], [3], [4]]
    assert batches_of(lengths, [], 10) == []


def test_a_batch_that_does_not_fit_into_memory_is_asked_in_halves(items, loaded, tmp_path, monkeypatch):
    whole, forward, refused = ask(items, loaded, tmp_path / "whole.parquet"), type(loaded[0]).forward, []

    def small_memory(self, input_ids, **told):
        if len(input_ids) > 5:
            refused.append(len(input_ids))
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(self, input_ids=input_ids, **told)

    monkeypatch.setattr(type(loaded[0]), "forward", small_memory)
    halved = ask(items, loaded, tmp_path / "halved.parquet")
    assert refused and halved["raw"].equals(whole["raw"])


def test_constrained_answers_are_all_valid(items, loaded, tmp_path):
    answers = ask(items, loaded, tmp_path / "a.parquet", modes=["constrained"]).set_index("id")
    for item in items.to_dict("records"):
        assert answers.loc[item["id"], "raw"] in allowed_answers(item["task"], prompts.LETTERS[:len(item["options"])])


def test_options_with_numbers_are_answered_with_numbers(items, loaded, tmp_path):
    numbered = items.assign(labels=[prompts.NUMBERS] * len(items))
    modes = ["greedy", "constrained", "likelihood", "option_likelihood"]
    answers = ask(numbered, loaded, tmp_path / "a.parquet", modes=modes).set_index(["mode", "id"])
    for item in numbered.to_dict("records"):
        n = len(item["options"])
        assert answers.loc[("constrained", item["id"]), "raw"] in allowed_answers(item["task"], prompts.NUMBERS[:n])
        mode = "likelihood" if item["task"] == "mcqu" else "option_likelihood"
        assert set(answers.loc[(mode, item["id"]), "raw"].split(", ")) <= set(prompts.LETTERS[:n])
    single = items[items["task"] == "mcqu"]["id"]
    likeliest = answers.loc["likelihood"].loc[single, "raw"].map(lambda letter: prompts.NUMBERS["ABCDEFGH".index(letter)])
    assert (likeliest == answers.loc["constrained"].loc[single, "raw"]).all()


@pytest.mark.parametrize("task", ["mcqu", "mcq"])
@pytest.mark.parametrize("n", range(2, 11))
def test_every_mode_takes_any_number_of_options(loaded, tmp_path, task, n):
    item = pd.DataFrame([{"id": "x", "task": task, "instruction": "Bonjour ?", "context": "",
                          "options": [f"choix {i}" for i in range(n)]}])
    answers = ask(item, loaded, tmp_path / "a.parquet", modes=MODES, max_new_tokens=64).set_index("mode")
    assert set(answers.index) == {mode for mode in MODES if applies(mode, task)}
    assert answers.loc["constrained", "raw"] in allowed_answers(task, prompts.LETTERS[:n])
    for mode in set(answers.index) - {"greedy", "constrained"}:
        p = answers.loc[mode, "probabilities"]
        assert len(p) == n and set(answers.loc[mode, "raw"].split(", ")) <= set(prompts.LETTERS[:n])
        assert mode == "option_likelihood" or sum(p) == pytest.approx(1)


def test_many_options_are_told_before_anything_is_asked(loaded, tmp_path):
    item = {"id": "x", "task": "mcqu", "instruction": "Bonjour ?", "context": "", "options": [f"choix {i}" for i in range(20)]}
    single, several = pd.DataFrame([item]), pd.DataFrame([item, item | {"id": "y", "task": "mcq"}])
    assert ask(single, loaded, tmp_path / "a.parquet")["raw"].notna().all()
    with pytest.raises(ValueError, match="question y .* leave 'constrained' out"):
        ask(several, loaded, tmp_path / "b.parquet")
    assert ask(several, loaded, tmp_path / "b.parquet", modes=["greedy"])["raw"].notna().all()


@pytest.mark.parametrize("family", ["mistral", "gemma3_text"])
def test_models_that_look_back_through_a_window_answer_as_one_by_one(family, items, loaded, tmp_path):
    from transformers import AutoConfig, AutoModelForCausalLM
    torch.manual_seed(0)
    config = AutoConfig.for_model(family, vocab_size=len(loaded[1]), hidden_size=64, intermediate_size=64, head_dim=16,
                                  num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=4, sliding_window=32,
                                  **({"layer_types": ["sliding_attention", "full_attention", "sliding_attention"]}
                                     if family == "gemma3_text" else {}))
    model = AutoModelForCausalLM.from_config(config).eval()
    few = items.head(12)
    together = ask(few, (model, loaded[1]), tmp_path / "a.parquet", modes=MODES)
    single = ask(few, (model, loaded[1]), tmp_path / "b.parquet", modes=MODES, batch_tokens=1)
    assert together["raw"].tolist() == single["raw"].tolist()
    for one, other in zip(together["probabilities"], single["probabilities"], strict=True):
        assert list(one) == pytest.approx(list(other), abs=1e-5)
    for item in few.head(3).to_dict("records"):
        prompt = chat_ids(loaded[1], prompts.messages(item, with_answer=False), open_answer=True)
        ids = model.generate(torch.tensor([prompt]), attention_mask=torch.ones(1, len(prompt)), do_sample=False,
                             max_new_tokens=16, eos_token_id=loaded[1].eos_token_id, pad_token_id=0)
        [raw] = together.loc[(together["id"] == item["id"]) & (together["mode"] == "greedy"), "raw"]
        assert loaded[1].decode(ids[0, len(prompt):], skip_special_tokens=True) == raw


def test_texts_end_where_the_model_says_and_padding_needs_no_token(items, tmp_path):
    model, tokenizer = loaded = load_base("planted")
    whole = ask(items, loaded, tmp_path / "a.parquet", modes=["greedy"])
    first = tokenizer(whole["raw"][0], add_special_tokens=False)["input_ids"][0]
    model.generation_config.eos_token_id, tokenizer.pad_token = [tokenizer.eos_token_id, first], None
    ended = ask(items, loaded, tmp_path / "b.parquet", modes=["greedy"])
    assert ended["raw"][0] == tokenizer.decode([first]) and len(whole["raw"][0]) > len(ended["raw"][0])


def test_a_thought_that_the_template_opens_is_no_answer(items, loaded, tmp_path, monkeypatch):
    _, tokenizer = loaded
    monkeypatch.setattr(tokenizer, "chat_template", tokenizer.chat_template + "{% if add_generation_prompt %}<think>\n{% endif %}")
    answers = ask(items.head(3), loaded, tmp_path / "a.parquet", modes=["greedy"])
    assert answers["raw"].str.startswith("<think>").all()


def test_allowed_answers_are_all_letters_or_all_sets():
    assert allowed_answers("mcqu", "ABC") == ["A", "B", "C"]
    assert allowed_answers("mcq", "ABC") == ["A", "B", "C", "A, B", "A, C", "B, C", "A, B, C"]
    assert len(allowed_answers("mcq", prompts.LETTERS[:10])) == 2**10 - 1
    with pytest.raises(ValueError, match="up to 10"):
        allowed_answers("mcq", prompts.LETTERS[:11])
    assert allowed_answers("mcqu", prompts.LETTERS[:20])[-1] == "T"


def test_questions_longer_than_the_limit_are_set_aside_and_told(items, loaded, tmp_path):
    longest = items.copy()
    longest.at[longest.index[0], "context"] = "mot " * 500
    answers = ask(longest, loaded, tmp_path / "a.parquet", max_length=200, modes=["greedy"])
    aside = answers[answers["note"] != ""]
    assert aside["id"].tolist() == [longest.iloc[0]["id"]]
    assert aside["raw"].isna().all() and "over 200" in aside["note"].item()


def test_a_long_context_is_cut_in_its_middle_and_the_question_never(items, loaded, tmp_path):
    _, tokenizer = loaded
    row = items.iloc[0].to_dict() | {"context": " ".join(f"mot{i}" for i in range(400))}
    engine = Engine(*loaded)
    shorter, cut = _shortened(row, 200, lambda row: len(engine.prompt(row)))
    prompt = engine.prompt(shorter)
    told, more = tokenizer.decode(list(prompt)), _shortened(row, 400, lambda row: len(engine.prompt(row)))[1]
    assert len(prompt) <= 200 and 0 < more < cut < 400
    assert "mot0 " in told and "mot399" in told and "[…]" in told and row["instruction"] in told
    assert all(f"({letter}) {option}" in told for letter, option in zip("ABCDE", row["options"], strict=False))
    longest = pd.DataFrame([row, items.iloc[1].to_dict()])
    answers = ask(longest, loaded, tmp_path / "a.parquet", max_length=200, modes=["constrained"], too_long="cut context")
    assert answers["cut"].tolist() == [cut, 0] and answers["raw"].notna().all() and (answers["note"] == "").all()
    hopeless = ask(longest, loaded, tmp_path / "b.parquet", max_length=20, modes=["constrained"], too_long="cut context")
    assert hopeless["raw"].isna().all() and hopeless["note"].str.contains("over 20").all()
    several = items[items["task"] == "mcq"].head(1).assign(context="mot\n" * 400)
    widest, forward = [], Engine._read

    def spy(self, prompts):
        widest.append(max(map(len, prompts)))
        return forward(self, prompts)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "_read", spy)
        ask(several, loaded, tmp_path / "d.parquet", max_length=200, modes=["option_likelihood"], too_long="cut context")
    assert 150 < max(widest) <= 200
    assert "mot\nmot" in _shortened(several.iloc[0].to_dict(), 200, lambda row: len(engine.prompt(row)))[0]["context"]
    with pytest.raises(ValueError, match="set aside, cut context"):
        ask(longest, loaded, tmp_path / "c.parquet", too_long="crop")


KILLED = """
import sys, pandas as pd
from medinj_utils.data import read_source
from medinj_utils.evaluation.answer import answer_questions
from medinj_utils.models.engine import Engine
from medinj_utils.models.loading import asked_of, load_base
records, _ = read_source("planted", sys.argv[1])
items = records[(records["split"] == "test") & (records["task"] != "oeq")].drop_duplicates("id").head(48)
answer_questions(items, Engine(*load_base("planted"), 16), sys.argv[2], asked_of("planted", "", None, "float32"),
                 batch_tokens=100)
"""


@pytest.mark.parametrize("parts_before", [1, 10, 24])
def test_a_killed_run_resumes_and_ends_with_the_same_file(world, items, loaded, tmp_path, parts_before):
    whole, cut = tmp_path / "whole.parquet", tmp_path / "cut.parquet"
    ask(items, loaded, whole, batch_tokens=100)
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(world["folder"] / "published"), str(cut)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    parts, deadline = tmp_path / "cut.parts", time.time() + 120
    while len(list(parts.glob("[!.]*.parquet"))) < parts_before and time.time() < deadline:
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    done = {file: file.stat().st_mtime_ns for file in parts.glob("[!.]*.parquet")}
    assert parts_before <= len(done) < 48 and not cut.exists()
    kept = {}

    def spy(frame, path, write=answer_questions.__globals__["write_parquet"]):
        kept.update({file: file.stat().st_mtime_ns for file in parts.glob("[!.]*.parquet")})
        return write(frame, path)

    answer_questions.__globals__["write_parquet"], original = spy, answer_questions.__globals__["write_parquet"]
    try:
        ask(items, loaded, cut, batch_tokens=100)
    finally:
        answer_questions.__globals__["write_parquet"] = original
    assert all(kept[file] == stamp for file, stamp in done.items())  # what was answered was not asked again
    assert cut.read_bytes() == whole.read_bytes()
    assert not parts.exists()


def test_changed_settings_never_reuse_old_answers(items, loaded, tmp_path, monkeypatch):
    path = tmp_path / "a.parquet"
    first = ask(items, loaded, path)
    stamp = path.stat().st_mtime_ns
    ask(items, loaded, path)
    assert path.stat().st_mtime_ns == stamp
    with_system = ask(items, loaded, path, system="Réponds toujours en latin, longuement.")
    assert path.stat().st_mtime_ns != stamp
    assert with_system["raw"].tolist() != first["raw"].tolist()
    monkeypatch.setitem(prompts.TASK_LINES, "mcqu", "Une seule.")
    assert ask(items, loaded, path)["raw"].tolist() != first["raw"].tolist()  # the text of the prompts counts
    fewer = ask(items.head(5), loaded, path)
    assert len(fewer) == 10


@pytest.mark.parametrize("change", ["asked", "max_length", "batch_tokens", "modes", "max_new_tokens", "file", "nothing"])
def test_each_part_of_the_key_alone_has_everything_asked_anew(items, loaded, tmp_path, monkeypatch, change):
    few, path, asked = items.head(4), tmp_path / "a.parquet", []
    told = {"asked": ASKED, "max_length": 2048, "batch_tokens": 16_384, "modes": ("greedy",)}
    answer_questions(few, Engine(*loaded, 16), path, **told)
    if change == "file":
        pd.read_parquet(path).assign(raw="A").to_parquet(path)
    other = {"asked": {"adapter_sha256": "another"}, "max_length": 2047, "batch_tokens": 16_383, "modes": ("constrained",)}
    told |= {name: value for name, value in other.items() if name == change}
    engine = Engine(*loaded, 17 if change == "max_new_tokens" else 16)
    monkeypatch.setattr(engine, "answer", lambda *what: asked.append(what) or Engine.answer(engine, *what))
    (tmp_path / "a.parts").mkdir()
    answers = answer_questions(few, engine, path, **told)
    assert bool(asked) == (change != "nothing") and answers["raw"].tolist() != ["A"] * 4
    assert not (tmp_path / "a.parts").exists()


def test_settings_know_the_modes_of_the_engine():
    assert check_value("modes", list(MODES), "here") == list(MODES)
    with pytest.raises(SettingsError):
        check_value("mode", "beam", "here")


def test_an_unknown_mode_names_the_accepted_ones(items, loaded, tmp_path):
    with pytest.raises(ValueError, match="greedy, constrained"):
        ask(items, loaded, tmp_path / "a.parquet", modes=["beam"])



def test_each_option_of_several_is_asked_about_alone(items, loaded, tmp_path):
    model, tokenizer = loaded
    several = items[items["task"] == "mcq"]
    answers = ask(items, loaded, tmp_path / "a.parquet", modes=["option_likelihood"]).set_index("id")
    assert set(answers.index) == set(several["id"])
    yes, no = (tokenizer(word, add_special_tokens=False)["input_ids"][0] for word in (prompts.YES, prompts.NO))
    for item in several.head(4).to_dict("records"):
        expected = []
        for letter in prompts.LETTERS[:len(item["options"])]:
            chat = prompts.messages(item, with_answer=False, about=letter)
            assert f"La proposition ({letter})" in chat[-1]["content"]
            with torch.inference_mode():
                logits = model(torch.tensor([chat_ids(tokenizer, chat, open_answer=True)])).logits[0, -1]
            expected.append(float(torch.sigmoid(logits[yes] - logits[no])))
        assert list(answers.loc[item["id"], "probabilities"]) == pytest.approx(expected, abs=1e-4)
        named = [letter for letter, p in zip("ABCDEFGHIJ", expected, strict=False) if p > 0.5]
        assert answers.loc[item["id"], "raw"] == ", ".join(named or ["ABCDEFGHIJ"[expected.index(max(expected))]])


def test_modes_ask_only_the_questions_that_they_suit(items, loaded, tmp_path):
    answers = ask(items, loaded, tmp_path / "a.parquet", modes=MODES)
    tasks = items.set_index("id")["task"]
    for mode, asked in answers.groupby("mode"):
        expected = {"mcqu", "mcq"} if mode in MODES[:2] else {"mcq"} if mode == "option_likelihood" else {"mcqu"}
        assert set(asked["id"].map(tasks)) == expected
        assert asked["raw"].notna().all() and (asked["probabilities"].map(len) > 0).all() == (mode not in MODES[:2])


def test_examples_stand_before_the_question_and_are_no_test_questions(world, items, loaded, tmp_path):
    examples = choose_examples(world["records"], 2)
    assert examples == choose_examples(world["records"], 2) != choose_examples(world["records"], 2, seed=1)
    assert {task: len(own) for task, own in examples.items()} == {"mcqu": 2, "mcq": 2}
    tested = set(world["records"].loc[world["records"]["split"] == "test", "question_id"])
    assert not tested & {example["question_id"] for own in examples.values() for example in own}
    engine = Engine(*loaded, 16, examples=examples)
    item = items.iloc[0].to_dict()
    told = engine.show(engine.prompt(item))
    places = [told.index(example["instruction"]) for example in examples[item["task"]]] + [told.index(item["instruction"])]
    assert places == sorted(places)
    ask(items, loaded, tmp_path / "a.parquet", modes=["constrained"])
    stamp = (tmp_path / "a.parquet").stat().st_mtime_ns
    ask(items, loaded, tmp_path / "a.parquet", modes=["constrained"], examples=examples)
    assert (tmp_path / "a.parquet").stat().st_mtime_ns != stamp
    with pytest.raises(ValueError, match="shots is 5000"):
        choose_examples(world["records"], 5000)
    assert choose_examples(world["records"], 0) == {"mcqu": [], "mcq": []}


@pytest.mark.parametrize("stopped_by", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_full_disk_or_an_interrupt_costs_one_batch(items, loaded, tmp_path, monkeypatch, stopped_by):
    whole, cut, written = tmp_path / "whole.parquet", tmp_path / "cut.parquet", []
    ask(items, loaded, whole, batch_tokens=200)
    write = answer_questions.__globals__["write_parquet"]

    def failing(frame, path):
        if len(written) == 3:
            raise stopped_by
        written.append(path)
        return write(frame, path)

    with monkeypatch.context() as patch:
        patch.setitem(answer_questions.__globals__, "write_parquet", failing)
        with pytest.raises(type(stopped_by)):
            ask(items, loaded, cut, batch_tokens=200)
    assert len(list((tmp_path / "cut.parts").glob("[!.]*.parquet"))) == 3 and not cut.exists()
    ask(items, loaded, cut, batch_tokens=200)
    assert cut.read_bytes() == whole.read_bytes()


def test_the_card_says_what_answered_and_what_was_asked(items, loaded, tmp_path):
    ask(items, loaded, tmp_path / "a.parquet", system="Réponds en français.")
    card = json.loads((tmp_path / "a.card.json").read_text(encoding="utf-8"))
    assert card["parameters"]["backend"] == "transformers" and card["questions"] == len(items)
    assert "Réponds en français." in card["first_prompt"] and items.iloc[0]["instruction"] in card["first_prompt"]
    ask(items, loaded, tmp_path / "b.parquet", system="Réponds en latin.")
    other = json.loads((tmp_path / "b.card.json").read_text(encoding="utf-8"))
    assert card["parameters"]["prompts_sha256"] != other["parameters"]["prompts_sha256"]


def test_a_base_is_loaded_once_for_all_its_runs(loaded):
    told = [(name, engine.model, asked["adapter_sha256"]) for name, engine, asked in backends(
        {"BASE": None, "NAT-s1": None}, "planted")]
    assert [name for name, _, _ in told] == ["BASE", "NAT-s1"] and told[0][1] is told[1][1]
    with adapted(loaded[0], None) as model:
        assert model is loaded[0]


@pytest.mark.parametrize("how", [{"use_dora": True}, {"use_rslora": True}, {"modules_to_save": ["lm_head"]}, {"bias": "all"}])
def test_the_base_is_itself_again_after_an_adapter(loaded, tmp_path, how):
    from peft import LoraConfig, get_peft_model
    model, before = load_base("planted")[0], loaded[0].state_dict()
    get_peft_model(model, LoraConfig(target_modules=["q_proj", "up_proj"], init_lora_weights=False, **how)).save_pretrained(
        tmp_path / "adapter")
    model = load_base("planted")[0]
    if {"modules_to_save", "bias"} & {*how}:
        with pytest.raises(ValueError, match="merge it with its base"), adapted(model, tmp_path / "adapter"):
            pass
    else:
        with adapted(model, tmp_path / "adapter") as tuned:
            assert any(not torch.equal(value, before[name]) for name, value in tuned.state_dict().items() if name in before)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
