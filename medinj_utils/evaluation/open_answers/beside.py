"""Open answers side by side: of all systems to one question, and what tokenizers make of them."""

import pandas as pd

from medinj_utils.evaluation.open_answers.overlap import overlap
from medinj_utils.evaluation.open_answers.tokens import tokens

_ACCENTED = "[À-ÖØ-öø-ÿœŒ]"
_MOST_PAIRS = 500  # that the two tokenizers are compared on
_DEFAULT, _OURS = "rouge-score's default", "of this book"
#: Answer and reference on which the tokenizers differ, where none of the runs' does.
_EXAMPLE = ("Une hépatite chronique.", "Une hépatite aiguë.")


def one_question(answers: pd.DataFrame) -> pd.DataFrame:
    """The first question with its reference, and what each run answered, by run.

    Args:
        answers: of `medinj_utils.evaluation.open_answers.load_open_answers`.
    """
    first = answers[answers["item"].eq(answers["item"].iloc[0] if len(answers) else "")]
    return first.set_index("run")[["instruction", "reference", "candidate", "ended"]].rename(
        columns={"instruction": "question", "candidate": "answer"})


def side_by_side(answers: pd.DataFrame) -> pd.DataFrame:
    """Each question with its reference and, a column each, the answers of all systems.

    Args:
        answers: of `medinj_utils.evaluation.open_answers.load_open_answers`; of several runs of a
            system the first is taken.

    Returns:
        ``provenance``, ``question``, ``reference`` and a column per system.
    """
    leading = ["provenance", "instruction", "reference"]
    if answers.empty:
        return pd.DataFrame(columns=["provenance", "question", "reference"])
    first = answers.drop_duplicates(["system", "item"])
    systems = list(first["system"].unique())
    wide = first.pivot(index="item", columns="system", values="candidate")[systems]
    questions = first.drop_duplicates("item").set_index("item")[leading]
    return questions.join(wide).rename(columns={"instruction": "question"}).reset_index(drop=True)


def tokenizers_beside(answers: pd.DataFrame) -> pd.DataFrame:
    """ROUGE-L on rouge-score's default tokens beside that on French ones.

    Args:
        answers: of `medinj_utils.evaluation.open_answers.load_open_answers`.

    Returns:
        By tokenizer: ``reference`` and ``answer`` as tokens of one ``pair``, that on which the two
        differ most, or an example where they differ on none; its ``rouge_l``; and
        ``mean_rouge_l`` over the ``pairs`` (different answers, none blank, to references with an
        accented letter; the first 500 of them).
    """
    from rouge_score.rouge_scorer import RougeScorer
    from rouge_score.tokenizers import DefaultTokenizer
    accented = answers[answers["reference"].str.contains(_ACCENTED, na=False)
                       & answers["candidate"].fillna("").str.strip().ne("")]
    pairs = accented[["candidate", "reference"]].drop_duplicates().head(_MOST_PAIRS)
    rows = [*pairs.itertuples(index=False, name=None), _EXAMPLE]
    scorer = RougeScorer(["rougeL"])
    scores = pd.DataFrame({
        _DEFAULT: [scorer.score(right, answer)["rougeL"].fmeasure for answer, right in rows],
        _OURS: [overlap(answer, right)["rouge_l"] for answer, right in rows]})
    differ, last = (scores[_DEFAULT] - scores[_OURS]).abs(), len(pairs)
    here = differ[:last].gt(0).any()
    position = int(differ[:last].idxmax()) if here else last
    answer, right = rows[position]
    cut = {_DEFAULT: DefaultTokenizer(use_stemmer=False).tokenize, _OURS: tokens}
    return pd.DataFrame({name: {
        "pair": "of the answers here" if here else "an example: on no answer here they differ",
        "reference": " | ".join(split(right)), "answer": " | ".join(split(answer)),
        "rouge_l": scores[name][position], "mean_rouge_l": scores[name][:last].mean(),
        "pairs": last} for name, split in cut.items()}).T.rename_axis("tokenizer")
