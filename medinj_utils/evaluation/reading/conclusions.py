"""Steps of cleaning for conclusions, exceptions named by their text, and lists of rejections."""

from medinj_utils.evaluation.reading.rules import Example, Step, replacing

CONCLUSIONS = (
    Step(
        "wrong answers before a colon",
        "\"Mauvaise\" before \"réponse\" says nothing about the letter before it.",
        replacing(
            r"""
            \b (?i: mauvaise?s? | pires? | fausses? | wrong | worst ) [ ]
            (?i: r[ée]ponses? | propositions? | options? | choix | answers? | choices? )
            (?= [ ]? : )
            """, "réponse fausse", needs="mauvais pire fausse wrong worst"),
        [Example("B. Mauvaises réponses : A, C.", "B"), Example("Pire réponse : C", "")]),
    Step(
        "second best",
        "What comes second is no answer.",
        replacing(
            r"""
            (?: ^ | (?<= [.;] [ ] ) )
            (?: [^.\n;]{0,30} \b (?i: deuxi[èe]me | seconde? | troisi[èe]me | 2e | 3e | third ) [ ]
                (?: (?i: r[ée]ponse | option | proposition | hypoth[èe]se | diagnostic | choix
                    | possibilit[ée] | answer | choice | candidate? ) s? [ ]
                  (?: l[ea] [ ] plus | most ) | (?i: meilleure? | best ) )
              | (?i: (?: mon | ma | my ) [ ] (?: deuxi[èe]me | seconde? | troisi[èe]me | third ) [ ]
                (?: choix | r[ée]ponse | option | proposition | choice | answer )
                | en [ ] (?: second | deuxi[èe]me | troisi[èe]me ) (?: [ ] lieu )?
                  (?= ,? [ ] \W? [A-J] \b ) ) )
            \b [^.\n]* [.]?
            """, " ", needs="deuxi second troisi 2e 3e third"),
        [Example("La deuxième réponse la plus probable est le rein.", ""),
         Example("Réponse : B. Mon second choix serait C.", "B")]),
    Step(
        "hence",
        "\"D'où\" begins a conclusion.",
        replacing(
            r"\b [Dd] ' o[ùu] \b | \b ce [ ] qui [ ] (?: ne [ ] )? (?: nous [ ] | me [ ] )? laisse"
            r" (?: [ ] que )? \b", "donc", needs="d'o laisse"),
        [Example("J'exclus A, C et D, ce qui laisse B.", "B"),
         Example("Il filtre le sang, d'où B.", "B")]),
    Step(
        "arrow to a letter",
        "An arrow at the end of an argument leads to the answer.",
        replacing(
            r"""
            ^ (?! [^\n]* \b (?i: si | sinon | if | ou | or | selon | peut | may ) \b )
            (?P<argument> (?= [^\n→]* \w{3} | \W{0,3} [A-J] \W{1,3} [A-J] ) [^\n]{3,300} ) \s? → \s?
            (?P<letter> [A-J] ) (?= \W{0,3} \Z )
            """, r"\g<argument>. Donc la réponse est \g<letter>", needs="→"),
        [Example("A trop haut, C et D trop petits → B", "B"), Example("A → C", "")]),
    Step(
        "what remains",
        "Letters that remain are no answer where one of them is chosen later.",
        replacing(
            r"""
            \b (?: [Ii]l [ ] )? (?i: reste(?:nt)? ) [ ] (?: donc [ ] | alors [ ] )?
            [A-J] (?: (?: , [ ] | [ ] et [ ] | [ ] ou [ ] ) [A-J] ){1,4}
            (?= \W{1,3} [^\0]{0,300} \b (?i: donc | c'est | r[ée]ponse | retien\w+ | choisi\w* )
                [ ] [^\n]{0,40} \b [A-J] \b )
            """, " ", needs="reste"),
        [Example("Restent A et B ; la diurèse fait pencher pour B.", "B")]),
    Step(
        "may be ruled out",
        "What can or must be ruled out is called wrong.",
        replacing(
            r"""
            \b (?i: peu(?:t|vent) | doi(?:t|vent) | devrai(?:en)?t | pourrai(?:en)?t | can | must )
            (?: [ ] (?: donc | aussi ) )? [ ] (?: être | etre | be )
            (?: [ ] (?: d'emblée | facilement | aisément | aussi ) )? [ ]
            (?: [ée]cart | [ée]limin | exclu | rejet | ruled [ ] out | excluded ) \w*
            """, "sont fausses", needs="cart limin exclu rejet ruled"),
        [Example("A, C et D peuvent être écartés. Réponse B.", "B")]),
    Step(
        "exception with its letter",
        "The letter of an excepted text may follow it.",
        replacing(
            r"""
            (?<= \b (?i: tous | toutes | tout ) \b [^\n.]{0,80} )
            \b (?i: sauf | hormis | hors | except[ée]e? ) [ ] [^()\n.,;]{3,80}+
            [(] (?P<letter> [A-J] ) [)] (?= \W* \Z )
            """, r"sauf \g<letter>", needs="sauf hormis hors except"),
        [Example("Toutes sont exactes sauf le filtre (B).", "ACD")]),
    Step(
        "list of what is rejected",
        "Letters in lines under \"Je ne retiens pas :\" are no answer.",
        replacing(
            r"""
            (?<= \n ) [^\w\n]{0,4}
            (?i: je [ ] ne [ ] (?: retiens | coche | garde | choisis ) [ ] pas
              | (?: les [ ] )? (?: (?: r[ée]ponses | propositions | options | items ) [ ] )?
                (?: fausses | inexactes | incorrectes | [ée]limin[ée]e?s | rejet[ée]e?s
                  | [ée]cart[ée]e?s ) ) [ ]? : [ ]* \n
            (?: \W{0,4} [A-J] \b [^\n]*+ (?: \n | \Z ) )++
            """, "", needs="retiens coche garde choisis fausse inexact incorrect limin rejet cart"),
        [Example("Je retiens :\n- A\n- C\nJe ne retiens pas :\n- B\n- D", "AC")]),
    Step(
        "that is to say the letter",
        "\"Soit\" before an option's letter at the end concludes; \"soit A, soit B\" doesn't.",
        replacing(
            r"""
            , [ ] soit (?<! \b (?i: soit ) \b [^\0]{0,300} , [ ] soit )
            (?= [ ] l[ae] [ ] (?: proposition | r[ée]ponse | option | lettre ) [ ] [A-J] \W* \Z )
            """, ", donc", needs="soit"),
        [Example("Il filtre le sang de tout le corps, soit la proposition B.", "B"),
         Example("Soit la réponse A, soit la réponse B.", "")]),
    Step(
        "some of them",
        "Letters that are some of what is asked for are right, unless that is what is wrong.",
        replacing(
            r"""
            (?<= \b [A-J] ) [ ] (?i: en [ ] (?: sont | est | font [ ] partie | fait [ ] partie ) )
            (?<! (?i: fau[xs] | inexact | incorrect | erron | contre | ne\b | pas ) [^\n.]{0,80}
              \b [A-J] [ ] en [ ] [^\n]{0,12} )
            (?= \W* $ | [.;,] )
            """, " sont justes", needs="en"),
        [Example("Quels sont les organes impairs ? A et C en font partie.", "AC"),
         Example("Parmi ce qui est faux, A et C en font partie.", "")]),
)
