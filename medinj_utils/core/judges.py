"""Judges of open answers, as the parameter ``judges`` names them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from medinj_utils.core.names import JUDGE_PROMPTS, OPEN_METRICS, PRECISIONS

#: Names that other scorers have in the tables that judges stand in.
_TAKEN = ("majority", "length", *OPEN_METRICS)
_AT_ONCE = 8  # calls
_Count, _Price = Annotated[int, Field(ge=1)], Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Prices(BaseModel):
    """What a judge's server asks for tokens.

    Attributes:
        input: price of a million tokens of prompts.
        output: price of a million tokens of replies, thoughts included.
        currency: of both.
    """

    model_config = ConfigDict(extra="forbid", strict=True)
    input: _Price
    output: _Price
    currency: Annotated[str, Field(min_length=1)]


class JudgeAsked(BaseModel):
    """One entry of ``judges``: a model, loaded here or behind a server, with a prompt.

    Attributes:
        name: of its folder and in tables: lower case, digits, hyphens.
        base_model: "planted", a folder or a hub id, of a judge that is loaded here.
        precision: number format of the model's weights.
        server: address where the protocol begins, of one behind a server.
        model: the name by which the server knows it.
        revision: commit of a model on the hub, or what is known of the server's.
        prompt: one of the package's prompts.
        repeats: how often it is asked about each answer.
        temperature: 0 takes the likeliest token at each step.
        max_tokens: of a reply, thoughts included.
        at_once: concurrent calls to a server: fewer where it limits their rate, more where it
            answers many together.
        prices: of tokens; none where they cost nothing.
    """

    model_config = ConfigDict(extra="forbid", strict=True)
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    base_model: str = ""
    precision: Literal[PRECISIONS] = "auto"
    server: str = ""
    model: str = ""
    revision: str = ""
    prompt: Literal[JUDGE_PROMPTS]
    repeats: _Count
    temperature: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    max_tokens: _Count
    at_once: _Count = _AT_ONCE
    prices: Prices | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> "JudgeAsked":
        if self.name in _TAKEN:
            raise ValueError(f"judge {self.name}: another scorer has this name; choose one that is "
                             f"none of {', '.join(_TAKEN)}")
        if bool(self.base_model) == bool(self.server):
            raise ValueError(f"judge {self.name}: name either base_model, loaded here, or server")
        if self.server and not self.server.startswith(("http://", "https://")):
            raise ValueError(f"judge {self.name}: server is {self.server!r}; need the address "
                             "where the protocol begins, such as http://127.0.0.1:8000/v1")
        if self.server and not (self.model and self.revision.strip()):
            raise ValueError(f"judge {self.name}: behind a server it needs model and revision (a "
                             "commit, a date, or unknown)")
        if self.base_model and (self.model or self.prices or self.at_once != _AT_ONCE):
            raise ValueError(f"judge {self.name}: model, prices and at_once are of a server's "
                             "judges; this one is loaded here")
        if self.base_model and self.repeats > 1 and not self.temperature:
            raise ValueError(f"judge {self.name}: a model that is loaded here says the same each "
                             "time at temperature 0; set one above 0, or repeats to 1")
        return self


def check_panel(judges: list[JudgeAsked]) -> list[JudgeAsked]:
    """Refuse two judges with one name, and two with the same model and prompt.

    Raises:
        ValueError: there are such two; the message names them.
    """
    for identity in (lambda judge: judge.name,
                     lambda judge: (judge.base_model or judge.model, judge.revision, judge.prompt)):
        known = {}
        for judge in judges:
            if (other := known.setdefault(identity(judge), judge)) is not judge:
                raise ValueError(f"judges {other.name} and {judge.name} have one name, or are one "
                                 "model with one prompt: their verdicts would be mixed up")
    return judges
