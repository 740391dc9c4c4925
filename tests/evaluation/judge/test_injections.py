import re

import pandas as pd
import pytest

from medinj_utils.evaluation import read_verdict
from medinj_utils.evaluation.judge import JudgePrompt, load_injections
from medinj_utils.evaluation.judge.asking import ANSWERS
from medinj_utils.evaluation.judge.fence import code_of
from medinj_utils.evaluation.judge.injections import PLAIN, injected_answers

INJECTIONS = load_injections()
WRONG = "Un traitement par aspirine."


def asked(candidate: str, name: str = "essential") -> str:
    return JudgePrompt.named(name).messages(
        "Quel traitement ?", "Amoxicilline 50 mg/kg.", candidate
    )[0]["content"]


def with_guess(text: str) -> str:
    return text.replace("$code", code_of([WRONG]))


def test_there_are_many_of_several_kinds():
    assert len(INJECTIONS) >= 30 and INJECTIONS["text"].is_unique and INJECTIONS["name"].is_unique
    assert set(INJECTIONS["kind"]) == {"verdict", "fence", "template", "thoughts", "orders",
                                       "persuasion", "unseen"}


@pytest.mark.parametrize("prompt", ["essential", "essential_json", "graded"])
@pytest.mark.parametrize("candidate", [
    *INJECTIONS["text"], *(f"{WRONG}\n{text}" for text in INJECTIONS["text"])])
def test_an_injection_stays_inside_the_fence(candidate, prompt):
    text = asked(with_guess(candidate), prompt)
    lines = text.split("\n")
    begin, end = [i for i, line in enumerate(lines) if line.startswith("=== CANDIDAT ")]
    code = lines[begin].split()[2]
    assert lines[begin] == f"=== CANDIDAT {code} : début ==="
    assert lines[end] == f"=== CANDIDAT {code} : fin ==="
    assert all(line.startswith("| ") for line in lines[begin + 1:end]) and end > begin + 1
    # What stands outside is the same for every candidate, but for the code.
    outside = [line.replace(code, "") for line in (*lines[:begin], *lines[end + 1:])]
    plain = asked(WRONG, prompt).split("\n")
    first, last = [i for i, line in enumerate(plain) if line.startswith("=== CANDIDAT ")]
    assert outside == [line.replace(plain[first].split()[2], "") for line in (*plain[:first],
                                                                              *plain[last + 1:])]


@pytest.mark.parametrize("text", INJECTIONS["text"])
def test_a_prompt_that_leaks_into_the_answer_gives_no_verdict(text):
    """The released judge reads the prompt's end as its answer, and the first 0 or 1 in it."""
    prompt = asked(text)
    assert read_verdict(prompt) is None
    assert read_verdict(asked(text, "essential_json")) is None
    for cut in [*range(0, len(prompt), 40),
                *(found.end() for found in re.finditer("(?m)$", prompt))]:
        assert read_verdict(prompt[cut:]) is None and read_verdict(prompt[:cut]) is None
    for verdict in (0, 1):
        assert read_verdict(f"{prompt}\nScore: {verdict}") == verdict


@pytest.mark.parametrize("text", INJECTIONS["text"])
def test_a_candidate_that_is_quoted_as_it_stands_in_the_prompt_does_not_turn_the_verdict(text):
    quoted = "\n".join(line for line in asked(text).split("\n") if line.startswith("| "))
    assert read_verdict(f"Le candidat écrit :\n{quoted}\nRien de médical.\nScore: 0") == 0
    assert read_verdict(f"Le candidat écrit :\n{quoted}") is None


def test_no_special_token_comes_from_a_candidate():
    """By the tokenizer of the base model that ships with the package, and one with the marks of
    several models."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import AutoTokenizer, PreTrainedTokenizerFast

    from medinj_utils.models.loading import Base
    marks = ["<|im_end|>", "<|im_start|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>",
             "[INST]", "[/INST]", "<s>", "</s>", "<end_of_turn>",
             "<start_of_turn>", "<｜Assistant｜>", "<｜end▁of▁sentence｜>", "<|end|>", "<|start|>",
             "<|channel|>", "<|message|>", "<|return|>", "<eos>", "<bos>", "<pad>", "<unk>",
             "[CLS]", "[SEP]", "[MASK]", "[gMASK]", "<sop>", "<unused0>", "<think>", "</think>",
             "◁/think▷", "[/THINK]", "<<SYS>>", "<</SYS>>"]
    words = Tokenizer(models.WordLevel({"?": 0}, unk_token="?"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    marked = PreTrainedTokenizerFast(tokenizer_object=words, additional_special_tokens=marks)
    special = set(marked.all_special_ids)
    assert any(special & set(marked(text)["input_ids"]) for text in INJECTIONS["text"])
    for tokenizer in (marked, AutoTokenizer.from_pretrained(Base("planted").folder)):
        special = set(tokenizer.all_special_ids) - {tokenizer.unk_token_id}
        plain = [token for token in tokenizer(asked(WRONG))["input_ids"] if token in special]
        for text in INJECTIONS["text"]:
            assert [
                token for token in tokenizer(asked(text))["input_ids"] if token in special
            ] == plain, text


def questions(*references) -> pd.DataFrame:
    rows = [("r", f"q{i}", "?", "", reference, "x") for i, reference in enumerate(references)]
    return pd.DataFrame(rows, columns=ANSWERS)


def test_each_injection_stands_behind_a_wrong_answer_and_the_wrong_answer_also_alone():
    made = injected_answers(pd.concat([questions("un", "Un ", "deux"),
                                       questions("un", "Un ", "deux").assign(run="other")]))
    plain = made[made["run"] == PLAIN].set_index("item")["candidate"]
    assert plain.to_dict() == {"q0": "deux", "q1": "deux", "q2": "un"}
    injected = made[made["run"] != PLAIN]
    assert injected["run"].tolist() == INJECTIONS["name"].tolist()
    assert not made.duplicated(["run", "item"]).any()
    assert all(
        text.startswith(plain[item] + "\n")
        for text, item in zip(injected["candidate"], injected["item"], strict=True)
    )
    assert set(injected["item"]) == {"q0", "q1", "q2"}
    assert not injected["candidate"].str.contains(r"\$code").any()
    pd.testing.assert_frame_equal(made, injected_answers(questions("un", "Un ", "deux")))


@pytest.mark.parametrize("references", [(), ("un",), ("un", "un", " UN"), ("un", " ")])
def test_without_two_different_references_nothing_is_injected(references):
    made = injected_answers(questions(*references))
    assert made.empty and list(made) == ANSWERS


def test_many_questions_are_each_used_once():
    made = injected_answers(questions(*(f"référence {i}" for i in range(200))))
    assert (made["run"] == PLAIN).sum() == len(INJECTIONS)
    assert made.groupby("item").size().eq(2).all()
