import pytest

from medinj_utils.training import account
from medinj_utils.training.account import Account


def test_energy_of_earlier_starts_is_taken_in_proportion():
    with Account() as measured:
        sum(range(3_000_000))
        power = measured.power()
        sum(range(3_000_000))
    assert measured.figures["energy_kwh"] > 0 and measured.figures["emissions_kg"] > 0
    assert measured.figures["peak_memory_gb"] > 0 and "processor" in measured.figures["power_known"]
    assert 0.0001 < power < 10  # kW
    whole = measured.scaled(0.25)
    assert whole["energy_kwh"] == pytest.approx(4 * measured.figures["energy_kwh"], abs=1e-8)
    assert whole["peak_memory_gb"] == measured.figures["peak_memory_gb"]


def test_a_tracker_that_measured_nothing_says_how_to_see_why(monkeypatch):
    class Silent:
        def start_task(self, task):
            pass

        def stop_task(self):
            return None

    monkeypatch.setattr(account, "_tracker", Silent)
    with pytest.raises(RuntimeError, match="To see why: python -c"), Account():
        pass
