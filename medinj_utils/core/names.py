"""The book's vocabulary: provenances, configurations, systems, runs, and every list of choices.

A *configuration* is one of the seven training mixtures. A *system* is the base model or a model
tuned on a configuration. A *run* is a system tuned with one seed. Tables have a column for each:
``run``, ``system``, ``seed``.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

PROVENANCES = ("native", "synthetic", "translated")
#: Provenance of each part that a configuration's name is made of.
PARTS = {"NAT": "native", "SYN": "synthetic", "TRAD": "translated"}
#: Parts that each configuration mixes, in the order of every figure and table.
MIXED_PARTS = {"NAT": ("NAT",), "SYN": ("SYN",), "TRAD": ("TRAD",), "NAT-SYN": ("NAT", "SYN"),
               "NAT-TRAD": ("NAT", "TRAD"), "TRAD-SYN": ("TRAD", "SYN"),
               "ALL": ("NAT", "SYN", "TRAD")}
CONFIGURATIONS = tuple(MIXED_PARTS)
FACTORS = ("NAT", "SYN", "TRAD")  # parts of which the factorial has every combination
BASE = "BASE"
SYSTEMS = (BASE, *CONFIGURATIONS)

TASKS = ("mcqu", "mcq", "oeq")  # one right option, several right options, open question
CHOICE_TASKS = TASKS[:2]
OPEN_TASK = TASKS[2]
SPLITS = ("train", "validation", "test")

#: Why a training row may be a question of the test. The last reason is a suspicion.
SURE_LEAKS = ("same question", "same case", "same parent", "nearly the same question")
LEAKS = (*SURE_LEAKS, "same in other words")
SHORTAGES = ("refuse", "lower", "repeat")
BUDGET_UNITS = ("rows", "answer_tokens", "all_tokens")
SOURCE_SHARES = ("proportional", "equal")
TASK_SHARES = ("as found", "matched")

WORLDS = ("planted", "null")

BACKENDS = ("unsloth", "peft")
ADAPTERS = ("dora", "lora", "rslora", "qlora", "full")
PRECISIONS = ("auto", "float32", "bfloat16", "float16")
ANSWER_FORMATS = ("letters", "letters_and_text", "text", "with_explanation")
LOSSES = ("answer", "all")
KEPT_WEIGHTS = ("last", "best")

MODES = ("greedy", "constrained", "likelihood", "text_likelihood", "text_likelihood_per_byte",
         "option_likelihood")
#: Scores of an open answer, see `medinj_utils.evaluation.open_answers.score_open_answers`.
OPEN_METRICS = ("bleu", "chrf", "rouge_1", "rouge_2", "rouge_l", "meteor", "content_recall",
                "numbers_recall", "numbers_precision", "bertscore")
#: Those of them that go from 0 to 100, where the others go to 1.
OF_HUNDRED = ("bleu", "chrf")
#: Who gives scores of the long table: reading of letters, metrics of texts, judges, humans.
LONG_KINDS = ("choices", "metrics", "judges", "humans")
TOO_LONG = ("set aside", "cut context")
#: Files of `medinj_utils.evaluation.judge`.
JUDGE_PROMPTS = ("essential", "essential_json", "graded", "reference_free", "pairwise")
#: How often two systems of a published table are right on the same items.
PAIRINGS = ("both", "worst", "best")
UNEQUAL_ITEMS = ("refuse", "intersect")


def check_choice(name: str, value: object, accepted: Iterable[object]) -> None:
    """Refuse a value that is not among those accepted.

    Args:
        name: of the choice.
        value: that was chosen.
        accepted: all that may be chosen.

    Raises:
        ValueError: the value is not among them; the message names the choice and what is accepted.
    """
    if value not in (accepted := list(accepted)):
        raise ValueError(f"{name} is {value!r}; accepted: {', '.join(map(str, accepted))}")


def parts_of(system: str) -> frozenset[str]:
    """Parts (NAT, SYN, TRAD) that a system was tuned on; none for the base.

    Raises:
        ValueError: the system is unknown.
    """
    check_choice("system", system, SYSTEMS)
    return frozenset() if system == BASE else frozenset(MIXED_PARTS[system])


def in_order(systems: Iterable[str]) -> list[str]:
    """The systems in the order of every figure and table of the book."""
    return [system for system in SYSTEMS if system in set(systems)]


def provenances_of(configuration: str) -> tuple[str, ...]:
    """Provenances that a configuration mixes, in the order of `MIXED_PARTS`.

    The order enters the shuffling of a mixture's rows.

    Raises:
        ValueError: the configuration is unknown.
    """
    check_choice("configuration", configuration, CONFIGURATIONS)
    return tuple(PARTS[part] for part in MIXED_PARTS[configuration])


@dataclass(frozen=True, order=True)
class Run:
    """A system and the seed that it was tuned with. The base isn't tuned; its seed is 0.

    Args:
        system: the base, or a configuration.
        seed: 0 or more.

    Raises:
        ValueError: the system is unknown, the seed is negative, or the base has a seed.
    """

    system: str
    seed: int = 0

    def __post_init__(self):
        parts_of(self.system)
        if self.seed < 0 or (self.system == BASE and self.seed):
            raise ValueError(f"seed is {self.seed} for {self.system}; need 0 for {BASE}, else 0 or "
                             "more")

    @property
    def name(self) -> str:
        """Name in folders and tables: ``BASE``, or ``NAT-s42``."""
        return BASE if self.system == BASE else f"{self.system}-s{self.seed}"

    @classmethod
    def named(cls, name: str) -> "Run":
        """The run of a `name`.

        Raises:
            ValueError: no run has this name.
        """
        system, _, seed = name.rpartition("-s")
        known = name == BASE or (system in CONFIGURATIONS and seed.isdecimal())
        if not known or (run := cls(system, int(seed)) if system else cls(BASE)).name != name:
            raise ValueError(f"{name!r} is no run: need {BASE}, or a configuration and a seed, "
                             "such as NAT-s42")
        return run

    def __str__(self) -> str:
        return self.name

    def columns(self) -> dict[str, str | int]:
        """The columns ``run``, ``system`` and ``seed`` of this run's rows in a table."""
        return {"run": self.name, "system": self.system, "seed": self.seed}


def runs_of(systems: Iterable[str], seeds: Iterable[int]) -> list[Run]:
    """One run per system and seed, system by system; the base once.

    Args:
        systems: the base and configurations.
        seeds: of the tuned systems.

    Raises:
        ValueError: there is no system.
    """
    systems, seeds = list(systems), list(seeds)
    if not systems:
        raise ValueError("no system is named: configurations, or systems, are empty")
    return [run for system in systems
            for run in ([Run(BASE)] if system == BASE else [Run(system, seed) for seed in seeds])]


def runs_in(scores: pd.DataFrame) -> list[Run]:
    """The runs that a scores table has rows of, in its order."""
    pairs = scores[["system", "seed"]].drop_duplicates()
    return [Run(system, int(seed)) for system, seed in pairs.itertuples(index=False)]


def systems_of(runs: Iterable[Run]) -> dict[str, str]:
    """The system of each run, by its name."""
    return {run.name: run.system for run in runs}
