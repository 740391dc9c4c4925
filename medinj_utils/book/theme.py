"""What the book's pages need beyond their theme: a Sphinx extension that ``_config.yml`` names.

Search without accents, a description of each page for search engines and shared links, no empty
headings of tables, names of systems on one line, the language of the French page, folded logs
called so, the Colab badge from a file of the book, and no script that contacts another host.
"""

import html
import re
import unicodedata
from typing import Any

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

from medinj_utils.book.glossary import FRENCH_PAGE
from medinj_utils.core.names import SYSTEMS

_BADGE = "https://colab.research.google.com/assets/colab-badge.svg"
_LONGEST = 160  # characters of a description, about what search engines show
#: What unfolds and folds the output of a cell, which MyST-NB would call code.
_LOG = ("Show the log", "Hide the log")
#: Tags of HTML, and what is no text for readers.
_TAG = re.compile(r"(<script\b.*?</script>|<style\b.*?</style>|<[^>]*>)", re.DOTALL)
#: A figure that scrolls where the page is narrower.
_FIGURE = re.compile(r'<figure (?=[^>]*class="[^"]*\bmedinj-(?:wide|panels)\b)')
#: A blank at which French text has no line break.
_FRENCH_BLANK = re.compile(r"(?<=«) | (?=[;:?!%»€])")
_LONGEST_FIRST = "|".join(sorted(SYSTEMS, key=len, reverse=True))
#: The name of a run, or of a system that has a hyphen.
_NAME = re.compile(rf"(?<![\w/.-])(?=[A-Z]+-)(?:{_LONGEST_FIRST})(?:-s\d+)?(?![\w/-])")


def folded(text: str) -> str:
    """A text without accents and ligatures: ``énoncé`` and ``œdème`` are ``enonce`` and ``oedeme``.

    Compatibility decomposition without marks (Unicode Standard Annex 15), as in JavaScript below.
    """
    plain = text.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae").replace("Æ", "AE")
    return "".join(sign for sign in unicodedata.normalize("NFKD", plain)
                   if not unicodedata.category(sign).startswith("M"))


class FoldedSearch(SearchEnglish):
    """Sphinx's search of English pages, in which words and queries lose their accents."""

    # JavaScript's \w knows ASCII only: this is what Sphinx splits queries by when left alone.
    js_splitter_code = r"""
var splitQuery = (query) => query
  .replaceAll("œ", "oe").replaceAll("Œ", "OE").replaceAll("æ", "ae").replaceAll("Æ", "AE")
  .normalize("NFKD").replace(/\p{M}/gu, "")
  .split(/[^\p{Letter}\p{Number}_\p{Emoji_Presentation}]+/gu)
  .filter(term => term)
"""

    def split(self, input: str) -> list[str]:
        return super().split(folded(input))


def french_page(body: str) -> str:
    """HTML of a page in French, which says so to screen readers and keeps signs with their words.
    """
    texts = _TAG.split(body)
    texts[::2] = [_FRENCH_BLANK.sub("\u00a0", text) for text in texts[::2]]
    return "".join(texts).replace("<section ", '<section lang="fr" ', 1)


def _place_badges(app: Sphinx, doctree: nodes.document) -> None:
    """Before Sphinx collects pictures. On GitHub and Colab, notebooks show the badge of the web."""
    for image in doctree.findall(nodes.image):
        if image["uri"] == _BADGE:
            image["uri"] = "/book/_static/colab-badge.svg"


def name_columns(text: str) -> str:
    """HTML of pandas without empty headings of tables.

    pandas writes the names of an index into a row of their own, below the names of the columns:
    they go up beside these. A heading without a word is a plain cell.
    """
    soup = BeautifulSoup(text, "html.parser")
    for table in soup.find_all("table"):
        rows = [row.find_all("th") for row in table.select("thead tr")]
        if len(rows) > 1 and len(rows[-2]) == len(rows[-1]):
            pairs = list(zip(rows[-2], rows[-1], strict=True))
            if not any(above.get_text() and below.get_text() for above, below in pairs):
                for above, below in pairs:
                    above.extend(below.contents)
                rows[-1][0].parent.decompose()
        for heading in table.find_all("th"):
            if not heading.get_text(strip=True):
                heading.name = "td"
    return str(soup)


def with_whole_names(text: str) -> str:
    """HTML in which names such as NAT-SYN-s0 are marked, so that no line breaks at their hyphens.

    A non-breaking hyphen would be another character to whoever copies the name.
    """
    parts = _TAG.split(text)
    parts[::2] = [_NAME.sub(r'<span class="medinj-name">\g<0></span>', part) for part in parts[::2]]
    return "".join(parts)


def name_hidden_outputs(app: Sphinx | None, doctree: nodes.document, docname: str) -> None:
    """Call a folded output, which is what a long cell tells as it runs, a log.

    Args:
        app: not looked at, as is ``docname``.
        doctree: of a page, changed.
        docname: of the page.
    """
    for hidden in doctree.findall(nodes.Element):
        if "prompt_show" in hidden and "below-input" in hidden["classes"]:
            hidden["prompt_show"], hidden["prompt_hide"] = _LOG


def _name_columns(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for output in list(doctree.findall(nodes.raw)):
        if "<th></th>" in output.astext():
            output.replace_self(nodes.raw("", name_columns(output.astext()), format="html"))


def _finish_page(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any],
                 doctree: nodes.document | None) -> None:
    # Jupyter Book always loads Thebe, which the book doesn't use; its constants are declared twice.
    context["script_files"] = [script for script in context["script_files"]
                               if "thebe" not in f"{script.filename}{script.attributes}".lower()]
    contents = context.get("generate_toctree_html")
    if contents:
        # The button that unfolds the pages of a part shows only a sign.
        context["generate_toctree_html"] = lambda *levels, **settings: str(
            contents(*levels, **settings)).replace("<summary>", '<summary aria-label="its pages">')
    if doctree is not None:
        # The keyboard has to reach what scrolls; the theme sees to code and tables.
        context["body"] = _FIGURE.sub('<figure tabindex="0" ', context["body"])
        context["body"] = with_whole_names(context["body"])
        if pagename == FRENCH_PAGE:
            context["body"] = french_page(context["body"])
        description = html.escape(_description(doctree))
        title = html.escape(doctree.next_node(nodes.title).astext())
        context["metatags"] += (f'<meta name="description" content="{description}">'
                                f'<meta property="og:title" content="{title}">'
                                f'<meta property="og:description" content="{description}">')


def _description(doctree: nodes.document) -> str:
    """The first paragraph of a page, which in a notebook is its question."""
    text = " ".join(doctree.next_node(nodes.paragraph).astext().split()).removeprefix("Question. ")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST - 1].rpartition(' ')[0]}…"


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect all this to Sphinx."""
    app.add_search_language(FoldedSearch)
    app.connect("doctree-read", _place_badges, priority=400)
    app.connect("doctree-resolved", _name_columns)
    app.connect("doctree-resolved", name_hidden_outputs)
    app.connect("html-page-context", _finish_page, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
