"""Models that answer: a base with each adapter in turn, or models behind a server."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from medinj_utils.core.files import sha256
from medinj_utils.core.hub import MODEL_FILES, HubError, commit_of, first_line, snapshot
from medinj_utils.core.names import BASE, Run
from medinj_utils.models.answers import Asking
from medinj_utils.models.engine import Engine
from medinj_utils.models.hardware import room_for
from medinj_utils.models.server import Server


@dataclass(frozen=True)
class Base:
    """A base model.

    Args:
        name: "planted" (the tiny model that the package ships), a folder, or a hub id.
        revision: commit of a model on the hub; empty for a folder.

    Raises:
        FileNotFoundError: a folder without safetensors; pickled weights are not loaded.
        ValueError: a hub id without its commit, whose weights may change.
    """

    name: str
    revision: str = ""

    def __post_init__(self):
        folder = self._here
        if not folder and not self.revision:
            raise ValueError(f"model {self.name!r}: no such folder here; a model on the hub is "
                             f"named with its commit (BASE={self.name}@commit, or the parameter "
                             "base_revision; for an encoder encoder_revision, of a judge its "
                             "revision)")
        if folder and not list(folder.glob("*.safetensors")):
            raise FileNotFoundError(f"{folder}: no *.safetensors there; pickled weights are not "
                                    "loaded")

    @property
    def _here(self) -> Path | None:
        """The folder of a model on this disk; None for one on the hub."""
        if self.name == "planted":
            return Path(__file__).parents[1] / "demo" / "base"
        return Path(self.name) if Path(self.name).is_dir() else None

    @cached_property
    def folder(self) -> Path:
        """The folder that loaders read; of a model on the hub, its commit in the hub's cache.

        Loaders that are given a folder take this one and no mirror that they know of.

        Raises:
            HubError: the model can't be had from the hub, or has no safetensors there.
        """
        if self._here:
            return self._here
        folder = snapshot(self.name, self.revision, "model", MODEL_FILES)
        if not list(folder.glob("*.safetensors")):
            raise HubError(f"the model {self.name} at {self.revision}: no *.safetensors there; "
                           "pickled weights are not loaded: take a revision that has some")
        return folder

    @cached_property
    def hash(self) -> str:
        """SHA-256 of `folder`."""
        return sha256(self.folder)


class BaseFilesError(ValueError):
    """The files of a base model are not a whole model; the message says why and what to do."""


def check_files(base: Base) -> None:
    """Look at a base's files without reading its weights.

    The library would fill missing weights with random ones and only warn.

    Args:
        base: the base model.

    Raises:
        HubError: as `Base.folder`.
        BaseFilesError: they aren't a whole causal language model that can be loaded here.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer
    folder = base.folder
    try:
        _, loading_info = AutoModelForCausalLM.from_pretrained(
            folder, device_map="meta", use_safetensors=True, ignore_mismatched_sizes=True,
            output_loading_info=True)
        words = AutoTokenizer.from_pretrained(folder)("Bonjour")["input_ids"]
    except Exception as error:  # each library and format has errors of its own
        problem = f"they can't be loaded ({first_line(error)})"
    else:
        missing = sorted(loading_info["missing_keys"])
        other = sorted(loading_info["mismatched_keys"])
        if missing or other:
            problem = (f"of the weights that config.json asks for, {len(missing)} are missing and "
                       f"{len(other)} have another shape, {(missing or other[0])[0]} first")
        elif not words:
            problem = "its tokenizer knows no words: its vocabulary is missing"
        else:
            return
    commit = commit_of(folder)
    remedy = (f"take another revision, or delete {folder.parents[1]}, and it is downloaded again"
              if commit else f"look into {folder}")
    raise BaseFilesError(f"the model {base.name}{' at ' * bool(commit)}{commit}: its files are not "
                         f"a whole model that can be loaded here: {problem}; {remedy}")


def load_base(base: Base, precision: str = "float32"):
    """Load model and tokenizer of a base, on the GPU if there is one.

    Args:
        base: the base model.
        precision: number format of the weights: "float32", "bfloat16" or "float16".

    Returns:
        (model, tokenizer) of transformers, the model in evaluation mode.

    Raises:
        HubError, BaseFilesError: as `check_files`.
        BaseTooBigError: the weights don't fit into memory.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar
    disable_progress_bar()
    check_files(base)
    folder = base.folder
    with room_for(base.name):
        model = AutoModelForCausalLM.from_pretrained(
            folder, dtype=getattr(torch, precision), use_safetensors=True)
        model = model.to("cuda" if torch.cuda.is_available() else "cpu").eval()
    return model, AutoTokenizer.from_pretrained(folder)


@contextmanager
def adapted(model, adapter: str | Path | None) -> Iterator:
    """The model with an adapter merged into its weights; without one, as it is.

    Merging avoids the norms that DoRA computes at every forward pass. The original weights are kept
    and restored afterwards, so the model is the same again, bit by bit.

    Args:
        model: the base model.
        adapter: folder of an adapter, or None.

    Raises:
        ValueError: the adapter replaces whole modules, token embeddings or biases.
    """
    if adapter is None:
        yield model
        return
    from peft import PeftModel
    _check_mergeable(adapter)
    tuned = PeftModel.from_pretrained(model, str(adapter))
    changed = [model.get_submodule(name).base_layer.weight
               for name in tuned.base_model.targeted_module_names]
    kept = [weight.detach().to("cpu", copy=True) for weight in changed]
    try:
        yield tuned.merge_and_unload()
    finally:
        for weight, before in zip(changed, kept, strict=True):
            weight.data.copy_(before)


def _check_mergeable(adapter: str | Path) -> None:
    """Raise ValueError for an adapter that changes more than weight matrices."""
    from peft import PeftConfig
    config = PeftConfig.from_pretrained(str(adapter)).to_dict()
    more = [name for name in ("modules_to_save", "trainable_token_indices") if config.get(name)]
    if config.get("bias", "none") != "none":
        more.append("bias")
    if more:
        raise ValueError(f"{adapter}: this adapter changes more than weight matrices "
                         f"({', '.join(more)}); merge it with its base, save the whole model and "
                         "give that as base_model")


def model_id(base: Base, adapter: str | Path | None, precision: str) -> dict[str, str]:
    """Identity of an answering model: names, and hashes of weights.

    Args:
        base: the base model.
        adapter: folder of the adapter; None for the base.
        precision: number format of the weights.

    Returns:
        Names and hashes; an empty one without an adapter.
    """
    return {"base_model": base.name, "revision": base.revision, "precision": precision,
            "base_sha256": base.hash,
            "adapter_sha256": sha256(adapter) if adapter else ""}


def answering_models(
        runs: Mapping[Run, str | Path | None], base: Base, precision: str, asking: Asking,
        server: str = "") -> Iterator[tuple[Run, Engine | Server, dict]]:
    """The engine or server of each run, one after the other.

    The base is loaded once. A run with all weights tuned is loaded as a model of its own.

    Args:
        runs: the folder of each run's adapter, or None for the base.
        base: the base model.
        precision: number format of the weights.
        asking: how the models are asked.
        server: address of a server; then nothing is loaded here. It knows the base by its own name,
            and a tuned model by the name of its run.

    Yields:
        (run, engine or server, model id). An engine answers until the next one is taken.
    """
    if server:
        yield from _served(runs, base, asking, server)
        return
    model, tokenizer = load_base(base, precision)
    for run, adapter in runs.items():
        identity = model_id(base, adapter, precision)
        if adapter and (Path(adapter) / "config.json").exists():  # all weights were tuned
            whole, _ = load_base(Base(str(adapter)), precision)
            yield run, Engine(whole, tokenizer, asking), identity
        else:
            with adapted(model, adapter) as tuned:
                yield run, Engine(tuned, tokenizer, asking), identity


def _served(runs: Mapping[Run, str | Path | None], base: Base, asking: Asking,
            server: str) -> Iterator[tuple[Run, Server, dict]]:
    """As `answering_models`, for models behind a server."""
    for run, adapter in runs.items():
        name = base.name if run.system == BASE else run.name
        weights = sha256(adapter) if adapter and Path(adapter).exists() else ""
        identity = {"server": server, "model": name, "adapter_sha256": weights}
        yield run, Server(server, name, asking), identity
