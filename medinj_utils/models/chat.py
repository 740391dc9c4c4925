"""Chats as token ids, by a tokenizer's own template."""

from collections.abc import Mapping
from itertools import takewhile

import jinja2

_THOUGHT, _SAID = "¤thought¤", "¤said¤"


class TemplateError(ValueError):
    """The tokenizer's chat template can't be used."""


def chat_ids(tokenizer, chat: list[dict], open_answer: bool = False,
             settings: Mapping | None = None) -> list[int]:
    """Token ids of a chat by the tokenizer's own template, with nothing added.

    Args:
        tokenizer: a transformers tokenizer.
        chat: messages with ``role`` and ``content``.
        open_answer: whether the answer turn is opened after the last message.
        settings: of the template, such as ``{"enable_thinking": False}``.

    Raises:
        TemplateError: the tokenizer has no chat template, or one that refuses the chat or doesn't
            have a setting.
    """
    name = tokenizer.name_or_path
    if not tokenizer.chat_template:
        raise TemplateError(f"{name}: the tokenizer has no chat template")
    for setting in settings or ():
        if setting not in str(tokenizer.chat_template):
            raise TemplateError(f"{name}: the chat template has no setting {setting!r}; correct "
                                "template_settings in the recipe")
    try:
        return tokenizer.apply_chat_template(chat, add_generation_prompt=open_answer, tokenize=True,
                                             return_dict=True, **settings or {})["input_ids"]
    except jinja2.TemplateError as error:
        way_out = ""
        if chat[0]["role"] == "system":
            way_out = '. If it takes no system turn, set system_prompt to "" in the recipe'
        raise TemplateError(f"{name}: the chat template refuses this chat: {error}{way_out}"
                            ) from error


def thought_marks(tokenizer) -> tuple[str, str] | None:
    """The marks that a chat template writes before and after a thought; None if it knows none."""
    question = {"role": "user", "content": "?"}
    said = {"role": "assistant", "content": _SAID}
    thinking = said | dict.fromkeys(("reasoning_content", "reasoning", "thinking"), _THOUGHT)
    if not tokenizer.chat_template:
        return None
    try:
        opened = tokenizer.apply_chat_template([question], tokenize=False,
                                               add_generation_prompt=True)
        text = tokenizer.apply_chat_template([question, thinking], tokenize=False)
    except (jinja2.TemplateError, TypeError):
        return None
    before, thought, behind = text.partition(_THOUGHT)
    if not thought or _SAID not in behind:
        return None
    # a template that always thinks has opened the thought in the prompt
    shared = takewhile(lambda pair: pair[0] == pair[1], zip(before, opened, strict=False))
    begin = before[len(list(shared)):].strip() or before.split()[-1]
    end = behind.partition(_SAID)[0].strip()
    return (begin, end) if begin and end else None
