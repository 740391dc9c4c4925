import pytest

from medinj_utils.models.chat import TemplateError, chat_ids, thought_marks
from medinj_utils.models.loading import Base, load_base

CHAT = [{"role": "user", "content": "Bonjour"}]


def test_a_chat_is_rendered_by_the_tokenizers_template_and_nothing_is_added(loaded):
    tokenizer = loaded[1]
    text = tokenizer.apply_chat_template(CHAT, tokenize=False, add_generation_prompt=True)
    assert tokenizer.decode(chat_ids(tokenizer, CHAT, open_answer=True)) == text
    closed = chat_ids(tokenizer, CHAT)
    assert chat_ids(tokenizer, CHAT, open_answer=True)[:len(closed)] == closed


def test_a_tokenizer_without_a_template_is_refused():
    tokenizer = load_base(Base("planted"))[1]
    tokenizer.chat_template = None
    with pytest.raises(TemplateError, match="no chat template"):
        chat_ids(tokenizer, CHAT)


TURNS = "{% for turn in messages %}<|im_start|>{{ turn.role }}\n{{ turn.content }}<|im_end|>\n{% endfor %}"
OPENED = "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
HYBRID = TURNS.replace("{{ turn.content }}", "{% if turn.role == 'assistant' %}<think>\n{{ turn.reasoning_content }}\n</think>\n\n"
                       "{% endif %}{{ turn.content }}") + OPENED.replace(
    "{% endif %}", "{% if enable_thinking is false %}<think>\n\n</think>\n\n{% endif %}{% endif %}")
HARMONY = TURNS.replace("{{ turn.content }}", "{% if turn.thinking %}<|channel|>analysis<|message|>{{ turn.thinking }}<|end|>"
                        "<|start|>assistant<|channel|>final<|message|>{% endif %}{{ turn.content }}") + OPENED


@pytest.fixture
def tokenizer():
    return load_base(Base("planted"))[1]


@pytest.mark.parametrize("template, marks", [
    (TURNS + OPENED, None), (HYBRID, ("<think>", "</think>")),
    (HYBRID.replace("<think>", "[THINK]").replace("</think>", "[/THINK]"), ("[THINK]", "[/THINK]")),
    (HYBRID.replace("enable_thinking is false", "false").replace("assistant\n{%", "assistant\n<think>\n{%"), ("<think>", "</think>")),
    (HARMONY, ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>")),
    ("{{ raise_exception('no') }}", None), (None, None)])
def test_marks_of_thoughts_come_from_the_template(tokenizer, template, marks):
    tokenizer.chat_template = template
    assert thought_marks(tokenizer) == marks


def test_a_setting_reaches_the_template_and_an_unknown_one_is_refused(tokenizer):
    tokenizer.chat_template = HYBRID
    plain = chat_ids(tokenizer, CHAT, open_answer=True)
    without = chat_ids(tokenizer, CHAT, open_answer=True, settings={"enable_thinking": False})
    assert tokenizer.decode(without[len(plain):]) == "<think>\n\n</think>\n\n"
    with pytest.raises(TemplateError, match="no setting 'thinking_budget'; correct template_settings"):
        chat_ids(tokenizer, CHAT, settings={"thinking_budget": 3})


def test_a_template_without_a_system_turn_says_what_to_do(tokenizer):
    tokenizer.chat_template = ("{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}"
                               "{% endif %}" + TURNS + OPENED)
    with pytest.raises(TemplateError, match='System role not supported. .*set system_prompt to ""'):
        chat_ids(tokenizer, [{"role": "system", "content": "Réponds."}, *CHAT])
    assert chat_ids(tokenizer, CHAT)
