"""Clean a raw answer: drop thoughts, layout and noise; write tables and boxed answers as text.

`STEPS` are applied in order. Each has a reason, and examples that the tests execute.
"""

from html import unescape
from itertools import groupby
from unicodedata import normalize

import regex as re

from medinj_utils.evaluation.reading.conclusions import CONCLUSIONS
from medinj_utils.evaluation.reading.conditions import CONDITIONS
from medinj_utils.evaluation.reading.exceptions import EXCEPTIONS
from medinj_utils.evaluation.reading.lists import (
    table_rows_as_lines,
    with_entries_apart,
    with_kind_before_each,
    without_remarks_on_others,
)
from medinj_utils.evaluation.reading.paraphrases import PARAPHRASES
from medinj_utils.evaluation.reading.phrases import PHRASES
from medinj_utils.evaluation.reading.pictures import a_line_each, only_ticked, without_pictures
from medinj_utils.evaluation.reading.rules import DOSES, Example, Step, replacing
from medinj_utils.evaluation.reading.thoughts import without_thoughts

_BULLET = re.compile(r"^(?:(?:[-•–—+]|\d{1,2}[.)])\s+|\.\s*)(?=\S)")
_COMBINING = re.compile("[\u0300-\u036f]")
_CHARACTERS = str.maketrans(
    {"’": "'", "‘": "'", "œ": "oe", "Œ": "Oe", "æ": "ae", "。": ".", "‐": "-", "、": ",", "‚": ","})


def fold(text: str) -> str:
    """The text without case and accents."""
    return _COMBINING.sub("", normalize("NFKD", text.lower()))


def clean(text: str) -> str:
    """The text after all steps of cleaning."""
    for step in STEPS:
        text = step.apply(text)
    return text


def in_common_letters(text: str) -> str:
    """The text with letters of one form: no full-width, circled or bold ones."""
    return normalize("NFKC", text)


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
        "entities",
        "An entity is the character that it names.",
        unescape,
        [Example("&lt;think&gt;Réponse : A&lt;/think&gt;B", "B")]),
    Step(
        "other turns",
        "The user's and the system's turns in a chat are not the model's answer.",
        replacing(
            r"""
            (?<= (?: \A | > | \n ) \s{0,3} [A-J] [.)]? \s{0,3} ) <\|user\|> (?s: .* )
            | (?: \[INST\] | <\|? (?: im_start | start_header_id | start_of_turn | start ) \|? >
                \s? (?: user | system | human ) | <\| (?: user | system ) \|> )
            (?s: .*? )
            (?: \[/INST\] | <\|? (?: im_start | start_header_id | start_of_turn | start ) \|? >
                \s? (?: assistant | model ) | <\|assistant\|> | \Z )
            | (?<= \w \W{0,6} ) (?: <\|end_?of_?text\|> | <\|eot_id\|> | <eos>
                | </s> (?= \s? (?: <s> | \[INST\] ) ) ) (?s: .* )
            """, "\n", needs="text|> </s> eot_id <eos> [inst] im_start start_header start_of_turn "
                               "|user| |system|"),
        [
            Example("[INST] A ou B ? [/INST] B", "B"),
            Example("B<|im_end|><|im_start|>user\nA ?", "B"),
            Example("B<|endoftext|>Réponse : A", "B"),
            Example("<|assistant|>B<|user|>Et la bile ?<|assistant|>A", "B"),
        ]),
    Step(
        "thoughts",
        "Thoughts are no answer. A thought that isn't closed was cut off before the answer.",
        without_thoughts,
        [Example("<think>Réponse : A</think>B", "B"), Example("<think>La réponse est A", "")]),
    Step(
        "marked answers",
        "Several answers in a row, each between its own tags, are a list.",
        replacing(
            r"""
            (?<= > \s? [A-J] ) \s? </ (?P<mark> \w{4,10} ) > \s{0,8} < (?P=mark) > \s?
            (?= [A-J] \s? </ (?P=mark) > )
            """, ", ", needs="</"),
        [Example("<answer>A</answer>\n<answer>C</answer>", "AC")]),
    Step(
        "marked answer",
        "An answer may stand between tags of its own.",
        replacing(
            r"""
            [<\[◁] \|? (?i: (?: begin | start )_ (?: of_ )? )? (?i: final_? | the_ )?
            (?i: answers? | r[ée]ponses? | response | solution | output | result | choice | choix )
            \|? [>\]▷]
            """, "\nréponse finale : ", needs="> ] ▷"),
        [Example("[Réponse] B", "B"), Example("<|begin_of_solution|>B<|end_of_solution|>", "B")]),
    Step(
        "struck out",
        "What is struck out is no answer.",
        replacing(
            r"""
            ~~ [^~\n]{1,300} ~~ | (?: \S [\u0335-\u0338] )+
            | < (?P<tag> del | strike ) > [^<\n]{1,300} </ (?P=tag) >
            """, " ", needs="~~ <del> <strike> \u0335 \u0336 \u0337 \u0338"),
        [
            Example("~~A~~ B", "B"),
            Example("A C D\u0336", "AC"),
            Example("<del>A</del> B", "B"),
        ]),
    Step(
        "tags",
        "Tags of layout and tokens of a chat's turns mean nothing.",
        replacing(
            r"""
              < /? (?i: p | h[1-6] | li | ul | ol ) [ ]? /? >
            | < \|? /? [a-z] [\w-]{0,40} \|? [ ]? /? >
            """, "\n", needs=">"),
        [Example("<p>B</p>", "B"), Example("B<|im_end|>", "B")]),
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
        replacing(r"\b ([A-J]) \s? \.{2,3} \s? (?= [A-J] (?! [\w'] ) )", r"\1 ou ", needs=".."),
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
        replacing(r"答案 [是为:]", "\nréponse : ", needs="答案"),
        [Example("答案是C。", "C")]),
    Step(
        "single quotes",
        "Quotes around a letter are no apostrophe, as in \"l'A\".",
        replacing(r"(?<! \w ) ' ([^'\n]+) ' (?! \w )", r" \1 ", needs="'"),
        [Example("['B', 'D']", "BD")]),
    Step(
        "fences",
        "A code fence, with the name of its language, ends a line.",
        replacing(r"``` (?: \w+ (?= \n (?! ``` ) ) )?", "\n", needs="```"),
        [Example("```A\nB```", "B"), Example("```B```", "B")]),
    Step(
        "boxed list",
        "Boxes one after the other are a list.",
        replacing(
            r"\} [$\s,;]{0,4} (?: et | and )? [$\s]{0,3} \\boxed \s? \{ (?: \\text \{ )?", ", ",
            needs="boxed"),
        [Example("\\boxed{A}, \\boxed{C}", "AC")]),
    Step(
        "boxed answer",
        "A boxed answer is the final one.",
        replacing(r"\\boxed \s? \{", "\nréponse finale : ", needs="boxed"),
        [Example("Réponse : A\n$\\boxed{B}$", "B")]),
    Step(
        "text in LaTeX",
        "A command for text is its text.",
        replacing(r"\\ (?: text | math ) [a-z]* \s? \{ ([^{}\n]{0,300}+) \}", r" \1",
                  needs="\\text \\math"),
        [Example("\\text{Réponse : } B", "B")]),
    Step(
        "fields of what is rejected",
        "A JSON field may hold the rejected options.",
        replacing(
            r"""
            " (?i: (?: \w+ [_ ] )? (?: alternatives? | others? | distractors? | incorrecte?s?
              | wrong | rejected | eliminated | fausses? | inexactes? | rejet[ée]e?s?
              | [ée]limin[ée]e?s? ) )
            (?i: _ \w+ )? " \s? : \s? (?: \[ [^\]\n]{0,300} \] | "[^"\n]{0,300}" )
            """, " ", needs='alternative other distractor incorrect wrong rejected limin '
                  'fausse inexact rejet'),
        [Example('{"answer": "B", "alternatives": ["A"]}', "B")]),
    Step(
        "remarks on other letters",
        "A remark in brackets about other letters says nothing about the named ones.",
        without_remarks_on_others,
        [Example("A, C (B et D filtrent)", "AC")]),
    Step(
        "entries apart",
        "Letters with a remark each go to lines of their own.",
        with_entries_apart,
        [Example("B: un filtre ; D: un muscle", "BD"), Example("B (filtre), D (muscle)", "BD")]),
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
        "arrows",
        "An arrow may be made of other signs.",
        replacing(r"[-=]{1,3} >", "→", needs="=> ->"),
        [Example("B => il filtre", "B")]),
    Step(
        "characters",
        "Apostrophes, hyphens and ligatures have several spellings.",
        with_plain_characters,
        [Example("D’après moi : B", "B"), Example("le coeur", "D"), Example("B。", "B")]),
    Step(
        "marks again",
        "\"!!!\" means no more than \"!\".",
        replacing(r"([^\w\s]) \1+", r"\1"),
        [Example("Réponse :::::::::::::: B", "B")]),
    *CONDITIONS,
    *PHRASES,
    *PARAPHRASES,
    *EXCEPTIONS,
    *CONCLUSIONS,
    Step(
        "letters of a kind",
        "\"Types B et C\" names two of a kind.",
        with_kind_before_each,
        [Example("Types B et C", "AB", {"A": "Type B", "B": "Type C", "C": "Type A"})]),
    Step(
        "units",
        "A number and its unit may stand together.",
        replacing(
            r"(?<= \d ) (?= (?i: [mkµ]?g | m?l | [mµ]?mol | mm | cm | ui | h | ans ) \b )", " ",
            needs="0 1 2 3 4 5 6 7 8 9"),
        [Example("40mg", "C", DOSES)]),
    Step(
        "abbreviated names",
        "The E of \"E. coli\" is part of a name. A dot of its own marks it.",
        replacing(
            r"""
            \b ( [A-Z] | (?i: vit | h[ée]p | gr | gpe? | fig | cf | tab | chap | vol | art
              | ann | st
              | cl ) (?= \. \s [A-J] \b ) ) \. (?= \s? (?: [a-zà-ÿ] |
                (?<= \w{2} \. \s? ) [A-J] \b ) )
            """, r"\1·"),
        [Example("C. albicans est une levure.", ""), Example("Carence en vit. B.", "")]),
    Step(
        "lines",
        "Bullets, numbers, empty and repeated lines mean nothing.",
        distinct_lines,
        [Example("1) le rein\n2) le cœur", "BD")]),
)
