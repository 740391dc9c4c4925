"""Answers are kept under a key, resumed after a stop, and set aside or cut where prompts are
long."""

import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from medinj_utils.core import prompts
from medinj_utils.core.cards import Origin
from medinj_utils.core.files import read_json
from medinj_utils.evaluation import answer as answer_module
from medinj_utils.evaluation import read_choice
from medinj_utils.evaluation.answer import _shortened, answer_questions
from medinj_utils.evaluation.protocol import Protocol
from medinj_utils.evaluation.questions import choose_examples
from medinj_utils.models import engine as engine_module
from medinj_utils.models.answers import Answer, Asking
from medinj_utils.models.engine import Engine
from medinj_utils.models.server import Server


def test_batched_and_single_answers_are_the_same(items, ask, tmp_path):
    batched = ask(items, tmp_path / "batched.parquet", batch_tokens=2000)
    single = ask(items, tmp_path / "single.parquet", batch_tokens=1)
    pd.testing.assert_frame_equal(batched.drop(columns="probabilities"),
                                  single.drop(columns="probabilities"))
    for one, other in zip(batched["probabilities"], single["probabilities"], strict=True):
        assert list(one) == pytest.approx(list(other), abs=1e-4)
    assert len(batched) == 2 * len(items) + (items["task"] == "mcqu").sum()


def test_many_options_are_told_before_anything_is_asked(ask, tmp_path):
    item = {"id": "x", "task": "mcqu", "instruction": "Bonjour ?", "context": "",
            "options": [f"choix {i}" for i in range(20)]}
    single, several = pd.DataFrame([item]), pd.DataFrame([item, item | {"id": "y", "task": "mcq"}])
    assert ask(single, tmp_path / "a.parquet")["raw"].notna().all()
    with pytest.raises(ValueError, match="question y .* leave 'constrained' out"):
        ask(several, tmp_path / "b.parquet")
    assert ask(several, tmp_path / "b.parquet", modes=["greedy"])["raw"].notna().all()


def test_questions_longer_than_the_limit_are_set_aside_and_told(items, ask, tmp_path):
    longest = items.copy()
    longest.at[longest.index[0], "context"] = "mot " * 500
    answers = ask(longest, tmp_path / "a.parquet", max_length=200, modes=["greedy"])
    aside = answers[answers["note"] != ""]
    assert aside["id"].tolist() == [longest.iloc[0]["id"]]
    assert aside["raw"].isna().all() and "over 200" in aside["note"].item()
    assert answers["id"].tolist() == longest["id"].tolist()


def test_a_context_is_cut_in_its_middle_and_the_question_never(items, loaded):
    engine = Engine(*loaded, Asking(16))
    row = items.iloc[0].to_dict() | {"context": " ".join(f"mot{i}" for i in range(400))}
    shorter, cut = _shortened(row, 200, lambda row: len(engine.prompt(row)))
    prompt = engine.prompt(shorter)
    shown, fewer = engine.show(prompt), _shortened(row, 400, lambda row: len(engine.prompt(row)))[1]
    assert len(prompt) <= 200 and 0 < fewer < cut < 400
    assert "mot0 " in shown and "mot399" in shown and "[…]" in shown and row["instruction"] in shown
    assert all(f"({letter}) {option}" in shown for letter, option in zip("ABCDE", row["options"],
                                                                         strict=False))
    lines = row | {"context": "mot\n" * 400}
    assert "mot\nmot" in _shortened(lines, 200, lambda row: len(engine.prompt(row)))[0]["context"]


def test_long_contexts_are_cut_where_the_protocol_says_so(items, ask, tmp_path):
    row = items.iloc[0].to_dict() | {"context": " ".join(f"mot{i}" for i in range(400))}
    longest = pd.DataFrame([row, items.iloc[1].to_dict()])
    answers = ask(longest, tmp_path / "a.parquet", max_length=200, modes=["constrained"],
                  too_long="cut context")
    assert answers["cut"].iloc[0] > 100 and answers["cut"].iloc[1] == 0
    assert answers["raw"].notna().all() and (answers["note"] == "").all()
    hopeless = ask(longest, tmp_path / "b.parquet", max_length=20, modes=["constrained"],
                   too_long="cut context")
    assert hopeless["raw"].isna().all() and hopeless["note"].str.contains("over 20").all()
    with pytest.raises(ValueError, match="set aside, cut context"):
        ask(longest, tmp_path / "c.parquet", too_long="crop")


def test_prompts_about_single_options_are_cut_to_the_limit_too(items, ask, tmp_path, monkeypatch):
    several = items[items["task"] == "mcq"].head(1).assign(context="mot\n" * 400)
    widest, read = [], engine_module.read_prompts
    monkeypatch.setattr(engine_module, "read_prompts",
                        lambda model,
                        prompts: widest.append(max(map(len, prompts))) or read(model, prompts))
    ask(several, tmp_path / "d.parquet", max_length=200, modes=["option_likelihood"],
        too_long="cut context")
    assert 150 < max(widest) <= 200


KILLED = """
import sys, pandas as pd
from medinj_utils.core.cards import Origin
from medinj_utils.data import read_source
from medinj_utils.evaluation.answer import answer_questions
from medinj_utils.evaluation.protocol import Protocol
from medinj_utils.models.answers import Asking
from medinj_utils.models.engine import Engine
from medinj_utils.models.loading import Base, load_base, model_id
records, _ = read_source("planted", sys.argv[1])
items = records[(records["split"] == "test") & (records["task"] != "oeq")]
base = Base("planted")
answer_questions(items.drop_duplicates("id").head(24), Engine(*load_base(base), Asking(16)),
                 sys.argv[2], model_id(base, None, "float32"),
                 Protocol(("greedy", "constrained", "likelihood"), batch_tokens=100),
                 Origin("30_answer_questions"))
"""


def test_a_killed_run_resumes_and_ends_with_the_same_file(world, items, ask, tmp_path, monkeypatch):
    whole, cut = tmp_path / "whole.parquet", tmp_path / "cut.parquet"
    ask(items, whole, batch_tokens=100)
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(world["folder"] / "published"),
                                str(cut)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    parts, deadline = tmp_path / "cut.parts", time.time() + 120
    while len(list(parts.glob("[!.]*.parquet"))) < 8 and time.time() < deadline:
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    done = {file: file.stat().st_mtime_ns for file in parts.glob("[!.]*.parquet")}
    assert 8 <= len(done) < 24 and not cut.exists()
    kept, write = {}, answer_module.write_parquet

    def spy(table, path):
        kept.update({file: file.stat().st_mtime_ns for file in parts.glob("[!.]*.parquet")})
        return write(table, path)

    monkeypatch.setattr(answer_module, "write_parquet", spy)
    ask(items, cut, batch_tokens=100)
    # what was answered was not asked again
    assert all(kept[file] == stamp for file, stamp in done.items())
    assert cut.read_bytes() == whole.read_bytes()
    assert not parts.exists()


@pytest.mark.parametrize("stopped_by", [
    OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_full_disk_or_an_interrupt_costs_one_batch(items, ask, tmp_path, monkeypatch, stopped_by):
    whole, cut, written = tmp_path / "whole.parquet", tmp_path / "cut.parquet", []
    ask(items, whole, batch_tokens=200)
    write = answer_module.write_parquet

    def failing(table, path):
        if len(written) == 3:
            raise stopped_by
        written.append(path)
        return write(table, path)

    with monkeypatch.context() as patch:
        patch.setattr(answer_module, "write_parquet", failing)
        with pytest.raises(type(stopped_by)):
            ask(items, cut, batch_tokens=200)
    assert len(list((tmp_path / "cut.parts").glob("[!.]*.parquet"))) == 3 and not cut.exists()
    ask(items, cut, batch_tokens=200)
    assert cut.read_bytes() == whole.read_bytes()


def test_changed_prompts_never_reuse_old_answers(records, items, ask, tmp_path, monkeypatch):
    path, few = tmp_path / "a.parquet", items.head(8)
    first = ask(few, path)
    stamp = path.stat().st_mtime_ns
    ask(few, path)
    assert path.stat().st_mtime_ns == stamp
    with_system = ask(few, path, Asking(16, "Réponds toujours en latin, longuement."))
    assert path.stat().st_mtime_ns != stamp
    assert with_system["raw"].tolist() != first["raw"].tolist()
    stamp = path.stat().st_mtime_ns
    ask(few, path, Asking(16, examples=choose_examples(records, 2)))
    assert path.stat().st_mtime_ns != stamp
    monkeypatch.setitem(prompts.TASK_LINES, "mcqu", "Une seule.")
    assert ask(few, path)["raw"].tolist() != first["raw"].tolist()  # the text of the prompts counts
    assert ask(items.head(5), path)["id"].nunique() == 5


@pytest.mark.parametrize("change", [
    "model_id", "max_length", "batch_tokens", "modes", "max_new_tokens", "file", "nothing"])
def test_each_part_of_the_key_alone_has_everything_asked_anew(items, loaded, identity, tmp_path,
                                                              monkeypatch, change):
    few, path, asked = items.head(4), tmp_path / "a.parquet", []
    limits = {"modes": ["greedy"], "max_length": 2048, "batch_tokens": 16_384}
    answer_questions(few, Engine(*loaded, Asking(16)), path, identity, Protocol(**limits),
                     Origin("30"))
    if change == "file":
        pd.read_parquet(path).assign(raw="A").to_parquet(path)
    other = {"max_length": 2047, "batch_tokens": 16_383, "modes": ["constrained"]}
    limits |= {name: value for name, value in other.items() if name == change}
    model = {"adapter_sha256": "another"} if change == "model_id" else identity
    engine = Engine(*loaded, Asking(17 if change == "max_new_tokens" else 16))
    monkeypatch.setattr(engine, "answer",
                        lambda *batch: asked.append(batch) or Engine.answer(engine, *batch))
    (tmp_path / "a.parts").mkdir()
    answers = answer_questions(few, engine, path, model, Protocol(**limits), Origin("30"))
    assert bool(asked) == (change != "nothing") and answers["raw"].tolist() != ["A"] * 4
    assert not (tmp_path / "a.parts").exists()


def test_an_unknown_mode_names_the_accepted_ones(items, ask, identity, tmp_path):
    with pytest.raises(ValueError, match="greedy, constrained"):
        ask(items, tmp_path / "a.parquet", modes=["beam"])
    server = Server("http://127.0.0.1:9/v1", "any", Asking())
    with pytest.raises(ValueError, match="accepted by server: greedy, constrained, likelihood"):
        answer_questions(items, server, tmp_path / "a.parquet", identity,
                         Protocol(["text_likelihood"]), Origin("30"))
    with pytest.raises(ValueError, match="choose 'set aside'"):
        answer_questions(items, server, tmp_path / "a.parquet", identity,
                         Protocol(["greedy"], too_long="cut context"), Origin("30"))


def test_a_question_that_a_server_refuses_is_set_aside_and_thoughts_are_not_read(
    items, identity, tmp_path, monkeypatch
):
    server = Server("http://127.0.0.1:9/v1", "any", Asking())
    thought = Answer("<think>La réponse est A, ou bien B ?</think>\nC")
    replies = [Answer(None, note="refused by the server: context length"), thought]
    monkeypatch.setattr(server, "answer", lambda prompts, items, modes: {"greedy": replies})
    answers = answer_questions(items.head(2), server, tmp_path / "a.parquet", identity,
                               Protocol(["greedy"], max_length=1), Origin("30"))
    assert answers["raw"].isna().sum() == 1 and "context length" in "".join(answers["note"])
    assert read_choice(
        thought.raw, dict(zip("ABC", ["foie", "rein", "rate"], strict=True)), "mcqu"
    ) == {"C"}


def test_why_answers_ended_is_a_column_and_answers_without_it_are_asked_anew(items, ask, tmp_path,
                                                                             monkeypatch):
    path = tmp_path / "a.parquet"
    answers = ask(items.head(3), path)
    with monkeypatch.context() as earlier:  # the key of a version with fewer columns
        earlier.setattr(answer_module, "_COLUMNS", [*answer_module._COLUMNS, "more"])
        earlier.setattr(answer_module, "_answer_batch", lambda *batch: pytest.fail("asked anew"))
        with pytest.raises(pytest.fail.Exception, match="asked anew"):
            ask(items.head(3), path)
    answers = answers.set_index("mode")
    assert set(answers.loc["greedy", "ended"]) <= {"stop", "length"}
    assert set(answers.loc["constrained", "ended"]) == {"stop"}
    single = answers.loc[["likelihood"]] if "likelihood" in answers.index else answers.head(0)
    assert (single["ended"] == "").all() and single["letters_mass"].between(0, 1.0001).all()
    assert answers.loc["greedy", "letters_mass"].isna().all()


def test_what_a_server_refused_stands_in_the_card_after_a_stop_too(items, identity, tmp_path,
                                                                   monkeypatch):
    server = Server("http://127.0.0.1:9/v1", "any", Asking())
    protocol = Protocol(["greedy"], batch_tokens=1)

    def answer(prompts, rows, modes):
        if rows[0]["id"] == stop:
            raise KeyboardInterrupt
        server._client._refused_parameters.add("seed")
        return {"greedy": [Answer("A", ended="stop")]}

    monkeypatch.setattr(server, "answer", answer)
    longer = items.head(3).assign(context=["", "mot " * 50, "mot " * 200])
    stop = longer["id"].iloc[2]
    with pytest.raises(KeyboardInterrupt):
        answer_questions(longer, server, tmp_path / "a.parquet", identity, protocol, Origin("30"))
    fresh, stop = Server("http://127.0.0.1:9/v1", "any", Asking()), ""
    monkeypatch.setattr(fresh, "answer", lambda prompts, rows,
                        modes: {"greedy": [Answer("A", ended="stop")]})
    answer_questions(longer, fresh, tmp_path / "a.parquet", identity, protocol, Origin("30"))
    assert read_json(tmp_path / "a.card.json")["left_out"] == ["seed"]


def test_the_card_says_what_answered_and_what_was_asked_in_which_notebook(items, ask, tmp_path):
    ask(items, tmp_path / "a.parquet", Asking(16, "Réponds en français."))
    card = read_json(tmp_path / "a.card.json")
    assert card["step"] == "30_answer_questions"
    assert card["parameters"]["backend"] == "transformers" and card["questions"] == len(items)
    assert "Réponds en français." in card["first_prompt"]
    assert items.iloc[0]["instruction"] in card["first_prompt"]
    ask(items, tmp_path / "b.parquet", Asking(16, "Réponds en latin."))
    other = read_json(tmp_path / "b.card.json")
    assert card["parameters"]["prompts_sha256"] != other["parameters"]["prompts_sha256"]


def test_answers_that_another_process_took_away_are_missed(items, ask, tmp_path, monkeypatch):
    asked = answer_module._ask

    def then_one_is_gone(questions, backend, protocol, parts):
        asked(questions, backend, protocol, parts)
        sorted(parts.glob("*.parquet"))[0].unlink()

    monkeypatch.setattr(answer_module, "_ask", then_one_is_gone)
    with pytest.raises(RuntimeError, match=r"a\.parts: \d+ answers are missing"):
        ask(items, tmp_path / "a.parquet", batch_tokens=1000)
    monkeypatch.setattr(answer_module, "_ask", asked)
    assert ask(items, tmp_path / "a.parquet", batch_tokens=1000)["raw"].notna().all()
