"""Train the runs of a profile outside notebook 21, on several devices:
``accelerate launch --num_processes 2 -m medinj_utils.training <profile> [--configuration NAT] [--seed 42]``.

The notebook finds the runs done and shows them. What the notebooks before it make has to stand there.
"""

import argparse

from medinj_utils.core.profiles import load_profile, parameters_of
from medinj_utils.training.backends import start_backend


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m medinj_utils.training", description=__doc__.splitlines()[0])
    parser.add_argument("profile")
    parser.add_argument("--configuration", help="one mixture; else all of the profile")
    parser.add_argument("--seed", type=int, help="one seed; else all of the profile")
    parser.add_argument("--data", default="", help="folder of the profile's data, as in make book DATA=")
    parser.add_argument("--base", default="", help="base model, as in make book BASE=")
    chosen = parser.parse_args()
    told = parameters_of(chosen.profile, load_profile(chosen.profile, chosen.data, chosen.base), "21_train_adapter")
    backend = start_backend(told["backend"])
    from medinj_utils.data import load_records
    from medinj_utils.models.validation import examiner
    from medinj_utils.training.recipe import VALIDATION_ROWS, Recipe
    from medinj_utils.training.train import train_run
    examine = examiner(load_records(f"{told['output']}/data/records.parquet"), VALIDATION_ROWS, told["general_sources"],
                       told["system_prompt"]) if told["validations"] else None
    for seed in [chosen.seed] if chosen.seed is not None else told["seeds"]:
        for configuration in [chosen.configuration] if chosen.configuration else told["configurations"]:
            card = train_run(told["output"], configuration, seed, Recipe.of(told), backend, told["base_model"],
                             told["base_revision"], examine)
            print(f"{configuration}-s{seed}: {card['steps']} steps, last loss {card['final_loss']:.4f}", flush=True)


if __name__ == "__main__":
    main()
