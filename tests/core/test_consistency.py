"""What notebooks need of one another."""

import pytest

from medinj_utils.core.consistency import inconsistencies
from medinj_utils.core.parameters import notebook_defaults, notebook_names

DEFAULTS = {name: notebook_defaults(name) for name in notebook_names()}
PARTS = {"configurations": ["NAT", "SYN"]}
VARIED = PARTS | {"learning_rates": [0.1], "epochs_tried": [1]}
TRAINED = {"21": PARTS, "30": {"systems": ["BASE", "NAT", "SYN"]},
           "31": {"systems": ["BASE", "NAT", "SYN"]}}


def found(changes, beside=()):
    parameters = {name: values | changes.get(name[:2], {}) for name, values in DEFAULTS.items()}
    return inconsistencies(parameters, beside)


@pytest.mark.parametrize("changes", [
    {}, TRAINED, TRAINED | {"50": VARIED, "52": VARIED}, {"40": {"null_output": "outputs/null"}},
    # asks nothing: orders 0
    {"14": {"configurations": ["NAT", "SYN"]}}, {"32": {"systems": ["NAT", "SYN"], "seeds": [7]}},
    {"37": {"systems": ["SYN"], "seeds": [3], "harness_logs": {"SYN-s3": "log"}}},
    {"42": {"prices": {"native": 1.0, "synthetic": 0.0, "translated": 2.0}}},
    {"35": {"own_ratings": True}, "36": {"rating_files": ["r.csv"]}},
    {"36": {"raters": ["R1"], "simulated_raters": {"R2": 0.1}}},
    {"31": {"seeds": [42]}, "21": {"seeds": [42, 43]}}])
def test_what_fits_is_no_problem(changes):
    assert found(changes, ["null"]) == []


@pytest.mark.parametrize("changes, words", [
    ({"14": {"configurations": ["SYN"]}},
     "21_train_adapter needs NAT, which 14_build_mixtures doesn't build (it has SYN)"),
    ({"30": {"systems": ["BASE", "NAT", "TRAD"]}},
     "30_answer_questions needs TRAD-s42, which 21_train_adapter doesn't train"),
    ({"30": {"seeds": [0]}},
     "30_answer_questions needs NAT-s0, which 21_train_adapter doesn't train (it has NAT-s42)"),
    ({"32": {"orders": 2, "seeds": [1]}}, "32_ask_otherwise needs NAT-s1"),
    ({"31": {"systems": ["BASE", "NAT", "ALL"]}},
     "31_score_choices needs ALL-s42, which 30_answer_questions doesn't ask"),
    ({"33": {"systems": ["BASE", "ALL"]}},
     "33_score_open_answers needs ALL-s42, which 30_answer_questions doesn't ask"),
    ({"34": {"seeds": [0]}},
     "34_judge_open_answers needs NAT-s0, which 30_answer_questions doesn't ask"),
    ({"36": {"systems": ["ALL"]}},
     "36_rate_by_hand needs ALL-s42, which 30_answer_questions doesn't ask"),
    ({"37": {"seeds": [0]}}, "37_exchange_with_harness needs NAT-s0"),
    ({"40": {"mode": "text_likelihood"}},
     "40_compare_provenances needs text_likelihood, which 30_answer_questions doesn't answer in"),
    ({"31": {"systems": ["BASE"]}},
     "40_compare_provenances compares BASE with others, and the systems of 31_score_choices are "
     "BASE"),
    ({"31": {"systems": ["NAT"]}}, "name BASE and one more at least"),
    ({"32": {"orders": 1, "systems": ["NAT"]}}, "41_probe_answers compares BASE"),
    ({"34": {"triplets": [{"name": "a", "location": "x"}]}},
     "34_judge_open_answers judges the triplets a, which 35_judge_the_judge doesn't read"),
    ({"36": {"raters": ["R1", "R9"], "simulated_raters": {"R9": 0.1}}},
     "36_rate_by_hand, raters and simulated_raters: both have R9"),
    ({"35": {"own_ratings": True}}, "35_judge_the_judge, own_ratings: 36_rate_by_hand reads no"),
    ({"30": {"base_model": "planted"}}, "base_model and base_revision differ between notebooks"),
    (TRAINED | {"50": VARIED | {"configurations": ["ALL"]}}, "50_vary_recipe needs ALL-s42"),
    (TRAINED | {"50": VARIED, "52": VARIED | {"learning_rates": [0.2]}},
     "52_compare_recipes, learning_rates: needs 0.2"),
    (TRAINED | {"50": VARIED, "52": VARIED | {"epochs_tried": [9]}},
     "52_compare_recipes, epochs_tried: needs 9"),
    (TRAINED | {"50": VARIED, "52": VARIED | {"seeds": [0]}}, "52_compare_recipes needs NAT-s0"),
    (TRAINED | {"51": PARTS, "53": PARTS | {"budget_shares": [0.5]}},
     "53_draw_learning_curves, budget_shares: needs 0.5"),
    (TRAINED | {"50": VARIED, "52": VARIED, "30": TRAINED["30"] | {"modes": ["greedy"]}},
     "52_compare_recipes needs constrained"),
    ({"42": {"prices": {"native": 1.0}}},
     "42_count_costs, prices: given for native; need one for each"),
    ({"40": {"null_output": "outputs/nul"}}, "name its profile in `beside`"),
    ({"21": {"seeds": [42, 42]}}, "21_train_adapter, seeds: a value is repeated"),
    ({"31": {"systems": ["BASE", "NAT", "NAT"]}},
     "31_score_choices, systems: a value is repeated")])
def test_what_a_notebook_would_look_for_in_vain_is_named(changes, words):
    assert any(words in problem for problem in found(changes, ["null"])), found(changes, ["null"])
