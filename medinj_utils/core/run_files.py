"""The files of a run's folder, which are named once."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RunFiles:
    """What a run's folder holds, also while it is written under another name.

    Args:
        folder: of the run.
    """

    folder: Path

    @property
    def adapter(self) -> Path:
        """Folder of the adapter: safetensors, tokenizer, model card."""
        return self.folder / "adapter"

    @property
    def model_card(self) -> Path:
        """The model card, in the form that the hub reads."""
        return self.adapter / "README.md"

    @property
    def card(self) -> Path:
        """The run's card."""
        return self.folder / "card.json"

    @property
    def curve(self) -> Path:
        """The training loss, by step (CSV)."""
        return self.folder / "curve.csv"

    @property
    def validation(self) -> Path:
        """Losses and scores of the validations, by step (CSV); absent without any."""
        return self.folder / "validation.csv"
