"""Terms of the glossary on other pages: the first mention is a link, with the entry's first
sentence."""

from pathlib import Path

import pytest
from docutils import nodes
from docutils.utils import new_document

from medinj_utils.book.glossary import PAGE, Glossary

ROOT = Path(__file__).parents[2]


def entry(definition, *terms):
    names = [nodes.term("", term, ids=[f"term-{term}"]) for term in terms]
    return nodes.definition_list_item("", *names,
                                      nodes.definition("", nodes.paragraph("", "", *definition)))


@pytest.fixture
def glossary():
    page = new_document("glossary")
    cited = nodes.inline("", "holm1979", refdomain="cite")
    page += nodes.definition_list(
        "",
        entry([nodes.Text("A set of\nrows"), cited, nodes.Text(". More of it.")], "Mixture"),
        entry([nodes.Text("What is said. Then more.")], "Claim", "Verdict"),
        entry([nodes.Text("Of letters.")], "Match"),
        entry([nodes.Text("All right.")], "Exact match"),
    )
    return Glossary(page)


def linked(glossary, *children):
    page = new_document("page")
    page += nodes.paragraph("", "", *children)
    glossary.link(page, "../glossary.html")
    return page


def test_the_first_mention_is_a_link_with_the_first_sentence(glossary):
    page = linked(glossary, nodes.Text("Two Mixtures, a mixture and verdicts by exact match."))
    links = list(page.findall(nodes.reference))
    assert [link.astext() for link in links] == ["Mixtures", "verdicts", "exact match"]
    assert links[0]["reftitle"] == "A set of rows."
    assert links[0]["refuri"] == "../glossary.html#term-Mixture"
    assert links[1]["reftitle"] == "What is said."
    assert page.astext() == "Two Mixtures, a mixture and verdicts by exact match."


def test_links_code_and_parts_of_words_are_left(glossary):
    page = linked(glossary, nodes.reference("", "claim", refuri="x"), nodes.literal("", "mixture"),
                  nodes.Text("a mismatch, exact-match and premixtures"))
    assert [link["refuri"] for link in page.findall(nodes.reference)] == ["x"]


def test_every_entry_of_the_books_glossary_is_a_term():
    text = (ROOT / f"{PAGE}.md").read_text(encoding="utf-8")
    blocks = text.split("```{glossary}\n")[1:]
    terms = [
        line
        for block in blocks
        for line in block.partition("```")[0].splitlines()
        if line and not line.startswith(" ")
    ]
    assert len(terms) == len({term.lower() for term in terms}) > 60
