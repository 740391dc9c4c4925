import pandas as pd

from medinj_utils.comparison.figures import conditions_figure, pareto_figure, systems_figure


def comparison(**shares):
    return pd.DataFrame({"system": list(shares), "exact_match": list(shares.values()), "low": 0.1,
                         "high": 0.9})


def test_systems_stand_in_the_books_order_and_the_best_is_named():
    figure, alt = systems_figure(comparison(SYN=0.7, BASE=0.3, NAT=0.5))
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["BASE", "NAT",
                                                                                "SYN"]
    assert alt == (
        "Exact match of 3 systems with 95 % intervals. Highest: SYN with 70.0\u00a0% [10.0, 90.0]; "
        "the "
        "base has 30.0\u00a0%."
    )


def test_planted_truth_is_drawn_by_system():
    figure, _ = systems_figure(comparison(SYN=0.7, BASE=0.3), pd.Series({"SYN": 0.6, "BASE": 0.2}))
    crosses = figure.axes[0].collections[-1].get_offsets()
    assert crosses.tolist() == [[0.2, 0], [0.6, 1]]


def test_every_condition_has_its_place_and_its_span_in_words():
    means = pd.concat([comparison(BASE=0.3, NAT=0.5).assign(variant="original"),
                       comparison(BASE=0.2, NAT=0.4).assign(variant="order 1")])
    figure, alt = conditions_figure(means, "variant", "t")
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["original", "order 1"]
    assert axes.get_title() == "t" and len(axes.containers) == 2
    assert alt.endswith("by variant. Lowest to highest: original 30.0\u00a0% to 50.0\u00a0%; "
                        "order 1 20.0\u00a0% to 40.0\u00a0%.")


def test_the_front_holds_the_systems_that_none_beats():
    table = comparison(BASE=0.3, NAT=0.5, SYN=0.2).assign(cost=[0, 10, 5])
    figure, alt = pareto_figure(table, in_euros=True)
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["BASE", "NAT",
                                                                                     "SYN"]
    assert alt.endswith("over euros, questions and training. On the Pareto front: BASE, NAT.")
    assert pareto_figure(table, in_euros=False)[0].axes[0].get_xlabel() == "Training questions"
