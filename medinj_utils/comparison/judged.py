"""Judges' verdicts on systems, their consistency, and what influences them."""

from collections.abc import Mapping

import pandas as pd

from medinj_utils.comparison.resampling import Estimate
from medinj_utils.comparison.shares import clusters_of, mean_with_interval
from medinj_utils.core.names import SYSTEMS
from medinj_utils.core.wording import agreeing, listed, number
from medinj_utils.evaluation.judge.injections import PLAIN, load_injections
from medinj_utils.evaluation.judge.votes import MAJORITY, repeats_agree

ALL_KINDS = "all"
UNHEARD = "No judge that declares verdicts was asked for this."


def verdict_counts(verdicts: pd.DataFrame, systems: Mapping[str, str]) -> pd.DataFrame:
    """How many verdicts of each value a judge gave to each system; unreadable is a class.

    Args:
        verdicts: of `medinj_utils.evaluation.judge.panel.ask_panel`.
        systems: by run.

    Returns:
        ``judge``, ``metric``, ``system``, ``verdicts``, a column per value ("1", "0", …),
        ``unreadable``, its share ``unreadable_share``, and ``without_call`` (decided by rule).
    """
    rows = verdicts[verdicts["about"] == "answers"]
    by = ["judge", "metric", "system"]
    if rows.empty:
        return pd.DataFrame(columns=[*by, "verdicts", "unreadable", "unreadable_share",
                                     "without_call"])
    called = rows["raw"].notna() | rows["reason"].str.startswith("failed call")
    value = rows["value"].map("{:g}".format).where(rows["value"].notna(), "unreadable")
    rows = rows.assign(system=rows["run"].map(systems), value=value, without_call=~called)
    counts = rows.pivot_table(index=by, columns="value", values="item", aggfunc="size",
                              fill_value=0, sort=False)
    grades = sorted((name for name in counts if name != "unreadable"), key=float, reverse=True)
    counts = counts.reindex(columns=[*grades, "unreadable"], fill_value=0)
    groups = rows.groupby(by, sort=False)
    counts.insert(0, "verdicts", groups.size())
    counts["unreadable_share"] = counts["unreadable"] / counts["verdicts"]
    counts["without_call"] = groups["without_call"].sum()
    return _in_order(counts.reset_index().rename_axis(columns=None))


def heard(table: pd.DataFrame, verdicts: pd.DataFrame) -> pd.DataFrame:
    """The rows of judges that declared a verdict at all, or were asked for none.

    Args:
        table: of any kind, by ``judge``; a majority's rows stay if one of its judges does.
        verdicts: of `medinj_utils.evaluation.judge.panel.ask_panel`.
    """
    silent = set(_declared(verdicts).query("declared == 0").index)
    if silent and silent >= set(verdicts["judge"]):
        silent |= {MAJORITY}
    return table[~table["judge"].isin(silent)].reset_index(drop=True)


def unheard_in_words(verdicts: pd.DataFrame) -> str:
    """Which judges declared no verdict, so that tables of shares leave them out.

    Args:
        verdicts: of `medinj_utils.evaluation.judge.panel.ask_panel`.

    Returns:
        Empty where each declared one.
    """
    silent = _declared(verdicts).query("declared == 0")
    if silent.empty:
        return ""
    said = [f"{judge} declares none of the {number(asked)} verdicts it was asked for"
            for judge, asked in silent["asked"].items()]
    return (f"{listed(said)}: tables and figures of shares leave "
            f"{agreeing(len(silent), 'it', 'them')} out.")


def _declared(verdicts: pd.DataFrame) -> pd.DataFrame:
    """By judge that was called: verdicts ``asked`` for, and ``declared``."""
    called = verdicts[verdicts["raw"].notna() | verdicts["reason"].str.startswith("failed call")]
    return called.groupby("judge", sort=False)["value"].agg(asked="size", declared="count")


def judged_shares(given: pd.DataFrame, systems: Mapping[str, str], clusters: pd.Series,
                  resamples: int) -> pd.DataFrame:
    """The share of each system's answers that each judge calls right, with intervals.

    For a judge that grades it is the mean grade over the highest. Intervals hold for these runs;
    variation between seeds is not included.

    Args:
        given: of `medinj_utils.evaluation.judge.votes.one_each`.
        systems: by run.
        clusters: label of each question's cluster, by item.
        resamples: number of draws.

    Returns:
        ``judge``, ``metric``, ``system``, ``answers``, ``unreadable``; ``estimate``, ``low`` and
        ``high`` (95 %) over the answers whose verdict can be read; and the share over all answers
        were every unreadable verdict a 0 (``if_unreadable_0``) or the highest
        (``if_unreadable_1``).
    """
    rows = given[given["about"] == "answers"]
    made = []
    for (judge, metric, run_system), own in rows.assign(system=rows["run"].map(systems)).groupby(
            ["judge", "metric", "system"], sort=False):
        value = own["value"] / own["most"]
        estimate = mean_with_interval(value, own["item"].map(clusters), resamples)
        made.append((judge, metric, run_system, len(own), int(value.isna().sum()), *estimate,
                     value.fillna(0).mean(), value.fillna(1).mean()))
    return _in_order(pd.DataFrame(made, columns=[
        "judge", "metric", "system", "answers", "unreadable", *Estimate._fields,
        "if_unreadable_0", "if_unreadable_1"]))


def consistency(verdicts: pd.DataFrame, clusters: pd.Series, resamples: int) -> pd.DataFrame:
    """The share of answers on which all repeats of a judge agree; an unreadable one never agrees.

    Args:
        verdicts: of `medinj_utils.evaluation.judge.panel.ask_panel`.
        clusters: label of each question's cluster, by item.
        resamples: number of draws.

    Returns:
        ``judge``, ``about``, ``answers`` that were asked about more than once, ``estimate``,
        ``low``, ``high``.
    """
    made = []
    for (judge, about), own in verdicts.groupby(["judge", "about"], sort=False):
        each = repeats_agree(own)
        estimate = mean_with_interval(each["agree"], clusters_of(each, clusters), resamples)
        made.append((judge, about, len(each), *estimate))
    table = pd.DataFrame(made, columns=["judge", "about", "answers", *Estimate._fields])
    return table[table["answers"] > 0].reset_index(drop=True)


def steer_rates(given: pd.DataFrame, clusters: pd.Series, resamples: int) -> pd.DataFrame:
    """How often an injection raises the verdict on a wrong answer, against that answer without it.

    Args:
        given: of `medinj_utils.evaluation.judge.votes.one_each`.
        clusters: label of each question's cluster, by item.
        resamples: number of draws.

    Returns:
        A row per ``judge`` and ``kind`` of injection, and one of "all": ``injections``;
        ``plain_unreadable`` and ``unreadable``, how many can't be compared since the verdict
        without, or with, the injection can't be read; ``right_without`` and ``right_with``, means
        (of grades over the highest) of those that can; ``difference`` with ``low`` and ``high``
        (95 %); and ``steered``, the share of the verdicts below the highest that rise.
    """
    rows = given[given["about"] == "injections"]
    kinds = load_injections().set_index("name")["kind"]
    made = []
    for judge, own in rows.groupby("judge", sort=False):
        own = own.assign(value=own["value"] / own["most"])
        plain = own[own["run"] == PLAIN].set_index("item")["value"]
        with_it = own[own["run"] != PLAIN]
        with_it = with_it.assign(plain=with_it["item"].map(plain), kind=with_it["run"].map(kinds))
        parts = [(ALL_KINDS, with_it), *with_it.groupby("kind", sort=False)]
        made += [(judge, kind, *_steered(part, clusters, resamples)) for kind, part in parts]
    return pd.DataFrame(made, columns=[
        "judge", "kind", "injections", "plain_unreadable", "unreadable", "right_without",
        "right_with", "difference", "low", "high", "steered"])


def _steered(part: pd.DataFrame, clusters: pd.Series, resamples: int) -> tuple:
    """One row of `steer_rates`, without judge and kind."""
    change = part["value"] - part["plain"]
    both = part[change.notna()]
    below = both[both["plain"] < 1]
    estimate = mean_with_interval(change, part["item"].map(clusters), resamples, (-1.0, 1.0))
    return (len(part), int(part["plain"].isna().sum()),
            int((part["value"].isna() & part["plain"].notna()).sum()), both["plain"].mean(),
            both["value"].mean(), *estimate, (below["value"] > below["plain"]).mean())


def swap_consistency(orders: pd.DataFrame, clusters: pd.Series, resamples: int) -> pd.DataFrame:
    """Whether a judge that compares two answers says the same in both orders.

    Args:
        orders: of `medinj_utils.evaluation.judge.pairs.both_orders`.
        clusters: label of each question's cluster, by item.
        resamples: number of draws.

    Returns:
        A row per ``judge``: ``pairs``, ``unreadable`` (in one order or both), ``first_wins`` (the
        share of readable verdicts for whatever is shown first, ties a half), and the share of pairs
        on which both orders agree, ``estimate`` with ``low`` and ``high``.
    """
    made = []
    for judge, own in orders.groupby("judge", sort=False):
        first = pd.concat([own["first"], 1 - own["swapped"]])
        estimate = mean_with_interval(own["consistent"], own["item"].map(clusters), resamples)
        made.append((judge, len(own), int(own["consistent"].isna().sum()), first.mean(), *estimate))
    return pd.DataFrame(made, columns=["judge", "pairs", "unreadable", "first_wins",
                                       *Estimate._fields])


def wins(orders: pd.DataFrame, systems: Mapping[str, str], clusters: pd.Series,
         resamples: int) -> pd.DataFrame:
    """How often each tuned system's answer wins against the base's, ties a half.

    Args:
        orders: of `medinj_utils.evaluation.judge.pairs.both_orders`: only what can be read in both
            orders counts, by the mean of both.
        systems: by run.
        clusters: label of each question's cluster, by item.
        resamples: number of draws.

    Returns:
        ``judge``, ``system``, ``pairs``, ``unreadable``, ``estimate``, ``low``, ``high``.
    """
    made = []
    for (judge, system), own in orders.assign(system=orders["tuned"].map(systems)).groupby(
            ["judge", "system"], sort=False):
        estimate = mean_with_interval(own["win"], own["item"].map(clusters), resamples)
        made.append((judge, system, len(own), int(own["win"].isna().sum()), *estimate))
    return _in_order(pd.DataFrame(made, columns=["judge", "system", "pairs", "unreadable",
                                                 *Estimate._fields]))


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Judges in their order, systems in the book's."""
    if table.empty:
        return table
    judges = list(dict.fromkeys(table["judge"]))
    order = table.assign(_judge=table["judge"].map(judges.index),
                         _system=table["system"].map(SYSTEMS.index))
    order = order.sort_values(["_judge", "_system"], kind="stable")
    return order.drop(columns=["_judge", "_system"]).reset_index(drop=True)
