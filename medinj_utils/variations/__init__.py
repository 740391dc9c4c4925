"""Variations of the study: the same systems tuned by another recipe or on a part of the budget."""
