"""From raw answers to scores per item, and tables of them."""

import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from medinj_utils.core.prompts import LETTERS, labels_of
from medinj_utils.evaluation.reading import explain_choice


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


def chance_levels(items: pd.DataFrame) -> pd.Series:
    """Expected exact match of a uniformly random valid answer per item: 1/n for one right letter, 1/(2^n − 1)
    where any non-empty set of letters is valid."""
    n = items["options"].map(len)
    return (1 / n).where(items["task"] == "mcqu", 1 / (2.0**n - 1))


def usable_gold(item: Mapping) -> set[str]:
    """The right letters of a choice question; none where its gold is missing, beyond its options, or more than one letter of
    a question with one answer: such a question can't be scored."""
    gold = item["answer_letters"]
    letters = set(gold) if isinstance(gold, Sequence | np.ndarray) else set()
    there = letters <= set(LETTERS[:len(item["options"])])
    return letters if there and (item["task"] == "mcq" or len(letters) == 1) else set()


def _in_letters(raw: str, labels: Sequence[str], options: Sequence[str]) -> str:
    """An answer with the options' letters in place of other labels, but not within the options' texts."""
    letters = dict(zip(labels, LETTERS, strict=False))
    texts = "|".join(re.escape(option) for option in sorted(options, key=len, reverse=True) if option)
    return re.sub(rf"(?<!\w)(?:({texts})|(?:n ?° ?)?(\w+))(?!\w)",
                  lambda found: letters.get(found[2], found[0]), raw, flags=re.IGNORECASE)


def score_answers(answers: pd.DataFrame, items: pd.DataFrame, system: str) -> pd.DataFrame:
    """One row per answer: system, id, mode, provenance, source and task of the test item, letters read, why, scores.

    Beside the scores of `score_choices` stand ``chance`` (see `chance_levels`); ``as_asked``, whether the answer is nothing
    but letters in the form that was asked for; ``hits``, ``false_alarms`` and ``misses``, the options that were named and
    right, named and wrong, right and not named; and in the mode "likelihood" ``confidence`` (the probability of the letter
    given) and ``brier`` (Brier 1950: sum over the letters of the squared distance of probability and truth, 0 to 2).
    Answers that were never asked (a note, no text), and questions whose gold is empty or beyond the options, are kept with
    ``set_aside`` true and no scores.
    """
    known = items.drop_duplicates("id").set_index("id")
    if foreign := set(answers["id"]) - set(known.index):
        raise ValueError(f"{system}: {len(foreign)} answers are to questions that are not among the items, the first "
                         f"{min(foreign)}")
    chance, rows = chance_levels(known), []
    for answer in answers.to_dict("records"):
        item = known.loc[answer["id"]]
        letters_there, gold = LETTERS[:len(item["options"])], usable_gold(item)
        note = answer["note"] or ("" if gold else "the right answer is empty, beyond the options or not one")
        note = note or ("" if isinstance(answer["raw"], str) else "there is no answer")
        row = {"system": system, "id": answer["id"], "mode": answer["mode"], "provenance": item["provenance"],
               "source": item["source"], "task": item["task"], "raw": answer["raw"], "set_aside": bool(note),
               "chance": chance[answer["id"]], **dict.fromkeys(_SCORES), "why": note}
        if not note:
            options = dict(zip(letters_there, item["options"], strict=True))
            labels, raw = labels_of(item), answer["raw"]
            raw = _in_letters(raw, labels, item["options"]) if "labels" in item else raw
            letters, why = explain_choice(raw, options, item["task"])
            named = letters or frozenset()
            row |= score_choices(letters, gold, item["task"])
            asked = ", ".join(labels[LETTERS.index(letter)] for letter in sorted(named))
            row |= {"letters": None if letters is None else ", ".join(sorted(letters)), "why": why,
                    "as_asked": bool(named) and answer["raw"].strip() == asked, "hits": len(named & gold),
                    "false_alarms": len(named - gold), "misses": len(gold - named)}
            p = answer.get("probabilities")
            if p is not None and len(p) and item["task"] == "mcqu":
                truth = np.array([letter in gold for letter in letters_there], dtype=float)
                row |= {"confidence": float(np.max(p)), "brier": float(((np.asarray(p) - truth) ** 2).sum())}
        rows.append(row)
    return pd.DataFrame(rows, columns=[*_ITEM, *_SCORES]).astype({"set_aside": bool})


_ITEM = ("system", "id", "mode", "provenance", "source", "task", "raw", "set_aside", "chance")
_SCORES = ("letters", "why", "exact_match", "jaccard", "read", "as_asked", "hits", "false_alarms", "misses", "confidence",
           "brier")


def summarise(scores: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Per group of `score_answers` rows: items; means of exact match, of its chance level, and of what lies above chance as
    a share of what could ((match − chance) / (1 − chance)); of mcq items the mean Jaccard index and, over all their
    options together, precision, recall and F1; shares of answers as asked and unread, and exact match among the read.
    ``exact_match_macro`` is the mean over the cells of provenance, source and task of the test items, each weighing the
    same; the other means weigh each item the same."""
    asked = scores[~scores["set_aside"]].astype({"exact_match": float, "jaccard": float, "read": bool, "as_asked": float})
    several = asked["task"] == "mcq"
    asked = asked.assign(jaccard=asked["jaccard"].where(several), among_read=asked["exact_match"].where(asked["read"]),
                         **{name: asked[name].where(several).astype(float) for name in ("hits", "false_alarms", "misses")})
    grouped = asked.groupby(by, sort=False)
    table = grouped.agg(items=("id", "size"), exact_match=("exact_match", "mean"), chance=("chance", "mean"),
                        jaccard_mcq=("jaccard", "mean"), as_asked=("as_asked", "mean"),
                        unread=("read", lambda read: 1 - read.mean()), exact_match_read=("among_read", "mean"))
    named = grouped[["hits", "false_alarms", "misses"]].sum()
    hits = named["hits"].where(table["jaccard_mcq"].notna())
    cells = asked.groupby([*dict.fromkeys([*by, "provenance", "source", "task"])], sort=False)["exact_match"].mean()
    table.insert(2, "exact_match_macro", cells.groupby(by, sort=False).mean())
    table.insert(4, "above_chance", (table["exact_match"] - table["chance"]) / (1 - table["chance"]))
    return table.assign(
        precision_mcq=hits / (named["hits"] + named["false_alarms"]), recall_mcq=hits / (named["hits"] + named["misses"]),
        f1_mcq=2 * hits / (2 * hits + named["false_alarms"] + named["misses"])).reset_index()


def calibration(scores: pd.DataFrame, by: Sequence[str] = ("system",), bins: int = 10) -> pd.DataFrame:
    """How often answers of a confidence are right: per group and bin of confidence (equal widths from 0 to 1) ``items``,
    mean ``confidence`` and ``exact_match``; in every row the group's expected calibration error ``ece`` (mean distance of
    the two, weighted by items; Guo et al. 2017) and mean ``brier``."""
    by, told = list(by), scores[scores["confidence"].notna()]
    told = told.astype({"confidence": float, "exact_match": float, "brier": float})
    told = told.assign(bin=np.minimum((told["confidence"] * bins).astype(int), bins - 1))
    table = told.groupby([*by, "bin"], sort=False).agg(
        items=("id", "size"), confidence=("confidence", "mean"), exact_match=("exact_match", "mean"),
        brier=("brier", "sum")).reset_index().sort_values([*by, "bin"], kind="stable", ignore_index=True)
    gap = (table["confidence"] - table["exact_match"]).abs() * table["items"]
    sums = table.assign(ece=gap).groupby(by)[["ece", "brier", "items"]].transform("sum")
    return table.assign(ece=sums["ece"] / sums["items"], brier=sums["brier"] / sums["items"])
