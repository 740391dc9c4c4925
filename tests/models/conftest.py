"""What the tests of the models share: the shipped tiny model, its questions, and a way to ask."""

import socket
import subprocess
import sys
import threading
import time
import urllib.request
from http.server import ThreadingHTTPServer

import pandas as pd
import pytest

from medinj_utils.core.names import MODES
from medinj_utils.models.answers import batches_of
from medinj_utils.models.loading import Base

from .played import Played


@pytest.fixture(scope="session")
def records(world) -> pd.DataFrame:
    return world["records"]


def _ask(engine, items, modes=MODES, batch_tokens=16_384) -> pd.DataFrame:
    rows = items.to_dict("records")
    prompts = [engine.prompt(row) for row in rows]
    lengths = [engine.size(prompt) for prompt in prompts]
    result = []
    for batch in batches_of(lengths, sorted(range(len(rows)), key=lengths.__getitem__),
                            batch_tokens):
        answers = engine.answer([prompts[i] for i in batch], [rows[i] for i in batch], modes)
        result += [
            (i, rows[i]["id"], mode, answer.raw, answer.probabilities)
            for mode in modes
            for i, answer in zip(batch, answers[mode], strict=True)
            if answer
        ]
    table = pd.DataFrame(result, columns=["place", "id", "mode", "raw", "probabilities"])
    return table.sort_values(["place", "mode"], ignore_index=True)


@pytest.fixture(scope="session")
def ask():
    """A function of an engine, questions, modes and tokens of a batch: a row per question and
    mode."""
    return _ask


@pytest.fixture(scope="session")
def transformers_serve(tmp_path_factory) -> str:
    """Address of `transformers serve` with the shipped tiny model."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("serve") / "log"
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve",
               str(Base("planted").folder), "--host", "127.0.0.1",
               "--port", str(port), "--device", "cpu"]
    with (
        log.open("w") as output,
        subprocess.Popen(command, stdout=output, stderr=output) as process,
    ):
        try:
            for _ in range(240):
                assert process.poll() is None, log.read_text()
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
                        break
                except OSError:
                    time.sleep(0.5)
            else:
                pytest.fail(f"the server didn't start: {log.read_text()}")
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def played():
    """Address of a server that plays what servers may do."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Played) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
