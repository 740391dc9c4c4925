"""Forward passes: prompts are read once, and texts are generated from their keys and values."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np


@dataclass
class Prefill:
    """State of a model after reading a batch of prompts.

    Attributes:
        logits: of the token after each prompt, float32 (prompts × vocabulary).
        cache: keys and values of the prompts.
        mask: 1 where a position of the batch holds a token of the prompt (prompts × positions).
    """

    logits: Any
    cache: Any
    mask: Any

    def branch(self):
        """A copy of the cache to continue from, so that this one stays unchanged."""
        # States that are written over have to be copied; transformers says so from 5.17 on.
        if not getattr(self.cache, "is_croppable", False):
            return copy.deepcopy(self.cache)
        branch = copy.copy(self.cache)
        branch.layers = [copy.copy(layer) for layer in self.cache.layers]
        return branch


def read_prompts(model, prompts: Sequence[Sequence[int]]) -> Prefill:
    """Run a batch of prompts through the model once.

    Prompts are padded on the right. No token of a prompt attends to later positions, so the causal
    mask is enough, and attention without an explicit mask is much faster. Only the last hidden
    state of each prompt is projected on the vocabulary.

    Args:
        model: a causal language model of transformers.
        prompts: token ids of each prompt.

    Returns:
        Logits of each prompt's next token, shape (prompts, vocabulary), keys and values, and the
        mask of the prompts, shape (prompts, longest prompt).
    """
    import torch
    from transformers import DynamicCache
    cache = DynamicCache(config=model.config)
    logits = _next_token_logits(model, prompts, past_key_values=cache)
    lengths = torch.tensor([len(prompt) for prompt in prompts])
    mask = (torch.arange(max(map(len, prompts))) < lengths[:, None]).long().to(model.device)
    return Prefill(logits, cache, mask)


def _next_token_logits(model, prompts: Sequence[Sequence[int]], **options):
    """Logits of the token after each prompt, float32 (prompts × vocabulary)."""
    import torch
    ids = np.zeros((len(prompts), max(map(len, prompts))), dtype=np.int64)
    for row, prompt in zip(ids, prompts, strict=True):  # any token may pad: none attends to it
        row[:len(prompt)] = prompt
    rows = torch.arange(len(prompts), device=model.device)
    last = torch.tensor([len(prompt) - 1 for prompt in prompts], device=model.device)
    projection = model.get_output_embeddings().register_forward_pre_hook(
        lambda _, states: (states[0][rows, last, None],))
    try:
        tokens = torch.from_numpy(ids).to(model.device)
        return model(input_ids=tokens, **options).logits[:, -1].float()
    finally:
        projection.remove()


@dataclass(frozen=True)
class Ends:
    """Conditions that end a free text.

    Args:
        most_tokens: most tokens of a text.
        tokens: tokens that end a text.
        texts: texts that end a text.
        decode: converts lists of token ids to texts.
    """

    most_tokens: int
    tokens: set[int]
    texts: Sequence[str] = ()
    decode: Callable[[list[list[int]]], list[str]] | None = None

    def met(self, text: Sequence[int]) -> bool:
        """Whether the last token of a text ends it."""
        if text[-1] in self.tokens or len(text) >= self.most_tokens:
            return True
        if not self.texts:
            return False
        # A token has a byte at least; decoders strip the blank before the first.
        last = list(text[-1 - max(len(stop.encode()) for stop in self.texts):])
        return any(stop in self.decode([last])[0] for stop in self.texts)


class FreeDecoder:
    """Takes the likeliest token at each step, until the text ends.

    Args:
        ends: what ends a text.
    """

    def __init__(self, ends: Ends):
        self._ends = ends

    def choose(self, logits, rows: Sequence[int]) -> list[int]:
        """The next token of each row.

        Args:
            logits: shape (rows, vocabulary).
            rows: numbers of the texts, in the order of the logits.
        """
        return logits.argmax(-1).tolist()

    def goes_on(self, row: int, text: Sequence[int]) -> bool:
        """Whether a row's text takes a further token.

        Args:
            row: number of the text.
            text: its token ids.
        """
        return not self._ends.met(text)


class SamplingDecoder(FreeDecoder):
    """Draws each token at a temperature; a text depends on its own seed and not on the batch.

    Args:
        ends: what ends a text.
        temperature: above 0.
        seeds: of the texts' random numbers.
    """

    def __init__(self, ends: Ends, temperature: float, seeds: Sequence[int]):
        super().__init__(ends)
        self._temperature = temperature
        self._numbers = [np.random.default_rng(seed) for seed in seeds]

    def choose(self, logits, rows: Sequence[int]) -> list[int]:
        """The next token of each row.

        Args:
            logits: shape (rows, vocabulary).
            rows: numbers of the texts, in the order of the logits.
        """
        sums = (logits.double() / self._temperature).softmax(-1).cumsum(-1).cpu().numpy()
        # Scaled by the last sum, which rounding may leave below 1.
        return [int(np.searchsorted(own, self._numbers[row].random() * own[-1], side="right"))
                for row, own in zip(rows, sums, strict=True)]


class ConstrainedDecoder:
    """Takes the likeliest of the tokens that lead to a valid answer, until only the end can follow.

    Args:
        trees: by row of the batch, the tree of `medinj_utils.models.answers.AllowedTokens`.
        eos: token that ends a valid answer.
        stops: tokens that end a text.
    """

    def __init__(self, trees: Sequence[dict], eos: int, stops: set[int]):
        self.nodes = list(trees)
        self.eos = eos
        self.stops = stops

    def choose(self, logits, rows: Sequence[int]) -> list[int]:
        """The next token of each row.

        Args:
            logits: shape (rows, vocabulary).
            rows: numbers of the texts, in the order of the logits.
        """
        allowed = sorted(set(chain(*(self.nodes[row] for row in rows))))
        tokens = []
        for row, values in zip(rows, logits[:, allowed].tolist(), strict=True):
            value = dict(zip(allowed, values, strict=True))
            token = max(self.nodes[row], key=value.__getitem__)
            self.nodes[row] = self.nodes[row][token]
            tokens.append(token)
        return tokens

    def goes_on(self, row: int, text: Sequence[int]) -> bool:
        """Whether a row's text takes a further token.

        Args:
            row: number of the text.
            text: its token ids.
        """
        return text[-1] not in self.stops and set(self.nodes[row]) != {self.eos}


def continue_prompts(model, prefill: Prefill,
                     decoder: FreeDecoder | ConstrainedDecoder) -> list[list[int]]:
    """Token ids of the continuation of each prompt.

    Args:
        model: the language model.
        prefill: state after one pass over the prompts.
        decoder: chooses the tokens and says when a text ends.

    Returns:
        One list of ids per prompt.
    """
    import torch
    device = prefill.logits.device
    texts: list[list[int]] = [[] for _ in range(len(prefill.logits))]
    rows = list(range(len(texts)))
    logits = prefill.logits
    cache = prefill.branch()
    mask = prefill.mask
    while True:
        for row, token in zip(rows, decoder.choose(logits, rows), strict=True):
            texts[row].append(token)
        going = [i for i, row in enumerate(rows) if decoder.goes_on(row, texts[row])]
        if not going:
            return texts
        if len(going) < len(rows):  # texts that have ended leave the batch
            cache.batch_select_indices(torch.tensor(going, device=device))
            mask = mask[going]
            rows = [rows[i] for i in going]
        mask = torch.cat([mask, mask.new_ones(len(rows), 1)], dim=1)
        last = torch.tensor([[texts[row][-1]] for row in rows], device=device)
        positions = mask.sum(-1, keepdim=True) - 1
        logits = model(input_ids=last, attention_mask=mask, position_ids=positions,
                       past_key_values=cache).logits[:, -1].float()


def continue_without_cache(model, prompts: Sequence[Sequence[int]],
                           decoder: FreeDecoder | ConstrainedDecoder) -> list[list[int]]:
    """As `continue_prompts`, without kept keys and values: every token takes a whole pass.

    Args:
        model: the language model.
        prompts: token ids of each prompt.
        decoder: chooses the tokens and says when a text ends.

    Returns:
        One list of ids per prompt.
    """
    texts: list[list[int]] = [[] for _ in prompts]
    rows = list(range(len(prompts)))
    while rows:
        logits = _next_token_logits(model, [[*prompts[row], *texts[row]] for row in rows],
                                    use_cache=False)
        for row, token in zip(rows, decoder.choose(logits, rows), strict=True):
            texts[row].append(token)
        rows = [row for row in rows if decoder.goes_on(row, texts[row])]
    return texts


def log_likelihoods(model, prefill: Prefill, owners: Sequence[int], texts: Sequence[Sequence[int]]):
    """Log-likelihood of texts as continuations of prompts (tensor, one per text).

    Args:
        model: the model that read the prompts.
        prefill: the prompts.
        owners: for each text, the row of its prompt.
        texts: token ids of each text, at least one token each.
    """
    import torch
    device = prefill.logits.device
    width = max(map(len, texts))
    gaps = [width - len(text) for text in texts]
    padded = [[*text, *[0] * gap] for text, gap in zip(texts, gaps, strict=True)]
    ids = torch.tensor(padded, device=device)
    mask_of_texts = torch.tensor([[1] * (width - gap) + [0] * gap for gap in gaps], device=device)
    scores = prefill.logits.log_softmax(-1)[owners].gather(1, ids[:, :1])[:, 0]
    if width == 1:
        return scores
    cache = prefill.branch()
    cache.batch_select_indices(torch.tensor(owners, device=device))
    mask = torch.cat([prefill.mask[owners], mask_of_texts[:, :-1]], dim=1)
    positions = (mask.cumsum(-1) - 1).clamp(min=0)[:, prefill.mask.shape[1]:]
    logits = model(input_ids=ids[:, :-1], attention_mask=mask, position_ids=positions,
                   past_key_values=cache).logits.float()
    later = logits.gather(2, ids[:, 1:, None])[..., 0] - logits.logsumexp(-1)
    return scores + (later * mask_of_texts[:, 1:]).sum(-1)
