"""Ask a model every question and keep its raw answers, in files that a killed run goes on from."""

import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from medinj_utils.evaluation.engine import MODES, Engine
from medinj_utils.prompts import messages
from medinj_utils.runs import local_base, progress, sha256, write_json, write_parquet
from medinj_utils.training.text import chat_ids

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


def answer_questions(items: pd.DataFrame, model, tokenizer, path: str | Path, asked: dict, modes: Iterable[str] = MODES,
                     batch_tokens: int = 16_384, max_new_tokens: int = 32, max_length: int = 2048,
                     system: str = "") -> pd.DataFrame:
    """Ask every choice question of ``items`` (records) in every mode; returns and writes id, mode, raw, probabilities, note.

    ``raw`` is the model's text as it came; None, with the reason in ``note``, where a prompt has more than
    ``max_length`` tokens. ``probabilities`` of the options' letters stand in the mode "likelihood", which asks
    single-answer questions alone. Prompts are batched by length, ``batch_tokens`` at once. ``asked`` says which model
    answers (it must differ when the weights differ): together with the questions and the settings it makes the key under
    which answers are kept. Batches stand in ``<path>.parts/`` as they are done; a run that was stopped goes on from there
    and ends with the same file, a changed key begins anew.
    """
    path, modes = Path(path), tuple(modes)
    unknown = [mode for mode in modes if mode not in MODES]
    if unknown:
        raise ValueError(f"mode is {unknown[0]!r}; accepted: {', '.join(MODES)}")
    rows = items[items["task"].isin(["mcqu", "mcq"])].drop_duplicates("id").to_dict("records")
    prompts = [chat_ids(tokenizer, messages(row, system=system, with_answer=False), open_answer=True) for row in rows]
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
            table = [(row["id"], mode, answer.raw, answer.probabilities)
                     for mode in modes for row, answer in zip(chosen, found[mode], strict=True)]
            write_parquet(pd.DataFrame(table, columns=_ANSWER_COLUMNS), part)
    answers = pd.concat([pd.read_parquet(file) for file in sorted(parts.glob("[!.]*.parquet"))]
                        or [pd.DataFrame(columns=_ANSWER_COLUMNS)])
    everything = pd.MultiIndex.from_tuples([(row["id"], mode) for row in rows for mode in modes
                                            if mode != "likelihood" or row["task"] == "mcqu"], names=["id", "mode"])
    answers = answers.set_index(["id", "mode"]).reindex(everything).reset_index()
    notes = {row["id"]: f"prompt of {n} tokens, over {max_length}" for row, n in zip(rows, lengths, strict=True)
             if n > max_length}
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
