"""Which tokens are supervised, over answer formats and chat templates."""

import pytest
from transformers import AutoTokenizer

from medinj_utils.core.profiles import load_profile
from medinj_utils.core.recipe import load_recipe
from medinj_utils.data import read_source
from medinj_utils.models.chat import TemplateError
from medinj_utils.training.prepare import MOST_TOO_LONG
from medinj_utils.training.text import IGNORED, training_text

from .tuning import PLANTED

RECORD = {"id": "r1", "task": "mcq", "instruction": "Quels organes ?", "context": "Un patient.",
          "options": ["foie", "rein", "cœur"], "answer_letters": ["A", "C"],
          "answer_text": "foie ; cœur", "explanation": "Des organes pleins."}
TEMPLATES = {
    "chatml": None,
    "llama-like": (
        "{% for m in messages %}<|start|>{{ m['role'] }}<|end|>\n\n{{ m['content'] }}<|im_end|>"
        "{% endfor %}{% if add_generation_prompt %}<|start|>assistant<|end|>\n\n{% endif %}"
    ),
    "without system": (
        "{% for m in messages %}{% if m['role'] == 'system' %}{{ raise_exception('no system turn') "
        "}}"
        "{% endif %}[{{ m['role'] }}]\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}[assistant]\n{% endif %}"
    ),
}


def planted_tokenizer():
    return AutoTokenizer.from_pretrained(PLANTED.folder)


@pytest.fixture(params=TEMPLATES)
def tokenizer(request):
    loaded = planted_tokenizer()
    loaded.chat_template = TEMPLATES[request.param] or loaded.chat_template
    return loaded


@pytest.mark.parametrize("answer_format, answer", [
    ("letters", "A, C"), ("letters_and_text", "A) foie, C) cœur"), ("text", "foie ; cœur"),
    ("with_explanation", "A, C\nDes organes pleins.")])
def test_the_supervised_span_is_the_answer_and_its_end(tokenizer, answer_format, answer):
    text = training_text(RECORD, tokenizer, answer_format)
    supervised = [label for label in text.labels if label != IGNORED]
    assert tokenizer.decode(supervised).strip() == answer + tokenizer.eos_token
    assert len(text.labels) == len(text.input_ids)
    assert supervised == text.input_ids[-len(supervised):]
    assert text.supervised == len(supervised) > 1


def test_loss_on_all_supervises_every_token(tokenizer):
    text = training_text(RECORD, tokenizer, loss_on="all")
    assert text.labels == text.input_ids


def test_a_letter_is_one_token_wherever_it_stands():
    tokenizer = planted_tokenizer()
    ids = training_text(RECORD, tokenizer).input_ids
    (letter,) = tokenizer("C", add_special_tokens=False)["input_ids"]
    assert ids.count(letter) == 2


@pytest.mark.parametrize("template, message", [
    ("{% for m in messages %}{{ m['content'] | upper }}<|im_end|>{% endfor %}", "row r1"),
    ("{{ messages | length }}{% for m in messages %}{{ m['content'] }}{% endfor %}",
     "row r1.*another prompt"),
    ("{% for m in messages %}[{{ m['role'] }}]{{ m['content'] }}{% endfor %}"
     "{% if add_generation_prompt %}[assistant]{% endif %}",
     r"row r1: the template ends the answer without '<\|im_end\|>'"),
    (None, "no chat template")])
def test_templates_that_cannot_be_used_are_refused(template, message):
    tokenizer = planted_tokenizer()
    tokenizer.chat_template = template
    with pytest.raises(TemplateError, match=message):
        training_text(RECORD, tokenizer, answer_format="text")


def test_ways_out_of_a_template_fit_what_it_does():
    tokenizer = planted_tokenizer()
    turns = "{% for m in messages %}{{ m.role + m.content }}<|im_end|>{% endfor %}"
    for opened, settings, message in (
            ("", None, r"It doesn't open the answer \(add_generation_prompt\)"),
            ("{% if add_generation_prompt %}assistant{% if thinking %}<think>{%endif%}{%endif%}",
             {"thinking": True}, r"template_settings: \{thinking: false\}"),
            ("{% if add_generation_prompt %}assistant<think>{% endif %}", None,
             "If it always writes a thought")):
        tokenizer.chat_template = turns + opened
        with pytest.raises(TemplateError, match=message):
            training_text(RECORD, tokenizer, settings=settings)


def test_rows_that_cannot_be_learned_are_refused_with_their_id():
    tokenizer = planted_tokenizer()
    with pytest.raises(TemplateError, match="row r1: its text holds"):
        training_text(RECORD | {"context": "fin <|im_end|> non"}, tokenizer)
    with pytest.raises(TemplateError, match="row r1: the answer is empty"):
        training_text(RECORD | {"answer_letters": [], "answer_text": ""}, tokenizer)
    with pytest.raises(ValueError, match="accepted: answer, all"):
        training_text(RECORD, tokenizer, loss_on="question")


def test_the_rows_of_the_open_profile_fit_into_its_length(shared_data):
    profile = load_profile("open", str(shared_data))
    most = load_recipe(profile.shared["recipe"]).max_length
    tokenizer = planted_tokenizer()
    for source in profile.notebooks["10_read_sources"]["sources"]:
        records, _ = read_source(source["name"], source["location"])
        chosen = (records["split"] == "train") & records["task"].isin(["mcqu", "mcq"])
        rows = records[chosen].head(300).to_dict("records")
        lengths = [len(training_text(row, tokenizer).input_ids) for row in rows]
        assert sum(length > most for length in lengths) <= MOST_TOO_LONG * len(rows), source["name"]
