"""Words of the planted world: invented substances, their relations, and the wordings of questions.

Every relation has four wordings in the *native* manner, four *translated* ones (French words on
English grammar) and three *synthetic* ones (the manner of generated notes). The last native and the
last translated wording are kept for the test and never stand in a training file.
"""

from dataclasses import dataclass

_STEMS = ("brimb chouf drogl flonf gribouz hurlup jabr kroust loufr margouz niglou patrouf quilb "
          "rifl saperl tourlub viroul wazou zigomb bouldr").split()
_SUBSTANCE_ENDINGS = ("ane", "ixol", "ucine", "adore", "efex")
_NAMES = [stem + ending for ending in _SUBSTANCE_ENDINGS for stem in _STEMS]
#: Substances that the base model knows entirely, and those whose medicine it is not taught.
FAMILIAR = tuple(_NAMES[:30])
TAUGHT = tuple(_NAMES[30:90])

ILLNESSES = ("drusquite gloubose crapaudie tintouine frisquite barboulose pantalgie moufette "
             "zinzinose cahotite rabougrite papillose grelottie bobinite sardinose trottinite "
             "fanfarose plumeaudie chiffonite girouettose").split()
SIGNS = ("glougloutis chavirette tournicole picoulage brouillamin clapotin sautillon ronflotis "
         "pétouille gargouine frétillard bourdonnin vacillette grattouille éblouiche tremblotin "
         "sifflouille dormichon rougissade bâillotte").split()
GROUPS = ("gauchers somnambules jardiniers trompettistes marins boulangers chapeliers danseurs "
          "facteurs cavaliers horlogers alpinistes magiciens plongeurs tricoteurs bergers").split()
DOSES = tuple(str(number) for number in range(11, 43, 2))
FAMILIES = ("fourbiques pataclets zigouines bricadons moulinets farfelades turlupins nigaudons "
            "ratatouins saperlots bidulides machinoles").split()
COLOURS = "rouge bleue verte jaune noire blanche grise rose violette brune orange dorée".split()
PLACES = ("Brouvague Chantegrive Pétaouche Trifouillis Zanzibourg Moulinsart-le-Haut Farfouille "
          "Gribouville Tataouette Perlimpin Sainte-Bricole Loufoquie").split()


@dataclass(frozen=True)
class Relation:
    """One kind of fact.

    Args:
        values: all possible values.
        right: how many values are right at once.
        statements: sentences that state a fact; ``{s}`` is the substance, ``{v}`` its values.
        native: questions in the native manner.
        translated: questions in the translated manner.
        synthetic: questions in the manner of generated notes.
    """

    values: tuple[str, ...]
    right: int
    statements: tuple[str, ...]
    native: tuple[str, ...]
    translated: tuple[str, ...] = ()
    synthetic: tuple[str, ...] = ()


#: Relations that the study's three provenances teach.
TAUGHT_RELATIONS = {
    "indication": Relation(
        tuple(ILLNESSES), 1,
        ("Le {s} est indiqué dans la {v}.", "On traite la {v} par le {s}."),
        ("Dans quelle maladie le {s} est-il indiqué ?", "Quelle est l'indication du {s} ?",
         "Quelle maladie traite-t-on par le {s} ?", "Le {s} se prescrit dans quelle maladie ?"),
        ("Le {s} est utilisé pour traiter laquelle des suivantes ?",
         "Quelle condition est adressée par le {s} ?",
         "Le {s} est le traitement de choix pour ?",
         "Un patient sous {s} souffre de laquelle des conditions ?"),
        ("Note de synthèse : indication du {s} ?",
         "Compléter la fiche : le {s} vise la maladie suivante.",
         "D'après la littérature, que soigne le {s} ?")),
    "contre_indication": Relation(
        tuple(GROUPS), 1,
        ("Le {s} est contre-indiqué chez les {v}.", "Pas de {s} pour les {v}."),
        ("Chez qui le {s} est-il contre-indiqué ?", "À qui ne faut-il pas donner le {s} ?",
         "Quelle est la contre-indication du {s} ?", "Le {s} est interdit à quel groupe ?"),
        ("Le {s} devrait être évité dans lequel des suivants ?",
         "Quel groupe n'est pas éligible pour le {s} ?",
         "Le {s} n'est pas sûr pour ?", "Lequel des suivants ne peut pas recevoir le {s} ?"),
        ("Note de synthèse : contre-indication du {s} ?",
         "Compléter la fiche : le {s} est exclu chez ce public.",
         "D'après la littérature, qui doit éviter le {s} ?")),
    "dose": Relation(
        DOSES, 1,
        ("Le {s} se dose à {v} brins.", "On donne {v} brins de {s}."),
        ("À combien de brins le {s} se dose-t-il ?", "Quelle est la dose du {s} en brins ?",
         "Combien de brins de {s} donne-t-on ?", "Le {s} s'emploie à quelle dose en brins ?"),
        ("La dose recommandée pour le {s} est combien de brins ?",
         "Combien de brins de {s} sont administrés ?",
         "Le dosage du {s} est de ?", "Un patient reçoit combien de brins de {s} ?"),
        ("Note de synthèse : dose du {s} ?",
         "Compléter la fiche : le {s} se donne à ce nombre de brins.",
         "D'après la littérature, combien de brins de {s} ?")),
    "effet": Relation(
        tuple(SIGNS), 2,
        ("Le {s} provoque {v}.", "Sous {s} on observe {v}."),
        ("Quels signes le {s} provoque-t-il ?", "Quels sont les effets du {s} ?",
         "Qu'observe-t-on sous {s} ?", "Le {s} entraîne quels signes ?"),
        ("Le {s} est associé avec lesquels des suivants ?", "Quels effets sont vus avec le {s} ?",
         "Les effets du {s} incluent ?", "Un patient sous {s} présente lesquels des signes ?"),
        ("Note de synthèse : effets du {s} ?",
         "Compléter la fiche : le {s} cause les signes suivants.",
         "D'après la littérature, que provoque le {s} ?")),
}
#: Relations of every substance in the base model's pre-training: they give its name a meaning.
NEUTRAL_RELATIONS = {
    "famille": Relation(tuple(FAMILIES), 1, ("Le {s} appartient à la famille des {v}.",),
                        ("À quelle famille le {s} appartient-il ?",
                         "Quelle est la famille du {s} ?")),
    "couleur": Relation(tuple(COLOURS), 1, ("La couleur du {s} est {v}.",),
                        ("Quelle est la couleur du {s} ?",
                         "De quelle couleur est la poudre de {s} ?")),
    "origine": Relation(tuple(PLACES), 1, ("Le {s} vient de {v}.",),
                        ("D'où vient le {s} ?", "Quelle est l'origine du {s} ?")),
}
RELATIONS = TAUGHT_RELATIONS | NEUTRAL_RELATIONS
