"""Find the answer in a single sentence that gives it by an option's text."""

import regex as re

from medinj_utils.evaluation.reading.rules import DOSES, Example, Rule, spelt
from medinj_utils.evaluation.reading.vocabulary import TEXT_SIGNS

_NAMES = {
    "TEXT": "[Ⓐ-Ⓨ]",
    "ANY": "[Ⓐ-Ⓩ]",
    "DENIAL": r"""(?: (?: ne | n' | pas | not? | non | si | if | jamais | never | sans | ni | ou
        | or | sauf | aucune? | peut | peuvent | pourrait | may | might | mais | but | plutot
        | parfois | souvent | varie | entre | between | rarement ) [ ] )""",
    "WORDS": r"(?: (?! DENIAL ) [^ \n.,;:?A-JⒶ-Ⓩ]++ [ ] )",
    "ARTICLES": r"""(?: (?: de | d' | des | du | le | la | l' | les | une? | a | à | an | the
        | realiser | faire | from | par | d' [ ] abord | immediatement | rapidement | immediately
        | first ) [ ] ){0,4}""",
    "AFFECTION": r"""(?: (?: lesion | atteinte | paralysie | compression | section | souffrance
        | inflammation | dysfonction\w* | alteration | destruction | deficit
          | carence | intoxication
          | traitement | dose | duree | posologie | delai | seuil | diagnostic ) [ ]
        (?: (?: isolee? | complete | proximale | distale | aigue | chronique | traumatique
          | peripherique ) [ ] )?
        (?: du | de | d' | des | en | à | au | par ) [ ] (?: l' [ ] | la [ ] | les [ ] )? )""",
    "REMARK": r"""(?: (?: iv | im | sc | po | per [ ] os | seule? | en [ ] \w+ (?: [ ] intention )?
        | par [ ] (?: voie [ ] )? \w+ | dans [ ] ce [ ] (?: cas | contexte ) | ici
        | \w+ [ ] fois [ ] par [ ] jour
        | sans [ ] \w+ | pendant [ ] (?: [\w-]+ [ ] ){0,4} [\w-]+
        | (?: au | le ) [ ] plus [ ] (?: vite | tot )
        | avec [ ] \w+ (?: [ ] \w+ )? | immediatement | rapidement | d' [ ] emblee
        | pour [ ] (?: confirmer | poser | etayer ) [ ] (?: le | ce ) [ ] diagnostic
        | au [ ] patient | à [ ] ce [ ] patient ) [ ] ){0,3}""",
    "LISTED": r"""(?: (?: , | et | and ) [ ] (?: (?: de | d' | des | du | le | la | l' | les
        | une? ) [ ] ){0,2} ANY [ ] )*+""",
    "CIRCUMSTANCE": r"""(?: (?: devant | face [ ] à | vu | au [ ] vu | compte [ ] tenu
        | dans [ ] ce(?:tte)? | en [ ] premiere | given ) [ ]
        (?: (?! (?: si | if | ou | or ) [ ] ) [^ \n.,;:?A-JⒶ-Ⓩ]++ [ ] ){1,16} , [ ] )?""",
    "OWN_LETTER": "(?: " + " | ".join(
        rf"{TEXT_SIGNS[letter]} [ ] REMARK \( [ ] {letter} [ ] \) [ ]"
        for letter in "ABCDEFGHIJ") + " )",
    "END": r"(?: [.!] [ ] )? (?: \n [ ] )* \Z",
    "SAYS": r"""(?: present(?:e|ent|ait) | souffr(?:e|ait) | atteinte? | a | has | had | suffers
        | needs | requires | faut | doit | administr\w+ | prescri\w+ | realis\w+ | fer(?:ais?|a|ons)
        | propos\w+ | debut\w+ | suspect\w+ | commenc\w+ | pens\w+ | donn\w+ | retrouv\w+ | evoqu\w+
        | demand\w+ | recommand\w+ | indiqu\w+ | utilis\w+ | privilegi\w+ | opt\w+ | conseill\w+
        | dos(?:e|era|erait|ons) | correspond\w* [ ] à | orient\w+ [ ] vers | recherch\w+
        | met [ ] en [ ] place | introdui\w+ | instaur\w+ | prend\w* | perform | order | give
        | start | use | prescribe
        | confirm\w+ | montr\w+ | objectiv\w+ | revel\w+ | conclu(?:[st]?|re) [ ] à | retien\w+
        | retenir
        | (?: est | sont ) (?: [ ] (?: tres | bien | celui | celle | typique | evocat\w+
            | caracteristique | en [ ] faveur | compatible ) s? )++ (?= [ ] d | [ ] avec )
            (?: [ ] avec )?
        | (?: s' | c' ) [ ] (?: agit | est ) )""",
}

SENTENCES = (
    Rule(
        "WHAT_IS_DONE",
        "\"Le patient présente X.\", \"On prescrit X en urgence.\"",
        r"""
        \A [ ] (?: A [ ] )? CIRCUMSTANCE WORDS{0,14}? SAYS [ ]
        (?: (?: tres | fort | donc | bien | ici | \w+ment ) [ ] ){0,2}
        ARTICLES AFFECTION? (?= ANY [ ] LISTED REMARK END | OWN_LETTER END )
        """,
        [Example("Le patient souffre du rein.", "B"),
         Example("Je demanderais le rein en première intention.", "B"),
         Example("Je demanderais le rein sans attendre.", "B"),
         Example("Devant ce tableau sans fièvre, on proposera le rein pendant deux jours (B).",
                 "B"),
         Example("Devant ce tableau, on proposera le rein pendant deux jours (C).", ""),
         Example("Il s'agit d'une lésion du rein.", "B"),
         Example("Il ne s'agit pas d'une lésion du rein.", "")]),
    Rule(
        "DONE_AT_LAST",
        "What is prescribed after sentences that name no option: \"Il saigne. On prescrira X.\"",
        r"""
        \A [^A-JⒶ-Ⓩ?:]{1,600} [.] [ ] (?: \n [ ] )* CIRCUMSTANCE
        (?: (?: on | nous | je | j' | il | donc | alors | ainsi | convient | de | faut | doit ) [ ]
          ){0,4} (?: prescri\w+ | realis\w+ | fer(?:ais?|a|ons) | propos\w+ | debut\w+
            | demand\w+ | recommand\w+ | utilis\w+ | privilegi\w+ | opt\w+ | conseill\w+
            | instaur\w+ | administr\w+ | retien\w+ | retenir | suspect\w+ | evoqu\w+ ) [ ]
        ARTICLES (?= TEXT [ ] REMARK END | OWN_LETTER END )
        """,
        [Example("Il a de la fièvre. On proposera le rein.", "B"),
         Example("Il a de la fièvre. On ne proposera pas le rein.", "")]),
    Rule(
        "WHERE_OR_BY_WHAT",
        "\"La bile est stockée dans X.\": a passive ends with what is asked for.",
        r"""
        \A [ ] WORDS{1,8}?
        (?: (?: est | sont | is | are ) [ ] (?: WORDS )?
            (?! multipli | divis | reduit | augment | diminu | superieur | inferieur | passe )
            \w+ (?: e | ee | ees | es | is | ie | ue
              | ed | en | du | due | ait ) [ ]
            (?: dans | par | au | à | sur | vers | en | au [ ] niveau (?: [ ] de )? | grace [ ] à
              | avec | in | by | at | to ) [ ]
          | (?: repose(?:nt)? [ ] sur | consiste [ ] (?: en | à ) | resulte [ ] de | provient [ ] de
              | releve(?:nt)? [ ] de | siege [ ] dans | se [ ] (?: situe | trouve ) [ ]
                (?: dans | à )
              | (?: se [ ] (?: fait | pratique | realise | manifeste ) | survient | debute
                | apparait | commence | se [ ] traite ) [ ] (?: à | vers | par )
              | traduit | signe | revele | necessite | impose | comporte | justifie ) [ ] )
        ARTICLES AFFECTION? (?= TEXT [ ] REMARK END )
        """,
        [Example("Le sang est filtré par le rein.", "B"),
         Example("Le sang n'est pas filtré par le rein.", "")]),
    Rule(
        "ONLY_ONE",
        "\"Seul X filtre le sang.\", unless that speaks against X.",
        r"""
        \A [ ] (?: parmi [ ] WORDS{1,8} , [ ] )? (?: seule?s? | only ) [ ]
        (?: (?: l' | la | le | les | une? | the ) [ ] )?
        (?= TEXT [ ] (?: (?! DENIAL | (?: fau | inexact | incorrect | erron | exclu | elimin | ecart
            | rejet | wrong | false | inadapt | improb | contre ) )
          [^ \n.;:?A-ZⒶ-Ⓩ]++ [ ] ){1,20}+ END )
        """,
        [Example("Seul le rein filtre le sang.", "B"), Example("Seul le rein est exclu.", ""),
         Example("Parmi ces organes, seul le rein filtre le sang.", "B")]),
    Rule(
        "NAMED_ALONE",
        "A lesion of what is asked for, or an age, without a verb.",
        r"""
        \A [ ] (?: (?: (?: une? | l' | la | le ) [ ] )? AFFECTION | (?: à | vers | des ) [ ]
          l' [ ] age [ ] de [ ] ) (?= TEXT [ ] END )
        """,
        [Example("Une lésion du rein.", "B"),
         Example("À l'âge de 20 mg", "B", DOSES, "mcqu")]),
    Rule(
        "WHAT_EXPLAINS",
        "\"X permet de confirmer le diagnostic.\": the subject is what is asked for.",
        r"""
        \A [ ] (?: pour [ ] (?! certain | (?: les | d' ) [ ] autres ) WORDS{1,8} , [ ]
          | CIRCUMSTANCE )
        (?: (?: une? | l' | la | le | les ) [ ] )? AFFECTION?
        (?= TEXT [ ] (?: permet(?:tra|trait)? [ ] (?: WORDS{1,2}? )?
            (?: confirmer | poser | affirmer | etablir | faire | porter ) [ ] l[ea] [ ]
            diagnostic [ ]
          | confirm(?:e|era|erait) [ ] l[ea] [ ] diagnostic [ ]
          | expliqu(?:e|ent|erait) [ ] (?: l[ea]s? | l' | c\w+ ) [ ]
          | (?: est | sont ) [ ] (?: (?: responsables? | à [ ] l' [ ] origine ) [ ] d[eu']s?
              | (?: necessaire | indispensable )s? [ ] (?: à | au ) | impliquee?s? [ ] dans ) [ ]
          | est [ ] (?: necessaire | indispensable | obligatoire | suffisante? ) [ ]
              (?! (?: en [ ] )? (?: deuxieme | seconde | apres | seulement | si | chez | cas ) )
          | est [ ] l[ea] [ ] seule? [ ] \w+ [ ]
          | (?: est | sont ) [ ] l[ea'] [ ] \w+ [ ] (?: l[ea] [ ] plus [ ] \w+ | cle | principale?
              | responsable | incriminee? | causale? | adaptee? | attendue? ) [ ]
          | doi(?:t|vent) [ ] etre [ ] (?: realise | pratique | prescrit | administre | propose
              | effectue | demande | debute
              | suspecte | evoque | envisage ) e?s? [ ]
          | (?: est | sont | reste ) [ ] (?: WORDS )? (?: indiquee? | recommandee? | preconisee?
              | prescrite? | à [ ] (?: privilegier | realiser | prescrire | faire | demander ) )
              s? [ ]
              (?! (?: en [ ] )? (?: deuxieme | seconde | troisieme | dernier | apres | seulement
                | uniquement | only | chez | cas | l' [ ] absence | second ) ) )
          (?: (?! DENIAL ) [^ \n.;:?A-ZⒶ-Ⓩ]++ [ ] ){0,20}+ END )
        """,
        [Example("Le rein permet de confirmer le diagnostic.", "B"),
         Example("L'atteinte du rein explique ce tableau.", "B"),
         Example("Pour ce geste, le rein est nécessaire.", "B"),
         Example("Le rein est indiqué en deuxième intention.", "")]),
)
_PATTERNS = [re.compile(spelt(spelt(spelt(rule.pattern, _NAMES), _NAMES), _NAMES), re.VERBOSE)
             for rule in SENTENCES]


def with_what_is_said(line: str) -> str:
    """The words of an answer, with "c'" before the texts that its one sentence gives.

    Args:
        line: folded words between single spaces, signs in the place of options' texts.
    """
    for pattern in _PATTERNS:
        line, count = pattern.subn(" c' ", line)
        if count:
            break
    return line
