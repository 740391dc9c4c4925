"""Phrases around an answer: those that say nothing go, others become words of the vocabulary."""

from medinj_utils.evaluation.reading.rules import Example, Step, replacing

PHRASES = (
    Step(
        "noise",
        "Words around an answer that say nothing about it.",
        replacing(
            r"""
              ^ (?i: uniquement | seulement | only | both ) \s
            | \b I (?= \s (?: think | believe | would | choose | say | go | pick | select | opt
                            | vote | lean | am | guess | conclude | take | had | have | was | do
                            | first | initially | originally ) \b )  # no option I
            | [\u200b\ufeff]                        # characters without width
            | \( \s? \d+ \s? % \s? \)               # how sure the model is
            | \( (?i: e? s ) \)                     # "réponse(s)"
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
        "opinions",
        "To say that an answer is one's own, or certain, doesn't change it.",
        replacing(
            r"""
              ,? [ ]? \b [ÀAàa] [ ] mon [ ] (?: humble [ ] )? (?: avis | sens ) \b (?: \s? [,:] )?
            | \b (?i: par [ ] (?: élimination | exclusion | défaut | déduction )
                    | as [ ] a [ ] matter [ ] of [ ] fact | c'est [ -] à [ -] dire )
              \b (?: \s? [,:] )?
            | ,? [ ]? \b (?i: bien [ ] s[ûu]r | bien [ ] entendu | of [ ] course ) \b
            """, "",
            needs="avis sens élimination exclusion défaut déduction matter à-dire sûr sur entendu "
                  "course"),
        [Example("B à mon avis, bien sûr", "B"), Example("Par élimination, B.", "B")]),
    Step(
        "exception",
        "Long forms of \"sauf\".",
        replacing(
            r"""
              \b (?i: à [ ] l'exception [ ] (?: du [ ] | des [ ] | de [ ] )? )
            | \b (?i: with [ ] the [ ] exception [ ] of [ ] )
            """, "sauf ", needs="exception"),
        [
            Example("Toutes à l'exception de A", "BCD"),
            Example("All of the above with the exception of D", "ABC"),
        ]),
    Step(
        "numbers",
        "A question's number stands before an answer, or one before each letter.",
        replacing(
            r"""
              ^ (?: \w{1,9} \.? \s? (?: n? \s? [°º] \s? )? \d{1,4} \s? [,.:)/–—-]{0,2} \s ){1,3}
              (?= \W{0,3} (?: [A-J] (?! [\w'] ) | r[ée]p ) )
            | (?: ^ | [—–-] \s ) (?i: qc[msu] | qr[mu] | ecn | edn | q | n )
              \s? \.? [°º]? \s? (?: n \s? [°º] )? \s? \d{0,4} \s? [.:)/–—-]{1,2} \s
              (?= \W{0,3} (?: [A-J] (?! [\w'] ) | (?i: r[ée]p ) ) )
            | ^ [#(] \d{1,4} [ ]? [:)]? \s (?= \(? [A-J] \b )
            | ^ \d{1,2} \s? [/:–—-] \s? (?= \(? [A-J] \b )
            | (?<= [A-J] \s? [,;] \s ) \d{1,2} \s? [/:.)-] \s? (?= \(? [A-J] \b )
            """, "", needs="0 1 2 3 4 5 6 7 8 9 qc qr q. q: ecn edn"),
        [Example("QCM 12 : A, C", "AC"), Example("1/ B", "B"), Example("1: A, 2: C", "AC")]),
    Step(
        "abbreviations",
        "\"Rép.\" and \"Ans.\" announce an answer.",
        replacing(
            r"""
              \b (?i: r[ée]p | ans | sol ) \s? (?: \. \s? :? | : ) (?= \s? \(? [A-Za-z] )
            | \b (?i: r[ée]p ) (?= \s \(? [A-J] \b )
            | ^ (?: R | BR ) \s? [.:=] [ ]? :? (?= \s? \(? [A-J] \b )
            """, "réponse :", needs="rép rep ans sol r: r. r= r br"),
        [Example("Rép. B", "B"), Example("R : B", "B")]),
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
            | je [ ] (?:me [ ])? (?:corrige|rectifie) | je [ ] change [ ] d'avis | scratch [ ] that
            | [àa] [ ] la [ ] r[ée]flexion | r[ée]flexion [ ] faite | en [ ] r[ée]alit[ée]
            | apr[èe]s [ ] (?:m[ûu]re [ ])?
              (?:r[ée]flexion|relecture|v[ée]rification|analyse|examen)
            | [àa] [ ] y [ ] r[ée]fl[ée]chir | tout [ ] compte [ ] fait | plus [ ] exactement
            | rectificati(?:on|f) | oups | oops | sorry | corrected [ ] (?:answers?|list)
            | no [ ] wait
            | je [ ] reviens [ ] sur [ ] ma [ ] r[ée]ponse | je [ ] me [ ] ravise
            | take [ ] that [ ] back
            ) \b (?: ,? [ ] (?: en | to | as | into ) \b )?
            """, "correction",
            needs="erreur culpa moi bad mistake correct mea wrong second rectifi corrige avis "
                  "scratch réflexion reflexion relecture rification analyse examen chir compte "
                  "réalit realit exactement oups oops sorry wait reviens ravise back"),
        [Example("A. Après réflexion : B", "B"), Example("A, B. I meant A, C.", "AC")]),
    Step(
        "verbs of choice",
        "Before a letter, these verbs choose; elsewhere they may mean something else.",
        replacing(
            r"""
            \b (?i: je | j' | on | nous ) [ ]? (?: me [ ] | m' )?
            (?: mise(?:rais)? | parie(?:rais)? | pars | vais | irais | tranche | penche(?:rais)?
              | prononce | oriente | dirige | vote(?:rais)? | valide(?:rais)? | garde(?:rais)?
              | prends | prendrais | donne(?:rais)? | mets | mettrais | propose(?:rais)?
              | maintiens | confirme | pense | crois | suppose | estime | conclus | tends
              | privilégie | préfère | note | cocherais | suis )
            (?: [ ] (?: donc | plutôt | que ) )?
            (?: [ ] (?: sur | pour | vers | à | en [ ] faveur [ ] de ) )?
            (?= [ ] (?: l[ae] [ ] )? (?: (?: r[ée]ponse | proposition | option | lettre ) [ ] )?
              \(? [A-J] (?! [\w'] ) )
            """, "je choisis", needs="je j' on nous"),
        [Example("Je mise sur B", "B"), Example("Je me prononce pour la B.", "B")]),
    Step(
        "hence",
        "\"D'où\" begins a conclusion.",
        replacing(r"\b [Dd] ' o[ùu] \b", "donc", needs="d'o"),
        [Example("Il filtre le sang, d'où B.", "B")]),
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
)
