"""From a record to the token ids that a model is trained on, and which of them bear loss."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from medinj_utils.core.prompts import messages, permute_options
from medinj_utils.models.chat import TemplateError, chat_ids

IGNORED = -100  # label of a token without loss, as torch's cross-entropy has it


@dataclass(frozen=True)
class TrainingText:
    """``input_ids`` of one chat and ``labels`` of the same length: the id where it bears loss, else -100; ``id`` of the
    record."""

    input_ids: list[int]
    labels: list[int]
    id: str = ""

    @property
    def taught(self) -> int:
        return sum(label != IGNORED for label in self.labels)


def training_text(record: Mapping, tokenizer, answer_format: str = "letters", system: str = "",
                  loss_on: str = "answer") -> TrainingText:
    """Ids and labels of one record.

    ``loss_on`` is "answer" (the answer and the token that ends it) or "all" (the whole chat, as in the study's
    released code). Raises `TemplateError`, naming the row, when the taught span is not exactly the answer.
    """
    if loss_on not in ("answer", "all"):
        raise ValueError(f"loss_on is {loss_on!r}; accepted: answer, all")
    chat = messages(record, answer_format, system)
    for token in tokenizer.all_special_tokens:
        if any(token in turn["content"] for turn in chat):
            raise TemplateError(f"row {record.get('id', '?')}: its text holds {token!r}, which the tokenizer takes for a "
                                "sign of its own: mend the row or leave it out")
    if not chat[-1]["content"].strip():
        raise TemplateError(f"row {record.get('id', '?')}: the answer is empty: there is nothing to teach")
    prompt, ids = chat_ids(tokenizer, chat[:-1], open_answer=True), chat_ids(tokenizer, chat)
    if ids[:len(prompt)] != prompt:
        raise TemplateError(f"row {record.get('id', '?')}: the template writes another prompt when the answer follows")
    if tokenizer.eos_token_id not in ids[len(prompt):]:
        raise TemplateError(f"row {record.get('id', '?')}: the template ends the answer without {tokenizer.eos_token!r}, so "
                            "nothing would teach the model to stop")
    ids = ids[:ids.index(tokenizer.eos_token_id, len(prompt)) + 1]
    answer = tokenizer.decode(ids[len(prompt):], skip_special_tokens=True).strip()
    if answer != chat[-1]["content"].strip():
        raise TemplateError(f"row {record.get('id', '?')}: the taught span reads {answer!r}, "
                            f"the answer is {chat[-1]['content']!r}")
    labels = ids if loss_on == "all" else [IGNORED] * len(prompt) + ids[len(prompt):]
    return TrainingText(ids, labels, record.get("id", ""))


def epochs_of(records: Iterable[Mapping], epochs: int, seed: int, permute: bool) -> Iterable[dict]:
    """The rows of all epochs in the order in which they are taught: each epoch shuffled anew by ``seed``, with the
    options of each row permuted anew where ``permute``. Nothing else decides the order, so a run can be repeated."""
    rows = list(records)
    for epoch in range(epochs):
        rng = np.random.default_rng([seed, epoch])
        for i in rng.permutation(len(rows)):
            yield permute_options(rows[i], rng) if permute and rows[i]["options"] else dict(rows[i])


def by_length_within(texts: Sequence[TrainingText], step: int) -> list[TrainingText]:
    """The texts in steps of so many, each step's own in order of length: its passes then hold texts of about one length and
    little padding, while the step, whose loss is taken over all its taught tokens, stays the same."""
    return [text for start in range(0, len(texts), step)
            for text in sorted(texts[start:start + step], key=lambda text: len(text.input_ids))]


def rows_a_pass(texts: Sequence[TrainingText], most: int, step: int, most_tokens: int) -> int:
    """The largest number of rows, ``most`` at most, that parts a step evenly and holds up to ``most_tokens`` on average."""
    mean = sum(len(text.input_ids) for text in texts) / len(texts)
    return max(n for n in range(1, most + 1) if step % n == 0 and (n == 1 or n * mean <= most_tokens))


def filled(texts: Sequence[TrainingText], times: int) -> list[TrainingText]:
    """The texts, and copies of the shortest that teach nothing, until ``times`` parts their number: so that the last step of
    several processes gives each as many rows."""
    short = min(texts, key=lambda text: len(text.input_ids))
    nothing = TrainingText(short.input_ids, [IGNORED] * len(short.input_ids), short.id)
    return [*texts, *[nothing] * (-len(texts) % times)]


def padded(texts: Sequence[Mapping], pad_id: int) -> dict:
    """Tensors of ids and labels of a pass, padded on the right, where no token of a text looks: so attention needs no mask
    but the causal one, which is much faster."""
    import torch
    width = max(len(text["input_ids"]) for text in texts)
    filled = {name: torch.tensor([[*text[name], *[filling] * (width - len(text[name]))] for text in texts])
              for name, filling in (("input_ids", pad_id), ("labels", IGNORED))}
    # The trainer counts tokens by the positions. They are written out: what shares memory can't be pinned for a GPU.
    return filled | {"position_ids": torch.arange(width).repeat(len(texts), 1)}


def too_long(texts: Iterable[TrainingText], max_length: int) -> list[int]:
    """Positions of the texts with more than ``max_length`` tokens."""
    return [i for i, text in enumerate(texts) if len(text.input_ids) > max_length]
