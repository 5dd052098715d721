"""Shared borders as arcs: a line between two nodes with a grid on its left and one on its right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geo.coverage.grids import Floats, Objects
from geo.coverage.segments import segments_of

OUTSIDE = -1
"""Row on the side of an arc where no grid is."""
_PASSING = 2
"""Segments that meet at a vertex which is no node."""


@dataclass(frozen=True)
class Arc:
    """A stretch of border with the same two sides all along.

    Attributes
    ----------
    places
        Vertices from node to node, shape (n, 2); a ring without node ends where it begins.
    left, right
        Rows of the grids on both sides; `OUTSIDE` where there is none.
    """

    places: Floats
    left: int
    right: int

    @property
    def length(self) -> float:
        """Length in the unit of the coordinates."""
        return float(np.hypot(*np.diff(self.places, axis=0).T).sum())

    @property
    def line(self) -> shapely.LineString:
        """The arc as a line."""
        return shapely.LineString(self.places)


def arcs(shapes: Objects) -> list[Arc]:
    """Return the arcs of a level whose vertices are matched.

    Parameters
    ----------
    shapes
        Valid polygons that tile their ground; what is proved needs no tolerance here.

    Returns
    -------
    list of Arc
        Ordered by their sides and their beginnings.
    """
    net = _Net(shapes)
    found = list(net.chains())
    return sorted(found, key=lambda arc: (arc.left, arc.right, *arc.places[0].tolist()))


class _Net:
    """The segments of a level, each once, and the vertices that they meet at."""

    def __init__(self, shapes: Objects) -> None:
        ends, self._left, self._right = _sides(shapes)
        self._places, vertex = np.unique(ends.reshape(-1, 2), axis=0, return_inverse=True)
        self._vertex: list[list[int]] = vertex.reshape(-1, 2).tolist()
        self._at: dict[int, list[int]] = defaultdict(list)
        for number, (one, other) in enumerate(self._vertex):
            self._at[one].append(number)
            self._at[other].append(number)
        self._nodes = {place for place, meeting in self._at.items() if len(meeting) != _PASSING}
        self._used = np.zeros(len(self._vertex), bool)

    def chains(self) -> Iterator[Arc]:
        """Yield the arcs: first those that begin at nodes, then rings without any."""
        starts = [number for node in sorted(self._nodes) for number in self._at[node]]
        for number in [*starts, *range(len(self._vertex))]:
            if self._used[number]:
                continue
            one, other = self._vertex[number]
            first = one if one in self._nodes or other not in self._nodes else other
            chain = self._followed(number, first)
            left, right = int(self._left[number]), int(self._right[number])
            sides = (left, right) if chain[0] == one else (right, left)
            yield Arc(self._places[chain], *sides)

    def _followed(self, number: int, first: int) -> list[int]:
        """Follow segments from one vertex until a node, or round to the beginning."""
        chain = [first]
        here = first
        while True:
            self._used[number] = True
            one, other = self._vertex[number]
            here = other if one == here else one
            chain.append(here)
            if here in self._nodes or here == first:
                return chain
            number = next(segment for segment in self._at[here] if not self._used[segment])


def _sides(
    shapes: Objects,
) -> tuple[Floats, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return every segment once with the rows on its left and right, from lower to higher end."""
    segments = segments_of(shapes)
    ends, number = np.unique(segments.ends, axis=0, return_inverse=True)
    number = number.reshape(-1)
    left = np.full(len(ends), OUTSIDE)
    right = np.full(len(ends), OUTSIDE)
    ahead = segments.sign > 0
    left[number[ahead]] = segments.owner[ahead]
    right[number[~ahead]] = segments.owner[~ahead]
    return ends, left, right


def neighbours(found: list[Arc]) -> dict[tuple[int, int], float]:
    """Return the length of the border that two grids share, by their rows, the lower one first.

    A border with the outside has `OUTSIDE` as its first row.
    """
    shared: dict[tuple[int, int], float] = defaultdict(float)
    for arc in found:
        if arc.left != arc.right:
            shared[min(arc.left, arc.right), max(arc.left, arc.right)] += arc.length
    return dict(shared)
