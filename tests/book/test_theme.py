import pandas as pd
import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.utils import new_document

from medinj_utils.book.theme import (
    folded,
    french_page,
    name_columns,
    name_hidden_outputs,
    with_whole_names,
)


@pytest.mark.parametrize("text, plain", [
    ("énoncé", "enonce"), ("e\u0301nonce\u0301", "enonce"), ("Œdème, cœur", "OEdeme, coeur"),
    ("ex æquo, Æ", "ex aequo, AE"),
    ("Ça où naïf", "Ca ou naif"), ("µg/L, 10²", "μg/L, 102"), ("a_b 日本", "a_b 日本"), ("", "")])
def test_a_text_loses_its_accents(text, plain):
    assert folded(text) == plain


TABLE = pd.DataFrame({"items": [1, 2], "chance": [0.2, 0.3]},
                     index=pd.Index(["BASE", "NAT"], name="system"))
PLAIN = TABLE.reset_index(drop=True)
TWO = TABLE.set_index("items", append=True)
WIDE = TABLE.T.rename_axis(index="figure")  # the columns have a name as well
LEVELS = pd.concat({"a": TABLE, "b": TABLE}, axis=1)


@pytest.mark.parametrize("table, headings", [
    (TABLE, [["system", "items", "chance"]]), (PLAIN, [["", "items", "chance"]]),
    (TWO, [["system", "items", "chance"]]),
    (TABLE.rename_axis(None), [["", "items", "chance"]]),
    (TABLE.reset_index(), [["", "system", "items", "chance"]]),
    (WIDE, [["system", "BASE", "NAT"], ["figure", "", ""]]),
    (TABLE.rename(columns={"items": ""}), [["system", "", "chance"]]),
    (LEVELS, [["", "a", "b"], ["system", "items", "chance", "items", "chance"]]),
    (LEVELS.rename_axis(None), [["", "a", "b"], ["", "items", "chance", "items", "chance"]]),
    (LEVELS.rename_axis(None).rename(columns={"a": ""}),
     [["", "", "b"], ["", "items", "chance", "items", "chance"]]),
    (TABLE.rename_axis("a < b & c"), [["a < b & c", "items", "chance"]]),
    (TABLE.head(0), [["system", "items", "chance"]])])
def test_no_heading_is_empty_and_no_word_is_lost(table, headings):
    text = f"<p>a &amp; b</p>{table.to_html()}"
    made = BeautifulSoup(name_columns(text), "html.parser")
    assert [
        [cell.get_text() for cell in row.find_all(["th", "td"])] for row in made.select("thead tr")
    ] == headings
    assert all(cell.get_text() for cell in made.find_all("th"))
    before = BeautifulSoup(text, "html.parser")
    assert made.select("tbody")[0].get_text() == before.select("tbody")[0].get_text()
    assert made.p == before.p


def test_a_text_without_a_table_stays():
    assert name_columns("<p>a &lt; b</p>") == "<p>a &lt; b</p>"


@pytest.mark.parametrize("text, names", [
    ("<p>NAT-SYN beats NAT, TRAD-SYN-s12.</p>", ["NAT-SYN", "TRAD-SYN-s12"]),
    ("<td>BASE</td><td>NAT-s0</td>", ["NAT-s0"]),
    ('<img alt="NAT-SYN"><a href="runs/NAT-SYN">runs/NAT-SYN/</a>', []),
    ("<script>if (a < b) 'NAT-SYN'</script>", []),
    ("NAT-SYNTH, X-NAT-SYN, NAT-SYN-s0-x", []),
    ("<code>NAT-TRAD</code> &lt; <b>NAT-SYN</b>", ["NAT-TRAD", "NAT-SYN"])])
def test_names_of_systems_stay_in_one_piece_and_are_copied_as_they_are(text, names):
    made = BeautifulSoup(with_whole_names(text), "html.parser")
    assert [name.get_text() for name in made.select("span.medinj-name")] == names
    assert made.get_text() == BeautifulSoup(text, "html.parser").get_text()
    assert [tag.attrs for tag in made.find_all(["img", "a"])] == [
        tag.attrs for tag in BeautifulSoup(text, "html.parser").find_all(["img", "a"])
    ]


def test_a_french_page_says_so_and_its_signs_stay_with_their_words():
    body = '<section id="a"><p title="a ; b">Oui ; 5 % [1 ; 2] « non » : <b>où ?</b></p><section>'
    assert french_page(body) == (
        '<section lang="fr" id="a"><p title="a ; b">Oui\u00a0; 5\u00a0% [1\u00a0; 2] '
        "«\u00a0non\u00a0»\u00a0: <b>où\u00a0?</b></p><section>")


def test_what_unfolds_the_output_of_a_cell_is_not_called_code():
    document = new_document("page")
    for place in ("above-input", "below-input"):
        document += nodes.Element(prompt_show="Show the code", prompt_hide="Hide the code",
                                  classes=[place])
    name_hidden_outputs(None, document, "page")
    assert [hidden["prompt_show"] for hidden in document] == ["Show the code", "Show the log"]
    assert [hidden["prompt_hide"] for hidden in document] == ["Hide the code", "Hide the log"]
