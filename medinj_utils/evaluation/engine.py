"""One pass over a batch of prompts, from which every mode of answering goes on.

The prompts run through the model once, and logits are computed for their last tokens alone. Free text, valid answers and
likelihoods then start from the same keys and values.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations

from medinj_utils.prompts import LETTERS

MODES = ("greedy", "constrained", "likelihood", "text_likelihood", "text_likelihood_per_byte")
SINGLE_ANSWER_MODES = MODES[2:]  # that ask questions with one right answer alone
MOST_OPTIONS = 10  # of which all letter sets are written out for the constrained mode: 1,023


def allowed_answers(task: str, n_options: int) -> list[str]:
    """Every valid answer: single letters for "mcqu", all non-empty letter sets in order for "mcq"."""
    if n_options > MOST_OPTIONS:
        raise ValueError(f"{n_options} options; the constrained mode takes up to {MOST_OPTIONS}")
    letters = LETTERS[:n_options]
    sizes = [1] if task == "mcqu" else range(1, n_options + 1)
    return [", ".join(chosen) for size in sizes for chosen in combinations(letters, size)]


class AllowedTokens:
    """Next tokens that lead to a valid answer, from a tree of the valid answers' tokens: no other can come out."""

    def __init__(self, tokenizer):
        self.tokenizer, self._trees = tokenizer, {}

    def tree(self, task: str, n_options: int) -> dict:
        if (task, n_options) not in self._trees:
            root: dict = {}
            for answer in allowed_answers(task, n_options):
                node = root
                for token in [*self.tokenizer(answer, add_special_tokens=False)["input_ids"], self.tokenizer.eos_token_id]:
                    node = node.setdefault(token, {})
            self._trees[task, n_options] = root
        return self._trees[task, n_options]


@dataclass
class Answer:
    """What a model gave in one mode: ``raw`` text; in the modes of likelihood, where it is the likeliest letter, also the
    probability of each letter, which add up to 1 over the letters of the options."""

    raw: str
    probabilities: list[float] = field(default_factory=list)


def _likeliest(scores) -> Answer:
    """The letter with the highest of some log-likelihoods, with the letters' probabilities."""
    p = scores.softmax(-1)
    return Answer(LETTERS[int(p.argmax())], p.tolist())


def _branch(cache):
    """The same keys and values to go on from; the model adds to a branch without changing its stem."""
    if not cache.is_croppable:  # states that are written over have to be copied
        return copy.deepcopy(cache)
    branch = copy.copy(cache)
    branch.layers = [copy.copy(layer) for layer in cache.layers]
    return branch


class Engine:
    """A model that answers batches of prompts (token ids) to choice questions in one or several modes."""

    def __init__(self, model, tokenizer, max_new_tokens: int = 32):
        self.model, self.tokenizer, self.max_new_tokens = model, tokenizer, max_new_tokens
        self._allowed = AllowedTokens(tokenizer)

    def answer(self, prompts: Sequence[Sequence[int]], items: Sequence[dict],
               modes: Sequence[str]) -> dict[str, list[Answer]]:
        """By mode, an `Answer` to each prompt. A batch that doesn't fit into memory is asked in halves."""
        import torch
        try:
            with torch.inference_mode():
                return self._answer(prompts, items, modes)
        except RuntimeError as error:
            if len(prompts) == 1 or not ("out of memory" in str(error).lower() or "can't allocate" in str(error)):
                raise
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        half = len(prompts) // 2
        parts = [self.answer(prompts[part], items[part], modes) for part in (slice(half), slice(half, None))]
        return {mode: parts[0][mode] + parts[1][mode] for mode in modes}

    def _answer(self, prompts: Sequence[Sequence[int]], items: Sequence[dict],
                modes: Sequence[str]) -> dict[str, list[Answer]]:
        import torch
        from transformers import DynamicCache
        width = max(map(len, prompts))
        pad, device = self.tokenizer.pad_token_id, self.model.device
        ids = torch.tensor([[pad] * (width - len(prompt)) + list(prompt) for prompt in prompts], device=device)
        mask = torch.tensor([[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts], device=device)
        cache = DynamicCache(config=self.model.config)
        logits = self.model(input_ids=ids, attention_mask=mask, position_ids=(mask.cumsum(-1) - 1).clamp(min=0),
                            past_key_values=cache, logits_to_keep=1).logits[:, -1].float()
        found = {}
        if "greedy" in modes:
            found["greedy"] = [Answer(text) for text in self._texts(logits, _branch(cache), mask, None)]
        if "constrained" in modes:
            trees = [self._allowed.tree(item["task"], len(item["options"])) for item in items]
            found["constrained"] = [Answer(text) for text in self._texts(logits, _branch(cache), mask, trees)]
        if "likelihood" in modes:
            found["likelihood"] = self._likelihoods(logits, items)
        if by_text := [mode for mode in modes if mode in MODES[3:]]:
            scores = self._text_scores(logits, _branch(cache), mask, items)
            for mode in by_text:
                found[mode] = [_likeliest(own / (size if mode == "text_likelihood_per_byte" else 1)) for own, size in scores]
        return found

    def _texts(self, logits, cache, mask, trees: list[dict] | None) -> list[str]:
        """Texts that go on from the prompts, the likeliest token at each step; within ``trees``, where told."""
        import torch
        eos, device = self.tokenizer.eos_token_id, logits.device
        texts: list[list[int]] = [[] for _ in range(len(logits))]
        rows, nodes = list(range(len(logits))), trees
        while True:
            if nodes is None:
                tokens = logits.argmax(-1).tolist()
            else:
                asked = sorted(set(chain(*nodes)))
                values = [dict(zip(asked, row, strict=True)) for row in logits[:, asked].tolist()]
                tokens = [max(node, key=value.__getitem__) for node, value in zip(nodes, values, strict=True)]
                nodes = [node[token] for node, token in zip(nodes, tokens, strict=True)]
            for row, token in zip(rows, tokens, strict=True):
                texts[row].append(token)
            going = [i for i, token in enumerate(tokens) if token != eos and (
                len(texts[rows[i]]) < self.max_new_tokens if nodes is None else set(nodes[i]) != {eos})]
            if not going:
                return self.tokenizer.batch_decode(texts, skip_special_tokens=True)
            if len(going) < len(rows):  # what has ended is not computed any more
                cache.batch_select_indices(torch.tensor(going, device=device))
                mask, rows = mask[going], [rows[i] for i in going]
                nodes = nodes and [nodes[i] for i in going]
            mask = torch.cat([mask, mask.new_ones(len(rows), 1)], dim=1)
            logits = self.model(input_ids=torch.tensor([[tokens[i]] for i in going], device=device), attention_mask=mask,
                                position_ids=mask.sum(-1, keepdim=True) - 1, past_key_values=cache).logits[:, -1].float()

    def _first_token(self, text: str) -> int:
        return self.tokenizer(text, add_special_tokens=False)["input_ids"][0]

    def _likelihoods(self, logits, items: Sequence[dict]) -> list[Answer]:
        """The likeliest letter of each question."""
        found = []
        for row, item in zip(logits, items, strict=True):
            first = [self._first_token(letter) for letter in LETTERS[:len(item["options"])]]
            if len(set(first)) < len(first):
                raise ValueError("the tokenizer writes several letters with one first token: no likelihood of letters")
            found.append(_likeliest(row[first]))
        return found

    def _text_scores(self, logits, cache, mask, items: Sequence[dict]) -> list[tuple]:
        """For each question the log-likelihood of each option's text as the answer, and the texts' lengths in bytes."""
        import torch
        owner = [i for i, item in enumerate(items) for _ in item["options"]]
        options = [option for item in items for option in item["options"]]
        texts = self.tokenizer(options, add_special_tokens=False)["input_ids"]
        width, device = max(map(len, texts)), logits.device
        ids = torch.tensor([text + [self.tokenizer.pad_token_id] * (width - len(text)) for text in texts], device=device)
        held = torch.tensor([[1] * len(text) + [0] * (width - len(text)) for text in texts], device=device)
        scores = logits.log_softmax(-1)[owner].gather(1, ids[:, :1])[:, 0]
        if width > 1:
            cache.batch_select_indices(torch.tensor(owner, device=device))
            both = torch.cat([mask[owner], held[:, :-1]], dim=1)
            later = self.model(input_ids=ids[:, :-1], attention_mask=both, past_key_values=cache,
                               position_ids=(both.cumsum(-1) - 1).clamp(min=0)[:, mask.shape[1]:]).logits.float()
            told = later.gather(2, ids[:, 1:, None])[..., 0] - later.logsumexp(-1)
            scores = scores + (told * held[:, 1:]).sum(-1)
        sizes = torch.tensor([len(option.encode()) for option in options], device=device)
        n = [len(item["options"]) for item in items]
        return list(zip(scores.split(n), sizes.split(n), strict=True))
