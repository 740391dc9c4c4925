import pandas as pd

from medinj_utils.core.names import Run
from medinj_utils.training import findings


def test_supervised_tokens_of_one_budget_differ():
    table = pd.DataFrame({"configuration": ["NAT", "SYN"], "tokens": [1000, 1000],
                          "supervised_tokens": [150, 100]})
    assert findings.tokens_finding(table) == (
        "12.5\u00a0% of the tokens are supervised; the model only reads the others. Mixtures of "
        "the same budget differ in their number: "
        "NAT has 150, 50.0\u00a0% more than SYN."
    )


def test_time_energy_and_losses_of_runs_are_summed():
    card = {"seconds": 1800.0, "energy_kwh": 0.001, "tokens_per_second": 1234.5, "final_loss": 0.5}
    cards = {Run("NAT", 0): card, Run("SYN", 0): card | {"final_loss": 0.7}}
    sentence = findings.training_finding(cards)
    assert sentence.startswith(
        "Tuning 2 runs took 60.0 minutes and 2.0 Wh, at 1,234 tokens a second"
    )
    assert "between 0.500 (NAT-s0) and 0.700 (SYN-s0)" in sentence
    assert "took 2.0 hours" in findings.training_finding(
        {run: card | {"seconds": 3600} for run in cards}
    )
