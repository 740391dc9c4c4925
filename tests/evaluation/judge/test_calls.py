import pytest

from medinj_utils.evaluation.judge.calls import KeptCalls
from medinj_utils.models.replies import Reply

REPLY = Reply("Score: 1\nligne\u2028 « é » \ufffd", "stop", "", "m", 3, 4, 0.5, ["seed"])


def keep(path, **replies) -> KeptCalls:
    kept = KeptCalls(path)
    with kept.adding() as add:
        for key, reply in replies.items():
            add(key, reply)
    return kept


def test_what_is_kept_is_read_again(tmp_path):
    path = tmp_path / "new" / "a.jsonl"
    kept = keep(path, one=REPLY, two=Reply(None, failure="x"))
    again = KeptCalls(path)
    assert again.replies == {"one": REPLY, "two": Reply(None, failure="x", left_out=[])}
    assert kept.replies["one"] == REPLY
    assert [again.lacks(key) for key in ("one", "two", "three")] == [False, True, True]
    assert not keep(path, two=REPLY).lacks("two") and KeptCalls(path).replies["two"] == REPLY


@pytest.mark.parametrize("rest", [b'{"key": "b", "te', b"\0" * 40, b"{}"])
def test_an_unfinished_line_is_cut_off(rest, tmp_path):
    path = tmp_path / "a.jsonl"
    keep(path, one=REPLY)
    whole = path.read_bytes()
    path.write_bytes(whole + rest)
    assert list(KeptCalls(path).replies) == ["one"] and path.read_bytes() == whole
    path.write_bytes(rest)
    assert KeptCalls(path).replies == {} and path.read_bytes() == b""


@pytest.mark.parametrize("line", [
    "", "[]", "{}", "7", '{"key": "b"}', '{"key": "b", "text": "x", "score": 1}', "<<<<<<< HEAD"])
def test_a_line_that_is_no_reply_is_named(line, tmp_path):
    path = tmp_path / "a.jsonl"
    keep(path, one=REPLY)
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(ValueError, match="a.jsonl, line 2: no reply of a judge"):
        KeptCalls(path)
