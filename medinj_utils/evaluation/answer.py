"""Ask a model every question and keep its raw answers, so that a stopped run can resume."""

import hashlib
import json
import re
import shutil
import time
from bisect import bisect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from medinj_utils.core.cards import Card, Origin, card_file
from medinj_utils.core.files import progress, read_json, sha256, write_json, write_parquet
from medinj_utils.core.prompts import OPTION_LINE
from medinj_utils.evaluation.protocol import Protocol
from medinj_utils.models.answers import MOST_OPTIONS, applies, batches_of
from medinj_utils.models.engine import Engine
from medinj_utils.models.server import Server

_COLUMNS = ["id", "mode", "raw", "probabilities", "note", "ended", "letters_mass"]


@dataclass
class _Questions:
    """Questions with their prompts, in one order.

    Attributes:
        rows: records, with contexts cut where needed.
        prompts: what the backend makes of them.
        sizes: tokens of each question's longest prompt.
        cut: number of words taken out of the context, by id.
    """

    rows: list[dict]
    prompts: list = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    cut: dict[str, int] = field(default_factory=dict)

    def sha256(self) -> str:
        """Hash of all prompts and of the line that asks about one option."""
        digest = hashlib.sha256(OPTION_LINE.encode())
        for prompt in self.prompts:
            digest.update(repr(list(prompt)).encode())
        return digest.hexdigest()


def answer_questions(items: pd.DataFrame, backend: Engine | Server, path: str | Path,
                     model_id: Mapping, protocol: Protocol, origin: Origin) -> pd.DataFrame:
    """Ask every question in every mode that suits it.

    Finished batches are kept in ``<path>.parts/``: a stopped run resumes from there and ends with
    the same file. Answers are kept under a key made of model id, questions, prompts and settings;
    if it changes, every question is asked again. The card beside the file names the model and holds
    the first prompt as text and a hash of all prompts.

    Args:
        items: records; each is asked once.
        backend: the engine or server that answers.
        path: parquet file of the answers.
        model_id: identifies the model; it must differ for different weights.
        protocol: modes and limits.
        origin: of the answers: the notebook that asks, and the commits of the questions' sets.

    Returns:
        The content of the file, one row per question and mode: ``id``, ``mode``, ``raw`` and
        ``probabilities``, ``ended`` and ``letters_mass`` (see
        `medinj_utils.models.answers.Answer`), ``note`` (why the question was not asked: its prompt
        is too long), ``cut`` (words taken out of the context).

    Raises:
        ValueError: the backend doesn't offer a mode, can't cut contexts, or a question has too many
            options for the mode "constrained".
    """
    path = Path(path)
    _check(items, backend, protocol)
    questions = _prepare(items, backend, protocol)
    settings = {"model_id": dict(model_id), **backend.settings, "modes": list(protocol.modes),
                "batch_tokens": protocol.batch_tokens, "max_length": protocol.max_length,
                "prompts_sha256": questions.sha256()}
    key = _key(settings, questions)
    card = Card(origin, settings)
    parts = path.with_suffix(".parts")
    if _finished(path, key):
        shutil.rmtree(parts, ignore_errors=True)  # a run may have been stopped just before
        return pd.read_parquet(path)
    if not (parts / f"{key}.key").exists():  # parts of another key, or none
        _begin_anew(path, parts, parts / f"{key}.key", settings)
    _ask(questions, backend, protocol, parts)
    answers = _collect(questions, backend, protocol, parts)
    write_parquet(answers, path)
    aside = int((answers["note"] != "").sum())
    card.write(card_file(path), [path], key=key, questions=len(questions.rows), set_aside=aside,
               left_out=_left_out(backend, parts), **_first(questions, backend))
    shutil.rmtree(parts)
    return answers


def _check(items: pd.DataFrame, backend: Engine | Server, protocol: Protocol) -> None:
    """Raise ValueError for what can't be asked, before any question is asked."""
    name = backend.settings["backend"]
    for mode in protocol.modes:
        if mode not in backend.modes:
            accepted = ", ".join(backend.modes)
            raise ValueError(f"mode is {mode!r}; accepted by {name}: {accepted}")
    if protocol.too_long == "cut context" and not backend.counts_tokens:
        raise ValueError(f"too_long is 'cut context', but a {name} doesn't count the tokens of "
                         "a prompt: choose 'set aside'")
    many = items[(items["task"] == "mcq") & (items["options"].map(len) > MOST_OPTIONS)]["id"]
    if len(many) and "constrained" in protocol.modes:
        raise ValueError(f"question {many.iloc[0]} and {many.nunique() - 1} more have several "
                         f"right answers among more than {MOST_OPTIONS} options: too many sets to "
                         "choose from; leave 'constrained' out of the parameter modes")


def _prepare(items: pd.DataFrame, backend: Engine | Server, protocol: Protocol) -> _Questions:
    """The questions with their prompts, contexts cut where the protocol says so."""
    questions = _Questions(items.drop_duplicates("id").to_dict("records"))
    for i, row in enumerate(questions.rows):
        prompt, size = _measured(row, backend, protocol)
        if protocol.too_long == "cut context" and size > protocol.max_length:
            row, words = _shortened(row, protocol.max_length,
                                    lambda cut: _measured(cut, backend, protocol)[1])
            questions.rows[i] = row
            questions.cut[row["id"]] = words
            prompt, size = _measured(row, backend, protocol)
        questions.prompts.append(prompt)
        questions.sizes.append(size)
    return questions


def _measured(row: dict, backend: Engine | Server, protocol: Protocol) -> tuple:
    """A question's prompt, and the tokens of its longest one."""
    prompt = backend.prompt(row)
    size = backend.size(prompt)
    if "option_likelihood" in protocol.modes and row["task"] == "mcq":
        size = max(size, backend.size(backend.prompt(row, "A")))
    return prompt, size


def _shortened(row: dict, most_tokens: int, size: Callable[[dict], int]) -> tuple[dict, int]:
    """The question with as much of its context, from both ends, as fits.

    Args:
        row: a record.
        most_tokens: tokens that the prompt may have.
        size: tokens of a question's prompt.

    Returns:
        (the question, words taken out of the middle of its context).
    """
    words = re.findall(r"\S+\s*", row["context"])

    def kept(n: int) -> dict:
        context = "".join([*words[:(n + 1) // 2], "[…] ", *words[len(words) - n // 2:]])
        return row | {"context": context.strip()}

    # more words never make fewer tokens
    n = bisect(range(len(words)), most_tokens, key=lambda n: size(kept(n))) - 1
    return kept(max(n, 0)), len(words) - max(n, 0)


def _key(settings: Mapping, questions: _Questions) -> str:
    """The key under which answers are kept."""
    ids = [row["id"] for row in questions.rows]
    hashed = [settings, ids, _COLUMNS]  # files with other columns are made again
    return hashlib.sha256(json.dumps(hashed, sort_keys=True).encode()).hexdigest()


def _begin_anew(path: Path, parts: Path, key_file: Path, settings: Mapping) -> None:
    shutil.rmtree(parts, ignore_errors=True)
    path.unlink(missing_ok=True)
    write_json(settings, key_file)


def _finished(path: Path, key: str) -> bool:
    """Whether the answers of this key are there, as they were written."""
    if not path.exists() or not card_file(path).exists():
        return False
    card = read_json(card_file(path))
    return card.get("key") == key and list(card["outputs"].values()) == [sha256(path)]


def _first(questions: _Questions, backend: Engine | Server) -> dict[str, str]:
    """The first question and its prompt as text, for the card."""
    if not questions.rows:
        return {"first_question": "", "first_prompt": ""}
    return {"first_question": questions.rows[0]["id"],
            "first_prompt": backend.show(questions.prompts[0])}


def _too_long(questions: _Questions, backend: Engine | Server, protocol: Protocol) -> list[int]:
    """Indices of questions that are set aside; a server judges lengths itself."""
    if not backend.counts_tokens:
        return []
    return [i for i, size in enumerate(questions.sizes) if size > protocol.max_length]


def _ask(questions: _Questions, backend: Engine | Server, protocol: Protocol, parts: Path) -> None:
    """Ask every batch whose part isn't there yet, the shortest questions first."""
    set_aside = set(_too_long(questions, backend, protocol))
    indices = [i for i, row in enumerate(questions.rows) if i not in set_aside
               and any(applies(mode, row["task"]) for mode in protocol.modes)]
    order = sorted(indices, key=lambda i: (questions.sizes[i], i))
    batches = batches_of(questions.sizes, order, protocol.batch_tokens)
    tokens = sum(questions.sizes[i] for i in indices)
    with progress(None, f"answers of {parts.stem}", tokens, "tokens") as bar:
        began = time.monotonic()
        done = 0
        for number, batch in enumerate(batches):
            part = parts / f"{number:06d}.parquet"
            # a machine that stopped may have left an empty file
            if not part.exists() or not part.stat().st_size:
                write_parquet(_answer_batch(questions, batch, backend, protocol), part)
                _left_out(backend, parts)
                done += len(batch)
            speed = done / (time.monotonic() - began)
            bar.set_postfix_str(f"{speed:.1f} questions/s", refresh=False)
            bar.update(sum(questions.sizes[i] for i in batch))


def _left_out(backend: Engine | Server, parts: Path) -> list[str]:
    """What the backend left out of its requests in this run and, if it was stopped, before."""
    file = parts / "left_out.json"
    before = read_json(file) if file.exists() else []
    if new := set(backend.left_out) - set(before):
        write_json(before := sorted({*before, *new}), file)
    return before


def _answer_batch(questions: _Questions, batch: Sequence[int], backend: Engine | Server,
                  protocol: Protocol) -> pd.DataFrame:
    """One row per question of the batch and mode that suits it."""
    rows = [questions.rows[i] for i in batch]
    by_mode = backend.answer([questions.prompts[i] for i in batch], rows, tuple(protocol.modes))
    answers = [(row["id"], mode, answer.raw, answer.probabilities, answer.note, answer.ended,
                answer.letters_mass)
               for mode in protocol.modes
               for row, answer in zip(rows, by_mode[mode], strict=True) if answer]
    return pd.DataFrame(answers, columns=_COLUMNS).astype({"letters_mass": float})


def _collect(questions: _Questions, backend: Engine | Server, protocol: Protocol,
             parts: Path) -> pd.DataFrame:
    """All answers in the order of the questions, those set aside included."""
    tables = [pd.read_parquet(file) for file in sorted(parts.glob("[!.]*.parquet"))]
    everything = pd.MultiIndex.from_tuples(
        [(row["id"], mode) for row in questions.rows for mode in protocol.modes
         if applies(mode, row["task"])], names=["id", "mode"])
    answers = pd.concat(tables or [pd.DataFrame(columns=_COLUMNS)]).set_index(["id", "mode"])
    answers = answers.reindex(everything).reset_index()
    notes = {questions.rows[i]["id"]:
             f"prompt of {questions.sizes[i]} tokens, over {protocol.max_length}"
             for i in _too_long(questions, backend, protocol)}
    if lost := int((answers["ended"].isna() & ~answers["id"].isin(notes)).sum()):
        raise RuntimeError(f"{parts}: {lost} answers are missing: let only one process write "
                           "there")
    answers["note"] = answers["id"].map(notes).fillna(answers["note"]).fillna("")
    answers["ended"] = answers["ended"].fillna("")
    answers["letters_mass"] = answers["letters_mass"].astype(float)
    answers["cut"] = answers["id"].map(questions.cut).fillna(0).astype(int)
    return answers
