"""Keep what a benchmark finds for the book: ``python benchmarks/keep.py ROOM NAME [WORDS ...]``.

Runs ``python benchmarks/ROOM.py WORDS ...`` and writes the JSON object of its last line into
``book/measured/ROOM.json`` under NAME, by which pages refer to these figures (``two_cores``,
``h100``), with the command and a label of hardware and date.
"""

import argparse
import json
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from medinj_utils.core.files import read_json, replacing
from medinj_utils.core.machine import hardware_in_words

ROOT = Path(__file__).parents[1]


def last_line(words: list[str]) -> str:
    """The last line of a command's output, all of which is shown."""
    line = ""
    with subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True) as run:
        for line in run.stdout:
            print(line.rstrip(), flush=True)
    if run.returncode:
        sys.exit(f"{shlex.join(words)} failed: nothing was kept")
    return line


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("room", help="name of a benchmark, such as training")
    parser.add_argument("name", help="name by which pages refer to the figures")
    parser.add_argument("words", nargs=argparse.REMAINDER, help="arguments of the benchmark")
    chosen = parser.parse_args()
    figures = json.loads(last_line([str(ROOT / "benchmarks" / f"{chosen.room}.py"), *chosen.words]))
    path = ROOT / "book" / "measured" / f"{chosen.room}.json"
    kept = read_json(path) if path.exists() else {}
    today = datetime.now(UTC)
    kept[chosen.name] = {
        "command": shlex.join(["python", f"benchmarks/{chosen.room}.py", *chosen.words]),
        "label": f"Run here on {hardware_in_words()}, {today.day} {today:%B %Y}", **figures}
    with replacing(path) as unfinished:
        text = json.dumps(kept, ensure_ascii=False, indent=1)
        unfinished.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
