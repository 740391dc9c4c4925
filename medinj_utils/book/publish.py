"""Render the book: ``python -m medinj_utils.book.publish PROFILE``.

Executed notebooks and the prose pages are staged under ``outputs/<profile>/book`` in the layout of the source tree,
so that page paths equal source paths and links to Colab are right; Jupyter Book then only renders them. What pages
say in numbers comes from the run's tables, by way of MyST substitutions.
"""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import nbformat
import pandas as pd
import yaml

from medinj_utils.book.execute import all_executions
from medinj_utils.core.cards import label
from medinj_utils.core.machine import hardware, versions
from medinj_utils.core.names import BASE
from medinj_utils.core.profiles import load_profile
from medinj_utils.core.style import show_p


def answer_so_far(output: Path) -> str:
    """The main result of a profile's run in two sentences, from its tables."""
    folder = output / "tables"
    comparison = pd.read_csv(folder / "comparison.csv").set_index("system")
    pairs, base = pd.read_csv(folder / "pairs.csv"), comparison.loc[BASE]
    tuned = pairs[(pairs["first"] != BASE) & (pairs["second"] != BASE)]
    best = comparison.loc[comparison.drop(BASE)["exact_match"].idxmax()]
    gain = (f"{100 * best['difference']:+.1f} points to the base [{100 * best['difference_low']:+.1f}, "
            f"{100 * best['difference_high']:+.1f}], adjusted p {show_p(best['p_holm'])}")
    chance = (folder / "chance.txt").read_text(encoding="utf-8").strip()
    return (f"The base model scores {_percent(base)}; the best of the others, **{best.name}**, {_percent(best)}: {gain}. "
            f"{chance} {int((tuned['p_holm'] < 0.05).sum())} of {len(tuned)} pairs of tuned systems differ at 5 % after "
            f"adjustment for all pairs. *{label(output)}.*")


def _percent(row: pd.Series) -> str:
    return f"{100 * row['exact_match']:.1f} % [{100 * row['low']:.1f}, {100 * row['high']:.1f}]"


def status_table(profile_name: str, executions: Iterable[str]) -> str:
    """Markdown table of every executed notebook: when, how long, and how many times in parts."""
    lines = ["| notebook | finished | seconds |", "|---|---|---:|"]
    for execution in executions:
        meta = nbformat.read(f"outputs/{profile_name}/notebooks/{execution}.ipynb", as_version=4).metadata["papermill"]
        lines.append(f"| {execution} | {meta['end_time'][:19].replace('T', ' ')} | {meta['duration']:.0f} |")
    return "\n".join(lines)


def versions_table() -> str:
    """Markdown table of versions and hardware."""
    rows = versions(["medinj_utils", "torch", "transformers", "trl", "peft", "unsloth", "datasets", "pandas", "numpy",
                     "scipy", "statsmodels", "papermill", "jupyter-book", "snakemake"])
    rows |= {name: str(value) for name, value in hardware().items()}
    return "\n".join(["| what | this run |", "|---|---|", *(f"| {name} | {found} |" for name, found in rows.items())])


def stage(profile_name: str, data: str, base: str) -> Path:
    """Lay out pages, executed notebooks, table of contents and configuration for Jupyter Book; returns the folder."""
    profile, output = load_profile(profile_name, data, base), Path("outputs") / profile_name
    target = output / "book"
    executions = all_executions(profile_name, data, base)
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree("book", target / "book")
    (target / "notebooks").mkdir()
    taken = set()
    for execution, (notebook, _) in executions.items():
        if notebook not in taken:  # of a notebook executed in parts the book shows the first
            executed = nbformat.read(output / "notebooks" / f"{execution}.ipynb", as_version=4)
            executed.cells[0].source += f"\n\n*Numbers on this page: {label(output)}.*"
            nbformat.write(executed, target / "notebooks" / f"{notebook}.ipynb")
            taken.add(notebook)
    shutil.copy(output / "figures" / "comparison.png", target / "book" / "comparison.png")
    config = yaml.safe_load(Path("_config.yml").read_text(encoding="utf-8"))
    config["sphinx"]["config"]["myst_substitutions"] = {
        "answer": answer_so_far(output), "label": label(output),
        "profile": profile_name, "profile_title": profile.title, "status": status_table(profile_name, executions),
        "versions": versions_table()}
    (target / "_config.yml").write_text(yaml.safe_dump(config, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return target


def build(profile_name: str, data: str, base: str) -> Path:
    """Build the HTML into ``outputs/<profile>/html``; a warning is an error."""
    target = stage(profile_name, data, base)
    made = subprocess.run(
        ["jupyter-book", "build", str(target), "--config", str(target / "_config.yml"), "--toc",
         str((target / "book" / "_toc.yml").resolve()), "--path-output", str(target), "-W", "-n", "--keep-going", "-q"],
        capture_output=True, text=True)
    if made.returncode:
        sys.exit(f"The book was not built; Jupyter Book says:\n{made.stdout[-4000:]}\n{made.stderr[-4000:]}")
    html = Path("outputs") / profile_name / "html"
    shutil.rmtree(html, ignore_errors=True)
    shutil.copytree(target / "_build" / "html", html)
    return html


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("profile")
    parser.add_argument("--data", default="")
    parser.add_argument("--base", default="")
    chosen = parser.parse_args()
    print(f"[{chosen.profile} · book] rendering", flush=True)
    build(chosen.profile, chosen.data, chosen.base)
