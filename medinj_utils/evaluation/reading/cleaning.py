"""Clean a raw answer: drop thoughts, layout and noise; write tables and boxed answers as text.

`STEPS` are applied in order. Each has a reason, and examples that the tests execute.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from html import unescape
from itertools import groupby
from operator import or_
from unicodedata import normalize

import regex as re

from medinj_utils.evaluation.reading.pictures import a_line_each, only_ticked, without_pictures
from medinj_utils.evaluation.reading.rules import DOSES, Example
from medinj_utils.evaluation.reading.thoughts import without_thoughts

_TABLE_ROW = re.compile(r"(?m)^\s*\|(.+)\|\s*$")
_BULLET = re.compile(r"^(?:[-•–—+]|\d{1,2}[.)])\s+(?=\S)")
_COMBINING = re.compile("[\u0300-\u036f]")
_CHARACTERS = str.maketrans(
    {"’": "'", "‘": "'", "œ": "oe", "Œ": "Oe", "æ": "ae", "。": ".", "‐": "-"})


@dataclass(frozen=True)
class Step:
    """A step of cleaning: what it does to a text, why, and answers that show it."""

    name: str
    why: str
    apply: Callable[[str], str]
    examples: Sequence[Example]


def replacing(pattern: str, replacement: str, *flags: re.RegexFlag) -> Callable[[str], str]:
    """A step that replaces a pattern, written verbosely, with ``^`` and ``$`` at every line."""
    compiled = re.compile(pattern, reduce(or_, flags, re.VERBOSE | re.MULTILINE))
    return lambda text: compiled.sub(replacement, text)


def fold(text: str) -> str:
    """The text without case and accents."""
    return _COMBINING.sub("", normalize("NFKD", text.lower()))


def clean(text: str) -> str:
    """The text after all steps of cleaning."""
    for step in STEPS:
        text = step.apply(text)
    return text


def in_common_letters(text: str) -> str:
    """The text with letters of one form: no full-width, circled or bold ones, no entities."""
    return normalize("NFKC", unescape(text))


def table_rows_as_lines(text: str) -> str:
    """The text with colons between the cells of a table."""
    return _TABLE_ROW.sub(lambda row: row[1].replace("|", " : "), text)


def with_plain_characters(text: str) -> str:
    """The text with straight apostrophes, and without ligatures."""
    return text.translate(_CHARACTERS)


def distinct_lines(text: str) -> str:
    """Lines without bullets and numbers; empty ones go, and those that repeat the line above."""
    stripped = [line.strip() for line in text.splitlines()]
    distinct = [line for line, _ in groupby(line for line in stripped if line)]
    return "\n".join(_BULLET.sub("", line) for line in distinct)


STEPS = (
    Step(
        "thoughts",
        "Thoughts are no answer. A thought that isn't closed was cut off before the answer.",
        without_thoughts,
        [Example("<think>Réponse : A</think>B", "B"), Example("<think>La réponse est A", "")]),
    Step(
        "marked answer",
        "An answer may stand between marks of its own.",
        replacing(
            r"""
            [<\[◁] \|? (?i: (?: begin | start )_ (?: of_ )? )? (?i: final_? | the_ )?
            (?i: answers? | r[ée]ponses? | response | solution | output | result | choice | choix )
            \|? [>\]▷]
            """, "\nréponse finale : "),
        [Example("[Réponse] B", "B"), Example("<|begin_of_solution|>B<|end_of_solution|>", "B")]),
    Step(
        "tags",
        "Tags of layout and tokens of a chat's turns mean nothing.",
        replacing(
            r"""
              < /? (?i: p | br | hr | div | li | ul | ol | tr | h[1-6] | body | html | table ) [ ]? /? >
            | < \|? /? (?! [A-J] > ) [a-z] [\w-]{0,40} \|? [ ]? /? >
            """, "\n"),
        [Example("<p>B</p>", "B"), Example("B<|im_end|>", "B")]),
    Step(
        "struck out",
        "What is struck out is no answer.",
        replacing(r"~~ [^~\n]{1,300} ~~", " "),
        [Example("~~A~~ B", "B")]),
    Step(
        "picture signs",
        "A picture sign is a letter, a tick, a cross, an arrow, or means nothing.",
        without_pictures,
        [Example("B 😊", "B"), Example("🅱️", "B"), Example("A 👍\nB 👎\nC 👍\nD 👎", "AC")]),
    Step(
        "letters of one form",
        "Letters may be full-width, bold or circled characters.",
        in_common_letters,
        [Example("Ｂ car il filtre", "B")]),
    Step(
        "letters apart",
        "Dots between two letters leave open what is meant.",
        replacing(r"\b ([A-J]) \s? \.{3} \s? (?= [A-J] (?! [\w'] ) )", r"\1 ou "),
        [Example("A … C", "")]),
    Step(
        "letter again and again",
        "A model caught in a loop repeats a letter.",
        replacing(r"\b ([A-Z]) (?: [ ,]{1,2} \1 \b ){3,}+", r"\1"),
        [Example("A, A, A, A, A est", "")]),
    Step(
        "several ticks in a line",
        "Ticks and crosses in one line are verdicts on an option each.",
        a_line_each,
        [Example("A ✅ B ❌ C ✅ D ❌", "AC"), Example("✅ A, ❌ B, ✅ C, ❌ D", "AC")]),
    Step(
        "ticks",
        "Where boxes are ticked, only the ticked ones are the answer.",
        only_ticked,
        [
            Example("☐ A. le foie\n☑ B. le rein", "B"),
            Example("- [x] A\n- [ ] B\n- [x] C", "AC"),
        ]),
    Step(
        "tables",
        "A row of a table is a line.",
        table_rows_as_lines,
        [Example("| A | vrai |\n| B | faux |\n| C | vrai |", "AC")]),
    Step(
        "Chinese announcement",
        "Some models fall back into Chinese, where 答案 means answer.",
        replacing(r"答案 [是为:]", "\nréponse : "),
        [Example("答案是C。", "C")]),
    Step(
        "single quotes",
        "Quotes around a letter are no apostrophe, as in \"l'A\".",
        replacing(r"(?<! \w ) ' ([^'\n]+) ' (?! \w )", r" \1 "),
        [Example("['B', 'D']", "BD")]),
    Step(
        "noise",
        "Words around an answer that say nothing about it.",
        replacing(
            r"""
              ^ (?i: uniquement | seulement | only | both ) \s
            | \b I (?= \s (?: think | believe | would | choose | say | go | pick | select | opt | vote
                            | lean | am | guess | conclude ) \b )  # no option I
            | [\u200b\ufeff]                        # characters without width
            | \( \s? \d+ \s? % \s? \)               # how sure the model is
            | \( (?i: e? s ) \)                     # "réponse(s)"
            | ,? \s? \b [ÀAàa] [ ] mon [ ] (?: humble [ ] )? (?: avis | sens ) \b (?: \s? [,:] )?
            | \b (?i: par [ ] (?: élimination | exclusion | défaut | déduction ) | as [ ] a [ ] matter [ ] of [ ] fact
              | c'est [ -] à [ -] dire ) \b (?: \s? [,:] )?
            | ,? \s? \b (?i: bien [ ] s[ûu]r | bien [ ] entendu | of [ ] course ) \b
            | ^ (?i: assistant | ai | ia ) \s? :    # who speaks
            | \b (?i: n'h[ée]sitez ) [^\n.]*        # "n'hésitez pas à…": its "pas" denies nothing
            """, ""),
        [
            Example("Uniquement B", "B"),
            Example("B, I think", "B"),
            Example("\u200bB", "B"),
            Example("B (80 %)", "B"),
            Example("Réponse(s) : A, C", "AC"),
            Example("Assistant : B", "B"),
            Example("B à mon avis, bien sûr", "B"),
            Example("Réponse : D. N'hésitez pas si besoin.", "D"),
        ]),
    Step(
        "exception",
        "Long forms of \"sauf\".",
        replacing(
            r"""
              \b (?i: à [ ] l'exception [ ] (?: du [ ] | des [ ] | de [ ] )? )
            | \b (?i: with [ ] the [ ] exception [ ] of [ ] )
            """, "sauf "),
        [
            Example("Toutes à l'exception de A", "BCD"),
            Example("All of the above with the exception of D", "ABC"),
        ]),
    Step(
        "fences",
        "A code fence, with the name of its language, ends a line.",
        replacing(r"``` (?: \w+ (?= \n (?! ``` ) ) )?", "\n"),
        [Example("```A\nB```", "B"), Example("```B```", "B")]),
    Step(
        "boxed list",
        "Boxes one after the other are a list.",
        replacing(r"\} [$\s,;]{0,4} (?: et | and )? [$\s]{0,3} \\boxed \s? \{ (?: \\text \{ )?", ", "),
        [Example("\\boxed{A}, \\boxed{C}", "AC")]),
    Step(
        "boxed answer",
        "A boxed answer is the final one.",
        replacing(r"\\boxed \s? \{", "\nréponse finale : "),
        [Example("Le sang est filtré. $\\boxed{B}$", "B")]),
    Step(
        "layout",
        "LaTeX commands, emphasis and quotes mean nothing.",
        replacing(r"""\\ [a-z]+ \s? \{? | [*_`"“”«»$\\]""", " "),
        [
            Example("**C**", "C"),
            Example("« B »", "B"),
            Example('{"réponse": "B"}', "B"),
            Example("$\\text{B}$", "B"),
        ]),
    Step(
        "characters",
        "Apostrophes, hyphens and ligatures have several spellings.",
        with_plain_characters,
        [Example("D’après moi : B", "B"), Example("le coeur", "D"), Example("B。", "B")]),
    Step(
        "marks again",
        "\"!!!\" means no more than \"!\".",
        replacing(r"([^\w\s]) \1+", r"\1"),
        [Example("Réponse --------------> B", "B")]),
    Step(
        "numbers and abbreviations",
        "A question's number, and \"Rép.\" or \"Ans.\", stand before an answer.",
        replacing(
            r"""
              ^ (?: \w{1,9} \.? \s? (?: n? \s? [°º] \s? )? \d{1,4} \s? [,.:)/–—-]{0,2} \s ){1,3}
              (?= \W{0,3} (?: [A-J] (?! [\w'] ) | r[ée]p ) )
            | (?: ^ | [—–-] \s ) (?i: qc[msu] | qr[mu] | ecn | edn | q | n ) \s? \.? [°º]? \s? (?: n \s? [°º] )?
              \s? \d{0,4} \s? [.:)/–—-]{1,2} \s (?= \W{0,3} (?: [A-J] (?! [\w'] ) | (?i: r[ée]p ) ) )
            | ^ [#(] \d{1,4} [ ]? [:)]? \s (?= \(? [A-J] \b )
            | ^ \d{1,2} \s? [/:–—-] \s? (?= \(? [A-J] \b )
            | (?<= [A-J] \s? [,;] \s ) \d{1,2} \s? [/:.)-] \s? (?= \(? [A-J] \b )
            """, ""),
        [Example("QCM 12 : A, C", "AC"), Example("1/ B", "B"), Example("1: A, 2: C", "AC")]),
    Step(
        "abbreviated announcement",
        "\"Rép.\" and \"Ans.\" announce an answer.",
        replacing(
            r"""
              \b (?i: r[ée]p | ans | sol ) \s? (?: \. \s? :? | : ) (?= \s? \(? [A-Za-z] )
            | ^ (?: R | BR ) \s? [.:=]{1,2} (?= \s? \(? [A-J] \b )
            """, "réponse :"),
        [Example("Rép. B", "B"), Example("R : B", "B")]),
    Step(
        "corrections",
        "Phrases that take an answer back for another one.",
        replacing(
            r"""
            \b (?i: erreur [ ] de [ ] ma [ ] part | mea [ ] culpa | au(?:tant)? [ ] (?:temps [ ])? pour [ ] moi
            | my [ ] (?:bad|mistake) | let [ ] me [ ] correct (?: [ ] (?:that|this|myself|it) )?
            | (?:sorry ,? [ ])? I [ ] me(?:ant|an) | I [ ] was [ ] wrong | on [ ] second [ ] thoughts?
            | je [ ] (?:me [ ])? (?:corrige|rectifie) | je [ ] change [ ] d'avis | scratch [ ] that
            | [àa] [ ] la [ ] r[ée]flexion | apr[èe]s [ ] (?:m[ûu]re [ ])? (?: r[ée]flexion | relecture | v[ée]rification | analyse | examen ) | r[ée]flexion [ ] faite
            | [àa] [ ] y [ ] r[ée]fl[ée]chir | tout [ ] compte [ ] fait | en [ ] r[ée]alit[ée]
            | rectificati(?:on|f) | oups | oops | sorry | corrected [ ] (?:answers?|list) | no [ ] wait
            | je [ ] reviens [ ] sur [ ] ma [ ] r[ée]ponse | plus [ ] exactement
            ) \b (?: ,? [ ] (?: en | to | as | into ) \b )?
            """, "correction"),
        [Example("A. Après réflexion : B", "B"), Example("A, B. I meant A, C.", "AC")]),
    Step(
        "verbs of choice",
        "Before a letter, these verbs choose; elsewhere they may mean something else.",
        replacing(
            r"""
            \b (?: je | j' | on | nous ) [ ]? (?: me [ ] | m' )?
            (?: mise(?:rais)? | parie(?:rais)? | pars | vais | irais | tranche | penche(?:rais)? | prononce | oriente
              | dirige | vote(?:rais)? | valide(?:rais)? | garde(?:rais)? | prends | prendrais | donne(?:rais)? | mets
              | mettrais | propose(?:rais)? | maintiens | confirme | pense | crois | suppose | estime | conclus | tends
              | privilégie | préfère | note | cocherais | suis )
            (?: [ ] (?: donc | plutôt | que ) )? (?: [ ] (?: sur | pour | vers | à | en [ ] faveur [ ] de ) )?
            (?= [ ] (?: l[ae] [ ] )? (?: r[ée]ponse [ ] | proposition [ ] | option [ ] | lettre [ ] )? \(? [A-J] (?! [\w'] ) )
            """, "je choisis", re.IGNORECASE),
        [Example("Je mise sur B", "B"), Example("Je me prononce pour la B.", "B")]),
    Step(
        "hence",
        "\"D'où\" begins a conclusion.",
        replacing(r"\b [Dd] ['’] o[ùu] \b", "donc"),
        [Example("Il filtre le sang, d'où B.", "B")]),
    Step(
        "letters that are words",
        "\"A priori\" and \"N.B.\" name no option.",
        replacing(
            r"""
              \b [AÀaà] [ ] priori \b ,?
            | ^ A (?= [ ] (?: mon [ ] | l'évidence | vrai [ ] dire | première [ ] vue | domicile | jeun ) )
            | \b (?: N\. \s? B | P\. \s? S ) \b \.?
            """, ""),
        [Example("A priori B.", "B"), Example("A et C. N.B. : D est rare.", "AC")]),
    Step(
        "units",
        "A number and its unit may stand together.",
        replacing(r"(?<= \d ) (?= (?i: [mkµ]?g | m?l | [mµ]?mol | mm | cm | ui | h | ans ) \b )", " "),
        [Example("40mg", "C", DOSES)]),
    Step(
        "abbreviated names",
        "The E of \"E. coli\" is part of a name. A dot of its own marks it.",
        replacing(r"\b ([A-Z]) \. (?= \s? [a-zà-ÿ] )", r"\1·"),
        [Example("C. albicans est une levure.", "")]),
    Step(
        "lines",
        "Bullets, numbers, empty and repeated lines mean nothing.",
        distinct_lines,
        [Example("1) B\n2) D", "BD")]),
)
