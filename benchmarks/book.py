"""How long the demo's book takes, and whether it finds what was planted:
``python benchmarks/book.py``.

A clone of the last commit, with the environment that ``make`` installed here, runs ``make book``.
The last line is a JSON object: minutes, processor_minutes, best_gain (of a system over the base, in
points), main_effects (how many planted ones lie in their 95 % intervals, of three) and null_p (the
smallest p-value of the null world, after Holm's adjustment). It fails where the best gain is below
25 points, a main effect lies outside its interval, or the null world has a p-value below 0.05.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from medinj_utils.core.tree import Tree

ROOT = Path(__file__).parents[1]
LEAST_GAIN = 25  # points


def findings(demo: Tree, null: Tree) -> dict[str, float]:
    """What the tables of a run say of what was planted."""
    gains, effects = demo.read_table("comparison")["difference"], demo.read_table("effects")
    main = effects[effects["kind"] == "main"]
    p_holm = null.read_table("pairs")["p_holm"]
    return {"best_gain": round(100 * float(gains.max()), 1),
            "main_effects": int(main["planted"].between(main["low"], main["high"]).sum()),
            "null_p": round(float(p_holm.min()), 3)}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "book"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        (clone / ".venv").symlink_to(ROOT / ".venv")
        began = time.monotonic()
        # Nothing is installed anew, and the package is the clone's.
        subprocess.run(["make", "--old-file", ".venv/installed", "book"], cwd=clone, check=True,
                       env=os.environ | {"PYTHONPATH": str(clone)}, stdout=sys.stderr)
        seconds = time.monotonic() - began
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        planted = findings(Tree(clone / "outputs/demo"), Tree(clone / "outputs/null"))
    processor = used.ru_utime + used.ru_stime
    print(json.dumps({"minutes": round(seconds / 60, 1),
                      "processor_minutes": round(processor / 60, 1)} | planted))
    if planted["best_gain"] < LEAST_GAIN or planted["main_effects"] < 3 or planted["null_p"] < 0.05:
        sys.exit("What was planted was not found, or something in the null world")


if __name__ == "__main__":
    main()
