"""Mend a coverage where that needs no new information, and simplify it for maps."""

from geo.repair.mending import Move, Repair, repair
from geo.repair.simplify import simplified

__all__ = ["Move", "Repair", "repair", "simplified"]
