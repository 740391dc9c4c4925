import numpy as np
import pytest

from comparison.simulated import by_provenances
from medinj_utils.comparison.log_odds import log_odds_effects, log_odds_table
from medinj_utils.comparison.scores import check_scores
from medinj_utils.core.names import parts_of


def test_log_odds_are_those_of_a_logistic_model_and_clusters_widen_them():
    from statsmodels.api import GLM
    from statsmodels.genmod.families import Binomial
    scores, _, clusters = by_provenances()
    checked = check_scores(scores, clusters)
    result = log_odds_effects(checked).set_index("effect")
    assert log_odds_table(checked).set_index("effect").equals(result)
    coded = np.array(
        [
            [(part in parts_of(system)) - 0.5 for part in ("NAT", "SYN", "TRAD")]
            for system, _ in scores.columns
        ]
    )
    design = np.column_stack([np.ones(8), coded, coded[:, 0] * coded[:, 1],
                              coded[:, 0] * coded[:, 2], coded[:, 1] * coded[:, 2],
                              coded.prod(axis=1)])
    plain = GLM(scores.to_numpy().ravel(), np.tile(design, (len(scores), 1)),
                family=Binomial()).fit()
    assert result["estimate"].to_numpy() == pytest.approx(plain.params[1:], abs=1e-6)
    # planted: 0.8, 0.3, 0.5, less what averaging takes
    assert (result.loc[["NAT", "SYN", "TRAD"], "low"] > 0).all()
    # none planted
    assert ((result["low"] < 0) & (result["high"] > 0))[result["kind"] == "interaction"].sum() >= 3
    rates = scores.mean()
    assert result.loc["NAT", "estimate"] == pytest.approx(
        np.mean(
            [
                np.log(rates[b, 0] / (1 - rates[b, 0])) - np.log(rates[a, 0] / (1 - rates[a, 0]))
                for a, b in (
                    ("BASE", "NAT"),
                    ("SYN", "NAT-SYN"),
                    ("TRAD", "NAT-TRAD"),
                    ("TRAD-SYN", "ALL"),
                )
            ]
        ),
        abs=1e-6,
    )
    with pytest.raises(ValueError, match="have no odds"):
        log_odds_effects(check_scores(scores + 0.5, clusters))
    with pytest.raises(ValueError, match="all seven mixtures; there are: BASE.*TRAD-SYN$"):
        log_odds_effects(check_scores(scores.drop(columns="ALL", level=0), clusters))
    sole = scores.copy()
    sole["NAT", 0] = 1.0
    assert log_odds_table(check_scores(sole, clusters)).empty
    with pytest.raises(ValueError, match="NAT answers all items right"):
        log_odds_effects(check_scores(sole, clusters))
