"""A Sphinx extension: the first mention of each term on a page links to the glossary.

The link's title, which a browser shows when the mouse rests on it, is the first sentence of the
entry. Headings, links, code, the glossary itself and the French page are left as they are.
"""

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

PAGE = "book/glossary"
FRENCH_PAGE = "book/en_bref"
_LEFT = (nodes.reference, nodes.literal, nodes.literal_block, nodes.raw, nodes.title, nodes.math,
         nodes.math_block, nodes.table, nodes.caption)
_SENTENCE = re.compile(r"(?<=[.:?])\s+(?=[A-Z*`])")


class Glossary:
    """The terms of the glossary page.

    Args:
        page: its doctree.
    """

    def __init__(self, page: nodes.document):
        self.entries: dict[str, tuple[str, str]] = {}  # anchor, first sentence by lower-case term
        for item in page.findall(nodes.definition_list_item):
            sentence = _SENTENCE.split(_uncited(next(item.findall(nodes.definition))))[0]
            for term in item.findall(nodes.term):
                self.entries[term.astext().lower()] = term["ids"][0], sentence
        longest_first = sorted(self.entries, key=len, reverse=True)
        names = "|".join(map(re.escape, longest_first))
        self._mention = re.compile(rf"(?<![\w-])({names})(s?)(?![\w-])", re.IGNORECASE)

    def link(self, page: nodes.document, address: str) -> None:
        """Make the first mention of each term on a page a link.

        Args:
            page: its doctree, which is changed.
            address: of the glossary, as the page links to it.
        """
        unmentioned = set(self.entries)
        for text in list(page.findall(nodes.Text)):
            if not any(isinstance(parent, _LEFT) for parent in _parents(text)):
                linked = list(self._linked(text.astext(), unmentioned, address))
                if len(linked) > 1:
                    text.parent.replace(text, linked)

    def _linked(self, text: str, unmentioned: set[str], address: str) -> Iterator[nodes.Node]:
        """The parts of a text; those that mention a term for the first time are links."""
        end = 0
        for mention in self._mention.finditer(text):
            term = mention[1].lower()
            if term in unmentioned:
                unmentioned.remove(term)
                anchor, sentence = self.entries[term]
                yield nodes.Text(text[end:mention.start()])
                yield nodes.reference("", mention[0], internal=True, refuri=f"{address}#{anchor}",
                                      reftitle=sentence, classes=["medinj-term"])
                end = mention.end()
        yield nodes.Text(text[end:])


def _uncited(definition: nodes.definition) -> str:
    """The text of a definition on one line, without its citations, which aren't resolved yet."""
    texts = [text.astext() for text in definition.findall(nodes.Text)
             if not any(parent.get("refdomain") == "cite" for parent in _parents(text))]
    return re.sub(r"\s+(?=[.,:])|(?<=\s)\s+", "", re.sub(r"\s", " ", " ".join(texts)))


def _parents(node: nodes.Node) -> Iterator[nodes.Node]:
    while node := node.parent:
        yield node


def _on_resolved(app: Sphinx, page: nodes.document, name: str) -> None:
    if name in (PAGE, FRENCH_PAGE):  # the glossary is English
        return
    if not hasattr(app, "medinj_glossary"):
        app.medinj_glossary = Glossary(app.env.get_doctree(PAGE))
    app.medinj_glossary.link(page, app.builder.get_relative_uri(name, PAGE))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    app.connect("doctree-resolved", _on_resolved)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
