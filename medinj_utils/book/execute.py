"""Run one notebook of a profile: ``python -m medinj_utils.book.execute PROFILE EXECUTION``.

Papermill executes. This module hands it the profile's parameters, refuses those that the notebook
doesn't have, and prints which notebook of how many is running and how long it took.
"""

import argparse
import logging
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import papermill
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient.exceptions import DeadKernelError

from medinj_utils.book.results import executions_of_results
from medinj_utils.book.running import end_with
from medinj_utils.core.files import replacing
from medinj_utils.core.parameters import (
    NOTEBOOKS,
    SettingsError,
    check_value,
    notebook_defaults,
    unknown_parameter,
)
from medinj_utils.core.profiles import add_profile_arguments, all_executions
from medinj_utils.core.tree import Tree


class NotebookError(RuntimeError):
    """A notebook stopped; the message says why and where its executed copy is."""


class _SameInterpreter(AsyncKernelManager):
    """Starts the Python that runs this: otherwise one installed as "python3" comes first."""

    def __init__(self, **settings: Any):
        super().__init__(kernel_spec_manager=KernelSpecManager(kernel_dirs=[]), **settings)


def run_notebook(notebook: str, parameters: Mapping[str, Any], target: Path) -> float:
    """Execute a notebook into ``target`` and return the seconds it took.

    A notebook that fails leaves its executed copy, up to the error, beside the target as
    ``<name>.failed.ipynb``.

    Args:
        notebook: its name, without an ending.
        parameters: values by name; the others keep their defaults.
        target: the executed copy.

    Returns:
        Seconds that it took.

    Raises:
        SettingsError: a parameter is unknown or wrong.
        NotebookError: a cell raised an error, or the notebook's process died.
    """
    accepted = notebook_defaults(notebook)
    for key, value in parameters.items():
        if key not in accepted:
            raise unknown_parameter(key, accepted, notebook)
        check_value(key, value, notebook)
    failed = target.with_suffix(".failed.ipynb")
    began = time.monotonic()
    with replacing(target) as unfinished:
        try:
            papermill.execute_notebook(
                str(NOTEBOOKS / f"{notebook}.ipynb"), str(unfinished), parameters=parameters,
                progress_bar=False, log_output=True, kernel_name="python3",
                kernel_manager_class=_SameInterpreter,
                extra_arguments=["--IPKernelApp.log_level=40"])  # errors alone
        except papermill.PapermillExecutionError as error:
            unfinished.replace(failed)
            raise NotebookError(f"{notebook} stopped in a cell: {error.ename}: {error.evalue}\n"
                                f"The notebook up to there: {failed}") from None
        except DeadKernelError:
            raise NotebookError(
                f"{notebook}: its process died, most often for lack of memory. Let it do less at "
                "once (batch_size, answer_batch_tokens or max_length of the recipe), or run one "
                "notebook at a time") from None
        failed.unlink(missing_ok=True)
    return time.monotonic() - began


def _show_progress_lines() -> None:
    """Of papermill's log, which has a line per cell, print what progress bars write."""
    log = logging.getLogger("papermill")
    log.setLevel(logging.INFO)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("    %(message)s"))
    handler.addFilter(lambda record: any(unit in record.getMessage() for unit in ("it/s", "s/it")))
    log.addHandler(handler)


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_profile_arguments(parser)
    parser.add_argument("execution", help="executed copy, such as 21_train_adapter-0")
    parser.add_argument("--under", type=int, help="process that this one ends with")
    chosen = parser.parse_args()
    if chosen.under:
        end_with(chosen.under)
    try:
        names = (chosen.profile, chosen.data, chosen.base)
        executions = all_executions(*names) | executions_of_results(*names)
    except SettingsError as error:
        sys.exit(str(error))
    if chosen.execution not in executions:
        sys.exit(f"no execution {chosen.execution!r}; there are: {', '.join(executions)}")
    notebook, parameters = executions[chosen.execution]
    number = list(executions).index(chosen.execution) + 1
    position = f"[{chosen.profile} · notebook {number} of {len(executions)}] {chosen.execution}"
    target = Tree(parameters["output"]).executed(chosen.execution.rpartition("/")[2])
    _show_progress_lines()
    print(position, flush=True)
    try:
        seconds = run_notebook(notebook, parameters, target)
        if notebook == "10_read_sources":
            # Imported here: of some forty processes only this one needs it.
            from medinj_utils.book.check import check_records
            check_records(chosen.profile, chosen.data, chosen.base)
    except (NotebookError, ValueError) as error:
        sys.exit(str(error))
    print(f"{position}: done in {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    _main()
