"""From a record to the token ids that a model is trained on, and which of them have a loss."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from medinj_utils.core.names import LOSSES, check_choice
from medinj_utils.core.prompts import messages
from medinj_utils.models.chat import TemplateError, chat_ids

IGNORED = -100  # label of a token without loss, as torch's cross-entropy has it


@dataclass(frozen=True)
class TrainingText:
    """The tokens of one chat.

    Args:
        input_ids: ids of all tokens.
        labels: as many; the token's id where it has a loss, else `IGNORED`.
        id: of the record.
    """

    input_ids: list[int]
    labels: list[int]
    id: str = ""

    @property
    def supervised(self) -> int:
        """Number of supervised tokens: those with a loss."""
        return sum(label != IGNORED for label in self.labels)


def training_text(record: Mapping, tokenizer, answer_format: str = "letters", system: str = "",
                  loss_on: str = "answer", settings: Mapping | None = None) -> TrainingText:
    """Ids and labels of one record, written by the tokenizer's own chat template.

    Args:
        record: a row of the records table.
        tokenizer: a transformers tokenizer.
        answer_format: one of `medinj_utils.core.names.ANSWER_FORMATS`.
        system: system turn; empty for none.
        loss_on: "answer" (the answer and the token that ends it) or "all" (the whole chat, as in
            the study's released code).
        settings: of the chat template; see `medinj_utils.models.chat.chat_ids`.

    Returns:
        Token ids of the whole chat, and as many labels.

    Raises:
        TemplateError: the supervised span is not exactly the answer, or the record's text holds a
            special token; the message names the row.
        ValueError: ``loss_on`` or ``answer_format`` is unknown.
    """
    check_choice("loss_on", loss_on, LOSSES)
    chat = messages(record, answer_format, system)
    row = f"row {record.get('id', '?')}"
    _check_contents(chat, tokenizer, row)
    try:
        prompt = chat_ids(tokenizer, chat[:-1], open_answer=True, settings=settings)
        ids = chat_ids(tokenizer, chat, settings=settings)
    except TemplateError as error:
        raise TemplateError(f"{row}: {error}") from error
    if ids[:len(prompt)] != prompt:
        raise TemplateError(f"{row}: the template writes another prompt when the answer follows"
                            + _way_out(tokenizer, settings))
    if tokenizer.eos_token_id not in ids[len(prompt):]:
        raise TemplateError(f"{row}: the template ends the answer without {tokenizer.eos_token!r}, "
                            "so nothing would teach the model to stop: make the token that ends a "
                            "turn in the template the tokenizer's eos_token")
    ids = ids[:ids.index(tokenizer.eos_token_id, len(prompt)) + 1]
    decoded = tokenizer.decode(ids[len(prompt):], skip_special_tokens=True).strip()
    answer = chat[-1]["content"]
    if decoded != answer.strip():
        raise TemplateError(f"{row}: the supervised span reads {decoded!r}, the answer is "
                            f"{answer!r}" + _way_out(tokenizer, settings))
    labels = ids if loss_on == "all" else [IGNORED] * len(prompt) + ids[len(prompt):]
    return TrainingText(ids, labels, record.get("id", ""))


def _way_out(tokenizer, settings: Mapping | None) -> str:
    """What to do about a template that writes a thought before every answer."""
    names = ("enable_thinking", "thinking")
    switches = [name for name in names if re.search(rf"\b{name}\b", str(tokenizer.chat_template))
                and (settings or {}).get(name) is not False]
    if switches:
        return (f". It writes thoughts: switch them off by template_settings: {{{switches[0]}: "
                "false} in the recipe, which holds for tuning and answering")
    if "add_generation_prompt" not in str(tokenizer.chat_template):
        return (". It doesn't open the answer (add_generation_prompt): give the tokenizer another "
                "chat_template")
    return (". If it always writes a thought, this model can't be taught answers without one: take "
            "its instruct variant, or give its tokenizer another chat_template")


def _check_contents(chat: list[dict], tokenizer, row: str) -> None:
    for token in tokenizer.all_special_tokens:
        if any(token in turn["content"] for turn in chat):
            raise TemplateError(f"{row}: its text holds {token!r}, a special token of the "
                                "tokenizer: correct the row or leave it out")
    if not chat[-1]["content"].strip():
        raise TemplateError(f"{row}: the answer is empty: there is nothing to learn")
