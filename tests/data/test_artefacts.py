"""What can be guessed without the question."""

import numpy as np
import pandas as pd
import pytest

from medinj_utils.data import artefacts, overlap
from medinj_utils.data.figures import overlap_figure, positions_figure

from .rows import WORDS, choice, table


def test_positions_are_shares_with_a_test_against_equal_ones(world):
    positions = artefacts.right_positions(world["records"])
    letters = [column for column in positions if len(column) == 1]
    assert positions[letters].sum(axis=1).to_numpy() == pytest.approx(1)
    always = table(*(choice(f"Question {i} ?", ["oui", "non"]) for i in range(40)))
    assert artefacts.right_positions(always)["p, equal shares"].item() < 1e-6


def test_blind_rules_find_planted_patterns_and_nothing_where_there_is_none():
    rng = np.random.default_rng(0)

    def rows(split, right, wrong, n=300):
        made = []
        for i in range(n):
            at = int(rng.integers(3))
            words = rng.choice(WORDS, 3, replace=False)
            options = [f"{right if j == at else wrong} {word}" for j, word in enumerate(words)]
            made.append(choice(f"Question {split} {i} ?", options, "ABC"[at], split=split))
        return made

    def scores(right, wrong):
        made = artefacts.blind_baselines(table(*rows("train", right, wrong),
                                               *rows("test", right, wrong)))
        return made.set_index("rule")[["exact_match", "low", "high", "chance"]]

    exact = scores("toujours", "jamais")
    assert exact.loc["options alone", "exact_match"] == 1
    assert exact.loc["longest option", "exact_match"] > 0.6
    even = scores("peut-être", "peut-être")
    assert even.loc["options alone", "low"] < 1 / 3 < even.loc["options alone", "high"]
    assert even["chance"].tolist() == pytest.approx([1 / 3] * 3)


def test_positions_are_counted_within_any_group():
    records = table(*(choice(f"{source} {n} ?", ["un", "deux"], letter, source=source)
                      for source, letter in (("un", "A"), ("autre", "B")) for n in range(20)))
    # as a whole all looks even
    assert artefacts.right_positions(records)["p, equal shares"].item() == 1
    apart = artefacts.right_positions(records, ["source"]).set_index("source")
    assert apart.loc["un", ["A", "B"]].tolist() == [1, 0]
    assert (apart["p, equal shares"] < 1e-4).all()


def test_the_longest_option_is_watched():
    records = table(choice("Un ?", ["a", "bb", "ccc"], "C"),
                    choice("Deux ?", ["aaa", "b", "c"], "A"),
                    choice("Trois ?", ["aa", "bb"]))
    row = artefacts.longest_is_right(records).iloc[0]
    assert (row["questions"], row["longest is right"]) == (2, 1.0)
    parts = pd.concat(
        [
            records,
            records.assign(split="test", options=[options[::-1] for options in records["options"]]),
        ]
    )
    assert artefacts.longest_is_right(parts).set_index("split")["longest is right"].to_dict() == {
        "train": 1.0,
        "test": 0.0,
    }


def test_tables_of_records_without_choices_are_empty_and_not_an_error():
    rows = table(choice("Pourquoi ?", "", "", task="oeq", answer_text="Parce que."))
    assert artefacts.right_positions(rows).empty and artefacts.blind_baselines(rows).empty
    assert overlap.find_duplicates(rows).empty and artefacts.longest_is_right(rows)["low"].empty
    matrix = overlap.leak_matrix(overlap.find_leaks(rows), rows)
    for figure, _ in (positions_figure(artefacts.right_positions(rows)),
                      overlap_figure(matrix, rows)):
        assert "nothing" in figure.axes[0].texts[0].get_text()
