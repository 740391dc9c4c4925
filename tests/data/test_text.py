"""Cleaning rules and encodings."""

import contextlib
import json
import re
from collections import Counter

import pytest

from medinj_utils.data.text import EncodingError, clean, decode, encoded_twice


@pytest.mark.parametrize("text, expected, rule", [
    ("l&#39;os &amp; la moelle", "l'os & la moelle", "HTML entities decoded"),
    ("10<sup>9</sup>/L<br/>puis <b>rien</b>", "10⁹/L\npuis rien", "HTML tags removed"),
    ("a\r\nb\rc", "a\nb\nc", "line ends made plain"),
    ("&amp;lt;5 &eacute ; &amp;amp;amp; &foo; &#0233;", "<5 é ; & &foo; é",
     "HTML entities decoded"),
    ("a\u000bb\u000cc\u0085d", "a\nb\nc\nd", "line ends made plain"),
    ("5\u001c10", "5 10", "special spaces made plain"),
    ("fo\u0000ie\u200b\ufeff", "foie", "control characters removed"),
    ("\u200e\u202bfo\u00adi\u200d\u200c\u2066e\u2069\u202c\u200f\u2063", "foie",
     "control characters removed"),
    ("10\u00ad15 mg", "10-15 mg", "control characters removed"),
    ("5\u20636", "5 6", "control characters removed"),
    ("fo\u2063ie", "foie", "control characters removed"),
    ("10\u200b15", "10 15", "control characters removed"),
    ("10\u000215", "10 15", "control characters removed"),
    ("5\ufeff10", "5 10", "control characters removed"),
    ("1\u200e0", "10", "control characters removed"),
    ("10\u00a0mg\u202f?", "10 mg ?", "special spaces made plain"),
    ("cre\u0300me", "crème", "composed (Unicode NFC)")])
def test_each_rule_changes_what_it_should_and_is_counted(text, expected, rule):
    changes = Counter()
    assert clean(text, changes) == expected
    assert changes == {rule: 1}


@pytest.mark.parametrize("text", [
    "p < 0,05 et n > 3", "TA < 140/90 & FC > 60", "R&D", "AT&T ; <inconnu>", "Na+ < K+",
    "œdème\tde\nQuincke", "5 < 6 <b7>", "PaO2 < 60 mmHg et > 40", "p<0,05",
    "?a=1&copy=2&reg2", "10² et 10^9", "œ\u2019\u2013"])
def test_what_is_no_fault_stays(text):
    changes = Counter()
    assert clean(text, changes) == text and not changes


@pytest.mark.parametrize("encoding, name", [
    ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"),
                                            ("cp1252", "cp1252"), ("latin-1", "cp1252")])
def test_encodings_are_found(tmp_path, encoding, name):
    text = "Œdème d'effort à 38 °C" if encoding != "latin-1" else "dème à 38 °C"
    (tmp_path / "f").write_bytes(text.encode(encoding))
    assert decode(tmp_path / "f") == (text, name)


FRENCH = "Œdème d’effort ; énoncé, à 38 °C, le cœur ; où ? Ça, là-bas"


@pytest.mark.parametrize("text", ["10 ÷ 2", "à 5 ÷ 2", "même", "30 ± 5"])
def test_signs_of_windows_are_not_taken_for_those_of_dos(tmp_path, text):
    (tmp_path / "f").write_bytes(text.encode("cp1252"))
    assert decode(tmp_path / "f") == (text, "cp1252")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-32"])
def test_wide_encodings_need_no_mark(tmp_path, encoding):
    (tmp_path / "f").write_bytes(FRENCH.encode(encoding))
    assert decode(tmp_path / "f") == (FRENCH, encoding)


@pytest.mark.parametrize("encoding, text", [
    *(("mac_roman", text) for text in (FRENCH, "médecin", "l’os", "38 °C", "Écrit", "où")),
    *(("cp850", text) for text in ("énoncé, à 38 °C", "médecin", "38 °C", "même", "très")),
    ("cp437", "élevé si ≤ 5 mg"), ("iso8859_15", "le cœur"), ("iso8859_15", "Œdème")])
def test_an_encoding_that_only_looks_like_windows_has_to_be_named(tmp_path, encoding, text):
    (tmp_path / "f").write_bytes(text.encode(encoding))
    with pytest.raises(EncodingError,
                       match=f"f: neither UTF-8 nor Windows-1252, rather .*encoding: {encoding}"):
        decode(tmp_path / "f")
    assert decode(tmp_path / "f", encoding) == (text, encoding)


@pytest.mark.parametrize("encoding", ["cp850", "cp437", "mac_roman"])
@pytest.mark.parametrize("text", [
    "l'âge", "q;r\nl'âge;B", "Quel âge ?", "une île", "là", "voilà", "au-delà", "çà", "état", "ÉTÉ",
    "CÔTÉ", "5 µg/L", "5 ± 2,5", "3 m²", "n° 5", "LARGACTIL® 5 mg",
    "une Île", "É", "né", "dû"])
def test_one_short_word_or_sign_of_another_encoding_is_not_read_as_windows(tmp_path, encoding,
                                                                           text):
    with contextlib.suppress(UnicodeEncodeError):  # MS-DOS in the United States had no Ô
        (tmp_path / "f").write_bytes(text.encode(encoding))
        try:
            assert decode(tmp_path / "f")[0] == text  # ± and µ are the same on a Macintosh
        except EncodingError as error:
            assert str(error).count(
                "rather mac_roman" if encoding == "mac_roman" else "rather cp850"
            ) or text in ("çà", "CÔTÉ", "É")


@pytest.mark.parametrize("encoding", ["cp850", "cp437", "mac_roman"])
@pytest.mark.parametrize("text", [
    "½", "½ comprimé", "5 ½", "1½", "prendre ½ dose\n½ le soir", "çà", "Noël", "CÔTÉ", "É", "maïs"])
def test_the_right_encoding_is_among_those_that_a_refusal_names(tmp_path, encoding, text):
    with contextlib.suppress(UnicodeEncodeError):  # a Macintosh has no ½
        (tmp_path / "f").write_bytes(text.encode(encoding))
        with pytest.raises(EncodingError) as refusal:
            decode(tmp_path / "f")
        candidates = str(refusal.value).partition("rather")[2].partition("; save")[0]
        assert encoding in candidates or "cp850" in candidates  # they have these signs alike


@pytest.mark.parametrize("text", [
    "l'âge", "une île", "là", "voilà…", "çà", "Señor Muñoz", "Müller", "Øresund", "5 ± 2", "m²",
    "n° 5", "Noël", "ambiguë", "§ 5", "A®", "ÉTÉ", "½", "M. Ýmir",
    "Œil", "Œuf", "et Élodie", "Le facteur Ø", "×", "maïs", "naïf", "pH É"])
def test_one_short_word_or_sign_of_windows_is_read(tmp_path, text):
    (tmp_path / "f").write_bytes(text.encode("cp1252"))
    assert decode(tmp_path / "f") == (text, "cp1252")


@pytest.mark.parametrize("text", [
    FRENCH, "Ça va", "NAÏF", "CŒUR", "ŒDÈME", "« oui »", "½ comprimé", "38 °C", "l’os",
    "10 µg ± 2 €", "DÉCÈS", "ÎLOT", "À jeun – 5 mg…"])
def test_windows_text_stays_windows_text(tmp_path, text):
    (tmp_path / "f").write_bytes(text.encode("cp1252"))
    assert decode(tmp_path / "f") == (text, "cp1252")


@pytest.mark.parametrize("data, message", [
    (b"\xe9\x81", "neither UTF-8 nor Windows-1252"),
    (b"PK\x03\x04\x00", "an archive or a spreadsheet"), (b"\x1f\x8b\x08", "an archive"),
    (b"\xd0\xcf\x11\xe0", "a spreadsheet")])
def test_bytes_that_are_no_text_are_refused(tmp_path, data, message):
    (tmp_path / "f").write_bytes(data)
    with pytest.raises(EncodingError, match=message):
        decode(tmp_path / "f")


@pytest.mark.parametrize("text, shown", [
    ("Dose ≥ 5 µg ?", "'Dose ≥ 5 µg ?' in it"), ("K ≤ 5", "'K ≤ 5'"), ("x ≠ y", "'x ≠ y'"),
    ("5 €", "'5 €'"), ("5 ‰", "'5 ‰'"), ("x ≈ 5", "'x ≈ 5'"),
    ("q;r\nla première ligne\nÀ jeun ?", "'la première ligne'"),
    ("q;r\n1;à jeun\n2;x", "'1;à jeun'"), ("question\nécole", "'école'")])
def test_text_of_a_macintosh_is_refused_with_an_example_of_one_line(tmp_path, text, shown):
    (tmp_path / "f").write_bytes(text.encode("mac_roman"))
    with pytest.raises(EncodingError, match=re.escape(f"rather mac_roman ({shown}")):
        decode(tmp_path / "f")


@pytest.mark.parametrize("text", ["5 m² 5 kg/m² 3 cm³ 5", "5 Å de", "5 € et 5 ‰", "x³ 5", "½ 5"])
def test_signs_of_windows_are_no_macintosh(tmp_path, text):
    (tmp_path / "f").write_bytes(text.encode("cp1252"))
    assert decode(tmp_path / "f") == (text, "cp1252")


@pytest.mark.parametrize("word", [
    "thérapie", "l’os", "cœur", "37°", "« ", "à ", "É", "ç", "…", "– ", "5µ", "m²", "Ô",
    "tabac–alcool"])
def test_text_that_was_encoded_twice_is_remarked(tmp_path, word):
    twice = f"un {word} x".encode().decode("cp1252")
    assert encoded_twice(twice)
    assert encoded_twice(twice) in twice
    assert not encoded_twice(f"un {word} x")


def test_an_encoding_that_is_named_is_taken_or_refused(tmp_path):
    (tmp_path / "f").write_bytes("é".encode())
    assert decode(tmp_path / "f", "cp1252") == ("Ã©", "cp1252")
    with pytest.raises(EncodingError,
                       match="f: there is no encoding 'mac_romain'; some are utf-8, cp1252"):
        decode(tmp_path / "f", "mac_romain")
    with pytest.raises(EncodingError, match="f: damaged ascii at byte 0"):
        decode(tmp_path / "f", "ascii")


def test_a_zero_byte_in_plain_text_is_no_wide_encoding(tmp_path):
    (tmp_path / "f").write_bytes("é\0a".encode())
    assert decode(tmp_path / "f") == ("é\0a", "utf-8")


def test_damaged_utf_8_is_no_other_encoding(tmp_path):
    (tmp_path / "f").write_bytes("première\nligne ".encode() + b"\xc3")
    with pytest.raises(EncodingError, match=r"byte 16, line 2; whole up to there"):
        decode(tmp_path / "f")


def test_what_only_looks_like_a_tag_stays_and_damaged_bytes_after_a_mark_are_told(tmp_path):
    assert clean("si a <b et c> d") == "si a <b et c> d"
    assert clean('<a href="x">lien</a> <b>gras</b>') == "lien gras"
    file = tmp_path / "a.json"
    for data in (b"\xef\xbb\xbfabc\xff", b"\xff\xfea\x00b"):
        file.write_bytes(data)
        with pytest.raises(EncodingError, match="a.json: damaged utf"):
            decode(file)


@pytest.mark.parametrize("encoding, files", [("cp1252", 490), ("mac_roman", 490), ("cp850", 402)])
def test_files_of_five_exam_questions_are_read_or_refused(shared_data, tmp_path, encoding, files):
    folder = shared_data / "frenchmedmcqa" / "raw"
    rows = [
        row
        for name in ("test", "train")
        for row in json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    ]
    texts = [
        ";".join([row["question"], *(row.get(f"answer_{letter}") or "" for letter in "abcde")])
        for row in rows
    ]
    refused = []
    for start in range(0, len(texts), 5):
        with contextlib.suppress(UnicodeEncodeError):
            (tmp_path / "f").write_bytes("\n".join(texts[start:start + 5]).encode(encoding))
            try:
                refused.append(decode(tmp_path / "f")[0] != "\n".join(texts[start:start + 5]))
                assert not refused[-1]
            except EncodingError:
                refused.append(True)
    assert (len(refused), sum(refused)) == (files, 0 if encoding == "cp1252" else files)


@pytest.mark.parametrize("text, shown", [
    ("p &lt; 0,05 et n &gt; 3", "p < 0,05 et n > 3"), ("10&lt;sup&gt;9&lt;/sup&gt;/L", "10⁹/L"),
    ("&lt;5 ans", "<5 ans"), ("p&lt0,05", "p<0,05"), ("1&frac12;", "1½"),
    ("10&sup2; &plusmn; 2", "10² ± 2"), ("soc&shy;iale", "sociale"), ("a&lt;b&gt;c", "a<b>c"),
    ("<p>Dose&nbsp;: 5&nbsp;mg</p>", "Dose : 5 mg")])
def test_references_and_tags_are_read_together(text, shown):
    assert clean(text) == shown and clean(shown) == shown
