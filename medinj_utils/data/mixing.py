"""From the records of a tree to its seven mixtures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from medinj_utils.core.files import sha256
from medinj_utils.core.names import BUDGET_UNITS, CONFIGURATIONS, SHORTAGES, check_choice
from medinj_utils.core.prompts import answer_turn, user_turn
from medinj_utils.core.tree import Tree
from medinj_utils.data.mixture_files import remove_mixture, save_mixture
from medinj_utils.data.mixtures import (
    Stratification,
    build_mixture,
    plan_budget,
    possible_configurations,
    remove_leaks,
)
from medinj_utils.data.records import load_records
from medinj_utils.models.loading import Base


@dataclass(frozen=True)
class Mixing:
    """How the mixtures of a tree are made.

    Args:
        tasks: task types that they are made of.
        exclude: reasons for which a training row is left out (`medinj_utils.core.names.LEAKS`).
        budget: of each mixture.
        unit: what the budget counts: rows, answer_tokens or all_tokens.
        shortage: handling of a provenance with too few rows; see
            `medinj_utils.data.mixtures.plan_budget`.
        stratification: shares of sources and task types.
        seed: of the draw and the order of rows.
        configurations: the mixtures; empty for all that `possible_configurations` names.

    Raises:
        ValueError: a value is unknown.
    """

    tasks: Sequence[str]
    exclude: Sequence[str]
    budget: int
    unit: str
    shortage: str
    stratification: Stratification
    seed: int
    configurations: Sequence[str] = ()

    def __post_init__(self):
        check_choice("budget_unit", self.unit, BUDGET_UNITS)
        check_choice("shortage", self.shortage, SHORTAGES)


@dataclass(frozen=True)
class TrainingRows:
    """Training rows that mixtures may be made of, and those left out because they leak.

    Args:
        kept: records that mixtures may be made of.
        leaked: records that are left out.
    """

    kept: pd.DataFrame
    leaked: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """Numbers of both by provenance."""
        kept, leaked = (rows["provenance"].value_counts() for rows in (self.kept, self.leaked))
        table = pd.DataFrame({"training rows": kept.add(leaked, fill_value=0), "left out": leaked,
                              "kept": kept})
        return table.fillna(0).astype(int)

    def not_built(self, configurations: Iterable[str]) -> str:
        """A sentence on the mixtures that are not built, and on the provenances of the rows."""
        missing = [name for name in CONFIGURATIONS if name not in set(configurations)]
        provenances = ", ".join(self.kept["provenance"].unique())
        return (f"Not built: {', '.join(missing) or 'none'}. Training rows are "
                f"{provenances or 'none'}.")


def training_rows(tree: Tree, mixing: Mixing) -> TrainingRows:
    """The training rows of a tree.

    Args:
        tree: the output tree.
        mixing: says which tasks, and which leaks are left out.

    Returns:
        Those that mixtures may be made of, and those that leak.

    Raises:
        FileNotFoundError: the records or their leaks are missing; names the notebook that makes
            them.
    """
    records = load_records(tree.need(tree.records))
    leaks = pd.read_parquet(tree.need(tree.leaks))
    training = records[(records["split"] == "train") & records["task"].isin(mixing.tasks)]
    kept, leaked = remove_leaks(training, leaks, mixing.exclude)
    return TrainingRows(kept.reset_index(drop=True), leaked)


def token_counts(records: pd.DataFrame, base: Base) -> pd.DataFrame:
    """Tokens of each row by a base model's tokenizer, without its chat template.

    Args:
        records: a records table.
        base: whose tokenizer counts.

    Returns:
        Columns ``answer_tokens`` (of the answer's letters or text) and ``all_tokens`` (of question
        and answer), with the records' index.
    """
    from transformers import AutoTokenizer
    tokenizer = AutoTokenizer.from_pretrained(base.folder)
    rows = records.to_dict("records")
    answers = [answer_turn(row, "letters") for row in rows]
    whole = [f"{user_turn(row)}\n{answer}" for row, answer in zip(rows, answers, strict=True)]

    def lengths(texts: list[str]) -> list[int]:
        ids = tokenizer(texts, add_special_tokens=False)["input_ids"] if texts else []
        return [len(tokens) for tokens in ids]

    return pd.DataFrame({"answer_tokens": lengths(answers), "all_tokens": lengths(whole)},
                        index=records.index, dtype=int)


def budget_in_words(manifests: Mapping[str, Mapping], mixing: Mixing) -> str:
    """A sentence with the budget of each mixture and the budget that was asked for.

    Args:
        manifests: of `build_mixtures`.
        mixing: how the mixtures were made.
    """
    budget = next(iter(manifests.values()))["budget"]
    return (f"Each mixture is worth {budget:,} {mixing.unit.replace('_', ' ')}; "
            f"{mixing.budget:,} were asked for.")


def build_mixtures(tree: Tree, rows: TrainingRows, mixing: Mixing, base: Base) -> dict[str, dict]:
    """Build and write the mixtures of a tree, and remove earlier mixtures of other rows.

    Args:
        tree: the output tree.
        rows: what `training_rows` gave.
        mixing: how they are made.
        base: whose tokenizer counts tokens.

    Returns:
        Their manifests by configuration; each has the budget that was kept, and numbers of tokens.

    Raises:
        ShortageError: a provenance holds too little, and ``mixing.shortage`` is ``refuse``.
    """
    kept = rows.kept
    tokens = None if mixing.unit == "rows" else token_counts(kept, base)
    sizes = None if tokens is None else tokens[mixing.unit]
    configurations = mixing.configurations or possible_configurations(kept)
    budget = plan_budget(kept, configurations, mixing.budget, mixing.shortage,
                         mixing.stratification, sizes)
    by_source, by_task = mixing.stratification.by_source, mixing.stratification.by_task
    mixtures = {name: build_mixture(kept, name, budget, mixing.seed, mixing.shortage == "repeat",
                                    by_source, by_task, sizes) for name in configurations}
    # Rows with one id have one text, so each is counted once, and only if it was drawn.
    drawn = kept[kept["id"].isin(pd.concat(mixtures.values())["id"])].drop_duplicates("id")
    counted = token_counts(drawn, base) if tokens is None else tokens.loc[drawn.index]
    counted = counted.set_axis(drawn["id"])
    entries = {"seed": mixing.seed, "budget": budget, "budget_asked": mixing.budget,
               "budget_unit": mixing.unit, "shortage": mixing.shortage, "by_source": by_source,
               "by_task": by_task, "excluded": list(mixing.exclude),
               "leaks_removed": len(rows.leaked), "records_sha256": sha256(tree.records)}
    for other in set(CONFIGURATIONS) - set(configurations):
        remove_mixture(tree, other)
    return {name: save_mixture(mixture, name, tree, **entries,
                               **counted.loc[mixture["id"]].sum().to_dict())
            for name, mixture in mixtures.items()}
