"""Run one notebook of a profile: ``python -m medinj_utils.book.execute PROFILE NOTEBOOK [--data FOLDER] [--base MODEL]``.

Papermill executes; this module tells it the profile's parameters, refuses what the notebook doesn't know, and
says which notebook of how many it is and how long it took.
"""

import argparse
import logging
import sys
import time
from pathlib import Path

import papermill
from nbclient.exceptions import DeadKernelError

from medinj_utils.core.files import replacing
from medinj_utils.core.profiles import check_value, executions_of, load_profile, notebook_defaults, notebook_names


def all_executions(profile_name: str, data: str = "", base: str = "") -> dict[str, tuple[str, dict]]:
    """Every execution of a profile in order: name of the executed copy → (notebook, parameters)."""
    profile = load_profile(profile_name, data, base)
    return {name: (notebook, parameters) for notebook in notebook_names()
            for name, parameters in executions_of(profile_name, profile, notebook)}


def run_notebook(notebook: str, parameters: dict, target: Path) -> float:
    """Execute a notebook with parameters into ``target``; returns the seconds it took.

    A notebook that fails leaves its executed copy, up to the error, beside the target as ``<name>.failed.ipynb``.
    """
    accepted = notebook_defaults(notebook)
    for key, value in parameters.items():
        if key not in accepted:
            raise SystemExit(f"{notebook}: unknown parameter {key!r}; accepted: {', '.join(accepted)}")
        check_value(key, value, notebook)
    failed = target.with_suffix(".failed.ipynb")
    began = time.monotonic()
    with replacing(target) as unfinished:
        try:
            papermill.execute_notebook(f"notebooks/{notebook}.ipynb", str(unfinished), parameters=parameters,
                                       progress_bar=False, log_output=True, kernel_name="python3",
                                       extra_arguments=["--IPKernelApp.log_level=40"])  # errors alone
        except papermill.PapermillExecutionError as error:
            unfinished.replace(failed)
            raise SystemExit(f"{notebook} stopped in a cell: {error.ename}: {error.evalue}\n"
                             f"The notebook up to there: {failed}") from None
        except DeadKernelError:
            raise SystemExit(f"{notebook}: its process died, most often for want of memory. Let it do less at once "
                             "(batch_size, answer_batch_tokens, max_length), or run one notebook at a time") from None
        failed.unlink(missing_ok=True)
    return time.monotonic() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("profile")
    parser.add_argument("execution", help="name of the executed copy, e.g. 31_score_choices or 21_train_adapter-0")
    parser.add_argument("--data", default="", help="folder that the profile's sources lie in")
    parser.add_argument("--base", default="", help="base model instead of the profile's")
    chosen = parser.parse_args()
    executions = all_executions(chosen.profile, chosen.data, chosen.base)
    if chosen.execution not in executions:
        raise SystemExit(f"no execution {chosen.execution!r}; there are: {', '.join(executions)}")
    notebook, parameters = executions[chosen.execution]
    place = f"{chosen.profile} · notebook {list(executions).index(chosen.execution) + 1} of {len(executions)}"
    # Papermill logs a line per cell; only what the cells themselves print is of use to who waits.
    log = logging.getLogger("papermill")
    log.setLevel(logging.INFO)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("    %(message)s"))
    handler.addFilter(lambda record: "it/s" in record.getMessage() or "s/it" in record.getMessage())
    log.addHandler(handler)
    print(f"[{place}] {chosen.execution}", flush=True)
    seconds = run_notebook(notebook, parameters, Path(parameters["output"]) / "notebooks" / f"{chosen.execution}.ipynb")
    print(f"[{place}] {chosen.execution}: done in {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
