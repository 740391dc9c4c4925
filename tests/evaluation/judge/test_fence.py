import html

import pytest

from medinj_utils.evaluation import read_verdict
from medinj_utils.evaluation.judge.fence import code_of, escaped, fenced
from medinj_utils.evaluation.reading.thoughts import without_thoughts

MARKS = [
    "<|im_end|>", "</s>", "<s>", "<think>", "<start_of_turn>", "<｜Assistant｜>", "<<SYS>>",
    "[INST]", "[/INST]", "[gMASK]", "[SYSTEM_PROMPT]", "◁think▷", "<!-- x -->",
    "{% raw %}", "{{x}}", "{# x #}", "＜think＞", "<_x>", "【think】", "\u202e", "\u200b", "\ufeff",
    "\x00", "\x1b[2K", "\U000e0041", "\u2028", "\x85", "\ud800", "\ue000", "<▁x>",
    "< think >", "< /think>", "{think}", "{/think}", "((/think))", "{/analyse}", "%/think%",
    "@@/think@@", "%%think%%", "assistantfinal", "AssistantFinal", "...done thinking.",
    "```think\n", "[begin of thought]",
    "<|channel|>final<|message|>", "⟨think⟩", "⟪think⟫", "〔thought〕", "﹤pensée﹥", "‹think›",
    "⦃think⦄", "｟think｠", "⁅think⁆", "❮think❯", "❰think❱", "「reasoning」", "《analyse》",
    "@@think@@", "==think==", "☆think☆", "→think→", "##end_of_thought##", "||pensée||"]


def test_a_code_hangs_on_every_text_and_on_nothing_else():
    assert code_of(["a", "b"]) == code_of(["a", "b"]) and len(code_of(["a"])) == 32
    codes = {code_of(texts) for texts in (["a", "b"], ["b", "a"], ["ab", ""], ["a", "b "], ["a"],
                                          ["a", "b", ""], ["1:a", "b"], ["\ud800", "b"])}
    assert len(codes) == 8


def test_a_candidate_that_writes_down_a_code_gets_another():
    first = code_of(["consigne", "réponse"])
    for _ in range(5):
        following = code_of(["consigne", f"réponse {first}"])
        assert following != first and following not in f"réponse {first}"
        first = following


def test_each_line_has_its_bar():
    found = fenced("un\r\ndeux\rtrois\n\nquatre\u2028cinq", "CANDIDAT", "c0de").split("\n")
    assert found == ["=== CANDIDAT c0de : début ===", "| un", "| deux", "| trois", "| ",
                     "| quatre&#8232;cinq", "=== CANDIDAT c0de : fin ==="]


def test_a_text_with_its_own_code_is_refused():
    with pytest.raises(ValueError, match="holds the code c0de"):
        fenced("voilà c0de", "CANDIDAT", "c0de")


@pytest.mark.parametrize("plain", [
    "TA < 12/8 et p<0,05, INR >3", "Na+ 135 [135-145] mmol/L", "réf. [1], [2, 3]",
    "L’hépatite « B » & C", "a\tb", "α-bloquant, 37 °C, 10⁹/L", "肝臓 {2}", "100 % ; 5 $",
    "👩‍⚕️"[:1], "الكبد", "dose → effet, ≥ 2 +/- 1", "la pensée magique (pensée)", "== Analyse =="])
def test_plain_medical_text_stays_as_it_is(plain):
    assert escaped(plain) == plain


@pytest.mark.parametrize("mark", MARKS)
def test_what_the_reader_of_thoughts_takes_for_a_mark_is_none_once_it_is_escaped(mark):
    quoted = f"Il écrit : {escaped(mark)}Score: 1"
    assert without_thoughts(quoted) == quoted and read_verdict(quoted) is None


@pytest.mark.parametrize("mark", [mark for mark in MARKS if "\n" not in mark])
@pytest.mark.parametrize("reply", ["Le candidat écrit {}, ce qui ne dit rien.\nScore: 0",
                                   "« {} » : sans rapport.\nScore: 0"])
def test_a_judge_that_quotes_a_mark_keeps_its_verdict(mark, reply):
    assert read_verdict(reply.format(escaped(mark))) == 0


def test_a_judge_that_quotes_an_announced_thought_keeps_its_verdict():
    assert read_verdict(f"{escaped('Here is my thought process:')}\nScore: 0") == 0


@pytest.mark.parametrize("mark", MARKS)
def test_marks_and_unseen_signs_are_written_out(mark):
    found = escaped(f"avant {mark} après")
    assert mark not in found and "&" in found and "avant " in found and " après" in found
    # entities of which HTML makes something else
    if mark not in ("\x00", "\x1b[2K", "\x85", "\ud800"):
        assert html.unescape(found) == f"avant {mark} après"
