import base64
import hashlib
import json
import re

import pytest
from bs4 import BeautifulSoup

from medinj_utils.evaluation.ratings.form import write_form


def test_the_form_holds_the_texts_and_nothing_from_elsewhere(sheet, tmp_path):
    text = write_form(sheet, "R1", tmp_path / "form.html").read_text(encoding="utf-8")
    page = BeautifulSoup(text, "html.parser")
    data, script = page.find_all("script")
    content = json.loads(data.string)
    assert content == {"feuille": sheet.key.code, "annotateur": "R1",
                       "items": sheet.items.to_dict("records")}
    assert not page.find_all(src=True) and not page.find_all(href=True)
    policy = page.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none';") and "unsafe" not in policy
    for element, of in ((script, "script"), (page.style, "style")):
        digest = base64.b64encode(hashlib.sha256(element.string.encode()).digest()).decode()
        assert re.search(rf"{of}-src 'sha256-{re.escape(digest)}'", policy)
    assert not re.search("NAT|BASE", text)


def test_a_rater_without_a_code_gets_no_form(sheet, tmp_path):
    with pytest.raises(ValueError, match="rater is"):
        write_form(sheet, "</script>", tmp_path / "form.html")
