"""Thin helpers under the notebooks of the MedInjection-FR book.

``core``, ``demo`` and ``models`` are the floor of four rooms, used in this order: ``data``,
``training``, ``evaluation``, ``comparison``. Importing this package alone loads none of them, so it
is quick and needs no torch.
"""

__version__ = "0.1.0"
