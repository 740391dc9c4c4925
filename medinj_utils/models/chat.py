"""Chats as token ids, by a tokenizer's own template."""


class TemplateError(ValueError):
    """The tokenizer's chat template can't be used."""


def chat_ids(tokenizer, chat: list[dict], open_answer: bool = False) -> list[int]:
    """Token ids of a chat by the tokenizer's own template, with nothing added.

    Args:
        tokenizer: a transformers tokenizer.
        chat: messages with ``role`` and ``content``.
        open_answer: whether the answer turn is opened after the last message.

    Raises:
        TemplateError: the tokenizer has no chat template.
    """
    if not tokenizer.chat_template:
        raise TemplateError(f"{tokenizer.name_or_path}: the tokenizer has no chat template")
    return tokenizer.apply_chat_template(chat, add_generation_prompt=open_answer, tokenize=True,
                                         return_dict=True)["input_ids"]
