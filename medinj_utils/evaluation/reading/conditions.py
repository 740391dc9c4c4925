"""Statements under a condition, which are no answer: "B serait exacte si …"."""

from medinj_utils.evaluation.reading.rules import Example, Step, replacing

CONDITIONS = Step(
    "conditions",
    "What would be right if something else were so is no answer.",
    replacing(
        r"""
        [^.\n;!]* \b [A-J] \b
        (?: (?! \b (?: car | parce | puisque | because ) \b ) [^.\n;:!] ){0,40}?
        (?: \b (?: serai(?: t | ent ) | would [ ] be ) \b [^.\n;!]{0,60}?
            \b (?: si | s' | chez | en [ ] cas | sous [ ] réserve | if | in [ ] case ) \b
          | \b (?: vraie?s? | exactes? | correctes? | justes? | true | correct | right ) ,? [ ]
            (?: (?: seulement | uniquement | sauf | only | mais [ ] seulement ) [ ] )?
            (?: si \b | s['’]ils? \b | if \b | unless \b | sous [ ] réserve
              | (?: selon | d['’]après ) [ ] l['’]ancien )
          | \b (?: vraie?s? | exactes? | correctes? | justes? ) \b [^.\n;:!]{1,40}
            \b (?: seulement | uniquement ) (?= \s* (?: [.!\n] | $ ) ) )
        [^.\n;!]* [.;!]?
        """, " ", needs="serai would si s' if unless réserve ancien seulement uniquement"),
    [
        Example("B serait exacte si le rein était sain.", ""),
        Example("A, C. B serait exacte chez l'enfant.", "AC"),
        Example("B est correcte si fièvre, sinon D.", "", task="mcqu"),
    ])
