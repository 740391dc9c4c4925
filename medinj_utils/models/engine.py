"""A local model that answers batches of questions in several modes.

The prompts run through the model once. Free text, valid answers and likelihoods then all start from
the same keys and values.
"""

import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from medinj_utils.core.names import MODES
from medinj_utils.core.prompts import NO, YES, labels_of, messages
from medinj_utils.models.answers import (
    CUT,
    STOPPED,
    AllowedTokens,
    Answer,
    Asking,
    applies,
    batches_of,
    ended_at_stop,
)
from medinj_utils.models.chat import chat_ids, thought_marks
from medinj_utils.models.generation import (
    ConstrainedDecoder,
    Ends,
    FreeDecoder,
    Prefill,
    SamplingDecoder,
    continue_prompts,
    continue_without_cache,
    log_likelihoods,
    read_prompts,
)
from medinj_utils.models.hardware import out_of_memory
from medinj_utils.models.probabilities import above_one_half, likeliest

#: Kinds of attention that don't see padding after a prompt, or only within a window.
_ATTENTION = {"full_attention", "sliding_attention"}
#: Special tokens around thoughts, such as ``[THINK]``.
_THINKS = re.compile("think|thought|reason", re.IGNORECASE)
#: By mode of text likelihood: whether log-likelihoods are divided by the texts' lengths.
_PER_BYTE = {"text_likelihood": False, "text_likelihood_per_byte": True}


class Engine:
    """Answers of one model to batches of choice questions.

    Args:
        model: a causal language model of transformers.
        tokenizer: its tokenizer, with a chat template.
        asking: how the model is asked.
        holds_cache: whether keys and values of the prompts are kept. Without them every token takes
            a whole pass, and only the modes constrained and option_likelihood are available.
    """

    modes = MODES
    counts_tokens = True  # `size` is exact
    left_out: Sequence[str] = ()  # a local model does all that it is asked to

    def __init__(self, model, tokenizer, asking: Asking, holds_cache: bool = True):
        self.model = model
        self._holds_cache = holds_cache
        self.tokenizer = tokenizer
        self.asking = asking
        self.settings = {"backend": "transformers"} | asking.settings
        self._allowed = AllowedTokens(tokenizer)
        stop = getattr(model.generation_config, "eos_token_id", None)
        self._stops = {tokenizer.eos_token_id, *(stop if isinstance(stop, list) else [stop])}
        self._thought = thought_marks(tokenizer) or ("<think>", "</think>")
        special = {number: token.content for number, token in tokenizer.added_tokens_decoder.items()
                   if token.special and number not in self._stops}
        #: Special tokens that are shown: the marks of thoughts.
        self._shown = {number for number, token in special.items() if _THINKS.search(token)
                       or any(token in mark for mark in self._thought)}
        self._hidden = {*tokenizer.all_special_ids, *self._stops, *special} - self._shown

    def put(self, asking: Asking) -> "Engine":
        """The same model with another way of asking."""
        return Engine(self.model, self.tokenizer, asking, self._holds_cache)

    def prompt(self, item: Mapping, about: str = "") -> array:
        """Token ids of a question.

        Args:
            item: a record.
            about: label of an option; the prompt then asks, without examples, whether that option
                alone is right.
        """
        examples = () if about else self.asking.examples.get(item["task"], ())
        chat = messages(item, system=self.asking.system, with_answer=False, about=about,
                        examples=examples)
        return array("i", chat_ids(self.tokenizer, chat, open_answer=True,
                                   settings=self.asking.template_settings))

    def size(self, prompt: Sequence[int]) -> int:
        """Tokens of a prompt."""
        return len(prompt)

    def show(self, prompt: Sequence[int]) -> str:
        """The prompt as the model gets it, as text."""
        return self.tokenizer.decode(list(prompt))

    def answer(self, prompts: Sequence[Sequence[int]], items: Sequence[Mapping],
               modes: Iterable[str]) -> dict[str, list[Answer | None]]:
        """Answer a batch of questions.

        A batch that doesn't fit into memory is answered in halves. Where the model would see
        padding, prompts of one length are answered at a time.

        Args:
            prompts: of `prompt`, one per question.
            items: the questions' records.
            modes: of `medinj_utils.core.names.MODES`.

        Returns:
            By mode one answer per question; None where the mode doesn't suit the question.

        Raises:
            RuntimeError: memory is too small for a single prompt.
            ValueError: the tokenizer can't tell labels, or yes and no, by their first tokens, or
                its template opens a thought, in which only free text makes sense.
        """
        import torch
        modes = tuple(modes)
        if set(modes) - {"greedy"} and any(map(self._opens_thought, prompts)):
            raise ValueError(f"{self.tokenizer.name_or_path}: the chat template opens a thought "
                             "before every answer, which no letter can follow: set "
                             "template_settings in the recipe to {enable_thinking: false}, if the "
                             "template has that, take the model's variant for instructions, or "
                             "the mode greedy alone")
        if len({*map(len, prompts)}) > 1 and self._sees_padding(prompts, items):
            order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
            parts = [list(rows) for _, rows in groupby(order, key=lambda i: len(prompts[i]))]
            return self._answer_parts(prompts, items, modes, parts)
        try:
            with torch.inference_mode():
                return self._answer(prompts, items, modes)
        except RuntimeError as error:
            if len(prompts) == 1 or not out_of_memory(error):
                raise
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        half = len(prompts) // 2
        parts = [range(half), range(half, len(prompts))]
        return self._answer_parts(prompts, items, modes, parts)

    def _answer_parts(self, prompts, items, modes: Sequence[str],
                      parts: Iterable[Sequence[int]]) -> dict[str, list[Answer | None]]:
        """Answers of parts of a batch, each given by its rows."""
        by_mode: dict[str, list[Answer | None]] = {mode: [None] * len(prompts) for mode in modes}
        for rows in parts:
            answers = self.answer([prompts[i] for i in rows], [items[i] for i in rows], modes)
            for mode in modes:
                for row, answer in zip(rows, answers[mode], strict=True):
                    by_mode[mode][row] = answer
        return by_mode

    def _sees_padding(self, prompts: Sequence[Sequence[int]], items: Sequence[Mapping]) -> bool:
        """Whether padding after a prompt changes its answers.

        A window of attention counts padding as history, and a recurrent layer reads it.
        """
        config = self.model.config.get_text_config()
        kinds = set(getattr(config, "layer_types", None) or ())
        if kinds - _ATTENTION:
            return True
        window = getattr(config, "sliding_window", None)
        if not window or (kinds and "sliding_attention" not in kinds):
            return False
        options = [len(option.encode()) for item in items for option in item["options"]]
        further = max([self.asking.max_new_tokens, *options])
        return max(map(len, prompts), default=0) + further > window

    def _answer(self, prompts: Sequence[Sequence[int]], items: Sequence[Mapping],
                modes: Sequence[str]) -> dict[str, list[Answer | None]]:
        """Answers of a batch that fits into memory and whose padding isn't seen."""
        single = [i for i, item in enumerate(items) if item["task"] == "mcqu"]
        several = [i for i, item in enumerate(items) if item["task"] == "mcq"]
        by_mode: dict[str, list[Answer | None]] = {mode: [None] * len(items) for mode in modes}
        prefill = None
        if self._holds_cache and set(modes) - {"option_likelihood"}:
            prefill = read_prompts(self.model, prompts)
        if "greedy" in modes:
            by_mode["greedy"] = self._free(prefill, prompts, items)
        if "constrained" in modes:
            by_mode["constrained"] = self._constrained(prefill, prompts, items)
        if "likelihood" in modes:
            _set_answers(by_mode["likelihood"], single, self._likelihoods(prefill, items, single))
        if single and (by_text := [mode for mode in modes if mode in _PER_BYTE]):
            answers = self._text_likelihoods(prefill, items, single, by_text)
            for mode in by_text:
                _set_answers(by_mode[mode], single, answers[mode])
        if "option_likelihood" in modes:
            tokens = sum(map(len, prompts))
            _set_answers(by_mode["option_likelihood"], several,
                         self._each_option([items[i] for i in several], tokens))
        return by_mode

    def _opens_thought(self, prompt: Sequence[int]) -> bool:
        return self.show(prompt[-8:]).rstrip().endswith(("<think>", self._thought[0]))

    def _free(self, prefill: Prefill, prompts: Sequence[Sequence[int]],
              items: Sequence[Mapping]) -> list[Answer]:
        """Free texts; a thought that the template opens begins with its mark."""
        begun = map(self._opens_thought, prompts)
        most, heat = self.asking.max_new_tokens, self.asking.temperature
        ends = Ends(most, self._stops, self.asking.stops, self._decode)
        decoder = (SamplingDecoder(ends, heat, [item["seed"] for item in items]) if heat
                   else FreeDecoder(ends))
        written = continue_prompts(self.model, prefill, decoder)
        texts = [ended_at_stop(text, self.asking.stops) for text in self._decode(written)]
        return [Answer("<think>" * thought + text,
                       ended=STOPPED if stopped or ids[-1] in self._stops else CUT)
                for thought, (text, stopped), ids in zip(begun, texts, written, strict=True)]

    def _constrained(self, prefill: Prefill | None, prompts: Sequence[Sequence[int]],
                     items: Sequence[Mapping]) -> list[Answer | None]:
        """Texts that are valid answers, whatever ``max_new_tokens`` is; None for open questions."""
        choice = [applies("constrained", item["task"]) for item in items]
        end = {self.tokenizer.eos_token_id: {}}
        trees = [self._allowed.tree(item["task"], labels_of(item)) if own else end
                 for item, own in zip(items, choice, strict=True)]
        decoder = ConstrainedDecoder(trees, self.tokenizer.eos_token_id, self._stops)
        texts = (continue_prompts(self.model, prefill, decoder) if prefill
                 else continue_without_cache(self.model, prompts, decoder))
        return [Answer(text, ended=STOPPED) if own else None
                for text, own in zip(self._decode(texts), choice, strict=True)]

    def _decode(self, texts: list[list[int]]) -> list[str]:
        """Texts without special tokens, except the marks of thoughts, in one form."""
        if not self._shown:
            decoded = self.tokenizer.batch_decode(texts, skip_special_tokens=True)
        else:
            kept = [[token for token in text if token not in self._hidden] for text in texts]
            decoded = self.tokenizer.batch_decode(kept, skip_special_tokens=False)
        begin, end = self._thought
        return [text.replace(begin, "<think>").replace(end, "</think>") for text in decoded]

    def _first_token(self, text: str) -> int:
        return self.tokenizer(text, add_special_tokens=False)["input_ids"][0]

    def _likelihoods(self, prefill: Prefill, items: Sequence[Mapping],
                     rows: Sequence[int]) -> list[Answer]:
        """The likeliest letter of each of the rows, by the first tokens of their labels."""
        answers = []
        for row in rows:
            first = [self._first_token(label) for label in labels_of(items[row])]
            if len(set(first)) < len(first):
                raise ValueError("several labels begin with the same token: leave "
                                 "'likelihood' out of modes")
            answer = likeliest(prefill.logits[row][first])
            answer.letters_mass = float(prefill.logits[row].softmax(-1)[first].sum())
            answers.append(answer)
        return answers

    def _text_likelihoods(self, prefill: Prefill, items: Sequence[Mapping], rows: Sequence[int],
                          modes: Sequence[str]) -> dict[str, list[Answer]]:
        """The letter of each row's likeliest text, with and without division by its bytes."""
        import torch
        owners = [row for row in rows for _ in items[row]["options"]]
        options = [option for row in rows for option in items[row]["options"]]
        texts = self.tokenizer(options, add_special_tokens=False)["input_ids"]
        scores = log_likelihoods(self.model, prefill, owners, texts)
        sizes = torch.tensor([len(option.encode()) for option in options], device=scores.device)
        counts = [len(items[row]["options"]) for row in rows]
        by_mode = {}
        for mode in modes:
            by_question = (scores / sizes if _PER_BYTE[mode] else scores).split(counts)
            by_mode[mode] = [likeliest(own) for own in by_question]
        return by_mode

    def _each_option(self, items: Sequence[Mapping], most_tokens: int) -> list[Answer]:
        """Whether each option alone is right: the share of yes in the probability of yes and no."""
        words = [self._first_token(YES), self._first_token(NO)]
        if words[0] == words[1]:
            raise ValueError(f"{YES} and {NO} begin with the same token: leave "
                             "'option_likelihood' out of modes")
        options = [(i, option) for i, item in enumerate(items)
                  for option in range(len(item["options"]))]
        prompts = [self.prompt(items[i], labels_of(items[i])[option]) for i, option in options]
        lengths = [len(prompt) for prompt in prompts]
        most_tokens = 1 if self._sees_padding(prompts, items) else most_tokens  # each by itself
        probabilities = [[0.0] * len(item["options"]) for item in items]
        order = sorted(range(len(prompts)), key=lengths.__getitem__)
        for batch in batches_of(lengths, order, most_tokens):
            logits = read_prompts(self.model, [prompts[number] for number in batch]).logits
            yes = logits[:, words].softmax(-1)[:, 0].tolist()
            for number, p in zip(batch, yes, strict=True):
                i, option = options[number]
                probabilities[i][option] = p
        return [above_one_half(p) for p in probabilities]


def _set_answers(all_answers: list[Answer | None], rows: Sequence[int],
                 answers: Sequence[Answer]) -> None:
    """Set the answers of some rows."""
    for row, answer in zip(rows, answers, strict=True):
        all_answers[row] = answer
