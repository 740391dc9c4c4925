"""Longer ways to choose, reject or correct, written in words of the vocabulary."""

from medinj_utils.evaluation.reading.rules import Example, Step, replacing

PARAPHRASES = (
    Step(
        "whole case",
        "What the whole case speaks for is the answer: \"Tout oriente vers B\".",
        replacing(
            r"""
            \b (?i:
              tout | cela | ceci | ça | c' | l'ensemble (?: [ ] d\w+ [ ] \w+ )? | le [ ] contexte
            | (?: ce | le ) [ ] tableau | (?: la | cette ) [ ] (?:pr[ée]sentation | association)
            | (?: tous [ ] )? ces [ ] \w+ | cette [ ] \w+
            | this (?: [ ] (?: picture | presentation ) )? | these [ ] \w+ | everything | it
            ) (?: [ ] (?: clinique | biologique ) )? [ ]?
            (?i: (?: oriente | plaide | converge | penche | parle | [ée]voque | sugg[èe]re
                   | correspond | signe | appara[iî]t ) (?: nt )?
               | va | vont | f(?:ai|on)t [ ] (?: penser | [ée]voquer )
               | (?: est | sont ) [ ] (?: (?: tr[èe]s | bien ) [ ] )?
                 (?: typique | [ée]vocat\w+ | caract[ée]ristique | classique | compatible
                   | en [ ] faveur ) s?
               | suggests? | indicates? | points? | fits?
               | (?: is | are ) [ ] (?: classic | typical | consistent | characteristic
                   | suggestive | diagnostic | pathognomonic | compatible | in [ ] favou?r ) )
            (?: [ ] (?: donc | plut[ôo]t | fortement | clairement | tr[èe]s | bien | strongly ) )?
            (?: [ ] (?: vers | pour | (?: en [ ] faveur | dans [ ] le [ ] sens ) [ ] d[eu]
                      | avec | à | au | d[eu] | for | of | with | to | towards? ) \b
              | [ ] (?: en [ ] faveur [ ] )? d (?= ' ) )?
            (?= [ '] )
            """, "c'est ",
            needs="oriente plaide converge penche parle voque sugg correspond signe appara va vont "
                  "penser voquer est sont suggest indicate point fit is are"),
        [Example("Tout oriente vers B.", "B"), Example("This is classic for B.", "B"),
         Example("Ce tableau évoque une atteinte du rein. Cela évoque le rein.", "B")]),
    Step(
        "case for a letter",
        "What speaks for a letter chooses it.",
        replacing(
            r"""
            (?<! \b (?i: n' | ne [ ] | not [ ] | nothing [ ] | rien [ ] | n't [ ] ) )
            \b (?: oriente(?:nt)? | plaide(?:nt)? | penche(?:nt)? | f(?:ai|on)t [ ]
              (?: penser | pencher | conclure | retenir | choisir )
              | parle(?:nt)? | [ée]voque(?:nt)? | impose(?:nt)? | suggests? | points? )
            (?: [ ] (?: vers | pour | en [ ] faveur [ ] de | à | to | towards? | for ) )?
            (?= [ ] (?: l[ae] [ ] )? (?: (?: r[ée]ponse | option ) [ ] )? [A-J] (?! [\w'] )
              | [ ] [^.,;:()\n]{3,60} [ ] [(] [A-J] [)] (?: [.] | $ ) )
            """, "c'est", needs="oriente plaide pench pens conclu retenir choisir parle voque "
                                "impose suggest point"),
        [Example("La diurèse oriente vers B.", "B"), Example("Rien n'oriente vers B.", ""),
         Example("La diurèse évoque le rein (B).\nLe foie (A) va bien.", "B")]),
    Step(
        "only one that",
        "The only option of which something holds is the answer, unless that speaks against it.",
        replacing(
            r"""
            \b (?i: seule?s? | only ) (?P<named> [ ] (?: l[ae] [ ] | les [ ] )?
              (?i: (?: r[ée]ponse | proposition | option | item ) s? [ ] )?
              [A-J] \b (?: (?: , [ ] | [ ] (?: et | and ) [ ] ) [A-J] \b ){0,4} )
            (?= [ ] (?! (?: et | ou | and | or ) \b ) \w (?! [^\n.;]{0,80} (?i: \b (?: fau[xs]
              | in?correct | inexact | erron | excl | [ée]limin | [ée]cart | rejet | pas | ne
              | wrong | false | not | improb | unlikely ) | n' ) ) )
            """, r"réponse :\g<named> .", needs="seul only"),
        [
            Example("Seule B est compatible avec ces signes.", "B"),
            Example("Seule B est fausse.", ""),
        ]),
    Step(
        "superlatives",
        "An option that is or seems the most likely one is called right, an unlikely one wrong.",
        replacing(
            r"""
            \b (?i: est | sont | is | (?: (?: would | should | must ) [ ] )? be | serait
              | reste | semble | para[iî]t | seems | appears )
            (?: [ ] (?i: donc | bien | ici | clairement | de [ ] loin | by [ ] far | [êe]tre
              | to [ ] be ) )?
            [ ] (?i: l[ae]s? | the ) (?: [ ] \w+ ){0,2}?
            [ ] (?i: (?: plus | most | mieux ) [ ] (?: probable | vraisemblable | plausible | adapt
                  | appropri | pertinent | indiqu | coh[ée]rent | compatible | judicieu | logique
                  | [ée]vident | complet | pr[ée]cis | convaincant | likely | accurate | suitable
                  | consistent | reasonable | logical | fitting ) \w* | best | meilleure?s? )
            (?: [ ] \w+ )? (?= \s? (?: [.,;:)\n] | $ )
              | [ ] (?: dans | pour | chez | ici | avec | au | compte | in | for | given | here
                | of | parmi ) \b )
            | (?<= [ ] ) (?i: est | is ) [ ] (?i: l[ae] | the ) [ ] (?i: diagnostic | diagnosis
                | cause | traitement | treatment | germe | examen ) (?= \s? (?: [.\n] | $ ) )
            | (?<= [ ] ) (?i: est | reste | is | remains ) [ ] (?i: l[ae] [ ] | l' | the [ ] )
              (?! (?i: meilleur | bon | mauvais ) ) [\w-]{3,20} [ ]
              (?i: de [ ] choix | de [ ] (?: premi[èe]re [ ] )?
                intention | de [ ] r[ée]f[ée]rence | of [ ] choice )
            | (?<= [ ] ) (?i: est | is ) [ ] (?i: celle | celui | the [ ] one ) (?: [ ]
              (?i: qu[ei] [ ] (?: (?: je | nous ) [ ] (?: retien | choisi | gard | prend | coch
                  | propos | sélectionn | préf | valid | privilégi ) \w* | convient | correspond )
                | I [ ] (?: choose | pick | select ) ) )?
              (?= \s? (?: [.,;)\n] | $ ) )
            | (?<= [ ] ) (?i: est | is ) [ ] (?i: l[ae] [ ] seule? | the [ ] only [ ] one )
              (?: [ ] (?: possible | valable | compatible | envisageable | qui [ ] \w+ ) )?
              (?= \s? (?: [.,;)\n] | $ ) )
            | (?<= [ ] ) (?i: est | reste | is ) [ ] (?: (?i: donc | bien ) [ ] )?
              (?i: l' | l[ae] [ ] | the [ ] ) \w+ [ ]
              (?i: (?: à [ ] (?: privilégier | retenir | choisir | préférer | cocher )
                  | to [ ] (?: choose | prefer ) ) \b
                | à [ ] (?: demander | réaliser | prescrire | proposer | évoquer | suspecter )
                  (?: [ ] en [ ] (?: premi\w+ | urgence ) )? (?= \s? (?: [.,;)\n] | $ ) ) )
            | (?<= [ ] ) (?i: s'impose(?:nt)? | l'emporte(?:nt)? | stands [ ] out ) \b
            | (?<= [ ] ) (?i: correspond | explique | convient | r[ée]pond | colle | d[ée]crit
              | fits? | match(?:es)? | explains? ) (?: [ ] \w+ ){0,2}?
              [ ] (?i: (?: le | au ) [ ] mieux | parfaitement | best | perfectly ) \b
            """, "est juste",
            needs="privil retenir choisir choose prefer cocher demand réalis prescri propos voquer "
                  "suspec choix choice intention rence celle celui one seul plus most mieux best "
                  "meilleur parfait perfect impose emporte stands diagnos cause treatment "
                  "traitement germe examen"),
        [Example("B est la plus adaptée.", "B"), Example("B would be the most likely one.", "B")]),
    Step(
        "seeming",
        "To seem right is to be called right.",
        replacing(
            r"""
            (?i: \b (?: me | nous ) [ ] )?
            \b (?i: semble(?:nt|rait)? | para[iî]t | paraissent | appara[iî]t | seems? | appears? )
            (?: [ ] (?: [êe]tre | to [ ] be ) \b )? (?! [ ] que? )
            | \b (?: would | should | must | has [ ] to ) [ ] be \b
            """, "est", needs="would should must has sembl para paraissent seem appear"),
        [Example("B me semble juste.", "B"), Example("B seems correct.", "B")]),
    Step(
        "unlikely",
        "An unlikely option is called wrong.",
        replacing(
            r"""
            \b (?: est | sont | is | are | serait ) (?: [ ] (?: tr[èe]s | donc | beaucoup
              | very ) )?
            [ ] (?: peu | moins | less | not [ ] very )
            [ ] (?: probable | vraisemblable | plausible | compatible | likely | adapt\w+ ) s? \b
            """, "est fausse", needs="peu moins less very"),
        [Example("C est peu probable : B", "B")]),
    Step(
        "exception",
        "Long forms of \"sauf\".",
        replacing(
            r"""
              \b (?i: à [ ] l'exception [ ] (?: du [ ] | des [ ] | de [ ] )? )
            | \b (?i: with [ ] the [ ] exception [ ] of [ ] | à [ ] l'exclusion [ ] de [ ]
                | excluding [ ] | en [ ] dehors [ ] de [ ]
                | (?: apart [ ] from | other [ ] than | à [ ] part
                | minus | moins | sans | without ) [ ] (?= (?: la [ ] | the [ ] )? [A-J] \b ) )
            """, "sauf ", needs="exception exclusion excluding dehors apart other part minus "
                           "moins sans without"),
        [
            Example("Toutes à l'exception de A", "BCD"),
            Example("All of the above with the exception of D", "ABC"),
        ]),
    Step(
        "corrections",
        "Phrases that take an answer back for another one.",
        replacing(
            r"""
            \b (?i:
              erreur [ ] de [ ] ma [ ] part | mea [ ] culpa
            | (?<= [.,;–-] [ ] ) erreur (?= \s? : )
            | au(?:tant)? [ ] (?:temps [ ])? pour [ ] moi
            | my [ ] (?:bad|mistake) | let [ ] me [ ] correct (?: [ ] (?:that|this|myself|it) )?
            | (?:sorry ,? [ ])? I [ ] me(?:ant|an) | I [ ] was [ ] wrong
            | on [ ] second [ ] thoughts?
            | je [ ] (?:me [ ])? (?:corrige|rectifie|reprends)
            | je [ ] modifie [ ] ma [ ] r[ée]ponse
            | je [ ] change (?: [ ] d'avis )? | en [ ] relisant
              | scratch [ ] that
            | (?: j'ajoute | j'enlève | je [ ] (?: retire | supprime ) ) [ ] [^.:\n]{1,20}
              (?= [ ] : [ ] [A-J] (?: , | [ ] et ) [ ] [A-J] \b )
            | [àa] [ ] la [ ] r[ée]flexion | r[ée]flexion [ ] faite | en [ ] r[ée]alit[ée]
            | apr[èe]s [ ] (?:m[ûu]re [ ])?
              (?:r[ée]flexion|relecture|v[ée]rification|analyse|examen)
            | puis [ ] non | edit (?= \s? : ) | (?: my [ ] )? apologies | excuse[zs] - moi
              | d[ée]sol[ée]e?
            | [àa] [ ] y [ ] r[ée]fl[ée]chir | tout [ ] compte [ ] fait | plus [ ] exactement
            | rectificati(?:on|f) | oups | oops | sorry | corrected [ ] (?:answers?|list)
            | no [ ] wait
            | je [ ] reviens [ ] sur [ ] ma [ ] r[ée]ponse | je [ ] me [ ] ravise
            | take [ ] that [ ] back
            ) \b (?: ,? [ ] (?: en | pour | to | as | into ) \b )?
            """, "correction",
            needs="ajoute enl retire supprime change relisant erreur culpa moi "
                  "bad mistake correct modifie mea wrong second rectifi corrige avis "
                  "puis edit apologies excuse sol reprends scratch réflexion reflexion relecture "
                  "rification analyse examen chir compte "
                  "réalit realit exactement oups oops sorry wait reviens ravise back"),
        [Example("A. Après réflexion : B", "B"), Example("A, B. I meant A, C.", "AC")]),
    Step(
        "no doubt",
        "What is without doubt is certain.",
        replacing(
            r"""
            \b (?i: sans ) (?: [ ] (?: aucune? | le [ ] moindre | la [ ] moindre ) )?
            [ ] (?: doute | h[ée]siter | h[ée]sitation | conteste | ambigu[iï]t[ée]
              | discussion ) \b (?: [ ] possible )?
            """, "certainement", needs="sans"),
        [Example("A oui, B sans doute", "")]),
    Step(
        "comparisons",
        "An option that is better than another one is chosen over it.",
        replacing(
            r"""
            [ ] (?i: (?: est | is | semble ) [ ] )?
            (?i: mieux | meilleure? | pr[ée]f[ée]rable | plus [ ] \w+ | better | more [ ] likely )
            [ ] (?i: que | à | than | to ) (?= [ ] (?: la [ ] )? [A-J] \b )
            | (?<= \b [A-J] ) [ ] over (?= [ ] [A-J] \b )
            """, " plutôt que", needs="mieux meilleur rable plus better more over"),
        [Example("B est préférable à C", "B")]),
    Step(
        "preferences",
        "To prefer an option to another one is to choose it.",
        replacing(
            r"""
            \b (?i: je [ ] pr[ée]f[èe]re(?:rais)? | i [ ] prefer ) [ ] (?: la [ ] )? ( [A-J] )
            [ ] (?i: à | to ) (?= [ ] (?: la [ ] )? [A-J] \b )
            """, r"\1 plutôt que", needs="je i"),
        [Example("Je préfère B à C", "B")]),
    Step(
        "additions",
        "\"Plus\" before a letter adds it.",
        replacing(r"[,.]? [ ] [Pp]lus (?= [ ] [A-J] \b )", " et", needs="plus"),
        [Example("A, B, plus D", "ABD")]),
    Step(
        "letter of an option",
        "What corresponds to an option's letter is that option.",
        replacing(
            r"""
            \b (?i: correspond(?:ant|ent)? [ ] (?: à | au ) | corresponds [ ] to )
            [ ] (?i: l[ae] [ ] | l' | the [ ] )?
            (?= (?i: proposition | r[ée]ponse | option | lettre | letter | choix | item ) [ ]
                [A-J] \b )
            """, "c'est la ", needs="correspond"),
        [Example("Cet organe correspond à la lettre B.", "B")]),
    Step(
        "nothing but",
        "\"Il ne reste que B\" leaves B.",
        replacing(
            r"""
            \b (?i: (?: il | ce | ça | cela ) [ ] (?: ne [ ] | n' ) (?: y [ ] )?
                (?: (?: peut | peuvent | saurait ) [ ] )?
                (?: a | reste | restent | être | etre | s'agit | est | agir )
                (?: [ ] plus )? [ ] que (?: [ ] de )? \b
              | only (?= [ ] [A-J] [ ] (?: is [ ] left | remains ) \b ) )
            """, "donc c'est ", needs="que only"),
        [Example("Il ne reste plus que B.", "B")]),
    Step(
        "reasons",
        "Every way to begin a reason becomes \"car\".",
        replacing(
            r"""
            \b (?i: à [ ] cause | gr[âa]ce | [ée]tant [ ] donn[ée] | compte [ ] tenu | en [ ] raison
                | du [ ] fait | au [ ] vu | on [ ] account | owing | thanks | because
                | (?<! \b (?: est | sont ) [ ] ) due )
            [ ] (?: des? | du | d' | à | aux? | of | to | l[ae]s? | l' | que? | qu' ) (?= [ ']
              | \w )
            """, "car ", needs="cause gr tant compte raison fait vu account owing thanks due"),
        [Example("B étant donné le débit", "B")]),
    Step(
        "ways to say",
        "To be inclined to say is to say; \"the right one\" is the answer.",
        replacing(
            r"""
              \b (?i: j'aurais [ ] tendance | je [ ] (?: serais | suis ) [ ] (?: tent[ée]e?
                | encline? | port[ée]e? )
                | on [ ] (?: peut | doit ) (?: [ ] donc )? | il [ ] (?: faut | convient )
                | je [ ] vais | je [ ] (?: voudrais | veux ) | (?: i'm | i [ ] am ) [ ] inclined )
              [ ] (?: (?: à | de | to ) [ ] )?
              (?i: dire | r[ée]pondre | choisir | cocher | retenir | s[ée]lectionner | valider
                | conclure (?: [ ] à )? | penser (?: [ ] à )? | say | choose | pick | answer ) \b
              (?: [ ] que )? (?! [^.\n]* \b (?: mais | but ) \b )
            | \b (?i: lean(?:ing)? ) [ ] (?i: towards? | to ) \b
            | (?<= \b (?i: answer | diagnosis ) ) 's \b
            | \b (?i: correct | right | best | good ) [ ] one \b
            """, " la réponse est",
            needs="tendance peut doit faut convient lean answer's diagnosis's suis serais vais "
                  "voudr veux inclined one"),
        [Example("J'aurais tendance à dire B.", "B"), Example("The right one is B.", "B")]),
    Step(
        "verbs of choice",
        "Before a letter, these verbs choose; elsewhere they may mean something else.",
        replacing(
            r"""
            \b (?i: je | j' | on | nous ) [ ]? (?: me [ ] | m' | nous [ ] )?
            (?: (?: mis | pari | rest | décid | tranch | pench | prononc | orient | dirig | vot
                  | valid | gard | recommand | conseill | préconis | sugg[éè]r
                  | donn | propos | confirm | pens | suppos | estim | privilégi | not | coch
                  | favoris | opt ) (?: e (?: rais? | rait | rions | rons )? | ons )
              | pars | vais | irais | prends | prendrais | mets | mettrais | maintiens | crois
              | conclus | tends | préfère | suis | va | part | prend | met | conclut )
            (?: [ ] (?: donc | plutôt | que ) )?
            (?: [ ] (?: sur | pour | vers | à | en [ ] faveur [ ] de | d'accord [ ] avec ) )?
            (?= [ ] (?: l[ae] [ ] | l' )? (?: (?: réponse | proposition | option | lettre ) [ ] )?
              \(? [A-J] (?! [\w'] ) )
            """, "je choisis", needs="je j' on nous"),
        [Example("Je mise sur B", "B"), Example("Je me prononce pour la B.", "B"),
         Example("Je recommanderais l'option B : explorer.", "B")]),
)
