"""Are planted effects found, and none in null worlds? ``python -m simulations.worlds``

Runs the whole pipeline, from files over training to effects, in many planted and null worlds, with
the parameters of the profiles ``demo`` and ``null``, but without validation during training. Scores
are kept under ``outputs/worlds``, from which a stopped command continues.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
from scipy.stats import binomtest

from medinj_utils.comparison.factorial import effect_table, effects_of
from medinj_utils.comparison.pairs import pair_table, tuned_pairs
from medinj_utils.comparison.planted import planted_scores
from medinj_utils.comparison.resampling import resample
from medinj_utils.comparison.tables import load_compared
from medinj_utils.core.files import not_in_root, progress, write_csv, write_parquet
from medinj_utils.core.machine import available_cores
from medinj_utils.core.names import runs_of
from medinj_utils.core.profiles import load_profile, parameters_of
from medinj_utils.core.recipe import load_recipe
from medinj_utils.core.tree import OUTPUTS, Tree
from medinj_utils.data.gather import gather_sources, save_gathered
from medinj_utils.data.mixing import Mixing, build_mixtures, training_rows
from medinj_utils.data.mixtures import Stratification
from medinj_utils.data.near import near_duplicates
from medinj_utils.data.overlap import find_leaks
from medinj_utils.demo.world import write_world
from medinj_utils.evaluation.protocol import Protocol
from medinj_utils.evaluation.questions import choose_questions
from medinj_utils.evaluation.score_runs import score_runs
from medinj_utils.models.loading import Base
from medinj_utils.training import start_backend, train_runs

#: By kind of world, the profile whose parameters it uses.
PROFILES = {"planted": "demo", "null": "null"}
_ALL = "all main effects"
_EFFECT_COLUMNS = ["kind", "world", "effect", "estimate", "low", "high", "planted",
                   "smallest_p_holm"]


def _parameters(kind: str, notebook: str) -> dict:
    """Parameters of a notebook in the profile of a kind of world."""
    return parameters_of(PROFILES[kind], load_profile(PROFILES[kind]), notebook)


def score_world(kind: str, seed: int, folder: Path) -> Tree:
    """Write a world, tune on its mixtures, ask and score.

    Args:
        kind: "planted" or "null".
        seed: of the world.
        folder: root of its output tree.

    Returns:
        The tree, with scores. A world that was scored before is not run again.
    """
    tree = Tree(folder, "simulations.worlds")
    if tree.scores.exists():
        return tree
    training = _parameters(kind, "21_train_adapter")
    asking = _parameters(kind, "30_answer_questions")
    base = Base(training["base_model"], training["base_revision"])
    recipe = replace(load_recipe(training["recipe"]), validations=0)
    # Before anything that imports transformers.
    backend = start_backend(training["backend"], base, recipe)
    records = _write_records(tree, kind, seed)
    _write_mixtures(tree, kind, base)
    runs = runs_of(training["configurations"], training["seeds"])
    train_runs(tree, runs, recipe, backend, base)
    modes = [_parameters(kind, "40_compare_provenances")["mode"]]
    score_runs(tree, runs_of(asking["systems"], asking["seeds"]), choose_questions(records), base,
               recipe, Protocol.from_recipe(recipe, modes))
    return tree


def _write_records(tree: Tree, kind: str, seed: int) -> pd.DataFrame:
    """Write a world, its records with their key, and leaks."""
    world = load_profile(PROFILES[kind]).world.model_dump() | {"seed": seed}
    write_world(tree.world, **world)
    gathered = gather_sources(tree, [{"name": "planted", "location": str(tree.published)}])
    save_gathered(gathered, tree)
    near = near_duplicates(gathered.records, _parameters(kind, "13_audit_records")["near"])
    write_parquet(find_leaks(gathered.records, near), tree.leaks)
    return gathered.records


def _write_mixtures(tree: Tree, kind: str, base: Base) -> None:
    """Write the mixtures of all configurations."""
    values = _parameters(kind, "14_build_mixtures")
    mixing = Mixing(values["tasks"], values["exclude"], values["budget"], values["budget_unit"],
                    values["shortage"], Stratification(values["by_source"], values["by_task"]),
                    values["mixture_seed"])
    build_mixtures(tree, training_rows(tree, mixing), mixing, base)


def found_in(kind: str, seed: int, folder: Path, resamples: int = 10_000) -> pd.DataFrame:
    """The factorial's effects in one world, beside the planted ones.

    Args:
        kind: "planted" or "null".
        seed: of the world.
        folder: root of its output tree.
        resamples: draws of the bootstrap.

    Returns:
        Columns kind, world, effect, estimate, low, high, planted, and ``smallest_p_holm`` of the
        pairs of tuned systems.
    """
    tree = score_world(kind, seed, folder)
    compared = load_compared(tree, _parameters(kind, "40_compare_provenances")["mode"])
    resampled = resample(compared.matrix, resamples, clusters=compared.clusters)
    effects = effect_table(resampled)
    planted = effects_of(planted_scores(tree, resampled.scores.systems))["estimate"]
    smallest = tuned_pairs(pair_table(resampled))["p_holm"].min()
    return effects.assign(effect=effects["kind"] + " " + effects["effect"], kind=kind, world=seed,
                          planted=planted, smallest_p_holm=smallest)[_EFFECT_COLUMNS]


def _found_on_one_core(kind: str, seed: int, root: Path) -> pd.DataFrame:
    import torch
    torch.set_num_threads(1)
    return found_in(kind, seed, root / f"{kind}-{seed}")


def find_worlds(worlds: int, root: Path, to: Path) -> pd.DataFrame:
    """`found_in` for many planted and null worlds, one per core at a time.

    Args:
        worlds: number of each kind.
        root: folder of their output trees.
        to: CSV file, written after each world.
    """
    seeded = [(kind, seed) for seed in range(1, worlds + 1) for kind in PROFILES]
    os.environ["OMP_NUM_THREADS"] = "1"  # of the workers
    with ProcessPoolExecutor(available_cores(), get_context("spawn")) as pool:
        jobs = [pool.submit(_found_on_one_core, kind, seed, root) for kind, seed in seeded]
        for job in progress(as_completed(jobs), "worlds", len(jobs)):
            known = [read_worlds(to)] if to.exists() else []
            table = pd.concat([*known, job.result()])
            table = table.drop_duplicates(["kind", "world", "effect"], keep="last")
            write_csv(table.sort_values(["kind", "world"], kind="stable"), to)
    return read_worlds(to)


def read_worlds(path: Path) -> pd.DataFrame:
    """Read what `find_worlds` wrote."""
    return pd.read_csv(path, keep_default_na=False)  # the kind "null" is not a missing value


def summarise_worlds(table: pd.DataFrame) -> pd.DataFrame:
    """How often intervals cover the planted effects, and null worlds show a difference.

    Args:
        table: of `find_worlds`.

    Returns:
        By kind of worlds and criterion: number of ``cases`` (worlds; effects, for all together),
        the ``count`` that meet it, their ``share`` with its 95 % interval, and the means of planted
        and found effects.
    """
    rows = []
    for kind, effect, part in _main_effects(table):
        inside = (part["low"] <= part["planted"]) & (part["planted"] <= part["high"])
        counted = _counted(int(inside.sum()), len(part), independent=effect != _ALL)
        rows.append({"worlds": kind, "what": f"{effect}: planted effect in its interval"} | counted
                    | {"planted, mean": part["planted"].mean(),
                       "found, mean": part["estimate"].mean()})
    null = table[table["kind"] == "null"].groupby("world")["smallest_p_holm"].first()
    rows.append({"worlds": "null", "what": "any pair of tuned systems told apart"}
                | _counted(int((null < 0.05).sum()), len(null)))
    return pd.DataFrame(rows).round(3)


def _main_effects(table: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """(kind, effect, its rows) of each main effect, then of all together."""
    main = table[table["effect"].str.startswith("main")]
    for (kind, effect), part in main.groupby(["kind", "effect"], sort=False):
        yield kind, effect, part
    for kind, part in main.groupby("kind", sort=False):
        yield kind, _ALL, part


def _counted(count: int, total: int, independent: bool = True) -> dict:
    """A share with its interval (Clopper & Pearson 1934), which only independent cases have."""
    bounds = binomtest(count, total).proportion_ci() if total and independent else (None, None)
    return {"cases": total, "count": count, "share": count / total if total else None,
            "low": bounds[0], "high": bounds[1]}


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=20, help="of each kind")
    parser.add_argument("--root", type=Path, default=OUTPUTS / "worlds")
    parser.add_argument("--to", type=Path, default=Path("book/worlds.csv"))
    chosen = parser.parse_args()
    if not chosen.to.parent.is_dir():
        sys.exit(not_in_root(chosen.to.parent))
    table = summarise_worlds(find_worlds(chosen.worlds, chosen.root, chosen.to))
    write_csv(table, chosen.to.with_name(f"{chosen.to.stem}_summary.csv"))
    print(table.to_string(index=False))


if __name__ == "__main__":
    _main()
