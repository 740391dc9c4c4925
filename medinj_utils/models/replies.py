"""Replies to chats from a model behind a server, or from a model loaded here."""

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field

from medinj_utils.models.answers import STOPPED, Asking, batches_of
from medinj_utils.models.chat import chat_ids
from medinj_utils.models.client import (
    CallError,
    ChatClient,
    ServerError,
    TooLongError,
    ended_of,
    text_of,
    whole_signs,
)
from medinj_utils.models.engine import Engine
from medinj_utils.models.hardware import tokens_at_once

_BATCH_TOKENS = 8192
_FAILED_IN_A_ROW = 20  # calls, after which the run stops
#: Characters of a token, for estimates: fewer than French has, as the codes of fences need more.
_CHARACTERS = 3


@dataclass(frozen=True)
class Sampling:
    """How texts are drawn.

    Args:
        temperature: 0 takes the likeliest token at each step.
        max_tokens: of a text, thoughts included.
        seed: of the first repeat; each further one takes the next number.
        template_settings: of the chat template, such as ``{"enable_thinking": False}``.

    Raises:
        ValueError: the temperature is negative, or ``max_tokens`` is below 1.
    """

    temperature: float = 0.0
    max_tokens: int = 512
    seed: int = 0
    template_settings: Mapping = field(default_factory=dict)

    def __post_init__(self):
        if not 0 <= self.temperature < float("inf"):
            raise ValueError(f"temperature is {self.temperature!r}; need 0 or more")
        if self.max_tokens < 1:
            raise ValueError(f"max_tokens is {self.max_tokens!r}; need 1 or more")


@dataclass(frozen=True)
class Call:
    """A chat to be answered.

    Attributes:
        chat: messages with ``role`` and ``content``.
        seed: of the text, where it is drawn.
    """

    chat: list[dict]
    seed: int


@dataclass(frozen=True)
class Reply:
    """Reply to a call.

    Attributes:
        text: None if the call failed.
        ended: why the text ended, see `medinj_utils.models.answers.how_ended`.
        failure: why there is no text.
        model: name of the model in the reply.
        input_tokens: of the chat; None if the server doesn't report them.
        output_tokens: of the text, thoughts included; None if the server doesn't report them.
        seconds: duration of the call, waits and retries included; of a batch, its share.
        left_out: parameters that the server refused and that were left out or sent by another name.
    """

    text: str | None
    ended: str = ""
    failure: str = ""
    model: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    seconds: float = 0.0
    left_out: Sequence[str] = ()


class ServerChats:
    """Texts of a model behind a server.

    Args:
        url: as for `medinj_utils.models.client.ChatClient`, which takes a key from the environment.
        model: the name by which the server knows the model.
        revision: of the model, as far as you know it: a commit, a date, or "unknown".
        sampling: how texts are drawn.
        at_once: concurrent calls.
        schema: JSON schema for the texts; for a server that refuses it, it is left out and listed
            in `left_out`.

    Raises:
        ValueError: the revision is blank.
    """

    repeatable = False  # the same call may give another text, even at temperature 0

    def __init__(self, url: str, model: str, revision: str, sampling: Sampling, at_once: int = 8,
                 schema: Mapping | None = None):
        if not revision.strip():
            raise ValueError(f"model {model}: the revision is blank; name a commit or a date, or "
                             "\"unknown\"")
        self.identity = {"model": model, "revision": revision}
        self._format = {}
        if schema:
            self.identity["schema"] = schema
            self._format = {"response_format": {"type": "json_schema", "json_schema": {
                "name": "answer", "strict": True, "schema": schema}}}
        self.name = f"{model}@{revision}"
        self.sampling = sampling
        self.at_once = at_once
        self.settings = {"backend": "server", "server": url}
        self._client = ChatClient(url, model, sampling.template_settings)

    def size(self, chat: Sequence[Mapping]) -> int:
        """Tokens of a chat: an estimate, at three characters each."""
        return 1 + sum(len(turn["content"]) for turn in chat) // _CHARACTERS

    def ask(self, calls: Sequence[Call]) -> Iterator[tuple[int, Reply]]:
        """Replies to the calls, in the order in which they end.

        Returns:
            An iterator of pairs: position of the call, and the reply.

        Raises:
            ServerError: the key is refused, the address or the model is unknown, or 20 calls in a
                row failed.
        """
        pool = ThreadPoolExecutor(self.at_once)
        failed = 0
        try:
            indices = {pool.submit(self._one, call): i for i, call in enumerate(calls)}
            for future in as_completed(indices):
                try:
                    reply, failed = future.result(), 0
                except CallError as error:
                    failed += not isinstance(error, TooLongError)
                    reply = Reply(None, failure=str(error))
                yield indices[future], reply
                if failed == _FAILED_IN_A_ROW:
                    raise ServerError(f"{failed} calls in a row failed, the last of them: "
                                      f"{reply.failure}")
        finally:  # also when the caller stops early
            pool.shutdown(wait=False, cancel_futures=True)

    def _one(self, call: Call) -> Reply:
        began = time.monotonic()
        reply = self._client.ask(call.chat, temperature=self.sampling.temperature, seed=call.seed,
                                 max_tokens=self.sampling.max_tokens, **self._format)
        usage = getattr(reply, "usage", None)
        model = getattr(reply, "model", None)
        return Reply(text_of(reply.choices[0]), ended_of(reply.choices[0]),
                     model=whole_signs(model) if isinstance(model, str) else "",
                     input_tokens=_count(usage, "prompt_tokens"),
                     output_tokens=_count(usage, "completion_tokens"),
                     seconds=round(time.monotonic() - began, 3),
                     left_out=self._client.left_out)


def _count(usage, name: str) -> int | None:
    """A server's count of tokens; None if it is not a count."""
    count = getattr(usage, name, None)
    return count if type(count) is int and count >= 0 else None


class LocalChats:
    """Texts of a model that is loaded here.

    Args:
        model: a causal language model of transformers.
        tokenizer: its tokenizer, with a chat template.
        identity: of `medinj_utils.models.loading.model_id`.
        sampling: how texts are drawn.
    """

    def __init__(self, model, tokenizer, identity: Mapping[str, str], sampling: Sampling):
        self.identity = dict(identity)
        revision = identity["revision"] or identity["base_sha256"]
        self.name = f"{identity['base_model']}@{revision[:12]}"
        if identity["adapter_sha256"]:
            self.name += f"+{identity['adapter_sha256'][:12]}"
        self.sampling = sampling
        self.repeatable = sampling.temperature == 0
        self.settings = {"backend": "transformers"}
        self.at_once = 1  # a call's seconds are its share of a batch, so they add up
        self._tokenizer = tokenizer
        self._longest = getattr(model.config.get_text_config(), "max_position_embeddings", None)
        self._engine = Engine(model, tokenizer, Asking(
            sampling.max_tokens, template_settings=sampling.template_settings,
            temperature=sampling.temperature))

    def _ids(self, chat: Sequence[Mapping]) -> list[int]:
        return chat_ids(self._tokenizer, list(chat), open_answer=True,
                        settings=self.sampling.template_settings)

    def size(self, chat: Sequence[Mapping]) -> int:
        """Tokens of a chat."""
        return len(self._ids(chat))

    def ask(self, calls: Sequence[Call]) -> Iterator[tuple[int, Reply]]:
        """Replies to the calls, in batches, the shortest chats first.

        A chat that leaves no room for a text within the model's context is a failed call.

        Returns:
            An iterator of pairs: position of the call, and the reply.

        Raises:
            TemplateError: the tokenizer's chat template can't be used.
        """
        prompts = [self._ids(call.chat) for call in calls]
        order = sorted(range(len(calls)), key=lambda i: len(prompts[i]))
        room = (self._longest or float("inf")) - self.sampling.max_tokens
        for i in (i for i in order if len(prompts[i]) > room):
            yield i, Reply(None, failure=f"chat of {len(prompts[i])} tokens and a text of "
                               f"{self.sampling.max_tokens}, over {self._longest}")
        order = [i for i in order if len(prompts[i]) <= room]
        for batch in batches_of([len(prompt) for prompt in prompts], order,
                                tokens_at_once(_BATCH_TOKENS)):
            yield from zip(batch, self._batch([prompts[i] for i in batch],
                                              [calls[i].seed for i in batch]), strict=True)

    def _batch(self, prompts: Sequence[list[int]], seeds: Sequence[int]) -> Iterator[Reply]:
        began = time.monotonic()
        items = [{"task": "oeq", "options": [], "seed": seed} for seed in seeds]
        answers = self._engine.answer(prompts, items, ["greedy"])["greedy"]
        seconds = round((time.monotonic() - began) / len(prompts), 3)
        for prompt, answer in zip(prompts, answers, strict=True):
            written = len(self._tokenizer(answer.raw, add_special_tokens=False)["input_ids"])
            yield Reply(answer.raw, answer.ended, model=self.identity["base_model"],
                        input_tokens=len(prompt),
                        output_tokens=written + (answer.ended == STOPPED),  # servers count the end
                        seconds=seconds)
