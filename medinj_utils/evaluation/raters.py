"""How far a scorer (a metric, a judge, a length) agrees with labels that humans gave."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

#: Keys of what `agreement` gives. The last four need scores of 0 and 1.
FIGURES = ("pearson", "spearman", "auc", "kappa", "f1", "accuracy", "constant_baseline")
_FOLDS = 10


def agreement(labels: Sequence | pd.Series, scores: Sequence | pd.Series) -> dict[str, float]:
    """Figures of agreement between human labels and a scorer's scores, pair by pair.

    Args:
        labels: of humans, numbers; 0 and 1 for all figures but the correlations.
        scores: of the scorer, as many numbers; higher means better.

    Returns:
        ``pearson`` and ``spearman`` (SciPy), −1 to 1; ``auc``, the area under the ROC curve, 0 to
        1; and where labels and scores are all 0 or 1, Cohen's ``kappa`` (1960), ``f1`` of label 1,
        ``accuracy`` (scikit-learn) and ``constant_baseline``, the accuracy of always giving the
        more frequent label. NaN where a figure is undefined: a correlation of constants, AUC or
        kappa with one class alone, F1 without a 1 anywhere, what needs 0 and 1 for other numbers.

    Raises:
        ValueError: there are no pairs, not as many scores as labels, their indices differ, or some
            are missing or not finite; the message has the positions.
    """
    if (isinstance(labels, pd.Series) and isinstance(scores, pd.Series)
            and not labels.index.equals(scores.index)):
        raise ValueError("labels and scores have different indices: align them first")
    human, scored = _numbers(labels, "labels"), _numbers(scores, "scores")
    if len(human) != len(scored) or not len(human):
        raise ValueError(f"{len(human)} labels and {len(scored)} scores: need as many of each, "
                         "at least one")
    figures = dict.fromkeys(FIGURES, float("nan"))
    if np.ptp(human) and np.ptp(scored):
        from scipy.stats import pearsonr, spearmanr
        figures["pearson"] = float(pearsonr(human, scored).statistic)
        figures["spearman"] = float(spearmanr(human, scored).statistic)
    if not is_binary(human):
        return figures
    from sklearn import metrics
    if np.ptp(human):
        figures["auc"] = float(metrics.roc_auc_score(human, scored))
    if is_binary(scored):
        figures["accuracy"] = float((human == scored).mean())
        figures["constant_baseline"] = float(max(human.mean(), 1 - human.mean()))
        if human.any() or scored.any():
            figures["f1"] = float(metrics.f1_score(human, scored))
        if len({*human, *scored}) > 1:
            figures["kappa"] = float(metrics.cohen_kappa_score(human, scored))
    return figures


def is_binary(values: np.ndarray) -> bool:
    """Whether all values are 0 or 1."""
    return bool(np.isin(values, (0, 1)).all())


def cross_validated(labels: Sequence | pd.Series, scores: Sequence | pd.Series,
                    questions: Sequence | pd.Series) -> np.ndarray:
    """Real-valued scores as 0 and 1, each by a threshold chosen on other questions.

    Questions are dealt to ten folds (fewer if there are fewer questions). The threshold of a fold
    is that with the highest accuracy on the others, between two scores or beyond all; of several,
    the lowest. So a useless scorer falls back on the constant baseline.

    Args:
        labels: 0 or 1.
        scores: as many numbers.
        questions: which question each answers; one is never in two folds.

    Returns:
        0 or 1 for each score, shape (pairs,).

    Raises:
        ValueError: as `agreement`; a label is neither 0 nor 1; or there is a single question.
    """
    human, scored = _numbers(labels, "labels"), _numbers(scores, "scores")
    groups, known = pd.factorize(np.asarray(questions, dtype=object))
    if not len(human) == len(scored) == len(groups):
        raise ValueError(f"{len(human)} labels, {len(scored)} scores and {len(groups)} questions: "
                         "need as many of each")
    if not is_binary(human):
        raise ValueError(f"labels are {sorted(set(human))[:5]}: a threshold needs 0 and 1")
    if len(known) < 2:
        raise ValueError("all answers are to one question: its threshold needs others")
    from sklearn.model_selection import GroupKFold
    predicted = np.empty(len(human))
    for others, fold in GroupKFold(min(_FOLDS, len(known))).split(scored, groups=groups):
        predicted[fold] = scored[fold] >= best_threshold(human[others], scored[others])
    return predicted


def best_threshold(labels: np.ndarray, scores: np.ndarray) -> float:
    """The lowest threshold with the highest accuracy of ``scores >= threshold``.

    Args:
        labels: 0 or 1.
        scores: as many numbers.
    """
    values = np.unique(scores)
    between = np.concatenate([[-np.inf], (values[:-1] + values[1:]) / 2, [np.inf]])
    order = np.argsort(scores)
    above = len(scores) - np.searchsorted(scores[order], between)  # how many are called 1
    ones = np.concatenate([[0], np.cumsum(labels[order])])
    right_ones = ones[-1] - ones[len(scores) - above]
    right_zeros = len(scores) - above - ones[len(scores) - above]
    return float(between[np.argmax(right_ones + right_zeros)])


def _numbers(values: Sequence | pd.Series, name: str) -> np.ndarray:
    series = pd.Series(list(values), dtype=object)
    try:
        numbers = series.where(series.notna(), np.nan).to_numpy(dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} are not all numbers ({error})") from None
    if (bad := np.flatnonzero(~np.isfinite(numbers))).size:
        shown = ", ".join(map(str, bad[:10])) + (" …" if len(bad) > 10 else "")
        raise ValueError(f"{name} have no finite number at position {shown} ({len(bad)} in all): "
                         "leave these pairs out and report their number")
    return numbers
