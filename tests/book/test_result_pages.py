"""Pages of kept results: one that says what they are, and the notebooks that were run on them."""

import nbformat
import pytest

from medinj_utils.book.keep import keep
from medinj_utils.book.result_pages import finding_of, labelled_copy, stage_result
from medinj_utils.book.results import NOTEBOOKS, lay_out
from medinj_utils.core.files import write_json
from medinj_utils.core.tree import Tree
from medinj_utils.core.wording import spelled


def notebook(*cells, found="NAT is the best."):
    finding = nbformat.v4.new_code_cell("finding()", metadata={"tags": ["finding"]}, outputs=[
        nbformat.v4.new_output("stream", text="a warning"),
        nbformat.v4.new_output("display_data", {"text/markdown": f"**Finding.** {found}"})])
    return nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_markdown_cell(
            "# A title\n\n**Question.** Which?\n\n[a](46_separate_effects.ipynb) "
            "[b](42_count_costs.ipynb#x) [c](../book/data.md) [d](https://x.fr) [e](#here)"
            "\n\n**Next:** [41](41_probe_answers.ipynb),\nmore."),
        finding, *cells])


def save(executed, tree, execution):
    path = tree.executed(execution)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(executed, path)


@pytest.fixture
def own(ran):
    """Kept results, laid out and compared anew: their tree."""
    tree, _ = ran
    keep("own")
    own = Tree(lay_out("own", tree.results("own").root).parent)
    own.figure("comparison").parent.mkdir(parents=True)
    own.figure("comparison").touch()
    for name in NOTEBOOKS:
        save(notebook(nbformat.v4.new_code_cell("1 + 1")), own, name)
    return own


def test_the_page_names_model_data_and_numbers(own, ran, tmp_path):
    _, items = ran
    entry = stage_result(own, "own", "The answer.", tmp_path / "book")
    assert entry == {"file": "results/own/index", "sections": [
        {"file": f"results/own/{name}"} for name in NOTEBOOKS]}
    assert all((tmp_path / "book" / f"{section['file']}.ipynb").is_file()
               for section in entry["sections"])
    page = (tmp_path / "book/results/own/index.md").read_text(encoding="utf-8")
    for words in ("The answer.", "a/b " + "1" * 40, "`" + "2" * 16 + "…`", "x/y at " + "3" * 40,
                  own.label, "| TRAD-SYN | 1 | 30 | 7 |"):
        assert words in page
    first = items.groupby(["provenance", "source", "task"]).size().reset_index().iloc[0]
    assert spelled(f"| {' | '.join(map(str, first))} |") in page
    assert "{" not in page.replace("{figure}", "")  # no name of a number is left


def test_links_lead_to_the_results_own_copies_or_to_the_book(own, tmp_path):
    stage_result(own, "own", "The answer.", tmp_path / "book")
    opening, _ = nbformat.read(tmp_path / "book/results/own/48_compare_parts.ipynb",
                               as_version=4).cells
    assert opening.source.endswith(
        "[a](46_separate_effects.ipynb) [b](../../notebooks/42_count_costs.ipynb#x) "
        "[c](../../notebooks/../book/data.md) [d](https://x.fr) [e](#here)")


def test_a_page_opens_with_its_finding_and_folds_its_code(own):
    setup = [nbformat.v4.new_code_cell("x", metadata={"tags": [tag]})
             for tag in ("hide-cell", "hide-input")]
    shown = nbformat.v4.new_code_cell("show(figure)", metadata={"tags": ["wide"]})
    save(notebook(*setup, shown), own, "44_check_claims")
    opening, code = labelled_copy(own, "44_check_claims").cells
    assert code.source == "show(figure)" and code.metadata["tags"] == ["hide-input", "wide"]
    head, _, rest = opening.source.partition("NAT is the best.")
    assert head == "# A title\n\n**Question.** Which?\n\n:::{admonition} Finding\n:class: tip\n"
    assert rest.startswith(f"\n\n*Numbers on this page: {own.label}.*\n:::\n\n[a](")


def test_bars_of_progress_are_left_out_of_what_a_cell_prints(own):
    printed = [nbformat.v4.new_output("stream", text=text)
               for text in ("\rverdicts: 100%", "\n", "2 verdicts.")]
    save(notebook(nbformat.v4.new_code_cell("judge()", outputs=printed)), own, "44_check_claims")
    _, code = labelled_copy(own, "44_check_claims").cells
    assert [output.text for output in code.outputs] == ["2 verdicts."]


def test_what_the_finding_says_is_not_printed_again(own):
    printed = [nbformat.v4.new_output("stream", text=text)
               for text in ("NAT is the best.\n", "Another sentence.\n", "NAT")]
    save(notebook(nbformat.v4.new_code_cell("print()", outputs=printed)), own, "44_check_claims")
    _, code = labelled_copy(own, "44_check_claims").cells
    assert [output.text for output in code.outputs] == ["Another sentence.\n", "NAT"]


def test_what_a_machine_can_do_is_no_demo(own):
    write_json({"fictional": True}, own.records_card)
    own.kept.unlink()
    save(notebook(), own, "00_check_environment")
    demo = Tree(own.root)
    machine = labelled_copy(demo, "00_check_environment").cells[0].source
    assert "Numbers on this page: run here on " in machine and "demo" not in machine
    assert "Numbers on this page: demo" in labelled_copy(demo, NOTEBOOKS[0]).cells[0].source


def test_a_notebook_without_a_finding_has_no_page():
    with pytest.raises(KeyError, match="finding"):
        finding_of(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")]))
