"""Validation during training: how often the model's constrained answers are exactly right."""

from collections.abc import Mapping

import pandas as pd

from medinj_utils.models.answers import Asking, batches_of
from medinj_utils.models.engine import Engine
from medinj_utils.models.hardware import tokens_at_once

_BATCH_TOKENS = 8192


class Validation:
    """Validation questions, drawn once and asked at every call.

    ``validation_exact_match`` covers validation questions of all provenances,
    ``general_exact_match`` test questions on general knowledge. A set without questions is left
    out.

    Args:
        records: all records.
        rows: most questions per set.
        system_prompt: system turn before every question; empty for none.
        template_settings: of the chat template.
    """

    def __init__(self, records: pd.DataFrame, rows: int, system_prompt: str = "",
                 template_settings: Mapping | None = None):
        self.asking = Asking(system=system_prompt, template_settings=template_settings or {})
        choice = records[records["task"] != "oeq"].drop_duplicates("id")
        general = (choice["split"] == "test") & choice["general"]
        sets = {"validation_exact_match": choice[choice["split"] == "validation"],
                "general_exact_match": choice[general]}
        self._questions = {
            name: table.sample(min(rows, len(table)), random_state=0).to_dict("records")
            for name, table in sets.items() if len(table)}

    @property
    def sets(self) -> list[str]:
        """Names of the figures that a call returns."""
        return list(self._questions)

    def __call__(self, model, tokenizer) -> dict[str, float]:
        """Exact match of the model on each set, 0 to 1."""
        # In training Unsloth's attention accepts no cache on CUDA.
        engine = Engine(model, tokenizer, self.asking, holds_cache=False)
        return {name: _exact_match(engine, questions)
                for name, questions in self._questions.items()}


def _exact_match(engine: Engine, questions: list[dict]) -> float:
    """Share of the questions whose constrained answer has exactly the right letters."""
    prompts = [engine.prompt(question) for question in questions]
    lengths = [len(prompt) for prompt in prompts]
    order = sorted(range(len(questions)), key=lengths.__getitem__)
    right = 0
    for batch in batches_of(lengths, order, tokens_at_once(_BATCH_TOKENS)):
        own = [questions[i] for i in batch]
        answers = engine.answer([prompts[i] for i in batch], own, ["constrained"])["constrained"]
        right += sum(answer.raw == ", ".join(question["answer_letters"])
                     for answer, question in zip(answers, own, strict=True))
    return right / len(questions)
