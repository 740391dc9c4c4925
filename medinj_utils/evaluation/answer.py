"""Ask a model every question and keep its raw answers, in files that a killed run goes on from."""

import hashlib
import json
import shutil
from bisect import bisect
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from medinj_utils.evaluation.engine import MODES, SINGLE_ANSWER_MODES, Engine
from medinj_utils.prompts import messages
from medinj_utils.runs import local_base, progress, sha256, write_json, write_parquet
from medinj_utils.training.text import chat_ids

TOO_LONG = ("set aside", "cut context")
_ANSWER_COLUMNS = ["id", "mode", "raw", "probabilities"]


def load_model(base_model: str, revision: str = "", adapter: str | Path | None = None, precision: str = "float32"):
    """(model, tokenizer) ready to answer; an adapter is merged into the weights, which spares DoRA's norms."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar
    disable_progress_bar()
    name, device = local_base(base_model, revision), "cuda" if torch.cuda.is_available() else "cpu"
    model = AutoModelForCausalLM.from_pretrained(name, revision=revision or None, dtype=getattr(torch, precision),
                                                 use_safetensors=True)
    if adapter:
        from peft import PeftModel
        model = PeftModel.from_pretrained(model, str(adapter)).merge_and_unload()
    tokenizer = AutoTokenizer.from_pretrained(name, revision=revision or None, padding_side="left")
    return model.to(device).eval(), tokenizer


def batches_of(lengths: Sequence[int], order: Sequence[int], most_tokens: int) -> list[list[int]]:
    """``order`` cut into batches of which each holds, padded to its longest, at most ``most_tokens`` (or one prompt)."""
    batches: list[list[int]] = []
    for i in order:
        longest = max(lengths[i], *(lengths[j] for j in batches[-1])) if batches else 0
        if batches and (len(batches[-1]) + 1) * longest <= most_tokens:
            batches[-1].append(i)
        else:
            batches.append([i])
    return batches


def _asked_in(row: dict, mode: str) -> bool:
    return row["task"] == "mcqu" or mode not in SINGLE_ANSWER_MODES


def _prompt(tokenizer, row: dict, system: str) -> list[int]:
    return chat_ids(tokenizer, messages(row, system=system, with_answer=False), open_answer=True)


def _shortened(tokenizer, row: dict, system: str, most_tokens: int) -> tuple[list[int], int]:
    """The prompt with as much of its context, from both ends, as fits, and the number of words taken out of its middle."""
    words = row["context"].split()

    def kept(n: int) -> list[int]:
        context = " ".join([*words[:(n + 1) // 2], "[…]", *words[len(words) - n // 2:]])
        return _prompt(tokenizer, row | {"context": context}, system)

    n = bisect(range(len(words)), most_tokens, key=lambda n: len(kept(n))) - 1  # more words never give fewer tokens
    return kept(max(n, 0)), len(words) - max(n, 0)


def answer_questions(items: pd.DataFrame, model, tokenizer, path: str | Path, asked: dict, modes: Iterable[str] = MODES[:3],
                     batch_tokens: int = 16_384, max_new_tokens: int = 32, max_length: int = 2048,
                     system: str = "", too_long: str = "set aside") -> pd.DataFrame:
    """Ask every choice question of ``items`` (records) in every mode; returns and writes id, mode, raw, probabilities, cut,
    note.

    ``raw`` is the model's text as it came; None, with the reason in ``note``, where a prompt has more than
    ``max_length`` tokens and ``too_long`` is "set aside". With "cut context" words are taken out of the middle of its
    context until it fits, ``cut`` says how many; question and options are never cut. ``probabilities`` of the options'
    letters stand in the modes of likelihood, which ask single-answer questions alone. Prompts are batched by length,
    ``batch_tokens`` at once. ``asked`` says which model answers (it must differ when the weights differ): together with
    the questions and the settings it makes the key under which answers are kept. Batches stand in ``<path>.parts/`` as
    they are done; a run that was stopped goes on from there and ends with the same file, a changed key begins anew.
    """
    path, modes = Path(path), tuple(modes)
    unknown = [mode for mode in modes if mode not in MODES]
    if unknown:
        raise ValueError(f"mode is {unknown[0]!r}; accepted: {', '.join(MODES)}")
    if too_long not in TOO_LONG:
        raise ValueError(f"too_long is {too_long!r}; accepted: {', '.join(TOO_LONG)}")
    rows = items[items["task"].isin(["mcqu", "mcq"])].drop_duplicates("id").to_dict("records")
    prompts, cut = [_prompt(tokenizer, row, system) for row in rows], {}
    for i, row in enumerate(rows):
        if len(prompts[i]) > max_length and too_long == "cut context":
            prompts[i], cut[row["id"]] = _shortened(tokenizer, row, system, max_length)
    settings = {"asked": asked, "modes": modes, "batch_tokens": batch_tokens, "max_new_tokens": max_new_tokens,
                "max_length": max_length, "items": [row["id"] for row in rows],
                "prompts": hashlib.sha256(json.dumps(prompts).encode()).hexdigest()}
    key = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
    key_file = path.with_suffix(".key.json")
    if path.exists() and key_file.exists() and json.loads(key_file.read_text())["key"] == key:
        return pd.read_parquet(path)
    parts = path.with_suffix(".parts")
    if not (parts / f"{key}.key").exists():
        shutil.rmtree(parts, ignore_errors=True)
        path.unlink(missing_ok=True)
        write_json(settings, parts / f"{key}.key")
    lengths = [len(prompt) for prompt in prompts]
    order = sorted((i for i in range(len(rows)) if lengths[i] <= max_length), key=lambda i: (lengths[i], i))
    engine = Engine(model, tokenizer, max_new_tokens)
    for number, batch in progress(list(enumerate(batches_of(lengths, order, batch_tokens))), f"answers of {path.stem}"):
        part = parts / f"{number:06d}.parquet"
        if not part.exists():
            chosen = [rows[i] for i in batch]
            found = engine.answer([prompts[i] for i in batch], chosen, modes)
            table = [(row["id"], mode, answer.raw, answer.probabilities) for mode in modes
                     for row, answer in zip(chosen, found[mode], strict=True) if _asked_in(row, mode)]
            write_parquet(pd.DataFrame(table, columns=_ANSWER_COLUMNS), part)
    answers = pd.concat([pd.read_parquet(file) for file in sorted(parts.glob("[!.]*.parquet"))]
                        or [pd.DataFrame(columns=_ANSWER_COLUMNS)])
    everything = pd.MultiIndex.from_tuples([(row["id"], mode) for row in rows for mode in modes
                                            if _asked_in(row, mode)], names=["id", "mode"])
    answers = answers.set_index(["id", "mode"]).reindex(everything).reset_index()
    notes = {row["id"]: f"prompt of {n} tokens, over {max_length}" for row, n in zip(rows, lengths, strict=True)
             if n > max_length}
    answers["cut"] = answers["id"].map(cut).fillna(0).astype(int)
    answers["note"] = answers["id"].map(notes).fillna("")
    write_parquet(answers, path)
    write_json({"key": key}, key_file)
    shutil.rmtree(parts)
    return answers


def asked_of(base_model: str, revision: str, adapter: str | Path | None, precision: str) -> dict:
    """What tells one answering model from another: names, and hashes of the weights that lie on this disk."""
    folder = Path(local_base(base_model, revision))
    return {"base_model": base_model, "revision": revision, "precision": precision,
            "base_sha256": sha256(folder) if folder.is_dir() else "", "adapter_sha256": sha256(adapter) if adapter else ""}
