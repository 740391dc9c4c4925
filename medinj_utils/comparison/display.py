"""Tables and sentences of the comparison as notebooks show them."""

from collections.abc import Mapping, Sequence

import pandas as pd

from medinj_utils.comparison.claims import Claims
from medinj_utils.comparison.factorial import is_factorial
from medinj_utils.comparison.pairs import SMALLEST, significant_pairs, tuned_pairs
from medinj_utils.comparison.tables import Compared
from medinj_utils.core.names import BASE
from medinj_utils.core.style import in_order, show_p
from medinj_utils.evaluation.probes import ORIGINAL

_CAUTION = ("The runs are of a planted world, in which the truth was made: they say nothing about "
            "the study's claims, and show that the rule works.")
_P_VALUES = ("p", "p_holm", "q_bh", "p_adjusted")


def _with_p_in_words(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(**{name: table[name].map(show_p) for name in _P_VALUES if name in table})


def _estimates(table: pd.DataFrame, names: Sequence[str], form: str) -> list[str]:
    """Estimates with intervals, such as "0.1 [0.0, 0.2]"; empty where there is none.

    Args:
        table: of any kind.
        names: its columns of the estimate and of the ends of its interval.
        form: format of each number.
    """
    rows = table[list(names)].itertuples(index=False)
    return ["" if pd.isna(estimate) else f"{estimate:{form}} [{low:{form}}, {high:{form}}]"
            for estimate, low, high in rows]


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


def shown_systems(comparison: pd.DataFrame) -> pd.DataFrame:
    """``comparison.csv`` by system, with p-values in words."""
    return _with_p_in_words(comparison).set_index("system")


def shown_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """``pairs.csv`` with p-values in words and three decimals, without the BCa intervals."""
    return _with_p_in_words(pairs).round(3).drop(columns=["low_bca", "high_bca"])


def chance_in_words(comparison: pd.DataFrame, chance: float) -> str:
    """The chance level, and the systems whose interval includes it.

    Args:
        comparison: of ``comparison.csv``.
        chance: exact match of a random valid answer, a share.
    """
    includes = (comparison["low"] <= chance) & (comparison["high"] >= chance)
    systems = ", ".join(comparison[includes]["system"]) or "none of the systems"
    return (f"Guessing one valid answer at random would score {chance:.3f}. Indistinguishable from "
            f"chance: {systems}.")


def findings_in_words(pairs: pd.DataFrame) -> str:
    """How many pairs of tuned systems differ, and what that is worth."""
    tuned = tuned_pairs(pairs)
    return (f"{len(significant_pairs(tuned))} of {len(tuned)} pairs of tuned systems differ at "
            "5 % after Holm's adjustment. If no two of them differed in truth, at least one such "
            "finding would still come up by chance in about 1 of 20 studies, and somewhat more "
            "often with few runs of each system.")


def null_findings_in_words(pairs: pd.DataFrame) -> str:
    """What was found in a null world, in which no two tuned systems differ."""
    if pairs.empty:
        return "No null world was run beside this one (parameter null_output)."
    tuned = tuned_pairs(pairs)
    return (f"Null world: {len(significant_pairs(tuned))} of {len(tuned)} pairs of tuned systems "
            "differ at 5 % after Holm's adjustment (smallest adjusted p: "
            f"{show_p(tuned['p_holm'].min())}). By chance about 1 of 20 such studies would show at "
            "least one, and somewhat more often with few runs of each system.")


def shown_gains(comparison: pd.DataFrame) -> pd.DataFrame:
    """By system: scores and differences to the base, without tests."""
    columns = ["n_items", "exact_match", "low", "high", "difference", "difference_low",
               "difference_high"]
    return comparison.set_index("system")[columns]


def shown_yields(yields: pd.DataFrame) -> pd.DataFrame:
    """Points gained for each unit that was spent: systems × units."""
    shown = yields.assign(shown=_estimates(yields, ["points", "low", "high"], ".3g"))
    shown["shown"] = shown["shown"].replace("", "costs nothing")
    wide = shown.pivot(index="system", columns="per", values="shown")
    return wide.loc[in_order(wide.index), yields["per"].unique()]


def shown_changes(means: pd.DataFrame) -> pd.DataFrame:
    """Changes of the scores against the original questions, in points: systems × variants.

    Args:
        means: of `medinj_utils.comparison.probes.probe_means`.
    """
    changes = ["change", "change_low", "change_high"]
    points = means.assign(**{name: 100 * means[name] for name in changes})
    shown = points.assign(shown=_estimates(points, changes, "+.1f"))
    shown = shown[shown["variant"] != ORIGINAL]
    wide = shown.pivot(index="system", columns="variant", values="shown")
    return wide.loc[in_order(wide.index), shown["variant"].unique()]


def shown_against_base(parts: pd.DataFrame) -> pd.DataFrame:
    """Differences of the base to each system, by part of the test."""
    against = _with_p_in_words(parts[parts["first"] == BASE])
    return against.set_index(["part", "second"])[["items", "difference", "low", "high", "p_holm"]]


def shown_runs_needed(table: pd.DataFrame) -> pd.DataFrame:
    """`medinj_utils.comparison.power.runs_needed_table` in whole numbers or words."""
    return table.map(lambda n: "too few questions" if n == float("inf") else f"{n:.0f}")


def shown_verdicts(table: pd.DataFrame) -> pd.DataFrame:
    """Verdicts, each with its claim, the claim's smallest difference and p-value."""
    shown = _with_p_in_words(table)
    shown = shown.assign(difference=_estimates(table, ["estimate", "low", "high"], ".3f"),
                         claim=table["claim"] + " [" + table["mark"] + "]").set_index("verdict")
    paper = ["paper"] if "paper" in shown else []
    return shown[["claim", "difference", "p_adjusted", *paper, "reason"]]


def shown_published(table: pd.DataFrame) -> pd.DataFrame:
    """`medinj_utils.comparison.verdicts.verdicts_on_paper`: a claim a row, numbers of items beside.

    Args:
        table: of `medinj_utils.comparison.verdicts.verdicts_on_paper`.

    Returns:
        By claim: its smallest difference, then by number of items the interval and the verdict.
    """
    shown = table.assign(
        claim=table["claim"] + " [" + table["mark"] + "]", difference=table["estimate"],
        interval=[f"[{low:.3f}, {high:.3f}]" if pd.notna(low) else ""
                  for low, high in table[["low", "high"]].itertuples(index=False)])
    by_claim = shown.drop_duplicates("name").set_index("name")[["claim", "difference"]]
    beside = [shown[shown["items"] == number].set_index("name")[["interval", "verdict", "reason"]]
              .add_suffix(f", {number:,} items") for number in shown["items"].unique()]
    return by_claim.join(beside).set_index("claim")


def verdicts_in_words(tables: Mapping[str, pd.DataFrame], fictional: bool) -> str:
    """How many claims got which verdict.

    Args:
        tables: of `medinj_utils.comparison.verdicts.verdicts`, by where the figures are from.
        fictional: whether the runs are of a planted world, of which a caution is added.
    """
    counts = {name: table["verdict"].value_counts() for name, table in tables.items()}
    sentences = [f"{name}: " + "; ".join(f"{n} {verdict}" for verdict, n in tally.items()) + "."
                 for name, tally in counts.items()]
    return " ".join([*sentences, _CAUTION] if fictional else sentences)


def beside_odds(effects: pd.DataFrame, log_odds: pd.DataFrame) -> pd.DataFrame:
    """Main effects and interactions in points and in log odds, side by side.

    Args:
        effects: of ``effects.csv``.
        log_odds: of ``effects_log_odds.csv``.
    """
    columns = ["estimate", "low", "high"]
    return pd.concat({name: table.set_index(["kind", "effect"])[columns]
                      for name, table in (("points", effects), ("log odds", log_odds))},
                     axis=1, join="inner")


def shown_positions(positions: pd.DataFrame) -> pd.DataFrame:
    """Shares of letters named and right: runs × letters."""
    return positions.unstack("letter").swaplevel(axis=1).sort_index(axis=1)


def spread_in_words(spread: float, freedom: int) -> str:
    """`medinj_utils.comparison.resampling.run_spread` in a sentence.

    Args:
        spread: standard deviation, a share.
        freedom: degrees of freedom: runs beyond the first of each system.
    """
    if not freedom:
        return "Every system has one run: what other seeds add isn't known."
    return ("From one seed to another a system's mean score has a standard deviation of "
            f"{100 * spread:.1f} points beside what chance on single questions adds, by {freedom} "
            "runs beyond the first.")


def claims_in_words(claims: Claims) -> str:
    """How many claims and differences there are, and the smallest effect of interest."""
    return (f"{len(claims.claims)} claims, {len(claims.contrasts)} differences; smallest effect of "
            f"interest {100 * SMALLEST:g} points.")
