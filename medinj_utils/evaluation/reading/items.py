"""The grammar, first part: a letter or text as it stands in an answer, and lists of them.

Patterns are over signs (see `vocabulary`). Spaces in sets mean nothing, as signs have none.
Repetitions are bounded or possessive, so that time grows linearly with an answer's length.
"""

from medinj_utils.evaluation.reading.rules import Example, Rule

ITEM_RULES = (
    Rule(
        "FILLING",
        "Words between an announcement and its letters.",
        r"""
        [ARTICLE ANSWER OPTION IS ARE RIGHT CHOOSE SO RATHER NEUTRAL ALSO TO ONLY SURE : ( -]{0,12}
        """,
        [Example("La bonne réponse est donc la proposition B", "B"), Example("(B)", "B")]),
    Rule(
        "JUDGEMENT",
        "Words that call the letters before them right or wrong.",
        r"""
        (?: BECAUSE (?= [IS ARE] ) )? [IS ARE SO ALSO RATHER : ( -]{0,4}
        (?: (?: [RIGHT WRONG] | (?<! [(] ) NOT )
            (?! ANSWER | : \(? [LETTER TEXT] )  # not "B ; bonne réponse : C"
          | (?<= [IS ARE :] ) [ARTICLE OPTION NEUTRAL TO]{1,3} [RIGHT WRONG NOT]
          | (?<= [IS ARE] ) [ARTICLE OPTION NEUTRAL]{1,2} ANSWER (?! WRONG )
          | (?<= [IS ARE] ) TO? CHOOSE
          | NEUTRAL [IS ARE] CHOOSE
        )
        """,
        [Example("A et C sont exactes", "AC"), Example("A est la bonne réponse", "A")]),
    Rule(
        "WHOLE_TEXT",
        "An option's text counts if it stands alone, not as part of a longer name.",
        r"""
        ARTICLE? [TEXT]
        (?= $ | [. , ; : ) ( AND BECAUSE DOUBT LETTER -] | JUDGEMENT )
        """,
        [Example("B) le foie", ""), Example("le rein droit", "")]),
    Rule(
        "SMALL_LETTER",
        "A small letter counts if a mark follows it, or in a list that ends its line.",
        r"""
        [SMALL]
        (?: [). : -]{1,2} WHOLE_TEXT
          | \)
          | (?= (?: [, ; AND]{0,2} [SMALL] ){0,9} [. )]{0,2} $ )
        )
        """,
        [Example("a, c", "AC"), Example("b. le rein", "B"), Example("il y a", "")]),
    Rule(
        "LETTER_WITH_TEXT",
        "A capital that stands alone, with or without its text, but not the E of \"E. coli\".",
        r"""
        [LETTER] (?! · [OTHER KIND IS] ) [). : · ( -]{0,4}
        (?: WHOLE_TEXT (?! [AND DOUBT BECAUSE] | , [OPTION ANSWER] ) )?
        """,
        [Example("A. Le foie", "A"), Example("C. albicans", "")]),
    Rule(
        "ITEM",
        "One letter, one text, or both.",
        r"""
        (?: LETTER_WITH_TEXT
          | ARTICLE? [TEXT] \( [LETTER] \)
          | WHOLE_TEXT
          | SMALL_LETTER
        )
        [). :]{0,2}
        """,
        [Example("le rein (B)", "B")]),
    Rule(
        "SEPARATOR",
        "What separates the items of a list.",
        r"""
        (?: [, ; AND (]{1,3} | ,? SO BUT | ,? BUT ALSO )
        (?! (?<= [TEXT] , ) [ARTICLE OPTION]? ANSWER )  # "il filtre le sang du rein, réponse B"
        [ARTICLE OPTION ANSWER ALSO]{0,3}
        """,
        [
            Example("A ; C", "AC"),
            Example("A ainsi que C", "AC"),
            Example("A, C, mais aussi D", "ACD"),
        ]),
    Rule(
        "LOOSE_TEXT",
        "A text between two letters that isn't exactly that of an option.",
        r"""
        (?<= [). ] ) [^ \n RIGHT WRONG NOT AND . , : ; LETTER TEXT]{1,40}+
        [, ; AND]{1,2} (?= [LETTER] [). ] )
        """,
        [Example("A) dyspnée, C) reflux", "AC")]),
    Rule(
        "ITEMS",
        "A run of items. After a full stop, an item continues it only if a mark or the line's end "
        "follows. An item followed by a verb begins the next sentence: \"B, A est fausse\".",
        r"""
        ITEM
        (?:
            (?: (?: SEPARATOR | LOOSE_TEXT | (?<! [.:] ) ) ITEM
              | (?<= \. ) ITEM (?: (?<= [. ) TEXT] ) | $ )
            )
            (?! [IS NOT] )
        )*+
        """,
        [Example("A. B. D.", "ABD"), Example("B, A est fausse", "B")]),
    Rule(
        "LIST",
        "A run of items, or all or none of the options with exceptions.",
        r"""
        (?P<list>
            ITEMS
          | [ALL NONE] [ARTICLE OPTION ANSWER RIGHT IS ARE BUT NEUTRAL NOT WRONG]{0,9}+
            (?: [. , : ; (-]{0,2} (?: EXCEPT | BUT NOT )
              [ARTICLE OPTION ANSWER NEUTRAL BUT : (]{0,5} ITEMS )?
        )
        """,
        [
            Example("Toutes sauf A", "BCD"),
            Example("Aucune sauf B et C", "BC"),
            Example("Toutes les propositions sont fausses sauf A", "A"),
        ]),
)
