"""Models behind a server that speaks OpenAI's chat protocol: vLLM, ``transformers serve``, others.

The server renders the chat by its own template. vLLM takes LoRA adapters by the name that a request
asks for (``vllm serve BASE --enable-lora --lora-modules NAT-s42=outputs/…/adapter``). A server
offers the modes that its protocol has: free text; answers from a list (``structured_outputs``, as
in vLLM; each answer is checked against the list); probabilities of letters among the 20 likeliest
first tokens.
"""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from medinj_utils.core.prompts import labels_of, messages
from medinj_utils.models.answers import (
    STOPPED,
    UNKNOWN,
    Answer,
    Asking,
    allowed_answers,
    applies,
)
from medinj_utils.models.probabilities import first_tokens, likeliest_letter
from medinj_utils.models.refusals import refused_parameter

_LIKELIEST = 20  # first tokens of which servers give the probability
_RETRIES = 6  # of a request after status 429, 5xx or no reply, with growing pauses
_TIMEOUT = 300  # seconds
_TOO_LONG = re.compile(r"context[ _]?(length|window|size)|maximum context|too (long|many tokens)"
                       r"|max_model_len", re.IGNORECASE)
#: Where a part of a message may hold its text.
_TEXTS = ("thinking", "reasoning", "text", "summary", "refusal", "content")
_THINKS = re.compile("think|thought|reason", re.IGNORECASE)
#: Parameters that some servers refuse, and what is sent instead, if anything.
_DISPENSABLE = {"max_tokens": "max_completion_tokens", "seed": None, "temperature": None}


class ServerError(RuntimeError):
    """The server can't answer as it is asked to; the message names it and says what to do."""


class Server:
    """Answers of one model behind a server, as `medinj_utils.models.engine.Engine` gives them.

    A key, where the server wants one, is taken from the environment variable OPENAI_API_KEY and
    written nowhere.

    Args:
        url: where the protocol begins, such as ``http://127.0.0.1:8000/v1``.
        model: the name by which the server knows the model.
        asking: how questions are put.
        at_once: requests under way at a time.
    """

    modes = ("greedy", "constrained", "likelihood")
    counts_tokens = False  # `size` is an estimate

    def __init__(self, url: str, model: str, asking: Asking, at_once: int = 8):
        import openai
        self.url = url
        self.model = model
        self.asking = asking
        self.at_once = at_once
        self.settings = {"backend": "server", "server": url, "model": model,
                         "max_new_tokens": asking.max_new_tokens,
                         "template_settings": dict(asking.template_settings)}
        self._refused_parameters: set[str] = set()
        self._client = openai.OpenAI(
            base_url=url, api_key=os.environ.get("OPENAI_API_KEY") or "none",
            max_retries=_RETRIES, timeout=_TIMEOUT)

    @property
    def left_out(self) -> list[str]:
        """Parameters that the server refused and that were left out or sent by another name."""
        return sorted(f"{name}, sent as {other}" if (other := _DISPENSABLE[name]) else name
                      for name in self._refused_parameters)

    def prompt(self, item: Mapping) -> list[dict]:
        """The chat of a question, to be rendered by the server."""
        return messages(item, system=self.asking.system, with_answer=False,
                        examples=self.asking.examples.get(item["task"], ()))

    def size(self, prompt: list[dict]) -> int:
        """Tokens, at four characters each: enough to cut batches, too rough to hold to a limit."""
        return 1 + sum(len(turn["content"]) for turn in prompt) // 4

    def show(self, prompt: list[dict]) -> str:
        """The turns that are sent, as text."""
        return "\n\n".join(f"[{turn['role']}]\n{turn['content']}" for turn in prompt)

    def answer(self, prompts: Sequence[list[dict]], items: Sequence[Mapping],
               modes: Iterable[str]) -> dict[str, list[Answer | None]]:
        """Answer a batch of questions; see `medinj_utils.models.engine.Engine.answer`.

        Args:
            prompts: chats, of `prompt`.
            items: the questions (records).
            modes: of `medinj_utils.core.names.MODES`.

        Returns:
            By mode, an answer per question; None where the mode doesn't suit it.

        Raises:
            ServerError: the server doesn't reply, or doesn't offer what a mode needs.
        """
        with ThreadPoolExecutor(self.at_once) as pool:
            requests = {mode: [pool.submit(self._one, prompt, item, mode)
                               if applies(mode, item["task"]) else None
                               for prompt, item in zip(prompts, items, strict=True)]
                        for mode in modes}
            try:
                return {mode: [request and request.result() for request in own]
                        for mode, own in requests.items()}
            except BaseException:  # an interrupt sends no more either
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _one(self, prompt: list[dict], item: Mapping, mode: str) -> Answer:
        """The answer to one question in one mode."""
        if mode == "likelihood":
            return self._likelihood(prompt, item)
        if mode == "constrained":
            return self._constrained(prompt, item)
        choice = self._ask(prompt, max_tokens=self.asking.max_new_tokens)
        if isinstance(choice, Answer):
            return choice
        reason = choice.finish_reason
        known = isinstance(reason, str) and reason.strip()
        return Answer(_text(choice), ended=reason if known else UNKNOWN)

    def _constrained(self, prompt: list[dict], item: Mapping) -> Answer:
        allowed = allowed_answers(item["task"], labels_of(item))
        choice = self._ask(prompt, max_tokens=4 * len(item["options"]),
                           extra_body={"structured_outputs": {"choice": allowed}})
        if isinstance(choice, Answer):
            return choice
        if (text := _text(choice).strip()) not in allowed:
            raise ServerError(
                f"{self.url}: asked for one of {len(allowed)} answers, {self.model} gave {text!r}; "
                "this server doesn't hold to structured_outputs: leave 'constrained' out of modes")
        return Answer(text, ended=STOPPED)

    def _likelihood(self, prompt: list[dict], item: Mapping) -> Answer:
        choice = self._ask(prompt, max_tokens=1, logprobs=True, top_logprobs=_LIKELIEST)
        if isinstance(choice, Answer):
            return choice
        tokens = first_tokens(choice)
        if all(logprob is None for _, logprob in tokens):
            raise ServerError(f"{self.url}: gives no probabilities of tokens (logprobs): leave "
                              "'likelihood' out of modes")
        return likeliest_letter(tokens, labels_of(item))

    def _ask(self, prompt: list[dict], extra_body: Mapping | None = None, **options):
        """The server's first choice; an `Answer` without text if the prompt is too long for it."""
        import openai
        if self.asking.template_settings:
            extra_body = {"chat_template_kwargs": dict(self.asking.template_settings),
                          **(extra_body or {})}
        asked = options
        options = self._accepted({"temperature": 0, "seed": 0} | options)
        if extra_body:
            options["extra_body"] = extra_body
        try:
            reply = self._client.chat.completions.create(model=self.model, messages=prompt,
                                                         **options)
            choice = _first_choice(reply)
            _text(choice)  # raises where there is none
            return choice
        except openai.APIConnectionError as error:  # a timeout is one, too
            raise ServerError(f"{self.url}: no reply ({error}). Is the server started, and is its "
                              "address right?") from error
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            raise ServerError(f"{self.url}: the key is refused; set OPENAI_API_KEY in the "
                              "environment") from error
        except openai.APIStatusError as error:
            if error.status_code in (400, 413, 422) and _TOO_LONG.search(str(error)):
                return Answer(None, note=f"refused by the server: {error.message[:200]}")
            if not self._learn(error, options):
                raise self._refused(error, options) from error
        except (openai.APIError, AttributeError, IndexError, TypeError, ValueError) as error:
            raise ServerError(f"{self.url}, model {self.model}: the reply isn't one of the chat "
                              f"protocol ({error}). Does the address end where the protocol "
                              "begins, as in …/v1?") from error
        return self._ask(prompt, extra_body, **asked)

    def _accepted(self, options: Mapping) -> dict:
        """The parameters, without those that the server has refused."""
        accepted = {}
        for name, value in options.items():
            if name not in self._refused_parameters:
                accepted[name] = value
            elif other := _DISPENSABLE[name]:
                accepted[other] = value
        return accepted

    def _learn(self, error, options: Mapping) -> bool:
        """Whether the server refuses a parameter that can be left out, which it then is."""
        if error.status_code not in (400, 422):
            return False
        refused = refused_parameter(error.response.text, {*options, *options.get("extra_body", ())})
        if refused not in _DISPENSABLE:
            return False
        self._refused_parameters.add(refused)
        return True

    def _refused(self, error, options: Mapping) -> ServerError:
        hint = ""
        body = options.get("extra_body", {})
        if "structured_outputs" in body:
            hint = "; if it doesn't know structured_outputs, leave 'constrained' out of modes"
        elif "logprobs" in options:
            hint = "; if it gives no probabilities (logprobs), leave 'likelihood' out of modes"
        elif "chat_template_kwargs" in body:
            hint = ("; if it doesn't know chat_template_kwargs, start it with these "
                    "template_settings, and leave them out of the recipe")
        return ServerError(f"{self.url}, model {self.model}: status {error.status_code}, "
                           f"{error.response.text[:300]}{hint}")


def _first_choice(reply):
    """The first choice of a reply.

    Raises:
        ValueError: the reply has none and gives an error in its place.
    """
    if not reply.choices and (error := getattr(reply, "error", None)):
        message = error.get("message") if isinstance(error, Mapping) else error
        raise ValueError(f"the server says: {message or error}")
    return reply.choices[0]


def _text(choice) -> str:
    """The text of a choice.

    What the model thought before, where the server returns it apart, stands before it between
    marks that the reading of answers knows.
    """
    message = choice.message
    thought = _joined(getattr(message, "reasoning_content", None)
                      or getattr(message, "reasoning", None), in_thought=True)
    said = _joined(message.content or getattr(message, "refusal", None))
    return (f"<think>{thought}</think>\n" if thought else "") + said


def _joined(content, in_thought: bool = False) -> str:
    """The text of a message's content, which may be a list of parts: texts, and thoughts in marks.

    Args:
        content: a text, a part or a list of them.
        in_thought: whether it is part of a thought, which has its marks already.

    Raises:
        TypeError: a part has no text, and isn't a thought that is withheld.
    """
    if content is None or isinstance(content, str):
        return content or ""
    if isinstance(content, list):
        return "".join(_joined(part, in_thought) for part in content)
    part = content if isinstance(content, Mapping) else vars(content)
    thinks = _THINKS.search(str(part.get("type", ""))) is not None
    there = [name for name in _TEXTS if name in part]
    if not there and not thinks:
        raise TypeError(f"a part of a message without text: {sorted(part)}")
    name = next((name for name in there if part[name]), "")
    is_thought = thinks or _THINKS.search(name) is not None
    text = _joined(part.get(name), in_thought or is_thought)
    return f"<think>{text}</think>\n" if text and is_thought and not in_thought else text
