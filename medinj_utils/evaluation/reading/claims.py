"""Find an answer's claims: lists that are announced, head a line or are judged."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import regex as re

from medinj_utils.evaluation.reading.grammar import compiled
from medinj_utils.evaluation.reading.reasons import LEFT_OPEN, LETTER_AGAINST_TEXT
from medinj_utils.evaluation.reading.vocabulary import (
    LETTERS,
    LETTERS_OF_TEXTS,
    SHARED_TEXT,
    Sign,
    signs,
)

_CLAIM = compiled("CLAIM")
_ENDED = compiled("ENDED")
_EXPLANATION = compiled("EXPLANATION")
_TEXT_ENDED = compiled("TEXT_ENDED")
_CONCLUSION = compiled("SO :")  # a line "Conclusion : devant ce tableau, la réponse est C"
_OPEN = compiled("OPEN")
_UNSURE = compiled("UNSURE")
_BARE = compiled("BARE")
_TEXT_THAT_IS = compiled("TEXT_THAT_IS")
_LETTER_THEN_TEXT = compiled("LETTER_THEN_TEXT")
_DASHED = compiled("(?<! - ) (?P<first> [LETTER] ) [: -] (?P<last> [LETTER] ) (?! - )")
_TEXTS = frozenset(LETTERS_OF_TEXTS)
_REMARK = compiled(r"(?: (?<= \( ) | \( ) (?P<letter> [LETTER] ) OTHER [^ ) \n]{0,20} \)")
_GOING_ON = signs("AND , ( :")
_QUESTIONED = compiled("QUESTIONED")
_LIKEWISE = compiled("LIKEWISE")

_ALL_OR_NONE = signs("ALL NONE")
# "Les réponses sont…" points at options, "Les options sont…" may only list them.
_POINTING = signs("ANSWER RIGHT CHOOSE")
_ANNOUNCING = signs("CHOOSE SO RATHER IS ARE :")  # within a line
_ANNOUNCING_AT_HEAD = _ANNOUNCING | signs("ANSWER OPTION RIGHT")
_CONCLUDING = signs("SO RATHER")
_SAYING_WHICH = signs("ANSWER CHOOSE")
_FINAL = Sign.ANSWER + Sign.SO  # "réponse finale"; in "donc réponse B" they stand the other way


@dataclass(frozen=True)
class Named:
    """The letters that a list names.

    Attributes:
        letters: the named letters.
        problem: why they can't be read; empty if they can.
    """

    letters: frozenset[str]
    problem: str = ""


@dataclass(frozen=True)
class Announced:
    """Letters after words that announce an answer.

    Attributes:
        letters: the letters that follow.
        problem: why they can't be read; empty if they can.
        is_conclusion: whether the words conclude, which outweighs what was said before.
        after: the letters that were called right before.
        is_full: whether the words say by themselves which answer is given, and nothing after them
            takes it back.
        is_final: whether the words call the answer the final one.
    """

    letters: frozenset[str]
    problem: str
    is_conclusion: bool
    after: frozenset[str] = frozenset()
    is_full: bool = False
    is_final: bool = False


@dataclass(frozen=True)
class Head:
    """A list at the head of a line.

    Attributes:
        signs: of the list.
        is_open: whether it is left open.
    """

    signs: str
    is_open: bool


@dataclass
class Claims:
    """What an answer claims, in order.

    Attributes:
        heads: lists at the heads of lines.
        announced: letters after words that announce an answer.
        right: letters that are called right.
        wrong: letters that are called wrong.
    """

    heads: list[Head] = field(default_factory=list)
    announced: list[Announced] = field(default_factory=list)
    right: set[str] = field(default_factory=set)
    wrong: set[str] = field(default_factory=set)
    problem: str = ""  # of what is called right


def named(listed: str, options: Mapping[str, str]) -> Named:
    """The letters that a list in signs names; they may be beyond the options.

    Args:
        listed: a list in signs.
        options: the question's options by letter.
    """
    signs = set(listed)
    letters = {LETTERS[sign] for sign in signs & LETTERS.keys()}
    if _may_be_range(listed):
        return Named(frozenset(letters), LEFT_OPEN)
    texts = {LETTERS_OF_TEXTS[sign] for sign in signs & LETTERS_OF_TEXTS.keys()}
    if listed[0] in _ALL_OR_NONE:
        return Named(_all_or_none(listed, letters | texts, set(options)))
    if letters:
        texts.discard(LETTERS_OF_TEXTS[SHARED_TEXT])  # a letter says which option is meant
    agree = not letters or texts <= letters
    beside = set(_LETTER_THEN_TEXT.findall(listed))
    agree = agree and all(LETTERS[letter] == LETTERS_OF_TEXTS[text] for letter, text in beside)
    return Named(frozenset(letters | texts), "" if agree else LETTER_AGAINST_TEXT)


def _may_be_range(listed: str) -> bool:
    """Whether a dash between two letters may mean those between them as well: "A–D"."""
    if "-" not in listed and ":" not in listed:
        return False
    return any(ord(match["last"]) - ord(match["first"]) != 1 for match in _DASHED.finditer(listed))


def _all_or_none(listed: str, excepted: set[str], options: set[str]) -> frozenset[str]:
    """The letters that "toutes sauf A", "aucune sauf A", "toutes fausses sauf A" or "aucune n'est
    fausse sauf A" leave."""
    denies_none = listed[0] == Sign.NONE and Sign.WRONG in listed and excepted
    if (listed[0] == Sign.NONE or Sign.WRONG in listed) and not denies_none:
        return frozenset(excepted)
    unknown = excepted - options
    return frozenset(unknown or options - excepted)


def find_claims(line: str, options: Mapping[str, str]) -> Claims:
    """The claims of an answer in signs, without those that only its prose makes.

    Args:
        line: an answer in signs.
        options: the question's options by letter.
    """
    claims = Claims()
    explained = _EXPLANATION.search(line) if Sign.EXPLAINS in line else None
    explained_from = explained.start() if explained else len(line)
    for match in _CLAIM.finditer(line):
        if match["judgement"]:
            _add_judgement(claims, match, options)
            continue
        is_open = _OPEN.match(line, match.end("list")) is not None or _is_taken_back(match)
        if not (is_open or _is_ended(match)) or _is_doubted(match):
            continue
        if is_open and _QUESTIONED.match(line, match.end("list")):
            continue
        if _is_announced(match):
            _add_announced(claims, match, is_open, options)
        elif _is_head(claims, match) and not (
                claims.announced and match.start() > explained_from
                and _names_texts(match["list"])):
            has_doubt = Sign.DOUBT in match["list"]  # in a loose text: "A) dyspnée ?, C) reflux"
            claims.heads.append(Head(_with_text_that_is(match), is_open or has_doubt))
    return claims


def _add_judgement(claims: Claims, match: re.Match, options: Mapping[str, str]) -> None:
    is_right = match["judgement"][-1] in (Sign.RIGHT, Sign.ANSWER, Sign.CHOOSE)
    judged = claims.right if is_right else claims.wrong
    listed = named(match["list"], options)
    judged.update(listed.letters)
    if likewise := _LIKEWISE.match(match.string, match.end()):
        judged.update(likewise.captures("letter"))
    if is_right and listed.problem:
        claims.problem = listed.problem


def _names_letters(listed: str) -> bool:
    """Whether a list has more than texts."""
    signs = set(listed)
    return not (signs.isdisjoint(LETTERS) and signs.isdisjoint(_ALL_OR_NONE))


def _names_texts(listed: str) -> bool:
    return not _TEXTS.isdisjoint(listed)


def _is_ended(match: re.Match) -> bool:
    ended = _ENDED if _names_letters(match["list"]) else _TEXT_ENDED
    return ended.match(match.string, match.end("list")) is not None


def _is_taken_back(match: re.Match) -> bool:
    """Whether what follows a list speaks of a letter in it, "A, B, C (B barré)", or excepts one."""
    if match["list"][0] == Sign.ALL and Sign.EXCEPT not in match["list"]:
        return Sign.EXCEPT in match.string[match.end():].partition("\n")[0].partition(".")[0]
    remark = _REMARK.match(match.string, match.end("list"))
    return remark is not None and remark["letter"] in match["list"]


def _is_doubted(match: re.Match) -> bool:
    before = match.string[max(0, match.start() - 9):match.start()]
    if before[-1:] == "\n" and Sign.ANSWER in match["lead"]:
        return False
    return _UNSURE.search(before) is not None


def _sign_before(match: re.Match) -> str:
    return match.string[match.start() - 1:match.start()] or "\n"


def _is_announced(match: re.Match) -> bool:
    """Whether words announce the list. After a full stop, colon or semicolon, any of them do."""
    lead = set(match["lead"])
    before = _sign_before(match)
    if before == "\n":
        return not lead.isdisjoint(_ANNOUNCING_AT_HEAD)
    if before in ",-" and Sign.ANSWER in lead:  # "Il filtre le sang, réponse B"
        return True
    if before == Sign.OTHER and lead & _ANNOUNCING == {Sign.RATHER}:
        return match["list"].lstrip(Sign.ARTICLE)[0] not in _TEXTS  # "donne plutôt une colique"
    if not lead and before == "." and _names_letters(match["list"]):  # a sentence of its own
        is_alone = match.string[match.start() - 2] not in _GOING_ON
        return is_alone and _BARE.match(match.string, match.end()) is not None
    return not lead.isdisjoint(_ANNOUNCING) or (bool(lead) and before in ".:;")


def _line_so_far(match: re.Match) -> str:
    return match.string[:match.start("list")].rpartition("\n")[2]


def _add_announced(claims: Claims, match: re.Match, is_open: bool,
                   options: Mapping[str, str]) -> None:
    lead = set(match["lead"])
    names = named(match["list"], options)
    points = not lead.isdisjoint(_POINTING)
    if Sign.OPTION in lead and not points and names.letters == set(options):
        return  # "Les options sont A, B, C et D"
    words_before = match.string[max(0, match.start() - 6):match.start("list")]
    concludes = (not _CONCLUDING.isdisjoint(words_before)
                 or _CONCLUSION.match(_line_so_far(match)) is not None)
    # In "B. La dose est donc de 80 mg.", the second sentence explains and doesn't conclude.
    concludes = concludes and (points or Sign.OPTION in lead or not claims.announced or (
        Sign.SO in lead and names.letters < claims.announced[-1].letters))  # "B ou C. Donc C."
    claims.announced.append(Announced(
        names.letters, LEFT_OPEN if is_open else names.problem, concludes, frozenset(claims.right),
        not is_open and not lead.isdisjoint(_SAYING_WHICH), _FINAL in match["lead"]))


def _is_head(claims: Claims, match: re.Match) -> bool:
    """Whether the list at the head of a line may be an answer.

    Nothing but marks may follow it after an announcement, nor, if it has only texts, after
    another head.
    """
    if _sign_before(match) != "\n":
        return False
    if not claims.announced and (_names_letters(match["list"]) or not claims.heads):
        return True
    return _BARE.match(match.string, match.end("list")) is not None


def _with_text_that_is(match: re.Match) -> str:
    """The list, with the option's text if a sentence that begins with it follows."""
    sentence = _TEXT_THAT_IS.match(match.string, match.end("list"))
    return match["list"] + (sentence["text"] if sentence else "")
