"""Ask a judge about open answers and keep its verdicts, so that a stopped run can resume."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from medinj_utils.core.cards import Card, Origin, card_file
from medinj_utils.core.files import progress, write_parquet
from medinj_utils.core.identity import TEXTS, texts_hash
from medinj_utils.core.judges import Prices
from medinj_utils.core.prompts import user_turn
from medinj_utils.evaluation.judge.calls import KeptCalls
from medinj_utils.evaluation.judge.costs import cost, usage
from medinj_utils.evaluation.judge.prompt import JudgePrompt
from medinj_utils.evaluation.judge.verdict import Scale
from medinj_utils.evaluation.judge.votes import self_consistency
from medinj_utils.models.answers import was_cut
from medinj_utils.models.replies import Call, LocalChats, Reply, ServerChats

#: Columns of a table of open answers; one to be judged in pairs also has "second".
ANSWERS = ["run", "item", *TEXTS]
VERDICTS = ["run", "item", "metric", "rater", "repeat", "value", "raw", "reason", "texts"]
#: Reasons of verdicts without a call.
EMPTY = "empty candidate: 0 by rule"
NO_CANDIDATE, NO_REFERENCE = "no candidate", "no reference"
NO_PAIR = "no pair: a candidate is missing or blank"
_MAY_LACK = {"reference", "candidate", "second"}
#: Reason of an answer that declares no verdict: a refusal, another scale, rambling.
NOT_DECLARED = "no verdict declared"


@dataclass(frozen=True)
class Judge:
    """A model that judges by a prompt.

    Args:
        chats: the model.
        prompt: its prompt.
        repeats: how often it is asked about each answer.

    Raises:
        ValueError: there are no repeats, or several that can't differ.
    """

    chats: ServerChats | LocalChats
    prompt: JudgePrompt
    repeats: int = 1

    def __post_init__(self):
        if self.repeats < 1:
            raise ValueError(f"repeats is {self.repeats!r}; need 1 or more")
        if self.repeats > 1 and self.chats.repeatable:
            raise ValueError(f"{self.repeats} repeats at temperature 0: a model that is loaded "
                             "here says the same each time; set a temperature above 0")

    @property
    def metric(self) -> str:
        """Name of the metric that it gives."""
        return f"judge_{self.prompt.name}"

    @property
    def settings(self) -> dict:
        """What its verdicts depend on, for keys and cards."""
        return {"judge": self.chats.identity, "prompt": self.prompt.name,
                "prompt_sha256": self.prompt.sha256, "sampling": asdict(self.chats.sampling)}

    def call(self, chat: list[dict], repeat: int) -> tuple[str, Call]:
        """A call and its key: a hash of the chat, the model and the sampling.

        The chat covers question, reference and candidate, since its code is a hash of them.

        Args:
            chat: of the prompt.
            repeat: from 0.

        Returns:
            (key in hexadecimal digits, call).
        """
        call = Call(chat, self.chats.sampling.seed + repeat)
        content = [self.chats.identity, asdict(self.chats.sampling), chat, call.seed]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest(), call


@dataclass
class _Questions:
    """The questions to a judge about a table of answers.

    Attributes:
        rows: run, item, repeat, key of the call or, without one, value and reason, and texts.
        calls: by key; identical answers share one.
    """

    rows: list[tuple] = field(default_factory=list)
    calls: dict[str, Call] = field(default_factory=dict)


def judge_answers(answers: pd.DataFrame, judge: Judge, path: str | Path, origin: Origin,
                  prices: Prices | None = None) -> pd.DataFrame:
    """Ask a judge about every open answer, as often as it repeats.

    Each reply is kept in ``<name>.calls.jsonl`` beside the file as it comes, under a key made of
    prompt, question, reference, candidate, model and sampling. A stopped run resumes from there and
    ends with the same table; new answers cost only their own calls. Failed calls are repeated. An
    empty candidate is 0 without a call.

    Args:
        answers: a row per answer with ``run`` (what answered), ``item`` (id of the question),
            ``instruction``, ``context``, ``reference`` and ``candidate``; other columns don't
            matter. A missing candidate, or a missing or blank reference, is not judged. A prompt
            that compares two takes the column ``second`` too, and judges no pair of which one is
            missing or blank.
        judge: the judge.
        path: parquet file of the verdicts. Its card holds the judge's model, revision, prompt,
            sampling, counts, tokens and seconds, self-consistency and, with prices, the cost.
        origin: of the verdicts.
        prices: of the judge's tokens.

    Returns:
        The content of the file, a row per answer and repeat in the order of the answers: ``run``,
        ``item``, ``metric``, ``rater`` (model and revision), ``repeat``, ``value`` (of the prompt's
        scale: 1 or 0; a grade; 1, 0.5 or 0 for a win, a tie or a loss of the candidate against the
        second; or NaN: unreadable), ``raw`` (the judge's words, if any), ``reason`` (why there
        is no verdict, or why no call; empty for a verdict of the judge) and ``texts``, the
        `medinj_utils.core.identity.texts_hash` of what was judged.

    Raises:
        ValueError: a column is missing, an answer is repeated, or a question is blank or no text.
        ServerError: the server refuses the key or doesn't know the model, or is gone; what was
            judged is kept.
    """
    path = Path(path)
    questions = _questions(answers, judge)
    kept_calls = KeptCalls(calls_file(path))
    card = Card(origin, judge.settings | judge.chats.settings | {"repeats": judge.repeats})
    _ask(questions, judge, kept_calls, path)
    verdicts = _verdicts(questions, judge, kept_calls.replies)
    write_parquet(verdicts, path)
    replies = [kept_calls.replies[key] for key in questions.calls]
    counts = _counts(verdicts, replies, judge.prompt.scale)
    card.write(card_file(path), [path], **counts, **usage(replies, prices),
               first_prompt=_first(questions))
    return verdicts


def calls_file(path: str | Path) -> Path:
    """Where the calls behind a file of verdicts are kept."""
    return Path(path).with_suffix(".calls.jsonl")


def estimate_cost(answers: pd.DataFrame, judge: Judge, path: str | Path,
                  prices: Prices | None = None) -> dict:
    """What `judge_answers` will cost, estimated before any call.

    Args:
        answers, judge, path, prices: as for `judge_answers`.

    Returns:
        ``calls`` still to be made, ``input_tokens`` of their chats (for a server an estimate of
        three characters per token), the maximum of ``output_tokens`` and, with prices, the maximum
        ``cost`` and its ``currency``. Retries are not included.

    Raises:
        ValueError: as `judge_answers`.
    """
    questions, kept_calls = _questions(answers, judge), KeptCalls(calls_file(path))
    todo = [call for key, call in questions.calls.items() if kept_calls.lacks(key)]
    tokens = sum(judge.chats.size(call.chat) for call in todo)
    most = len(todo) * judge.chats.sampling.max_tokens
    return {"calls": len(todo), "input_tokens": tokens, "output_tokens": most,
            **cost(tokens, most, prices)}


def _questions(answers: pd.DataFrame, judge: Judge) -> _Questions:
    """The calls that a table needs, and what is decided without one."""
    columns = [*ANSWERS, *(["second"] if judge.prompt.pairwise else [])]
    if missing := [name for name in columns if name not in answers]:
        raise ValueError(f"the answers have no column {', '.join(missing)}")
    if (twice := answers.duplicated(["run", "item"])).any():
        first = answers[twice].iloc[0]
        raise ValueError(f"run {first['run']!r} answers item {first['item']!r} twice")
    questions = _Questions()
    for row in answers[columns].to_dict("records"):
        value, reason = _by_rule(row, judge.prompt)
        calls = {} if reason else _calls(row, judge)
        questions.calls |= calls
        for repeat, key in enumerate(calls or [None] * judge.repeats):
            questions.rows.append((row["run"], row["item"], repeat, key, value, reason,
                                   texts_hash(row)))
    return questions


def _by_rule(row: Mapping, prompt: JudgePrompt) -> tuple[float | None, str]:
    """Value and reason of an answer that no judge is asked about; an empty reason for others."""
    for name in list(row)[2:]:
        if not isinstance(row[name], str) and not (name in _MAY_LACK and pd.isna(row[name])):
            raise ValueError(f"run {row['run']!r}, item {row['item']!r}: {name} is {row[name]!r}; "
                             "need a text")
    blank = {name for name in _MAY_LACK & set(row) if pd.isna(row[name]) or not row[name].strip()}
    if prompt.pairwise and blank & {"candidate", "second"}:
        return None, NO_PAIR
    if pd.isna(row["candidate"]):
        return None, NO_CANDIDATE
    if "candidate" in blank:
        return 0.0, EMPTY
    if "reference" in blank and "reference" in prompt.placeholders:
        return None, NO_REFERENCE
    return None, ""


def chat_of(answer: Mapping, prompt: JudgePrompt) -> list[dict]:
    """The chat that asks about one answer.

    Args:
        answer: a row of a table for `judge_answers`.
        prompt: of the judge.

    Raises:
        ValueError: a text is blank; the message names run and item.
    """
    fields = {name: answer[name] for name in ("instruction", "context", "reference", "candidate")}
    texts = {**answer, "question": user_turn(fields | {"options": [], "task": "oeq"})}
    try:
        return prompt.messages(*(texts[name] for name in prompt.placeholders))
    except ValueError as error:
        raise ValueError(f"run {answer['run']!r}, item {answer['item']!r}: {error}") from error


def _calls(row: Mapping, judge: Judge) -> dict[str, Call]:
    chat = chat_of(row, judge.prompt)
    return dict(judge.call(chat, repeat) for repeat in range(judge.repeats))


def _ask(questions: _Questions, judge: Judge, kept_calls: KeptCalls, path: Path) -> None:
    """Make the calls that weren't made yet, or failed."""
    todo = [key for key in questions.calls if kept_calls.lacks(key)]
    with (progress(None, f"verdicts of {path.stem}", len(todo), "calls") as bar,
          kept_calls.adding() as add,
          closing(judge.chats.ask([questions.calls[key] for key in todo])) as replies):
        for position, reply in replies:
            add(todo[position], reply)
            bar.update()


def _verdicts(questions: _Questions, judge: Judge, replies: Mapping[str, Reply]) -> pd.DataFrame:
    rows = []
    for run, item, repeat, key, value, reason, texts in questions.rows:
        raw = None
        if key:
            raw = replies[key].text
            value, reason = _read(replies[key], judge.prompt)
        rows.append((run, item, judge.metric, judge.chats.name, repeat,
                     np.nan if value is None else value, raw, reason, texts))
    return pd.DataFrame(rows, columns=VERDICTS).astype({"value": float})


def _read(reply: Reply, prompt: JudgePrompt) -> tuple[float | None, str]:
    """The verdict of a reply, or the reason why there is none."""
    if reply.text is None:
        return None, f"failed call: {reply.failure}"
    if was_cut(reply.ended):  # "Score: 1" may be the beginning of "Score: 10"
        return None, f"cut short: {reply.ended}"
    verdict = prompt.read(reply.text)
    return verdict, NOT_DECLARED if verdict is None else ""


def _counts(verdicts: pd.DataFrame, replies: Sequence[Reply], scale: Scale) -> dict:
    """What the card says of verdicts and calls."""
    value, answered = verdicts["value"], [reply for reply in replies if reply.text is not None]
    reasons = (reason.partition(": ")[0] or "judged" for reason in verdicts["reason"])
    consistency = self_consistency(verdicts).astype(object)
    counted = {f"{grade:g}": int((value == grade).sum()) for grade in scale.grades}
    return {"verdicts": counted | {"unreadable": int(value.isna().sum())},
            "reasons": dict(Counter(reasons)),
            "calls": len(replies), "failed_calls": len(replies) - len(answered),
            "answered_as": dict(Counter(reply.model for reply in answered)),
            "left_out": sorted({name for reply in answered for name in reply.left_out}),
            "self_consistency": consistency.where(consistency.notna(), None).to_dict("records")}


def _first(questions: _Questions) -> str:
    """The first prompt as text."""
    return next((call.chat[-1]["content"] for call in questions.calls.values()), "")
