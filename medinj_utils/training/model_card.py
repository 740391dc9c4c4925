"""The model card of an adapter, in the hub's format, from what its run knows; and the steps after training: a merged model,
a GGUF file, a push to the hub."""

import argparse
import json
import os
from collections.abc import Mapping
from pathlib import Path

from medinj_utils.core.files import need, write_text
from medinj_utils.models.loading import local_base

_TOLD = ("examples", "examples_too_long", "steps", "epochs", "tokens", "tokens_taught", "trainable_parameters",
         "final_loss", "training_seconds", "energy_kwh", "emissions_kg", "power_known", "peak_memory_gb", "precision_used")


def model_card(card: Mapping, manifest: Mapping | None = None, scores: Mapping[str, float] | None = None) -> str:
    """The text of a README.md, from a run's card, its mixture's manifest and, when known, scores by name."""
    from huggingface_hub import ModelCardData
    parameters, manifest = card["parameters"], manifest or {}
    sources = sorted({row["source"] for row in manifest.get("counts", [])})
    head = ModelCardData(
        language="fr", license="other", library_name="peft", pipeline_tag="text-generation",
        base_model=parameters["base_model"], tags=["medical", "french", parameters["adapter"], "medinjection-fr-book"])
    recipe = "\n".join(f"| {name} | {value} |" for name, value in parameters.items() if value not in ("", None))
    figures = "\n".join(f"| {name} | {card[name]} |" for name in _TOLD if name in card)
    counts = "\n".join(f"| {row['provenance']} | {row['source']} | {row['task']} | {row['rows']} |"
                       for row in manifest.get("counts", []))
    scored = "\n".join(f"| {name} | {value:.3f} |" for name, value in (scores or {}).items())
    hardware = ", ".join(f"{name}: {value}" for name, value in card["hardware"].items())
    return f"""---
{head.to_yaml()}
---

# {parameters.get('configuration', 'Adapter')}, seed {parameters['seed']}

An adapter of `{parameters['base_model']}` for French medical questions, made to compare where training questions come from.

**Intended use**: research on that comparison. **Not a medical device**, and not medical advice: its answers are not checked,
and nobody should be treated by them. Its licence is that of the base model and of the training sets together; look at both.

## Training data

{f'Mixture {manifest["configuration"]}, SHA-256 {manifest["sha256"]}, of: {", ".join(sources)}.' if manifest else
 'See the run card for hashes of its inputs.'}

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

Hardware: {hardware}. Packages: {', '.join(f'{name} {v}' for name, v in card['versions'].items() if v)}.

## Scores

{'| score | value |' + chr(10) + '|---|---:|' + chr(10) + scored if scored else 'Not known when this card was written.'}
"""


def write_model_card(run: str | Path, scores: Mapping[str, float] | None = None) -> Path:
    """Write ``adapter/README.md`` of a run's folder, from its card and, where that lies beside, its mixture's manifest."""
    run = Path(run)
    card = json.loads(need(run / "card.json", "notebook 21_train_adapter").read_text(encoding="utf-8"))
    name = f"mixtures/{card['parameters'].get('configuration')}.json"
    manifest = next((folder / name for folder in run.absolute().parents if (folder / name).exists()), None)
    told = json.loads(manifest.read_text(encoding="utf-8")) if manifest else None
    return write_text(model_card(card, told, scores), run / "adapter" / "README.md")


def merge(run: str | Path, folder: str | Path) -> Path:
    """Write the base with a run's adapter in its weights as a model of its own (safetensors) into ``folder``."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer
    told = json.loads(need(Path(run) / "card.json", "notebook 21_train_adapter").read_text(encoding="utf-8"))
    if told["parameters"]["adapter"] == "full":
        raise ValueError(f"{run}: all weights were tuned: there is nothing to merge, {Path(run) / 'adapter'} is the model")
    base, revision = told["parameters"]["base_model"], told["parameters"]["revision"]
    model = AutoModelForCausalLM.from_pretrained(local_base(base, revision), revision=revision or None, use_safetensors=True,
                                                 dtype=getattr(torch, told["precision_used"]))
    PeftModel.from_pretrained(model, str(Path(run) / "adapter")).merge_and_unload(safe_merge=True).save_pretrained(folder)
    AutoTokenizer.from_pretrained(Path(run) / "adapter").save_pretrained(folder)
    write_text((Path(run) / "adapter" / "README.md").read_text(encoding="utf-8"), Path(folder) / "README.md")
    return Path(folder)


def to_gguf(run: str | Path, folder: str | Path, quantization: str = "q4_k_m") -> Path:
    """Write a run's merged model as GGUF by Unsloth, which needs a GPU and builds llama.cpp."""
    import torch
    if not torch.cuda.is_available():
        raise RuntimeError("Unsloth writes GGUF on a GPU only, and torch sees none: merge the adapter here, and convert the "
                           "merged folder with llama.cpp")
    from unsloth import FastLanguageModel
    model, tokenizer = FastLanguageModel.from_pretrained(str(Path(run) / "adapter"), load_in_4bit=False)
    model.save_pretrained_gguf(str(folder), tokenizer, quantization_method=quantization)
    return Path(folder)


def push(folder: str | Path, repository: str) -> str:
    """Upload a folder (an adapter, or a merged model) to a private repository of the hub; the token is HF_TOKEN's."""
    from huggingface_hub import HfApi
    if not os.environ.get("HF_TOKEN"):
        raise RuntimeError("nothing was uploaded: set HF_TOKEN in the environment to a token that may write")
    api = HfApi(token=os.environ["HF_TOKEN"])
    api.create_repo(repository, private=True, exist_ok=True)
    return str(api.upload_folder(repo_id=repository, folder_path=str(folder)))


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m medinj_utils.training.model_card",
                                     description="Write a run's model card, and on demand more.")
    parser.add_argument("run", help="folder of a run, such as outputs/demo/runs/NAT-s0")
    parser.add_argument("--merge", metavar="FOLDER", help="write the merged model there")
    parser.add_argument("--gguf", metavar="FOLDER", help="write a GGUF file there (needs a GPU)")
    parser.add_argument("--push", metavar="ORGANISATION/NAME", help="upload the merged model, else the adapter")
    chosen = parser.parse_args()
    print(write_model_card(chosen.run))
    if chosen.merge:
        print(merge(chosen.run, chosen.merge))
    if chosen.gguf:
        print(to_gguf(chosen.run, chosen.gguf))
    if chosen.push:
        print(push(chosen.merge or Path(chosen.run) / "adapter", chosen.push))


if __name__ == "__main__":
    _main()
