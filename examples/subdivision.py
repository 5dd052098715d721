"""Cut a rectangle into weighted parts, again and again; every cut is a street, a wall or water.

The drawing board is flat and square-cornered, with whole metres as coordinates, so parts meet
exactly; `examples.ground` bends it into streets that look like streets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple


class Rectangle(NamedTuple):
    """A rectangle of the drawing board, whole metres."""

    left: int
    bottom: int
    right: int
    top: int

    @property
    def width(self) -> int:
        """Extent from left to right, m."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Extent from bottom to top, m."""
        return self.top - self.bottom

    @property
    def lies_wide(self) -> bool:
        """True where it is at least as wide as high."""
        return self.width >= self.height

    def inset(self, margin: int) -> Rectangle:
        """Return the rectangle shrunk by a margin on every side."""
        return Rectangle(
            self.left + margin, self.bottom + margin, self.right - margin, self.top - margin
        )


class Cut(NamedTuple):
    """A straight line between two parts, from one end to the other, and how deep it was made.

    ``depth`` counts the cuts that were made before it in the same division, 0 for the first.
    """

    x0: int
    y0: int
    x1: int
    y1: int
    depth: int


@dataclass(frozen=True)
class Division:
    """The parts of a rectangle, in the order of the weights, and the cuts between them."""

    parts: list[Rectangle] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)


def divide(rectangle: Rectangle, weights: Sequence[float]) -> Division:
    """Cut a rectangle into parts whose areas go by the weights, across its longer side first."""
    division = Division()
    _divide(rectangle, list(weights), 0, division)
    return division


def _divide(rectangle: Rectangle, weights: list[float], depth: int, into: Division) -> None:
    if len(weights) == 1:
        into.parts.append(rectangle)
        return
    middle = len(weights) // 2
    halves = strips(rectangle, (sum(weights[:middle]), sum(weights[middle:])), depth=depth)
    into.cuts.extend(halves.cuts)
    _divide(halves.parts[0], weights[:middle], depth + 1, into)
    _divide(halves.parts[1], weights[middle:], depth + 1, into)


def strips(rectangle: Rectangle, shares: Sequence[float], *, depth: int = 0) -> Division:
    """Cut a rectangle into strips across its longer side, left to right or top to bottom."""
    left, bottom, right, top = rectangle
    along = rectangle.width if rectangle.lies_wide else rectangle.height
    total, reached, ends = sum(shares), 0.0, [0]
    for share in shares:
        reached += share
        ends.append(round(along * reached / total))
    division = Division()
    for start, end in pairwise(ends):
        if rectangle.lies_wide:
            division.parts.append(Rectangle(left + start, bottom, left + end, top))
        else:
            division.parts.append(Rectangle(left, top - end, right, top - start))
    for at in ends[1:-1]:
        if rectangle.lies_wide:
            division.cuts.append(Cut(left + at, bottom, left + at, top, depth))
        else:
            division.cuts.append(Cut(left, top - at, right, top - at, depth))
    return division
