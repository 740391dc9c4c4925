"""The judges of a run, and what each is asked about: answers, injections, pairs, triplets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from medinj_utils.core.cards import card_file
from medinj_utils.core.files import read_json
from medinj_utils.core.judges import JudgeAsked, Prices
from medinj_utils.core.tree import Tree
from medinj_utils.evaluation.judge.asking import (
    VERDICTS,
    Judge,
    calls_file,
    chat_of,
    estimate_cost,
    judge_answers,
)
from medinj_utils.evaluation.judge.calls import KeptCalls
from medinj_utils.evaluation.judge.injections import injected_answers
from medinj_utils.evaluation.judge.pairs import pairs_with_base
from medinj_utils.evaluation.judge.prompt import JudgePrompt
from medinj_utils.models.hardware import choose_precision
from medinj_utils.models.loading import Base, load_base, model_id
from medinj_utils.models.replies import LocalChats, Sampling, ServerChats

#: What judges are asked about. Those that compare two answers are asked about pairs alone.
ABOUT = ("answers", "injections", "triplets")
PAIRS = "pairs"
#: What notebook 35 asks about: edited triplets.
EDITS = "edits"
_USED = ("calls", "failed_calls", "input_tokens", "output_tokens", "calls_without_usage",
         "call_seconds", "cost", "currency")


@dataclass(frozen=True)
class Member:
    """A judge of the panel.

    Attributes:
        judge: that is asked.
        prices: of its tokens; None where they cost nothing.
    """

    judge: Judge
    prices: Prices | None


def load_panel(judges: Sequence[JudgeAsked | Mapping[str, Any]]) -> dict[str, Member]:
    """The judges, by name; a model that several of them share is loaded once.

    Args:
        judges: as in the parameter ``judges``.

    Raises:
        HubError: a model can't be loaded from the hub.
        BaseTooBigError: a model's weights don't fit in memory.
    """
    loaded: dict[tuple, tuple] = {}
    return {judge.name: _member(judge, loaded) for judge in map(JudgeAsked.model_validate, judges)}


def _member(judge: JudgeAsked, loaded: dict[tuple, tuple]) -> Member:
    prompt = JudgePrompt.named(judge.prompt)
    sampling = Sampling(judge.temperature, judge.max_tokens)
    if judge.server:
        chats = ServerChats(judge.server, judge.model, judge.revision, sampling, judge.at_once,
                            prompt.schema)
    else:
        key = (judge.base_model, judge.revision, choose_precision(judge.precision))
        if key not in loaded:
            base = Base(*key[:2])
            loaded[key] = *load_base(base, key[2]), model_id(base, None, key[2])
        chats = LocalChats(*loaded[key], sampling)
    return Member(Judge(chats, prompt, judge.repeats), judge.prices)


def what_to_judge(answers: pd.DataFrame, triplets: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """All that judges are asked about.

    Args:
        answers: of `medinj_utils.evaluation.open_answers.loading.load_open_answers`.
        triplets: of `medinj_utils.evaluation.triplets.read_triplets`.

    Returns:
        By name, of `ABOUT` and "pairs", a table as
        `medinj_utils.evaluation.judge.judge_answers` takes it.
    """
    return {"answers": answers, "injections": injected_answers(answers), "triplets": triplets,
            PAIRS: pairs_with_base(answers)}


def _asked(panel: Mapping[str, Member],
           tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, Member, str, pd.DataFrame]]:
    """Judge, what it is asked about, and the table."""
    for name, member in panel.items():
        for about in (PAIRS,) if member.judge.prompt.pairwise else (*ABOUT, EDITS):
            if len(tables.get(about, ())):
                yield name, member, about, tables[about]


def planned_costs(tree: Tree, panel: Mapping[str, Member],
                  tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What the panel will cost, estimated before any call; see `estimate_cost`.

    Args:
        tree: the output tree, in which earlier calls are kept.
        panel: of `load_panel`.
        tables: of `what_to_judge`, or some of these.

    Returns:
        A row per judge and what it is asked about: ``judge``, ``about``, ``answers`` (of the
        table), ``calls`` still to be made, ``minutes`` that they take at the mean duration of
        this judge's kept calls (NaN where there are none), ``input_tokens``,
        ``most_output_tokens`` and, where it has prices, ``most_cost`` and ``currency``.
    """
    seconds = {name: _seconds_of_a_call(tree, name) for name in panel}
    rows = []
    for name, member, about, table in _asked(panel, tables):
        estimate = estimate_cost(table, member.judge, tree.verdicts(name, about), member.prices)
        rows.append({"judge": name, "about": about, "answers": len(table),
                     "calls": estimate["calls"],
                     "minutes": estimate["calls"] * seconds[name] / member.judge.chats.at_once / 60,
                     "input_tokens": estimate["input_tokens"],
                     "most_output_tokens": estimate["output_tokens"],
                     "most_cost": estimate.get("cost"), "currency": estimate.get("currency", "")})
    return pd.DataFrame(rows, columns=["judge", "about", "answers", "calls", "minutes",
                                       "input_tokens", "most_output_tokens", "most_cost",
                                       "currency"])


def _seconds_of_a_call(tree: Tree, judge: str) -> float:
    """Mean of a judge's kept calls, whatever they are about; NaN where there are none."""
    files = [calls_file(tree.verdicts(judge, about)) for about in (*ABOUT, PAIRS, EDITS)]
    replies = [reply for file in files for reply in KeptCalls(file).replies.values()]
    times = [reply.seconds for reply in replies if reply.text is not None]
    return sum(times) / len(times) if times else float("nan")


def ask_panel(tree: Tree, panel: Mapping[str, Member],
              tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Ask every judge about every table that suits its prompt.

    Calls that are kept from an earlier run are not made again.

    Args:
        tree: the output tree; verdicts are written to ``tree.verdicts(judge, about)``.
        panel: of `load_panel`.
        tables: of `what_to_judge`.

    Returns:
        Verdicts as `judge_answers` gives them, with ``judge``, ``about`` and ``most``, the highest
        value of the judge's scale, before them.

    Raises:
        ServerError: as `judge_answers`; what was judged is kept.
    """
    verdicts = [judge_answers(table, member.judge, tree.verdicts(name, about), tree.origin,
                           member.prices).assign(judge=name, about=about,
                                                 most=member.judge.prompt.scale.grades[0])
             for name, member, about, table in _asked(panel, tables)]
    columns = ["judge", "about", "most", *VERDICTS]
    if not verdicts:
        return pd.DataFrame(columns=columns).astype({"most": float, "value": float})
    return pd.concat(verdicts, ignore_index=True)[columns]


def used(tree: Tree, verdicts: pd.DataFrame) -> pd.DataFrame:
    """What the verdicts cost, by judge and what it was asked about, as in their cards.

    Args:
        tree: the output tree.
        verdicts: of `ask_panel`.

    Returns:
        ``judge``, ``about``, ``calls``, ``failed_calls``, ``input_tokens``, ``output_tokens``,
        ``calls_without_usage``, ``call_seconds`` and, where there are prices, ``cost`` and
        ``currency``. Calls that an earlier run made count too.
    """
    pairs = verdicts[["judge", "about"]].drop_duplicates()
    cards = [read_json(card_file(tree.verdicts(*row))) for row in pairs.itertuples(index=False)]
    rows = [{"judge": judge, "about": about} | {name: card.get(name) for name in _USED}
            for (judge, about), card in zip(pairs.itertuples(index=False), cards, strict=True)]
    return pd.DataFrame(rows, columns=["judge", "about", *_USED])


def one_call(panel: Mapping[str, Member], tables: Mapping[str, pd.DataFrame],
             verdicts: pd.DataFrame) -> str:
    """One prompt as a judge got it, its reply (not a blank one, if possible) and how it was read.

    Args:
        panel: of `load_panel`.
        tables: of `what_to_judge`.
        verdicts: of `ask_panel`.
    """
    replied = verdicts[verdicts["raw"].notna()]
    if replied.empty:
        return "No judge gave a reply."
    worded = replied[replied["raw"].str.strip().astype(bool)]
    row = (replied if worded.empty else worded).iloc[0]
    table = tables[row["about"]]
    answer = table[(table["run"] == row["run"]) & (table["item"] == row["item"])].iloc[0]
    chat = chat_of(answer, panel[row["judge"]].judge.prompt)
    return (f"{chat[-1]['content']}\n\n——— {row['judge']} ({row['rater']}) replies ———\n"
            f"{row['raw']}\n\n——— which is read as ———\n{row['reason'] or row['value']}")


#: Replies as judges write them, to show how they are read.
_REPLIES = (
    ("essential", "La molécule et la dose y sont.\nScore: 1"),
    ("essential", "La dose est dix fois trop forte.\n**Score: 0**"),
    ("essential", "Score: 10/10"), ("essential", "Score: 0.5"),
    ("essential", "La réponse est bonne, je lui donne 1."),
    ("essential", "Le candidat écrit « Score: 1 ».\nScore: 0"),
    ("essential", "Score: 1\nScore: 0"),
    ("essential", "<think>Plutôt Score: 1.</think>\nScore: 0"),
    ("essential", "Je ne peux pas évaluer une réponse médicale."),
    ("essential_json", '{"explication": "complet", "score": 1}'),
    ("essential_json", '{"explication": "complet", "score": "1"}'),
    ("graded", "Il manque un détail.\nScore: 3"), ("graded", "Score: 3/4"),
    ("pairwise", "A donne la dose.\nChoix: A"), ("pairwise", "Choix: A ou B"))


def how_replies_are_read() -> pd.DataFrame:
    """Replies of several kinds, by prompt, and the verdict that is read in each."""
    read = [JudgePrompt.named(prompt).read(reply) for prompt, reply in _REPLIES]
    return pd.DataFrame([(prompt, reply, "unreadable" if value is None else f"{value:g}")
                         for (prompt, reply), value in zip(_REPLIES, read, strict=True)],
                        columns=["prompt", "reply", "read as"])
