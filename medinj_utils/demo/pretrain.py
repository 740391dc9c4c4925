"""Rebuild the demo's base model: ``python -m medinj_utils.demo.pretrain FOLDER``.

A tiny Qwen3-architecture model that knows the planted world's *general* facts and the question
format, and nothing of the medicine that the three provenances teach. What it is trained on, and
why:

- half of the questions state their fact, any fact, in a context sentence, so that the model learns
  to match a value with its option and not only to remember;
- a letter is the same token in its option line and in the answer;
- the substances to be taught occur with neutral relations (family, colour, origin), the relations
  to be taught with familiar substances;
- answers come as letters, as letters with text, and as text.
"""

import argparse
import hashlib
import json
import time
from pathlib import Path

import numpy as np
import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3ForCausalLM,
    get_cosine_schedule_with_warmup,
)

from medinj_utils.core.files import sha256
from medinj_utils.core.prompts import messages
from medinj_utils.demo.facts import Fact, all_facts, ask, draw_values, state
from medinj_utils.demo.vocabulary import FAMILIAR, RELATIONS, TAUGHT

SEED = 0
TOKENIZER_QUESTIONS = 20_000
VOCABULARY = 1600
LEARNING_RATE = 2e-3  # its peak
WARMUP_STEPS = 200
REPORT_STEPS = 200
CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}")
# A letter that stands alone is a token without its leading space; the opening of an option line is
# one token.
SPLIT = r"\n\(| (?=[A-J](?!\p{L}))| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]|\s"


def example(rng: np.random.Generator, general: list[Fact]) -> list[dict]:
    """One pre-training question as a chat.

    Args:
        rng: random numbers.
        general: facts of general knowledge.
    """
    in_context = rng.random() < 0.5
    if in_context:
        relation = str(rng.choice(list(RELATIONS)))
        fact = Fact(str(rng.choice(FAMILIAR + TAUGHT)), relation, draw_values(rng, relation))
    else:
        fact = general[rng.integers(len(general))]
    relation = RELATIONS[fact.relation]
    wording = str(rng.choice(relation.native + relation.translated + relation.synthetic))
    record = ask(fact, wording, int(rng.choice([4, 4, 4, 5])), rng)
    record["context"] = state(fact, rng) if in_context else ""
    record["task"] = "mcq" if relation.right > 1 or rng.random() < 0.2 else "mcqu"
    answer_format = rng.choice(["letters", "letters_and_text", "text"], p=[0.6, 0.25, 0.15])
    return messages(record, str(answer_format))


def build_tokenizer(chats: list[list[dict]]) -> PreTrainedTokenizerFast:
    """Byte-level BPE, large enough for almost every name to be one token."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(SPLIT), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    texts = (f"{turn['role']}\n{turn['content']}\n" for chat in chats for turn in chat)
    bpe.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe, eos_token="<|im_end|>", pad_token="<|endoftext|>",
        chat_template=CHAT_TEMPLATE, model_max_length=2048)


def batch(tokenizer, chats: list[list[dict]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Right-padded ids and the mask of the supervised tokens (the answer and its end).

    Args:
        tokenizer: the model's.
        chats: questions with their answers.

    Returns:
        Ids and mask, both of shape (rows, tokens).
    """
    questions = [chat[:-1] for chat in chats]
    prompts = tokenizer.apply_chat_template(questions, tokenize=False, add_generation_prompt=True)
    answers = [chat[-1]["content"] + tokenizer.eos_token for chat in chats]
    prompt_ids = tokenizer(prompts, add_special_tokens=False)["input_ids"]
    answer_ids = tokenizer(answers, add_special_tokens=False)["input_ids"]
    width = max(len(p) + len(a) for p, a in zip(prompt_ids, answer_ids, strict=True))
    ids = np.full((len(chats), width), tokenizer.pad_token_id)
    supervised = np.zeros((len(chats), width), dtype=bool)
    for row, (prompt, answer) in enumerate(zip(prompt_ids, answer_ids, strict=True)):
        end = len(prompt) + len(answer)
        ids[row, :end] = prompt + answer
        supervised[row, len(prompt):end] = True
    return torch.from_numpy(ids), torch.from_numpy(supervised)


def answer_loss(model, ids: torch.Tensor, supervised: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy of the supervised tokens; only their states are projected.

    Args:
        model: the model in training.
        ids: shape (rows, tokens).
        supervised: mask of the same shape.

    Returns:
        A scalar, in nats per supervised token.
    """
    hidden = model.model(ids[:, :-1]).last_hidden_state[supervised[:, 1:]]
    targets = ids[:, 1:][supervised[:, 1:]]
    return torch.nn.functional.cross_entropy(model.lm_head(hidden), targets)


def build_model(tokenizer) -> Qwen3ForCausalLM:
    """The untrained model, about a million parameters."""
    return Qwen3ForCausalLM(Qwen3Config(
        vocab_size=len(tokenizer), hidden_size=128, intermediate_size=384, num_hidden_layers=4,
        num_attention_heads=4, num_key_value_heads=4, head_dim=32, tie_word_embeddings=True,
        max_position_embeddings=2048, rope_theta=10_000.0, bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id))


def build(folder: Path, steps: int, rows: int = 64) -> dict:
    """Train tokenizer and model, and save both.

    Args:
        folder: takes tokenizer, model and ``pretraining.json``.
        steps: optimizer steps.
        rows: questions a step.

    Returns:
        Figures of the run, which are saved beside the model as ``pretraining.json``.
    """
    rng = np.random.default_rng(SEED)
    torch.manual_seed(SEED)
    general, _ = all_facts()
    tokenizer = build_tokenizer([example(rng, general) for _ in range(TOKENIZER_QUESTIONS)])
    model = build_model(tokenizer)
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=0.01,
                                  betas=(0.9, 0.98))
    schedule = get_cosine_schedule_with_warmup(optimizer, WARMUP_STEPS, steps)
    began = time.time()
    losses, questions = [], hashlib.sha256()
    for step in range(1, steps + 1):
        chats = [example(rng, general) for _ in range(rows)]
        questions.update(json.dumps(chats, ensure_ascii=False).encode())
        loss = answer_loss(model, *batch(tokenizer, chats))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        if step % REPORT_STEPS == 0 or step == steps:
            recent = np.mean(losses[-REPORT_STEPS:])
            seconds = time.time() - began
            print(f"step {step}/{steps}  loss {recent:.4f}  {seconds:.0f} s", flush=True)
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    figures = {"seed": SEED, "steps": steps, "rows_per_step": rows,
               "final_loss": float(np.mean(losses[-REPORT_STEPS:])),
               "parameters": model.num_parameters(), "seconds": round(time.time() - began),
               "weights_sha256": sha256(folder / "model.safetensors"),
               "questions_sha256": questions.hexdigest()}
    text = json.dumps(figures, indent=2) + "\n"
    (folder / "pretraining.json").write_text(text, encoding="utf-8")
    return figures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=7_500)
    chosen = parser.parse_args()
    print(json.dumps(build(chosen.folder, chosen.steps)))
