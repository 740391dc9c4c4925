"""Refuse an answer whose verdicts are weighed, mixed or left out, whatever else it says.

Its patterns are over the text without thoughts, before pictures and remarks are cleaned away.
"""

from collections.abc import Mapping

import regex as re

from medinj_utils.evaluation.reading.cleaning import fold
from medinj_utils.evaluation.reading.pictures import ALL_CROSSES, ALL_TICKS
from medinj_utils.evaluation.reading.rules import Example, Rule, compile_spelt

_NAMES = {
    "TICK": f"[{ALL_TICKS}]",
    "CROSS": f"[{ALL_CROSSES}]",
    "MARK": f"[{ALL_TICKS}{ALL_CROSSES}]",
    "UNMARKED": rf"(?: (?! \b [A-J] \b ) [^\n{ALL_TICKS}{ALL_CROSSES}] )",
    "LIST": r"(?: \b [A-J] \b (?: \s? [,;/&-] \s? | [ ] (?: et | and ) [ ] | [ ] )? )",
    "DOUBT": r"""(?<! (?i: sans | aucune? | without | no ) [ ] ) (?i: ± | \+ \s? / \s? [-–]
        | plus [ ] ou [ ] moins | dout (?: eu\w+ | es? \b )
        | incertain | uncertain | discutable | questionable | debatable
        | à [ ] (?: v[ée]rifier | confirmer | discuter | compl[ée]ter | pr[ée]ciser
          | valider | (?: re )? voir )
        | to [ ] be [ ] (?: checked | confirmed ) | (?: pas | peu | not | moins ) [ ]
          (?: (?: tr[èe]s | trop | totalement | enti[èe]rement | very | so | quite ) [ ] )?
          (?: s[ûu]re? | certain | probable | convaincu | sure )
        | (?: sous | avec | une | des | with | quelques ) [ ] (?: toutes? [ ] )? r[ée]serves?
        | r[ée]serves? (?= [ ] (?: sur | pour ) ) | sans [ ] (?: certitude | garantie | conviction )
        | (?<! n' ) h[ée]sit (?: e | ant | ation ) s? \b | (?<= [(,;–-] [ ]? ) limite \b
        | selon [ ] (?: (?: le | les | la | l' ) [ ]? )? (?: contexte | cas | situation ) )""",
    "GRADE": """(?i: (?: fort | faibl | haut | bass | grand | moyenn | élev | high | low ) \\w* [ ]
        (?: probabilit | vraisemblance | suspicion | likelihood | confian | confid ) \\w*
        | (?: im )? probable | (?: un )? likely | possible | certaine? | plausible )""",
    "VERDICT": "(?: vrai | fau[xs] | (?: in )? (?: exact | correct ) | juste | true | false )",
}

CAUTIONS = (
    Rule(
        "THIRD_VERDICT",
        "A letter whose sign is neither a tick nor a cross, before a letter with its own sign: "
        "\"A ⚠️ B ✅\". In \"A et C ✅\", A has no sign.",
        r"""
        (?<! ^ \W{0,3} MARK [^\w\n]{0,4} ) \b [A-J] \b
        (?! (?: [\s,;/&+] | \b (?: et | and | la ) \b )* \b [A-J] \b )
        (?: UNMARKED{0,80}? (?! MARK ) [^\w\s'’-] [ \t]* (?: (?: et | and | la ) [ ] )?
              \b [A-J] \b (?: [ ]? [:.)(=–-] UNMARKED{0,80} )?
          | [ ]? (?P<style> [:.)=] ) UNMARKED{0,80} [ ] [A-J] [ ]? (?P=style)
          | [ ] (?! [A-ZÀ-Ý] ) UNMARKED{1,80} [ ] [A-J]
          | [ ]? [-–—] [ ]? [A-J] )
        [ ]? \(? MARK
        """,
        [
            Example("A ⚠️ B ✅ C ❌ D ❌", ""),
            Example("A : douteux, B : ✅, C : ❌", ""),
            Example("A (foie) 🤷 B (rein) ✅", ""),
        ]),
    Rule(
        "TICK_AND_CROSS",
        "Both a tick and a cross, or a question mark, on one letter.",
        r"""
          TICK \ufe0f? [ ]? (?: [/] | ou | or | et )? \s? CROSS
        | CROSS \ufe0f? [ ]? (?: [/] | ou | or | et )? \s? TICK
        | MARK \ufe0f? [ ]? \(? [?❓❔🤔🤷⚠]
        """,
        [Example("A ✅❌", ""), Example("A ✅ ou ❌", "")]),
    Rule(
        "BOTH_VERDICTS",
        "A verdict of both, of neither, or only in part.",
        r"""
        \b [A-J] \s? [:=(–-] \s? (?i:
            (?: vrai | exacte? | correcte? | true | oui | yes | v ) \s? (?: / | ou | or ) \s?
              (?: faux | fausse | inexacte? | incorrecte? | false | non? | f ) \b
          | (?: faux | fausse | inexacte? | incorrecte? | false | non? | f ) \s? (?: / | ou | or )
              \s? (?: vrai | exacte? | correcte? | true | oui | yes | v ) \b
          | (?: plut[ôo]t | partiellement | presque | à [ ] moitié | en [ ] partie | semi | ni | non
              | pas | partly | almost | half | not ) [ -] VERDICT
          | VERDICT \w{0,2} \s? [(] \s? [?] )
        """,
        [Example("A : vrai/faux, B : vrai", ""), Example("A : non faux, B : faux", "")]),
    Rule(
        "VERDICT_WITH_A_BUT",
        "A verdict with a reservation.",
        r"""
        \b [A-J] \s? [:=(.)–-] \s? (?i: VERDICT | oui | yes | non | no )
        (?: ,? [ ] (?i: mais | but ) \s? (?: [,;.)\n] | $ )
          | [ ]? \? | [ ] (?i: sauf | except ) \b )
        | TICK{2} \ufe0f? [^\n]{0,80} (?<! TICK ) TICK (?! \ufe0f? TICK )
        | (?<! TICK ) TICK (?! \ufe0f? TICK ) [^\n]{0,80} TICK{2}
        """,
        [Example("A : oui, B : oui mais, C : non", ""), Example("A ✓✓ B ✓ C ✗", "")]),
    Rule(
        "DOUBTED",
        "A doubt after a list, or before its last letter. A doubt about a letter outside the list, "
        "as in \"A, C (D est discutable)\", doesn't count.",
        r"""
          ^ [^\n]{0,60}? \b LIST{2,}+ (?<= [A-J] \W{0,2} )
          (?: [* ]*+ [(\[] (?! [^()\n]* \b [A-J] \b ) [^()\n]*? DOUBT [^()\n]*
              [)\]] (?= \W*+ $ | [,;.] | [ ] (?: et | and ) )
            | [,;.–-]? [ ]? [(\[]? (?: (?: mais | but | je | j' | ne | I | suis | avec ) [ ]? ){0,3}
              DOUBT [^\w\n]*+ $
            | [,;]? \s? (?: et [ ] )? \(? DOUBT [ ] (?: la [ ] )? [A-J] \b \W*+ $ )
        | \b [A-J] \b [^\n]{0,60} DOUBT [ ] (?: sur | pour | on | about ) [ ] (?: la [ ] )? [A-J] \b
        | \b (?P<doubted> [A-J] ) \b [^()\n]{0,60} \( [^()\n]{0,20}? \b (?P=doubted) \b
          [^()\n]* DOUBT
        """,
        [
            Example("A, C, D (à vérifier)", ""),
            Example("A, C, sans certitude", ""),
            Example("A, C (± D)", ""),
        ]),
    Rule(
        "BRACKETED",
        "Some letters in brackets, others without.",
        r"""
        ^ \W{0,3} (?: [A-J] \b [ ]? [,;]? [ ]? (?: et [ ] )? ){1,8} \( [A-J] \)
        (?: [,;]? [ ]? (?: et [ ] )? [A-J] \b (?! \) ) )* \W{0,2} $
        """,
        [Example("A, (B), C", ""), Example("A C (D)", "")]),
    Rule(
        "GRADED",
        "Letters with a probability each, in words.",
        r"""
        \b [A-J] \s? [:(–-] \s? (?P<grade> (?i: (?: très | peu | assez | plutôt | very | less ) [ ]
              )? GRADE )
        [^\n]{0,40}? \b [A-J] \s? [:(–-] \s? (?! (?P=grade) ) (?i: (?: très | peu | assez | plutôt
            | very | less ) [ ] )? GRADE
        """,
        [Example("A : forte probabilité, B : faible probabilité", "")]),
    Rule(
        "AND_SO_ON",
        "A list that goes on without naming the letters: \"A, …\".",
        r"""
          \b [A-J] \s? [,;] \s? \(? (?: … | \.{2,} )
        | \b [A-J] [ ]? [,;] [ ]? [A-J] [ ] (?: … | \.{2,} ) [ ]* $
        | \b [A-J] \s? (?: … | \.{2,} ) \s? (?i: tou\w+ | all | etc ) \b
        | \b [A-J] \b \W{1,3} (?: et \s | puis \s | and \s )? (?i: tou\w+ | all | everything ) \b
          [^.\n]{0,30} (?: jusqu | until | up [ ] to | aussi \b | également )
        | \b [A-J] \b \W{1,3} (?: et | and | puis | plus ) \s (?: tou\w+ \s )?
          (?: (?: les? | la | the ) \s )? (?: suivant\w* | autres? | reste | rest | others? ) \W*? $
        """,
        [Example("A, …", ""), Example("A, B… toutes", ""), Example("A, puis tout jusqu'à D", "")]),
    Rule(
        "NOT_ONLY",
        "A letter that isn't the only right one.",
        r"""
        \b (?i: pas [ ] (?: que | seulement | uniquement ) | not [ ] (?: only | just ) )
          [ ] (?: la [ ] )? [A-J] \b
        | \b [A-J] \b [ ] (?i: n'est [ ] pas | is [ ] not | isn't ) [ ] (?i: la | the )
          [ ] (?i: seule | only )
        """,
        [Example("Il n'y a pas que A : C est vraie aussi.", ""),
         Example("A n'est pas la seule exacte, C est juste.", "")]),
    Rule(
        "OUTDONE",
        "Another letter that is better than the one before it.",
        r"""
        \b (?P<first> [A-J] ) \b [^\n]{0,80}? \b (?: mais | cependant | toutefois | but | however )
        \b [^.\n]{0,40}? \b (?! (?P=first) ) [A-J] [ ] (?: est | semble | serait | paraît | is
          | seems ) [ ] (?: plus | mieux | meilleure? | better | more ) \b
        """,
        [Example("Je dirais B, mais C est plus sûre.", "")]),
    Rule(
        "RANKED",
        "Ranked letters, or a letter for want of another one.",
        r"""
          \b [A-J] \s? [>≥] \s? [A-J] \b
        | (?<= \b [A-J] \W{1,3} ) (?i: à [ ] défaut
            | faute [ ] de [ ] mieux | à [ ] la [ ] rigueur | failing [ ] that
            | en [ ] (?: second | deuxième ) [ ] (?: choix | intention ) )
          ,? \s (?: la \s )? [A-J] \b
        | \b (?i: tromp[ée]e?s? | erreur | mistaken | wrong ) \s
          (?i: pour | sur | à [ ] propos [ ] de | about ) \s (?: la \s )? [A-J] \b
        """,
        [Example("A > C", ""), Example("A, C. Je me suis trompé pour C.", "")]),
)
_WEIGHED = re.compile(
    r"""
    \b (?P<letter> [A-J] ) \b \s? [:(=à–-]{0,2} \s? (?: [a-zà-ÿ]{5,12} \s (?: de \s )? )?
    (?P<number> \d{1,3} (?: [.,] \d{1,3} )? ) (?: \s? (?: % | points? | pts? | / \s? \d{1,3} )
      | (?<= [01] [.,] \d{1,3} | \b \d\d | score \s \d ) ) (?! \w ) \s?
    (?= [,;.)|/\n] | $ | et \b | and \b | [A-J] \b )
    """, re.VERBOSE | re.MULTILINE)


_PATTERNS = [compile_spelt(rule.pattern, _NAMES) for rule in CAUTIONS]


def is_weighed_or_mixed(text: str, options: Mapping[str, str]) -> bool:
    """Whether an answer's verdicts are weighed, mixed or left out.

    Args:
        text: an answer without thoughts.
        options: the question's options by letter.
    """
    weighed = {match["letter"] for match in _WEIGHED.finditer(text)
               if match["number"].replace(",", ".") not in fold(
                   options.get(match["letter"], "")).replace(",", ".")}
    return len(weighed) > 1 or any(pattern.search(text) for pattern in _PATTERNS)
