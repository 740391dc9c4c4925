"""One test question from its file to a verdict, for the page *A ten-minute tour*."""

import re

import pandas as pd

from medinj_utils.comparison.pairs import SMALLEST
from medinj_utils.core.cards import markdown_rows
from medinj_utils.core.files import read_json
from medinj_utils.core.names import BASE, in_order
from medinj_utils.core.prompts import user_turn
from medinj_utils.core.tree import Tree
from medinj_utils.core.wording import agreeing, counted_points, number, percent, points
from medinj_utils.data import load_records
from medinj_utils.data.tables import sure_leaks

_NO_LEAK = "No training row asks the same question, so none was left out because of it."


def tour(tree: Tree) -> dict[str, str]:
    """What the tour's page says of one question, as Markdown by the name of the substitution.

    The question is the first test question that a training row certainly repeats; where there is
    none, the first test question.

    Args:
        tree: the output tree.

    Raises:
        FileNotFoundError: a file is missing; the message names the notebook.
    """
    scores = pd.read_parquet(tree.need(tree.scores))
    mode = read_json(tree.need(tree.draws_card))["parameters"]["mode"]
    scores = scores[(scores["mode"] == mode) & ~scores["general"]]
    leaks = pd.read_parquet(tree.need(tree.leaks))
    records = load_records(tree.need(tree.records)).drop_duplicates("id").set_index("id")
    questions = records.loc[scores["id"].unique()]
    leaked = questions[questions["place"].isin(sure_leaks(leaks)["test_place"])]
    question = (leaked if len(leaked) else questions).iloc[0]
    own = scores[scores["id"] == question.name]
    return {"tour_place": f"`{question['place']}`", "tour_provenance": question["provenance"],
            "tour_question": _fenced(user_turn(question.to_dict())),
            "tour_right": ", ".join(question["answer_letters"]),
            "tour_leaks": _leaks(leaks[leaks["test_place"] == question["place"]]),
            "tour_mixtures": _mixtures(tree, in_order(scores["system"])),
            "tour_answers": _answers(own), "tour_score": _score(own, tree),
            "tour_verdict": _verdict(tree)}


def _fenced(text: str) -> str:
    """A text as it is, within a fence that it can't close."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _leaks(leaks: pd.DataFrame) -> str:
    if leaks.empty:
        return _NO_LEAK
    rows = leaks[["place", "provenance", "reason"]].head(5).to_numpy().tolist()
    table = markdown_rows([f"`{location}`", *rest] for location, *rest in rows)
    return f"| training row | provenance | reason |\n|---|---|---|\n{table}"


def _mixtures(tree: Tree, systems: list[str]) -> str:
    rows = []
    for system in systems:
        if system != BASE:
            counts = pd.DataFrame(read_json(tree.need(tree.manifest(system)))["counts"])
            by_provenance = counts.groupby("provenance")["rows"].sum()
            shares = ", ".join(f"{number(n)} {name}" for name, n in by_provenance.items())
            rows.append([system, shares])
    return f"| system | is tuned on |\n|---|---|\n{markdown_rows(rows)}"


def _answers(own: pd.DataFrame) -> str:
    first = own.sort_values("seed").drop_duplicates("system").set_index("system")
    rows = []
    for system in in_order(first.index):
        row = first.loc[system]
        raw = " ".join(row["raw"].split())
        shown = raw if len(raw) <= 60 else f"{raw[:60]}…"
        read = row["letters"] or f"none: {row['reason']}"
        rows.append([system, f"`{shown.replace('`', chr(39))}`" if shown else "", read,
                     "right" if row["exact_match"] else "wrong"])
    return f"| system | writes | letters read | scored |\n|---|---|---|---|\n{markdown_rows(rows)}"


def _score(own: pd.DataFrame, tree: Tree) -> str:
    comparison = tree.read_table("comparison").set_index("system")
    right = int(own["exact_match"].sum())
    return (f"{right} of {len(own)} answers to it, one from each run, "
            f"{agreeing(right, 'is', 'are')} right. It is one of "
            f"{number(comparison['n_items'].iloc[0])} questions, over which the base scores "
            f"{percent(comparison.loc[BASE, 'exact_match'])}.")


def _verdict(tree: Tree) -> str:
    claims = tree.read_table("claims")
    tested = claims[claims["low"].notna() & claims["estimand"].astype(str).str.contains("−")]
    if tested.empty:
        return "No claim could be tested with the systems of this run."
    claim = tested.iloc[0]
    return (f"“{claim['claim']}” needs {claim['estimand']} above zero. The smallest of these "
            f"differences is {points(claim)}. The smallest effect of interest is "
            f"{counted_points(100 * SMALLEST)}. Verdict: **{claim['verdict']}**.")
