"""The floor beneath the rooms: names, files, cards, the output tree, prompts, settings and style.

Nothing here imports a room, a model library or torch.
"""
