import matplotlib.pyplot as plt
import pandas as pd

from medinj_utils.core.names import Run, runs_of
from medinj_utils.core.style import MARKERS
from medinj_utils.training.figures import curves_figure, figure_name, validation_figure


def test_a_figures_name_holds_its_systems_and_seeds():
    assert figure_name("loss", runs_of(["NAT", "NAT-SYN"], [0, 1])) == "loss-NAT+NAT-SYN-s0+1"


def test_training_curves_are_drawn_and_told():
    curve = pd.DataFrame({"step": range(1, 7), "loss": [3.0, 2, 2, 2, 1, 1], "learning_rate": 1e-3,
                          "grad_norm": 1.0, "tokens_per_second": 900.0})
    curves = {Run("NAT", 0): curve, Run("SYN", 1): curve.assign(loss=curve["loss"] + 1)}
    figure, alt = curves_figure(curves, "answer")
    assert "2 runs" in alt and "1.600 (NAT-s0) to 2.600 (SYN-s1)" in alt
    assert [line.get_label() for line in figure.axes[0].lines] == ["NAT-s0", "SYN-s1"]
    assert figure.axes[0].lines[0].get_linestyle() != figure.axes[0].lines[1].get_linestyle()
    assert [line.get_marker() for line in figure.axes[0].lines] == [MARKERS["NAT"], MARKERS["SYN"]]
    assert "the answer's tokens" in figure.axes[0].get_title("left")
    plt.close(figure)


def test_validations_are_drawn_a_panel_for_each_score():
    first = pd.DataFrame({"step": [0, 5], "loss": [2.0, 1.0], "general_exact_match": [0.9, 0.8]})
    curves = {Run("NAT", 0): first, Run("SYN", 0): first.drop(columns="general_exact_match")}
    figure, alt = validation_figure(curves)
    assert [axes.get_ylabel() for axes in figure.axes] == [
        "Validation loss", "General\nexact match, %"]
    assert [len(axes.lines) for axes in figure.axes] == [2, 1]
    assert "NAT-s0 1.000; SYN-s0 1.000" in alt
    plt.close(figure)
