"""Every page of a built book in Chromium: on a wide screen in light and dark, and on a phone.

Screenshots of whole pages are kept in ``outputs/screenshots``, as
``<page>-<light, dark or phone>.jpeg``.
"""

import functools
import http.server
import shutil
import threading
from collections import defaultdict
from pathlib import Path
from urllib.parse import unquote

import pytest

from medinj_utils.book.theme import folded

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(
    not CHROMIUM, reason="no program `chromium` is installed (Debian: apt install chromium)"
)
SHOTS = Path(__file__).parents[2] / "outputs" / "screenshots"
#: Width of the screen in pixels, and the reader's wish for light or dark.
VIEWS = {"light": (1280, "light"), "dark": (1280, "dark"), "phone": (390, "light")}
#: What Sphinx writes and isn't ours: a list of citations has the role of a list, whose children
# are no list items.
NOT_OURS = {("aria-required-children", ".citation-list")}
#: Axe looks at each text: this marks the first of each colour, ground and size, which is twenty
# times quicker.
MARK_KINDS_OF_TEXT = """() => {
  document.querySelectorAll("[data-first]").forEach(element => delete element.dataset.first);
  const seen = new Set(), texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.checkVisibility()) continue;
    let ground = element;
    const transparent = () => getComputedStyle(ground).backgroundColor.endsWith(", 0)");
    while (ground.parentElement && transparent()) ground = ground.parentElement;
    const {color, fontSize, fontWeight} = getComputedStyle(element);
    const kind = [color, fontSize, fontWeight, getComputedStyle(ground).backgroundColor].join();
    if (!seen.has(kind)) element.dataset.first = "";
    seen.add(kind);
  }
}"""
LINKS = "() => [...document.querySelectorAll('a[href]')].map(link => link.href)"
BROKEN_NAMES = """() => [...document.querySelectorAll('.medinj-name')]
  .filter(name => name.getClientRects().length > 1)
  .map(name => name.textContent)"""
SQUEEZED = """() => [...document.querySelectorAll('tbody td')]
  .filter(cell => cell.innerText.length > 40 && cell.offsetWidth && cell.offsetWidth < 100)
  .map(cell => cell.innerText)"""
EMPTY_HEADS = """() => [...document.querySelectorAll('thead tr')]
  .filter(row => [...row.children].some(head => !head.innerText.trim()))
  .map(row => row.innerText)"""
IDS = "() => [...document.querySelectorAll('[id]')].map(element => element.id)"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words):
        pass


@pytest.fixture(scope="module")
def site(project):
    """The small profile's book: its folder, and the address that it is served at."""
    html = project[0] / "outputs" / "small" / "html"
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=html)
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield html, f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def page():
    from axe_playwright_python.base import AXE_SCRIPT
    from playwright.sync_api import sync_playwright
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        page = browser.new_page(reduced_motion="reduce")
        page.add_init_script(AXE_SCRIPT)  # once a page, where Axe.run would load it at each call
        yield page
        browser.close()


@pytest.fixture(scope="module")
def faults(page, site):
    """Faults that a page tells of by itself or by its requests, as they come; a test clears what it
    doesn't look at."""
    result = []
    page.on(
        "console", lambda message: result.append(message.text) if message.type == "error" else None
    )
    page.on("pageerror", lambda error: result.append(str(error)))
    page.on("requestfailed", lambda request: result.append(f"failed: {request.url}"))
    page.on(
        "response",
        lambda response: (
            result.append(f"{response.status}: {response.url}") if response.status >= 400 else None
        ),
    )
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((site[1], "data:"))
            else result.append(f"asked: {request.url}")
        ),
    )
    return result


def violations(page, view):
    """What axe-core finds serious, or an empty heading: the rules of WCAG 2.1 in light, contrasts
    in dark, what scrolls on a phone."""
    page.evaluate(MARK_KINDS_OF_TEXT)
    contrast = {"runOnly": ["color-contrast"]}
    others = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
              "rules": {"color-contrast": {"enabled": False},
                        "empty-table-header": {"enabled": True}}}
    runs = {"light": [("[data-first]", contrast), ("html", others)],
            "dark": [("[data-first]", contrast)],
            "phone": [("html", {"runOnly": ["scrollable-region-focusable"]})]}
    for part, options in runs[view]:
        options |= {"resultTypes": ["violations"], "preload": False}
        result = page.evaluate("([part, options]) => axe.run(part, options)", [part, options])
        for rule in result["violations"]:
            if rule["impact"] in ("serious", "critical") or rule["id"] == "empty-table-header":
                yield from (
                    (rule["id"], node["target"][0], node["html"][:200]) for node in rule["nodes"]
                )


@pytest.fixture(scope="module")
def seen(page, faults, site):
    """By kind of finding, what was found on which page in which view; links and places by page."""
    html, address = site
    result = defaultdict(dict)
    shutil.rmtree(SHOTS, ignore_errors=True)
    SHOTS.mkdir(parents=True)
    names = {path.relative_to(html).as_posix() for path in html.rglob("*.html")} - {"index.html"}
    for name in sorted(name for name in names if not name.startswith("_static")):
        for view, (width, wish) in VIEWS.items():
            faults.clear()
            page.emulate_media(color_scheme=wish)
            page.set_viewport_size({"width": width, "height": 900})
            if view != "dark":  # which the page turns to while it is read
                page.goto(address + name)
            page.wait_for_function(f"document.documentElement.dataset.theme == '{wish}'")
            result["faults"][name, view] = list(faults)
            result["width"][name, view] = page.evaluate("document.documentElement.scrollWidth")
            result["broken"][name, view] = page.evaluate(BROKEN_NAMES)
            result["squeezed"][name, view] = page.evaluate(SQUEEZED)
            result["violations"][name, view] = [
                one for one in violations(page, view) if one[:2] not in NOT_OURS
            ]
            page.screenshot(
                path=SHOTS
                / f"{Path(name).with_suffix('').as_posix().replace('/', '-')}-{view}.jpeg",
                full_page=True,
                type="jpeg",
                quality=60,
            )
        result["heads"][name] = page.evaluate(EMPTY_HEADS)
        result["links"][name], result["ids"][name] = page.evaluate(LINKS), set(page.evaluate(IDS))
    return result


def results(page, address, query):
    """Titles of the pages that a search lists."""
    page.goto(f"{address}search.html?q={query}")
    page.wait_for_function(
        "document.querySelector('#search-results h2')?.innerText == 'Search Results'"
    )
    return page.locator("#search-results li > a").all_inner_texts()


def test_pages_load_without_an_error_and_ask_no_other_host(seen):
    assert len(seen["faults"]) > 3 * 30
    assert not {page: errors for page, errors in seen["faults"].items() if errors}


def test_no_page_scrolls_sideways(seen):
    assert not {
        page: width for page, width in seen["width"].items() if width > VIEWS[page[1]][0]
    }


def test_names_of_systems_are_not_broken_across_lines(seen):
    assert not {page: names for page, names in seen["broken"].items() if names}


def test_no_sentence_in_a_table_is_squeezed_to_a_word_a_line(seen):
    assert not {page: cells for page, cells in seen["squeezed"].items() if cells}


def test_every_column_of_a_table_has_a_head(seen):
    assert not {name: rows for name, rows in seen["heads"].items() if rows}


def test_axe_finds_nothing_serious_and_no_empty_heading(seen):
    assert not {page: rules for page, rules in seen["violations"].items() if rules}


def test_links_inside_the_book_lead_to_a_place_that_is_there(seen, site):
    html, address = site
    followed = 0
    for name, links in seen["links"].items():
        for link in (unquote(link) for link in links if link.startswith(address)):
            target, _, place = link.removeprefix(address).partition("#")
            assert (html / target).is_file(), f"{name}: {link}"
            assert not place or place in seen["ids"][target], f"{name}: {link}"
            followed += bool(place)
    assert followed > 100


def test_the_root_leads_to_the_first_page_which_has_one_search_box(page, site):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(site[1])
    page.wait_for_url("**/book/index.html")
    assert page.get_by_role("button", name="Search").count() == 1
    assert page.locator("input[type=search]:visible").count() == 0


@pytest.mark.parametrize("accents, plain, title", [
    ("pancréas", "pancreas", "Your own data"), ("VÉSICULE", "Vesicule", "Your own data"),
    ("cœur", "coeur", "Glossary")])
def test_search_finds_with_and_without_accents(page, faults, site, accents, plain, title):
    faults.clear()
    result = results(page, site[1], accents)
    assert title in result and results(page, site[1], plain) == result and not faults


def test_the_french_page_is_read_to_listeners_in_french(page, site):
    page.goto(f"{site[1]}book/en_bref.html")
    assert page.locator("#en-bref h1").evaluate("head => head.closest('[lang]').lang") == "fr"
    assert not page.locator("article .medinj-term").count()  # the glossary is English


def test_search_finds_nothing_where_nothing_is(page, site):
    assert results(page, site[1], "enonciateurs-inconnus") == []


def test_search_works_from_a_file(page, site):
    assert results(page, f"{site[0].as_uri()}/", "pancreas") == results(page, site[1],
                                                                        "pancreas") != []


@pytest.mark.parametrize("text", [
    "l'énoncé", "Œdème, CŒUR et ex æquo", "re\u0301ponse", "10² µg/mL – naïf", "日本 Ελλάδα"])
def test_a_query_is_split_into_the_words_of_the_index(page, site, text):
    from medinj_utils.book.theme import FoldedSearch
    page.goto(f"{site[1]}search.html")
    assert page.evaluate("text => splitQuery(text)", text) == FoldedSearch({}).split(text)
    assert page.evaluate("text => splitQuery(text)", folded(text)) == FoldedSearch({}).split(text)
