"""The training room: a mixture and a base model in, an adapter and its run card out."""

from medinj_utils.training.backends import Backend, start_backend
from medinj_utils.training.train import train_run, train_runs

__all__ = ["Backend", "start_backend", "train_run", "train_runs"]
