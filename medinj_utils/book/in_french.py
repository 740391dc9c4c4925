"""What the French page says, from the same tables as the English pages."""

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from medinj_utils.comparison.claims import load_claims
from medinj_utils.comparison.pairs import significant_pairs, tuned_pairs
from medinj_utils.comparison.sentences import VERDICTS, at_chance, best_rule, chance_level
from medinj_utils.core.files import read_json
from medinj_utils.core.names import BASE
from medinj_utils.core.tree import DEMO_LABEL, Tree
from medinj_utils.core.wording import agreeing, listed, number, percent, points, score

#: Parts of labels.
_LABELS = {
    DEMO_LABEL: "démonstration : montre que les calculs marchent, ne dit rien de la médecine",
    "run here on": "calculé ici sur", "CPU cores, no GPU": "cœurs de processeur, sans GPU",
    "kept from": "conservé le"}
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
           "octobre", "novembre", "décembre")
_RULES = {"options alone": "les mots des seules options",
          "longest option": "l'option la plus longue",
          "most frequent answer": "la réponse la plus fréquente à l'entraînement"}
_VERDICTS = dict(zip(VERDICTS, ("confirmée", "contredite", "dans le doute", "non testable"),
                     strict=True))
_QUESTIONS = {"NAT": "natives", "SYN": "synthétiques", "TRAD": "traduites"}
NONE_KEPT_FR = "Aucun résultat sur de vraies questions n'est encore conservé dans ce livre."
_AT_CHANCE = ("Ces scores ne se distinguent pas du hasard : leurs écarts ne disent rien de la "
              "valeur d'une origine.")


def claims_fr(on_paper: pd.DataFrame) -> str:
    """Each claim of the study, its smallest difference and its verdicts, as a Markdown table.

    Args:
        on_paper: of ``claims_published.csv``.
    """
    counts = list(on_paper["items"].unique())
    heads = [f"{number(items, language='fr')} questions" for items in counts]
    lines = [f"| affirmation de l'étude | {' | '.join(heads)} |", "|---" * (1 + len(counts)) + "|"]
    rows = on_paper.set_index(["name", "items"]).to_dict("index")
    for claim in load_claims().claims:
        cells = [_verdict(rows[claim.name, items]) for items in counts]
        lines.append(f"| {claim.french} [{claim.mark}] | {' | '.join(cells)} |")
    return "\n".join(lines)


def _verdict(row: Mapping) -> str:
    verdict = f"*{_VERDICTS[row['verdict']]}*"
    return verdict if pd.isna(row["estimate"]) else f"{points(row, language='fr')} : {verdict}"


def title_fr(tree: Tree) -> str:
    """The sources of the test questions of kept results, and their base model."""
    sources = listed(tree.read_table("baselines")["source"].drop_duplicates(), "fr")
    base = Path(read_json(tree.kept)["model"]["base_model"]).name
    return f"Vraies questions de {sources} ; modèle de départ : {base}"


def answer_fr(tree: Tree) -> str:
    """Scores of the base and of the best tuned system, how many pairs differ, and chance."""
    comparison = tree.read_table("comparison").set_index("system")
    base, tuned = comparison.loc[BASE], comparison.drop(BASE)
    alone = (f"Sur {number(base['n_items'], language='fr')} questions, le modèle de départ donne "
             f"{score(base, language='fr')} de réponses exactes")
    if tuned.empty:
        return f"{alone}. {_chance(tree)} *{_label(tree)}.*"
    best = tuned.loc[tuned["exact_match"].idxmax()]
    pairs = tuned_pairs(tree.read_table("pairs"))
    gain = points(best, "difference", "difference_low", "difference_high", language="fr")
    return (f"{alone} ; le meilleur des modèles ajustés, "
            f"{best.name}, en donne {score(best, language='fr')}, soit un écart de {gain}. "
            f"{_differ(len(significant_pairs(pairs)), len(pairs))}{_chance(tree)} "
            f"*{_label(tree)}.*")


def _label(tree: Tree) -> str:
    label = tree.label
    for english, french in _LABELS.items():
        label = label.replace(english, french)
    return _DAY.sub(_day, label)


def _day(found: re.Match) -> str:
    year, month, day = map(int, found.groups())
    return f"{'1er' if day == 1 else day} {_MONTHS[month - 1]} {year}"


def _differ(differ: int, pairs: int) -> str:
    if not pairs:
        return ""
    which = {0: "Aucune", 1: "Une seule"}.get(differ, str(differ)) + f" des {pairs}"
    verb = agreeing(differ, "diffère", "diffèrent") if differ else "ne diffère"
    return (f"{which} paires de modèles ajustés {verb} au seuil de 5\u00a0%, après correction pour "
            "le nombre de paires. ")


def _chance(tree: Tree) -> str:
    """What guesses and the best rule without a question score, and who is no better."""
    comparison, levels = tree.read_table("comparison"), tree.read_table("chance")
    chance = chance_level(levels)
    sentences = [f"Répondre au hasard donnerait {percent(chance, 'fr')} "
                 f"({_no_better(comparison, chance)})."]
    rule = best_rule(levels)
    if rule:
        sentences.append(f"Une règle qui ne lit pas la question ({_RULES[rule[0]]}) donne "
                         f"{percent(rule[1], 'fr')} ({_no_better(comparison, rule[1])}).")
    if at_chance(comparison, levels):
        sentences.append(_AT_CHANCE)
    return " ".join(sentences)


def _no_better(comparison: pd.DataFrame, level: float) -> str:
    below = comparison[comparison["low"] <= level]["system"].replace(BASE, "le modèle de départ")
    if len(below) in (0, len(comparison)):
        return "aucun modèle ne fait mieux" if len(below) else "tous les modèles font mieux"
    return f"pas mieux : {listed(below, 'fr')}"


def kept_effects_fr(kept: Mapping[str, Tree]) -> str:
    """`effects_fr` of each kept result, with what it was run on; that there are none, if so.

    Args:
        kept: trees, by name.
    """
    return "\n\n".join(f"*{title_fr(tree)}.* {effects_fr(tree)}"
                       for tree in kept.values()) or NONE_KEPT_FR


def effects_fr(tree: Tree) -> str:
    """What each provenance adds to the score when it joins a mixture, with intervals."""
    main = tree.read_table("effects").query("kind == 'main'")
    effects = [f"{points(row, language='fr')} pour les questions {_QUESTIONS[row['effect']]} "
               f"({_direction(row)})" for row in main.to_dict("records")]
    if not effects:
        return ("Le modèle de départ et les sept mélanges n'ont pas tous été évalués : l'apport de "
                "chaque origine n'a pas pu être séparé.")
    caution = (f" {_AT_CHANCE}" if at_chance(tree.read_table("comparison"),
                                             tree.read_table("chance")) else "")
    return ("Quand une origine est présente dans le mélange plutôt qu'absente, le score varie en "
            f"moyenne de {' ; '.join(effects)}.{caution} *{_label(tree)}.*")


def _direction(row: Mapping) -> str:
    if row["low"] > 0:
        return "un gain"
    return "une perte" if row["high"] < 0 else "ni gain ni perte établis"


def prices_fr(tree: Tree) -> str:
    """Up to which price translated and synthetic questions are worth native ones."""
    even = tree.read_table("break_even").dropna(subset="estimate")
    if even.empty:
        return ("Aucun prix n'a été indiqué, ou le gain des questions natives n'est pas établi : "
                "rien ne peut être dit de ce qu'une question vaut.")
    sentences = " ".join(_price(row) for row in even.to_dict("records"))
    made_up = (" Ces prix et ces questions sont inventés : ces phrases montrent le calcul, pas un "
               "résultat." if tree.fictional else "")
    return (f"Dans cette copie, une question native coûte {_euros(even['native_price'].iloc[0])}. "
            f"{sentences}{made_up}")


def _price(row: Mapping) -> str:
    """The price up to which a question pays, and whether it does at the price that was entered."""
    name = {"translated": "traduite", "synthetic": "synthétique"}[row["question"]]
    low, high = (number(row[end], 2, language="fr") for end in ("low", "high"))
    never = " (un prix négatif veut dire : à aucun prix)" if row["low"] < 0 else ""
    if row["low"] <= row["price"] <= row["high"]:
        pays = "les données ne permettent pas de trancher"
    else:
        less_or_more = "davantage" if row["price"] < row["low"] else "moins"
        pays = f"elle rapporte {less_or_more}, marge d'erreur comprise"
    return (f"Une question {name} rapporte autant de points par euro qu'une native si elle coûte "
            f"{_euros(row['estimate'])} [{low}\u00a0;\u00a0{high}]{never} ; au prix indiqué, "
            f"{_euros(row['price'])}, {pays}.")


def _euros(price: float) -> str:
    return f"{number(price, 2, language='fr')}\u00a0€"
