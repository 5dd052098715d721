"""Point to polygon, exactly one: the locator over a certified coverage."""

from geo.locate.compiled import warm
from geo.locate.locator import Locator

__all__ = ["Locator", "warm"]
