"""What the notebooks on open answers found, in the sentences that their pages open with."""

import pandas as pd

from medinj_utils.core.files import read_json
from medinj_utils.core.names import BASE, CHOICE_TASKS, OF_HUNDRED, OPEN_TASK, Run, in_order
from medinj_utils.core.tree import Tree
from medinj_utils.core.wording import agreeing, in_words, listed, number, percent, with_interval

_MUCH = 0.05  # from this share of answers on, they limit a comparison
_NEARLY_ALL = 0.95  # from this share of scores of 0 on, differences say little
_RECALL = "content_recall"
_TASKS = {"mcqu": "questions with one right option", "mcq": "questions with several right options",
          OPEN_TASK: "open questions"}


def open_scores_finding(scores: pd.DataFrame, pairs: pd.DataFrame, ends: pd.DataFrame,
                        metric: str, zeros: str) -> str:
    """Lowest and highest mean by one metric, how many pairs differ, and what limits that.

    Args:
        scores: of `medinj_utils.comparison.open_scores.open_systems`.
        pairs: of `medinj_utils.comparison.open_scores.open_pairs`, by the same metric.
        ends: of `medinj_utils.evaluation.open_answers.why_ended`.
        metric: one of `medinj_utils.core.names.OPEN_METRICS`.
        zeros: of `zeros_in_words`.
    """
    if ends.empty:
        return "No open question was asked."
    whole = scores[(scores["metric"] == metric) & (scores["provenance"] == "all")
                   & scores["estimate"].notna()].set_index("system")
    name = in_words(metric)
    if whole.empty:
        none = f"No question has a score of every run by {name}. {limits_in_words(ends)} {zeros}"
        return none.strip()
    low, high = whole["estimate"].idxmin(), whole["estimate"].idxmax()
    asked = whole["questions"].iloc[0]
    span = f"Over {number(asked)} open {agreeing(asked, 'question', 'questions')} {name} "
    if whole.loc[low, "estimate"] == whole.loc[high, "estimate"]:
        span += (f"is {_shown(whole.loc[low])} "
                 f"{'for every system' if len(whole) > 1 else f'({low})'}.")
    else:
        span += f"goes from {_shown(whole.loc[low])} ({low}) to {_shown(whole.loc[high])} ({high})."
    if why := whole["reason"].iloc[0]:
        span += f" There is no interval: {why}."
    differing = int((pairs["p_holm"] < 0.05).sum())
    compared = (f"{differing} of {len(pairs)} {agreeing(len(pairs), 'pair', 'pairs')} of systems "
                f"{agreeing(differing, 'differs', 'differ')} at 5 % after Holm's adjustment."
                if len(pairs) else "No pairs are compared: that takes two systems and 20 "
                                   "independent questions.")
    return f"{span} {compared} {limits_in_words(ends)} {zeros}".strip()


def _shown(row: pd.Series) -> str:
    return with_interval(row["estimate"], row["low"], row["high"],
                         1 if row["metric"] in OF_HUNDRED else 2)


def limits_in_words(ends: pd.DataFrame) -> str:
    """What share of the answers is blank or cut off, and whether that limits a comparison.

    Args:
        ends: of `medinj_utils.evaluation.open_answers.why_ended`.
    """
    answers = (ends["answers"] - ends["not_asked"]).sum()
    if not answers:
        return "No open question was asked."
    shares, limits = [], []
    for column, words, limit in (("blank", "blank", "a blank answer scores 0 whatever its system "
                                                  "knows"),
                               ("cut_off", "cut off", "of a cut answer only the beginning is "
                                                      "scored")):
        share = ends[column].sum() / answers
        own = ends[f"share_{column}"]
        by_system = ("" if len(own) == 1 else
                     f" ({percent(own.min())} to {percent(own.max())} by system)")
        shares.append(f"{percent(share)} are {words}{by_system}")
        limits += [limit] if own.max() >= _MUCH else []
    verdict = (f"That limits what the scores say of the systems: {listed(limits)}." if limits else
               "That is too little to limit the comparison much.")
    return f"Of {number(answers)} answers {listed(shares)}. {verdict}"


def zeros_in_words(tree: Tree, long: pd.DataFrame, metric: str) -> str:
    """That nearly all answers of the tuned systems score 0, and what these were tuned on.

    Where the base alone answered, that nearly all of its answers do.

    Args:
        tree: the output tree, with the manifests of the mixtures where they were made there.
        long: scores of metrics, of `medinj_utils.evaluation.long_scores.load_long`.
        metric: looked at beside content recall.

    Returns:
        Empty where fewer than 95 % score 0 by both, or no system has a score.
    """
    known = long[long["value"].notna()]
    known = known.assign(system=known["run"].map(
        {run: Run.named(run).system for run in known["run"].unique()}))
    tuned = known[known["system"] != BASE]
    shares, systems = [], []
    for name in dict.fromkeys((metric, _RECALL)):
        own = (known if tuned.empty else tuned).query("metric == @name")
        if len(own) and (share := (own["value"] == 0).mean()) >= _NEARLY_ALL:
            shares.append(f"{percent(share)} by {in_words(name)}")
            systems = in_order({*systems, *own["system"]})
    if not shares:
        return ""
    if tuned.empty:
        return (f"Nearly all answers of the base score 0 ({listed(shares)}), so these metrics say "
                "little about it.")
    return (f"Nearly all answers of the tuned systems score 0 ({listed(shares)}); "
            f"{_tuned_on(tree, systems, list(tuned['run'].unique()))}. Differences between them "
            "say little about how well they would answer open questions.")


def _tuned_on(tree: Tree, systems: list[str], runs: list[str]) -> str:
    """What systems were tuned on: tasks by the mixtures' manifests, answers by the runs' cards."""
    made_here = [system for system in systems if tree.manifest(system).exists()]
    if not made_here:
        return "what they were tuned on isn't known here, as their mixtures weren't made here"
    counts = pd.concat([pd.DataFrame(read_json(tree.manifest(system))["counts"])
                        for system in made_here]).groupby("task")["rows"].sum()
    tasks = [task for task in (*CHOICE_TASKS, OPEN_TASK) if counts.get(task, 0)]
    shares = [f"{_TASKS[task]} ({percent(counts[task] / counts.sum())} of the rows)"
              for task in tasks]
    cards = [tree.run_card(run) for run in map(Run.named, runs)
             if tree.run_files(run).card.exists()]
    formats = {card["parameters"]["answer_format"].replace("_", " ") for card in cards}
    answered = f", with {listed(sorted(formats))} for an answer" if formats else ""
    whose = ("they were" if made_here == systems else
             f"{listed(made_here)} {agreeing(len(made_here), 'was', 'were')}")
    others = [system for system in systems if system not in made_here]
    unknown = f" (of {listed(others)} it isn't known here)" if others else ""
    return (f"{whose} tuned on {listed(shares)}{'' if OPEN_TASK in tasks else ', no open ones'}"
            f"{answered}{unknown}")
