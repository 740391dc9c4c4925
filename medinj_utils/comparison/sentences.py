"""Sentences of the comparison as notebooks show them."""


import pandas as pd

from medinj_utils.comparison.claims import Claims
from medinj_utils.comparison.factorial import is_factorial
from medinj_utils.comparison.pairs import SMALLEST, significant_pairs, tuned_pairs
from medinj_utils.comparison.tables import Compared
from medinj_utils.core.wording import agreeing, counted_points, listed, number, percent, show_p

#: The rule that takes any valid answer, beside those that look at options or at the training.
CHANCE = "one valid answer at random"
VERDICTS = ("supported", "contradicted", "undecided", "not testable here")
_CAUTION = ("These runs are of a planted world: they show that the rule works and say nothing "
            "about the study's claims.")


def what_is_compared(compared: Compared) -> str:
    """Items, clusters and systems that are compared, and what was left out, in a sentence."""
    left_out = compared.matrix.attrs
    systems = compared.matrix.columns.get_level_values("system").nunique()
    return (f"{len(compared.matrix)} items in {compared.clusters.nunique()} clusters, {systems} "
            f"systems, {compared.mode} answers. Left out for all: {left_out['set_aside']} items "
            "that were set aside before some system was asked, "
            f"{left_out['not_answered_by_all']} that some system has no answer to.")


def factorial_in_words(compared: Compared) -> str:
    """Items and clusters of the factorial, or that it lacks a system, in a sentence."""
    if not is_factorial(compared.matrix.columns.get_level_values("system")):
        return ("The factorial needs the base and all seven mixtures: most tables of this page are "
                "empty.")
    return f"{len(compared.matrix)} items in {compared.clusters.nunique()} clusters."


def levels_table(chance: float, blind: pd.Series) -> pd.DataFrame:
    """What is scored without a question: ``rule``, first `CHANCE`, and ``exact_match``, a share.

    Args:
        chance: exact match of a random valid answer, a share.
        blind: of `medinj_utils.evaluation.tables.blind_scores`.
    """
    levels = pd.Series({CHANCE: chance} | blind.to_dict(), name="exact_match")
    return levels.rename_axis("rule").reset_index()


def best_rule(levels: pd.DataFrame) -> tuple[str, float] | None:
    """The rule that is right most often although it sees no question.

    Args:
        levels: of `levels_table`.

    Returns:
        Its name and its exact match, a share; None where no rule was tried.
    """
    rules = levels[levels["rule"] != CHANCE].set_index("rule")["exact_match"]
    return (rules.idxmax(), rules.max()) if len(rules) else None


def chance_level(levels: pd.DataFrame) -> float:
    """Exact match of a random valid answer, a share.

    Args:
        levels: of `levels_table`, or of ``chance.csv``.
    """
    return levels.set_index("rule").loc[CHANCE, "exact_match"]


def chance_in_words(comparison: pd.DataFrame, levels: pd.DataFrame) -> str:
    """The chance level, the score of the best blind rule, and which systems are no better.

    Args:
        comparison: of ``comparison.csv``.
        levels: of `levels_table`, or of ``chance.csv``.
    """
    chance, rule = chance_level(levels), best_rule(levels)
    sentences = [f"Guessing one valid answer at random would score {percent(chance)}.",
                 _not_above(comparison, chance, "it, by the lower end of the interval")]
    if rule:
        sentences += [f"The rule “{rule[0]}”, which sees no question, is right on "
                      f"{percent(rule[1])}.", _not_above(comparison, rule[1], "that")]
    sentences.append(guesses_in_words(comparison, levels))
    return " ".join(filter(None, sentences))


def guesses_in_words(comparison: pd.DataFrame, levels: pd.DataFrame) -> str:
    """What follows for differences where no system is above the chance level; else empty.

    Args:
        comparison: of ``comparison.csv``.
        levels: of `levels_table`, or of ``chance.csv``.
    """
    return ("These scores are compatible with guessing, so their differences can't say what "
            "a provenance is worth." if at_chance(comparison, levels) else "")


def at_chance(comparison: pd.DataFrame, levels: pd.DataFrame) -> bool:
    """Whether no system is above the chance level, by the lower end of its interval.

    Args:
        comparison: of ``comparison.csv``.
        levels: of `levels_table`, or of ``chance.csv``.
    """
    return bool((comparison["low"] <= chance_level(levels)).all())


def _not_above(comparison: pd.DataFrame, level: float, which: str) -> str:
    below = comparison[comparison["low"] <= level]["system"]
    if len(below) in (0, len(comparison)):
        return f"{'No' if len(below) else 'Every'} system is above {which}."
    return f"Not above {which}: {listed(below)}."


def findings_in_words(pairs: pd.DataFrame) -> str:
    """How many pairs of tuned systems differ, and what that is worth."""
    tuned = tuned_pairs(pairs)
    return (f"{_differ(tuned)} at 5 % after Holm's adjustment. If no two of them differed in "
            "truth, at least one such finding would still come up by chance in about 1 of 20 "
            "studies, and somewhat more often with few runs of each system.")


def _differ(tuned: pd.DataFrame) -> str:
    count = len(significant_pairs(tuned))
    return (f"{count} of {len(tuned)} pairs of tuned systems "
            f"{agreeing(count, 'differs', 'differ')}")


def null_findings_in_words(pairs: pd.DataFrame) -> str:
    """What was found in a null world, in which no two tuned systems differ."""
    if pairs.empty:
        return "No null world was run beside this one (parameter null_output)."
    tuned = tuned_pairs(pairs)
    return (f"Null world: {_differ(tuned)} at 5 % after Holm's adjustment (smallest adjusted p: "
            f"{show_p(tuned['p_holm'].min())}). By chance about 1 of 20 such studies would show at "
            "least one, and somewhat more often with few runs of each system.")


def verdicts_in_words(on_paper: pd.DataFrame, here: pd.DataFrame, fictional: bool) -> str:
    """Numbers of claims by verdict, and those that the study's means support or contradict.

    Args:
        on_paper: of `medinj_utils.comparison.verdicts.verdicts_on_paper`.
        here: of `medinj_utils.comparison.verdicts.verdicts`, by the runs.
        fictional: whether the runs are of a planted world, of which a caution is added.
    """
    by_paper = [f"over {number(items)} questions {_tally(rows)}"
                for items, rows in on_paper.groupby("items", sort=False)]
    sentences = [f"By the paper's own means: {'; '.join(by_paper)}.", named_verdicts(on_paper),
                 f"By the runs here: {_tally(here)}.", _CAUTION if fictional else ""]
    return " ".join(filter(None, sentences))


def named_verdicts(on_paper: pd.DataFrame) -> str:
    """The claims that the study's own means support or contradict, each with what it holds for.

    Args:
        on_paper: of `medinj_utils.comparison.verdicts.verdicts_on_paper`.
    """
    every, sentences = on_paper["items"].unique(), []
    for verdict in ("supported", "contradicted"):
        got = on_paper[on_paper["verdict"] == verdict].groupby("claim", sort=False)["items"]
        named = [f"“{claim.rstrip('.')}”" + ("" if len(items) == len(every) else
                 f" (over {listed(map(number, items))} questions only)") for claim, items in got]
        if named:
            sentences.append(f"{verdict.capitalize()}: {'; '.join(named)}.")
    return " ".join(sentences)


def _tally(verdicts: pd.DataFrame) -> str:
    counts = verdicts["verdict"].value_counts()
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if verdict in counts)


def spread_in_words(spread: float, freedom: int) -> str:
    """`medinj_utils.comparison.resampling.run_spread` in a sentence.

    Args:
        spread: standard deviation, a share.
        freedom: degrees of freedom: runs beyond the first of each system.
    """
    if not freedom:
        return "Every system has one run: the variation between seeds isn't known."
    if not spread:
        return (f"With {freedom} degrees of freedom, a system's mean scores differ between seeds "
                "no more than by chance on single questions: the standard deviation between seeds "
                "is estimated at 0, which so few runs can't distinguish from a small value.")
    return ("Between seeds, a system's mean score has a standard deviation of "
            f"{100 * spread:.1f} points, without chance on single questions ({freedom} degrees of "
            "freedom).")


def one_run_in_words(table: pd.DataFrame) -> str:
    """The smallest differences that one run of each system shows, where more runs change nothing.

    Args:
        table: of `medinj_utils.comparison.planning.runs_table`; empty where nothing can be planned.
    """
    if table.empty:
        return "Without a second run of some system there is nothing to plan with."
    shown = [f"{number(points, 1)} points with {questions}"
             for questions, points in table.iloc[0].dropna().items()]
    return ("More runs of each system show no smaller difference than one does: "
            f"{listed(shown) or 'none, whatever its size'}.")


def claims_in_words(claims: Claims) -> str:
    """How many claims and differences there are, and the smallest effect of interest."""
    return (f"{len(claims.claims)} claims, {len(claims.contrasts)} differences; smallest effect of "
            f"interest {counted_points(100 * SMALLEST)}.")
