"""Ask a model every question and keep its raw answers, in files that a killed run goes on from."""

import hashlib
import json
import re
import shutil
import time
from bisect import bisect
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import pandas as pd

from medinj_utils.core.cards import Card
from medinj_utils.core.files import progress, sha256, write_json, write_parquet
from medinj_utils.core.prompts import OPTION_LINE
from medinj_utils.models.engine import MODES, MOST_OPTIONS, Answer, applies, batches_of

TOO_LONG = ("set aside", "cut context")
_ANSWER_COLUMNS = ["id", "mode", "raw", "probabilities", "note"]


class Backend(Protocol):
    """What answers: `medinj_utils.models.engine.Engine`, or `medinj_utils.models.server.Server`."""

    modes: Sequence[str]
    settings: dict  # what makes its answers other ones
    counts_tokens: bool  # whether `size` is exact, so that a prompt's length can be held against a limit

    def prompt(self, item: Mapping): ...

    def size(self, prompt) -> int: ...

    def show(self, prompt) -> str: ...

    def answer(self, prompts: Sequence, items: Sequence[Mapping],
               modes: Sequence[str]) -> dict[str, list[Answer | None]]: ...


def choose_questions(records: pd.DataFrame, sources: Sequence[str] = (), most: int = 0) -> pd.DataFrame:
    """The choice questions of the test, each once: those of ``sources`` (empty: all) or, where they are more than ``most``
    (0: never), a random sample of so many, always the same."""
    items = records[(records["split"] == "test") & records["task"].isin(["mcqu", "mcq"])].drop_duplicates("id")
    if missing := set(sources) - set(items["source"]):
        raise ValueError(f"test_sources: no test question of {', '.join(sorted(missing))}; there are: "
                         f"{', '.join(sorted(items['source'].unique()))}")
    items = items[items["source"].isin(sources)] if sources else items
    return items.sample(most, random_state=0) if 0 < most < len(items) else items


def choose_examples(records: pd.DataFrame, shots: int, seed: int = 0) -> dict[str, list[dict]]:
    """For each choice task the same ``shots`` training questions, drawn by ``seed``, to be shown before every question.

    Questions that the test has too are not drawn. Raises ValueError where there are too few.
    """
    asked, examples = set(records.loc[records["split"] == "test", "question_id"]), {}
    for task in ("mcqu", "mcq"):
        pool = records[(records["split"] == "train") & (records["task"] == task)]
        pool = pool[~pool["question_id"].isin(asked)].drop_duplicates("question_id")
        if shots and len(pool) < shots and (records.loc[records["split"] == "test", "task"] == task).any():
            raise ValueError(f"shots is {shots}, but there are {len(pool)} training questions of task {task}")
        examples[task] = pool.sample(min(shots, len(pool)), random_state=seed).to_dict("records")
    return examples


def _shortened(row: dict, most_tokens: int, size: Callable[[dict], int]) -> tuple[dict, int]:
    """The question with as much of its context, from both ends, as fits, and the number of words taken out of its middle."""
    words = re.findall(r"\S+\s*", row["context"])

    def kept(n: int) -> dict:
        return row | {"context": "".join([*words[:(n + 1) // 2], "[…] ", *words[len(words) - n // 2:]]).strip()}

    n = bisect(range(len(words)), most_tokens, key=lambda n: size(kept(n))) - 1  # more words, no fewer tokens
    return kept(max(n, 0)), len(words) - max(n, 0)


def answer_questions(items: pd.DataFrame, backend: Backend, path: str | Path, asked: dict,
                     modes: Iterable[str] = MODES[:3], batch_tokens: int = 16_384, max_length: int = 2048,
                     too_long: str = "set aside") -> pd.DataFrame:
    """Ask every choice question of ``items`` (records) in every mode; returns and writes id, mode, raw, probabilities, cut,
    note.

    ``raw`` is the model's text as it came; None, with the reason in ``note``, where a prompt has more than
    ``max_length`` tokens and ``too_long`` is "set aside", or where a server refuses its length. With "cut context" words are
    taken out of the middle of its context until it fits, ``cut`` says how many; question and options are never cut.
    ``probabilities``: see `medinj_utils.models.engine.Answer`. Prompts are batched by length, ``batch_tokens`` at once.

    ``asked`` says which model answers (it must differ when the weights differ): together with the questions and the
    settings it makes the key under which answers are kept. Batches stand in ``<path>.parts/`` as they are done; a run that
    was stopped goes on from there and ends with the same file, a changed key begins anew. A card beside the file says what
    answered, and how the prompts hash.
    """
    path, modes = Path(path), tuple(modes)
    unknown = [mode for mode in modes if mode not in backend.modes]
    if unknown:
        raise ValueError(f"mode is {unknown[0]!r}; accepted by {backend.settings['backend']}: {', '.join(backend.modes)}")
    if too_long not in TOO_LONG:
        raise ValueError(f"too_long is {too_long!r}; accepted: {', '.join(TOO_LONG)}")
    if too_long == "cut context" and not backend.counts_tokens:
        raise ValueError(f"too_long is 'cut context', but only {backend.settings['backend']} knows how many tokens a prompt "
                         "has: take 'set aside'")
    rows = items[items["task"].isin(["mcqu", "mcq"])].drop_duplicates("id").to_dict("records")
    many = [row["id"] for row in rows if row["task"] == "mcq" and len(row["options"]) > MOST_OPTIONS]
    if many and "constrained" in modes:
        raise ValueError(f"question {many[0]} and {len(many) - 1} more have several right answers among more than "
                         f"{MOST_OPTIONS} options: too many sets to choose from; leave 'constrained' out of modes")

    def measured(row: dict) -> tuple:  # its prompt, and the size of its longest one
        prompt, alone = backend.prompt(row), "option_likelihood" in modes and row["task"] == "mcq"
        return prompt, max(backend.size(prompt), backend.size(backend.prompt(row, "A")) if alone else 0)

    prompts, lengths, cut, digest = [], [], {}, hashlib.sha256(OPTION_LINE.encode())
    for i, row in enumerate(rows):
        prompt, length = measured(row)
        if too_long == "cut context" and length > max_length:
            rows[i], cut[row["id"]] = _shortened(row, max_length, lambda row: measured(row)[1])
            prompt, length = measured(rows[i])
        prompts.append(prompt)
        lengths.append(length)
        digest.update(repr(list(prompt)).encode())
    settings = {"asked": asked, **backend.settings, "modes": modes, "batch_tokens": batch_tokens, "max_length": max_length,
                "prompts_sha256": digest.hexdigest()}
    key = hashlib.sha256(json.dumps([settings, [row["id"] for row in rows]], sort_keys=True).encode()).hexdigest()
    card_file, card = path.with_suffix(".card.json"), Card("30_answer_questions", settings)
    parts, told = path.with_suffix(".parts"), json.loads(card_file.read_text("utf-8")) if card_file.exists() else {}
    if path.exists() and told.get("key") == key and [*told["outputs"].values()] == [sha256(path)]:
        shutil.rmtree(parts, ignore_errors=True)  # the run may have been stopped just before it did so itself
        return pd.read_parquet(path)
    if not (parts / f"{key}.key").exists():
        shutil.rmtree(parts, ignore_errors=True)
        path.unlink(missing_ok=True)
        write_json(settings, parts / f"{key}.key")
    fitting = [i for i in range(len(rows)) if (lengths[i] <= max_length or not backend.counts_tokens)
               and any(applies(mode, rows[i]["task"]) for mode in modes)]
    batches = batches_of(lengths, sorted(fitting, key=lambda i: (lengths[i], i)), batch_tokens)
    _ask(backend, rows, prompts, lengths, batches, modes, parts, path.stem)
    answers = pd.concat([pd.read_parquet(file) for file in sorted(parts.glob("[!.]*.parquet"))]
                        or [pd.DataFrame(columns=_ANSWER_COLUMNS)])
    everything = pd.MultiIndex.from_tuples([(row["id"], mode) for row in rows for mode in modes
                                            if applies(mode, row["task"])], names=["id", "mode"])
    answers = answers.set_index(["id", "mode"]).reindex(everything).reset_index()
    aside = {rows[i]["id"]: f"prompt of {lengths[i]} tokens, over {max_length}"
             for i in range(len(rows)) if backend.counts_tokens and lengths[i] > max_length}
    answers["note"] = answers["id"].map(aside).fillna(answers["note"]).fillna("")
    answers["cut"] = answers["id"].map(cut).fillna(0).astype(int)
    write_parquet(answers, path)
    card.write(card_file, [path], key=key, questions=len(rows), set_aside=int((answers["note"] != "").sum()),
               first_question=rows[0]["id"] if rows else "", first_prompt=backend.show(prompts[0]) if rows else "")
    shutil.rmtree(parts)
    return answers


def _ask(backend: Backend, rows: list[dict], prompts: list, lengths: list[int], batches: list[list[int]],
         modes: Sequence[str], parts: Path, name: str) -> None:
    """Every batch whose part isn't there yet, with the questions and tokens a second and the time that is left."""
    with progress(None, f"answers of {name}", sum(lengths[i] for batch in batches for i in batch), "tokens") as bar:
        began, done = time.monotonic(), 0
        for number, batch in enumerate(batches):
            part = parts / f"{number:06d}.parquet"
            if not part.exists() or not part.stat().st_size:  # a machine that stopped may leave an empty one
                chosen = [rows[i] for i in batch]
                found = backend.answer([prompts[i] for i in batch], chosen, modes)
                table = [(row["id"], mode, answer.raw, answer.probabilities, answer.note) for mode in modes
                         for row, answer in zip(chosen, found[mode], strict=True) if answer]
                write_parquet(pd.DataFrame(table, columns=_ANSWER_COLUMNS), part)
                done += len(batch)
            bar.set_postfix_str(f"{done / (time.monotonic() - began):.1f} questions/s", refresh=False)
            bar.update(sum(lengths[i] for i in batch))
