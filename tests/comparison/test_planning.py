"""Tables for planning hold what the planner's functions say."""

import numpy as np
import pandas as pd

from medinj_utils.comparison.planning import (
    plan_table,
    planning_cases,
    runs_needed_table,
    runs_table,
    study_sizes,
    study_table,
)
from medinj_utils.comparison.power import (
    Case,
    detectable,
    detectable_with_runs,
    items_needed,
    runs_needed,
    with_detectable,
)


def test_the_planning_cases_are_the_middle_and_the_most_demanding_tuned_pair():
    pairs = pd.DataFrame({"first": ["BASE", "NAT", "NAT", "SYN"],
                          "second": ["NAT", "SYN", "TRAD", "TRAD"],
                          "discordance": [0.9, 0.3, 0.2, 0.1],
                          "design_effect": [9.0, 1.0, 2.0, 1.0]})
    cases = planning_cases(pairs)
    assert list(cases.values()) == [Case(0.3), Case(0.2, 2.0), Case(0.3)]
    assert planning_cases(pairs.head(1))["middle pair"] == Case(0.9, 9.0)  # no tuned pair was run
    plan = plan_table(cases, [0.05, 0.25])
    assert "for 1 point" in plan_table(cases, [0.01])
    assert plan.loc["middle pair", "for 5 points"] == items_needed(0.05, Case(0.3))
    assert np.isnan(plan.loc["most demanding pair", "for 25 points"])  # above its discordance rate
    shown = with_detectable(pairs, 500)["shown here"]
    assert shown.tolist() == [detectable(500, Case(*row)) for row in zip(
        pairs["discordance"], pairs["design_effect"], strict=True)]


def test_tables_of_runs_and_of_the_study_hold_what_their_functions_say():
    case = Case(0.3, 1.5)
    runs = runs_table([300, 1000], case, 0.02)
    assert runs.loc[3, "1,000 questions"] == 100 * detectable_with_runs(1000, case, 0.02, 3)
    needed = runs_needed_table([0.05], [1000], case, 0.02)
    assert needed.loc["for 5 points", "1,000 questions"] == runs_needed(0.05, 1000, case, 0.02)
    assert study_sizes(70, 0) == [] and study_sizes(70, 3)[0] == 70
    assert runs_table([], case, 0.0).empty and runs_table([], case, 0.0).index.name == "runs"
    study = study_table(0.8)
    assert study.loc["10,000 questions, design effect 2", "discordance rate 20\u00a0%"] == (
        100 * detectable(10_000, Case(0.2, 2.0)))
