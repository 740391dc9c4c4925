"""Simulated raters and judges err as often as is planted, and say the same of the same answer
again."""

import numpy as np
import pytest

from medinj_utils.demo.simulated import JUDGES, TYPICAL_WORDS, SimulatedJudge, SimulatedRater


def test_a_raters_errors_are_as_often_as_planted():
    rater = SimulatedRater("r", 0.9, 0.8)
    right = [rater.rate(str(i), 1) for i in range(4000)]
    wrong = [rater.rate(str(i), 0) for i in range(4000)]
    assert np.mean(right) == pytest.approx(0.9, abs=0.02)
    assert np.mean(wrong) == pytest.approx(0.2, abs=0.02)
    assert right == [rater.rate(str(i), 1) for i in range(4000)]


def test_a_swayed_judge_lets_long_answers_through():
    judge = SimulatedJudge("j", 0.9, 0.8, 0.5, 0.1)
    odds = [p / (1 - p) for p in (judge.probability(0, TYPICAL_WORDS),
                                  judge.probability(0, 2 * TYPICAL_WORDS))]
    assert judge.probability(0, TYPICAL_WORDS) == pytest.approx(0.2)
    assert np.log(odds[1] / odds[0]) == pytest.approx(0.5)
    short = [judge.verdict(str(i), 0, "mot " * 4) for i in range(4000)]
    long = [judge.verdict(str(i), 0, "mot " * 64) for i in range(4000)]
    assert short.count(None) == pytest.approx(400, abs=80)
    # The same number decides on an answer and its edit: none falls from 1 to 0 by being longer.
    assert not any(one == 1 and other == 0 for one, other in zip(short, long, strict=True))
    assert long.count(1) > 1.5 * short.count(1)


def test_a_judge_is_made_again_from_what_the_key_says():
    assert [SimulatedJudge.of(judge.planted) for judge in JUDGES] == list(JUDGES)
