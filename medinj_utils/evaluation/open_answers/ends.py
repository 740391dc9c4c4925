"""How open questions were asked, and why the answers to them ended."""

import pandas as pd

from medinj_utils.core.cards import card_file
from medinj_utils.core.files import read_json
from medinj_utils.core.names import Run, in_order
from medinj_utils.core.tree import Tree
from medinj_utils.core.wording import agreeing, listed, number, percent
from medinj_utils.models.answers import STOPPED, UNKNOWN, how_ended, was_cut


def asked_in_words(tree: Tree, answers: pd.DataFrame) -> str:
    """How many open answers there are, their limit of tokens and what stops them, in sentences.

    Args:
        tree: the output tree.
        answers: of `medinj_utils.evaluation.open_answers.load_open_answers`.
    """
    if answers.empty:
        return "No open question was asked: all that follows on this page is empty."
    runs = answers["run"].unique()
    card = read_json(tree.need(card_file(tree.open_answers(Run.named(runs[0])))))
    asking = card["parameters"]
    stops = [repr(stop) for stop in asking.get("stops", [])]
    ends = f"the first of {listed(stops)}" if stops else "the model's own end of text alone"
    questions = answers["item"].nunique()
    return (f"{number(questions)} open {agreeing(questions, 'question was', 'questions were')} put "
            f"to {len(runs)} {agreeing(len(runs), 'run', 'runs')}. An answer ends at {ends}, and "
            f"after {asking['max_new_tokens']} tokens at the latest.\nThe first prompt, as the "
            f"model got it:\n\n{card['first_prompt']}")


def why_ended(answers: pd.DataFrame) -> pd.DataFrame:
    """Why the answers of each system ended, how many are blank, and how long they are.

    Args:
        answers: of `medinj_utils.evaluation.open_answers.load_open_answers`.

    Returns:
        By system, in the book's order: ``answers``; of these ``not_asked``, ``stopped`` (ended by
        themselves or at a text that stops them), ``cut_off`` (at the limit of tokens, by a filter
        or an error), ``end_unknown`` and ``blank`` (without a word, however they ended); the shares
        ``share_cut_off`` and ``share_blank`` of those that were asked; and the median number of
        ``words`` of these.
    """
    asked = answers["candidate"].notna()
    texts = answers["candidate"].fillna("")
    ended = answers["ended"].map(how_ended)
    flags = pd.DataFrame({
        "system": answers["system"], "answers": True, "not_asked": ~asked,
        "stopped": asked & (ended == STOPPED), "cut_off": asked & answers["ended"].map(was_cut),
        "end_unknown": asked & (ended == UNKNOWN), "blank": asked & (texts.str.strip() == "")})
    table = flags.groupby("system", sort=False).sum().astype(int)
    asked_count = table["answers"] - table["not_asked"]
    words = texts.str.split().map(len).where(asked).astype(float)
    table["share_cut_off"] = table["cut_off"] / asked_count
    table["share_blank"] = table["blank"] / asked_count
    table["words"] = words.groupby(answers["system"]).median()
    return table.loc[in_order(table.index)]


def shown_ends(ends: pd.DataFrame) -> pd.DataFrame:
    """`why_ended` as texts: counts with their share, and no column of what never happened.

    Args:
        ends: of `why_ended`.
    """
    shown = pd.DataFrame({
        "answers": ends["answers"].map(number), "not asked": ends["not_asked"].map(number),
        "stopped": ends["stopped"].map(number), "cut off": _with_share(ends, "cut_off"),
        "end unknown": ends["end_unknown"].map(number), "blank": _with_share(ends, "blank"),
        "words": ends["words"].map(lambda words: "" if pd.isna(words) else number(words, 1))})
    never = [name for name in ("not asked", "end unknown") if (shown[name] == "0").all()]
    return shown.drop(columns=never)


def _with_share(ends: pd.DataFrame, name: str) -> list[str]:
    return [number(count) if not count else f"{number(count)} ({percent(share)})"
            for count, share in zip(ends[name], ends[f"share_{name}"], strict=True)]
