"""A server that plays a judge, and what may go wrong with one."""

import json
import re
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pandas as pd
import pytest

from medinj_utils.core.cards import Origin
from medinj_utils.evaluation.judge import Judge, JudgePrompt, judge_answers
from medinj_utils.models.replies import Sampling, ServerChats

WHOLE = "L'essentiel est couvert.\nScore: {}"
#: By the first word of a candidate: the judge's text, and why it ended.
SAID = {
    "juste": (WHOLE.format(1), "stop"), "faux": (WHOLE.format(0), "stop"),
    "coupe": ("Score: 1", "length"), "filtre": ("Score: 1", "content_filter"),
    "divague": ("La réponse est bonne, voire très bonne. " * 50, "stop"),
    "dixième": ("Score: 10/10", "stop"), "demi": ("Score: 0.5", "stop"),
    "refuse": ("Je ne peux pas évaluer de réponse médicale.", "stop"), "rien": ("", "stop"),
    "muet": (None, "stop"), "deux": ("Score: 1\nScore: 0", "stop"),
    "trois": (WHOLE.format(3), "stop"), "objet": ('{"explication": "oui", "score": 1}', "stop"),
    "pense": ("<think>Score: 1</think>\n", "stop"),
    "signe": (WHOLE.format(1).replace("L'", "\ud83d"), "stop")}
#: By the first word of a candidate: statuses of the first attempts; the last one stays.
STATUS = {"occupé": [429, 429, 200], "malade": [500, 503, 200], "plein": [429], "panne": [500],
          "trop": [400], "demi-long": [413], "inconnu": [404], "fermé": [401]}
#: By the first word of a candidate: what is done to the first attempts' bodies; the last one stays.
BODIES = {"muré": ["silent"], "lent": ["silent", ""], "suspendu": ["hang"], "hoquet": ["hang", ""],
          "rompu": ["drop"], "renoué": ["drop", ""],
          "brisé": ["broken"], "page": ["page"], "liste": ["list"], "excuse": ["excuse"],
          "moitié": ["half"]}
GARBAGE = {"broken": b'{"choices": [{"message": {"content": "Score: 1',
           "page": b"<html>Score: 1</html>", "list": b'["Score: 1"]',
           "excuse": b'{"error": {"message": "Score: 1"}}',
           "half": b'{"error": {"message": "\\ud83d"}}'}


class Played(ThreadingHTTPServer):
    """What it was asked, how many calls were under way at most, and when it holds them back.

    Attributes:
        asked: requests, in order.
        most: calls that were under way at once.
        hold_after: calls from this one on wait until `released`.
        meeting: a barrier at which calls wait for each other.
    """

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked, self.most, self.under_way = [], 0, 0
        self.lock, self.released, self.hold_after, self.meeting = (
            threading.Lock(),
            threading.Event(),
            None,
            None,
        )
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def candidates(self) -> Counter:
        return Counter((candidate(request), request.get("seed")) for request in self.asked)

    def handle_error(self, request, client_address):
        pass  # clients that went away, as they are made to


def candidate(request) -> str:
    """The candidate's first line in a request."""
    return re.search(r"=== CANDIDAT (?:A )?\w+ : début ===\n\| (.*)",
                     request["messages"][-1]["content"])[1]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        played = self.server
        with played.lock:
            place = len(played.asked)
            attempt = sum(
                before["messages"] == request["messages"]
                and before.get("seed") == request.get("seed")
                for before in played.asked
            )
            played.asked.append(request)
            played.under_way += 1
            played.most = max(played.most, played.under_way)
        try:
            if played.meeting:
                played.meeting.wait(timeout=30)  # all that may be under way at once are
            if played.hold_after is not None and place >= played.hold_after:
                played.released.wait(timeout=60)
            self._reply(request, attempt)
        finally:
            with played.lock:
                played.under_way -= 1

    def _reply(self, request, attempt: int):
        word = candidate(request).split()[0]
        statuses, bodies = STATUS.get(word, [200]), BODIES.get(word, [""])
        status, what = (
            statuses[min(attempt, len(statuses) - 1)],
            bodies[min(attempt, len(bodies) - 1)],
        )
        text, ended = SAID.get(word, SAID["juste"])
        # of two that are the same, neither; else the one called left
        if " CANDIDAT B " in request["messages"][-1]["content"]:
            first, second = re.findall(r"=== CANDIDAT [AB] \w+ : début ===\n\| (.*)",
                                       request["messages"][-1]["content"])
            text = f"Choix: {'égalité' if first == second else 'A' if first == 'gauche' else 'B'}"
        reply = {"id": "1", "object": "chat.completion", "created": 0,
                 "model": request["model"] + "-2026",
                 "choices": [{"index": 0, "finish_reason": ended,
                              "message": {"role": "assistant", "content": text}}],
                 "usage": {"prompt_tokens": 100, "completion_tokens": 7, "total_tokens": 107}}
        if word == "gratuit":
            reply["usage"] = None
        if word == "étrange":
            reply |= {"model": "\ud83d", "usage": {"prompt_tokens": "7", "completion_tokens": True}}
            reply["choices"][0]["finish_reason"] = "content_filter \ud83d"
        refused = {"sobre": "seed", "libre": "response_format"}.get(word)
        if refused in request:
            status = 422
        if status != 200:
            reply = {
                "error": {
                    "message": {
                        400: "maximum context length is exceeded",
                        413: "too long \ud83d",
                        404: "no such model",
                        422: f"unknown field {refused}",
                    }.get(status, "Score: 1")
                }
            }
        body = GARBAGE.get(what) or json.dumps(reply).encode()
        if what == "silent":
            self.server.closing.wait(timeout=60)
            return
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if what == "page" else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Retry-After", "0.0123")
        self.end_headers()
        if what in ("hang", "drop"):
            self.wfile.write(body[:len(body) // 2])
            self.wfile.flush()
            if what == "hang":
                self.server.closing.wait(timeout=60)
            self.close_connection = True
            return
        self.wfile.write(body)

    def log_message(self, *words):
        pass


@pytest.fixture
def played(monkeypatch):
    """The server, whose callers try three times."""
    monkeypatch.setattr("medinj_utils.models.client._RETRIES", 2)
    monkeypatch.setattr("openai._base_client.INITIAL_RETRY_DELAY", 0.01)
    with Played() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.closing.set()
        server.released.set()
        server.shutdown()


@pytest.fixture
def impatient(monkeypatch):
    """A function that makes callers wait for a second alone if a word hangs."""
    def wait_less(word: str) -> None:
        if {"silent", "hang"} & set(BODIES.get(word, [])):
            monkeypatch.setattr("medinj_utils.models.client._TIMEOUT", 1)
    return wait_less


@pytest.fixture
def judge(played):
    """A function that makes a judge behind the played server; arguments are the sampling's, but for
    some."""
    def make(model="j", repeats=1, at_once=8, prompt="essential", **sampling) -> Judge:
        asked = JudgePrompt.named(prompt)
        return Judge(
            ServerChats(played.url, model, "2026-01", Sampling(**sampling), at_once, asked.schema),
            asked,
            repeats,
        )

    return make


@pytest.fixture
def ask(tmp_path):
    """A function that asks a judge about answers, a file of its own by default."""
    def asked(answers, judge, name="a", **options) -> pd.DataFrame:
        return judge_answers(answers, judge, tmp_path / f"{name}.parquet", Origin("34_judge"),
                             **options)
    return asked


def table(*candidates, run="NAT-s42", reference="Amoxicilline, 1 g.") -> pd.DataFrame:
    """Open answers, each to a question of its own."""
    return pd.DataFrame([
        {"run": run, "item": f"q{i}", "instruction": f"Quel traitement, question {i} ?",
         "context": "", "reference": reference, "candidate": text}
        for i, text in enumerate(candidates)])


@pytest.fixture(name="table")
def _table():
    return table
