"""What a model that is being trained answers, at a look in between."""

from collections.abc import Callable, Sequence

import pandas as pd

from medinj_utils.core.prompts import LETTERS
from medinj_utils.evaluation.reading import read_choice
from medinj_utils.models.engine import Engine, batches_of

_BATCH_TOKENS = 8192


def examiner(records: pd.DataFrame, rows: int, general_sources: Sequence[str], system_prompt: str = "") -> Callable:
    """A function of a model and its tokenizer that gives ``validation_exact_match``, of up to ``rows`` validation questions
    of all provenances, and ``general_exact_match``, of up to as many test questions of ``general_sources``, where there are
    any. Answers are constrained; the questions are drawn once."""
    choice = records[records["task"] != "oeq"].drop_duplicates("id")
    asked = {"validation_exact_match": choice[choice["split"] == "validation"],
             "general_exact_match": choice[(choice["split"] == "test") & choice["source"].isin(general_sources)]}
    asked = {name: table.sample(min(rows, len(table)), random_state=0).to_dict("records")
             for name, table in asked.items() if len(table)}

    def examine(model, tokenizer) -> dict[str, float]:
        engine = Engine(model, tokenizer, system=system_prompt)
        return {name: sum(_matches(engine, items)) / len(items) for name, items in asked.items()}

    examine.asked = [*asked, *general_sources]  # enters the run's parameters
    return examine


def _matches(engine: Engine, items: list[dict]) -> list[bool]:
    """Whether each question is answered exactly right."""
    prompts, found = [engine.prompt(item) for item in items], []
    order = sorted(range(len(items)), key=lambda i: len(prompts[i]))
    for batch in batches_of([*map(len, prompts)], order, _BATCH_TOKENS):
        answers = engine.answer([prompts[i] for i in batch], [items[i] for i in batch], ["constrained"])["constrained"]
        for i, answer in zip(batch, answers, strict=True):
            options = dict(zip(LETTERS, items[i]["options"], strict=False))
            found.append(read_choice(answer.raw, options, items[i]["task"]) == set(items[i]["answer_letters"]))
    return found
