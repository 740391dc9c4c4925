"""Calls to a server that speaks OpenAI's chat protocol, and their errors."""

import os
import re
from collections.abc import Mapping, Sequence

from medinj_utils.models.answers import UNKNOWN
from medinj_utils.models.refusals import refused_parameter

#: After status 429, 5xx or no reply: after Retry-After, if that is two minutes at most, or growing
#: pauses.
_RETRIES = 6
_TIMEOUT = 300  # seconds
_TOO_LONG = re.compile(r"context[ _]?(length|window|size)|maximum context|too (long|many tokens)"
                       r"|max_model_len", re.IGNORECASE)
#: Fields of a message's part that may hold its text.
_TEXTS = ("thinking", "reasoning", "text", "summary", "refusal", "content")
_THINKS = re.compile("think|thought|reason", re.IGNORECASE)
_HALF_SIGNS = re.compile("[\ud800-\udfff]")
#: Parameters that some servers refuse, and what is sent instead, if anything.
_DISPENSABLE = {"max_tokens": "max_completion_tokens", "seed": None, "temperature": None,
                "stop": None, "response_format": None}


def whole_signs(text: str) -> str:
    """A server's text without lone surrogates, which JSON can hold but no file can."""
    return _HALF_SIGNS.sub("\ufffd", text)


class ServerError(RuntimeError):
    """The server can't answer as requested; the message names it and says what to do."""

    def __init__(self, message: str):
        super().__init__(whole_signs(message))


class CallError(ServerError):
    """A call failed after its retries; the next one may succeed."""


class TooLongError(CallError):
    """The server refuses a chat that is too long for the model."""


class ChatClient:
    """Calls of one model behind a server.

    If the server needs a key, it is read from the environment variable OPENAI_API_KEY and saved
    nowhere.

    Args:
        url: base address of the protocol, such as ``http://127.0.0.1:8000/v1``.
        model: the name by which the server knows the model.
        template_settings: of the chat template, such as ``{"enable_thinking": False}``.
    """

    def __init__(self, url: str, model: str, template_settings: Mapping | None = None):
        import openai
        self.url = url
        self.model = model
        self.template_settings = dict(template_settings or {})
        self._refused_parameters: set[str] = set()
        self._client = openai.OpenAI(
            base_url=url, api_key=os.environ.get("OPENAI_API_KEY") or "none",
            max_retries=_RETRIES, timeout=_TIMEOUT)

    @property
    def left_out(self) -> list[str]:
        """Parameters that the server refused and that were left out or sent by another name."""
        return sorted(f"{name}, sent as {other}" if (other := _DISPENSABLE[name]) else name
                      for name in self._refused_parameters)

    def ask(self, chat: Sequence[Mapping], hint: str = "", extra_body: Mapping | None = None,
            **options):
        """The server's reply to a chat.

        Args:
            chat: messages with ``role`` and ``content``.
            hint: remedy for an error if the server refuses the parameters.
            extra_body: parameters beyond the protocol.
            options: parameters of the protocol. Temperature and seed are 0 where they aren't given.

        Returns:
            The reply of the package openai. Its first choice has a text, see `text_of`.

        Raises:
            TooLongError: the chat is too long for the model.
            CallError: there is no reply, it doesn't follow the protocol, or its status is an error.
            ServerError: the key is refused, or the address or the model is unknown.
        """
        import openai
        sent = self._accepted({"temperature": 0, "seed": 0} | options)
        further = dict(extra_body or {})
        if self.template_settings:
            further = {"chat_template_kwargs": self.template_settings} | further
        if further:
            sent["extra_body"] = further
        try:
            reply = self._client.chat.completions.create(model=self.model, messages=chat, **sent)
            text_of(_first_choice(reply))  # raises where there is none
            return reply
        except openai.APIConnectionError as error:  # a timeout is one, too
            raise CallError(f"{self.url}: no reply ({error}). Check that the server runs and that "
                            "the address is right") from error
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            raise ServerError(f"{self.url}: the key is refused; set OPENAI_API_KEY in the "
                              "environment") from error
        except openai.APIStatusError as error:
            if error.status_code in (400, 413, 422) and _TOO_LONG.search(str(error)):
                raise TooLongError(f"refused by the server: {error.message[:200]}") from error
            if not self._learn(error, sent):
                raise self._refused(error, hint) from error
        except (openai.APIError, AttributeError, IndexError, TypeError, ValueError) as error:
            raise CallError(f"{self.url}, model {self.model}: the reply doesn't follow the chat "
                            f"protocol ({error}). The address must be that of the protocol, "
                            "as in …/v1") from error
        return self.ask(chat, hint, extra_body, **options)

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
        """Whether the error refuses a dispensable parameter, which is then left out."""
        if error.status_code not in (400, 422):
            return False
        refused = refused_parameter(error.response.text, {*options, *options.get("extra_body", ())})
        if refused not in _DISPENSABLE:
            return False
        self._refused_parameters.add(refused)
        return True

    def _refused(self, error, hint: str) -> ServerError:
        if not hint and self.template_settings:
            hint = ("if it doesn't know chat_template_kwargs, start it with these "
                    "template_settings, and leave them out of the recipe")
        kind = ServerError if error.status_code == 404 else CallError
        return kind(f"{self.url}, model {self.model}: status {error.status_code}, "
                    f"{error.response.text[:300]}{hint and f'; {hint}'}")


def _first_choice(reply):
    """The first choice of a reply.

    Raises:
        ValueError: the reply has none and gives an error in its place.
    """
    if not reply.choices and (error := getattr(reply, "error", None)):
        message = error.get("message") if isinstance(error, Mapping) else error
        raise ValueError(f"the server says: {message or error}")
    return reply.choices[0]


def ended_of(choice) -> str:
    """The server's word for why the text of a choice ended; `UNKNOWN` if there is none."""
    reason = choice.finish_reason
    return whole_signs(reason) if isinstance(reason, str) and reason.strip() else UNKNOWN


def text_of(choice) -> str:
    """The text of a choice.

    If the server returns the model's thought separately, the text begins with it, between marks
    that the reading of answers knows.
    """
    message = choice.message
    thought = _joined(getattr(message, "reasoning_content", None)
                      or getattr(message, "reasoning", None), in_thought=True)
    content = _joined(message.content or getattr(message, "refusal", None))
    return whole_signs((f"<think>{thought}</think>\n" if thought else "") + content)


def _joined(content, in_thought: bool = False) -> str:
    """The text of a message's content, which may be a list of parts: texts, and thoughts in marks.

    Args:
        content: a text, a part or a list of them.
        in_thought: whether it is part of a thought, which has its marks already.

    Raises:
        TypeError: a part has no text and isn't a withheld thought.
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
