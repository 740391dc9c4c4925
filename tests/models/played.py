"""A server that plays what servers may do, by the name of the model that is asked for."""

import json
import math
from http.server import BaseHTTPRequestHandler
from typing import ClassVar

GARBAGE = {"page": b"<html>Bienvenue</html>", "broken": b'{"choices": [', "list": b"[]",
           "none": b'{"choices": null}',
           "empty": b'{"choices": []}', "wordless": b'{"choices": [{"message": null}]}',
           "error": b'{"error": {"message": "x"}}'}
#: Words of a server that replies with status 200 and an error, by what it replies.
EXCUSES = {"excuse": (b'{"error": {"message": "no such adapter", "code": 404}}', "no such adapter"),
           "plain excuse": (b'{"error": "out of memory"}', "out of memory"),
           "excuse beside nothing": (b'{"choices": [], "error": {"message": "busy"}}', "busy"),
           "odd excuse": (b'{"error": {"code": 7}}', "7"),
           "excuse beside null": (b'{"choices": null, "error": {"detail": "no"}}', "no")}


THOUGHT = "La réponse est A, ou bien B ?"
#: Contents of messages, by the name of the model.
CONTENTS = {
    "parts": [{"type": "thinking", "thinking": [{"type": "text", "text": THOUGHT}]},
              {"type": "text", "text": "C"}],
    "reasons": [{"type": "reasoning", "text": THOUGHT}, {"type": "output_text", "text": "C"}],
    "texts": [{"type": "text", "text": "A, "}, "C"],
    "pictures": [{"type": "image_url", "image_url": {}}],
    "withheld": [{"type": "redacted_thinking", "data": "x"}, {"type": "text", "text": "C"}],
    "sums up": [{"type": "reasoning", "summary": [{"type": "summary_text", "text": THOUGHT}]},
                {"type": "text", "text": "C"}],
    "sums up nothing": [{"type": "reasoning", "summary": [], "encrypted_content": "x"},
                        {"type": "text", "reasoning": None, "text": "C"}],
    "spaced": " B\n",
    "nests": [{"type": "reasoning", "content": [{"type": "reasoning_text", "text": THOUGHT}]},
              {"type": "output_text", "text": "C"}],
    "refuses": [{"type": "refusal", "refusal": "Non."}],
    "talks on": "Le foie.\nQuestion : et le rein ?",
    "unstoppable": "Le foie.\nQuestion : et le rein ?",
    "nothing": None, "no parts": [], "half a sign": "C \ud83d"}
#: What a server refuses, by the name of the model: parameters, and its words for it.
REFUSED = {
    "newer": (
        ["max_tokens"],
        "Unsupported parameter: '{}' is not supported with this model. Use 'max_completion_tokens' "
        "instead.",
    ),
    "unstoppable": (["stop"], "Unsupported field: {}"),
    "unseeded": (["seed"], "Extra inputs are not permitted: {}"),
    "narrow": (["seed", "max_tokens", "temperature"], "unknown field {}"),
    "warm": (["temperature"], "`{}` must be strictly positive"),
    "listing": (["seed"], "unknown field {}, expected one of max_tokens, temperature"),
    "strange": (["logprobs", "extra"], "unknown field {}, expected one of max_tokens, temperature"),
    "stubborn": (["max_tokens", "max_completion_tokens"], "unsupported parameter {}"),
    "large": (["max_tokens"], "{} is too large"),
    "plain": (["chat_template_kwargs"], "unknown field {}"),
}
ENDED = {"limited": "length", "filtered": "content_filter", "silent about it": None, "loud": "STOP",
         "lists": ["stop"], "coded": 1,
         "blank": " ", "own words": "fini"}


class Played(BaseHTTPRequestHandler):
    """Answers by the name of the model that is asked for."""

    seen: ClassVar[list] = []

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Played.seen.append((asked, self.headers["Authorization"]))
        status, message, logprobs = 200, {"role": "assistant", "content": "B"}, None
        if (
            asked["model"] == "busy"
            and sum(before["messages"] == asked["messages"] for before, _ in Played.seen) < 3
        ):
            status = 429
        elif asked["model"] in ("full", "strict"):
            status = {"full": 429, "strict": 422}[asked["model"]]
        elif asked["model"] == "absent":
            status = 404
        elif asked["model"] == "locked":
            status = 401
        elif asked["model"] == "short" and len(asked["messages"][-1]["content"]) > 500:
            status = 400
        elif asked["model"] == "thinking":
            message = {"role": "assistant", "content": "C",
                       "reasoning_content": "La réponse est A, ou bien B ?"}
        elif asked["model"] == "held":
            message["content"] = asked["structured_outputs"]["choice"][-1]
        elif asked["model"] in CONTENTS:
            message["content"] = CONTENTS[asked["model"]]
        refused, words = REFUSED.get(asked["model"], ((), ""))
        refused = [name for name in refused if name in asked]
        status = 422 if refused else status
        if asked.get("logprobs"):
            shares = {"mute": {"Le": 0.9, "La": 0.1}, "vague": {"A": 0.2, "C": 0.6, "Le": 0.1},
                      "silent": {},
                      "thinks first": {"<think>": 0.99, "A": 0.004, "C": 0.002},
                      "null": {"A": None, "C": None},
                      "half null": {"A": 0.2, "C": 0.6, "B": None, "Le": 0.0001}}.get(
                asked["model"], {"A": 0.2, "C": 0.6, " C": 0.01, "Le": 0.1, "La": 0.0001})
            if asked["model"] == "odd":
                shares = {"A": 1.0, "C": 1.0}
            logprobs = {
                "content": [
                    {
                        "token": "C",
                        "logprob": 0,
                        "bytes": None,
                        "top_logprobs": [
                            {"token": token, "logprob": p and math.log(p), "bytes": None}
                            for token, p in shares.items()
                        ],
                    }
                ]
            }
            if asked["model"] == "mapping":
                logprobs["content"][0]["top_logprobs"] = {"A": math.log(0.8), "C": -20,
                                                          "NaN": math.nan}
        reply = {"id": "1", "object": "chat.completion", "created": 0, "model": asked["model"],
                 "choices": [
            {"index": 0, "finish_reason": ENDED.get(asked["model"], "stop"), "message": message,
             "logprobs": logprobs}]} if status == 200 else {
            "error": {"message": words.format(refused[0]) if refused else
                      "This model's maximum context length is exceeded" if status == 400 else
                      "no such parameter in this context"}}
        body = (
            GARBAGE.get(asked["model"])
            or EXCUSES.get(asked["model"], [None])[0]
            or json.dumps(reply).encode()
        )
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Retry-After", "0.01")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass
