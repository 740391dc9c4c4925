"""The evaluation room: a model's raw answers, what can be read in them, and scores per item."""

import lazy_loader

# Loaded when they are asked for: the patterns of the two readers take a second to compile.
__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={
    "judge": ["read_verdict"], "open_answers": ["score_open_answers"], "raters": ["agreement"],
    "reading": ["explain_choice", "read_choice"], "scoring": ["score_choices"]})
