"""The whole way in a small setting: every notebook under papermill by way of Snakemake, then the
built book."""

import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import nbformat
import pandas as pd
import pytest
import yaml
from book.conftest import environment, run
from bs4 import BeautifulSoup

from medinj_utils.book.results import NOTEBOOKS as ON_RESULTS
from medinj_utils.core.names import CONFIGURATIONS
from medinj_utils.core.tree import DEMO_LABEL

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
N_NOTEBOOKS = len(NOTEBOOKS)


def make(folder, *words, check=True):
    return run(["make", *words], folder, check)


def pages(folder):
    html = folder / "outputs" / "small" / "html"
    return {
        path.relative_to(html).as_posix(): BeautifulSoup(
            path.read_text(encoding="utf-8"), "html.parser"
        )
        for folder_name in ("book", "notebooks")
        for path in (html / folder_name).glob("*.html")
    }


def test_it_says_which_notebook_of_how_many_and_where_the_book_is(project):
    folder, printed = project
    number, executed = NOTEBOOKS.index("40_compare_provenances") + 1, N_NOTEBOOKS + len(ON_RESULTS)
    assert f"[small · notebook {number} of {executed}] 40_compare_provenances: done in" in printed
    for notebook in ON_RESULTS:
        assert f"smollm2/{notebook}: done in" in printed
    assert f"The book: {folder}/outputs/small/html/index.html" in printed
    assert (folder / "outputs" / "small" / "html" / "index.html").exists()
    assert len(printed.splitlines()) < 14 * executed  # progress bars included


def test_a_second_make_does_nothing_and_says_so(project):
    folder, _ = project
    before = {
        path: path.stat().st_mtime_ns
        for path in (folder / "outputs" / "small").rglob("*")
        if path.is_file()
    }
    assert "Nothing was to do" in make(folder, "book", "PROFILE=small")
    assert before == {path: path.stat().st_mtime_ns for path in before}


def test_a_changed_table_behind_a_mapping_is_seen_even_an_older_one(project):
    folder, _ = project
    notebook = ["--", "outputs/own/notebooks/10_read_sources.ipynb"]
    words = ["env", "PROFILE=own", "snakemake", "--cores", "1", "--rerun-triggers", "mtime",
             "params", "input"]
    run([*words, *notebook], folder)
    assert "Nothing to be done" in run([*words, *notebook], folder)
    table = folder / "profiles" / "own" / "questions.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("le foie", "la foie"),
                     encoding="utf-8")
    os.utime(table, (1, 1))
    assert "own_10_read_sources" in run([*words, "-n", *notebook], folder)


def test_a_changed_file_of_the_package_concerns_its_room_and_later_ones(project):
    folder, _ = project
    words = ["env", "PROFILE=small", "snakemake", "--cores", "1", "--rerun-triggers", "mtime",
             "params", "input", "-n", "--quiet", "host"]
    file = folder / "medinj_utils" / "evaluation" / "scoring.py"
    before = file.read_text(encoding="utf-8")
    os.utime(file)
    assert "Nothing to be done" in run(words, folder)
    file.write_text(f"{before}# changed\n", encoding="utf-8")
    printed = run(words, folder)
    file.write_text(before, encoding="utf-8")
    assert "small_31_score_choices" in printed and "small_40_compare_provenances" in printed
    assert "small_14_build_mixtures" not in printed


def test_a_folder_with_braces_is_a_folder_as_any(project):
    folder, _ = project
    shutil.copytree(folder / "profiles/own", folder / "a{b} c")
    profile = folder / "profiles/braces.yaml"
    profile.write_text(
        "like: own\nnotebooks:\n  10_read_sources:\n    sources: [{name: own, location: "
        "'{data}/questions.yaml'}]\n",
        encoding="utf-8",
    )
    words = ["env", "PROFILE=braces", "DATA=a{b} c", "snakemake", "--cores", "1",
             "--rerun-triggers", "mtime", "params", "input"]
    notebook = ["--", "outputs/braces/notebooks/10_read_sources.ipynb"]
    run([*words, *notebook], folder)
    assert "Nothing to be done" in run([*words, "-n", *notebook], folder)
    # older than the profile's own, which another test sets to 1
    os.utime(folder / "a{b} c/questions.csv", (2, 2))
    assert "braces_10_read_sources" in run([*words, "-n", *notebook], folder)
    profile.unlink()


def test_a_killed_run_goes_on_by_the_same_command_to_the_same_result(project):
    folder, _ = project
    lock, table = folder / "outputs/.small.lock", folder / "outputs/small/tables/claims.csv"
    before = table.read_bytes()
    with (folder / "notebooks/44_check_claims.ipynb").open("a", encoding="utf-8") as notebook:
        notebook.write("\n")  # changes the file and nothing that it does
    with subprocess.Popen(["make", "book", "PROFILE=small"], cwd=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT,
                          text=True, env=environment()) as killed:
        assert any(
            line.startswith("[small · notebook") and "44_check_claims" in line
            for line in killed.stdout
        )
        os.kill(int(re.search(r"process (\d+) ", lock.read_text())[1]), signal.SIGKILL)
    printed = make(folder, "book", "PROFILE=small")
    assert "44_check_claims: done" in printed and table.read_bytes() == before
    assert not list((folder / "outputs/small").rglob(".[0-9]*-*"))


def test_every_page_of_the_contents_is_built_and_no_link_inside_is_dead(project):
    folder, _ = project
    html = folder / "outputs" / "small" / "html"
    built = pages(folder)
    contents = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text(encoding="utf-8"))
    listed = [contents["root"],
              *(chapter["file"] for part in contents["parts"] for chapter in part["chapters"])]
    assert sorted(f"{name}.html" for name in listed) == sorted(built)
    for name, page in built.items():
        for link in page.find_all("a", href=True):
            target = link["href"].partition("#")[0]
            if target and ":" not in target:
                assert ((html / name).parent / target).exists(), f"{name} → {target}"


def test_every_figure_has_alt_text_and_every_demo_result_its_label(project):
    folder, _ = project
    built = pages(folder)
    for name, page in built.items():
        for image in page.select("article img, main img"):
            small = "badge" in image["src"] or "logo" in image["src"]
            assert len(image.get("alt", "")) > (3 if small else 15), f"{name}: {image['src'][:60]}"
    for name in ("book/index.html", *(name for name in built if name.startswith("notebooks/"))):
        # What a machine can do is no demo.
        label = "run here on" if "00_check" in name else DEMO_LABEL
        assert label in " ".join(built[name].get_text().split()), name
    assert len(built["notebooks/40_compare_provenances.html"].select("figure.medinj img")) == 2


def test_the_page_in_french_says_its_language(project):
    built = pages(project[0])
    assert {name for name, page in built.items() if page.select("section[lang=fr]")} == {
        "book/en_bref.html"}


def test_every_page_has_an_icon_a_picture_to_share_and_a_description_of_its_own(project):
    repository = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"]
    raw = (
        repository["url"].replace("github.com", "raw.githubusercontent.com")
        + f"/{repository['branch']}/"
    )
    described = []
    for name, page in pages(project[0]).items():
        [icon], [picture] = page.select("link[rel=icon]"), page.select("meta[property='og:image']")
        assert (
            (project[0] / "outputs" / "small" / "html" / name).parent / icon["href"]
        ).is_file(), name
        assert picture["content"].startswith(raw)
        assert (ROOT / picture["content"].removeprefix(raw)).is_file()
        [meta], [title] = (
            page.select("meta[name=description]"),
            page.select("meta[property='og:title']"),
        )
        assert 20 < len(meta["content"]) <= 160 and title["content"] == page.h1.get_text(), name
        described.append(meta["content"])
    assert len(set(described)) == len(described)


def test_colab_links_name_the_source_notebook(project):
    folder, _ = project
    page = pages(folder)["notebooks/31_score_choices.html"]
    links = {
        link["href"] for link in page.find_all("a", href=True) if "colab.research" in link["href"]
    }
    assert links
    assert all(link.endswith("/blob/main/notebooks/31_score_choices.ipynb") for link in links)


def test_tables_have_the_columns_that_other_programs_rely_on(project):
    tables = project[0] / "outputs" / "small" / "tables"
    assert list(pd.read_csv(tables / "comparison.csv")) == [
        "system", "n_items", "n_seeds", "exact_match", "low", "high", "difference",
        "difference_low",
        "difference_high", "p", "p_holm", "unread_share"]
    assert list(pd.read_csv(tables / "pairs.csv"))[:9] == [
        "first", "second", "difference", "low", "high", "p", "p_holm", "only_first_right",
        "only_second_right"]
    assert list(pd.read_csv(tables / "effects.csv")) == ["kind", "effect", "estimate", "low",
                                                         "high", "planted"]
    assert len(pd.read_csv(tables / "comparison.csv")) == 8
    assert len(pd.read_csv(tables / "pairs.csv")) == 28


def test_questions_and_answers_are_there_for_lm_evaluation_harness(project):
    folder, _ = project
    harness = folder / "outputs" / "small" / "harness"
    assert {path.name for path in harness.glob("*.yaml")} == {"medinj_mcqu.yaml", "medinj_mcq.yaml"}
    assert {path.parent.name for path in harness.glob("*/results.json")} >= {"BASE", "ALL-s0"}
    page = pages(folder)["notebooks/37_exchange_with_harness.html"]
    assert "harness/BASE/results.json" in page.get_text()


def test_one_question_is_shown_from_prompt_to_score_and_extraction_failures_can_be_browsed(project):
    shown = pages(project[0])
    prompt = shown["notebooks/30_answer_questions.html"].get_text()
    assert "<|im_start|>user" in prompt and "Answered by transformers" in prompt
    scored = shown["notebooks/31_score_choices.html"]
    assert "<|im_start|>user" in scored.get_text() and "Right:" in scored.get_text()
    frames = scored.select("div.medinj-long")
    failures = pd.read_csv(project[0] / "outputs/small/tables/extraction_failures.csv")
    assert failures.empty == ("A letter was read in every answer." in scored.get_text())
    assert len(frames) == 4 - failures.empty
    assert {"raw", "reason"} <= {cell.get_text() for cell in frames[2].select("th")}


def test_executed_notebooks_have_no_error_and_no_endless_progress(project):
    for path in (project[0] / "outputs" / "small" / "notebooks").glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                assert output.output_type != "error"
                assert len(output.get("text", "").splitlines()) < 60, (
                    f"{path.name}: {output.text[:200]}"
                )


def empty_tables(page):
    """Headings of a page's tables that have no row, no content, or no number but zeros."""
    for table in page.select("main table"):
        cells = [cell.get_text().strip() for cell in table.select("tbody td")]
        numbers = [cell for cell in cells if re.fullmatch(r"[+−-]?[\d.,]+( ?%)?", cell)]
        of_numbers = 1 < len(cells) <= 2 * len(numbers)
        if not any(cells) or (of_numbers and not re.search("[1-9]", "".join(numbers))):
            yield " | ".join(head.get_text() for head in table.select("thead th"))


def test_no_table_of_the_book_is_empty_or_of_zeros_alone(project):
    result = {name: list(empty_tables(page)) for name, page in pages(project[0]).items()}
    assert not {name: tables for name, tables in result.items() if tables}
    assert not [
        name for name, page in pages(project[0]).items() if "Empty DataFrame" in page.get_text()
    ]


@pytest.mark.parametrize("rows, empty", [
    ("", True), ("<tr><td></td></tr>", True), ("<tr><td>0</td><td>0.0</td></tr>", True),
                                         ("<tr><td>NAT</td><td>0.0 %</td><td>0</td></tr>", True),
    ("<tr><td>0</td><td>1</td></tr>", False),
                                         ("<tr><td>a text</td></tr>", False),
    ("<tr><td>BASE</td><td>B, C</td><td>0</td></tr>", False)])
def test_an_empty_table_is_noticed(rows, empty):
    page = BeautifulSoup(
        f"<main><table><thead><tr><th>a</th></tr></thead><tbody>{rows}</tbody></table></main>",
        "html.parser",
    )
    assert bool(list(empty_tables(page))) is empty


def test_papermill_by_hand_says_what_to_run_first(project, tmp_path):
    folder, _ = project
    made = subprocess.run(
        [str(ROOT / ".venv" / "bin" / "papermill"), "notebooks/31_score_choices.ipynb",
         str(tmp_path / "out.ipynb"),
         "-p", "output", str(tmp_path / "nothing")], cwd=folder, capture_output=True, text=True)
    assert made.returncode != 0
    assert "run notebook 10_read_sources first" in made.stderr


def test_the_environment_page_tells_which_backends_were_tried_and_worked(project):
    path = project[0] / "outputs" / "small" / "environment.json"
    backends = json.loads(path.read_text(encoding="utf-8"))["backends"]
    assert set(backends) == {"unsloth", "peft", "transformers"}
    assert backends["peft"] == backends["transformers"] == "works"


def test_how_each_adapter_came_about_stands_in_one_table(project):
    training = pd.read_csv(project[0] / "outputs" / "small" / "tables" / "training.csv")
    assert training["run"].tolist() == [f"{name}-s0" for name in CONFIGURATIONS]
    assert (training["tokens"] > training["supervised_tokens"]).all()
    assert (training["rows"] == 24).all()


@pytest.mark.parametrize("words, message", [
    (("PROFILE=open", "DATA=nowhere"), "DATA=nowhere: no such folder"),
    (("PROFILE=small", "BASE=organisation/model"), "BASE=organisation/model@commit"),
    (("PROFILE=smal",), "there are: demo, null, open, own, paper, small, smollm2"),
    (("PROFILE=open",), "make book PROFILE=open DATA=folder")])
def test_a_wrong_profile_stops_with_a_sentence(project, words, message):
    printed = make(project[0], "book", *words, check=False)
    assert message in printed and "Traceback" not in printed


def test_the_paper_profile_is_refused_without_a_gpu(project):
    import torch
    if torch.cuda.is_available():
        pytest.skip("torch sees a GPU")
    printed = make(project[0], "book", "PROFILE=paper", check=False)
    assert "needs a GPU" in printed
    assert "nothing was downloaded or run" in printed
    assert "Traceback" not in printed
    assert not (project[0] / "outputs" / "paper").exists()


def test_a_wrong_python_is_refused_with_a_sentence(project, tmp_path):
    old = tmp_path / "python3.8"
    old.write_text('#!/bin/sh\ncase "$1" in -V) echo Python 3.8.10;; *) exit 1;; esac\n',
                   encoding="utf-8")
    old.chmod(0o755)
    bare = tmp_path / "bare"
    shutil.copytree(project[0], bare,
                    ignore=shutil.ignore_patterns(".venv", "outputs", ".snakemake"))
    printed = make(bare, "book", f"PYTHON={old}", check=False)
    assert "needs Python 3.11 or 3.12" in printed
    assert "Python 3.8.10" in printed
    assert "Traceback" not in printed
