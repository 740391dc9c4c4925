"""Word classes: one sign for each kind of word that matters where an answer is given."""

from enum import StrEnum

from medinj_utils.evaluation.reading.rules import Rule, spelt


class Sign(StrEnum):
    """The sign of each class of words, in the order in which classes are tried."""

    ARTICLE = "a"
    ANSWER = "n"
    OPTION = "o"
    ARE = "k"
    RIGHT = "r"
    IS = "s"
    NOT = "m"
    NO = "x"
    WRONG = "w"
    ALSO = "g"
    CHOOSE = "p"
    NEUTRAL = "q"
    SO = "f"
    AND = "j"
    EXCEPT = "e"
    DOUBT = "h"
    ALL = "v"
    BECAUSE = "y"
    NONE = "u"
    BUT = "i"
    RATHER = "z"
    OTHER = "_"


#: What stands for itself, or for one of several marks.
MARKS = {
    ".": "[.!]",
    ")": r"[)\]}]",
    "(": r"[(\[{]",
    "-": "[-–—<>→]",
    ",": ",",
    ";": ";",
    ":": ":",
    "·": "·",  # the dot of "E. coli"
    "\n": r"\n",
}

#: The words of each class, folded. The pattern has to match a whole word.
WORDS = (
    Rule("ARTICLE", "May stand before a letter or an option's text.",
         r"l[ea'] | les | une? | d(?:es|u) | the | an"),
    Rule("ANSWER", "Announces an answer; misspelt ones are known, too.",
         r"(?: r[epons]{4,6}e | answer | solution | respuesta ) s? | antwort(?:en)?"),
    Rule("OPTION", "Stands before an option's letter.",
         r"""(?: option | proposition | choice | lettre | letter | item | assertion | affirmation
         | question ) s? | choix"""),
    Rule("ARE", "Links an announcement and letters.",
         r"sont | are | sind | ="),
    Rule("RIGHT", "Calls an option right.",
         r"""(?: exact | correct | vrai | just | bonn? | meilleur | right | tru | valid ) e?s?
         | correctas? | richtigen?"""),
    Rule("IS", "Links an announcement and a letter.",
         r"est | is | serait | es | ist"),
    Rule("NOT", "Denies.",
         r"pas | ne | n' | not | isn' | jamais"),
    Rule("NO", "Takes back what stands before, or denies what follows.",
         r"non?"),
    Rule("WRONG", "Calls an option wrong.",
         r"(?: fauss | incorrect | inexact | mauvais ) e?s? | faux | wrong | false"),
    Rule("ALSO", "Adds to a list.",
         r"aussi | egalement | also | bien"),
    Rule("CHOOSE", "Points at an option.",
         r"""c' | it's | agit | choisi(?:s|rais) | selectionne | opte(?:rais)? | repond(?:s|rais)
         | dirais | retien(?:s|t|drais) | choose | pick"""),
    Rule("NEUTRAL", "May stand in an announcement, and changes nothing.",
         r"""cette | m[ay] | mon | [nv]otre | à | de | d' | pour | to | for | th(?:is|at|ese) | it
         | probablement | attendue | dire | suivantes? | plus | most | probabl[ey] | likely | best
         | seule?s? | only | numero | j' | je | on | selon | apres | moi | avis | [#] | • | ci-dessus
         | above | ces | [0-9]+"""),
    Rule("SO", "Concludes.",
         r"""donc | ainsi | conclu(?:sion|s) | consequent | definitive | bref | finale? | therefore
         | thus | hence | so"""),
    Rule("AND", "Joins letters.",
         r"[/&+|] | et | and | und"),
    Rule("EXCEPT", "Excepts letters from all or none.",
         r"sauf | excepte | hormis | hors | except | but"),
    Rule("DOUBT", "Leaves an answer open.",
         r"""ou | or | if | si | voire | peut-etre | eventuellement | maybe | perhaps | possibly
         | \?"""),
    Rule("ALL", "Names every option.",
         r"tou(?:te)?s | tout | all"),
    Rule("BECAUSE", "Ends an answer and begins its reason.",
         r"""car | comme | parce | puisque | because | since | as | qui | which | seulement
         | uniquement"""),
    Rule("NONE", "Names no option.",
         r"aucune? | none"),
    Rule("BUT", "Begins a clause.",
         r"que | of | mais"),
    Rule("RATHER", "Corrects what stands before.",
         r"""plutot | correction | erratum | pardon | corrigee?s? | trompee? | voulais | finalement
         | fait | wait | actually | rather"""),
)

_SMALL_LETTERS = "abcdefghij"
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: A small letter alone: no capital, but no word either.
SMALL_SIGNS = dict(zip(_SMALL_LETTERS, "ⓐⓑⓒⓓⓔⓕⓖⓗⓘⓙ", strict=True))
#: The text of an option, by its letter.
TEXT_SIGNS = dict(zip(_CAPITALS, "ⒶⒷⒸⒹⒺⒻⒼⒽⒾⒿⓀⓁⓂⓃⓄⓅⓆⓇⓈⓉⓊⓋⓌⓍⓎⓏ", strict=True))
#: A text that several options have; or a 26th one's.
SHARED_TEXT = "Ⓩ"
#: The letter that a sign of a letter, or of a text, stands for.
LETTERS = {letter: letter for letter in _CAPITALS} | {
    sign: letter.upper() for letter, sign in SMALL_SIGNS.items()}
LETTERS_OF_TEXTS = {sign: letter for letter, sign in TEXT_SIGNS.items()}

#: What a name in a pattern stands for: a sign, or a range of signs for a set.
NAMES = {sign.name: sign.value for sign in Sign} | {
    "LETTER": "A-Z",
    "SMALL": "ⓐ-ⓙ",
    "TEXT": "Ⓐ-Ⓩ",
    "ONE_TEXT": "Ⓐ-Ⓨ",
}


def signs(names: str) -> frozenset[str]:
    """The signs of several names and marks: ``signs("ANSWER OPTION :")``."""
    return frozenset(spelt(names, NAMES)) - {" "}
