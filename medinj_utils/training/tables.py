"""What the training notebooks show: the tokens of one text, and tables of tokens and of runs."""

import html
from collections.abc import Iterable, Mapping

import pandas as pd
from IPython.display import HTML

from medinj_utils.core.names import Run
from medinj_utils.core.recipe import Recipe
from medinj_utils.core.tree import Tree
from medinj_utils.core.wording import percent
from medinj_utils.training.text import IGNORED, TrainingText, training_text

_RUN_FIGURES = ["examples", "examples_too_long", "steps", "micro_batch_rows",
                "micro_batches_per_step", "tokens", "supervised_tokens", "training_seconds",
                "tokens_per_second", "seconds", "final_loss", "trainable_parameters"]
_SUPERVISED = "background:#bfe0f5;color:#000"
_READ_ONLY = "border:1px solid #9998"


def tokens_html(text: TrainingText, tokenizer) -> HTML:
    """The tokens of a text as HTML: supervised ones on a blue ground, a line break as ↵.

    Args:
        text: with ids and labels.
        tokenizer: that made it.
    """
    spans = []
    for token, label in zip(text.input_ids, text.labels, strict=True):
        ground = _READ_ONLY if label == IGNORED else _SUPERVISED
        shown = html.escape(tokenizer.decode([token])).replace("\n", "↵").replace(" ", "\u00a0")
        spans.append(f'<span style="{ground};padding:1px 2px;margin:1px;display:inline-block" '
                     f'title="token {token}">{shown}</span>')
    return HTML(f'<p style="font-family:monospace;line-height:1.9">{"".join(spans)}</p>'
                f"<p>{text.supervised} of {len(text.input_ids)} tokens are supervised.</p>")


def token_table(mixtures: Mapping[str, pd.DataFrame], tokenizer, recipe: Recipe) -> pd.DataFrame:
    """Tokens of each mixture, one epoch long.

    Args:
        mixtures: records by configuration.
        tokenizer: the base model's.
        recipe: says how texts are written, and how long a row may be.

    Returns:
        configuration, rows, tokens, supervised_tokens, longest_row and median_row (tokens), and
        rows_too_long, which training sets aside.
    """
    table = []
    for configuration, mixture in mixtures.items():
        texts = [training_text(row, tokenizer, recipe.answer_format, recipe.system_prompt,
                               recipe.loss_on, recipe.template_settings)
                 for row in mixture.to_dict("records")]
        lengths = pd.Series([len(text.input_ids) for text in texts])
        table.append({
            "configuration": configuration, "rows": len(texts), "tokens": int(lengths.sum()),
            "supervised_tokens": sum(text.supervised for text in texts),
            "longest_row": int(lengths.max()), "median_row": lengths.median(),
            "rows_too_long": int((lengths > recipe.max_length).sum())})
    return pd.DataFrame(table)


def run_table(cards: Mapping[Run, Mapping]) -> pd.DataFrame:
    """What each run learned and how fast, from its card; indexed by the run's name."""
    rows = [{name: card[name] for name in _RUN_FIGURES} for card in cards.values()]
    return pd.DataFrame(rows, index=_names(cards))


def estimate_table(cards: Mapping[Run, Mapping]) -> pd.DataFrame:
    """Time, memory and energy of each run, as expected and as spent; indexed by the run's name."""
    rows = []
    for card in cards.values():
        expected = card["expected"]
        rows.append({
            "start-up s": expected["start_seconds"], "expected s": expected["seconds"],
            "spent s": card["training_seconds"] - card["validation_seconds"],
            "validation s": card["validation_seconds"],
            "expected GB": expected["peak_memory_gb"], "peak GB": card["peak_memory_gb"],
            "expected Wh": 1000 * expected["energy_kwh"], "spent Wh": 1000 * card["energy_kwh"],
            "g CO2e": 1000 * card["emissions_kg"]})
    return pd.DataFrame(rows, index=_names(cards))


def _names(cards: Iterable[Run]) -> pd.Index:
    return pd.Index([run.name for run in cards], name="run")


def describe_runs(cards: Mapping[Run, Mapping]) -> str:
    """In words: precision, backend and machine of the runs, and the share that training took."""
    first = next(iter(cards.values()))
    why = first["why_not_unsloth"]
    backend = first["parameters"]["backend"] + (f" (Unsloth can't be used: {why})" if why else "")
    machine = first["hardware"]
    training = sum(card["training_seconds"] for card in cards.values())
    share = training / sum(card["seconds"] for card in cards.values())
    return (f"precision: {first['precision_used']} · backend: {backend} · "
            f"hardware: {machine['cores']} cores, accelerator {machine['accelerator']} · "
            f"power: {first['power_known']}\n"
            f"Training itself takes {percent(share)} of the time; the rest is loading, tokenising "
            "and saving.")


def read_curves(tree: Tree, runs: Iterable[Run]) -> dict[Run, pd.DataFrame]:
    """What each run wrote at every step: step, loss, learning_rate, grad_norm, tokens_per_second.

    Args:
        tree: the output tree.
        runs: that were trained.

    Raises:
        FileNotFoundError: a run isn't there; the message names notebook 21.
    """
    return {run: pd.read_csv(tree.need(tree.run_files(run).curve)) for run in runs}


def read_validations(tree: Tree, runs: Iterable[Run], recipe: Recipe) -> dict[Run, pd.DataFrame]:
    """What each run wrote at every validation: step, loss, and its scores by name.

    Args:
        tree: the output tree.
        runs: that were trained.
        recipe: how; nothing is read where it asks for no validations.

    Raises:
        FileNotFoundError: a run isn't there; the message names notebook 21.
    """
    if not recipe.validations:
        return {}
    return {run: pd.read_csv(tree.need(tree.run_files(run).validation)) for run in runs}
