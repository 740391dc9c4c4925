"""Ask a model every question and keep its raw answers, in files that a killed run goes on from."""

import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path

import pandas as pd

from medinj_utils.prompts import LETTERS, messages
from medinj_utils.runs import local_base, progress, sha256, write_json, write_parquet
from medinj_utils.training.text import chat_ids

MODES = ("greedy", "constrained")
_MOST_OPTIONS = 10  # of which all letter sets are written out for the constrained mode: 1,023


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


def allowed_answers(task: str, n_options: int) -> list[str]:
    """Every valid answer: single letters for "mcqu", all non-empty letter sets in order for "mcq"."""
    if n_options > _MOST_OPTIONS:
        raise ValueError(f"{n_options} options; the constrained mode takes up to {_MOST_OPTIONS}")
    letters = LETTERS[:n_options]
    sizes = [1] if task == "mcqu" else range(1, n_options + 1)
    return [", ".join(chosen) for size in sizes for chosen in combinations(letters, size)]


class _AllowedTokens:
    """Next tokens that lead to a valid answer, from a tree of the valid answers' tokens: no other can come out."""

    def __init__(self, tokenizer):
        self.tokenizer, self.trees = tokenizer, {}

    def tree(self, task: str, n_options: int) -> dict:
        if (task, n_options) not in self.trees:
            root: dict = {}
            for answer in allowed_answers(task, n_options):
                node = root
                for token in [*self.tokenizer(answer, add_special_tokens=False)["input_ids"],
                              self.tokenizer.eos_token_id]:
                    node = node.setdefault(token, {})
            self.trees[task, n_options] = root
        return self.trees[task, n_options]

    def rule(self, items: Sequence[dict], prompt_width: int):
        trees = [self.tree(item["task"], len(item["options"])) for item in items]

        def allowed(row: int, ids) -> list[int]:
            node = trees[row]
            for token in ids[prompt_width:].tolist():
                node = node.get(token, {})
            return list(node) or [self.tokenizer.eos_token_id]

        return allowed


def answer_batch(model, tokenizer, items: Sequence[dict], mode: str, max_new_tokens: int, system: str,
                 allowed: _AllowedTokens) -> list[str]:
    """Raw answers to a batch of choice questions: left-padded, greedy; "constrained" admits valid answers alone."""
    import torch
    from transformers import GenerationConfig
    prompts = [chat_ids(tokenizer, messages(item, system=system, with_answer=False), open_answer=True)
               for item in items]
    padded = tokenizer.pad({"input_ids": prompts}, return_tensors="pt").to(model.device)
    width = padded["input_ids"].shape[1]
    config = GenerationConfig(do_sample=False, max_new_tokens=max_new_tokens, eos_token_id=tokenizer.eos_token_id,
                              pad_token_id=tokenizer.pad_token_id)
    rule = allowed.rule(items, width) if mode == "constrained" else None
    with torch.inference_mode():
        output = model.generate(**padded, generation_config=config, prefix_allowed_tokens_fn=rule)
    return tokenizer.batch_decode(output[:, width:], skip_special_tokens=True)


def answer_questions(items: pd.DataFrame, model, tokenizer, path: str | Path, asked: dict, modes: Iterable[str] = MODES,
                     batch_size: int = 64, max_new_tokens: int = 32, max_length: int = 2048,
                     system: str = "") -> pd.DataFrame:
    """Ask every choice question of ``items`` (records) in every mode; returns and writes id, mode, raw, note.

    ``raw`` is the model's text as it came; None, with the reason in ``note``, where a prompt has more than
    ``max_length`` tokens. ``asked`` says which model answers (it must differ when the weights differ): together
    with the questions and the settings it makes the key under which answers are kept. Batches stand in
    ``<path>.parts/`` as they are done; a run that was stopped goes on from there and ends with the same file,
    a changed key begins anew.
    """
    path, modes = Path(path), tuple(modes)
    unknown = [mode for mode in modes if mode not in MODES]
    if unknown:
        raise ValueError(f"mode is {unknown[0]!r}; accepted: {', '.join(MODES)}")
    rows = items[items["task"].isin(["mcqu", "mcq"])].drop_duplicates("id").to_dict("records")
    prompts = [chat_ids(tokenizer, messages(row, system=system, with_answer=False), open_answer=True) for row in rows]
    settings = {"asked": asked, "modes": modes, "batch_size": batch_size, "max_new_tokens": max_new_tokens,
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
    batches = [order[start:start + batch_size] for start in range(0, len(order), batch_size)]
    allowed = _AllowedTokens(tokenizer)
    work = [(mode, number, batch) for mode in modes for number, batch in enumerate(batches)]
    for mode, number, batch in progress(work, f"answers of {path.stem}"):
        part = parts / f"{mode}-{number:06d}.parquet"
        if not part.exists():
            chosen = [rows[i] for i in batch]
            raw = answer_batch(model, tokenizer, chosen, mode, max_new_tokens, system, allowed)
            write_parquet(pd.DataFrame({"id": [row["id"] for row in chosen], "mode": mode, "raw": raw}), part)
    answers = pd.concat([pd.read_parquet(file) for file in sorted(parts.glob("[!.]*.parquet"))]
                        or [pd.DataFrame(columns=["id", "mode", "raw"])])
    everything = pd.MultiIndex.from_product([[row["id"] for row in rows], modes], names=["id", "mode"])
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
