"""What the opening page says, and in both languages what it shares with the French page."""

from collections.abc import Mapping

import pandas as pd

from medinj_utils.book.in_french import (
    NONE_KEPT_FR,
    answer_fr,
    claims_fr,
    effects_fr,
    kept_effects_fr,
    prices_fr,
    title_fr,
)
from medinj_utils.comparison.findings import planted_finding, systems_finding
from medinj_utils.comparison.paper import EXACT_MATCH, EXACT_MATCH_MARK
from medinj_utils.comparison.planted import planted_scores, scores_beside_planted
from medinj_utils.comparison.sentences import VERDICTS, chance_in_words, named_verdicts
from medinj_utils.core.files import read_json
from medinj_utils.core.names import BASE
from medinj_utils.core.tree import Tree
from medinj_utils.core.wording import Language, agreeing, number, percent

_OF_CLAIMS = {"en": "Of the study's {} claims its means",
              "fr": "Sur les {} affirmations de l'étude, ses propres moyennes"}
_TALLY = {"en": "support {1}, contradict {2}, leave {3} undecided and can't test {4} if they are "
                "over {0} questions",
          "fr": "en confirment {1}, en contredisent {2}, en laissent {3} dans le doute et ne "
                "permettent pas d'en tester {4}, si elles portent sur {0} questions"}
_NONE_KEPT = {"en": "This copy of the book has no kept results on real questions yet.",
              "fr": NONE_KEPT_FR}
_TUNED_ON = {"en": "Each system was tuned on {} rows, with {} {}.",
             "fr": "Chaque modèle a été ajusté sur {} questions, avec {} {}."}
_SEEDS = {"en": ("seed", "seeds"),
          "fr": ("graine (tirage au hasard)", "graines (tirages au hasard)")}
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
            "fr_claims": claims_fr(on_paper), "fr_kept_results": kept_results(kept, "fr"),
            "fr_kept_effects": kept_effects_fr(kept), "fr_answer": answer_fr(tree),
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
    say, title = (answer_fr, title_fr) if language == "fr" else (answer, _title)
    return " ".join(f"*{title(tree)}.* {_tuned_on(tree, language)} {say(tree)} "
                    f"[{_ALL_OF_IT[language]}](../results/{name}/index.md)."
                    for name, tree in kept.items()) or _NONE_KEPT[language]


def _title(tree: Tree) -> str:
    return read_json(tree.kept)["title"]


def _tuned_on(tree: Tree, language: Language) -> str:
    training = tree.read_table("training")
    seeds = training["seed"].nunique()
    return _TUNED_ON[language].format(number(training["rows"].min(), language=language), seeds,
                                      agreeing(seeds, *_SEEDS[language]))
