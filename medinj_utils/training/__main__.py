"""Train the runs of a profile outside notebook 21, on one device or several:
``accelerate launch --num_processes 2 -m medinj_utils.training <profile>``.

The outputs of the notebooks before 21 must exist. Notebook 21 then shows the finished runs.
"""

import argparse
import sys

from medinj_utils.core.names import CONFIGURATIONS, runs_of
from medinj_utils.core.parameters import SettingsError
from medinj_utils.core.profiles import add_profile_arguments, load_profile, parameters_of
from medinj_utils.core.recipe import load_recipe
from medinj_utils.core.tree import Tree
from medinj_utils.models.loading import Base
from medinj_utils.training import start_backend, train_runs


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m medinj_utils.training",
                                     description="Train the runs of a profile.")
    add_profile_arguments(parser)
    parser.add_argument("--configuration", choices=CONFIGURATIONS,
                        help="one mixture; default: all of the profile")
    parser.add_argument("--seed", type=int, help="one seed; default: all of the profile")
    chosen = parser.parse_args()
    try:
        profile = load_profile(chosen.profile, chosen.data, chosen.base)
        parameters = parameters_of(chosen.profile, profile, "21_train_adapter")
    except SettingsError as error:
        sys.exit(str(error))
    configurations = parameters["configurations"]
    if chosen.configuration:
        configurations = [chosen.configuration]
    seeds = parameters["seeds"] if chosen.seed is None else [chosen.seed]
    recipe = load_recipe(parameters["recipe"])
    base = Base(parameters["base_model"], parameters["base_revision"])
    backend = start_backend(parameters["backend"], base, recipe)
    tree = Tree(parameters["output"], "medinj_utils.training")
    cards = train_runs(tree, runs_of(configurations, seeds), recipe, backend, base)
    for run, card in cards.items():
        print(f"{run}: {card['steps']} steps, last loss {card['final_loss']:.4f}", flush=True)


if __name__ == "__main__":
    _main()
