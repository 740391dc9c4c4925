"""Cleaning rules and encodings."""

from collections import Counter

import pytest

from medinj_utils.data.text import EncodingError, clean, decode


@pytest.mark.parametrize("text, expected, rule", [
    ("l&#39;os &amp; la moelle", "l'os & la moelle", "HTML entities decoded"),
    ("10<sup>9</sup>/L<br/>puis <b>rien</b>", "10⁹/L\npuis rien", "HTML tags removed"),
    ("a\r\nb\rc", "a\nb\nc", "line ends made plain"),
    ("&amp;lt;5 &eacute ; &amp;amp;amp; &foo; &#0233;", "<5 é ; & &foo; é", "HTML entities decoded"),
    ("a\u000bb\u000cc\u0085d", "a\nb\nc\nd", "line ends made plain"), ("5\u001c10", "5 10", "special spaces made plain"),
    ("fo\u0000ie\u200b\ufeff", "foie", "control characters removed"),
    ("\u200e\u202bfo\u00adi\u200d\u200c\u2066e\u2069\u202c\u200f\u2063", "foie", "control characters removed"),
    ("10\u00a0mg\u202f?", "10 mg ?", "special spaces made plain"),
    ("cre\u0300me", "crème", "composed (Unicode NFC)")])
def test_each_rule_changes_what_it_should_and_is_counted(text, expected, rule):
    changes = Counter()
    assert clean(text, changes) == expected
    assert changes == {rule: 1}


@pytest.mark.parametrize("text", [
    "p < 0,05 et n > 3", "TA < 140/90 & FC > 60", "R&D", "AT&T ; <inconnu>", "Na+ < K+", "œdème\tde\nQuincke", "5 < 6 <b7>", "PaO2 < 60 mmHg et > 40", "p<0,05",
    "?a=1&copy=2&reg2", "10² et 10^9", "œ\u2019\u2013"])
def test_what_is_no_fault_stays(text):
    changes = Counter()
    assert clean(text, changes) == text and not changes


@pytest.mark.parametrize("encoding, told", [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"),
                                            ("cp1252", "cp1252"), ("latin-1", "cp1252")])
def test_encodings_are_found(tmp_path, encoding, told):
    text = "Œdème d'effort à 38 °C" if encoding != "latin-1" else "dème à 38 °C"
    (tmp_path / "f").write_bytes(text.encode(encoding))
    assert decode(tmp_path / "f") == (text, told)


def test_bytes_that_are_no_windows_text_are_latin_1(tmp_path):
    (tmp_path / "f").write_bytes(b"\xe9\x81")
    assert decode(tmp_path / "f") == ("é\x81", "latin-1")


def test_damaged_utf_8_is_no_other_encoding(tmp_path):
    (tmp_path / "f").write_bytes("première\nligne ".encode() + b"\xc3")
    with pytest.raises(EncodingError, match=r"byte 16, line 2; whole up to there"):
        decode(tmp_path / "f")


def test_what_only_looks_like_a_tag_stays_and_damaged_bytes_after_a_mark_are_told(tmp_path):
    assert clean("si a <b et c> d") == "si a <b et c> d" and clean('<a href="x">lien</a> <b>gras</b>') == "lien gras"
    file = tmp_path / "a.json"
    for data in (b"\xef\xbb\xbfabc\xff", b"\xff\xfea\x00b"):
        file.write_bytes(data)
        with pytest.raises(EncodingError, match="a.json: damaged utf"):
            decode(file)


@pytest.mark.parametrize("text, shown", [
    ("p &lt; 0,05 et n &gt; 3", "p < 0,05 et n > 3"), ("10&lt;sup&gt;9&lt;/sup&gt;/L", "10⁹/L"), ("&lt;5 ans", "<5 ans"), ("p&lt0,05", "p<0,05"), ("1&frac12;", "1½"),
    ("10&sup2; &plusmn; 2", "10² ± 2"), ("soc&shy;iale", "sociale"), ("a&lt;b&gt;c", "a<b>c"), ("<p>Dose&nbsp;: 5&nbsp;mg</p>", "Dose : 5 mg")])
def test_references_and_tags_are_read_together(text, shown):
    assert clean(text) == shown and clean(shown) == shown
