"""YAML that is read strictly."""

import pytest

from medinj_utils.core.yaml_texts import parse_yaml, read_yaml


@pytest.mark.parametrize("text, message", [
    ("a: 1\na: 2", "line 2: the key 'a' stands twice"),
    ("a: 1\nb:\n  - {c: 1, c: 2}", "line 3: the key 'c' stands twice"),
    ("é: 1\ne\u0301: 2", "line 2: the key 'é' stands twice"),
    ("a: &x\n  b: *x", "line 1: this part contains itself"),
    ("a: &x [1, *x]", "contains itself"), ("a: [", "not YAML"), ("[" * 5000, "nested too deep"),
    ("d: 2024-13-45", "not YAML: month must be"),
    ("a: 1\nb: é".encode("latin-1"), "line 2: not UTF-8; save the file as UTF-8"),
    ("a: é\n".encode("cp1252"), "line 1: not UTF-8"),
    ("a: é".encode("utf-16")[:-1], "not YAML")])
def test_what_would_be_lost_or_is_no_yaml_is_refused_with_its_line(text, message):
    with pytest.raises(ValueError, match=f"mine.yaml.*{message}"):
        parse_yaml(text, "mine.yaml")


@pytest.mark.parametrize("text, value", [
    ("a: &x {b: 1}\nc: {<<: *x, b: 2}\nd: *x", {"a": {"b": 1}, "c": {"b": 2}, "d": {"b": 1}}),
    ("", None), ("1: a\n'1': b", {1: "a", "1": "b"}),
    ("a: é".encode("utf-16"), {"a": "é"}), ("a: é".encode("utf-8-sig"), {"a": "é"})])
def test_what_is_said_once_is_read(tmp_path, text, value):
    (tmp_path / "mine.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    assert read_yaml(tmp_path / "mine.yaml") == value
