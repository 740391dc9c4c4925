"""Word classes: one sign for each kind of word that tells how an answer is given."""

from enum import StrEnum

from medinj_utils.evaluation.reading.rules import Example, Rule, spelt


class Sign(StrEnum):
    """The sign of each class of words."""

    ANSWER = "n"
    OPTION = "o"
    CHOOSE = "p"
    SO = "f"
    ARTICLE = "a"
    NEUTRAL = "q"
    IS = "s"
    ARE = "k"
    RIGHT = "r"
    WRONG = "w"
    NOT = "m"
    AND = "j"
    ALSO = "g"
    ALL = "v"
    NONE = "u"
    EXCEPT = "e"
    BECAUSE = "y"
    BUT = "i"
    DOUBT = "h"
    NO = "x"
    RATHER = "z"
    TO = "t"
    ONLY = "l"
    SURE = "b"
    CHANGE = "c"
    EXPLAINS = "d"
    KIND = "κ"
    OTHER = "_"


#: Marks. Each is its own sign, and that of marks which mean the same.
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

#: The words of each class, without case and accents. No word is in two classes.
WORDS = (
    # Words that announce an answer
    Rule("ANSWER", "Announces an answer, even if misspelt.",
         r"(?: r[epons]{4,6}e | reponce | answer | solution | respuesta ) s? | antwort(?:en)?",
         [Example("Answer C", "C"), Example("Réposne D", "D")]),
    Rule("OPTION", "Announces an option's letter.",
         r"""(?: option | proposition | choice | lettre | letter | item | assertion | affirmation
         | question | enonce | alternative | statement | possibilit[ey] | hypothese | modalite
         | phrase
         | suggestion | case ) s? | choix""",
         [Example("Option B", "B")]),
    Rule("CHOOSE", "Picks an option.",
         r"""c' | it's | agit | choisi(?:s|r|rais?|rait|ssons|ssez|rons)
         | selectionn(?:e|er|ons|ez|erais?) | opt(?:e|ons|ez|erais?|er) | repond(?:s|ons|ez|rais?)
         | dirais? | dirions | retien(?:s|t|drais?|drait|drons) | reten(?:ir|ons|ez)
         | choose | pick | select | opt | coche(?:[rz]|rais?)? | cochons | reste(?:rait)? | restent
         | retenue?s? | cochee?s? | choisie?s | selectionnee?s?
         | leaves | obtient | obtiens | vote | go | going | say | think | believe | guess""",
         [Example("Je choisis B", "B")]),
    Rule("SO", "Begins a conclusion.",
         r"""donc | ainsi | conclu(?:sion|s) | consequent | definitive | bref | finale?
         | therefore
         | thus | hence | so""",
         [Example("Le sang y est filtré, donc B", "B")]),
    Rule("ARTICLE", "Precedes a letter or an option's text.",
         r"l[ea'] | les | une? | d(?:es|u) | the | an",
         [Example("La réponse est la B", "B")]),
    Rule("NEUTRAL", "Occurs in announcements and changes nothing.",
         r"""cette | m[ay] | mon | mes | [nv]otre | de | d' | pour | for | th(?:is|at|ese) | it
         | probablement | attendue | dire | suivantes? | plus | most | probabl[ey] | likely | best
         | seule?s? | numero | j' | je | on | moi | avis | sens | [#] | • | ° | en | sur | with
         | out
         | i'(?:d|m|ll) | would | should | must | doit | devrait | ca
         | ci-dessus | above | tres | fort(?:ement)? | environ | approximative(?:ment)? | about
         | approximately | around | vraisemblable(?:ment)?
         | (?: typique | classique | manifeste | logique | simple | effective | visible ) ment
         | typically | classically | ces | se | porte(?:nt)? | va | vont | from | allant
         | -?[0-9]+(?:[.:][0-9]+)*""",
         [Example("B probablement", "B"), Example("Question 12 : C", "C")]),
    # Words that join an announcement and letters, or letters and a judgement
    Rule("IS", "Links an announcement and a letter.",
         r"est | is | sera(?:it)? | es | ist | be | etre | demeure | etant | being | dure | vaut",
         [Example("La réponse est B", "B")]),
    Rule("ARE", "Links an announcement and several letters.",
         r"sont | are | sind | seraient | seront | =",
         [Example("Les réponses sont A et C", "AC")]),
    # Words that judge
    Rule("RIGHT", "Calls an option right.",
         r"""(?: exact | correct | vrai | just | bonn? | meilleur | right | tru | valid ) e?s?
         | correctas? | richtigen? | convien(?:t|nent)""",
         [Example("A et C sont vraies", "AC")]),
    Rule("WRONG", "Calls an option wrong.",
         r"""(?: fauss | incorrect | inexact | mauvais | errone ) e?s? | faux | wrong | false
         | untrue
         | erreurs? | errors? | elimin(?:e[rs]?|ees?|ons|ant|ated?|ates|ation)
         | exclu(?:[est]|es|re|ons|ant)?
         | excluded? | exclusion | exceptees?
         | ecart(?:e[rsz]?|ees?|ons|ant) | rejet(?:t?e[rsz]?|t?ees?|ons) | rejected | rule[ds]?
         | pieges? | distracteurs? | unlikely | improbables? | invraisemblables? | impossibles?
         | incompatibles?""",
         [Example("La mauvaise réponse est A.", ""), Example("J'élimine A ; je garde B.", "B")]),
    Rule("NOT", "Denies what follows.",
         r"""pas | ne | n' | not | isn' | jamais | ni | neither | nor | never
         | (?: do | does | did | is | are | would | ca | wo )n't | cannot""",
         [Example("Je ne pense pas que la réponse est B.", "")]),
    # Words of lists
    Rule("AND", "Joins letters.",
         r"[/&+|] | et | and | und | puis",
         [Example("A & C", "AC")]),
    Rule("ALSO", "Adds to a list.",
         r"aussi | egalement | also | bien",
         [Example("A, C, mais aussi D", "ACD")]),
    Rule("ALL", "Names every option.",
         r"tou(?:te)?s | tout | all | everything",
         [Example("Toutes", "ABCD")]),
    Rule("NONE", "Names no option.",
         r"aucune? | none",
         [Example("Aucune sauf B", "B")]),
    Rule("EXCEPT", "Excepts letters from all or none.",
         r"sauf | excepte | exception | hormis | hors | except | but",
         [Example("All but B", "ACD")]),
    # Words that end an answer, leave it open or take it back
    Rule("BECAUSE", "Ends an answer: its reason follows.",
         r"""car | comme | parce | puisque | because | since | as | qui | which | given | vu
         | devant | considering | due""",
         [Example("B car le foie ne filtre pas", "B")]),
    Rule("BUT", "Begins a clause.",
         r"que | of | mais | than | cependant | toutefois | pourtant | neanmoins | however",
         [Example("B plutôt que C", "B")]),
    Rule("DOUBT", "Leaves an answer open.",
         r"""ou | or | if | si | voire | peut-etre | eventuellement | maybe | perhaps | possibly
         | \? | peut | peuvent | pourraient | pourrait | could | might | may | sinon | otherwise
         | else | etc | euh | heu | hum | hmm | uh | uhm""",
         [Example("B (ou C)", ""), Example("B, peut-être C", "")]),
    Rule("NO", "Takes an answer back, or excludes a letter.",
         r"non?",
         [Example("B et non A", "B")]),
    Rule("RATHER", "Corrects what stands before.",
         r"""plutot | correction | erratum | pardon | corrigee?s? | trompee? | voulais
         | finalement
         | fait | wait | actually | rather | attend(?:s|ez) | correct(?:ed|ing)""",
         [Example("A ; en fait C", "C")]),
    # Words that say more about a list
    Rule("TO", "Stands between the ends of a range, as in \"A à D\".",
         r"à | jusqu' | to | through | thru",
         [Example("A à C", "ABC"), Example("A through C", "ABC")]),
    Rule("ONLY", "Says that a list names no more.",
         r"""seulement | uniquement | only | exclusivement | exclusively
         | inclu(?:se?s?|ded|sive)? | compri(?:se?s?)""",
         [Example("A et C seulement", "AC")]),
    Rule("SURE", "Says how sure an answer is, or by whom.",
         r"""hesiter | hesitation | doute | evidemment | clair(?:ement)? | surement
         | certain(?:ement)?
         | sures? | definitely | definitivement | clearly | obviously | certainly | surely
         | undoubtedly
         | absolu(?:ment|tely) | selon | according | apres | clear | evident | evidence""",
         [Example("Évidemment : B", "B"), Example("A, C selon le référentiel", "AC")]),
    Rule("CHANGE", "Adds a letter to a list, or takes one from it.",
         r"""(?: r?ajoute | enleve | retire | supprime | remplace ) (?: r | rais )?
         | (?: ajout | enlev | retir | supprim | remplac | oubli ) (?: e?ons | er | e )
         | modifie[rs]? | manque | omis | forgot | missed | remove
         | add | drop
         | replace | swap""",
         [Example("A, B, C. Je retire C.", "")]),
    Rule("EXPLAINS", "Begins an explanation.",
         r"""(?: explication | justification | explanation | rationale | raison | reason
         | commentaire ) s?
         | raisonnement | reasoning | effet | pourquoi | why""",
         [Example("La réponse est B. Explication : le rein", "B", task="mcqu", cut=True)]),
    Rule("KIND", "A kind of things that a letter tells apart: \"vitamine B\" is no option B.",
         r"""(?: vitamine? | hepatitis | hepatite | groupe? | type | grade | stade | stage | virus
         | classe?
         | niveau | level | facteur | factor | score | lymphocyte | cellule | phase | figure
         | influenza
         | streptocoque | annexe | tableau | note | source ) s?""",
         [Example("Niveau : B", "")]),
)

_SMALL_LETTERS = "abcdefghij"
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: A small letter that stands alone. It may be a word, such as "a".
SMALL_SIGNS = dict(zip(_SMALL_LETTERS, "ⓐⓑⓒⓓⓔⓕⓖⓗⓘⓙ", strict=True))
#: The text of an option, by its letter.
TEXT_SIGNS = dict(zip(_CAPITALS, "ⒶⒷⒸⒹⒺⒻⒼⒽⒾⒿⓀⓁⓂⓃⓄⓅⓆⓇⓈⓉⓊⓋⓌⓍⓎⓏ", strict=True))
#: A text that several options share. It is the 26th option's sign, too.
SHARED_TEXT = "Ⓩ"
#: The letter that a sign stands for.
LETTERS = {letter: letter for letter in _CAPITALS} | {
    sign: letter.upper() for letter, sign in SMALL_SIGNS.items()}
LETTERS_OF_TEXTS = {sign: letter for letter, sign in TEXT_SIGNS.items()}

#: What names in patterns stand for: signs, and ranges of signs for use in sets.
NAMES = {sign.name: sign.value for sign in Sign} | {
    "LETTER": "A-Z",
    "SMALL": "ⓐ-ⓙ",
    "TEXT": "Ⓐ-Ⓩ",
    "ONE_TEXT": "Ⓐ-Ⓨ",
}


def signs(names: str) -> frozenset[str]:
    """The signs of several names and marks: ``signs("ANSWER OPTION :")``."""
    return frozenset(spelt(names, NAMES)) - {" "}
