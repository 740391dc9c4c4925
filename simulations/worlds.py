"""Is what was planted found, and nothing where nothing was? ``python -m simulations.worlds``

Goes the whole way, from files over training to effects, in many planted and null worlds, with the parameters of the profiles
``demo`` and ``null`` (but without looks at validation questions). What is scored is kept under ``outputs/worlds``: a command
that was stopped goes on from there.
"""

import argparse
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from medinj_utils.comparison.factorial import effects_of, factorial_effects
from medinj_utils.comparison.pairs import compare_pairs
from medinj_utils.comparison.tables import load_compared
from medinj_utils.core.files import progress, write_csv
from medinj_utils.core.machine import available_cores
from medinj_utils.core.names import BASE, run_names
from medinj_utils.core.profiles import load_profile, parameters_of
from medinj_utils.data import build_mixture, load_mixture, read_source, save_records
from medinj_utils.data.mixtures import remove_leaks, save_mixture
from medinj_utils.data.overlap import find_leaks, near_duplicates
from medinj_utils.demo.truth import planted_means
from medinj_utils.demo.world import write_world

PROFILES = {"planted": "demo", "null": "null"}
_ALL = "all main effects"


def _parameters(kind: str, notebook: str) -> dict:
    return parameters_of(PROFILES[kind], load_profile(PROFILES[kind]), notebook)


def score_world(kind: str, seed: int, folder: Path) -> Path:
    """Write a world, tune on its mixtures, ask and score; returns the folder, with ``scores/items.parquet`` in it."""
    done = folder / "scores/items.parquet"
    if done.exists():
        return folder
    tuning, asking = _parameters(kind, "21_train_adapter"), _parameters(kind, "30_answer_questions")
    mixing = _parameters(kind, "14_build_mixtures")
    from medinj_utils.training.backends import start_backend
    backend = start_backend(tuning["backend"])  # before anything that imports transformers
    from medinj_utils.evaluation.answer import choose_questions
    from medinj_utils.evaluation.score_runs import score_runs
    from medinj_utils.training.recipe import Recipe
    from medinj_utils.training.train import train_run
    write_world(folder / "world", **load_profile(PROFILES[kind]).world.model_dump() | {"seed": seed})
    records, _ = read_source("planted", folder / "world/published")
    save_records(records, folder / "data/records.parquet")
    training = records[(records["split"] == "train") & records["task"].isin(mixing["tasks"])]
    near = near_duplicates(records, _parameters(kind, "13_audit_records")["near"])
    kept = remove_leaks(training, find_leaks(records, near), mixing["exclude"])[0].reset_index(drop=True)
    recipe = Recipe.of(tuning | {"validations": 0})
    for configuration in tuning["configurations"]:
        mixture = build_mixture(kept, configuration, mixing["budget"], mixing["mixture_seed"])
        save_mixture(mixture, configuration, folder / "mixtures", seed=mixing["mixture_seed"])
        for run_seed in tuning["seeds"]:
            train_run(folder, configuration, run_seed, recipe, backend, tuning["base_model"])
    runs = {name: None if name == BASE else folder / "runs" / name / "adapter"
            for name in run_names(asking["systems"], asking["seeds"])}
    score_runs(choose_questions(records), runs, done, asking["base_model"], "", asking["precision"], ["greedy"],
               asking["answer_batch_tokens"], asking["max_length"], max_new_tokens=asking["max_new_tokens"])
    return folder


def found_in(kind: str, seed: int, folder: Path, resamples: int = 10_000) -> pd.DataFrame:
    """One row per effect of the factorial: kind, world, effect, estimate, low, high, planted, and ``smallest_p_holm`` of the
    pairs of tuned systems of that world."""
    comparing = _parameters(kind, "40_compare_provenances")
    folder = score_world(kind, seed, folder)
    _, matrix, _, clusters, key = load_compared(folder, comparing["mode"], comparing["general_sources"],
                                                folder / "world/key.json")
    systems = matrix.columns.unique("system")
    pairs = compare_pairs(matrix, resamples, clusters=clusters)
    planted = planted_means(key, {name: load_mixture(folder / "mixtures", name) for name in systems if name != BASE})
    effects = factorial_effects(matrix, resamples, clusters=clusters).assign(planted=effects_of(planted)["estimate"])
    tuned = pairs[(pairs["first"] != BASE) & (pairs["second"] != BASE)]
    return effects.assign(effect=effects["kind"] + " " + effects["effect"], kind=kind, world=seed,
                          smallest_p_holm=tuned["p_holm"].min())[
        ["kind", "world", "effect", "estimate", "low", "high", "planted", "smallest_p_holm"]]


def _one_thread(kind: str, seed: int, root: Path) -> pd.DataFrame:
    import torch
    torch.set_num_threads(1)
    return found_in(kind, seed, root / f"{kind}-{seed}")


def find_worlds(worlds: int, root: Path, to: Path) -> pd.DataFrame:
    """`found_in` for so many planted and null worlds, one a core at a time; written to ``to`` whenever one is done."""
    asked = [(kind, seed) for seed in range(1, worlds + 1) for kind in PROFILES]
    os.environ["OMP_NUM_THREADS"] = "1"  # of the workers
    with ProcessPoolExecutor(available_cores(), get_context("spawn")) as pool:
        for done in progress(as_completed([pool.submit(_one_thread, *one, root) for one in asked]), "worlds", len(asked)):
            told = [done.result()] if not to.exists() else [read_worlds(to), done.result()]
            table = pd.concat(told).drop_duplicates(["kind", "world", "effect"], keep="last")
            write_csv(table.sort_values(["kind", "world"], kind="stable"), to)
    return read_worlds(to)


def read_worlds(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, keep_default_na=False)  # a null world is no missing value


def summarise_worlds(table: pd.DataFrame) -> pd.DataFrame:
    """By kind of world and effect: in how many worlds the interval holds what was planted, with that share's 95 % interval
    (Clopper & Pearson 1934), and the mean effect found and planted; then over all main effects, without an interval of the
    share, since those of one world hang together. In the last row, in how many null worlds tuned systems that differ in name
    alone are told apart (Holm, 5 %): false findings."""
    main, rows = table[table["effect"].str.startswith("main")], []
    for (kind, effect), part in [*main.groupby(["kind", "effect"], sort=False), *(
            ((kind, _ALL), part) for kind, part in main.groupby("kind", sort=False))]:
        inside = int(((part["low"] <= part["planted"]) & (part["planted"] <= part["high"])).sum())
        rows.append({"worlds": kind, "what": f"{effect}: planted effect in its interval", "of": len(part), "found": inside,
                     "planted, mean": part["planted"].mean(), "found, mean": part["estimate"].mean()})
    null = table[table["kind"] == "null"].groupby("world")["smallest_p_holm"].first()
    rows.append({"worlds": "null", "what": "any pair of tuned systems told apart", "of": len(null),
                 "found": int((null < 0.05).sum())})
    told = pd.DataFrame(rows)
    bounds = [binomtest(row["found"], row["of"]).proportion_ci() if row["of"] and not row["what"].startswith(_ALL)
              else (np.nan, np.nan) for row in rows]
    told.insert(4, "share", told["found"] / told["of"])
    told.insert(5, "low", [low for low, _ in bounds])
    told.insert(6, "high", [high for _, high in bounds])
    return told.round(3)


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=20, help="of each kind")
    parser.add_argument("--root", type=Path, default=Path("outputs/worlds"))
    parser.add_argument("--to", type=Path, default=Path("book/worlds.csv"))
    chosen = parser.parse_args()
    table = summarise_worlds(find_worlds(chosen.worlds, chosen.root, chosen.to))
    write_csv(table, chosen.to.with_name(f"{chosen.to.stem}_summary.csv"))
    print(table.to_string(index=False))


if __name__ == "__main__":
    _main()
