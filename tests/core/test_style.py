"""One look for figures and tables: colours, labels in the picture, alternative texts, escaped
data."""

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from medinj_utils.core.files import write_json
from medinj_utils.core.names import SYSTEMS
from medinj_utils.core.style import (
    COLOURS,
    browsable,
    captioned,
    in_percent,
    show,
    system_colour,
)
from medinj_utils.core.tree import DEMO_LABEL, Tree


def test_a_mixture_has_the_mean_colour_of_its_parts():
    assert system_colour("NAT").upper() == COLOURS["native"]
    channels = [
        (int(COLOURS["native"][i : i + 2], 16) + int(COLOURS["translated"][i : i + 2], 16)) / 2
        for i in (1, 3, 5)
    ]
    mixed = system_colour("NAT-TRAD")
    assert [int(mixed[i:i + 2], 16) for i in (1, 3, 5)] == pytest.approx(channels, abs=1)
    assert len({system_colour(system) for system in SYSTEMS}) == len(SYSTEMS)


@pytest.fixture
def tree(tmp_path):
    write_json({"fictional": True}, tmp_path / "data/records.card.json")
    return Tree(tmp_path)


def test_a_figure_is_saved_with_its_label_and_shown_with_alt_text_and_table(tree):
    table = pd.DataFrame({"a": [1]})
    tree.write_table(table, "some")
    figure, axes = plt.subplots()
    axes.plot([0, 1])
    page = BeautifulSoup(show((figure, "A line from 0 to 1 <rising>."), "line", tree, "some").data,
                         "html.parser")
    assert page.img["alt"] == "A line from 0 to 1 <rising>."
    assert 450 < int(page.img["width"]) < 615  # 6.4 inches at 96 pixels, less the margins
    assert page.figcaption.get_text() == "The table behind it" and page.a["download"] == "some.csv"
    assert DEMO_LABEL in tree.figure("line", "svg").read_text(encoding="utf-8")
    assert tree.figure("line").stat().st_size > 1000
    assert not plt.get_fignums()  # or every notebook would warn of open figures


def test_a_figure_of_other_numbers_has_their_label(tree):
    figure, axes = plt.subplots()
    axes.plot([0, 1])
    page = BeautifulSoup(show((figure, "Nothing."), "nothing", tree, label="paper [2]").data,
                         "html.parser")
    assert page.figcaption.get_text() == "paper [2]"
    assert page.figure["class"] == ["medinj"]


@pytest.mark.parametrize("panels, kinds", [(2, ["medinj"]), (4, ["medinj", "medinj-panels"])])
def test_a_figure_of_several_panels_may_scroll_on_a_phone(panels, kinds, tree):
    figure, _ = plt.subplots(1, panels)
    page = BeautifulSoup(show((figure, "Panels."), "panels", tree).data, "html.parser")
    assert page.figure["class"] == kinds
    column, _ = plt.subplots(panels, 1)
    page = BeautifulSoup(show((column, "Below each other."), "panels", tree).data, "html.parser")
    assert page.figure["class"] == ["medinj"]


def test_texts_of_tables_are_data_and_no_markup():
    hostile = pd.DataFrame({"raw": ["<script>alert(1)</script>"] * 3, "p": [0.12345, None, 1]})
    for page in (captioned(hostile, "run <here>").data,
                 browsable(hostile, "run <here>", most=2).data):
        soup = BeautifulSoup(page, "html.parser")
        assert not soup.find("script") and "run <here>" in soup.get_text()
    ends = captioned(pd.DataFrame({"gain": ["+1.5 [\u22120.5, +2.5]", "a [b, c], 1, 2"]})).data
    assert "+1.5\u00a0[\u22120.5,\u00a0+2.5]" in ends and "a [b, c], 1, 2" in ends
    wide = captioned(pd.DataFrame({"kWh": ["5,867 [2,098, 9,779]"]})).data
    assert "5,867\u00a0[2,098,\u00a09,779]" in wide
    odd = pd.DataFrame({"exact_match": [0.5]}, index=pd.Index(["NAT"], name="system"))
    heads = BeautifulSoup(captioned(odd).data, "html.parser").find_all("th")
    assert [head.get_text() for head in heads] == ["system", "exact match"]
    assert "0.123" in captioned(hostile, "").data
    assert "2 of 3 rows" in browsable(hostile, "", most=2).data


def test_sentences_in_cells_get_room_and_rows_without_a_name_no_number():
    words = "Native questions are the strongest single source."
    table = pd.DataFrame({"claim": [words, "short"], "items": [22953, 7], "seen": [True, False],
                          "gain": ["+1.5 [\u22120.5, +2.5]"] * 2}, index=[63, 64])
    for page in (captioned(table).data, browsable(table).data):
        cells = BeautifulSoup(page, "html.parser").find_all("td")
        assert [cell.get_text() for cell in cells][:3] == [words, "22,953", "yes"]
        assert cells[6].get_text() == "no"
        assert [cell.get("class") for cell in cells] == [["medinj-words"], *[None] * 7]
    assert "63" in captioned(table.rename_axis("row")).data
    assert "63" in browsable(table.rename_axis("row")).data


@pytest.mark.parametrize("values, shown", [
    ([5414.4, None, 0.5], ["5,414.4", "", "0.5"]), ([16.0, 12_000.0], ["16", "12,000"]),
    ([0.5, 2.0], ["0.5", "2.0"]), ([None, None, 2.0], ["", "", "2"])])
def test_numbers_of_tables_have_separated_thousands_and_whole_ones_no_decimals(values, shown):
    table = pd.DataFrame({"name": [f"a{i}" for i in range(len(values))], "number": values})
    for page in (captioned(table.set_index("name")).data, browsable(table).data):
        cells = BeautifulSoup(page, "html.parser").select("tbody td:last-child")
        assert [cell.get_text() for cell in cells] == shown


def test_heads_of_several_levels_become_one_and_no_head_is_empty():
    columns = pd.MultiIndex.from_tuples([("native", "mcq"), ("native", "mcqu")],
                                        names=["provenance", "task"])
    table = pd.DataFrame([[0.5, 0.25]], pd.Index(["NAT"], name="system"), columns)
    heads = BeautifulSoup(captioned(table, "Scores").data, "html.parser").find_all("th")
    assert [head.get_text() for head in heads] == ["system", "native\u00a0· several-answer",
                                                  "native\u00a0· single-answer"]


def test_codes_of_tasks_and_measures_are_words():
    table = pd.DataFrame({"task": ["mcqu", "task: mcq"], "ece": ["Test/mcq/mcq.json", "mcq, oeq"]})
    soup = BeautifulSoup(browsable(table).data, "html.parser")
    assert [cell.get_text() for cell in soup.find_all(["th", "td"])] == [
        "task", "expected calibration error", "single-answer", "Test/mcq/mcq.json",
        "task: several-answer", "several-answer, open"]


def test_shares_are_shown_in_per_cent():
    table = pd.DataFrame({"items": [352, 278], "exact_match": [0.4226, None]}, index=["a", "b"])
    shown = in_percent(table, "exact_match")
    assert shown.to_dict("list") == {"items": [352, 278], "exact_match, %": ["42.3", ""]}
    assert in_percent(table[["exact_match"]]).to_dict("list") == {"exact_match": ["42.3", ""]}


def test_an_empty_table_and_one_of_zeros_are_sentences():
    empty, zeros = pd.DataFrame({"a": []}), pd.DataFrame({"cut_off": [0, 0], "share": [0.0, 0.0]},
                                                         index=["NAT", "SYN"])
    for shown in (captioned(empty, nothing="No <logs>."), browsable(empty, nothing="No <logs>.")):
        assert shown.data == '<p class="medinj">No &lt;logs&gt;.</p>'
    assert "nothing to show" in captioned(empty).data
    assert captioned(empty, nothing="").data == ""
    assert (
        captioned(zeros, "Of all.").data
        == '<p class="medinj">cut off and share: 0 in all rows. Of all.</p>'
    )
    assert (
        captioned(zeros.assign(share=None)).data
        == '<p class="medinj">cut off and share: 0 in all rows.</p>'
    )
    assert (
        captioned(pd.DataFrame({"a": [None, ""]}), nothing="Nothing.").data
        == '<p class="medinj">Nothing.</p>'
    )
    assert (
        captioned(pd.concat({"native": zeros}, axis=1), "Shares").data
        == '<p class="medinj">Shares: 0 in all rows and columns.</p>'
    )
    assert all("<table" in captioned(zeros.assign(share=others)).data for others in ([0.0, 0.1],
                                                                                     False, "a"))
    assert "<table" in browsable(zeros).data
