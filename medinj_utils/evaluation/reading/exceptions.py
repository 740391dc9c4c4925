"""Steps of cleaning for exceptions and ranges."""

from medinj_utils.evaluation.reading.rules import Example, Step, replacing

EXCEPTIONS = (
    Step(
        "not all",
        "To deny something of all names none: \"Toutes ne sont pas exactes\".",
        replacing(
            r"""
            (?: ^ | (?<= [.;] [ ] ) ) [^\w\n]{0,4}
            (?i: (?: pas | presque | quasi\w* | not | almost | nearly ) [ ]
                (?: toutes | tous | all ) \b (?: [ ] of [ ] them )?
              | (?: toutes | tous | tout ) \b [^.,:;\n]{0,40}? [ ] (?: ne [ ] | n' )
                (?: l[ea]s? [ ] )? \w+ [ ] pas \b
                (?: [ ] (?: exact | vrai | correct | just | bon ) \w* )? )
            (?: ,? [ ] [(]? (?i: sauf | hormis | except\w* ) \b [^.\n]*+ )?
            (?= \W* $ | [ ]? [.,:;(] ) [ ]? [.,:;]?
            """, " ", needs="tous tout all"),
        [Example("Toutes ne sont pas exactes.", ""),
         Example("Toutes ne sont pas exactes : A et C.", "AC")]),
    Step(
        "all of a kind",
        "An answer may call the options what the question asks for: \"Tous les organes sauf…\".",
        replacing(
            r"""
            \b (?i: (?: tous | toutes ) [ ] (?: les | ces ) | (?: l'ensemble | l'int[ée]gralit[ée]
                | la [ ] totalit[ée] ) [ ] de (?: s | [ ] ces ) | chacune? [ ] des )
            [ ] (?! (?i: autres | fau | inexact | (?: femme | homme | patient | malade | enfant
              | nourrisson | adulte | sujet | personne | individu | soignant | médecin | pays
              | jour | heure | semaine | mois | matin | soir | an (?: s | née ) | fois | cas ) ) )
            (?! (?i: vitamine | h[ée]patite | groupe | type | grade | stade | classe | virus | score
              | streptocoque | cat[ée]gorie ) [^\n.]{0,60}?
              \b (?i: sauf | hormis | hors | except\w* ) [ ] (?: l[ae] [ ] )? [A-J] \b )
            (?! [A-J] \b ) [\w'-]{3,20}
            (?: [ ] (?! (?i: sauf | sont | est | except | hormis | hors ) ) [\w'-]{2,16} ){0,3}
            (?: [ ] (?: sont | est ) (?: [ ] (?! (?i: fau | inexact | incorrect | erron | exclu
                | pas | contre | sauf | hormis | hors | except ) ) [\w'-]{2,20} ){1,3} )?
            (?= ,? [ ] [(]? (?i: sauf | hormis | hors | except[ée]e?s? ) \b )
            """, "toutes les propositions", needs="tous toutes ensemble int totalit chacun"),
        [Example("Tous les organes creux sauf le rein", "ACD"),
         Example("Toutes les femmes sauf A", ""),
         Example("Tous les groupes sanguins sauf A", ""),
         Example("L'ensemble des propositions sauf A et D", "BC")]),
    Step(
        "how many are excepted",
        "A number before the letters that are excepted says how many there are.",
        replacing(
            r"""
            (?<= \b (?i: sauf | hormis ) ) [ ] (?: (?i: une ) | (?P<two> (?i: deux ) )
              | (?P<three> (?i: trois ) ) ) (?: [ ] (?i: propositions? | r[ée]ponses? ) )?
            \s? [:,(] \s? (?P<letters> (?: la [ ] )? [A-J] \b
              (?(two) SEP | (?(three) SEP SEP ) ) ) (?= \W* \Z )
            """.replace("SEP", r"(?: ,[ ]? | [ ] et [ ] ) (?: la [ ] )? [A-J] \b"),
            r" \g<letters>", needs="sauf hormis"),
        [Example("Toutes sauf deux : B et D", "AC"), Example("Toutes sauf deux : D", "")]),
    Step(
        "exception behind",
        "An exception may follow what it excepts: \"toutes, D exceptée\".",
        replacing(
            r"""
            (?<= \b (?i: tous | toutes | all ) \b [^\n.]{0,60} ) [ ]? [,(–-] [ ]? (?: la [ ] )?
            (?P<letters> [A-J] \b (?: (?: , [ ] | [ ] et [ ] ) (?: la [ ] )? [A-J] \b ){0,4} )
            [ ] (?i: except[ée]e?s? | mise?s? [ ] à [ ] part | excluded | excepted )
            [ ]? [)]?
            """, r" sauf \g<letters>", needs="except part"),
        [Example("Toutes les propositions, C exceptée", "ABD")]),
    Step(
        "all of them listed",
        "Letters in brackets list what \"all\" means.",
        replacing(
            r"""
            \b (?i: tous | toutes ) (?: [ ] les [ ] \w+ )? [ ] [(]
            (?P<letters> [A-J] (?: (?: ,[ ]? | [ ] et [ ] ) [A-J] ){2,8} ) [)]
            (?: [ ] (?i: sauf | hormis | hors ) [ ] (?: la [ ] )? (?! (?P=letters) ) [A-J] \b
                (?= \W* $ ) )?
            """, r"\g<letters>", needs="tous toutes"),
        [Example("Toutes (A, B, C) sauf D", "ABC")]),
    Step(
        "article in an exception",
        "\"À l'exception de la A et de la D\" excepts two.",
        replacing(
            r"""
            (?<= \b (?i: sauf | hormis | hors ) [ ] [^\n.]{0,80} (?: , | [ ] et ) ) [ ]
            (?: du | des? ) [ ] (?= (?: l[ae] [ ] )? [A-J] \b )
            """, " ", needs="sauf hormis hors"),
        [Example("Toutes sont exactes à l'exception de la A et de la D.", "BC")]),
    Step(
        "the others are right",
        "What is wrong while all others are right is excepted.",
        replacing(
            r"""
            \A (?i: seule?s? [ ] | il [ ] n'y [ ] a [ ] que [ ] )?
            (?P<wrong> [^\n.:;,]{1,80}? ) [ ]
            (?i: (?: (?: est | sont | qui [ ] est ) [ ] )? (?: fau[xs]\w* | inexact\w*
                | incorrect\w* | erron\w+ | à [ ] (?: exclure | éliminer | rejeter ) )
              | (?: n' | ne [ ] ) [^\n.:;,]{2,40} [ ] pas \b [^\n.:;,]{0,60} )
            [ ]? [,;:.] [ ] (?i: et [ ] )? (?i: toutes [ ] | tous [ ] )?
            (?i: les [ ] (?: \w+ [ ] )? autres | (?: tout [ ] )? le [ ] reste )
            (?: [ ] (?i: propositions | r[ée]ponses | items | options ) )? [ ] (?: sont | est )
            (?: [ ] (?: toutes | tous | bien ) )? [ ]
            (?i: exact | vrai | correct | juste | bonn | bon ) \w* (?= \W* \Z )
            """, r"toutes sauf \g<wrong>", needs="autres reste"),
        [
            Example("A et C fausses, le reste est vrai.", "BD"),
            Example("Seule la D est fausse, les autres sont exactes.", "ABC"),
            Example("Le rein ne convient pas ; toutes les autres sont justes.", "ACD"),
            Example("Seule la D est fausse.", ""),
        ]),
    Step(
        "ranges with a word",
        "A hyphen or an arrow is a range where a word says so: \"A-D inclus\", \"de A-D\".",
        replacing(
            r"""
            \b ([A-J]) [ ]? [-–—→] [ ]? ([A-J]) (?= [ ]? [(,]? [ ]? (?i: inclu\w* | compri\w* ) \b )
            """, r"\1 à \2", needs="inclu compri"),
        [Example("A-C inclus", "ABC"), Example("A-C", "")]),
    Step(
        "ranges with an arrow",
        "An arrow between two letters that a plural announces is a range.",
        replacing(
            r"""
            (?<= \b (?i: r[ée]ponses | propositions | items | lettres | options )
              (?: [ ] (?i: exactes | correctes | justes | vraies ) )? (?: [ ]? : | [ ] sont )?
              [ ] (?: les [ ] )? )
            ([A-J]) [ ]? → [ ]? ([A-J]) (?= [ ]? [.]? $ | [ ] sont \b )
            """, r"\1 à \2", needs="→"),
        [Example("Réponses : A → C", "ABC"), Example("A → C", "")]),
)
