"""Parameters of notebooks: types, ranges, and what a notebook refuses."""

import nbformat
import papermill
import pytest

from medinj_utils.core.parameters import (
    PARAMETERS,
    SettingsError,
    check_notebook,
    check_value,
    notebook_defaults,
    notebook_names,
)

NAMES = notebook_names()


@pytest.mark.parametrize("notebook", NAMES)
def test_every_parameter_is_known_and_its_default_is_valid(notebook):
    defaults = notebook_defaults(notebook)
    assert "output" in defaults and len(defaults) <= 12
    for name, value in defaults.items():
        check_value(name, value, notebook)


def test_no_parameter_is_declared_that_no_notebook_has():
    used = {name for notebook in NAMES for name in notebook_defaults(notebook)}
    assert set(PARAMETERS) == used


@pytest.mark.parametrize("name, value, message", [
    ("budget", 0, "budget: .*greater than or equal to 1; got 0"),
    ("budget", "3", "budget: .*integer.*'3'"),
    ("power", "1e-1", "write 1.0e-5"),
    ("sources", [{"name": "x", "place": "y"}], r"sources\[0\]"),
    ("tasks", ["mcqu", "qcm"], r"tasks\[1\].*'mcqu', 'mcq' or 'oeq'; got 'qcm'"),
    ("bugdet", 3, "unknown parameter 'bugdet' .nearest: 'budget'.; accepted: .*budget")])
def test_a_wrong_value_is_refused_with_its_name_and_what_is_accepted(name, value, message):
    with pytest.raises(SettingsError, match=message):
        check_value(name, value, "here")


def test_what_papermill_injects_is_refused_unless_the_notebook_has_it():
    variables = notebook_defaults("14_build_mixtures")
    injected = "# Parameters\nbuget = 3\n"
    with pytest.raises(SettingsError,
                       match="14_build_mixtures: unknown parameter 'buget' .nearest: 'budget'.;"):
        check_notebook(variables | {"In": ["", "import sys", injected]}, "14_build_mixtures")


def test_the_parameters_cell_can_be_run_again_after_the_rest():
    """The session then holds names of the other cells, which are no parameters."""
    variables = notebook_defaults("14_build_mixtures") | {"SOURCES": {"a": 1}, "shown": "text",
                                                          "In": ["", "shown = 'text'"]}
    check_notebook(variables, "14_build_mixtures")
    with pytest.raises(SettingsError, match="budget: .*integer"):
        check_notebook(variables | {"budget": "many"}, "14_build_mixtures")
    with pytest.raises(SettingsError, match="'budget' is not defined; run the parameters cell"):
        check_notebook({name: value for name, value in variables.items() if name != "budget"},
                       "14_build_mixtures")


def test_papermill_marks_the_injected_cell_as_this_book_expects(tmp_path):
    """`check_notebook` knows the cell by its first line; another papermill might write another
    one."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("a = 1", metadata={"tags": ["parameters"]})]
    )
    nbformat.write(notebook, tmp_path / "in.ipynb")
    made = papermill.execute_notebook(str(tmp_path / "in.ipynb"), None, parameters={"b": 2},
                                      prepare_only=True,
                                       kernel_name="python3", language="python")
    injected = next(cell for cell in made.cells if "injected-parameters" in cell.metadata["tags"])
    assert injected.source.startswith("# Parameters\n") and "b = 2" in injected.source


def test_an_unknown_notebook_is_answered_with_those_there_are():
    with pytest.raises(
        SettingsError,
        match="no notebook '15_bild'; there are: 00_check_environment, 10_read_sources",
    ):
        notebook_defaults("15_bild")
