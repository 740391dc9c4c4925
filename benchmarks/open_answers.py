"""How fast open answers are scored and judged: ``python benchmarks/open_answers.py [--pairs N]``.

Made-up French answers of 5 to 150 words are scored against references, without BERTScore, by this
book and by the same libraries called one after the other in one process: ``sentence_bleu``,
``sentence_chrf``, ROUGE-1, 2 and L, METEOR. The libraries are timed on fewer pairs, and their time
is scaled up. The last line is a JSON object: seconds, pairs, words (mean of an answer),
ratio_libraries, seconds_libraries, peak_gb, largest_difference of a score from the libraries', and
processor_seconds and processor_seconds_libraries of all processes, which are more reliable than
seconds on a busy machine.
"""

import argparse
import json
import multiprocessing
import os
import random
import tempfile
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import sacrebleu
from nltk.stem.snowball import FrenchStemmer
from nltk.translate.meteor_score import single_meteor_score
from rouge_score.rouge_scorer import RougeScorer

from medinj_utils.core.cards import Origin
from medinj_utils.core.machine import peak_memory_gb
from medinj_utils.evaluation import score_open_answers
from medinj_utils.evaluation.judge import Judge, JudgePrompt, judge_answers
from medinj_utils.evaluation.open_answers.tokens import FUNCTION_WORDS, tokens
from medinj_utils.models.replies import Sampling, ServerChats

REPLY_SECONDS = 0.2

STEMS = ("hépat card pneum néphr derm gastr neur ostéo angi thyroïd diabèt traum infect inflamm "
         "allerg tum").split()
ENDS = ("ite ites ose oses ique iques ologie opathie algie ectomie émie ations ement ées ant "
        "aires").split()


class _French:
    tokenize = staticmethod(tokens)


class _NoWordNet:
    synsets = staticmethod(lambda word: [])


def made_up(pairs: int) -> tuple[list[str], list[str]]:
    """Answers and references; answers mix parts of the reference with other words and doses."""
    rng = random.Random(0)
    words = [stem + end for stem in STEMS for end in ENDS] + sorted(FUNCTION_WORDS) * 2
    answers, references = [], []
    for _ in range(pairs):
        text = [*rng.choices(words, k=rng.randint(5, 80)), f"{rng.randint(1, 99)} mg/j."]
        start = rng.randrange(len(text))
        answers.append(" ".join(text[start:] + rng.choices(words, k=rng.randint(0, 80))))
        references.append(" ".join(text))
    return answers, references


def by_libraries(answers: list[str], references: list[str]) -> pd.DataFrame:
    """The same scores by the libraries' plain calls."""
    rouge = RougeScorer(["rouge1", "rouge2", "rougeL"], tokenizer=_French())
    stemmer = FrenchStemmer()
    rows = []
    for answer, reference in zip(answers, references, strict=True):
        rouge_scores = rouge.score(reference, answer)
        rows.append({
            "bleu": sacrebleu.sentence_bleu(answer, [reference]).score,
            "chrf": sacrebleu.sentence_chrf(answer, [reference]).score,
            "rouge_1": rouge_scores["rouge1"].fmeasure, "rouge_2": rouge_scores["rouge2"].fmeasure,
            "rouge_l": rouge_scores["rougeL"].fmeasure,
            "meteor": single_meteor_score(tokens(reference), tokens(answer), stemmer=stemmer,
                                          wordnet=_NoWordNet())})
    return pd.DataFrame(rows)


class _Stub(BaseHTTPRequestHandler):
    """Gives every answer a 1, after a while."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # avoids 40 ms between head and body

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(REPLY_SECONDS)
        message = {"role": "assistant", "content": "Tout y est.\nScore: 1"}
        body = json.dumps({
            "id": "1", "object": "chat.completion", "created": 0, "model": "stub",
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # with fewer, simultaneous connections are refused for a second


def _serve(port) -> None:
    with _Server(("127.0.0.1", 0), _Stub) as server:
        port.send(server.server_port)
        server.serve_forever()


def judged(answers: list[str], references: list[str], at_once: int) -> dict:
    """Speed of asking a judge behind the stub about answers."""
    table = pd.DataFrame({"run": "r", "item": range(len(answers)), "instruction": "Que faire ?",
                          "context": "", "reference": references, "candidate": answers})
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(there,))
    process.start()
    try:
        url = f"http://127.0.0.1:{here.recv()}/v1"
        judge = Judge(ServerChats(url, "stub", "1", Sampling(), at_once), JudgePrompt.named())
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            verdicts = judge_answers(table, judge, Path(folder) / "a.parquet", Origin("benchmark"))
            seconds = time.perf_counter() - began
    finally:
        process.terminate()
    if not (verdicts["value"] == 1).all():
        raise RuntimeError(f"verdicts got lost: {verdicts['reason'].value_counts().to_dict()}")
    speed = len(table) / seconds
    return {"judge_at_once": at_once, "judge_reply_seconds": REPLY_SECONDS,
            "judge_calls": len(table), "judge_seconds": round(seconds, 2),
            "judge_calls_per_second": round(speed, 1),
            "judge_share": round(speed * REPLY_SECONDS / at_once, 3)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--library-pairs", type=int, default=500)
    parser.add_argument("--judged", type=int, default=1_000)
    parser.add_argument("--at-once", type=int, default=8)
    chosen = parser.parse_args()
    answers, references = made_up(chosen.pairs)
    some = min(chosen.library_pairs, chosen.pairs)
    began = time.perf_counter()
    scores = score_open_answers(answers, references)
    seconds = time.perf_counter() - began
    processor = sum(os.times()[:4])
    print(f"{chosen.pairs} pairs: {seconds:.1f} s", flush=True)
    began = time.perf_counter()
    began_processor = time.process_time()
    theirs = by_libraries(answers[:some], references[:some])
    libraries = (time.perf_counter() - began) / some * chosen.pairs
    libraries_processor = (time.process_time() - began_processor) / some * chosen.pairs
    differs = (scores[theirs.columns].head(some) - theirs).abs().max().max()
    judging = judged(*made_up(chosen.judged), chosen.at_once)
    print(json.dumps({
        "seconds": round(seconds, 2), "processor_seconds": round(processor, 1),
        "pairs": chosen.pairs,
        "words": round(sum(len(answer.split()) for answer in answers) / len(answers), 1),
        "ratio_libraries": round(libraries / seconds, 2),
        "seconds_libraries": round(libraries, 1),
        "processor_seconds_libraries": round(libraries_processor, 1),
        "peak_gb": round(peak_memory_gb(), 2),
        "largest_difference": float(f"{differs:.1e}"), **judging}))


if __name__ == "__main__":
    main()
