"""What the opening page says, in English and in French, from the study's figures and runs' tables.

Each function gives the sentences of one language; the numbers are the same.
"""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from medinj_utils.comparison.findings import planted_finding, systems_finding
from medinj_utils.comparison.pairs import significant_pairs, tuned_pairs
from medinj_utils.comparison.paper import EXACT_MATCH, EXACT_MATCH_MARK
from medinj_utils.comparison.planted import planted_scores, scores_beside_planted
from medinj_utils.comparison.sentences import (
    CHANCE,
    VERDICTS,
    best_rule,
    chance_in_words,
    named_verdicts,
)
from medinj_utils.core.files import read_json
from medinj_utils.core.names import BASE
from medinj_utils.core.tree import DEMO_LABEL, Tree
from medinj_utils.core.wording import Language, agreeing, listed, number, percent, points, score

_OF_CLAIMS = {"en": "Of the study's {} claims its means",
              "fr": "Sur les {} affirmations de l'étude, ses propres moyennes"}
_TALLY = {"en": "support {1}, contradict {2}, leave {3} undecided and can't test {4} if they are "
                "over {0} questions",
          "fr": "en confirment {1}, en contredisent {2}, en laissent {3} dans le doute et ne "
                "permettent pas d'en tester {4}, si elles portent sur {0} questions"}
_NONE_KEPT = {"en": "This copy of the book has no kept results on real questions yet.",
              "fr": "Aucun résultat sur de vraies questions n'est encore conservé dans ce livre."}
_TUNED_ON = {"en": "Each system was tuned on {} rows, with {} {}.",
             "fr": "Chaque modèle a été ajusté sur {} questions, avec {} {}."}
_SEEDS = {"en": ("seed", "seeds"),
          "fr": ("graine (tirage au hasard)", "graines (tirages au hasard)")}
#: Parts of labels, in French.
_LABELS_FR = {
    DEMO_LABEL: "démonstration : montre que les calculs marchent, ne dit rien de la médecine",
    "run here on": "calculé ici sur", "CPU cores, no GPU": "cœurs de processeur, sans GPU",
    "kept from": "conservé le"}
_RULES_FR = {"options alone": "les mots des seules options",
             "longest option": "l'option la plus longue",
             "most frequent answer": "la réponse la plus fréquente à l'entraînement"}
_ALL_OF_IT = {"en": "All results", "fr": "Tous les résultats"}


def substitutions(tree: Tree, kept: Mapping[str, Tree]) -> dict[str, str]:
    """The sentences that pages take by name.

    Args:
        tree: of the profile that the book shows.
        kept: trees of kept results, by name.

    Returns:
        Markdown by the name of the substitution.
    """
    on_paper = tree.read_table("claims_published")
    return {"answer": answer(tree), "study_says": study_says("en"),
            "own_means": own_means(on_paper, "en"), "kept_results": kept_results(kept, "en"),
            "fr_study_says": study_says("fr"), "fr_own_means": own_means(on_paper, "fr"),
            "fr_kept_results": kept_results(kept, "fr"), "fr_answer": answer_fr(tree),
            "fr_effects": effects_fr(tree), "fr_prices": prices_fr(tree)}


def answer(tree: Tree) -> str:
    """The main result of a run, from its tables; in a planted world with what was planted."""
    comparison = tree.read_table("comparison")
    beside = scores_beside_planted(comparison, planted_scores(tree, comparison["system"]))
    chance = chance_in_words(comparison, tree.read_table("chance"))
    sentences = [systems_finding(comparison, tree.read_table("pairs")), chance,
                 planted_finding(beside)]
    return f"{' '.join(filter(None, sentences))} *{tree.label}.*"


def study_says(language: Language) -> str:
    """The study's means in a sentence.

    Args:
        language: of the sentence.
    """
    tuned = {name: mean for name, mean in EXACT_MATCH.items() if name != BASE}
    best, worst = max(tuned, key=tuned.get), min(tuned, key=tuned.get)
    shown = {name: percent(mean / 100, language) for name, mean in EXACT_MATCH.items()}
    if language == "fr":
        return (f"Parmi sept mélanges de même taille, {best} donne le plus de réponses exactes "
                f"({shown[best]}) et {worst} le moins ({shown[worst]}). NAT en donne "
                f"{shown['NAT']}, le modèle de départ {shown[BASE]} [{EXACT_MATCH_MARK}].")
    return (f"Of seven mixtures of the same size, {best} has the highest exact match, "
            f"{shown[best]}, and {worst} the lowest, {shown[worst]}. NAT has {shown['NAT']}, and "
            f"the base model {shown[BASE]} [{EXACT_MATCH_MARK}].")


def own_means(on_paper: pd.DataFrame, language: Language) -> str:
    """How many of the study's claims its own means support, for each number of questions.

    Args:
        on_paper: of ``claims_published.csv``.
        language: of the sentences.
    """
    form, cases = _TALLY[language], []
    for items, rows in on_paper.groupby("items", sort=False):
        counts = rows["verdict"].value_counts()
        cases.append(form.format(number(items, language=language),
                                 *(counts.get(verdict, 0) for verdict in VERDICTS)))
    between = "\u00a0; " if language == "fr" else "; "
    counted = f"{_OF_CLAIMS[language].format(on_paper['name'].nunique())} {between.join(cases)}."
    return f"{counted} {named_verdicts(on_paper)}".strip() if language == "en" else counted


def kept_results(kept: Mapping[str, Tree], language: Language) -> str:
    """What kept results say, each with its label and a link.

    Args:
        kept: trees, by name.
        language: of the sentences.
    """
    say = answer_fr if language == "fr" else answer
    return " ".join(f"*{_title(tree, language)}.* {_tuned_on(tree, language)} {say(tree)} "
                    f"[{_ALL_OF_IT[language]}](../results/{name}/index.md)."
                    for name, tree in kept.items()) or _NONE_KEPT[language]


def _title(tree: Tree, language: Language) -> str:
    """What was run: as it was kept, or in French its sources and base model."""
    kept = read_json(tree.kept)
    if language == "en":
        return kept["title"]
    sources = listed(tree.read_table("baselines")["source"].drop_duplicates(), "fr")
    base = Path(kept["model"]["base_model"]).name
    return f"Vraies questions de {sources} ; modèle de départ : {base}"


def _tuned_on(tree: Tree, language: Language) -> str:
    training = tree.read_table("training")
    seeds = training["seed"].nunique()
    return _TUNED_ON[language].format(number(training["rows"].min(), language=language), seeds,
                                      agreeing(seeds, *_SEEDS[language]))


def _label_fr(tree: Tree) -> str:
    label = tree.label
    for english, french in _LABELS_FR.items():
        label = label.replace(english, french)
    return label


def answer_fr(tree: Tree) -> str:
    """Scores of the base and of the best tuned system, and how many pairs differ, in French."""
    comparison = tree.read_table("comparison").set_index("system")
    base, tuned = comparison.loc[BASE], comparison.drop(BASE)
    alone = (f"Sur {number(base['n_items'], language='fr')} questions, le modèle de départ répond "
             f"exactement à {score(base, language='fr')}")
    if tuned.empty:
        return f"{alone}. *{_label_fr(tree)}.*"
    best = tuned.loc[tuned["exact_match"].idxmax()]
    pairs = tuned_pairs(tree.read_table("pairs"))
    differ = len(significant_pairs(pairs))
    gain = points(best, "difference", "difference_low", "difference_high", language="fr")
    return (f"{alone} ; le meilleur des modèles ajustés, "
            f"{best.name}, à {score(best, language='fr')}, soit un écart de {gain}. "
            f"{_differ_fr(differ, len(pairs))}{_chance_fr(tree)} *{_label_fr(tree)}.*")


def _differ_fr(differ: int, pairs: int) -> str:
    if not pairs:
        return ""
    which = f"{differ} des {pairs}" if differ else f"Aucune des {pairs}"
    verb = agreeing(differ, "diffère", "diffèrent") if differ else "ne diffère"
    return f"{which} paires de modèles ajustés {verb} au seuil de 5 %, après correction. "


def _chance_fr(tree: Tree) -> str:
    """What guesses and the best rule without a question score, and who is no better, in French."""
    comparison, levels = tree.read_table("comparison"), tree.read_table("chance")
    chance = levels.set_index("rule").loc[CHANCE, "exact_match"]
    sentences = [f"Répondre au hasard donnerait {percent(chance, 'fr')} "
                 f"({_no_better_fr(comparison, chance)})."]
    rule = best_rule(levels)
    if rule:
        sentences.append(f"Une règle qui ne lit pas la question ({_RULES_FR[rule[0]]}) donne "
                         f"{percent(rule[1], 'fr')} ({_no_better_fr(comparison, rule[1])}).")
    if (comparison["low"] <= chance).all():
        sentences.append("Ces scores ne se distinguent pas du hasard : leurs écarts ne disent "
                         "rien de la valeur d'une origine.")
    return " ".join(sentences)


def _no_better_fr(comparison: pd.DataFrame, level: float) -> str:
    below = comparison[comparison["low"] <= level]["system"]
    if len(below) in (0, len(comparison)):
        return "aucun modèle ne fait mieux" if len(below) else "tous les modèles font mieux"
    return f"pas mieux : {listed(below, 'fr')}"


def effects_fr(tree: Tree) -> str:
    """What each provenance adds to the score when it joins a mixture, in French."""
    main = tree.read_table("effects").query("kind == 'main'")
    names = {"NAT": "natives", "SYN": "synthétiques", "TRAD": "traduites"}
    effects = [f"{points(row, language='fr')} pour les questions {names[row['effect']]}"
               for row in main.to_dict("records")]
    if not effects:
        return ("Le modèle de départ et les sept mélanges n'ont pas tous été évalués : l'apport de "
                "chaque origine n'a pas pu être séparé.")
    return ("Quand une origine est présente dans le mélange plutôt qu'absente, le score varie en "
            f"moyenne de {' ; '.join(effects)}. *{_label_fr(tree)}.*")


def prices_fr(tree: Tree) -> str:
    """The break-even prices of translated and synthetic questions, in French."""
    even = tree.read_table("break_even").dropna(subset="estimate")
    names = {"translated": "traduite", "synthetic": "synthétique"}
    sentences = [f"une question {names[row['question']]} rapporte autant de points par euro "
                 f"qu'une question native si elle coûte "
                 f"{number(row['estimate'], 2, language='fr')} € "
                 f"[{number(row['low'], 2, language='fr')} ; "
                 f"{number(row['high'], 2, language='fr')}]"
                 for row in even.to_dict("records")]
    if not sentences:
        return ("Aucun prix n'a été indiqué, ou le gain des questions natives n'est pas établi : "
                "rien ne peut être dit de ce qu'une question vaut.")
    made_up = (" Ces prix et ces questions sont inventés : la phrase montre le calcul, pas un "
               "résultat." if tree.fictional else "")
    return f"Dans cette copie, {' ; '.join(sentences)}.{made_up}"
