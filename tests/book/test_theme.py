import pandas as pd
import pytest
from bs4 import BeautifulSoup

from medinj_utils.book.theme import folded, name_columns


@pytest.mark.parametrize("text, plain", [
    ("énoncé", "enonce"), ("e\u0301nonce\u0301", "enonce"), ("Œdème, cœur", "OEdeme, coeur"), ("ex æquo, Æ", "ex aequo, AE"),
    ("Ça où naïf", "Ca ou naif"), ("µg/L, 10²", "μg/L, 102"), ("a_b 日本", "a_b 日本"), ("", "")])
def test_a_text_loses_its_accents(text, plain):
    assert folded(text) == plain


TABLE = pd.DataFrame({"items": [1, 2], "chance": [0.2, 0.3]}, index=pd.Index(["BASE", "NAT"], name="system"))
PLAIN = TABLE.reset_index(drop=True)
TWO = TABLE.set_index("items", append=True)
WIDE = TABLE.T.rename_axis(index="figure")  # the columns have a name as well
LEVELS = pd.concat({"a": TABLE, "b": TABLE}, axis=1)


@pytest.mark.parametrize("table, headings", [
    (TABLE, [["system", "items", "chance"]]), (PLAIN, [["", "items", "chance"]]), (TWO, [["system", "items", "chance"]]),
    (TABLE.rename_axis(None), [["", "items", "chance"]]), (TABLE.reset_index(), [["", "system", "items", "chance"]]),
    (WIDE, [["system", "BASE", "NAT"], ["figure", "", ""]]), (TABLE.rename(columns={"items": ""}), [["system", "", "chance"]]),
    (LEVELS, [["", "a", "b"], ["system", "items", "chance", "items", "chance"]]),
    (LEVELS.rename_axis(None), [["", "a", "b"], ["", "items", "chance", "items", "chance"]]),
    (LEVELS.rename_axis(None).rename(columns={"a": ""}), [["", "", "b"], ["", "items", "chance", "items", "chance"]]),
    (TABLE.rename_axis("a < b & c"), [["a < b & c", "items", "chance"]]), (TABLE.head(0), [["system", "items", "chance"]])])
def test_no_heading_is_empty_and_no_word_is_lost(table, headings):
    text = f"<p>a &amp; b</p>{table.to_html()}"
    made = BeautifulSoup(name_columns(text), "html.parser")
    assert [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in made.select("thead tr")] == headings
    assert all(cell.get_text() for cell in made.find_all("th"))
    before = BeautifulSoup(text, "html.parser")
    assert made.select("tbody")[0].get_text() == before.select("tbody")[0].get_text() and made.p == before.p


def test_a_text_without_a_table_stays():
    assert name_columns("<p>a &lt; b</p>") == "<p>a &lt; b</p>"
