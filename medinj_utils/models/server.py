"""Models behind a server that speaks OpenAI's chat protocol: vLLM, ``transformers serve``, others.

The server renders the chat by its own template. In vLLM, a LoRA adapter is the model of its name in
a request (``vllm serve BASE --enable-lora --lora-modules NAT-s42=outputs/…/adapter``). The modes
depend on the server's protocol: free text; answers from a list (``structured_outputs``, as in vLLM;
each answer is checked against the list); probabilities of letters among the 20 likeliest first
tokens.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from medinj_utils.core.prompts import labels_of, messages
from medinj_utils.models.answers import (
    STOPPED,
    Answer,
    Asking,
    allowed_answers,
    applies,
    ended_at_stop,
)
from medinj_utils.models.client import ChatClient, ServerError, TooLongError, ended_of, text_of
from medinj_utils.models.probabilities import first_tokens, likeliest_letter

_LIKELIEST = 20  # first tokens whose probability servers return


class Server:
    """Answers of one model behind a server, as `medinj_utils.models.engine.Engine` gives them.

    Args:
        url: as for `medinj_utils.models.client.ChatClient`, which takes a key from the environment.
        model: the name by which the server knows the model.
        asking: how the model is asked.
        at_once: concurrent requests.
    """

    modes = ("greedy", "constrained", "likelihood")
    counts_tokens = False  # `size` is an estimate

    def __init__(self, url: str, model: str, asking: Asking, at_once: int = 8):
        self.asking = asking
        self.at_once = at_once
        self.settings = {"backend": "server", "server": url, "model": model} | asking.settings
        self._client = ChatClient(url, model, asking.template_settings)

    def put(self, asking: Asking) -> "Server":
        """The same model with another way of asking."""
        return Server(self._client.url, self._client.model, asking, self.at_once)

    @property
    def left_out(self) -> list[str]:
        """Parameters that the server refused and that were left out or sent by another name."""
        return self._client.left_out

    def prompt(self, item: Mapping) -> list[dict]:
        """The chat of a question, to be rendered by the server."""
        return messages(item, system=self.asking.system, with_answer=False,
                        examples=self.asking.examples.get(item["task"], ()))

    def size(self, prompt: list[dict]) -> int:
        """Tokens at four characters each: good enough for batches, too rough for a limit."""
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
            except BaseException:  # also after an interrupt, no more are sent
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _one(self, prompt: list[dict], item: Mapping, mode: str) -> Answer:
        """The answer to one question in one mode; without text if the prompt is too long."""
        try:
            if mode == "likelihood":
                return self._likelihood(prompt, item)
            if mode == "constrained":
                return self._constrained(prompt, item)
            return self._free(prompt)
        except TooLongError as error:
            return Answer(None, note=str(error))

    def _free(self, prompt: list[dict]) -> Answer:
        """A free text, cut here at the first stop if the server refuses stops."""
        stops = {"stop": list(self.asking.stops)} if self.asking.stops else {}
        reply = self._client.ask(prompt, max_tokens=self.asking.max_new_tokens, **stops)
        text, stopped = ended_at_stop(text_of(reply.choices[0]), self.asking.stops)
        return Answer(text, ended=STOPPED if stopped else ended_of(reply.choices[0]))

    def _constrained(self, prompt: list[dict], item: Mapping) -> Answer:
        allowed = allowed_answers(item["task"], labels_of(item))
        reply = self._client.ask(
            prompt, "if it doesn't know structured_outputs, leave 'constrained' out of modes",
            {"structured_outputs": {"choice": allowed}}, max_tokens=4 * len(item["options"]))
        if (text := text_of(reply.choices[0]).strip()) not in allowed:
            raise ServerError(
                f"{self._client.url}: asked for one of {len(allowed)} answers, "
                f"{self._client.model} gave {text!r}; this server ignores "
                "structured_outputs: leave 'constrained' out of modes")
        return Answer(text, ended=STOPPED)

    def _likelihood(self, prompt: list[dict], item: Mapping) -> Answer:
        reply = self._client.ask(
            prompt, "if it gives no probabilities (logprobs), leave 'likelihood' out of modes",
            max_tokens=1, logprobs=True, top_logprobs=_LIKELIEST)
        tokens = first_tokens(reply.choices[0])
        if all(logprob is None for _, logprob in tokens):
            raise ServerError(f"{self._client.url}: gives no probabilities of tokens (logprobs): "
                              "leave 'likelihood' out of modes")
        return likeliest_letter(tokens, labels_of(item))
