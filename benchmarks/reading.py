"""How long it takes to read long outputs: ``python benchmarks/reading.py``.

Each output is one piece, repeated to 10 and to 100 kB, as a model caught in a loop writes it. The
best of three readings counts. The last line is a JSON object: for each piece its seconds at both
lengths. Time grows linearly if the second is about ten times the first.
"""

import json
import time

from medinj_utils.evaluation import read_choice

OPTIONS = {"A": "le foie", "B": "le rein", "C": "la rate", "D": "le cœur"}
PIECES = ("A ", "(", "A, ", " ", "a ", "A\n", "\n", "A ou B ", "A. B ", "A) x, B) y, ", "réponse ",
          "non, A ", "le rein ", "toutes sauf ", "A-", "\\boxed{", "[", "<think>", "</think>",
          "E. coli ", "à ", "A : vrai, ", "Réponses :\nA\nB\n",
          "Seule A ", "A (x), ", "A: un x ; ", "Option A : x. ", "[INST] ", "tout oriente vers A ",
          "A aussi, ", "pas A. ", "entre A et B, ", "B est la plus ", "non, x\n", "types A, ",
          "( ) A ", "Q : x A : ", "A vrai, B aussi, ")


def seconds(piece: str, length: int) -> float:
    """The least of three times to read an output of ``length`` characters."""
    output = (piece * length)[:length]
    times = []
    for _ in range(3):
        began = time.perf_counter()
        read_choice(output, OPTIONS, "mcq")
        times.append(time.perf_counter() - began)
    return min(times)


def main() -> None:
    read_choice("réponse", OPTIONS, "mcq")  # patterns are compiled once
    measured = {}
    for piece in PIECES:
        measured[piece] = [round(seconds(piece, length), 4) for length in (10_000, 100_000)]
        short, long = measured[piece]
        print(f"{piece!r:24} {short:.4f} s at 10 kB, {long:.4f} s at 100 kB")
    print(json.dumps(measured, ensure_ascii=False))


if __name__ == "__main__":
    main()
