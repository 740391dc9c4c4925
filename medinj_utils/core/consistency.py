"""What notebooks need of one another: checked over a whole profile, before anything runs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from medinj_utils.core.names import BASE, PROVENANCES, Run, runs_of
from medinj_utils.core.tree import OUTPUTS

_TRAIN, _ASK, _SCORE = "21_train_adapter", "30_answer_questions", "31_score_choices"
_PROBE, _EXCHANGE = "32_ask_otherwise", "37_exchange_with_harness"
_SCORE_OPEN, _RATE = "33_score_open_answers", "36_rate_by_hand"
_JUDGE, _META = "34_judge_open_answers", "35_judge_the_judge"
#: By the parameter that switches them on: the notebook that varies, the one that compares.
_VARIED = {"learning_rates": ("50_vary_recipe", "52_compare_recipes"),
           "budget_shares": ("51_vary_budget", "53_draw_learning_curves")}


def inconsistencies(parameters: Mapping[str, Mapping[str, Any]],
                    beside: Sequence[str] = ()) -> list[str]:
    """Inconsistencies between the notebooks of a profile, one sentence each.

    Args:
        parameters: of every notebook, by its name.
        beside: profiles that are run too.
    """
    checks = (_repeated, _training, _answers, _compared, _models, _variations, _prices, _triplets,
              _raters)
    problems = [problem for check in checks for problem in check(parameters)]
    null_output = parameters["40_compare_provenances"]["null_output"]
    if null_output and null_output not in (str(OUTPUTS / name) for name in beside):
        problems.append(f"40_compare_provenances shows {null_output} beside the comparison: name "
                        "its profile in `beside`")
    return problems


def _runs(parameters: Mapping[str, Any]) -> list[Run]:
    systems = parameters.get("systems", parameters.get("configurations"))
    return runs_of(systems, parameters["seeds"])


def _tuned(runs: Iterable[Run]) -> list[Run]:
    return [run for run in runs if run.system != BASE]


def _lacking(user: str, needed: Iterable, maker: str, made: Iterable,
             verb: str) -> Iterator[str]:
    """A sentence on what a notebook needs and its maker does not make, if there is anything."""
    made = list(made)
    if missing := [part for part in needed if part not in made]:
        yield (f"{user} needs {_words(missing)}, which {maker} doesn't {verb} "
               f"(it has {_words(made)})")


def _words(parts: Iterable) -> str:
    return ", ".join(map(str, parts)) or "none"


def _repeated(parameters: Mapping) -> Iterator[str]:
    for notebook, values in parameters.items():
        for name, value in values.items():
            if isinstance(value, list) and len(set(map(str, value))) < len(value):
                yield f"{notebook}, {name}: a value is repeated ({_words(value)})"


def _training(parameters: Mapping) -> Iterator[str]:
    mixtures, train = parameters["14_build_mixtures"]["configurations"], parameters[_TRAIN]
    if mixtures:
        yield from _lacking(_TRAIN, train["configurations"], "14_build_mixtures", mixtures, "build")
    asking = [_ASK, *([_PROBE] if parameters[_PROBE]["orders"] else [])]
    for notebook in asking:
        yield from _lacking(notebook, _tuned(_runs(parameters[notebook])), _TRAIN, _runs(train),
                            "train")


def _answers(parameters: Mapping) -> Iterator[str]:
    asking_runs = _runs(parameters[_ASK])
    logs = parameters[_EXCHANGE]["harness_logs"]
    for notebook in (_SCORE, _SCORE_OPEN, _JUDGE, _RATE):
        yield from _lacking(notebook, _runs(parameters[notebook]), _ASK, asking_runs, "ask")
    exchanged = [run for run in _runs(parameters[_EXCHANGE]) if run.name not in logs]
    yield from _lacking(_EXCHANGE, exchanged, _ASK, asking_runs, "ask")
    yield from _lacking("40_compare_provenances", [parameters["40_compare_provenances"]["mode"]],
                        _ASK, parameters[_ASK]["modes"], "answer in")


def _compared(parameters: Mapping) -> Iterator[str]:
    comparing = {_SCORE: "40_compare_provenances"}
    if parameters[_PROBE]["orders"]:
        comparing[_PROBE] = "41_probe_answers"
    for notebook, reader in comparing.items():
        systems = parameters[notebook]["systems"]
        if BASE not in systems or len(set(systems)) < 2:
            yield (f"{reader} compares {BASE} with others, and the systems of {notebook} are "
                   f"{_words(systems)}: name {BASE} and one more at least")


def _models(parameters: Mapping) -> Iterator[str]:
    notebooks = ["20_inspect_training_text", _TRAIN, _ASK, _PROBE]
    models = {name: (parameters[name]["base_model"], parameters[name]["base_revision"])
              for name in notebooks}
    if len(set(models.values())) > 1:
        differing = "; ".join(f"{name} {model}@{revision}"
                              for name, (model, revision) in models.items())
        yield f"base_model and base_revision differ between notebooks: {differing}"


def _variations(parameters: Mapping) -> Iterator[str]:
    for tried, (varying, comparing) in _VARIED.items():
        first, second = parameters[varying], parameters[comparing]
        if first[tried]:
            yield from _lacking(varying, _runs(first), _TRAIN, _runs(parameters[_TRAIN]), "train")
        if not second[tried]:
            continue
        yield from _lacking(comparing, _runs(second), varying, _runs(first), "vary")
        yield from _lacking(comparing, _runs(second), _SCORE, _runs(parameters[_SCORE]), "score")
        for name in {tried, "epochs_tried"} & set(second):
            yield from _lacking(f"{comparing}, {name}:", second[name], varying, first[name], "try")
        yield from _lacking(comparing, ["constrained"], _ASK, parameters[_ASK]["modes"],
                            "answer in")


def _triplets(parameters: Mapping) -> Iterator[str]:
    judged, read = (parameters.get(name, {}).get("triplets", []) for name in (_JUDGE, _META))
    if lacking := [one["name"] for one in judged if one not in read]:
        yield (f"{_JUDGE} judges the triplets {_words(lacking)}, which {_META} doesn't read: name "
               "them in its `triplets` too")


def _raters(parameters: Mapping) -> Iterator[str]:
    rating = parameters.get(_RATE, {})
    if both := [code for code in rating.get("raters", []) if code in rating["simulated_raters"]]:
        yield (f"{_RATE}, raters and simulated_raters: both have {_words(both)}, which "
               "would mix simulated and human ratings: give each rater a code of their own")
    given = rating.get("rating_files") or rating.get("simulated_raters")
    if parameters.get(_META, {}).get("own_ratings") and not given:
        yield (f"{_META}, own_ratings: {_RATE} reads no ratings; name the files that raters gave "
               "back in its rating_files")


def _prices(parameters: Mapping) -> Iterator[str]:
    prices = parameters["42_count_costs"]["prices"]
    if prices and set(prices) != set(PROVENANCES):
        yield (f"42_count_costs, prices: given for {_words(prices)}; need one for each of "
               f"{_words(PROVENANCES)}, or none")
