import pytest

from medinj_utils.core.judges import Prices
from medinj_utils.evaluation.judge.costs import usage
from medinj_utils.models.replies import Reply


def test_usage_is_what_the_model_tells_and_the_rest_is_counted():
    replies = [Reply("a", input_tokens=1_000_000, output_tokens=10, seconds=1.5),
               Reply("b", input_tokens=5, output_tokens=None, seconds=2),
               Reply(None, failure="x", seconds=9),
               Reply("", input_tokens=0, output_tokens=500_000)]
    told = {"input_tokens": 1_000_000, "output_tokens": 500_010, "calls_without_usage": 1,
            "call_seconds": 3.5}
    assert usage(replies) == told
    assert usage(replies, Prices(input=3, output=8, currency="USD")) == told | {
        "cost": pytest.approx(3 + 4.00008),
        "currency": "USD",
    }
    assert usage([]) == dict.fromkeys(told, 0)


@pytest.mark.parametrize("wrong", [(-1, 1), (1, float("nan"))])
def test_a_price_that_is_none_is_told(wrong):
    with pytest.raises(ValueError, match="1 validation error for Prices"):
        Prices(input=wrong[0], output=wrong[1], currency="EUR")
