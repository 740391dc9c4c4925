"""How an adapter is tuned."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

VALIDATION_ROWS = 200  # at most, of each look; drawn once
WARMUP = 0.05  # share of the steps over which the learning rate rises; the study's
MOST_TOO_LONG = 0.05  # share of rows that may be longer than max_length; above it nothing is trained

ADAPTERS = ("dora", "lora", "rslora", "qlora", "full")


def recipe_name(learning_rate: float, epochs: int) -> str:
    """How a recipe that differs in these two is called, in folders and tables."""
    return f"rate-{learning_rate:g}-epochs-{epochs}"


@dataclass(frozen=True)
class Recipe:
    """The defaults are the study's, but for the loss (on the answer alone). Names are those of notebook 21's parameters."""

    adapter: str = "dora"  # or "lora", "rslora"; "qlora": lora on a base held in 4 bits (CUDA); "full": all weights
    rank: int = 16
    alpha: int = 16
    dropout: float = 0.05
    epochs: int = 10
    batch_size: int = 12  # rows of a forward pass; fewer, and more passes a step, where there is no GPU and rows are long
    gradient_accumulation: int = 8
    learning_rate: float = 1e-4
    max_length: int = 2048  # tokens; longer rows are set aside and counted
    gradient_checkpointing: bool = True
    permute_options: bool = False  # a new option order for every row in every epoch
    answer_format: str = "letters"
    loss_on: str = "answer"
    system_prompt: str = ""
    precision: str = "auto"
    validations: int = 0  # looks at the validation questions, evenly over the steps, beside one before the first
    keep: str = "last"  # or "best": the weights of the look with the lowest validation loss
    patience: int = 0  # looks without a lower loss after which training stops; 0: never

    def __post_init__(self):
        for name, accepted in (("adapter", ADAPTERS), ("keep", ("last", "best"))):
            if getattr(self, name) not in accepted:
                raise ValueError(f"{name} is {getattr(self, name)!r}; accepted: {', '.join(accepted)}")
        for name in ("epochs", "batch_size", "gradient_accumulation", "max_length"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; need at least 1")
        if self.permute_options and self.answer_format == "with_explanation":
            raise ValueError("permute_options gives the options other letters, and an explanation may name the old ones: "
                             "take another answer_format, or leave the options in their order")
        if self.adapter == "qlora" and self.precision != "bfloat16":
            raise ValueError(f"adapter qlora computes in bfloat16, and precision is {self.precision!r}: set it to "
                             "bfloat16, or take adapter lora")
        if not self.validations and (self.keep == "best" or self.patience):
            raise ValueError("keep is 'best' or patience is set, and validations is 0: there is nothing to choose by. Set "
                             "validations, such as 10")

    @classmethod
    def of(cls, parameters: Mapping) -> "Recipe":
        """The recipe that a notebook's parameters say."""
        return cls(**{field.name: parameters[field.name] for field in fields(cls)})
