"""From raw answers to scores of each item, and tables of them."""

import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from medinj_utils.core.names import CHOICE_TASKS, Run, check_choice
from medinj_utils.core.prompts import LETTERS, labels_of
from medinj_utils.evaluation.reading import explain_choice
from medinj_utils.evaluation.reading.reasons import LITTLE_MASS, NO_PROBABILITIES
from medinj_utils.models.answers import LEAST_MASS, UNKNOWN, how_ended, was_cut


def exact_match(read: set[str], right: set[str]) -> int:
    """1 if the letters read are the right letters, else 0.

    Args:
        read: letters read.
        right: the right letters.
    """
    return int(read == right)


def jaccard(read: set[str], right: set[str]) -> float:
    """Intersection over union (Jaccard 1901); the study calls it Hamming score.

    Args:
        read: letters read.
        right: the right letters, at least one.

    Returns:
        Between 0 and 1.
    """
    return len(read & right) / len(read | right)


#: Metrics of one answer: functions of the letters read (none after an extraction failure) and the
#: right letters (at least one). Each is a column of `score_answers`. `summarise` has the mean of
#: each over several-answer questions as ``<name>_mcq``; over single-answer ones it would be that of
#: the exact match.
METRICS = {"exact_match": exact_match, "jaccard": jaccard}
#: Columns of `score_answers`: those that identify an answer, and those that describe it.
_ANSWER = ("run", "system", "seed", "id", "mode", "provenance", "source", "task", "general", "raw",
           "set_aside", "chance", "letters", "reason", "ended", "letters_mass")
_COUNTS = ("hits", "false_alarms", "misses")
_CONFIDENCE = ("confidence", "brier")
_BINS = 10  # of confidence


def score_choices(predicted: Collection[str] | None, gold: Collection[str], task: str) -> dict:
    """Scores of one choice question.

    Args:
        predicted: letters read, or None after an extraction failure, which scores 0.
        gold: the right letters.
        task: "mcqu" or "mcq".

    Returns:
        Each of `METRICS` (``exact_match``, 0 or 1; ``jaccard``, 0 to 1) and ``read``, whether there
        is an answer.

    Raises:
        ValueError: the task is neither, or no letter is right: such a question can't be scored.
    """
    check_choice("task", task, CHOICE_TASKS)
    if not gold:
        raise ValueError("the gold answer is empty: set the item aside, it can't be scored")
    read = set(predicted or ())
    right = set(gold)
    scores = {name: metric(read, right) for name, metric in METRICS.items()}
    return scores | {"read": bool(read)}


def chance_levels(items: pd.DataFrame) -> pd.Series:
    """Expected exact match of a uniformly random valid answer to each item.

    It is 1/n for one right letter among n, and 1/(2ⁿ − 1) where any non-empty set is valid.
    """
    n = items["options"].map(len)
    return (1 / n).where(items["task"] == "mcqu", 1 / (2.0**n - 1))


def usable_gold(item: Mapping) -> set[str]:
    """The right letters of a choice question; empty if it can't be scored.

    That is where its gold is missing, beyond its options, or more than one letter of a question
    with a single answer.
    """
    gold = item["answer_letters"]
    letters = set(gold) if isinstance(gold, Sequence | np.ndarray) else set()
    in_range = letters <= set(LETTERS[:len(item["options"])])
    return letters if in_range and (item["task"] == "mcq" or len(letters) == 1) else set()


def score_answers(answers: pd.DataFrame, items: pd.DataFrame, run: Run) -> pd.DataFrame:
    """Scores of a run's answers, one row per answer.

    Args:
        answers: of `medinj_utils.evaluation.answer.answer_questions`.
        items: records of the questions.
        run: the run that answered.

    Returns:
        ``run``, ``system``, ``seed``; ``id``, ``mode``; ``provenance``, ``source``, ``task`` and
        ``general`` of the test item; ``raw``; ``set_aside``, whether it was not asked or can't be
        scored; ``chance`` (`chance_levels`); ``letters`` read and the ``reason``; ``ended`` and
        ``letters_mass`` of the answer (`medinj_utils.models.answers.Answer`); the scores of
        `score_choices`; ``format_compliant``, whether the answer is nothing but letters in the form
        asked for; ``hits``, ``false_alarms`` and ``misses``, the options named and right, named and
        wrong, right and not named; and where an answer to a single-answer question has
        probabilities, ``confidence`` (the highest of them) and ``brier`` (Brier 1950: sum over the
        letters of the squared distance of probability and truth, 0 to 2). Rows that are set aside
        have no scores.

    Raises:
        ValueError: an answer is to none of the questions.
    """
    known = items.drop_duplicates("id").set_index("id")
    if foreign := set(answers["id"]) - set(known.index):
        raise ValueError(f"{run}: {len(foreign)} answers are to questions that are not among the "
                         f"items, the first {min(foreign)}")
    chance = chance_levels(known)
    questions = {name: item | {"chance": chance[name]}
                 for name, item in known.to_dict("index").items()}
    rows = [run.columns() | _score(answer, questions[answer["id"]])
            for answer in answers.to_dict("records")]
    columns = [*_ANSWER, *METRICS, "read", "format_compliant", *_COUNTS, *_CONFIDENCE]
    return pd.DataFrame(rows, columns=columns).astype({"set_aside": bool})


def _score(answer: Mapping, item: Mapping) -> dict:
    """The row of one answer."""
    gold = usable_gold(item)
    problem = answer["note"]
    if not gold:
        problem = problem or "the right answer is empty, beyond the options or not one"
    if not isinstance(answer["raw"], str):
        problem = problem or "there is no answer"
    row = {name: item[name] for name in ("provenance", "source", "task", "general", "chance")}
    ended = answer.get("ended", UNKNOWN)
    row |= {"id": answer["id"], "mode": answer["mode"], "raw": answer["raw"],
            "set_aside": bool(problem), "letters": None, "reason": problem, "ended": ended,
            "letters_mass": answer.get("letters_mass")}
    if problem:
        return row
    is_cut = was_cut(ended) or _stops_short(answer["raw"], ended)
    letters, reason = _read(answer["raw"], item, is_cut)
    if answer["mode"] == "likelihood" and not answer["raw"]:  # what a server's answer is then
        reason = NO_PROBABILITIES if pd.isna(row["letters_mass"]) else LITTLE_MASS
    named = set(letters or ())
    row |= {"letters": None if letters is None else ", ".join(sorted(letters)), "reason": reason}
    row |= score_choices(letters, gold, item["task"])
    row |= {"format_compliant": _complies(answer["raw"], named, item), "hits": len(named & gold),
            "false_alarms": len(named - gold), "misses": len(gold - named)}
    return row | _confidence(answer.get("probabilities"), gold, item)


def _stops_short(raw: str, ended: str) -> bool:
    """Whether an answer without a known end stops within a list or a bracket."""
    text = raw.rstrip()
    last = text[text.rfind("\n") + 1:]
    return ended == UNKNOWN and (text.endswith((",", "(")) or last.count("(") > last.count(")"))


def _read(raw: str, item: Mapping, cut: bool) -> tuple[frozenset[str] | None, str]:
    """The letters read in an answer, or None, and the reason."""
    options = dict(zip(LETTERS, item["options"], strict=False))
    if "labels" in item:
        raw = _in_letters(raw, labels_of(item), item["options"])
    return explain_choice(raw, options, item["task"], cut)


def _in_letters(raw: str, labels: Sequence[str], options: Sequence[str]) -> str:
    """An answer with letters in place of other labels, except within the options' texts."""
    letters = dict(zip(labels, LETTERS, strict=False))
    longest_first = sorted(filter(None, options), key=len, reverse=True)
    texts = "|".join(re.escape(option) for option in longest_first)
    return re.sub(rf"(?<!\w)(?:({texts})|(?:n ?° ?)?(\w+))(?!\w)",
                  lambda match: letters.get(match[2], match[0]), raw, flags=re.IGNORECASE)


def _complies(raw: str, named: set[str], item: Mapping) -> bool:
    """Whether an answer is nothing but the labels of the letters read, in the form asked for."""
    labels = labels_of(item)
    expected = ", ".join(labels[LETTERS.index(letter)] for letter in sorted(named))
    return bool(named) and raw.strip() == expected


def _confidence(probabilities: Sequence[float] | None, gold: set[str], item: Mapping) -> dict:
    """Confidence and Brier score of an answer with probabilities to a single-answer question."""
    if probabilities is None or not len(probabilities) or item["task"] != "mcqu":
        return {}
    letters = LETTERS[:len(item["options"])]
    truth = np.array([letter in gold for letter in letters], dtype=float)
    distances = np.asarray(probabilities) - truth
    return {"confidence": float(np.max(probabilities)), "brier": float((distances**2).sum())}


def summarise(scores: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Means of scores by group; answers that were set aside are left out.

    Args:
        scores: of `score_answers`.
        by: columns that make the groups.

    Returns:
        One row per group: ``items``; ``exact_match``; ``exact_match_macro``, the mean over the
        cells of provenance, source and task of the test items, each weighing the same (all other
        means weigh items the same); ``chance``; ``above_chance``, (match − chance) / (1 − chance);
        of several-answer questions the mean of each further metric (``jaccard_mcq``) and, over all
        their options together, ``precision_mcq``, ``recall_mcq`` and ``f1_mcq``; shares of
        ``format_compliant`` answers and of ``extraction_failures``; ``exact_match_read``, among the
        answers in which letters could be read; and counts: ``cut_off``, answers that were
        cut off, ``end_unknown``, those of which that isn't known, and ``little_mass``, those
        whose letters together had a probability below `medinj_utils.models.answers.LEAST_MASS`.
    """
    by = list(by)
    scored = scores[~scores["set_aside"]].astype(
        {"read": bool, "format_compliant": float} | dict.fromkeys(METRICS, float))
    several = scored["task"] == "mcq"
    further = [name for name in METRICS if name != "exact_match"]
    scored = scored.assign(among_read=scored["exact_match"].where(scored["read"]),
                         failed=~scored["read"], cut_off=scored["ended"].map(was_cut),
                         end_unknown=scored["ended"].map(how_ended) == UNKNOWN,
                         little_mass=scored["letters_mass"].astype(float) < LEAST_MASS,
                         **{name: scored[name].where(several).astype(float)
                            for name in (*further, *_COUNTS)})
    grouped = scored.groupby(by, sort=False)
    cells = scored.groupby([*dict.fromkeys([*by, "provenance", "source", "task"])], sort=False)
    exact = grouped["exact_match"].mean()
    chance = grouped["chance"].mean()
    table = pd.DataFrame({
        "items": grouped.size(), "exact_match": exact,
        "exact_match_macro": cells["exact_match"].mean().groupby(by, sort=False).mean(),
        "chance": chance, "above_chance": (exact - chance) / (1 - chance),
        **{f"{name}_mcq": grouped[name].mean() for name in further},
        "format_compliant": grouped["format_compliant"].mean(),
        "extraction_failures": grouped["failed"].mean(),
        "exact_match_read": grouped["among_read"].mean(),
        **{name: grouped[name].sum() for name in ("cut_off", "end_unknown", "little_mass")}})
    return table.join(_option_scores(grouped)).reset_index()


def _option_scores(grouped) -> pd.DataFrame:
    """Precision, recall and F1 over all options of several-answer questions; none without them."""
    named = grouped[list(_COUNTS)].sum(min_count=1)
    hits = named["hits"]
    return pd.DataFrame({
        "precision_mcq": hits / (hits + named["false_alarms"]),
        "recall_mcq": hits / (hits + named["misses"]),
        "f1_mcq": 2 * hits / (2 * hits + named["false_alarms"] + named["misses"])})


def calibration(scores: pd.DataFrame, by: Sequence[str] = ("system",)) -> pd.DataFrame:
    """How often answers of a confidence are right.

    Args:
        scores: of `score_answers`; rows without confidence are left out.
        by: columns that make the groups.

    Returns:
        One row per group and bin of confidence (ten, equally wide) that has answers: ``items``,
        mean ``confidence`` and ``exact_match``; in every row of a group its ``ece``, the expected
        calibration error (mean distance of the two, weighted by items; Guo et al. 2017), and its
        mean ``brier``.
    """
    by = list(by)
    answers = scores[scores["confidence"].notna()].astype(
        {"confidence": float, "exact_match": float, "brier": float})
    bin_ = np.minimum((answers["confidence"] * _BINS).astype(int), _BINS - 1)
    table = answers.assign(bin=bin_).groupby([*by, "bin"], sort=False).agg(
        items=("id", "size"), confidence=("confidence", "mean"),
        exact_match=("exact_match", "mean"), brier=("brier", "sum"))
    table = table.reset_index().sort_values([*by, "bin"], kind="stable", ignore_index=True)
    gap = (table["confidence"] - table["exact_match"]).abs() * table["items"]
    sums = table.assign(ece=gap).groupby(by)[["ece", "brier", "items"]].transform("sum")
    return table.assign(ece=sums["ece"] / sums["items"], brier=sums["brier"] / sums["items"])
