"""The grammar, second part: where a list of letters is an answer, and what may surround it.

As in `items`, patterns are over signs, and spaces in sets mean nothing.
"""

import regex as re

from medinj_utils.evaluation.reading.items import ITEM_RULES
from medinj_utils.evaluation.reading.rules import DOSES, Example, Rule, spelt, spelt_out
from medinj_utils.evaluation.reading.vocabulary import NAMES

CLAIM_RULES = (
    Rule(
        "CLAIM",
        "A list at the head of a line, after an announcement, or before a judgement.",
        r"""
        (?P<lead> ^ FILLING
                | [ANSWER OPTION CHOOSE SO RATHER RIGHT] ,? FILLING
                | (?<! OTHER ) )
        LIST
        (?P<judgement> JUDGEMENT )?
        """,
        [Example("Réponse : B", "B"), Example("Seule la B est exacte.", "B")]),
    Rule(
        "CORRECTION",
        "A corrected answer: \"non, plutôt B\", \"Correction : B\". It replaces what precedes it.",
        r"""
        (?: (?<! AND ) NO [. , : ; RATHER CHOOSE -]{1,3}
          | RATHER [. , : ;]? )
        FILLING (?> LIST ) (?! JUDGEMENT )
        """,
        [Example("A. Correction : C", "C")]),
    Rule(
        "ENDED",
        "Letters are an answer if they end here: \"B, le…\", not \"A l'échographie…\".",
        r"""
          $ | [. ) ( : ; , BECAUSE -]
        | RATHER BUT            # "B plutôt que C"
        | AND [NO NOT]          # "B et non C"
        | (?<= [). : · -] )
        """,
        [
            Example("B car il filtre", "B"),
            Example("B plutôt que C", "B"),
            Example("A l'échographie, on voit un kyste.", ""),
        ]),
    Rule(
        "TEXT_ENDED",
        "A text without a letter needs a firmer end: after a comma, its sentence may go on.",
        r"$ | [. ) ( : BECAUSE -] | , BECAUSE | AND [NO NOT] | (?<= [). : · -] )",
        [Example("Le rein, car il filtre", "B"), Example("Le rein, organe pair, filtre.", "")]),
    Rule(
        "OPEN",
        "What leaves the list before it open, or takes it back.",
        r"""
          (?<! \. ) [, ; AND (]{0,3} ARTICLE? DOUBT                     # "A ou B", "A ?"
        | [. , : ; ( -]{0,3} [NO RATHER] (?: $ | [. , : ;] )            # "A… non"
        | (?<= \) ) [^\n.]{0,80} [, ; AND] \(? [LETTER] \)              # "A) a text and B)"
        """,
        [Example("B, peut-être C", ""), Example("A) le foie droit et B)", "")]),
    Rule(
        "UNSURE",
        "What denies or supposes the list after it: \"si la réponse…\".",
        r"(?: [NOT WRONG] BUT? | DOUBT ) [ARTICLE OPTION NEUTRAL]{0,3} \n? \Z",
        [
            Example("Si la réponse est A, il a mal.", ""),
            Example("La mauvaise réponse est A.", ""),
        ]),
    Rule(
        "BARE",
        "Only marks follow in the line.",
        r"[. , : ; ( ) -]{0,9} $",
        [Example("Le foie\nLe rein", "AB"), Example("Réponse : A\nB", "")]),
    Rule(
        "TEXT_THAT_IS",
        "A sentence after a letter may begin with an option's text: \"D. Le lithium est le…\".",
        r"ARTICLE? (?P<text> [TEXT] ) IS ARTICLE",
        [Example("A. Le rein est le filtre du sang.", "")]),
    Rule(
        "SAID",
        "A sentence that gives an option as what is asked for: \"La dose est de 40 mg\".",
        r"""
        [IS ARE CHOOSE] [ARTICLE ANSWER OPTION NEUTRAL RIGHT :]{0,4}
        (?P<list>
            (?: [LETTER] (?= $ | [. , ; : ) ( BECAUSE AND] )
              | [ONE_TEXT] (?: \( [OPTION ANSWER]? [LETTER] \) )? )
            (?: [, ; AND]{1,2} ARTICLE? [LETTER ONE_TEXT] )*+
        )
        """,
        [
            Example("La dose est de 40 mg.", "C", DOSES),
            Example("L'organe est le rein ou le foie.", ""),
        ]),
    Rule(
        "LETTER_THEN_TEXT",
        "A letter and the text after it, which must belong to one option.",
        r"(?P<letter> [LETTER SMALL] ) [). : · ( ARTICLE -]{0,5} (?P<text> [ONE_TEXT] )",
        [Example("A) le rein, B) le foie", "")]),
    Rule(
        "TEXT_THEN_LETTER",
        "A text and the letter after it, which must belong to one option.",
        r"""
        (?P<text> [ONE_TEXT] ) (?: \( | ,? OPTION | \( OPTION )
        (?P<letter> [LETTER] ) (?= [). ,] )
        """,
        [Example("La bonne réponse est C. L'organe est bien celui du rein, option C.", "")]),
)

_PARTS = spelt_out((*ITEM_RULES, *CLAIM_RULES), NAMES)


def spell(pattern: str, **names: str) -> str:
    """A pattern with all names spelt out: those of word classes, of rules, and ``names``."""
    return spelt(pattern, _PARTS | names)


def compiled(pattern: str) -> re.Pattern:
    """A pattern over signs, compiled; ``^`` and ``$`` stand for the ends of lines."""
    return re.compile(spell(pattern), re.VERBOSE | re.MULTILINE)
