"""Random models that benchmarks measure with, in the tiny model's architecture (Qwen3's)."""

import time

import torch
from transformers import AutoConfig, AutoModelForCausalLM

from medinj_utils.models.loading import Base

SHAPES = {
    "large": {  # about 100 million parameters
        "hidden_size": 640, "num_hidden_layers": 22, "num_attention_heads": 10,
        "num_key_value_heads": 5, "head_dim": 64, "intermediate_size": 1920},
    "paper": {  # Qwen/Qwen3-4B-Instruct-2507, as its config.json has it
        "hidden_size": 2560, "num_hidden_layers": 36, "num_attention_heads": 32,
        "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 9728, "vocab_size": 151936,
        "max_position_embeddings": 262144,
        "rope_parameters": {"rope_theta": 5_000_000.0, "rope_type": "default"}},
}


def device() -> str:
    """The device that the benchmarks use."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def random_model(shape: str, precision: str):
    """A model of that shape with random weights, on `device`."""
    torch.manual_seed(0)
    config = AutoConfig.from_pretrained(Base("planted").folder)
    for name, value in SHAPES[shape].items():
        setattr(config, name, value)
    config.layer_types = ["full_attention"] * config.num_hidden_layers
    config.max_window_layers = config.num_hidden_layers
    with torch.device(device()):
        return AutoModelForCausalLM.from_config(config, dtype=getattr(torch, precision)).eval()


def peak_flops(precision: str) -> float:
    """Floating-point operations per second of a square matrix product on `device`."""
    size, times = (8192, 20) if device() == "cuda" else (2048, 8)
    a, b = (torch.rand(size, size, device=device()).to(getattr(torch, precision)) for _ in "ab")
    (a @ b)[0, 0].item()  # reading a value waits for the device
    began = time.perf_counter()
    for _ in range(times):
        c = a @ b
    c[0, 0].item()
    return times * 2 * size**3 / (time.perf_counter() - began)
