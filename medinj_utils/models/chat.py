"""Chats as token ids, by a tokenizer's own template."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from itertools import takewhile

import jinja2
from jinja2.defaults import DEFAULT_NAMESPACE
from jinja2.meta import find_undeclared_variables

_THOUGHT, _SAID = "¤thought¤", "¤said¤"
#: The day that templates write as today's: else prompts would differ between tuning and answering.
_TODAY = datetime(2025, 1, 1)
#: Errors of faulty templates in Python, and of transformers on refusing one.
_FAULTS = (jinja2.TemplateError, TypeError, ValueError, LookupError, AttributeError,
           ArithmeticError, RecursionError)
#: Variables of templates that the book, transformers or Jinja set, so that recipes can't.
_NO_SETTINGS = {"messages", "tools", "documents", "add_generation_prompt", "raise_exception",
                "strftime_now", "bos_token", "eos_token", "unk_token", "pad_token",
                *DEFAULT_NAMESPACE}
#: Remedies for a turn that is left out, by its role.
_WAYS_OUT = {"system": 'If it takes no system turn, set system_prompt to "" in the recipe. ',
             "assistant": "If it takes no earlier turns, ask without examples (shots: 0). "}


class TemplateError(ValueError):
    """The tokenizer's chat template can't be used."""


def chat_ids(tokenizer, chat: list[dict], open_answer: bool = False,
             settings: Mapping | None = None) -> list[int]:
    """Token ids of a chat by the tokenizer's own template, with nothing added.

    A template that writes today's date writes the same one on every day.

    Args:
        tokenizer: a transformers tokenizer.
        chat: messages with ``role`` and ``content``.
        open_answer: whether the answer turn is opened after the last message.
        settings: of the template, such as ``{"enable_thinking": False}``.

    Raises:
        TemplateError: the tokenizer has no chat template, or one that refuses the chat, leaves out
            the content of a turn, or doesn't have a setting.
    """
    name = tokenizer.name_or_path
    if not tokenizer.chat_template:
        raise TemplateError(f"{name}: the tokenizer has no chat template")
    for setting in settings or ():
        if setting not in _settings_of(tokenizer):
            raise TemplateError(f"{name}: the chat template has no setting {setting!r}; correct "
                                "template_settings in the recipe")
    text = _rendered(tokenizer, chat, open_answer, settings)
    _check_turns(tokenizer, chat, text, settings)
    # as transformers does after rendering
    return tokenizer(text, add_special_tokens=False)["input_ids"]


def _settings_of(tokenizer) -> set[str]:
    """Variables of a tokenizer's chat template that a recipe may set."""
    try:
        return _free_names(tokenizer.get_chat_template()) - set(tokenizer.special_tokens_map)
    except _FAULTS as error:
        raise TemplateError(f"{tokenizer.name_or_path}: the chat template can't be read: {error}"
                            ) from error


@lru_cache(maxsize=8)
def _free_names(template: str) -> set[str]:
    # marks of transformers, unknown to Jinja
    plain = re.sub(r"{%[-+]?\s*(end)?generation\s*[-+]?%}", "", template)
    parsed = jinja2.Environment(extensions=["jinja2.ext.loopcontrols"]).parse(plain)
    return find_undeclared_variables(parsed) - _NO_SETTINGS


def _rendered(tokenizer, chat: list[dict], open_answer: bool, settings: Mapping | None) -> str:
    """A chat as text.

    Raises:
        TemplateError: the template refuses the chat.
    """
    try:
        return tokenizer.apply_chat_template(
            chat, add_generation_prompt=open_answer, tokenize=False,
            strftime_now=_TODAY.strftime, **settings or {})
    except _FAULTS as error:
        way_out = ""
        if chat[0]["role"] == "system":
            way_out = '. If it takes no system turn, set system_prompt to "" in the recipe'
        raise TemplateError(f"{tokenizer.name_or_path}: the chat template refuses this chat: "
                            f"{error}{way_out}") from error


def _check_turns(tokenizer, chat: list[dict], text: str, settings: Mapping | None) -> None:
    """Refuse a text in which the content of a turn is missing.

    A short content, such as « A », may occur in the text by chance. So turns with marks in place of
    their contents are rendered as well, once for all chats of the same roles.
    """
    roles = tuple(turn["role"] for turn in chat)
    left_out = _left_out(tokenizer, tokenizer.get_chat_template(), roles,
                         json.dumps(settings or {}, default=str))
    plain = " ".join(text.split())
    for i, turn in enumerate(chat):
        if i in left_out or " ".join(turn["content"].split()) not in plain:
            raise TemplateError(
                f"{tokenizer.name_or_path}: the chat template leaves out or changes turn "
                f"{i + 1} of {len(chat)} ({turn['role']}). {_WAYS_OUT.get(turn['role'], '')}"
                "If it expects contents in parts, as templates of vision models do, give the "
                "tokenizer another chat_template")


@lru_cache(maxsize=64)
def _left_out(tokenizer, template: str, roles: tuple[str, ...], settings: str) -> set[int]:
    """Which turns of a chat with these roles a template leaves out.

    Args:
        tokenizer: a transformers tokenizer.
        template: its chat template, part of the cache's key.
        roles: of the turns.
        settings: of the template, as JSON.
    """
    marks = [f"¤turn{i}¤" for i in range(len(roles))]
    chat = [{"role": role, "content": mark} for role, mark in zip(roles, marks, strict=True)]
    text = _rendered(tokenizer, chat, False, json.loads(settings))
    return {i for i, mark in enumerate(marks) if mark not in text}


def thought_marks(tokenizer) -> tuple[str, str] | None:
    """The marks that a chat template writes before and after a thought, if it has any.

    Returns:
        (mark before, mark after), or None.
    """
    question = {"role": "user", "content": "?"}
    said = {"role": "assistant", "content": _SAID}
    thinking = said | dict.fromkeys(("reasoning_content", "reasoning", "thinking"), _THOUGHT)
    if not tokenizer.chat_template:
        return None
    try:
        opened = tokenizer.apply_chat_template([question], tokenize=False,
                                               add_generation_prompt=True)
        text = tokenizer.apply_chat_template([question, thinking], tokenize=False)
    except _FAULTS:
        return None
    before, thought, behind = text.partition(_THOUGHT)
    if not thought or _SAID not in behind:
        return None
    # a template that always thinks has opened the thought in the prompt
    shared = takewhile(lambda pair: pair[0] == pair[1], zip(before, opened, strict=False))
    begin = before[len(list(shared)):].strip() or before.split()[-1]
    end = behind.partition(_SAID)[0].strip()
    return (begin, end) if begin and end else None
