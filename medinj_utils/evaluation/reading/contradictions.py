"""Find what contradicts the letters read in an answer: its last sentences, or a number."""

from collections.abc import Iterator, Mapping, Set

import regex as re

from medinj_utils.evaluation.reading.cleaning import fold
from medinj_utils.evaluation.reading.labels import bare
from medinj_utils.evaluation.reading.rules import DOSES, Example, Rule, compile_spelt

_NAMES = {
    "LETTERS": r"""(?P<letters> \b [A-J] (?: (?: \s? [,;/] \s? (?: et [ ] | and [ ] )?
        | [ ] (?: et | and ) [ ] ) (?: la [ ] )? [A-J] \b )*+ ) (?! [\w'·] )""",
    "ARTICLES": r"""(?: (?i: l[ae]s? | une? | des? | du | bien | donc | the | options?
        | propositions? | r[ée]ponses? | answers? ) [ ] | [lLdD]' ){0,4}""",
    "NOUN": r"""(?i: option | proposition | item | choix | affirmation | assertion | [ée]nonc[ée]
        | alternative | choice | statement )""",
    "NUMBER": r"(?P<number> \d{1,2} )",
}

BESIDE = (
    Rule(
        "CONCLUDED",
        "The letters that end the last sentence with letters at its end: "
        "\"… quel organe ? C'est C.\"",
        r"""
        (?: \A (?P<whole> ) | \b (?i: est | sont | is | are | donc ) [ ] | [:=→] \s? )
        \s* (?i: c'est [ ] | ce [ ] sont [ ] )? ARTICLES LETTERS \W* \Z
        """,
        [Example("Réponse : B\nEn réponse à la question : quel organe ? C'est C.", ""),
         Example("La réponse est B. L'organe concerné est C.", "")]),
    Rule(
        "CONTINUED",
        "A line or sentence goes on with the list before it.",
        r"""
        (?: ^ | [.;] [ ] ) \W{0,3} (?i: puis | ensuite | et | plus | ainsi [ ] que | également
          | auxquel\w+ [^\n:]{3,20} | s'y [ ] ajout\w+ | then | and | also ) [ ]?
        [:,]? [ ] ARTICLES LETTERS (?= \W* $ | \W* \n )
        """,
        [Example("A, B\nPuis : C, D", ""), Example("Réponses : A, B\nS'y ajoutent C et D.", "")]),
    Rule(
        "OTHERWISE",
        "Another letter on a condition.",
        r"""
        LETTERS [ ] (?i: si | en [ ] cas | s'ils? | lorsqu\w+ | quand | if | in [ ] case | when ) \b
        """,
        [Example("B\nRemarque : C si fièvre.", ""), Example("B (C en cas de fièvre)", "")]),
    Rule(
        "IN_WORDS",
        "A letter explained by the text of another option: \"B, soit la rate\".",
        r"""
        LETTERS [ ]? ,? [ ] (?: soit | c'est-à-dire | à [ ] savoir | i\.e\. ) [ ]
        (?P<named> [^;\n]{2,200} )
        """,
        [Example("B, soit la rate", ""), Example("B, soit le rein", "B")]),
)
NUMBERED = (
    Rule(
        "NUMBER_BEFORE",
        "The number of an option before another letter or text: \"Proposition 3 : le rein\".",
        r"""
        (?: \b NOUN s? [ ] (?: n [°º] [ ]? | num[ée]ro [ ] )? | \b num[ée]ro [ ] | \b n [°º] [ ]?
          | \b (?: est | sont ) [ ] l[ae]s? [ ] )
        NUMBER [ ]? [:(,.)–-]{1,3} [ ]? (?= (?P<named> [^\n]{1,200} ) )
        """,
        [Example("Proposition 3 : le rein", ""), Example("Option 2 : le rein", "B"),
         Example("Option 3 : 20 mg", "", DOSES, "mcqu")]),
    Rule(
        "NUMBER_ALONE",
        "The whole answer is the number of an option and another text: \"3. Le rein\".",
        r"\A [^\w\n]{0,4} (?! 1 \D ) NUMBER [ ]? [.)] [ ]? (?P<named> [^\n]{2,200}? ) \s* \Z",
        [Example("3. Le rein", ""), Example("2. Le rein", "B")]),
    Rule(
        "NUMBER_BEHIND",
        "The number of an option after the text of another one: \"Le rein (3)\".",
        r"""
        ^ [^\w\n]{0,4} (?P<named> [^\n()]{2,200}? )
        [ ] \( (?: (?: NOUN | r[ée]ponse | n [°º] | num[ée]ro ) [ ]? )? NUMBER \) \W* $
        """,
        [Example("Le rein (option 3)", ""), Example("Le rein (2)", "B")]),
)


_CONCLUDED, _CONTINUED, _OTHERWISE, _IN_WORDS = (
    compile_spelt(rule.pattern, _NAMES) for rule in BESIDE)
_NUMBERED = [compile_spelt(rule.pattern, _NAMES) for rule in NUMBERED]
_ITS_LETTER = re.compile(r"[A-EG-J](?![\w'’])")  # "F" may be a verdict
_SENTENCE = re.compile(r"[^.;?!\n]++[.;?!\n]?")
_TEXT_ALONE = re.compile(
    r"""\A \W* (?P<is> (?: c'est | ce [ ] sont | il [ ] s'agit [ ] (?: bien [ ] | donc [ ] )?
      d(?: e | u | es | ' ) | reponse [ ] : ) [ ]? )?
      (?P<text> [^:]{2,200}? ) [\s.]* \Z""", re.VERBOSE)
_TEXT_BEHIND = re.compile(r"\best (?:de |d')?(?P<text>[^:]{2,200}?)[\s.]*\Z")
_NOT_OWN = re.compile(
    r"""(?i) \b (?: fau[xs]\w* | inexact\w* | incorrect\w* | mauvais\w* | erron\w* | erreurs?
      | [ée]limin\w*
      | exclu\w* | [ée]cart\w* | rejet\w* | pi[èe]ge\w* | distract\w* | autres? | others? | sauf
      | hormis | except\w* | non | pas | ne | ni | not | wrong | moins | restant\w* | restent
      | contraire\w* | tandis | alors [ ] que | options? [ ] : | propositions? [ ] : | h[ée]sit\w*
      | possib\w* | tentan\w* | si | if | seconde? | deuxi[èe]me | niveau\w* | grade | groupe
      | score | stade | type | classe | source | preuve | cat[ée]gorie | child | vitamine
      | h[ée]patite | initial\w* | d'abord | premi[èe]re | avant | pens\w* | parmi | among
      | between | entre ) \b | \b n'""", re.VERBOSE)


def contradicts(text: str, options: Mapping[str, str], letters: Set[str]) -> bool:
    """Whether an answer names another option besides the letters read in it.

    Args:
        text: an answer after the steps of cleaning.
        options: the options' texts by letter.
        letters: the letters read in it.
    """
    matches = [match for pattern in (_CONTINUED, _OTHERWISE) for match in pattern.finditer(text)]
    if any(not _letters(match["letters"]) <= set(letters) for match in matches):
        return True
    for match in _IN_WORDS.finditer(text):
        named = bare(match["named"])
        its_letters = {letter for letter, option in options.items()
                       if _begins_with(bare(option), named)}
        if its_letters and its_letters.isdisjoint(_letters(match["letters"])):
            return True
    concluded = list(_conclusions(text, options))
    if not concluded or concluded[-1][0] <= set(letters):
        return False
    rest = text[concluded[-1][1]:]
    return set(letters).isdisjoint(_letters(rest)) and not re.search(r"[:=–-] ?V\b", text)


def _letters(text: str) -> set[str]:
    return set(re.findall(r"\b[A-J]\b", text))


def _conclusions(text: str, options: Mapping[str, str]) -> Iterator[tuple[set[str], int]]:
    """The letters that sentences after the first end with, and where each sentence ends."""
    texts = {bare(option): letter for letter, option in options.items()}
    after_question, start, end = False, 0, len(text.rstrip())
    for sentence in _SENTENCE.finditer(text):
        statement = sentence[0].rstrip(".;?!\n")
        is_question = sentence[0].endswith("?")
        if start and not is_question and not _NOT_OWN.search(statement):
            match = _CONCLUDED.search(statement)
            if match and (after_question or match["whole"] is None):
                yield _letters(match["letters"]), sentence.end()
            elif not match and (letter := _of_text(
                    statement, texts, after_question,
                    is_rest=sentence.start() < 40 and sentence.end() >= end)):
                yield {letter}, sentence.end()
        after_question = is_question or (after_question and not statement.strip())
        start = start or (sentence.end() if statement.strip() else 0)


def _of_text(statement: str, texts: Mapping[str, str], after_question: bool,
             is_rest: bool) -> str | None:
    """The letter of the option whose text is the whole sentence, or ends it if nothing follows."""
    statement = fold(statement)
    alone = _TEXT_ALONE.search(statement)
    if alone and (after_question or alone["is"]) and (letter := texts.get(bare(alone["text"]))):
        return letter
    behind = _TEXT_BEHIND.search(statement)
    return texts.get(bare(behind["text"])) if behind and is_rest else None


def number_disagrees(text: str, options: Mapping[str, str]) -> bool:
    """Whether an answer gives an option's letter or text with the number of another one.

    A number beyond the options numbers a question, and one before a list's first item the list.

    Args:
        text: an answer without thoughts.
        options: the options' texts by letter.
    """
    if not any(str(number) in text for number in range(1, len(options) + 1)):
        return False
    letters, texts = list(options), [bare(option) for option in options.values()]
    text = re.sub(r"[*_`]", "", text)
    for match in (match for pattern in _NUMBERED for match in pattern.finditer(text)):
        position, named = int(match["number"]) - 1, bare(match["named"])
        if not 0 <= position < len(options):
            continue
        its_letter = _ITS_LETTER.match(match["named"])
        positions = ([letters.index(its_letter[0])] if its_letter and its_letter[0] in letters else
                  [index for index, option in enumerate(texts) if _begins_with(option, named)])
        if positions and position not in positions:
            return True
    return False


def _begins_with(option: str, named: str) -> bool:
    return named.startswith(option) and not named[len(option):len(option) + 1].isalnum()
