"""What holds for the project as a whole: form of code and notebooks, pins, imports, what is
tracked."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
import yaml

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CODE = sorted([*(ROOT / "medinj_utils").rglob("*.py"), *(ROOT / "simulations").rglob("*.py")])
CHECK = """from medinj_utils.core.parameters import check_notebook
from medinj_utils.core.tree import Tree

check_notebook(globals(), "{name}")
tree = Tree(output, "{name}")"""


def chapters() -> list[str]:
    """The book's pages below their parts, in the order of its contents."""
    contents = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text(encoding="utf-8"))
    return [chapter["file"] for part in contents["parts"] for chapter in part["chapters"]]


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    whole = nbformat.read(request.param, as_version=4)
    code = [cell for cell in whole.cells if cell.cell_type == "code"]
    return SimpleNamespace(path=request.param, whole=whole, cells=whole.cells, code=code)


def tagged(notebook, tag: str) -> list[str]:
    return [cell.source for cell in notebook.code if tag in cell.metadata.get("tags", [])]


def test_a_notebook_opens_with_its_question_and_its_place(notebook):
    opening, name = notebook.cells[0].source, notebook.path.name
    repository = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"]
    place = f"{repository['url'].removeprefix('https://github.com/')}/blob/{repository['branch']}"
    assert re.match(rf"# {name[:2]} · ", opening)
    assert "**Question.**" in opening and "?" in opening and "**Time and hardware.**" in opening
    assert f"https://colab.research.google.com/github/{place}/notebooks/{name}" in opening
    assert "**Reads**" in notebook.cells[1].source and "**Writes**" in notebook.cells[1].source
    assert (
        f'BOOK = "https://raw.githubusercontent.com/{place.replace("/blob/", "/")}/"'
        in notebook.code[0].source
    )


def test_the_repository_is_where_one_setting_says():
    repository = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"][
        "url"
    ]
    owner = repository.rpartition("/")[0].removeprefix("https://")
    texts = [*ROOT.glob("*.md"), *ROOT.glob("*.cff"), *ROOT.glob("*.toml"),
             *(ROOT / "book").glob("*.md"), *CODE]
    named = {
        match.removesuffix(".git")
        for path in texts
        for match in re.findall(rf"https://{owner}/[\w.-]+[\w]", path.read_text(encoding="utf-8"))
    }
    assert named == {repository}
    from medinj_utils.book.colab import REPOSITORY
    assert repository == REPOSITORY


def test_a_notebook_is_short_and_holds_no_outputs(notebook):
    nbformat.validate(notebook.whole)
    assert not any(cell.outputs or cell.execution_count for cell in notebook.code)
    assert "widgets" not in notebook.whole.metadata and len(notebook.cells) <= 50
    assert all(len(cell.source.splitlines()) <= 25 for cell in notebook.code)


def test_a_notebooks_parameters_are_few_and_commented(notebook):
    [parameters] = tagged(notebook, "parameters")
    lines = [line for line in parameters.splitlines() if line and not line.startswith("# ")]
    assert all(
        line.count("=") - line.partition("#")[2].count("=") == 1 and "#" in line for line in lines
    ), "one assignment a line, each with a comment"
    assert len(lines) <= 12
    assert CHECK.format(name=notebook.path.stem) in tagged(notebook, "hide-input")


def test_a_notebook_calls_and_shows(notebook):
    """Functions, conditions, loops, files and paths are the package's; a cell's last value is
    shown."""
    logic = (ast.If, ast.IfExp, ast.For, ast.While, ast.Try, ast.With, ast.comprehension,
             ast.Compare,
             ast.FunctionDef, ast.ClassDef, ast.Lambda)
    for source in [
        cell.source for cell in notebook.code if "hide-cell" not in cell.metadata.get("tags", [])
    ]:
        tree = ast.parse(source)
        assert not [node for node in ast.walk(tree) if isinstance(node, logic)], source
        assert not re.search(r"\bopen\(|json\.loads|read_text|to_csv|\{output\}|alt = ", source), (
            source
        )
        assert "display(" not in source, "a cell shows one thing: its last value"


def test_a_notebook_ends_with_one_finding(notebook):
    """The page opens with it: see `medinj_utils.book.result_pages.labelled_copy`."""
    [finding] = tagged(notebook, "finding")
    assert finding == notebook.cells[-2].source and re.search(r"^finding\(", finding, re.M)


def test_a_notebook_closes_with_what_follows_and_types_no_result(notebook):
    closing = notebook.cells[-1].source.split("\n\n")
    following = closing[-2 if closing[-1].startswith("**Next:**") else -1]
    assert following.startswith("**What follows.** ")
    assert following.endswith(".")
    assert len(following) <= 320
    assert not re.search(r"\d", re.sub(r"\[[^]]*\]\([^)]*\)|[Nn]otebook \d\d", "", following)), (
        following
    )


def test_next_links_and_contents_agree():
    """After the last notebook of a part, Next is the page that the contents go on with."""
    pages = chapters()
    listed = [page for page in pages if page.startswith("notebooks/")]
    assert sorted(listed) == sorted(f"notebooks/{path.stem}" for path in NOTEBOOKS)
    for page in listed:
        last = nbformat.read(ROOT / f"{page}.ipynb", as_version=4).cells[-1].source
        [linked] = re.findall(r"\*\*Next:\*\* \[[^]]+\]\((\S+)\.(?:ipynb|md)\)", last)
        following = pages[pages.index(page) + 1]
        assert os.path.normpath(f"notebooks/{linked}") == following, page


def pins(lines):
    result = (re.match(r"\s*-?\s*([A-Za-z0-9_.-]+)==([^\s#;]+)", line) for line in lines)
    return {match[1].lower().replace("_", "-"): match[2] for match in result if match}


def test_pins_agree_everywhere():
    direct = pins((ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines())
    unsloth = pins((ROOT / "requirements-unsloth.txt").read_text(encoding="utf-8").splitlines())
    constraints = pins((ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    in_conda = pins(next(entry["pip"] for entry in conda if isinstance(entry, dict)))
    assert len(direct) > 20 and len(unsloth) == 4
    assert {name: constraints.get(name) for name in direct} == direct
    assert in_conda == direct | unsloth
    extras = project["optional-dependencies"]
    assert pins(extras["unsloth"]) == unsloth
    tests = pins(extras["test"])
    assert {name: constraints.get(name) for name in tests} == tests
    assert pins(extras["server"]).items() <= tests.items()


def test_every_pin_is_within_the_range_that_is_supported():
    from lowest import lowest
    from packaging.requirements import Requirement
    from packaging.version import Version
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ranges = {
        entry.name.lower().replace("_", "-"): entry.specifier
        for entry in map(Requirement, project["dependencies"])
    }
    direct = pins((ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines())
    assert ranges.keys() == direct.keys()
    assert not {name: str(span) for name, span in ranges.items() if direct[name] not in span}
    bounds = {name.lower().replace("_", "-"): version for name, version in lowest().items()}
    assert bounds.keys() == ranges.keys()
    assert all(bounds[name] in span for name, span in ranges.items())
    assert all(Version(bounds[name]) <= Version(direct[name]) for name in direct)
    # What Colab brings and is loaded before anything of ours: no single version may be asked for.
    asked = ("pandas", "numpy", "transformers", "peft", "trl", "matplotlib", "datasets")
    assert all(Version(bounds[name]) < Version(direct[name]) for name in asked)


def test_every_pin_takes_all_pythons_that_the_book_promises():
    from importlib.metadata import distributions

    from packaging.specifiers import SpecifierSet

    spans = {
        dist.name: dist.metadata["Requires-Python"]
        for dist in distributions()
        if dist.metadata["Requires-Python"]
    }
    assert len(spans) > 100
    assert not {name: span for name, span in spans.items()
                if not all(SpecifierSet(span).contains(python) for python in ("3.11.0", "3.12.0"))}


def test_installed_versions_are_the_pinned_ones():
    from importlib.metadata import version

    for name, pinned in pins(
        (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    ).items():
        assert version(name).partition("+")[0] == pinned, name


def test_rooms_are_imported_one_way():
    made = subprocess.run(["lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout


def test_paths_of_an_output_tree_stand_once():
    """In `Tree`, `OpenFiles` and `RunFiles`, and a card's name in `card_file`; elsewhere nothing
    joins them from strings."""
    joined = re.compile(
        r'"outputs/[a-z{]|Path\("outputs"|\.root /|card\.json"|chance\.txt"'
        r'|/ '
        r'f?"(data|mixtures|runs|answers|probes|harness|scores|judges|ratings|variations|tables|figures|adapter)["/]'
    )
    core = ("tree", "open_files", "run_files", "makers", "cards")
    once = {f"medinj_utils/core/{name}.py" for name in core}
    for path in [*CODE, ROOT / "Snakefile", *NOTEBOOKS]:
        source = path.read_text(encoding="utf-8").replace("outputs/hand", "")
        if str(path.relative_to(ROOT)) not in once:
            assert not joined.search(source), (
                f"{path.relative_to(ROOT)}: {joined.search(source)[0]}"
            )


@pytest.mark.parametrize("module, heavy", [
    ("medinj_utils.data", ["torch", "transformers"]),
    ("medinj_utils.book.execute", ["torch", "transformers", "matplotlib", "scipy", "pandera"]),
    ("medinj_utils.comparison.display", ["torch", "transformers", "seaborn", "scipy.stats",
                                         "statsmodels", "medinj_utils.evaluation.reading"])])
def test_what_is_started_often_imports_no_heavy_library(module, heavy):
    """`execute` is started for each notebook, data by each worker, tables by most notebooks."""
    code = f"import sys, {module}; print(*set({heavy}) & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert ran.stdout.split() == []


def test_the_code_keeps_its_style():
    made = subprocess.run(["ruff", "check", "."], cwd=ROOT, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout


#: Functions that take more than six arguments, and why.
MANY_ARGUMENTS = {"build_mixture": "public: it keeps its arguments",
                  "write_world": "figures of one world",
                  "_forward": "PEFT's arguments"}


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_and_functions_are_short(path):
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 300
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            arguments = [argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)]
            assert node.end_lineno - node.lineno < 50, f"{node.name} is long"
            few = len([name for name in arguments if name != "self"]) <= 6
            assert few or node.name in MANY_ARGUMENTS, f"{node.name} takes many arguments"


#: Documented elsewhere: in the commented recipes, by `explain_choice`, by transformers.
DOCUMENTED_ELSEWHERE = {"Recipe", "read_choice", "training_step"}


def fields_of(node: ast.ClassDef) -> list[str]:
    """What a class is made of: its fields, else the arguments of its ``__init__``."""
    fields = [part.target.id for part in node.body if isinstance(part, ast.AnnAssign)]
    made = [
        part for part in node.body if isinstance(part, ast.FunctionDef) and part.name == "__init__"
    ]
    return fields or [argument.arg for part in made for argument in part.args.args[1:]]


@pytest.mark.parametrize("path", sorted((ROOT / "medinj_utils").rglob("*.py")),
                         ids=lambda path: str(path.relative_to(ROOT)))
def test_what_takes_several_arguments_says_what_they_are(path):
    """Public functions, methods and classes; callbacks of transformers (``on_…``) are its own."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    for node in [*tree.body,
                 *(part for owner in classes if owner.name[0] != "_" for part in owner.body)]:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith(
            ("_", "on_")
        ):
            continue
        if isinstance(node, ast.ClassDef):
            names = fields_of(node)
        else:
            names = [
                argument.arg
                for argument in (*node.args.args, *node.args.kwonlyargs)
                if argument.arg not in ("self", "cls")
            ]
        said = re.search(r"^ *(Args|Attributes):", ast.get_docstring(node) or "", re.M)
        assert said or len(names) < 2 or node.name in DOCUMENTED_ELSEWHERE, (
            f"{node.name}: {', '.join(names)}"
        )


#: Types of which the name alone doesn't say what is where.
_NEEDS_RETURNS = re.compile(
    r"\btuple\[(?!\w+, \.\.\.)|\bnp\.ndarray|\bpa\.Array|\bcsr_matrix|\bTensor"
)


@pytest.mark.parametrize("path", sorted((ROOT / "medinj_utils").rglob("*.py")),
                         ids=lambda path: str(path.relative_to(ROOT)))
def test_what_returns_several_values_or_an_array_says_what_they_are(path):
    """Public functions and methods. A single table, text or number is what the first line says."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name[0] != "_"]
    for node in [*tree.body, *(part for owner in classes for part in owner.body)]:
        if (
            not isinstance(node, ast.FunctionDef)
            or node.name[0] == "_"
            or any("property" in ast.unparse(mark) for mark in node.decorator_list)
        ):
            continue
        several = node.returns and _NEEDS_RETURNS.search(ast.unparse(node.returns))
        assert not several or re.search(r"^ *(Returns|Yields):", ast.get_docstring(node), re.M), (
            node.name
        )


def own_tests(module: Path) -> Path:
    """Where the tests of a module stand; those of an ``__init__`` are of its folder."""
    room = ROOT / "tests" / module.relative_to(ROOT / "medinj_utils").parent
    if module.stem == "__init__":
        return room.parent / f"test_{room.name}.py"
    return room / f"test_{module.stem.strip('_')}.py"


@pytest.mark.parametrize("path", sorted((ROOT / "medinj_utils").rglob("*.py")),
                         ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_has_tests_of_its_own(path):
    """Unless it defines no function or class: rules of reading, names and figures are tested where
    they are applied."""
    parts = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    defines = any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in parts)
    assert not defines or own_tests(path).exists(), f"no {own_tests(path).relative_to(ROOT)}"


def test_tests_mirror_the_package():
    """A test file is named after the module or folder that it tests; of a room as a whole: see
    ``whole``."""
    whole = {"book": {"book", "browser", "commands", "contributing", "gpu", "own_data"},
             "data": {"hub_sets"}, "evaluation": {"faults"}, "ratings": {"browser"}}
    for path in (ROOT / "tests").rglob("test_*.py"):
        room = path.parent.relative_to(ROOT / "tests")
        if room == Path():
            continue
        folder = ROOT / room if room.name == "simulations" else ROOT / "medinj_utils" / room
        modules = {module.stem.strip("_") for module in folder.iterdir()} | whole.get(
            room.name, set()
        )
        assert path.stem.removeprefix("test_") in modules, (
            f"{path.relative_to(ROOT)}: no such module"
        )


def test_no_test_asserts_on_a_clock():
    clocks = re.compile(r"^\s*assert .*(seconds|elapsed|perf_counter|monotonic).*[<>]=?\s*[1-9]")
    for path in set((ROOT / "tests").rglob("test_*.py")) - {Path(__file__)}:
        for line in path.read_text(encoding="utf-8").splitlines():
            assert not clocks.search(line), f"{path.name}: {line}"


def test_nothing_generated_or_large_is_tracked():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git repository")
    tracked = [ROOT / name for name in listed.stdout.split("\0") if name]
    assert not [path for path in tracked if "outputs" in path.relative_to(ROOT).parts]
    assert not [path for path in tracked if path.exists() and path.stat().st_size > 8e6]


@pytest.mark.parametrize("path", sorted((ROOT / "book").rglob("*.md")) + [
    ROOT / "README.md"], ids=lambda p: p.name)
def test_pages_link_to_files_that_exist(path):
    for target in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8")):
        if not re.match(r"https?:|mailto:", target) and target not in ("comparison.png",
                                                                       "study.png"):
            assert (path.parent / target).exists(), target
