import numpy as np

from comparison.simulated import by_shares
from medinj_utils.comparison import compare_pairs
from medinj_utils.comparison.claims import contrasts_here, contrasts_published, load_claims
from medinj_utils.comparison.figures import claims_figure, power_figure, study_figure
from medinj_utils.comparison.planning import power_curves
from medinj_utils.comparison.power import Case
from medinj_utils.comparison.verdicts import verdicts_on_paper


def test_the_figure_has_every_difference_twice():
    claims = load_claims()
    paper = contrasts_published(claims, 1000, "worst")
    here = contrasts_here(claims, compare_pairs(by_shares(0), 100))
    figure, alt = claims_figure(paper, here)
    axes = figure.axes[0]
    assert len(axes.get_yticklabels()) == len(claims.contrasts) and len(axes.containers) == 2
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "the paper's figures, worst pairing",
        "runs here",
    ]
    including = ((here["low"] <= 0) & (here["high"] >= 0)).sum()
    assert alt.endswith(f"from the runs here {including} of {len(here)}.")
    without, _ = claims_figure(paper, here.head(0))  # where no system of the claims was run
    assert len(without.axes[0].get_legend().get_texts()) == 1


def test_the_figure_stands_where_no_pair_differs():
    figure, alt = power_figure(power_curves({"alike": Case(0.0)}), 0.8, 300, float("nan"))
    assert figure.axes[0].get_yscale() == "log" and "hardly differs" in alt


def test_the_figure_falls_with_more_items_and_says_its_power():
    cases = {"these runs": Case(0.3, 1.5), "independent": Case(0.3)}
    figure, alt = power_figure(power_curves(cases, 0.9), 0.9, 300, 0.123)
    axes = figure.axes[0]
    upper, lower = (line.get_ydata() for line in axes.lines)
    assert (np.diff(lower[~np.isnan(lower)]) < 0).all() and np.nanmin(upper - lower) > 0
    assert "90\u00a0% power" in axes.get_ylabel() and "for 2 cases" in alt
    assert alt.endswith("With the 300 questions of this run the middle pair shows 12.3 points.")
    assert (
        (power_curves(cases, 0.9)["independent"] > power_curves(cases, 0.8)["independent"])
        .iloc[20:]
        .all()
    )


def test_the_studys_claims_stand_with_a_chip_for_each_number_of_questions():
    on_paper = verdicts_on_paper(load_claims(), (22_953, 10_000), "both")
    figure, alt = study_figure(on_paper)
    axes, tested = figure.axes[0], on_paper.dropna(subset="estimate")
    texts = [text.get_text() for text in axes.texts]
    names = tested["name"].str.replace("-", " ").unique()
    assert sorted(texts) == sorted([*tested["verdict"], *names])
    assert figure.get_figwidth() < 5  # inches that a phone shows at a size that can be read
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["22,953 questions",
                                                                           "10,000 questions"]
    assert "complementary: supported or undecided" in alt
