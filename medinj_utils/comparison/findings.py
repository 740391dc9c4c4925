"""What each notebook of this room found, in the sentences that its page opens with.

Every function takes the tables that its notebook wrote, and says nothing else.
"""

from collections.abc import Mapping

import pandas as pd

from medinj_utils.comparison.costs import undominated
from medinj_utils.comparison.pairs import significant_pairs, tuned_pairs
from medinj_utils.core.names import BASE
from medinj_utils.core.wording import (
    agreeing,
    listed,
    number,
    percent,
    points,
    score,
    show_p,
    spelled,
)
from medinj_utils.evaluation.probes import ORIGINAL


def systems_finding(comparison: pd.DataFrame, pairs: pd.DataFrame) -> str:
    """The best system, its gain over the base, and how many pairs of tuned systems differ.

    Args:
        comparison: of ``comparison.csv``.
        pairs: of ``pairs.csv``.
    """
    table = comparison.set_index("system")
    base, tuned = table.loc[BASE], table.drop(BASE)
    if tuned.empty:
        return f"The base model answers {score(base)} of {number(base['n_items'])} questions."
    best = tuned.loc[tuned["exact_match"].idxmax()]
    between = tuned_pairs(pairs)
    differ = len(significant_pairs(between))
    return (f"Of {number(base['n_items'])} questions the base model answers {score(base)} exactly, "
            f"and the best of the tuned systems, {best.name}, {score(best)}: "
            f"{points(best, 'difference', 'difference_low', 'difference_high')} "
            f"(adjusted p {show_p(best['p_holm'])}). {differ} of {len(between)} pairs of tuned "
            f"systems {agreeing(differ, 'differs', 'differ')} at 5 % after adjustment for all "
            "pairs.")


def planted_finding(beside: pd.DataFrame) -> str:
    """Which planted scores lie outside the interval of the one found; empty for real questions.

    Args:
        beside: of `medinj_utils.comparison.planted.scores_beside_planted`.
    """
    if beside.empty:
        return ""
    outside = beside[(beside["planted"] < beside["low"]) | (beside["planted"] > beside["high"])]
    if outside.empty:
        return f"All {len(beside)} planted scores lie inside the interval of the score found."
    lie = agreeing(len(outside), "lies", "lie")
    above = outside[outside["planted"] > outside["high"]]
    learned = (f" Above it {agreeing(len(above), 'is', 'are')} {listed(above.index)}: an ideal "
               "learner scores what was planted, and the small model learned less."
               if len(above) else "")
    return (f"{len(outside)} of {len(beside)} planted scores ({listed(outside.index)}) {lie} "
            f"outside the interval of the score found.{learned}")


def probes_finding(means: pd.DataFrame, rankings: pd.DataFrame) -> str:
    """Under which variants the systems' ranking is lost, and the scores without the question.

    Args:
        means: of ``probe_means.csv``.
        rankings: of ``probe_rankings.csv``.
    """
    if rankings.empty:
        return "No question was asked in another way."
    lost = rankings[rankings["low"] <= 0]
    kept = rankings[rankings["low"] > 0]["variant"]
    sentences = [f"The systems' ranking is kept (interval of Kendall's tau above zero) "
                 f"under {len(kept)} of {len(rankings)} variants"
                 + (f" ({listed(kept)})." if len(kept) else ".")]
    if len(lost):
        taus = [f"{row['variant']}: {number(row['tau'], 2)} [{number(row['low'], 2)}, "
                f"{number(row['high'], 2)}]" for row in lost.to_dict("records")]
        sentences.append(
            f"It can't be distinguished from a random ranking under {'; '.join(taus)}.")
    return " ".join([*sentences, _options_alone(means)]).strip()


def _options_alone(means: pd.DataFrame) -> str:
    """The best score without the question, and the systems that score less with it."""
    alone = means[means["variant"] == "no question"].set_index("system")
    if alone.empty:
        return ""
    best = alone.loc[alone["exact_match"].idxmax()]
    unchanged = means[means["variant"] == ORIGINAL].set_index("system")["exact_match"]
    below = [system for system in unchanged.index if unchanged[system] < best["exact_match"]]
    more = f", more than {listed(below)} with it" if below else ""
    return f"Without the question {best.name} still scores {score(best)}{more}."


def costs_finding(priced: pd.DataFrame, even: pd.DataFrame, prices: Mapping[str, float],
                  fictional: bool) -> str:
    """The Pareto front of score and cost, and the break-even prices.

    Args:
        priced: of ``pareto.csv``.
        even: of ``break_even.csv``.
        prices: euros a question, by provenance.
        fictional: whether the questions, and so their prices, are made up.
    """
    table = priced.set_index("system")
    front = undominated(table["cost"], table["exact_match"])
    sentences = [f"No cheaper system scores as much as {listed(front)} (the Pareto front, by "
                 "point estimates, from the cheapest)."]
    for row in even.dropna(subset="estimate").to_dict("records"):
        low, high = number(row["low"], 2), number(row["high"], 2)
        sentences.append(f"A {row['question']} question gains as much per euro as a native one "
                         f"at {number(row['estimate'], 2)} € [{low}, {high}]; the price entered "
                         f"is {number(row['price'], 2)} €.")
    entered = ", ".join(f"{name} {number(price, 2)} €" for name, price in prices.items())
    if not prices:
        sentences.append("No prices were entered (parameter `prices`): costs are in questions.")
    elif fictional:
        sentences.append(f"The prices ({entered}) are made up, as the questions are.")
    return " ".join(sentences)


def power_finding(items: int, shown_here: float, plan: pd.DataFrame, power: float) -> str:
    """What this run could show, and how many questions the smallest difference asked for needs.

    Args:
        items: number of questions of this run.
        shown_here: smallest difference of the middle pair that they show; NaN for none.
        plan: of `medinj_utils.comparison.planning.plan_table`.
        power: that both hold for.
    """
    shown = ("no difference" if pd.isna(shown_here) else
             f"a difference of {number(100 * shown_here, 1)} points")
    needed = plan.loc["middle pair"].drop(["discordance", "design_effect"]).dropna()
    needs = [f"{number(questions)} questions {name}" for name, questions in needed.items()]
    more = f" It takes {listed(needs)}." if needs else ""
    return (f"Of the middle pair of tuned systems {number(items)} questions and one run of each "
            f"show {shown} with a power of {100 * power:.0f}\u00a0%.{more}")


def effects_finding(effects: pd.DataFrame) -> str:
    """The main effects, and the interactions whose intervals exclude zero.

    Args:
        effects: of ``effects.csv``.
    """
    if effects.empty:
        return "Effects need the base and all seven mixtures; not all were run."
    main = effects[effects["kind"] == "main"].to_dict("records")
    added = "; ".join(f"{row['effect']} {points(row)}" for row in main)
    both = effects[effects["kind"] == "interaction"]
    clear = both[(both["low"] > 0) | (both["high"] < 0)].to_dict("records")
    named = "; ".join(f"{row['effect']} {points(row)}" for row in clear)
    rest = (f"Gains don't add up where an interaction's interval excludes zero: {named}." if clear
            else f"None of {len(both)} interactions has an interval that excludes zero.")
    return f"Main effects (mean gain from adding a provenance): {added}. {rest}"


def parts_finding(parts: pd.DataFrame) -> str:
    """How many pairs of tuned systems differ within parts of the test, and in the whole.

    Args:
        parts: of ``pairs_by_part.csv``.
    """
    tuned = tuned_pairs(parts)
    is_whole = tuned["part"] == "all"
    inner = tuned[~is_whole]
    if inner.empty:
        return "No part of the test has enough questions for a comparison of its own."
    significant = significant_pairs(inner)
    names = listed(map(spelled, significant["part"].unique()))
    differ, count = len(significant_pairs(tuned[is_whole])), inner["part"].nunique()
    return (f"{differ} of {int(is_whole.sum())} pairs of tuned systems "
            f"{agreeing(differ, 'differs', 'differ')} in the whole test, and {len(significant)} of "
            f"{len(inner)} within {count} {agreeing(count, 'part', 'parts')} of it"
            f"{f' ({names})' if names else ''}.")


def forgetting_finding(table: pd.DataFrame) -> str:
    """Scores on general knowledge: base, lowest and highest of the tuned systems.

    Args:
        table: of ``general_knowledge.csv``.
    """
    if table.empty:
        return "No question of the test asks for general knowledge: forgetting isn't measured here."
    by_system = table.set_index("system")
    tuned = by_system.drop(BASE)
    forgot = tuned[tuned["difference_high"] < 0]
    low, high = tuned["exact_match"].min(), tuned["exact_match"].max()
    rest = (f"For {len(forgot)} of {len(tuned)} the interval of the difference lies below zero: "
            "tuning on these mixtures made the model forget (catastrophic forgetting)."
            if len(forgot) else "No interval of a difference lies below zero.")
    return (f"Of {number(by_system.loc[BASE, 'n_items'])} questions on general knowledge the base "
            f"model answers {score(by_system.loc[BASE])} exactly, the tuned systems "
            f"{percent(low)} to {percent(high)}. {rest}")
