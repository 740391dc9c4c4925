"""Models behind a server that speaks OpenAI's chat protocol: vLLM, ``transformers serve``, llama.cpp, a hosted one.

The server renders the chat by its own template. vLLM takes LoRA adapters by the name that a request asks for
(``vllm serve BASE --enable-lora --lora-modules NAT-s42=outputs/…/adapter``). Of the modes a server offers what its protocol
has: free text; answers held to a list (``structured_outputs``, as vLLM has it; it is checked that they were); probabilities
of letters among the 20 likeliest first tokens.
"""

import math
import os
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from medinj_utils.core.prompts import LETTERS, labels_of, messages
from medinj_utils.models.engine import Answer, allowed_answers, applies

_LIKELIEST = 20  # first tokens of which servers tell the probability
_NEGLIGIBLE = 0.001  # share of a letter that the server doesn't tell; above it no probabilities are given
_TOO_LONG = re.compile(r"context[ _]?(length|window|size)|maximum context|too (long|many tokens)|max_model_len", re.I)
_RETRIES, _TIMEOUT = 6, 300  # of one request: repetitions, with growing pauses, after 429, 5xx or no reply; seconds


class ServerError(RuntimeError):
    """The server can't answer as it is asked to; the message names it and says what to do."""


class Server:
    """As `medinj_utils.models.engine.Engine`, of the model ``model`` behind ``url`` (such as http://127.0.0.1:8000/v1).

    ``at_once`` questions are under way side by side. The key, where the server asks for one, is taken from the environment,
    OPENAI_API_KEY, and nowhere written.
    """

    modes = ("greedy", "constrained", "likelihood")
    counts_tokens = False

    def __init__(self, url: str, model: str, max_new_tokens: int = 32, system: str = "",
                 examples: Mapping[str, Sequence[Mapping]] | None = None, at_once: int = 8):
        import openai
        self.url, self.model, self.max_new_tokens, self.at_once = url, model, max_new_tokens, at_once
        self.system, self.examples = system, examples or {}
        self.settings = {"backend": "server", "server": url, "model": model, "max_new_tokens": max_new_tokens}
        self._client = openai.OpenAI(base_url=url, api_key=os.environ.get("OPENAI_API_KEY") or "none",
                                     max_retries=_RETRIES, timeout=_TIMEOUT)

    def prompt(self, item: Mapping) -> list[dict]:
        return messages(item, system=self.system, with_answer=False, examples=self.examples.get(item["task"], ()))

    def size(self, prompt: list[dict]) -> int:
        """Tokens, at four characters each: good enough to part the questions among files, not to hold against a limit."""
        return 1 + sum(len(turn["content"]) for turn in prompt) // 4

    def show(self, prompt: list[dict]) -> str:
        """The turns that are sent; the server renders them by its template."""
        return "\n\n".join(f"[{turn['role']}]\n{turn['content']}" for turn in prompt)

    def answer(self, prompts: Sequence[list[dict]], items: Sequence[Mapping],
               modes: Sequence[str]) -> dict[str, list[Answer | None]]:
        """By mode, an `Answer` to each question, None where it isn't asked in that mode. Raises `ServerError`."""
        with ThreadPoolExecutor(self.at_once) as pool:
            asked = {mode: [pool.submit(self._one, prompt, item, mode) if applies(mode, item["task"]) else None
                            for prompt, item in zip(prompts, items, strict=True)] for mode in modes}
            try:
                return {mode: [one and one.result() for one in those] for mode, those in asked.items()}
            except BaseException:  # an interrupt, too, sends no more
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _one(self, prompt: list[dict], item: Mapping, mode: str) -> Answer:
        if mode == "likelihood":
            return self._likelihood(prompt, item)
        if mode == "greedy":
            reply = self._ask(prompt, max_tokens=self.max_new_tokens)
            return reply if isinstance(reply, Answer) else Answer(_text(reply))
        allowed = allowed_answers(item["task"], labels_of(item))
        reply = self._ask(prompt, max_tokens=4 * len(item["options"]),
                          extra_body={"structured_outputs": {"choice": allowed}})
        if isinstance(reply, Answer):
            return reply
        if (text := _text(reply)) not in allowed:
            raise ServerError(f"{self.url}: asked for one of {len(allowed)} answers, {self.model} gave {text!r}; this "
                              "server doesn't hold to structured_outputs: leave 'constrained' out of modes")
        return Answer(text)

    def _likelihood(self, prompt: list[dict], item: Mapping) -> Answer:
        reply = self._ask(prompt, max_tokens=1, logprobs=True, top_logprobs=_LIKELIEST)
        if isinstance(reply, Answer):
            return reply
        if not reply.logprobs or not reply.logprobs.content or not reply.logprobs.content[0].top_logprobs:
            raise ServerError(f"{self.url}: gives no probabilities of tokens (logprobs): leave 'likelihood' out of modes")
        told = {one.token.strip(): one.logprob for one in reversed(reply.logprobs.content[0].top_logprobs)}
        p = [math.exp(told.get(label, -math.inf)) for label in labels_of(item)]
        if not sum(p):
            return Answer("")  # none of the letters is among the likeliest tokens: an answer that can't be read
        untold = math.exp(min(told.values())) if min(p) == 0 else 0  # at most the probability of a letter that isn't told
        return Answer(LETTERS[p.index(max(p))], [own / sum(p) for own in p] if untold < _NEGLIGIBLE * sum(p) else [])

    def _ask(self, prompt: list[dict], **told):
        """The server's first choice; an `Answer` without text where the prompt is too long for it."""
        import openai
        try:
            reply = self._client.chat.completions.create(model=self.model, messages=prompt, temperature=0, seed=0,
                                                         **told).choices[0]
            if reply.message is None:
                raise ValueError("a choice without a message")
            return reply
        except openai.APIConnectionError as error:  # no reply in time is one, too
            raise ServerError(f"{self.url}: no reply ({error}). Is the server started, and is its address right?") from error
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            raise ServerError(f"{self.url}: the key is refused; set OPENAI_API_KEY in the environment") from error
        except openai.APIStatusError as error:
            if error.status_code in (400, 413, 422) and _TOO_LONG.search(str(error)):
                return Answer(None, note=f"refused by the server: {error.message[:200]}")
            raise self._refused(error, told) from error
        except (openai.APIError, AttributeError, IndexError, TypeError, ValueError) as error:
            raise ServerError(f"{self.url}, model {self.model}: the reply isn't one of the chat protocol ({error}). Does "
                              "the address end where the protocol begins, as in …/v1?") from error

    def _refused(self, error, told: Mapping) -> ServerError:
        hint = "; if it doesn't know structured_outputs, leave 'constrained' out of modes" if "extra_body" in told else ""
        return ServerError(f"{self.url}, model {self.model}: status {error.status_code}, {error.response.text[:300]}{hint}")


def _text(reply) -> str:
    """The text of a reply; what the model thought before, where the server tells it apart, between marks that the reading
    of answers knows."""
    thought = getattr(reply.message, "reasoning_content", None) or getattr(reply.message, "reasoning", None)
    return (f"<think>{thought}</think>\n" if thought else "") + (reply.message.content or "")
