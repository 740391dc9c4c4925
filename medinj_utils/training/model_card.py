"""The model card of an adapter in the hub's format, and the steps after training.

These are a merged model, a GGUF file and a push to the hub:
``python -m medinj_utils.training.model_card outputs/demo/runs/NAT-s0 --merge FOLDER``.
"""

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from medinj_utils.core.cards import markdown_rows
from medinj_utils.core.files import need, read_json, write_text
from medinj_utils.core.run_files import RunFiles
from medinj_utils.core.tree import Tree
from medinj_utils.models.loading import Base

_FIGURES = ("examples", "examples_too_long", "steps", "epochs", "tokens", "supervised_tokens",
            "trainable_parameters", "final_loss", "training_seconds", "energy_kwh", "emissions_kg",
            "power_known", "peak_memory_gb", "precision_used")

_CARD = """---
{head}
---

# {configuration}, seed {seed}

An adapter of `{base}` for French medical questions, trained to compare sources of training
questions.

**Intended use**: research on that comparison. **Not a medical device**, and not medical advice: its
answers are not checked and must not guide treatment. The licences of the base model and of the
training sets both apply.

## Training data

{data}

| provenance | source | task | rows |
|---|---|---|---:|
{counts}

## Recipe

| parameter | value |
|---|---|
{recipe}

## What it took

| figure | value |
|---|---:|
{figures}

Hardware: {hardware}. Packages: {packages}.
"""


def model_card(card: Mapping, manifest: Mapping | None) -> str:
    """The text of an adapter's README.md.

    Args:
        card: of the run.
        manifest: of its mixture, where that is known.
    """
    parameters = card["parameters"]
    counts = manifest["counts"] if manifest else []
    data = "See the run card for hashes of its inputs."
    if manifest:
        sources = ", ".join(sorted({row["source"] for row in counts}))
        data = f"Mixture {manifest['configuration']}, SHA-256 {manifest['sha256']}, of: {sources}."
    return _CARD.format(
        head=_head(parameters), configuration=parameters["configuration"], seed=parameters["seed"],
        base=parameters["base_model"], data=data,
        counts=markdown_rows([row[name] for name in ("provenance", "source", "task", "rows")]
                     for row in counts),
        recipe=markdown_rows(item for item in parameters.items() if item[1] not in ("", None)),
        figures=markdown_rows((name, card[name]) for name in _FIGURES),
        hardware=", ".join(f"{name}: {value}" for name, value in card["hardware"].items()),
        packages=", ".join(f"{name} {version}" for name, version in card["versions"].items()))


def _head(parameters: Mapping) -> str:
    """The head of the card, in YAML, that the hub reads."""
    from huggingface_hub import ModelCardData
    return ModelCardData(
        language="fr", license="other", library_name="peft", pipeline_tag="text-generation",
        base_model=parameters["base_model"],
        tags=["medical", "french", parameters["adapter"], "medinjection-fr-book"]).to_yaml()


def _read_card(run: Path) -> dict:
    return read_json(need(RunFiles(run).card, "notebook 21_train_adapter"))


def write_model_card(run: str | Path) -> Path:
    """Write ``adapter/README.md`` in a run's folder.

    Args:
        run: folder of the run. The manifest of its mixture is looked for in the tree around it.

    Returns:
        The path of the card.

    Raises:
        FileNotFoundError: the run has no card; the message names notebook 21.
    """
    run = Path(run)
    card = _read_card(run)
    manifests = [Tree(folder).manifest(card["parameters"]["configuration"])
                 for folder in run.absolute().parents]
    manifest = next((read_json(file) for file in manifests if file.exists()), None)
    return write_text(model_card(card, manifest), RunFiles(run).model_card)


def merge(run: str | Path, folder: str | Path) -> Path:
    """Write the base with a run's adapter in its weights as a model of its own (safetensors).

    Args:
        run: folder of the run.
        folder: where to write.

    Returns:
        The folder.

    Raises:
        ValueError: the run tuned all weights, so its ``adapter/`` is a whole model already.
    """
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer
    folder, files = Path(folder), RunFiles(Path(run))
    card = _read_card(files.folder)
    parameters = card["parameters"]
    if parameters["adapter"] == "full":
        raise ValueError(f"{run}: all weights were tuned: there is nothing to merge, "
                         f"{files.adapter} is the model")
    base = Base(parameters["base_model"], parameters["revision"])
    model = AutoModelForCausalLM.from_pretrained(
        base.folder, use_safetensors=True, dtype=getattr(torch, card["precision_used"]))
    tuned = PeftModel.from_pretrained(model, str(files.adapter))
    tuned.merge_and_unload(safe_merge=True).save_pretrained(folder)
    AutoTokenizer.from_pretrained(files.adapter).save_pretrained(folder)
    write_text(files.model_card.read_text(encoding="utf-8"), folder / "README.md")
    return folder


def to_gguf(run: str | Path, folder: str | Path) -> Path:
    """Write a run's merged model as GGUF (4 bits), by Unsloth, which builds llama.cpp.

    Unsloth is given the merged model: of an adapter it would load a base of its own choice.

    Args:
        run: folder of the run.
        folder: where to write; Unsloth adds ``_gguf`` to its name.

    Returns:
        The folder of the GGUF file.

    Raises:
        RuntimeError: there is no GPU.
    """
    if not torch.cuda.is_available():
        raise RuntimeError("Unsloth writes GGUF on a GPU only, and torch sees none: merge the "
                           "adapter here, and convert the merged folder with llama.cpp")
    from unsloth import FastLanguageModel  # before peft, which merging imports
    folder, files = Path(folder), RunFiles(Path(run))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent) as scratch:
        whole = _read_card(files.folder)["parameters"]["adapter"] == "full"
        model, tokenizer = FastLanguageModel.from_pretrained(
            str(files.adapter if whole else merge(run, scratch)), load_in_4bit=False,
            use_exact_model_name=True)
        model.save_pretrained_gguf(str(folder), tokenizer, quantization_method="q4_k_m")
    return folder.with_name(f"{folder.name}_gguf")


def push(folder: str | Path, repository: str) -> str:
    """Upload a folder to a private repository of the hub, and return its address.

    Args:
        folder: an adapter, or a merged model.
        repository: ``organisation/name``.

    Raises:
        RuntimeError: the environment has no HF_TOKEN.
    """
    from huggingface_hub import HfApi
    if not os.environ.get("HF_TOKEN"):
        raise RuntimeError("nothing was uploaded: set HF_TOKEN in the environment to a token with "
                           "write access")
    api = HfApi(token=os.environ["HF_TOKEN"])
    api.create_repo(repository, private=True, exist_ok=True)
    return str(api.upload_folder(repo_id=repository, folder_path=str(folder)))


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m medinj_utils.training.model_card",
                                     description="Write a run's model card, and more.")
    parser.add_argument("run", help="folder of a run, such as outputs/demo/runs/NAT-s0")
    parser.add_argument("--merge", metavar="FOLDER", help="write the merged model there")
    parser.add_argument("--gguf", metavar="FOLDER", help="write a GGUF file there (needs a GPU)")
    parser.add_argument("--push", metavar="ORGANISATION/NAME",
                        help="upload the merged model, else the adapter")
    chosen = parser.parse_args()
    try:
        print(write_model_card(chosen.run))
        if chosen.merge:
            print(merge(chosen.run, chosen.merge))
        if chosen.gguf:
            print(to_gguf(chosen.run, chosen.gguf))
        if chosen.push:
            print(push(chosen.merge or RunFiles(Path(chosen.run)).adapter, chosen.push))
    except (FileNotFoundError, RuntimeError, ValueError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    _main()
