"""The rating form in Chromium, opened as a file: rated by keyboard, left, resumed, exported and
read again."""

import json
import shutil

import pandas as pd
import pytest

from medinj_utils.evaluation.ratings import read_ratings, write_form

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(
    not CHROMIUM, reason="no program `chromium` is installed (Debian: apt install chromium)"
)
TEN = [1, 0, 0, 1, 1, 0, 1, 0, 0, 1]


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def context(browser):
    """A browser without a past."""
    context = browser.new_context(accept_downloads=True)
    yield context
    context.close()


@pytest.fixture
def told(context):
    """What pages ask for, and faults and dialogues that they tell of."""
    found = []
    context.on("request", lambda request: found.append(request.url))
    context.on("weberror", lambda error: found.append(str(error.error)))
    context.on("console", lambda message: found.append(message.text))
    context.on("dialog", lambda dialog: (found.append(dialog.message), dialog.accept()))
    return found


@pytest.fixture
def form(sheet, tmp_path):
    return write_form(sheet, "R1", tmp_path / "form.html")


#: Milliseconds after which Chromium has handed on what a page stored; a page that is opened sooner,
# which no reader does, may not see it.
STORED = 600


def opened(context, form):
    page = context.new_page()
    page.goto(form.as_uri())
    return page


def rate(page, ratings):
    for rating in ratings:
        page.locator("body").press(str(rating))  # waits until the page takes keys
    page.wait_for_timeout(STORED)


def exported(page, kind, folder):
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Exporter en {kind}").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def place(page):
    return page.locator("#place").inner_text()


def test_ten_ratings_by_keyboard_outlive_a_reload_and_come_back_the_same(sheet, form, context, told,
                                                                         tmp_path, keys_of):
    page, ids = opened(context, form), sheet.items["id"].tolist()
    rate(page, TEN[:6])
    page.reload()
    assert place(page).startswith("Réponse 7 sur 21") and place(page).endswith("Total noté : 6.")
    rate(page, TEN[6:])
    page.close()
    page = opened(context, form)
    assert place(page).startswith("Réponse 11 sur 21")
    tables = [
        read_ratings([exported(page, kind, tmp_path)], keys_of(sheet)) for kind in ("JSON", "CSV")
    ]
    for ratings, quarantine in tables:
        assert ratings["id"].tolist() == ids[:10]
        assert ratings["rating"].tolist() == TEN
        assert quarantine.empty
        assert set(ratings["rater"]) == {"R1"}
    pd.testing.assert_frame_equal(*(table.drop(columns="file") for table, _ in tables))
    assert {url for url in told if not url.startswith("blob:")} == {form.as_uri()}


def test_hostile_texts_show_as_text(sheet, form, context, told):
    page = opened(context, form)
    for item in sheet.items.to_dict("records"):
        for name in ("instruction", "context", "reference", "candidate"):
            assert page.locator(f"#{name}").evaluate("element => element.textContent") == item[name]
            assert page.locator(f"#{name} *").count() == 0
        page.keyboard.press("ArrowRight")
    assert page.title() == "Notation de réponses"
    assert page.locator("script").count() == 2
    assert page.locator("img").count() == 0
    assert told == [form.as_uri()]


def test_arrows_move_a_rating_can_be_changed_and_erased(sheet, form, context, tmp_path):
    page, ids = opened(context, form), sheet.items["id"].tolist()
    page.keyboard.press("ArrowLeft")
    assert place(page).startswith("Réponse 1 sur")
    rate(page, [1, 1, 1])
    for key in ("ArrowLeft", "Delete", "ArrowLeft", "0", "ArrowRight", "Control+1"):
        page.keyboard.press(key)
    assert place(page).startswith(f"Réponse 4 sur 21 ({ids[3]}), pas encore notée")
    content = json.loads(exported(page, "JSON", tmp_path).read_text(encoding="utf-8"))
    assert content["notes"] == [{"id": ids[0], "note": 1}, {"id": ids[1], "note": 0}]
    page.keyboard.press("End")
    for _ in ids:
        page.keyboard.press("ArrowRight")
    assert place(page).startswith("Réponse 21 sur 21")


def test_buttons_rate_as_keys_do_and_keep_no_key_to_themselves(form, context):
    page = opened(context, form)
    page.get_by_role("button", name="1 : oui").click()
    page.keyboard.press("0")
    page.get_by_role("button", name="Précédente").click()
    assert "notée 0" in place(page)
    assert page.get_by_role("button", name="0 : non").get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Effacer").click()
    assert "pas encore notée. Total noté : 1." in place(page)


def test_digits_of_a_french_keyboard_need_no_shift(form, context):
    page = opened(context, form)
    for key, code in (("&", "Digit1"), ("à", "Digit0")):
        page.evaluate(
            "([key, code]) => document.dispatchEvent(new KeyboardEvent('keydown', {key, code}))",
            [key, code],
        )
    assert "Total noté : 2" in place(page)
    page.keyboard.press("ArrowLeft")
    assert "notée 0" in place(page)
    page.keyboard.press("ArrowLeft")
    assert "notée 1" in place(page)


def test_two_tabs_lose_nothing_of_each_other(form, context):
    one, two = opened(context, form), opened(context, form)
    rate(one, [1, 0])
    two.wait_for_function("document.getElementById('place').textContent.includes('Total noté : 2')")
    two.keyboard.press("ArrowRight")
    two.keyboard.press("ArrowRight")
    rate(two, [1])
    one.wait_for_function("document.getElementById('place').textContent.includes('Total noté : 3')")


def test_raters_and_sheets_are_kept_apart(sheet, form, context, tmp_path):
    rate(opened(context, form), [1, 1])
    other = opened(context, write_form(sheet, "R2", tmp_path / "other.html"))
    assert "Total noté : 0" in place(other)


@pytest.mark.parametrize("stored", ["{", "null", "[]", '{"BCDFGH": 1}', '"x"'])
def test_damaged_storage_stops_no_rating(form, context, stored):
    page = opened(context, form)
    page.evaluate("stored => localStorage.setItem(place, stored)", stored)
    page.wait_for_timeout(STORED)
    page.reload()
    rate(page, [1, 0])
    page.reload()
    assert "Total noté : 2" in place(page)


@pytest.mark.parametrize("broken", ["setItem", "getItem"])
def test_without_storage_the_form_says_so_and_exports_all(form, context, tmp_path, broken):
    context.add_init_script(f"Storage.prototype.{broken} = () => {{ throw new Error('none'); }};")
    page = opened(context, form)
    rate(page, [1, 0, 1])
    assert (
        len(json.loads(exported(page, "JSON", tmp_path).read_text(encoding="utf-8"))["notes"]) == 3
    )
    if broken == "setItem":
        assert "n'enregistre rien" in page.get_by_role("alert").inner_text()


def test_what_is_not_saved_is_not_left_without_a_question(form, context):
    context.add_init_script("Storage.prototype.setItem = () => { throw new Error('full'); };")
    page = opened(context, form)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("button", name="1 : oui").click()
    page.reload()
    assert asked == ["beforeunload"]
    assert "Total noté : 0" in place(page)


def test_axe_finds_nothing_serious(form, browser):
    from axe_playwright_python.sync_playwright import Axe
    plain = browser.new_context(bypass_csp=True)  # the check brings a script of its own
    page = plain.new_page()
    page.goto(form.as_uri())
    found = Axe().run(page).response["violations"]
    plain.close()
    assert [rule["id"] for rule in found if rule["impact"] in ("serious", "critical")] == []
