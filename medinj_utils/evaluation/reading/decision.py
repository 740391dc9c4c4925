"""Decide which letters the claims of an answer agree on, or that they can't be read."""

from collections.abc import Mapping
from dataclasses import dataclass

from medinj_utils.evaluation.reading import reasons
from medinj_utils.evaluation.reading.claims import (
    Claims,
    Named,
    find_claims,
    named,
)
from medinj_utils.evaluation.reading.grammar import compiled
from medinj_utils.evaluation.reading.prose import labelled, stated
from medinj_utils.evaluation.reading.tidying import (
    tidy,
    with_ranges_as_lists,
    without_exceptions,
)
from medinj_utils.evaluation.reading.vocabulary import (
    LETTERS,
    LETTERS_OF_TEXTS,
    TEXT_SIGNS,
    Sign,
    signs,
)

_CORRECTION = compiled("CORRECTION")
_ENDED = compiled("ENDED")
_EXPLANATION = compiled("EXPLANATION")
_VERDICT_EXPLAINED = compiled(r"(?<= : [RIGHT WRONG] ) , (?= [^ \n LETTER TEXT]{2,}+ \Z )")
_REASON = compiled("REASON")
_PROSE = compiled("PROSE")
_TURNS = compiled("RATHER | (?: ^ | \\. ) [NO BUT DOUBT]")
_LEADS_ON = compiled("LEADS_ON")
_TENTATIVE = compiled("TENTATIVE")
_DENIED = compiled("DENIED")
_CHANGED = compiled("CHANGED")
_PASSED_OVER = compiled("PASSED_OVER")
_REJECTED = compiled("REJECTED")
_TEXT_THEN_LETTER = compiled("TEXT_THEN_LETTER")
_TEXT_WITH_LETTER = compiled(r"[OTHER TEXT] \( (?P<letter> [LETTER] ) \)")
_DENYING = signs("NOT WRONG")
_CORRECTING = signs("NO RATHER")
_CHANGING = signs("CHANGE RATHER ARE")
_BEFORE_FIRST_LETTER = Sign.ARTICLE + Sign.OPTION + Sign.NEUTRAL + "("


@dataclass(frozen=True)
class Decision:
    """What is read in an answer.

    Attributes:
        letters: the letters read.
        reason: why they are read, one of `medinj_utils.evaluation.reading.reasons`.
        problem: why they can't be read; empty if they can.
    """

    letters: frozenset[str]
    reason: str
    problem: str = ""


def decide(line: str, options: Mapping[str, str]) -> Decision:
    """The letters that an answer in signs names.

    Announced letters outweigh the heads of lines, these outweigh judgements, and these prose.

    Args:
        line: an answer in signs.
        options: the question's options by letter.
    """
    line = _from_last_correction(without_exceptions(with_ranges_as_lists(line)))
    if not _CHANGING.isdisjoint(line) and _CHANGED.search(line):
        return Decision(frozenset(), "", reasons.LEFT_OPEN)
    if not _DENYING.isdisjoint(line):
        line = _DENIED.sub(Sign.CHOOSE, line)
    line = tidy(line, options)
    if not _texts_and_letters_agree(line):
        return Decision(frozenset(), "", reasons.LETTER_AGAINST_TEXT)
    claims = find_claims(line, options)
    decision = _weighed(line, claims, options)
    if not decision.problem and _is_contested(line, claims, decision, options):
        return Decision(decision.letters, decision.reason, reasons.CONTRADICTION)
    return decision


def _weighed(line: str, claims: Claims, options: Mapping[str, str]) -> Decision:
    """What an answer's claims name: announced letters before heads, judgements and prose."""
    if claims.announced:
        return _by_announcements(line, claims, _at_heads(claims, options))
    if _are_the_others(claims, options):
        return Decision(frozenset(claims.right), reasons.CALLED_RIGHT, claims.problem)
    if claims.heads:
        label = labelled(line, options) if ":" in line or "-" in line else frozenset()
        return _by_heads(claims, _at_heads(claims, options), label)
    if claims.right:
        return _by_judgements(line, claims, options)
    letters = stated(line, options) or labelled(line, options)
    if letters & claims.wrong:
        return Decision(letters, reasons.SAID, reasons.CONTRADICTION)
    return Decision(letters, reasons.SAID, "" if letters else reasons.NOTHING_NAMED)


def decide_cut(line: str, options: Mapping[str, str], several: bool) -> Decision:
    """The letters of an answer that was cut off in its explanation.

    They stand before the explanation, and what there is of it must not contradict them.

    Args:
        line: the answer in signs.
        options: the options' texts by letter.
        several: whether several letters may be right. Then more of them may follow a reason, so the
            list must be announced, in one line, and the explanation have a line of its own.
    """
    explanation = (_EXPLANATION.search(line) or _VERDICT_EXPLAINED.search(line) if several
                   else _REASON.search(line) or _PROSE.search(line))
    if explanation:
        before, rest = line[:explanation.start()], line[explanation.start():]
        declared = decide(before, options)
        is_whole = (not several or _all_judged(before, options)
                    or (declared.reason == reasons.ANNOUNCED and ":\n" not in before
                        and not rest.startswith(",")))
        turns = _TURNS.search(rest) or _LEADS_ON.search(rest) or _TENTATIVE.search(before)
        if is_whole and not turns and decide(line, options) == declared:
            return declared
    return Decision(frozenset(), "", reasons.CUT)


def _all_judged(line: str, options: Mapping[str, str]) -> bool:
    claims = find_claims(line, options)
    return claims.right | claims.wrong == set(options)


def _from_last_correction(line: str) -> str:
    """The signs from the last corrected list on; all of them if nothing is corrected."""
    if _CORRECTING.isdisjoint(line):
        return line
    corrected = [match.start("list") for match in _CORRECTION.finditer(line)
                 if _ENDED.match(line, match.end("list"))]
    return line[max(corrected, default=0):]


def _texts_and_letters_agree(line: str) -> bool:
    return all(LETTERS_OF_TEXTS[match["text"]] == match["letter"]
               for match in _TEXT_THEN_LETTER.finditer(line))


def _at_heads(claims: Claims, options: Mapping[str, str]) -> Named:
    """What all heads of lines name together."""
    if not claims.heads:
        return Named(frozenset())
    heads = named(";".join(head.signs for head in claims.heads), options)
    is_open = any(head.is_open for head in claims.heads)
    return Named(heads.letters, reasons.LEFT_OPEN) if is_open else heads


def _by_announcements(line: str, claims: Claims, heads: Named) -> Decision:
    """The last announcement, unless another one or the heads of lines contradict it.

    "La réponse est B. La bonne réponse est donc D." gives two answers in full and takes neither
    back: a careful person can't know which one is meant, and would record none. A conclusion
    outweighs what was only considered before, and a final answer any other.
    """
    last = claims.announced[-1]
    others = [claim for claim in claims.announced if claim.letters != last.letters]
    overrules = last.is_conclusion and not any(
        claim.is_conclusion or (claim.is_full and not last.is_final) for claim in others)
    if (others and not overrules) or _heads_contradict(line, claims, heads):
        return Decision(last.letters, reasons.ANNOUNCED, reasons.CONTRADICTION)
    is_sentence = _discusses(line, last.letters) or (
        heads.letters == last.letters and _texts_alone(claims))  # "Le rein peut… : B"
    problem_at_head = heads.problem if len(claims.heads) == 1 and not is_sentence else ""
    return Decision(last.letters, reasons.ANNOUNCED, last.problem or problem_at_head)


def _texts_alone(claims: Claims) -> bool:
    return all(LETTERS.keys().isdisjoint(head.signs) for head in claims.heads)


def _discusses(line: str, letters: frozenset[str]) -> bool:
    """Whether the first line goes through options, these among them: "le foie (A)… ; …"."""
    aside = set(_TEXT_WITH_LETTER.findall(line.partition("\n")[0]))
    return len(aside) > 2 and letters <= aside


def _heads_contradict(line: str, claims: Claims, heads: Named) -> bool:
    """Whether the heads of lines name something else than the last announcement.

    Several heads that include it review the options, and heads that list the options from the
    first one on repeat them. Heads before a conclusion may be an analysis, unless the answer opens
    with one.
    """
    last = claims.announced[-1]
    if not claims.heads or last.letters == heads.letters:
        return False
    several = len(claims.heads) > 1
    if last.is_conclusion and len(claims.wrong - last.letters) > 1:
        return False  # the options were reviewed
    is_review = (several and last.letters < heads.letters) or _discusses(line, last.letters)
    opens_with_head = line.lstrip(_BEFORE_FIRST_LETTER).startswith(claims.heads[0].signs)
    is_repetition = several and not opens_with_head and all(
        TEXT_SIGNS[letter] in head.signs and head.signs.lstrip("(")[0] == letter
        for letter, head in zip(TEXT_SIGNS, claims.heads, strict=False))
    return (opens_with_head or not last.is_conclusion) and not (is_review or is_repetition)


def _is_contested(line: str, claims: Claims, decision: Decision,
                  options: Mapping[str, str]) -> bool:
    """Whether the answer also calls one of its letters wrong, or another letter right.

    Where all others are called right, or the one letter wrong, the question may ask for what is
    wrong. A conclusion may follow such a review.
    """
    if decision.reason not in (reasons.ANNOUNCED, reasons.AT_HEAD):
        return False
    letters = decision.letters
    others = options.keys() - letters
    judged = claims.right | claims.wrong
    is_review = others <= judged and letters.isdisjoint(judged)
    if len(others) > 1 and (claims.right == others or is_review):
        return False
    denied = claims.wrong | {match["letter"] for match in _REJECTED.finditer(line)}
    if letters & denied and not letters <= denied:
        return True
    before = claims.announced[-1].after if claims.announced else frozenset()
    return bool(claims.right - letters - before)


def _are_the_others(claims: Claims, options: Mapping[str, str]) -> bool:
    """Whether lines name every option except those called right."""
    letters = [head.signs[0] for head in claims.heads]
    others = options.keys() - claims.right
    return len(letters) > 1 and bool(claims.right) and sorted(others) == letters


def _by_heads(claims: Claims, heads: Named, label: frozenset[str]) -> Decision:
    """The heads of lines, unless other letters are called right or stand after a label.

    It is no contradiction if the heads themselves are called wrong.
    """
    called_right_too = claims.right - heads.letters or (label and label != heads.letters)
    contradicted = called_right_too and not heads.letters <= claims.wrong
    problem = heads.problem or (reasons.CONTRADICTION if contradicted else "")
    return Decision(heads.letters, reasons.AT_HEAD, problem)


def _by_judgements(line: str, claims: Claims, options: Mapping[str, str]) -> Decision:
    """The letters called right, unless some are also called wrong, or others are not judged."""
    listed = {match["letter"] for match in _PASSED_OVER.finditer(line)} & options.keys()
    is_clear = (claims.right and not claims.right & claims.wrong
                and listed <= claims.right | claims.wrong)
    problem = claims.problem if is_clear else reasons.NOTHING_NAMED
    return Decision(frozenset(claims.right), reasons.CALLED_RIGHT, problem)
