"""Train runs on the mixtures of an output tree."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from medinj_utils.core import prompts
from medinj_utils.core.cards import Card
from medinj_utils.core.files import read_json
from medinj_utils.core.names import CHOICE_TASKS, Run
from medinj_utils.core.recipe import Recipe
from medinj_utils.core.tree import Tree
from medinj_utils.data import load_mixture, load_records
from medinj_utils.models import chat
from medinj_utils.models.loading import Base
from medinj_utils.models.validation import Validation
from medinj_utils.training.backends import Backend
from medinj_utils.training.job import Job, Rows

VALIDATION_ROWS = 200  # at most, of each validation set; drawn once
_SHOWING = ("figures", "findings", "model_card", "tables")  # modules that don't affect training


def train_runs(tree: Tree, runs: Iterable[Run], recipe: Recipe, backend: Backend,
               base: Base) -> dict[Run, dict]:
    """Train runs one after the other, with the validations that the recipe asks for.

    Args:
        tree: holds the mixtures and, where the recipe asks for validations, the records.
        runs: what to train.
        recipe: how.
        backend: what `medinj_utils.training.start_backend` returned.
        base: the model that is tuned. It is loaded anew for each run.

    Returns:
        The card of each run; see `train_run`.
    """
    records = load_records(tree.need(tree.records)) if recipe.validations else None
    return {run: train_run(tree, run, recipe, backend, base, records) for run in runs}


def train_run(tree: Tree, run: Run, recipe: Recipe, backend: Backend, base: Base,
              records: pd.DataFrame | None = None) -> dict:
    """Tune the base on the mixture ``tree.mixture(run.system)`` and write ``tree.run(run)``.

    A finished run with the same inputs and parameters is not repeated. With
    ``recipe.validations`` the validation loss is taken before the first step and about so many
    times evenly over the steps, on up to `VALIDATION_ROWS` validation questions of the mixture's
    provenances.

    Args:
        tree: its notebook enters the card as the step.
        run: the mixture and the seed.
        recipe: how the adapter is tuned.
        backend: what `medinj_utils.training.start_backend` returned.
        base: the model that is tuned.
        records: where validations take their questions; needed if the recipe asks for any.

    Returns:
        The content of the run's card.

    Raises:
        FileNotFoundError: the mixture is missing, or the records that validations need.
        ValueError, MemoryError, FloatingPointError: see `medinj_utils.training.tune.tune`.
    """
    mixture = load_mixture(tree, run.system)
    inputs = [tree.mixture(run.system)]
    validation, validation_rows = None, []
    if recipe.validations:
        inputs.append(tree.need(tree.records))
        validation = Validation(records, VALIDATION_ROWS, recipe.system_prompt,
                                recipe.template_settings)
        validation_rows = _validation_rows(records, mixture)
    job = Job(run, recipe, backend, base, validation)
    inputs.append(base.folder)
    inputs += _deciding_code()
    card = Card(tree.origin, job.parameters, inputs)
    if done := _finished(tree.run_files(run).card, card):
        return done
    from medinj_utils.training.tune import tune  # here: it imports trl, and Unsloth must be first
    return tune(job, Rows(mixture.to_dict("records"), validation_rows), card, tree.run(run))


def _deciding_code() -> list[Path]:
    """Files of the package that affect training: a run is repeated when one changes."""
    room = sorted(path for path in Path(__file__).parent.glob("*.py") if path.stem not in _SHOWING)
    return [Path(prompts.__file__), Path(chat.__file__), *room]


def _finished(file: Path, card: Card) -> dict | None:
    """The card of a finished run with the same parameters, inputs and versions, if there is one."""
    if not file.exists():
        return None
    finished = read_json(file)
    same = all(finished[part] == card.content[part] for part in ("parameters", "versions"))
    hashes = sorted(finished["inputs"].values())
    return finished if same and hashes == sorted(card.content["inputs"].values()) else None


def _validation_rows(records: pd.DataFrame, mixture: pd.DataFrame) -> list[dict]:
    """Up to `VALIDATION_ROWS` validation questions of the mixture's provenances."""
    questions = records[(records["split"] == "validation") & records["task"].isin(CHOICE_TASKS)
                        & records["provenance"].isin(mixture["provenance"].unique())]
    drawn = questions.sample(min(VALIDATION_ROWS, len(questions)), random_state=0)
    return drawn.to_dict("records")
