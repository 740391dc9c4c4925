"""Answers of language models: how questions are asked, valid answers, and given answers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from medinj_utils.core.names import OPEN_TASK
from medinj_utils.core.recipe import Recipe

#: Why a text ended: by itself, at the limit of tokens, or unknown.
STOPPED, CUT, UNKNOWN = "stop", "length", "unknown"
#: Servers' words for the first two, in lower case and joined by "_".
_WHOLE = frozenset(
    "stop stopped eos eos_token eos_found stop_token stop_sequence stop_str stop_string end"
    " end_turn end_of_turn end_of_text end_of_sequence eot complete completed done finish"
    " finished natural success normal".split())
_CUT_SHORT = re.compile(
    "length|max|limit|token|budget|exceed|truncat|incomplete|too_long|cut|filter|safety|block"
    "|prohibited|recitation|refus|moderat|spii|error|fail|malformed|abort|cancel|interrupt|time_?out"
    "|overload|pause|tool|function|language")
#: Least probability of all letters together as the first token; below it, the model would write
#: something else first, such as a thought.
LEAST_MASS = 0.1
#: Most options in the mode "constrained", which enumerates all sets of them: 1,023 sets.
MOST_OPTIONS = 10


@dataclass(frozen=True)
class Asking:
    """How a model is asked.

    Args:
        max_new_tokens: tokens of a free answer.
        system: system turn before every question; empty for none.
        examples: by task, the records that are shown with their answers before a question.
        template_settings: of the chat template, such as ``{"enable_thinking": False}``.
        temperature: of free answers of a model that is loaded here. 0 takes the likeliest tokens;
            above it tokens are drawn, and each item needs a ``seed``.
        stops: texts at which a free answer ends, its thoughts included.
    """

    max_new_tokens: int = 32
    system: str = ""
    examples: Mapping[str, Sequence[Mapping]] = field(default_factory=dict)
    template_settings: Mapping = field(default_factory=dict)
    temperature: float = 0.0
    stops: Sequence[str] = ()

    @classmethod
    def from_recipe(cls, recipe: Recipe, examples: Mapping[str, Sequence[Mapping]] | None = None):
        """How choice questions are asked by a recipe.

        Args:
            recipe: the recipe.
            examples: questions shown with their answers before each, by task.
        """
        return cls(recipe.max_new_tokens, recipe.system_prompt, examples or {},
                   recipe.template_settings)

    @classmethod
    def open_from_recipe(cls, recipe: Recipe):
        """How a recipe asks open questions, if it does."""
        return cls(recipe.open_max_new_tokens, recipe.system_prompt,
                   template_settings=recipe.template_settings, stops=tuple(recipe.open_stops))

    @property
    def settings(self) -> dict:
        """The fields that enter the settings of a backend, and the key of answers."""
        stops = {"stops": list(self.stops)} if self.stops else {}
        return {"max_new_tokens": self.max_new_tokens,
                "template_settings": dict(self.template_settings)} | stops


@dataclass
class Answer:
    """A model's answer to one question in one mode.

    Attributes:
        raw: the raw text; None if the question was not asked. In the modes of likelihood the
            likeliest letter, whatever the options' labels; in "option_likelihood" all letters with
            a probability above one half, or the likeliest.
        probabilities: in the modes of likelihood one per option. They add up to 1, except in
            "option_likelihood", where each is the probability that its option is right.
        note: why the question was not asked.
        ended: why the text ended: `STOPPED`, by itself; `CUT`, at the limit of tokens; `UNKNOWN`;
            or a server's own word for it, see `how_ended`. Empty where no text was written.
        letters_mass: in the mode "likelihood" the probability of all letters together as the first
            token; None in other modes.
    """

    raw: str | None
    probabilities: list[float] = field(default_factory=list)
    note: str = ""
    ended: str = ""
    letters_mass: float | None = None


def how_ended(word: str) -> str:
    """Meaning of a server's word for the end of a text, in any case.

    Args:
        word: such as "stop", "MAX_TOKENS" or "FinishReason.STOP"; empty where no text was written.

    Returns:
        `STOPPED`; `CUT` (at a limit, by a filter or an error); `UNKNOWN` of other words.
    """
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])|[\W_]+", "_", word.rpartition(".")[2].strip())
    plain = plain.lower().strip("_").removeprefix("finish_reason_")
    if plain in _WHOLE or not word.strip():
        return STOPPED
    return CUT if _CUT_SHORT.search(plain) else UNKNOWN


def ended_at_stop(text: str, stops: Sequence[str]) -> tuple[str, bool]:
    """End a text at the first of some stops.

    Args:
        text: as it was written.
        stops: texts that end it.

    Returns:
        (the text before the first stop, whether there is one).
    """
    starts = [start for stop in stops if (start := text.find(stop)) >= 0]
    return (text[:min(starts)], True) if starts else (text, False)


def was_cut(ended: str) -> bool:
    """Whether a text was cut: at a limit, by a filter or by an error."""
    return how_ended(ended) == CUT


def applies(mode: str, task: str) -> bool:
    """Whether questions of a task are asked in a mode.

    Every question is asked in "greedy", every choice question in "constrained". Likelihoods of
    whole answers need a single right answer, likelihoods of each option several.

    Args:
        mode: one of `medinj_utils.core.names.MODES`.
        task: one of `medinj_utils.core.names.TASKS`.
    """
    if mode == "greedy" or task == OPEN_TASK:
        return mode == "greedy"
    if mode == "option_likelihood":
        return task == "mcq"
    return task == "mcqu" or mode == "constrained"


def allowed_answers(task: str, labels: Sequence[str]) -> list[str]:
    """Every valid answer to a choice question.

    Args:
        task: "mcqu" (each label alone) or "mcq" (each non-empty set of labels, in order).
        labels: of the options.

    Raises:
        ValueError: an "mcq" question has more than `MOST_OPTIONS` options.
    """
    if task == "mcqu":
        return list(labels)
    if len(labels) > MOST_OPTIONS:
        raise ValueError(f"{len(labels)} options; the constrained mode enumerates all sets of them "
                         f"and takes up to {MOST_OPTIONS}")
    return [", ".join(chosen) for size in range(1, len(labels) + 1)
            for chosen in combinations(labels, size)]


class AllowedTokens:
    """Next tokens that lead to a valid answer, as trees of the valid answers' tokens."""

    def __init__(self, tokenizer):
        self.tokenizer = tokenizer
        self._trees: dict[tuple, dict] = {}

    def tree(self, task: str, labels: Sequence[str]) -> dict:
        """The tree of a question's valid answers: token → tree of the tokens that may follow.

        Every path through it is a valid answer and ends with the end-of-text token.

        Args:
            task: "mcqu" or "mcq".
            labels: of the options.
        """
        if (task, labels) not in self._trees:
            root: dict = {}
            for answer in allowed_answers(task, labels):
                tokens = self.tokenizer(answer, add_special_tokens=False)["input_ids"]
                node = root
                for token in [*tokens, self.tokenizer.eos_token_id]:
                    node = node.setdefault(token, {})
            self._trees[task, labels] = root
        return self._trees[task, labels]


def batches_of(lengths: Sequence[int], order: Sequence[int], most_tokens: int) -> list[list[int]]:
    """Cut prompts into batches.

    Args:
        lengths: tokens of each prompt.
        order: indices of the prompts, in the order in which they are batched.
        most_tokens: tokens of a batch when all its prompts are padded to the longest.

    Returns:
        Batches of indices. A prompt longer than ``most_tokens`` makes a batch of its own.
    """
    batches: list[list[int]] = []
    longest = 0
    for i in order:
        longest = max(longest, lengths[i])
        if batches and (len(batches[-1]) + 1) * longest <= most_tokens:
            batches[-1].append(i)
        else:
            batches.append([i])
            longest = lengths[i]
    return batches
