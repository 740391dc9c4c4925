"""From raw answers to scores per item, and tables of them."""

from collections.abc import Collection

import pandas as pd

from medinj_utils.evaluation.reading import explain_choice
from medinj_utils.prompts import LETTERS


def score_choices(predicted: Collection[str] | None, gold: Collection[str], task: str) -> dict:
    """Scores of one choice question.

    ``predicted`` is a set of letters or None (nothing could be read). Returns ``exact_match`` (1 if the sets are
    equal), ``jaccard`` (|A∩B| / |A∪B|; the study calls it "Hamming score") and ``read`` (whether there is an
    answer). An unread answer scores 0. An empty gold raises ValueError: it must be set aside, not scored.
    """
    if task not in ("mcqu", "mcq"):
        raise ValueError(f"task is {task!r}; accepted: mcqu, mcq")
    if not gold:
        raise ValueError("the gold answer is empty: set the item aside, it can't be scored")
    if predicted is None:
        return {"exact_match": 0, "jaccard": 0.0, "read": False}
    predicted, gold = set(predicted), set(gold)
    return {"exact_match": int(predicted == gold), "jaccard": len(predicted & gold) / len(predicted | gold),
            "read": bool(predicted)}


def score_answers(answers: pd.DataFrame, items: pd.DataFrame, system: str) -> pd.DataFrame:
    """One row per answer: system, id, mode, provenance, source and task of the test item, letters read, why, scores.

    Answers that were never asked (a note, no text) are kept with ``set_aside`` true and no scores.
    """
    known = items.drop_duplicates("id").set_index("id")
    rows = []
    for answer in answers.to_dict("records"):
        item = known.loc[answer["id"]]
        row = {"system": system, "id": answer["id"], "mode": answer["mode"], "provenance": item["provenance"],
               "source": item["source"], "task": item["task"], "raw": answer["raw"], "set_aside": bool(answer["note"]),
               "letters": None, "why": answer["note"], "exact_match": None, "jaccard": None, "read": None}
        if not answer["note"]:
            options = dict(zip(LETTERS, item["options"], strict=False))
            letters, why = explain_choice(answer["raw"], options, item["task"])
            row |= score_choices(letters, item["answer_letters"], item["task"])
            row |= {"letters": None if letters is None else ", ".join(sorted(letters)), "why": why}
        rows.append(row)
    return pd.DataFrame(rows)


def summarise(scores: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Means per group of `score_answers` rows: items, exact match, Jaccard (mcq items alone), share unread."""
    asked = scores[~scores["set_aside"]].astype({"exact_match": float, "jaccard": float, "read": bool})
    asked = asked.assign(jaccard=asked["jaccard"].where(asked["task"] == "mcq"))
    grouped = asked.groupby(by, sort=False)
    return grouped.agg(items=("id", "size"), exact_match=("exact_match", "mean"), jaccard_mcq=("jaccard", "mean"),
                       unread=("read", lambda read: 1 - read.mean())).reset_index()
