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
        (?P<lead> ^ FILLING (?: (?<! [\n] ) , FILLING )?
                | [ANSWER OPTION CHOOSE SO RATHER RIGHT] ,? FILLING
                | (?<! [OTHER KIND] ) )
        LIST
        (?P<judgement> JUDGEMENT )?
        """,
        [Example("Réponse : B", "B"), Example("Seule la B est exacte.", "B")]),
    Rule(
        "CORRECTION",
        "A corrected answer: \"non, plutôt B\", \"Correction : B\". It replaces what precedes it.",
        r"""
        (?: (?<! AND ) NO [. , : ; RATHER CHOOSE ONLY -]{1,3}
          | ^ [NO RATHER] [. , : ; RATHER]{1,2} (?: [^ \n]*+ \n ){1,3}?
            [ARTICLE RIGHT NEUTRAL SO]{0,4} ANSWER
          | RATHER (?! (?<= OTHER RATHER ) ARTICLE? [TEXT] ) [. , : ;]? )
        FILLING (?> LIST ) (?! JUDGEMENT | BUT )
        """,
        [Example("A. Correction : C", "C")]),
    Rule(
        "ENDED",
        "Letters are an answer if they end here: \"B, le…\", not \"A l'échographie…\".",
        r"""
          $ | [. ) ( : ; , BECAUSE -]
        | RATHER BUT            # "B plutôt que C"
        | (?<= RATHER [ARTICLE OPTION]{0,2} [LETTER TEXT] )
          BUT (?= [ARTICLE OPTION]{0,2} [LETTER TEXT] )     # "plutôt B que C"
        | [AND BUT] [NO NOT]    # "B et non C"
        | AND NEUTRAL? WRONG    # "je garde B et j'écarte C"
        | (?<! (?: ^ | \. ) A ) NEUTRAL? [ONLY SURE]  # "B seulement", not the article of "A sure…"
        | NEUTRAL{1,3} IS? (?: $ | [. , ; : )] )        # "B probablement", "B it is"
        | (?<= [). : · ( -] )
        """,
        [
            Example("B car il filtre", "B"),
            Example("B plutôt que C", "B"),
            Example("A l'échographie, on voit un kyste.", ""),
        ]),
    Rule(
        "TEXT_ENDED",
        "A text without a letter needs a firmer end: after a comma, its sentence may go on.",
        r"""
          $ | [. ) ( : BECAUSE -] | , BECAUSE | , [SURE NEUTRAL]{1,2} (?: $ | [.] )
        | [, ;] AND? $                                             # "le rein ;" in a line
        | , SURE [^ . , \n LETTER TEXT DOUBT]{1,12}+ [.]? $       # "le rein, selon le cours"
        | ,? [AND BUT]? [NO NOT] (?! [IS ARE] )
        | (?<= [). : · -] )
        """,
        [Example("Le rein, car il filtre", "B"),
         Example("Le rein, organe pair, filtre.", "")]),
    Rule(
        "OPEN",
        "What leaves the list before it open, or takes it back.",
        r"""
          (?<! \. ) [, ; AND (]{0,3} ARTICLE? DOUBT                     # "A ou B", "A ?"
        | [. , : ; ( -]{0,3} [NO RATHER] (?: $ | [. , : ;] )            # "A… non"
        | (?<= \) ) [^\n.]{0,80} [, ; AND] (?: ARTICLE? [TEXT] )? \(? [LETTER] \)  # "A) x and B)"
        | (?: , | ,? AND ) (?: ARTICLE? OTHER{1,2} | [TO NEUTRAL] ) ,? ARTICLE? [LETTER]
          (?: $ | [. , ; )] )
        | [NEUTRAL SURE ONLY]{1,2} [, ; AND]{1,2} ARTICLE? [LETTER]
          (?: $ | [. , ; ) DOUBT SURE NEUTRAL] )                        # "A sûrement, B peut-être"
        | (?<= [LETTER] : ) [LETTER] (?: $ | [. , ; )] )                # "A : C"
        | [. , ;]? [OTHER ,]{0,2} (?: AND ALSO? [ARTICLE OPTION]{0,2} [LETTER] ALSO?
            | [ARTICLE OPTION]{0,2} [LETTER] ALSO ) (?: $ | [. , ;] )    # "A. Et aussi B"
        | (?<! RATHER [ARTICLE OPTION]{0,2} [LETTER TEXT] ) ,? BUT
          [^ . \n LETTER TEXT NOT NO WRONG EXCEPT]{0,8} [LETTER] (?: $ | [. ALSO] )
        | [, ;] NEUTRAL [LETTER] [NEUTRAL DOUBT NOT]                     # "A ; pour B je ne sais"
        | (?<= [LETTER] \( ) [^ ( ) . \n LETTER BECAUSE NOT NO WRONG EXCEPT BUT]{1,12}+
          \) [, ; AND]{1,2} [ARTICLE OPTION]{0,2} [LETTER] (?: [(:.,;] | $ )    # "A (…), B (…)"
        | (?<= [LETTER] : ) [^ ( ) . ; : \n LETTER RIGHT BECAUSE NOT NO WRONG EXCEPT BUT]{1,12}+
          [, ;] [LETTER] :                                               # "A: …; B: …"
        | (?<= [TEXT] : ) [^ ( ) . , ; : \n LETTER TEXT]{1,12}+ [, ;]{1,2} ARTICLE? [TEXT] :
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
        "DENIED",
        "An item denied before another one: \"ce n'est pas le foie, mais le rein\".",
        r"""
          NOT? [IS ARE CHOOSE]? NOT [ARTICLE OPTION ANSWER NEUTRAL (]{0,3} (?> ITEMS | [TEXT] )
          ,? [BUT EXCEPT]
          (?= [ARTICLE OPTION ANSWER NEUTRAL CHOOSE IS]{0,5} ITEM )
        | WRONG [ARTICLE OPTION NEUTRAL]{0,3} (?> ITEMS ) (?: (?<= [: -] ) | [: -] )
        | ^ NOT [ARTICLE NEUTRAL]{0,2} [TEXT] [^ : . \n LETTER TEXT]{1,6} : (?= [LETTER] )
        | ^ [ARTICLE OTHER OPTION ANSWER NEUTRAL]{1,4} ARE WRONG [: ; -] (?= (?> ITEMS ) $ )
        | ^ (?: NOT [ARTICLE OPTION NEUTRAL]{0,3} [LETTER TEXT] [, ; . AND]{0,2} ){2,9}+ [: .]{0,2}
          (?= ARTICLE? [LETTER TEXT] )
        | ^ (?: NO ,? )? NOT [ARTICLE OPTION NEUTRAL]{0,3} [LETTER TEXT] [; . :]
          (?= ARTICLE? [LETTER TEXT] )
        | ^ NOT [ARTICLE OTHER]{1,4} NOT [ARTICLE OTHER]{1,4} : (?= ARTICLE? [LETTER TEXT] )
        | ^ (?> ITEMS ) [IS ARE]? WRONG [^ . , : ; \n LETTER TEXT DOUBT NOT -]{0,9} [: -]
          (?= (?> ITEMS ) (?: $ | [. ;] ) )
        """,
        [
            Example("Ce n'est pas le foie mais le rein.", "B"),
            Example("La réponse n'est pas A mais B", "B"),
            Example("Pas C, mais D.", "D"),
            Example("Ni A, ni C, ni D : B", "B"),
            Example("Pas A. Pas C. Le rein.", "B"),
            Example("A, C et D éliminées : B", "B"),
        ]),
    Rule(
        "CHANGED",
        "A list that is changed letter by letter is left open.",
        r"""
          CHANGE [ARTICLE OPTION ANSWER NEUTRAL ALSO :]{0,4} [LETTER TEXT] (?! OTHER )
        | RATHER ,? NOT [ARTICLE OPTION NEUTRAL]{0,3} [LETTER TEXT] [). ]{0,2} $
        | RATHER ,? [ARTICLE OPTION]{0,2} [LETTER TEXT] IS? WRONG
        | [LETTER] - [LETTER] ARE [LETTER]
        | CHANGE [ARTICLE OPTION]{0,2} [LETTER] OTHER [ARTICLE OPTION]{0,2} [LETTER]
        """,
        [
            Example("A, B, C. Je retire C.", ""),
            Example("A, B. J'ajoute D.", ""),
            Example("A, B, C. Finalement pas C.", ""),
        ]),
    Rule(
        "QUESTIONED",
        "Letters that are asked about and denied at once, as in \"A ? Non\".",
        r"[). ]{0,2} DOUBT [. , ;]{0,2} [NO NOT WRONG]",
        [Example("Voyons, la réponse est A ? Non.\nRéponse : B", "B")]),
    Rule(
        "PASSED_OVER",
        "A letter that the answer lists as an item.",
        r"""
        (?: ^ | [. , ; AND] ) [ARTICLE OPTION]{0,2} (?P<letter> [LETTER] )
        (?: [ALSO SURE NEUTRAL]{1,2} (?: $ | [. , ;] ) | [TO DOUBT] )
        """,
        [Example("A est vraie, B certainement, C est fausse.", "")]),
    Rule(
        "LIKEWISE",
        "Letters that are judged as the one before: \"A est vraie, B aussi\".",
        r"""
        (?: [^ . \n LETTER]{0,20} [. , ; AND BUT] [ARTICLE OPTION]{0,2} (?P<letter> [LETTER] )
            (?: ARTICLE [IS ARE] )? ALSO
          | ,? SO BUT ARTICLE? (?P<letter> [LETTER] ) (?= $ | [.] ) )++
        """,
        [Example("A est vraie, B aussi, C est fausse, D aussi.", "AB")]),
    Rule(
        "LABEL",
        "A list after a colon or an arrow, if it is all that the line announces: \"Verdict : B\".",
        r"""
        (?: ^ (?: A (?= [OTHER NEUTRAL] ) )? | (?<= [. , ; -] ) )
        (?= (?: [^ \n LETTER] | [LETTER] · | (?<= KIND ) [LETTER] ){0,11} OTHER )
        (?: [^ \n . : ; ( NOT WRONG DOUBT NO RATHER EXCEPT CHANGE KIND LETTER -]
          | [LETTER] · | (?<= OTHER ) [LETTER] (?! , )
          | KIND [LETTER]? (?= [^ : \n LETTER -] ) ){1,12}+
        (?: [: -]{1,2} FILLING | (?<= [, ARTICLE] ) (?= [LETTER] ) )
        LIST (?= [. , ; : ) ( -]{0,9} $ | [. (] )
        """,
        [
            Example("Verdict : B", "B"),
            Example("Organes pairs : B, D", "BD"),
            Example("De bonne foi, B.", "B"),
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
        "A sentence that gives an option as the answer: \"La dose est de 40 mg\".",
        r"""
        [IS ARE CHOOSE] [ARTICLE ANSWER OPTION NEUTRAL RIGHT SURE :]{0,4}
        (?P<list>
            (?: [LETTER] (?= $ | [. , ; : ) ( BECAUSE AND] )
              | [ONE_TEXT] (?: \( [OPTION ANSWER]? [LETTER] \) )? )
            (?: (?: [, ; AND]{1,2} | SO BUT ) [ARTICLE NEUTRAL]{0,2} [LETTER ONE_TEXT]
              (?: \( [OPTION ANSWER]? [LETTER] \) )? )*+
        )
        (?! [, ; AND]{1,2} [^ . \n]{0,3} [TEXT] )  # the list goes on
        | \( [ANSWER OPTION]{1,2} (?P<list> [LETTER] ) \) [.]? $
        | (?P<list> [ONE_TEXT] [: -]{1,2} [LETTER] ) [.]? $
        """,
        [
            Example("La dose est de 40 mg.", "C", DOSES),
            Example("Les organes pairs sont le rein (B) et la rate (C).", "BC"),
            Example("L'organe est le rein ou le foie.", ""),
        ]),
    Rule(
        "SAID_AGAINST",
        "What a sentence sets its option against: \"c'est le rein, et non la rate\".",
        r"""
        (?<= [TEXT )] ) ,? (?: AND? [NO NOT]{1,2} | RATHER BUT ) [ARTICLE OPTION NEUTRAL]{0,3}
        [TEXT] (?: \( [OPTION ANSWER]? [LETTER] \) )? (?= $ | [. , ;] )
        """,
        [Example("L'organe atteint est le rein (B), et non la rate (C).", "B")]),
    Rule(
        "EXPLANATION",
        "An explanation begins on a line or in a field of its own, or after a sentence that closes "
        "its list with \"et\": the list before it is whole.",
        r"""
        (?: ^ | [)] , | (?<= AND [LETTER] \. ) ) \W{0,2} NEUTRAL{0,2} EXPLAINS
        [: .]? \n? [^ \n]{2}
        | (?<= AND [LETTER] \. \n ) [ARTICLE OPTION]{0,2} [LETTER] IS NEUTRAL? WRONG BECAUSE
        """,
        [Example("Les bonnes réponses sont A et C. En effet, le foie", "AC", cut=True),
         Example("Réponses : A et C\nExplication : le foie", "AC", cut=True)]),
    Rule(
        "REASON",
        "A reason or an explanation begins: the one letter before it is whole.",
        r"""
          EXPLANATION
        | [. ,] NEUTRAL{0,2} EXPLAINS [^ \n]{2}
        | ,? BECAUSE [^ \n LETTER WRONG]{2}
        """,
        [Example("Réponse : B, car il filtre le", "B", task="mcqu", cut=True)]),
    Rule(
        "PROSE",
        "Prose begins on the line after an announced letter, or after its text: it is whole.",
        r"""
        (?: ^ | \. ) [ARTICLE RIGHT NEUTRAL SO]{0,5} ANSWER FILLING
        (?: LETTER_WITH_TEXT [). ]{0,2} \n
          | [LETTER] [). : -]{1,3} ARTICLE? [TEXT] \. \n?
          | [LETTER] IS ARTICLE? RIGHT \. \n?
          | [LETTER] \. (?= ARTICLE? [TEXT] [IS OTHER] ) ) \K
        (?: [^ . : ; , ( ) \n LETTER SMALL TEXT ANSWER OPTION CHOOSE SO RIGHT WRONG NO RATHER
               DOUBT]{2}
          | ARTICLE? [TEXT] [IS OTHER NEUTRAL] )
        """,
        [Example("Réponse : B\nCet organe filtre le sang, et", "B", task="mcqu", cut=True)]),
    Rule(
        "REJECTED",
        "A letter that is ruled out.",
        r"""
          (?: WRONG [ARTICLE OPTION NEUTRAL : ]{0,3} ) (?P<letter> [LETTER] ) (?= $ | [. , ; )] )
        | (?P<letter> [LETTER] ) [IS TO NEUTRAL RATHER ALSO SO]{0,4} WRONG
        """,
        [Example("A, C. On élimine C.", "")]),
    Rule(
        "LEADS_ON",
        "Words at the end of a cut answer that lead to an answer or a change.",
        r"""
          (?: [BUT ALSO SO RATHER NO NOT EXCEPT CHOOSE CHANGE OPTION RIGHT WRONG DOUBT]
            | (?<! [OTHER TEXT] ) (?<! OTHER [LETTER] ) [IS ARE]
            | ANSWER [^ . \n]{0,40} | CHANGE [^ . \n]{0,40} )
          [ARTICLE NEUTRAL ANSWER OPTION TO , ]{0,4} [. , ; : ]? \n? \Z
        """,
        [Example("Réponse : B\nExplication : La réponse finale est", "", task="mcqu", cut=True)]),
    Rule(
        "TENTATIVE",
        "A first guess, which another one may follow.",
        r"\A [^ \n LETTER]{0,6} (?: OPTION [^ \n LETTER]{0,3} : | OTHER [^ \n LETTER]{0,3} [:,] )",
        [Example("Première hypothèse : A. En effet, le foie", "", task="mcqu", cut=True)]),
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
