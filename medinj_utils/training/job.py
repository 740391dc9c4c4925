"""The inputs of a run: the rows that it learns from, and everything else that determines it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medinj_utils.core.names import Run
from medinj_utils.core.recipe import Recipe
from medinj_utils.models.loading import Base
from medinj_utils.models.validation import Validation
from medinj_utils.training.backends import Backend


@dataclass(frozen=True)
class Job:
    """Everything but its rows that determines a run's adapter.

    Args:
        run: the configuration and the seed of adapter, dropout and order of rows.
        recipe: how the adapter is tuned.
        backend: what `medinj_utils.training.start_backend` returned.
        base: the model that is tuned.
        validation: asks the model questions at each validation; with None a validation computes
            the loss alone.
    """

    run: Run
    recipe: Recipe
    backend: Backend
    base: Base
    validation: Validation | None = None

    @property
    def parameters(self) -> dict:
        """The parameters of the run's card. A run is repeated when one of them changes."""
        return self.recipe.tuning | {
            "configuration": self.run.system, "seed": self.run.seed, "backend": self.backend.name,
            "base_model": self.base.name, "revision": self.base.revision,
            "validation_sets": list(self.validation.sets) if self.validation else []}


@dataclass(frozen=True)
class Rows:
    """The records of a run.

    Args:
        training: records that the run learns from.
        validation: records on which its validation loss is taken.
    """

    training: Sequence[Mapping]
    validation: Sequence[Mapping] = ()
