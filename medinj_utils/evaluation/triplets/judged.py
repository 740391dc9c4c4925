"""Verdicts of judges on triplets, which notebook 34 asks for, and on edits of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from medinj_utils.core.identity import texts_hash
from medinj_utils.core.judges import JudgeAsked
from medinj_utils.core.names import Run
from medinj_utils.core.tree import Tree
from medinj_utils.core.wording import listed
from medinj_utils.data import load_records
from medinj_utils.evaluation.judge.asking import judge_answers
from medinj_utils.evaluation.judge.panel import EDITS, Member, load_panel
from medinj_utils.evaluation.judge.prompt import JudgePrompt
from medinj_utils.evaluation.judge.votes import one_each
from medinj_utils.evaluation.open_answers import load_open_answers
from medinj_utils.evaluation.questions import choose_open_questions
from medinj_utils.evaluation.triplets.rated import item_of

TRIPLETS, ANSWERS = "triplets", "answers"
#: Columns of `judged_answers`.
JUDGED = ["judge", "run", "system", "question_id", "provenance", "item", "value", "blank", "asked"]


def judged_triplets(tree: Tree, judges: Sequence[JudgeAsked | Mapping[str, Any]],
                    triplets: pd.DataFrame) -> pd.DataFrame:
    """Verdicts of the named judges on triplets, from notebook 34.

    For answers that people rated here, these are the verdicts on the runs' answers.

    Args:
        tree: the output tree.
        judges: as in the parameter ``judges``; verdicts of others aren't read.
        triplets: of `medinj_utils.evaluation.triplets.rated.triplets_and_rated`.

    Returns:
        Triplets × judges, with the triplets' index, between 0 and 1: of repeats the majority, of
        grades the mean as a share of the highest. NaN where no verdict can be read. A judge that
        wasn't asked about any of these triplets is left out.

    Raises:
        ValueError: a judge was asked about another text than a triplet has now.
    """
    present = {*tree.judges_of(TRIPLETS), *tree.judges_of(ANSWERS)} & set(_names(judges))
    tables = {judge: _verdicts(tree, judge, triplets) for judge in sorted(present)}
    values = {judge: said(table, triplets) for judge, table in tables.items() if len(table)}
    return pd.DataFrame(values, index=triplets.index, dtype=float)


def judges_in_words(tree: Tree, judges: Sequence[JudgeAsked | Mapping[str, Any]],
                    judged: pd.DataFrame) -> str:
    """Which judges' verdicts are among the scores, which judges have none, and which aren't asked.

    Args:
        tree: the output tree.
        judges: as for `judged_triplets`.
        judged: of `judged_triplets`.
    """
    named = _names(judges)
    without = [name for name in named if name not in judged]
    others = [name for name in tree.judges_of(TRIPLETS) if name not in named]
    sentences = [f"Verdicts of notebook 34 by {listed(judged)} are among the scores." if len(
        judged.columns) else "No verdicts of notebook 34 are among the scores."]
    if without:
        sentences.append(f"{listed(without)} gave none on these answers.")
    if others:
        sentences.append(f"The parameter `judges` doesn't name {listed(others)}, so the verdicts "
                         f"at {tree.verdicts('*', TRIPLETS)} are left out.")
    return " ".join(sentences)


def _names(judges: Sequence[JudgeAsked | Mapping[str, Any]]) -> list[str]:
    return [JudgeAsked.model_validate(judge).name for judge in judges]


def _verdicts(tree: Tree, judge: str, triplets: pd.DataFrame) -> pd.DataFrame:
    """A judge's verdicts on these triplets."""
    now = {row["item"]: texts_hash(row) for row in triplets.to_dict("records")}
    paths = (tree.verdicts(judge, about) for about in (TRIPLETS, ANSWERS))
    return pd.concat([_known(path, now) for path in paths if path.exists()])


def _known(path: Path, now: Mapping[str, str]) -> pd.DataFrame:
    """Verdicts on known items, after a check that their texts are those that were judged."""
    verdicts = pd.read_parquet(path)
    if path.stem == ANSWERS:
        items = map(item_of, verdicts["run"], verdicts["item"])
        verdicts = verdicts.assign(item=list(items))
    known = verdicts[verdicts["item"].isin(now)]
    if (other := known["texts"] != known["item"].map(now)).any():
        raise ValueError(f"{path}: item {known.loc[other, 'item'].iloc[0]} and "
                         f"{known.loc[other, 'item'].nunique() - 1} more had other texts when they "
                         "were judged: run notebook 34 again, or leave this judge out of the "
                         "parameter judges")
    return known


def judged_answers(tree: Tree, judges: Sequence[JudgeAsked | Mapping[str, Any]]) -> pd.DataFrame:
    """Verdicts of the named judges on all the runs' open answers, from notebook 34.

    Args:
        tree: the output tree.
        judges: as in the parameter ``judges``; verdicts of others aren't read.

    Returns:
        A row per judge and answer that it has a verdict on, or was to have: ``judge``, ``run``,
        ``system``, ``question_id``, ``provenance`` of the question, ``item`` (as among triplets),
        ``value`` as `judged_triplets` has it, ``blank`` (the answer has no word: 0 by rule) and
        ``asked`` (whether the run was asked the question). Empty without such verdicts.

    Raises:
        FileNotFoundError: the answers that were judged are gone.
        ValueError: a judge was asked about another text than an answer has now.
    """
    present = [name for name in _names(judges) if name in tree.judges_of(ANSWERS)]
    tables = []
    for judge in present:
        verdicts = pd.read_parquet(tree.verdicts(judge, ANSWERS))
        runs = [Run.named(run) for run in verdicts["run"].unique()]
        questions = choose_open_questions(load_records(tree.need(tree.records)))
        answers = load_open_answers(tree, runs, questions).rename(columns={"item": "question_id"})
        items = [item_of(*row) for row in zip(answers["run"], answers["question_id"], strict=True)]
        answers = answers.assign(item=items, judge=judge, asked=answers["candidate"].notna(),
                                 blank=answers["candidate"].str.strip().eq(""))
        known = _known(tree.verdicts(judge, ANSWERS),
                       {row["item"]: texts_hash(row) for row in answers.to_dict("records")})
        answers = answers[answers["item"].isin(known["item"])]
        tables.append(answers.assign(value=said(known, answers))[JUDGED])
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=JUDGED)


def panel_for_edits(judges: Sequence[JudgeAsked | Mapping[str, Any]],
                    edited: pd.DataFrame) -> dict[str, Member]:
    """The judges that are asked about edited answers, by name.

    Args:
        judges: as in the parameter ``judges``. Those that compare two answers are left out;
            without edited answers no model is loaded.
        edited: of `medinj_utils.evaluation.triplets.edits.edited_triplets`.
    """
    panel = load_panel(judges) if len(edited) else {}
    return {name: member for name, member in panel.items() if not member.judge.prompt.pairwise}


def judge_edits(tree: Tree, panel: Mapping[str, Member], edited: pd.DataFrame) -> pd.DataFrame:
    """Ask judges about edited answers; calls that are kept from an earlier run are not made again.

    Args:
        tree: the output tree; verdicts are written to ``tree.verdicts(judge, "edits")``.
        panel: of `panel_for_edits`.
        edited: of `medinj_utils.evaluation.triplets.edits.edited_triplets`.

    Returns:
        Edited answers × judges, as `judged_triplets`.

    Raises:
        FileNotFoundError: a judge wasn't asked about the triplets before they were edited: there
            would be nothing to compare its verdicts with. Nothing is asked then.
        ServerError: as `medinj_utils.evaluation.judge.judge_answers`; what was judged is kept.
    """
    for name in panel:
        if name not in tree.judges_of(ANSWERS):
            tree.need(tree.verdicts(name, TRIPLETS))
    values = {}
    for name, member in panel.items():
        verdicts = judge_answers(edited, member.judge, tree.verdicts(name, EDITS), tree.origin,
                                 member.prices)
        values[name] = said(verdicts, edited)
    return pd.DataFrame(values, index=edited.index, dtype=float)


def said(verdicts: pd.DataFrame, answers: pd.DataFrame) -> list[float]:
    """A judge's verdict on each answer; see `judged_triplets`.

    Args:
        verdicts: of `medinj_utils.evaluation.judge.judge_answers`, of one judge.
        answers: with ``item``.
    """
    if verdicts.empty:
        return [float("nan")] * len(answers)
    prompt = JudgePrompt.named(verdicts["metric"].iloc[0].removeprefix("judge_"))
    most = prompt.scale.grades[0]
    table = one_each(verdicts.assign(judge="", about=TRIPLETS, most=most)).set_index("item")
    return (table["value"].reindex(answers["item"]) / most).tolist()
