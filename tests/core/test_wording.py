import pandas as pd
import pytest

from medinj_utils.core.wording import (
    agreeing,
    interval,
    listed,
    number,
    numbers,
    percent,
    points,
    score,
    show_p,
    span,
    spelled,
    with_interval,
)


@pytest.mark.parametrize("code, words", [
    ("native · mcq", "native · several-answer"), ("mcqu, 4 options", "single-answer, 4 options"),
    ("rouge_l", "ROUGE-L"), ("numbers_recall", "numbers recall"), ("lix", "readability (LIX)"),
    ("medinj_mcq", "medinj_mcq"),
    ("Test/mcq/mcq_test.json", "Test/mcq/mcq_test.json"), ("of mcq.", "of several-answer.")])
def test_codes_are_spelled_out_but_in_paths_and_longer_names(code, words):
    assert spelled(code) == words


@pytest.mark.parametrize("value, decimals, sign, english, french", [
    (1234.5, 1, False, "1,234.5", "1\u202f234,5"), (-0.04, 1, True, "0.0", "0,0"),
    (-0.0, 0, False, "0", "0"),
    (11_000, 0, False, "11,000", "11\u202f000"),
    (-2.36e3, 0, False, "\u22122,360", "\u22122\u202f360"),
    (0.06, 1, True, "+0.1", "+0,1"), (300.00588, 2, False, "300.01", "300,01"),
    (1e-9, 3, True, "0.000", "0,000")])
def test_a_number_has_one_form_in_each_language(value, decimals, sign, english, french):
    assert number(value, decimals, sign) == english
    assert number(value, decimals, sign, "fr") == french


def test_shares_are_written_as_points_and_per_cent_with_intervals():
    row = {"estimate": -0.004, "exact_match": 0.4653, "low": -0.1009, "high": 0.19268}
    assert percent(0.4653) == "46.5\u00a0%" and percent(0.4653, "fr") == "46,5\u00a0%"
    assert points(row) == "\u22120.4 points [\u221210.1, +19.3]"
    assert points(row, language="fr") == "\u22120,4 point [\u221210,1\u00a0;\u00a0+19,3]"
    assert score(row) == "46.5\u00a0% [\u221210.1, 19.3]" and interval(0, 1) == "[0.0, 100.0]"
    assert score(row | {"low": float("nan"), "high": float("nan")}) == "46.5\u00a0%"


def test_a_column_of_numbers_has_empty_texts_for_missing_ones():
    assert numbers(pd.Series([1234.56, float("nan")]), 1) == ["1,234.6", ""]
    assert numbers(pd.Series([1234, None], dtype="Int64")) == ["1,234", ""]


def test_words_agree_with_counts_and_names_are_listed():
    assert [agreeing(n, "differs", "differ") for n in (0, 1, 2)] == ["differ", "differs", "differ"]
    assert listed(["a", "b et c", "d and e"], "fr") == "a, b et c et d and e"
    assert [listed(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


@pytest.mark.parametrize("estimate, low, high, more, shown", [
    (0.53, 0.45, 0.618, {}, "0.53 [0.45, 0.62]"),
    (4.06, -1.9, 6.8, {"decimals": 1, "sign": True}, "+4.1 [\u22121.9, +6.8]"),
    (0.5, float("nan"), float("nan"), {}, "0.50"),
    (float("nan"), float("nan"), float("nan"), {}, "")])
def test_an_estimate_stands_with_its_interval_where_there_is_one(estimate, low, high, more, shown):
    assert with_interval(estimate, low, high, **more) == shown


@pytest.mark.parametrize("p, shown", [
    (0.0, "<\u00a00.001"), (0.0499, "0.050"), (1.0, ">\u00a00.99"), (float("nan"), "")])
def test_a_p_value_is_never_0_or_1(p, shown):
    assert show_p(p) == shown


def test_a_span_names_its_ends():
    values = pd.Series({"BASE": 0.2, "NAT": 0.4, "SYN": 0.3})
    shown = values.map(percent)
    assert span(values, shown) == "20.0\u00a0% (BASE) to 40.0\u00a0% (NAT)"
    assert span(values.head(1), shown.head(1)) == "20.0\u00a0% (BASE)"
    assert span(values * 0, ["none"] * 3) == "none (all alike)"
