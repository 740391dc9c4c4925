"""Triplets of question, reference and candidate, with the label that a human gave each."""

from medinj_utils.evaluation.triplets.reading import read_triplets

__all__ = ["read_triplets"]
