"""Models that answer: a base, and adapters laid over it one after the other; or those behind a server."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from medinj_utils.core.files import sha256
from medinj_utils.core.names import BASE
from medinj_utils.models.engine import Engine
from medinj_utils.models.server import Server


@dataclass(frozen=True)
class Base:
    """A base model: "planted" (the tiny one that the package ships), a folder, or a hub id with its commit.

    Raises:
        FileNotFoundError: a folder without safetensors; pickled weights are not loaded.
        ValueError: a hub id without its commit: what a bare id means changes with the hub.
    """

    name: str
    revision: str = ""

    def __post_init__(self):
        folder = Path(self.path)
        if not folder.is_dir() and not self.revision:
            raise ValueError(f"model {self.name!r}: no such folder here; a model on the hub is named "
                             f"with its commit (BASE={self.name}@commit, or the parameter base_revision; "
                             "for an encoder encoder_revision)")
        if folder.is_dir() and not list(folder.glob("*.safetensors")):
            raise FileNotFoundError(f"{folder}: no *.safetensors there; pickled weights are not loaded")

    @property
    def path(self) -> str:
        """What the loaders of transformers take: a folder, or the hub id."""
        return str(Path(__file__).parents[1] / "demo" / "base") if self.name == "planted" else self.name

    @property
    def at(self) -> dict[str, str | None]:
        """The revision, as a keyword of ``from_pretrained``."""
        return {"revision": self.revision or None}

    @property
    def folder(self) -> Path | None:
        """The folder of the weights, or None for a model on the hub."""
        return Path(self.path) if Path(self.path).is_dir() else None


def local_base(base_model: str, revision: str = "") -> str:  # TEMPORARY, until every room uses Base
    return Base(base_model, revision).path


def load_base(base_model: str, revision: str = "", precision: str = "float32"):
    """(model, tokenizer) ready to answer."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar
    disable_progress_bar()
    name, device = local_base(base_model, revision), "cuda" if torch.cuda.is_available() else "cpu"
    model = AutoModelForCausalLM.from_pretrained(name, revision=revision or None, dtype=getattr(torch, precision),
                                                 use_safetensors=True)
    tokenizer = AutoTokenizer.from_pretrained(name, revision=revision or None)
    return model.to(device).eval(), tokenizer


@contextmanager
def adapted(model, adapter: str | Path | None) -> Iterator:
    """The model with an adapter merged into its weights, which spares DoRA's norms; without one, as it is.

    Afterwards the model's weights are, bit by bit, those from before: the ones that the adapter changes are kept aside.
    Raises ValueError for an adapter that replaces whole modules, token embeddings or biases.
    """
    if adapter is None:
        yield model
        return
    from peft import PeftConfig, PeftModel
    told = PeftConfig.from_pretrained(str(adapter)).to_dict()
    more = [name for name in ("modules_to_save", "trainable_token_indices") if told.get(name)]
    if more or told.get("bias", "none") != "none":
        raise ValueError(f"{adapter}: this adapter changes more than weight matrices ({', '.join(more or ['bias'])}); merge "
                         "it with its base, save the whole model and give that as base_model")
    tuned = PeftModel.from_pretrained(model, str(adapter))
    changed = [model.get_submodule(name).base_layer.weight for name in tuned.base_model.targeted_module_names]
    kept = [weight.detach().to("cpu", copy=True) for weight in changed]
    try:
        yield tuned.merge_and_unload()
    finally:
        for weight, before in zip(changed, kept, strict=True):
            weight.data.copy_(before)


def asked_of(base_model: str, revision: str, adapter: str | Path | None, precision: str) -> dict:
    """What tells one answering model from another: names, and hashes of the weights that lie on this disk."""
    folder = Path(local_base(base_model, revision))
    return {"base_model": base_model, "revision": revision, "precision": precision,
            "base_sha256": sha256(folder) if folder.is_dir() else "", "adapter_sha256": sha256(adapter) if adapter else ""}


def backends(runs: Mapping[str, str | Path | None], base_model: str, revision: str = "", precision: str = "float32",
             server: str = "", **how) -> Iterator[tuple[str, Engine | Server, dict]]:
    """(name, what answers, what tells it from others) of each run, one after the other; ``runs`` gives each its adapter, or
    None.

    The base is loaded once. With ``server``, its address, nothing is loaded here: the base is asked for by its own name, a
    tuned model by its run's. ``how`` are the further arguments of `Engine` and `Server`.
    """
    if server:
        for name, adapter in runs.items():
            model = base_model if name == BASE else name
            weights = sha256(adapter) if adapter and Path(adapter).exists() else ""
            yield name, Server(server, model, **how), {"server": server, "model": model, "adapter_sha256": weights}
        return
    model, tokenizer = load_base(base_model, revision, precision)
    for name, adapter in runs.items():
        if adapter and (Path(adapter) / "config.json").exists():  # a run that tuned all weights
            yield name, Engine(load_base(str(adapter), "", precision)[0], tokenizer, **how), asked_of(
                base_model, revision, adapter, precision)
            continue
        with adapted(model, adapter) as tuned:
            yield name, Engine(tuned, tokenizer, **how), asked_of(base_model, revision, adapter, precision)
