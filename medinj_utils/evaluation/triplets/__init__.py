"""Triplets of question, reference and candidate, with the label that a human gave each."""

from medinj_utils.evaluation.triplets.reading import labelled_triplets, read_triplets

__all__ = ["labelled_triplets", "read_triplets"]
