"""Phrases around an answer that say nothing about it, numbers and abbreviations before it."""

from medinj_utils.evaluation.reading.rules import Example, Step, replacing

PHRASES = (
    Step(
        "noise",
        "Words around an answer that say nothing about it.",
        replacing(
            r"""
              ^ (?i: uniquement | seulement | only ) \s
            | \b (?i: both | à [ ] la [ ] fois ) \s (?= \W? [A-J] \b )
            | \b I (?= \s (?: think | believe | would | choose | say | go | pick | select | opt
                            | vote | lean | am | guess | conclude | take | had | have | was | do
                            | first | initially | originally ) \b )  # no option I
            | [\u200b\ufeff]                        # characters without width
            | \( \s? \d+ \s? % \s? \)               # how sure the model is
            | \( (?i: e? s ) \)                     # "réponse(s)"
            | (?<= (?i: r[ée]ponses? | answers? | choi(?:x|ce) | lett(?:re|er) | option ) )
              [ ] [(\[] A [^()\[\]\n:]{1,20} [)\]] (?= \s? : )              # "réponse (A-E)"
            | ^ [ ]? \( (?: (?! \b [A-J] \b ) [^()\n] ){3,60}+ \) \s{0,2}
              (?= [A-J] \b )  # "(réfléchit)"
            | \(? (?<! l' ) \b (?i: (?: (?: par | après | via ) [ ] )? (?: élimination | exclusion )
                | après [ ] avoir [ ] (?: éliminé | exclu | écarté ) ) [ ]
              (?: de [ ] )? (?: la [ ] )? [A-J] \b (?: (?: ,[ ] | [ ] et [ ] ) [A-J] \b ){0,8}
              \)? (?= \W{0,2} $ )
            | (?<= (?i: élimination | exclusion ) ) [ ] \( [^()\n]{3,200}+ \)
            | (?<= \w{2} ) [ ] \( (?: (?! \b [A-J] \b ) [^()\n] ){3,40}+ \) (?= \s? : )
            | \b (?i: entre | between ) [ ] (?: la [ ] )? [A-J] (?: ,[ ]
              (?: la [ ] )? [A-J] ){0,3} [ ]
              (?: et | and ) [ ] (?: la [ ] )? [A-J] \b ,?            # "entre A et C"
            | (?i: contrairement [ ] à | à [ ] la [ ] diff[ée]rence [ ] de | unlike
              | as [ ] opposed [ ] to )
              [ ] (?: la [ ] )? [A-J] (?: (?: ,[ ] | [ ] et [ ] | [ ] and [ ] ) [A-J] ){0,4} \b ,?
            | (?i: (?: ,[ ] )? \b (?: et [ ] c'est [ ] tout | point [ ] final
              | et [ ] rien [ ] d'autre | and [ ] nothing [ ] else |
              (?: and [ ] )? that's [ ] (?:all|it) ) \b )
            | (?<= \b (?i: answer | r[ée]ponse | choice | choix ) )
              [_ ] (?: idx | index | key | letter | option | id | label
                | choice ) \b  # "answer_idx"
            | (?<= (?i: r[ée]ponses? | answers? ) ) [ ] \( \d{1,2} \)              # how many
            | \b (?i: nombre [ ] de [ ] (?: bonnes [ ] )? r[ée]ponses | number [ ] of [ ] answers )
              [^\n.:A-J]{0,30} : \s? \d{1,2} \s? [.,;\n–-]
            | [(] V/F [)] | \b (?i: V/F | vrai \s? / \s? faux | true \s? / \s? false ) \b
            | \b (?i: (?: je [ ] ne | i'm [ ] not | i [ ] am [ ] not )
              (?: [ ] [a-zà-ÿ']{2,12} ){0,5}?
                [ ] (?: s[ûu]re? | certaine? | certain ) (?: [ ] [a-zà-ÿ']{2,8} ){0,3} ,? [ ]
                (?: mais | but ) ) (?= [ ] )    # "je ne suis pas sûr, mais": it denies nothing
            | (?<= ^ [^\n,]{3,80} \w ) [ ] [+]{1,4} (?= \W{0,2} \Z )    # "le rein ++"
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
            Example("Réponse : D. N'hésitez pas si besoin.", "D"),
        ]),
    Step(
        "true or false behind a hyphen",
        "\"A-V, B-F\" gives a verdict on each letter.",
        replacing(
            r"""
            (?<! [\w-] ) ([A-J]) [ ]? [-–] [ ]? (?= [VF] (?! [\w-] ) )
            (?= [VF] \W{1,3} [A-J] [ ]? [-–] [ ]? [VF] \b
              | (?<= \b [A-J] [ ]? [-–] [ ]? [VF] \W{1,3} [A-J] [ ]? [-–] [ ]? ) )
            (?= [^\0]{0,80} V | (?<= [-–] [ ]? V \W [^\0]{0,80} ) )
            """, r"\1 : ", needs="-v –v - – "),
        [Example("A-V, B-F, C-V, D-F", "AC"),
         Example("A-C, B", "")]),
    Step(
        "letters with a hyphen in a list",
        "\"A-C\" beside other letters is a range or two letters: it is left open.",
        replacing(
            r"""
              \b ([A-J]) - ([A-J]) (?= [ ]? , [ ]? [A-J] (?: \b | - ) )
            | (?<= \b [A-J] , [ ] ) ([A-J]) - ([A-J]) (?! [\w-] )
            """, r"\1\3 ou \2\4", needs="-"),
        [Example("A-C, E", ""), Example("B, D-E", "")]),
    Step(
        "judged together",
        "A list is called right or wrong as a whole.",
        replacing(
            r"""
            (?<= \b [A-J] ) \s? (?: [.,:;–—-] | sont )? \s? (?i:
              (?: \b (?: toutes? | tous ) (?: [ ] les )?
                  (?: [ ] (?: deux | trois | quatre | cinq ) )?
                | \b les [ ] (?: deux | trois | quatre | cinq ) | (?<= [,] [ ] ) )
              \s? ,? \s? \b (?= (?: faux | fausses? | inexacte?s? | incorrecte?s?
                | erronée?s? | vraie?s? | exacte?s? | correcte?s? | justes? ) \b ) )
            """, " sont ",
            needs="tous toute deux trois quatre cinq faux fausse inexact incorrect erron vrai "
                  "exact correct juste"),
        [Example("A à D : toutes fausses", ""), Example("A et C, les deux exactes", "AC"),
         Example("A, faux ; B, vrai.", "B")]),
    Step(
        "rejected together",
        "A list is rejected as a whole.",
        replacing(
            r"""
            (?<= \b [A-J] ) \s? [.,:;–—-]? \s? (?i:
              (?: \b (?: toutes? | tous ) (?: [ ] les )?
                  (?: [ ] (?: deux | trois | quatre | cinq ) )?
                | \b les [ ] (?: deux | trois | quatre | cinq ) )? \s? ,? \s?
              \b (?: à [ ] (?: rejeter | éliminer | exclure | écarter )
                | (?: éliminé | exclu | écarté | rejeté ) e?s?
                | aucune? [ ] n'est [ ] (?: vraie? | exacte? | correcte? | juste ) ) \b )
              (?= \W{0,2} $ )
            """, " sont faux",
            needs="rejet élimin excl écart aucun"),
        [Example("A, B : aucune n'est exacte.", ""), Example("A et C, éliminées", "")]),
    Step(
        "opinions",
        "To say that an answer is one's own, or certain, doesn't change it.",
        replacing(
            r"""
              ,? [ ]? \b [ÀAàa] [ ] mon [ ] (?: humble [ ] )? (?: avis | sens ) \b (?: \s? [,:] )?
            | \b (?i: (?: en [ ] proc[ée]dant [ ] )? par [ ] (?: élimination | exclusion
              | défaut | déduction )
                    | as [ ] a [ ] matter [ ] of [ ] fact | c'est [ -] à [ -] dire )
              \b (?: \s? [,:] )?
            | ,? [ ]? \b (?i: (?: au | par ) [ ] hasard | at [ ] random ) \b (?: \s? [,:] )?
            | ,? [ ]? \b (?i: bien [ ] s[ûu]r | bien [ ] entendu | of [ ] course ) \b
            """, "",
            needs="hasard random avis sens élimination exclusion défaut déduction matter à-dire "
                  "sûr sur entendu "
                  "course"),
        [Example("B à mon avis, bien sûr", "B"), Example("Par élimination, B.", "B")]),
    Step(
        "numbers",
        "A question's number stands before an answer, or one before each letter.",
        replacing(
            r"""
              ^ (?: (?! [A-J] \b | (?i: err[eo]u?r | code ) ) \w{1,9} \.? \s?
                (?: n? \s? [°º] \s? )? \d{1,4} \s?
                [,.:)/–—-]{0,2} \s ){1,3}
              (?= \W{0,3} (?: (?: la [ ] )? [A-J] (?! [\w'] ) | r[ée]p ) )
            | ^ \d{1,2} / \d{1,2} \s? [:–-] \s (?= \(? [A-J] \b )  # right ones among all
            | (?: ^ | [—–-] \s ) (?i: qc[msu] | qr[mu] | ecn | edn | q | n )
              \s? \.? [°º]? \s? (?: n \s? [°º] )? \s? \d{0,4} \s? [.:)/–—-]{1,2} \s
              (?= \W{0,3} (?: [A-J]{1,5} (?! [\w'] ) | (?i: r[ée]p ) ) )
            | ^ [#(] \d{1,4} [ ]? [:)]? \s (?= \(? [A-J] \b )
            | ^ Q? \d{1,2} \s? [/:=.)–—-] \s? (?= \(? [A-J] \b )
            | (?<= [A-J] \s? [,;]? \s ) \d{1,2} \s? [/:.)=-] \s? (?= \(? [A-J] \b )
            | (?<= ^ (?i: r[ée]p (?:onse)? s? ) ) \.? [ ] Q\d{1,3} (?= [ ]? : )
            """, "", needs="0 1 2 3 4 5 6 7 8 9 qc qr q. q: ecn edn"),
        [Example("QCM 12 : A, C", "AC"), Example("1/ B", "B"), Example("1: A, 2: C", "AC")]),
    Step(
        "abbreviations",
        "\"Rép.\" and \"Ans.\" announce an answer.",
        replacing(
            r"""
              \b (?i: r[ée]p | ans | sol ) \s? (?: \. \s? :? | [:=] ) (?= \s? \(? [A-Za-z] )
            | \b (?i: r[ée]p | ans ) (?= \s \(? [A-J] \b )
            | ^ (?: R | BR ) \s? [.:=] [ ]? :? (?= \s? \(? [A-J]{1,5} \b )
            | (?<= ^ Q \s? : [^\n]{0,300} \s ) A \s? : (?= \s? \(? [A-J] \b )  # question, answer
            """, "réponse :", needs="rép rep ans sol r: r. r= r br q: q"),
        [Example("Rép. B", "B"), Example("R : B", "B")]),
    Step(
        "nouns for options",
        "An answer may call its option what the question asks for.",
        replacing(
            r"""
            ^ \W{0,3} (?i: l[ea] [ ] | l' | mon [ ] | ma [ ] )?
            (?i: antibiotique | muscle | étiologie | molécule | médicament | traitement
              | diagnostic | examen | prise [ ] en [ ] charge | pathologie | maladie | organe
              | germe
              | nerf | conduite | stratégie | cause )
            (?= [ ] [A-J] (?: \W{0,3} $ | [ ] est [ ] (?i: juste | exact | correct | l[ae] ) ) )
            """, "l'option",
            needs="antibio muscle étiologie mol médic trait diagn examen prise patho maladie "
                  "organe germe nerf conduite stratégie cause"),
        [Example("L'organe B", "B")]),
    Step(
        "letters that are words",
        "\"A priori\" and \"N.B.\" name no option.",
        replacing(
            r"""
              \b [AÀaà] [ ] priori \b ,?
            | ^ A (?= [ ] (?: l'évidence | vrai [ ] dire | première [ ] vue | domicile | jeun ) )
            | \b (?: N\. \s? B | P\. \s? S ) \b \.?
            """, "", needs="priori n.b n. p.s p. vidence vrai vue domicile jeun"),
        [Example("A priori B.", "B"), Example("A et C. N.B. : D est rare.", "AC")]),
    Step(
        "final answer",
        "What is called final replaces an answer before it, in English as in French.",
        replacing(r"\b (?i: final [ ] answer ) \b", "answer final", needs="final"),
        [Example("Answer: A\nThe kidney filters.\nFinal answer: B", "B")]),
    Step(
        "as well as",
        "Other words for \"ainsi que\" before a letter.",
        replacing(
            r"""
            (?: (?<= \b [A-J] ) , )? [ ] (?i: tout [ ] comme | de [ ] même [ ] que
              | as [ ] well [ ] as | along [ ] with ) (?= [ ] (?: la [ ] )? [A-J] \b )
            """, " ainsi que", needs="comme que well along"),
        [Example("A tout comme C est exacte.", "AC"),
         Example("A est exacte, de même que C.", "AC")]),
    Step(
        "seeming of several",
        "What is, seems, should or must be so of a list holds of all its letters.",
        replacing(
            r"""
            (?: (?<= \b [A-J] (?: ,? [ ] (?: et | and | ainsi [ ] que ) | [ ]? & | , | [/] ) [ ]?
                  (?: la [ ] )? [A-J] ) ,? [ ] (?: (?i: me | nous | y | en | bien ) [ ] ){0,2}
                (?i: sembl\w+ | para[iî]\w* | appara[iî]\w* | seem(?:s|ed)? | appears? | restent
                  | (?: would | should | must | ought [ ] to | ha(?:s|ve) [ ] to ) (?= [ ] be \b )
                  | (?: doi(?:t|vent) | devrai(?:en)?t ) (?= [ ] être \b ) )
                (?: [ ] (?: êtr | to [ ] b | b ) e \b )?
              | (?<= (?: ^ | [.;] [ ] ) \W{0,3} (?: [LlAa] \w* [ ] )? [A-J] [ ]
                  (?: et | and | ainsi [ ] que ) [ ] (?: la [ ] )? [A-J] ) [ ] (?: est | is ) )
            (?: [ ] (?: toutes? | tous | both | donc )
              (?: [ ] (?: les [ ] )? (?: deux | trois | quatre ) )? )?
            (?= [ ] (?i: (?: (?: tout [ ] à [ ] fait | plutôt | bien ) [ ] )?
              (?: exact | correct | vrai | just | bonn | valid | right | true | fau[xs] | inexact
                | incorrect | erron | wrong | false | coch | reten | choisi | sélectionn ) ) )
            """, " sont", needs="est is sembl para seem appear rest would should must ought has "
                                "have doi devrai"),
        [Example("A et C me semblent correctes.", "AC"),
         Example("A and C should be correct.", "AC"),
         Example("A et C est correct.", "AC"),
         Example("A, C semblent fausses, B et D sont vraies.", "BD")]),
)
