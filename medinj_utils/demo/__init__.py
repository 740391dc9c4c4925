"""The planted world: an openly fictional medicine in which the truth about provenance is known.

Nothing here says anything about real medicine. Names are invented and playful on purpose.
"""
