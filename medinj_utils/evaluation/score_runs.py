"""Ask runs, one after the other, and score what they answer."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from medinj_utils.core.files import write_parquet
from medinj_utils.core.names import Run, runs_of
from medinj_utils.core.recipe import Recipe
from medinj_utils.core.tree import Tree
from medinj_utils.evaluation.answer import answer_questions
from medinj_utils.evaluation.protocol import Protocol
from medinj_utils.evaluation.scoring import score_answers
from medinj_utils.models.answers import Asking
from medinj_utils.models.engine import Engine
from medinj_utils.models.hardware import choose_precision
from medinj_utils.models.loading import Base, answering_models
from medinj_utils.models.server import Server

#: What answers for each run: `medinj_utils.models.loading.answering_models`.
Models = Iterable[tuple[Run, Engine | Server, dict]]


def adapters_of(tree: Tree, runs: Iterable[Run]) -> dict[Run, Path | None]:
    """The adapter of each run, which must exist; None for the base.

    Args:
        tree: the output tree.
        runs: to look up.

    Raises:
        FileNotFoundError: a run has no adapter; the message names notebook 21.
    """
    return {run: tree.adapter(run) for run in runs}


@dataclass(frozen=True)
class OpenQuestions:
    """Open questions, and how they are asked.

    Args:
        items: records, of `medinj_utils.evaluation.questions.open_questions_asked`.
        asking: how they are asked.
    """

    items: pd.DataFrame
    asking: Asking


def ask_runs(tree: Tree, items: pd.DataFrame, models: Models, protocol: Protocol,
             also: OpenQuestions | None = None) -> tuple[dict[Run, pd.DataFrame], pd.DataFrame]:
    """Put questions to every run.

    Args:
        tree: the output tree; answers are written to ``tree.answers(run)``, open ones to
            ``tree.open_answers(run)``.
        items: records of the choice questions.
        models: what answers for each run.
        protocol: modes and limits; open questions are asked in the mode "greedy" alone.
        also: open questions; None asks none and leaves their answers as they are.

    Returns:
        The answers of each run to choice questions, and a table of the asking: ``run``,
        ``system``, ``seed``, ``answers``, ``open_answers``, ``set_aside`` (not asked: too long),
        ``context_cut``, ``seconds`` and ``answers_per_second``.
    """
    answers = {}
    rows = []
    for run, backend, model_id in models:
        began = time.monotonic()
        answers[run] = answer_questions(items, backend, tree.answers(run), model_id, protocol,
                                        tree.origin)
        tables = [answers[run]]
        if also:
            tables.append(answer_questions(
                also.items, backend.put(also.asking), tree.open_answers(run), model_id,
                replace(protocol, modes=("greedy",)), tree.origin))
        seconds = time.monotonic() - began
        both = pd.concat(tables)
        rows.append(run.columns() | {
            "answers": len(tables[0]), "open_answers": len(both) - len(tables[0]),
            "set_aside": int((both["note"] != "").sum()),
            "context_cut": int((both["cut"] > 0).sum()), "seconds": round(seconds, 1),
            "answers_per_second": round(len(both) / max(seconds, 1e-9))})
    return answers, pd.DataFrame(rows)


def score_runs(tree: Tree, runs: Sequence[Run], items: pd.DataFrame, base: Base, recipe: Recipe,
               protocol: Protocol) -> pd.DataFrame:
    """Ask runs and score their answers in one call.

    Args:
        tree: the output tree: adapters are read from it, answers and scores written to it.
        runs: the runs.
        items: records of the questions.
        base: the base model.
        recipe: says how questions are asked, and in which precision.
        protocol: modes and limits.

    Returns:
        Rows of `medinj_utils.evaluation.scoring.score_answers` of all runs.
    """
    models = answering_models(adapters_of(tree, runs), base, choose_precision(recipe.precision),
                              Asking.from_recipe(recipe))
    answers, _ = ask_runs(tree, items, models, protocol)
    return save_scores(tree, answers, items)


def save_scores(tree: Tree, answers: Mapping[Run, pd.DataFrame],
                items: pd.DataFrame) -> pd.DataFrame:
    """Score the answers of runs and write ``tree.scores``.

    Args:
        tree: the output tree.
        answers: of each run, as `medinj_utils.evaluation.answer.answer_questions` gives them.
        items: records of the questions.

    Returns:
        Rows of `medinj_utils.evaluation.scoring.score_answers` of all runs.

    Raises:
        ValueError: an answer is to none of the questions.
    """
    scores = pd.concat([score_answers(table, items, run) for run, table in answers.items()],
                       ignore_index=True)
    write_parquet(scores, tree.scores)
    return scores


def runs_asked(variants: Mapping[str, pd.DataFrame], systems: Sequence[str],
               seeds: Sequence[int]) -> list[Run]:
    """The runs that are asked variants of the questions; none where there are no variants.

    Args:
        variants: records by the variant's name.
        systems: systems to ask.
        seeds: of the tuned ones.
    """
    return runs_of(systems, seeds) if variants else []


def score_variants(tree: Tree, variants: Mapping[str, pd.DataFrame], models: Models,
                   protocol: Protocol) -> pd.DataFrame:
    """Put the variants of questions to every run and score the answers.

    Args:
        tree: the output tree; answers are written to ``tree.answers(run, variant)``, scores to
            ``tree.probe_scores``.
        variants: of `medinj_utils.evaluation.probes.ways_to_ask`: records by the variant's name.
        models: what answers for each run.
        protocol: modes and limits.

    Returns:
        Rows of `medinj_utils.evaluation.scoring.score_answers` with the ``variant``, whether its
        options are ``reordered`` and, as ``gold``, the right letters in it. Empty, and nothing is
        written, without variants.
    """
    if not variants:
        return pd.DataFrame(columns=["run", "variant", "exact_match"])
    scores = []
    for run, backend, model_id in models:
        for variant, items in variants.items():
            answers = answer_questions(items, backend, tree.answers(run, variant), model_id,
                                       protocol, tree.origin)
            by_id = items.set_index("id")
            own = score_answers(answers, items, run).assign(variant=variant)
            scores.append(own.assign(reordered=own["id"].map(by_id["reordered"]).astype(bool),
                                     gold=own["id"].map(by_id["answer_letters"].map(", ".join))))
    table = pd.concat(scores, ignore_index=True)
    write_parquet(table, tree.probe_scores)
    return table


def scores_by_variant(scores: pd.DataFrame) -> pd.DataFrame:
    """Mean exact match of `score_variants`, runs × variants."""
    return scores.astype({"exact_match": float}).pivot_table(
        index="run", columns="variant", values="exact_match", sort=False)
