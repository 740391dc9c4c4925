"""The training room: a mixture and a base model in, an adapter and its run card out."""

from medinj_utils.training.backends import start_backend
from medinj_utils.training.recipe import Recipe
from medinj_utils.training.train import train_adapter

__all__ = ["Recipe", "start_backend", "train_adapter"]
