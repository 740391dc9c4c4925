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


TURNS = ("{% for turn in messages %}<|im_start|>{{ turn.role }}\n{{ turn.content }}<|im_end|>\n"
         "{% endfor %}")
OPENED = "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
HYBRID = TURNS.replace(
    "{{ turn.content }}",
    "{% if turn.role == 'assistant' %}<think>\n{{ turn.reasoning_content }}\n</think>\n\n"
    "{% endif %}{{ turn.content }}",
) + OPENED.replace(
    "{% endif %}", "{% if enable_thinking is false %}<think>\n\n</think>\n\n{% endif %}{% endif %}"
)
HARMONY = (
    TURNS.replace(
        "{{ turn.content }}",
        "{% if turn.thinking %}<|channel|>analysis<|message|>{{ turn.thinking }}<|end|>"
        "<|start|>assistant<|channel|>final<|message|>{% endif %}{{ turn.content }}",
    )
    + OPENED
)


@pytest.fixture
def tokenizer():
    return load_base(Base("planted"))[1]


@pytest.mark.parametrize("template, marks", [
    (TURNS + OPENED, None), (HYBRID, ("<think>", "</think>")),
    (HYBRID.replace("<think>", "[THINK]").replace("</think>", "[/THINK]"), ("[THINK]", "[/THINK]")),
    (HYBRID.replace("enable_thinking is false", "false").replace("assistant\n{%",
                                                                 "assistant\n<think>\n{%"),
     ("<think>", "</think>")),
    (HARMONY, ("<|channel|>analysis<|message|>",
               "<|end|><|start|>assistant<|channel|>final<|message|>")),
    ("{{ raise_exception('no') }}", None), (None, None)])
def test_marks_of_thoughts_come_from_the_template(tokenizer, template, marks):
    tokenizer.chat_template = template
    assert thought_marks(tokenizer) == marks


def test_a_setting_reaches_the_template_and_an_unknown_one_is_refused(tokenizer):
    tokenizer.chat_template = HYBRID
    plain = chat_ids(tokenizer, CHAT, open_answer=True)
    without = chat_ids(tokenizer, CHAT, open_answer=True, settings={"enable_thinking": False})
    assert tokenizer.decode(without[len(plain):]) == "<think>\n\n</think>\n\n"
    with pytest.raises(TemplateError,
                       match="no setting 'thinking_budget'; correct template_settings"):
        chat_ids(tokenizer, CHAT, settings={"thinking_budget": 3})


def test_a_template_that_writes_todays_date_writes_one_on_every_day(tokenizer):
    """Else a system would be asked by another prompt than it was taught."""
    tokenizer.chat_template = "{{ strftime_now('%d %b %Y') }}" + TURNS + OPENED
    assert tokenizer.decode(chat_ids(tokenizer, CHAT)).startswith("01 Jan 2025")


def test_a_template_without_a_system_turn_says_what_to_do(tokenizer):
    tokenizer.chat_template = (
        "{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}"
        "{% endif %}" + TURNS + OPENED
    )
    with pytest.raises(TemplateError, match='System role not supported. .*set system_prompt to ""'):
        chat_ids(tokenizer, [{"role": "system", "content": "Réponds."}, *CHAT])
    assert chat_ids(tokenizer, CHAT)


SHOTS = [
    {"role": "system", "content": "Réponds."},
    {"role": "user", "content": "Quel organe (A) ou (B) ?"},
    {"role": "assistant", "content": "A"},
    {"role": "user", "content": "Quel os (A) ou (B) ?"},
    {"role": "assistant", "content": "B"},
]
PARTS = TURNS.replace("{{ turn.content }}",
                      "{% for part in turn.content %}{{ part['text'] }}{% endfor %}")
EITHER = TURNS.replace(
    "{{ turn.content }}",
    "{% if turn.content is string %}{{ turn.content | trim }}{% else %}{% for part in turn.content "
    "%}"
    "{{ part['text'] }}{% endfor %}{% endif %}",
)


@pytest.mark.parametrize("template, missing", [
    (TURNS, None), (EITHER, None),
    (TURNS.replace("{{ turn.content }}", "{{ turn.content | trim }}"), None),
    ("{% for turn in messages[1:] %}[{{ turn.role }}] {% if loop.last %}{{ messages[0].content "
     "}}\n\n{% endif %}{{ turn.content }}{% endfor %}", None),
    (TURNS.replace("turn in messages", "turn in messages if turn.content"), None),
    (PARTS, "1 of 5 \\(system"),
    (TURNS.replace("in messages", "in messages[1:]"), "1 of 5 \\(system.*system_prompt"),
    (TURNS.replace("in messages", "in messages if turn.role != 'system'"), "1 of 5 \\(system"),
    (TURNS.replace("in messages", "in messages if turn.role != 'assistant'"),
     "3 of 5 \\(assistant.*shots: 0"),
    ("{{ messages[0].content }}" + TURNS.replace("in messages", "in messages[-2:]"),
     "2 of 5 \\(user"),
    (TURNS.replace("in messages", "in messages[:2]"), "3 of 5 \\(assistant"),
    ("Bonjour", "1 of 5"),
    (TURNS.replace("turn.content", "turn.text"), "1 of 5"),
    (TURNS.replace("turn.content", "turn.content[:9]"), "2 of 5 \\(user"),
    (TURNS.replace("turn.content", "turn.content | upper"), "1 of 5"),
    (TURNS.replace("turn.content", "turn.content | replace('(A)', '')"), "2 of 5")])
def test_a_template_that_leaves_out_what_a_turn_says_is_refused(tokenizer, template, missing):
    tokenizer.chat_template = template
    if missing:
        with pytest.raises(TemplateError, match=f"leaves out or changes turn {missing}"):
            chat_ids(tokenizer, SHOTS)
    else:
        assert "Quel os" in tokenizer.decode(chat_ids(tokenizer, SHOTS))
        assert chat_ids(tokenizer, SHOTS[:-1], open_answer=True)


@pytest.mark.parametrize("template", [
    "{{ messages[0].content + 1 }}", "{{ messages[9].content.text }}", "{{ 1 / 0 }}",
    "{{ 'é'.encode('ascii') }}", "{{ raise_exception('no') }}",
    "{% for turn in 3 %}{% endfor %}", "{{ messages + 1 }}", "{{ messages['role'](1) }}",
    "{% if %}", "{{ strftime_now(3) }}"])
def test_a_template_that_fails_is_refused_by_name(tokenizer, template):
    tokenizer.chat_template = template
    with pytest.raises(TemplateError, match=r"the chat template refuses this chat: \S"):
        chat_ids(tokenizer, CHAT)
    assert thought_marks(tokenizer) is None


@pytest.mark.parametrize("setting", [
    "messages", "add_generation_prompt", "tools", "m", "turn", "role", "content", "x", "tokenize",
    "return_dict",
                                     "bos_token", "eos_token", "namespace", "raise_exception",
    "chat_template", "enable", "think", "", "padding"])
def test_only_names_that_a_template_takes_from_outside_are_settings(tokenizer, setting):
    tokenizer.chat_template = (
        "{{ bos_token }}{% set x = 1 %}{% set ns = namespace() %}{% for m in [] %}{{ m }}{% endfor "
        "%}"
        + HYBRID
    )
    with pytest.raises(TemplateError, match=f"has no setting '{setting}'"):
        chat_ids(tokenizer, CHAT, settings={setting: []})


@pytest.mark.parametrize("template, setting", [
    (HYBRID, "enable_thinking"),
    ("{% if date is not defined %}{% set date = '1' %}{% endif %}{{ date }}" + TURNS, "date"),
    ("{% set effort = effort | default('low') %}{{ effort }}" + TURNS, "effort"),
    ("{% generation %}" + TURNS + "{% endgeneration %}{{ k }}", "k"),
    ("{% macro f(x) %}{{ x }}{{ depth }}{% endmacro %}{{ f(1) }}" + TURNS, "depth"),
    ("{% for i in [1] %}{% if level %}{% continue %}{% endif %}{% endfor %}" + TURNS, "level")])
def test_settings_are_found_wherever_a_template_reads_them(tokenizer, template, setting):
    tokenizer.chat_template = template
    assert chat_ids(tokenizer, CHAT, settings={setting: False})
