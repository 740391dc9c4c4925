"""Figures that benchmarks, tests and simulations found: none is typed on a page, and each that a
page names is there."""

import json
import re
import subprocess
import sys
from pathlib import Path

import jinja2
import pytest

from medinj_utils.book.measured import measured

ROOT = Path(__file__).parents[2]
PAGES = [*sorted((ROOT / "book").glob("*.md")), ROOT / "README.md"]
FILES = sorted((ROOT / "book/measured").glob("*.json"))
FIGURES = measured(ROOT / "book")
#: What stands between braces and is a path into the figures, such as ``training.two_cores.label``.
NAMED = re.compile(rf"{{{{ ((?:{'|'.join(FIGURES)})\b[^}}]*) }}}}")
LABEL = re.compile(r"\b(run|simulated|measured|timed) (here|by hand)\b", re.IGNORECASE)
SPEED = re.compile(r"\d[\d.,]*\*{0,2} (s|ms|seconds|GB|MB|tokens a second|calls a second|GFLOP/s)\b"
                   r"|\d[\d.,]*\*{0,2} (times as (long|fast|many|much)|% faster)")
#: What a page may say in such words all the same: what is needed, asked for or known, not what was
# measured.
NOT_MEASURED = ("at least 24 GB", "T4 (16 GB", "one NVIDIA H100 (80 GB)", "0.5 and 5 mg")
NUMBERS = re.compile(r"(?<![\w-])(?<!otebook )\d")


def blocks(page):
    """Paragraphs, tables and items, without code, links, citations and what is put in."""
    text = re.sub(r"^ *(```+|~~~+).*?^ *\1", "", page.read_text(encoding="utf-8"),
                  flags=re.M | re.S)
    for block in re.split(r"\n\s*\n", text):
        shown = re.sub(r"\{\{.*?\}\}", "…", block, flags=re.S)
        shown = re.sub(r"`[^`]*`|\]\([^)]*\)|\{cite:p\}`[^`]*`|95 % (?=interval)", "", shown)
        for known in NOT_MEASURED:
            shown = shown.replace(known, "")
        yield " ".join(shown.split())


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_each_figure_that_a_page_names_is_there(page):
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    for named in NAMED.findall(page.read_text(encoding="utf-8")):
        shown = environment.from_string(f"{{{{ {named} }}}}").render(FIGURES)
        # neither a part of a file nor a method
        assert shown and "{" not in shown and "<" not in shown, f"{named}: {shown}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_no_measured_figure_is_typed_on_a_page(page):
    for block in blocks(page):
        assert not SPEED.search(block), block
        assert not (LABEL.search(block) and NUMBERS.search(block)), block


@pytest.mark.parametrize("text, typed", [
    ("It takes 3.5 s. *Run here.*", True), ("All 490 files are refused (*run here*).", True),
    ("**8,600** tokens a second", True),
    ("It takes {{ training.two_cores.label }} s.", False),
    ("The 95 % interval, *run here*.", False), ("2 GB", True)])
def test_what_is_typed_by_hand_is_found(tmp_path, text, typed):
    page = tmp_path / "page.md"
    page.write_text(f"# Title\n\n{text}\n\n```bash\nsleep 3 s # 4 s\n```\n", encoding="utf-8")
    if typed:
        with pytest.raises(AssertionError):
            test_no_measured_figure_is_typed_on_a_page(page)
    else:
        test_no_measured_figure_is_typed_on_a_page(page)


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_each_kept_figure_says_how_it_came_about_and_is_shown(file):
    pages = "".join(path.read_text(encoding="utf-8") for path in PAGES)
    for name, figures in json.loads(file.read_text(encoding="utf-8")).items():
        assert LABEL.search(figures["label"]), name
        assert f"{file.stem}.{name}." in pages, f"{file.name}: {name} stands on no page"
        if "command" in figures:
            # that it is there: test_commands.py
            assert re.match(r"python (benchmarks/\w+\.py|-m simulations\.\w+)\b",
                            figures["command"]), name


def test_shares_tables_and_what_is_missing_are_written_for_readers(tmp_path):
    (tmp_path / "measured").mkdir()
    content = {"a": {"command": "python x.py", "same_letters": 0.985, "peak_share": 1.0,
                     "rows": 12345, "seconds": 2.0,
                     "ways": [{"way": "one | two", "seconds": 1.5},
                              {"way": "three", "seconds": None}]}}
    (tmp_path / "measured/room.json").write_text(json.dumps(content), encoding="utf-8")
    for name in ("validation.csv", "worlds_summary.csv"):
        (tmp_path / name).write_bytes((ROOT / "book" / name).read_bytes())
    assert measured(tmp_path)["room"]["a"] == {
        "command": "`python x.py`", "same_letters": "98.5\u00a0%", "peak_share": "100\u00a0%",
        "rows": "12,345", "seconds": "2.0",
        "ways": "| way | seconds |\n|---|---:|\n| one \\| two | 1.5 |\n| three | – |"}


def test_a_benchmark_s_last_line_is_kept_with_its_command_hardware_and_date(tmp_path):
    for name in ("benchmarks", "book/measured"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "benchmarks/keep.py").write_bytes((ROOT / "benchmarks/keep.py").read_bytes())
    (tmp_path / "benchmarks/room.py").write_text(
        'import sys\nprint("slow")\nprint(\'{"seconds": 1.5, "words": "\' + sys.argv[1] + \'"}\')\n'
    )
    (tmp_path / "book/measured/room.json").write_text('{"other": {"label": "Run here"}}')
    command = [sys.executable, str(tmp_path / "benchmarks/keep.py"), "room", "small"]
    subprocess.run([*command, "--items=5 1"], check=True, capture_output=True)
    kept = json.loads((tmp_path / "book/measured/room.json").read_text(encoding="utf-8"))
    assert kept["other"] == {"label": "Run here"}
    assert kept["small"]["seconds"] == 1.5
    assert kept["small"]["words"] == "--items=5 1"
    assert kept["small"]["command"] == "python benchmarks/room.py '--items=5 1'"
    assert re.fullmatch(r"Run here on .+, \d+ \w+ 20\d\d", kept["small"]["label"])
    failed = subprocess.run(command, capture_output=True, text=True)
    assert failed.returncode and "nothing was kept" in failed.stderr
    assert json.loads((tmp_path / "book/measured/room.json").read_text(encoding="utf-8")) == kept
