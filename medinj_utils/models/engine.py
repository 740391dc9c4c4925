"""One pass over a batch of prompts, from which every mode of answering goes on.

The prompts run through the model once, and logits are computed for their last tokens alone. Free text, valid answers and
likelihoods then start from the same keys and values.
"""

import copy
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations, groupby

import numpy as np

from medinj_utils.core.prompts import LETTERS, NO, YES, labels_of, messages
from medinj_utils.models.chat import chat_ids
from medinj_utils.models.hardware import out_of_memory

MODES = ("greedy", "constrained", "likelihood", "text_likelihood", "text_likelihood_per_byte", "option_likelihood")
_TEXT_MODES = MODES[3:5]
MOST_OPTIONS = 10  # of which all letter sets are written out for the constrained mode: 1,023


def applies(mode: str, task: str) -> bool:
    """Whether questions of a task are asked in a mode: likelihoods of whole answers suit one right answer, those of each
    option several."""
    return task == "mcq" if mode == "option_likelihood" else task == "mcqu" or mode in MODES[:2]


def allowed_answers(task: str, labels: Sequence[str]) -> list[str]:
    """Every valid answer: single labels for "mcqu", all non-empty sets of them in order for "mcq"."""
    if task == "mcq" and len(labels) > MOST_OPTIONS:
        raise ValueError(f"{len(labels)} options; of all sets of them the constrained mode takes up to {MOST_OPTIONS}")
    sizes = [1] if task == "mcqu" else range(1, len(labels) + 1)
    return [", ".join(chosen) for size in sizes for chosen in combinations(labels, size)]


class AllowedTokens:
    """Next tokens that lead to a valid answer, from a tree of the valid answers' tokens: no other can come out."""

    def __init__(self, tokenizer):
        self.tokenizer, self._trees = tokenizer, {}

    def tree(self, task: str, labels: Sequence[str]) -> dict:
        if (task, labels) not in self._trees:
            root: dict = {}
            for answer in allowed_answers(task, labels):
                node = root
                for token in [*self.tokenizer(answer, add_special_tokens=False)["input_ids"], self.tokenizer.eos_token_id]:
                    node = node.setdefault(token, {})
            self._trees[task, labels] = root
        return self._trees[task, labels]


@dataclass
class Answer:
    """What a model gave in one mode: ``raw`` text, or None with the reason in ``note``.

    In the modes of likelihood ``raw`` is the likeliest letter (whatever the options are called) and ``probabilities`` are
    those of the options' labels, which add up to 1; in "option_likelihood" they are those of each option to be right, and
    ``raw`` names all above one half, or the best.
    """

    raw: str | None
    probabilities: list[float] = field(default_factory=list)
    note: str = ""


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


class Engine:
    """A model that answers batches of choice questions (records) in one or several modes.

    ``system`` is the system turn before every question, ``examples`` gives for each task the records that are shown, with
    their answers, before a question.
    """

    modes = MODES
    counts_tokens = True  # `size` is exact

    def __init__(self, model, tokenizer, max_new_tokens: int = 32, system: str = "",
                 examples: Mapping[str, Sequence[Mapping]] | None = None):
        self.model, self.tokenizer, self.max_new_tokens = model, tokenizer, max_new_tokens
        self.system, self.examples = system, examples or {}
        self.settings = {"backend": "transformers", "max_new_tokens": max_new_tokens}
        self._allowed, told = AllowedTokens(tokenizer), getattr(model.generation_config, "eos_token_id", None)
        self._stops = {tokenizer.eos_token_id, *(told if isinstance(told, list) else [told])}

    def prompt(self, item: Mapping, about: str = "") -> array:
        """Token ids of a question, or of the question whether the option ``about`` alone is right (without examples)."""
        chat = messages(item, system=self.system, with_answer=False, about=about,
                        examples=() if about else self.examples.get(item["task"], ()))
        return array("i", chat_ids(self.tokenizer, chat, open_answer=True))

    def size(self, prompt: Sequence[int]) -> int:
        return len(prompt)

    def show(self, prompt: Sequence[int]) -> str:
        """The prompt as the model gets it, as text."""
        return self.tokenizer.decode(list(prompt))

    def answer(self, prompts: Sequence[Sequence[int]], items: Sequence[Mapping],
               modes: Sequence[str]) -> dict[str, list[Answer | None]]:
        """By mode, an `Answer` to each question, None where it isn't asked in that mode.

        A batch that doesn't fit into memory is asked in halves; one whose padding the model would see, by length.
        """
        import torch
        if len({*map(len, prompts)}) > 1 and self._sees_padding(prompts, items):
            order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
            parts = [self.answer([prompts[i] for i in rows], [items[i] for i in rows], modes)
                     for rows in (list(rows) for _, rows in groupby(order, key=lambda i: len(prompts[i])))]
            return {mode: [answer for _, answer in sorted(zip(order, chain(*(part[mode] for part in parts)), strict=True),
                                                          key=lambda pair: pair[0])] for mode in modes}
        try:
            with torch.inference_mode():
                return self._answer(prompts, items, modes)
        except RuntimeError as error:
            if len(prompts) == 1 or not out_of_memory(error):
                raise
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        half = len(prompts) // 2
        parts = [self.answer(prompts[part], items[part], modes) for part in (slice(half), slice(half, None))]
        return {mode: parts[0][mode] + parts[1][mode] for mode in modes}

    def _sees_padding(self, prompts: Sequence[Sequence[int]], items: Sequence[Mapping]) -> bool:
        """Whether what stands behind a prompt changes its answers: a window of attention counts padding as history, and a
        recurrent layer reads it."""
        config = self.model.config.get_text_config()
        kinds, window = set(getattr(config, "layer_types", None) or ()), getattr(config, "sliding_window", None)
        if kinds - {"full_attention", "sliding_attention"}:
            return True
        further = max([self.max_new_tokens, *(len(option.encode()) for item in items for option in item["options"])])
        sliding = window and (not kinds or "sliding_attention" in kinds)
        return bool(sliding) and max(map(len, prompts), default=0) + further > window

    def _answer(self, prompts: Sequence[Sequence[int]], items: Sequence[Mapping],
                modes: Sequence[str]) -> dict[str, list[Answer | None]]:
        found: dict[str, list[Answer | None]] = {mode: [None] * len(items) for mode in modes}

        def keep(mode: str, rows: Sequence[int], answers: Sequence[Answer]) -> None:
            for row, answer in zip(rows, answers, strict=True):
                found[mode][row] = answer

        rows = range(len(items))
        single = [i for i in rows if items[i]["task"] == "mcqu"]
        chosen = [items[i] for i in single]
        if set(modes) - {"option_likelihood"}:
            logits, cache, mask = self._read(prompts)
        if "greedy" in modes:
            thinks = [self.show(prompt[-8:]).rstrip().endswith("<think>") for prompt in prompts]  # opened by the template
            keep("greedy", rows, [Answer("<think>" * thought + text) for thought, text in zip(
                thinks, self._texts(logits, _branch(cache), mask, None), strict=True)])
        if "constrained" in modes:
            trees = [self._allowed.tree(item["task"], labels_of(item)) for item in items]
            keep("constrained", rows, [Answer(text) for text in self._texts(logits, _branch(cache), mask, trees)])
        if "likelihood" in modes and single:
            keep("likelihood", single, self._likelihoods(logits[single], chosen))
        if single and (by_text := [mode for mode in modes if mode in _TEXT_MODES]):
            scores = self._text_scores(logits, _branch(cache), mask, items, single)
            for mode in by_text:
                keep(mode, single, [_likeliest(own / (size if mode == "text_likelihood_per_byte" else 1))
                                    for own, size in scores])
        if "option_likelihood" in modes:
            several = [i for i in rows if items[i]["task"] == "mcq"]
            keep("option_likelihood", several, self._each_option([items[i] for i in several], sum(map(len, prompts))))
        return found

    def _read(self, prompts: Sequence[Sequence[int]]):
        """(logits of the prompts' last tokens, their keys and values, which positions of the batch they fill).

        Prompts are padded on the right, where no token of theirs looks, so that attention needs no mask but the causal one,
        which is much faster. Of the states only the last of each prompt is projected on the vocabulary.
        """
        import torch
        from transformers import DynamicCache
        device, n, width = self.model.device, torch.tensor([len(prompt) for prompt in prompts]), max(map(len, prompts))
        ids = np.zeros((len(prompts), width), dtype=np.int64)  # padding is any token: none is looked at
        for row, prompt in zip(ids, prompts, strict=True):
            row[:len(prompt)] = prompt
        cache, rows = DynamicCache(config=self.model.config), torch.arange(len(prompts), device=device)
        last = self.model.get_output_embeddings().register_forward_pre_hook(
            lambda _, states: (states[0][rows, n.to(device) - 1, None],))
        try:
            logits = self.model(input_ids=torch.from_numpy(ids).to(device), past_key_values=cache).logits[:, -1].float()
        finally:
            last.remove()
        return logits, cache, (torch.arange(width) < n[:, None]).long().to(device)

    def _each_option(self, items: Sequence[Mapping], most_tokens: int) -> list[Answer]:
        """Whether each option alone is right: the probability of yes, of the two words that may be answered."""
        words = [self._first_token(YES), self._first_token(NO)]
        if words[0] == words[1]:
            raise ValueError(f"the tokenizer begins {YES} and {NO} with one token: no likelihood of options")
        prompts = [self.prompt(item, label) for item in items for label in labels_of(item)]
        lengths, told, found = [*map(len, prompts)], {}, []
        most_tokens = 1 if self._sees_padding(prompts, items) else most_tokens  # each by itself
        for batch in batches_of(lengths, sorted(range(len(prompts)), key=lengths.__getitem__), most_tokens):
            logits = self._read([prompts[i] for i in batch])[0]
            told |= dict(zip(batch, logits[:, words].softmax(-1)[:, 0].tolist(), strict=True))
        told = iter([told[i] for i in range(len(prompts))])
        for item in items:
            p = [next(told) for _ in item["options"]]
            named = [letter for letter, own in zip(LETTERS, p, strict=False) if own > 0.5] or [LETTERS[int(np.argmax(p))]]
            found.append(Answer(", ".join(named), p))
        return found

    def _texts(self, logits, cache, mask, trees: list[dict] | None) -> list[str]:
        """Texts that go on from the prompts, the likeliest token at each step; within ``trees``, where told."""
        import torch
        eos, device = self.tokenizer.eos_token_id, logits.device  # valid answers end with it alone
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
            going = [i for i, token in enumerate(tokens) if token not in self._stops and (
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
            first = [self._first_token(label) for label in labels_of(item)]
            if len(set(first)) < len(first):
                raise ValueError("the tokenizer writes several labels with one first token: no likelihood of letters")
            found.append(_likeliest(row[first]))
        return found

    def _text_scores(self, logits, cache, mask, items: Sequence[Mapping], asked: Sequence[int]) -> list[tuple]:
        """For each question ``asked`` (rows of the batch) the log-likelihood of each option's text as the answer, and the
        texts' lengths in bytes."""
        import torch
        owner = [i for i in asked for _ in items[i]["options"]]
        options = [option for i in asked for option in items[i]["options"]]
        texts = self.tokenizer(options, add_special_tokens=False)["input_ids"]
        width, device = max(map(len, texts)), logits.device
        ids = torch.tensor([text + [0] * (width - len(text)) for text in texts], device=device)
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
        n = [len(items[i]["options"]) for i in asked]
        return list(zip(scores.split(n), sizes.split(n), strict=True))
