"""Check again after an edit: the edited grids and their neighbours alone, with the same list."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from geo.coverage.certificate import (
    Residual,
    ground_segments,
    left_over,
    residual,
    segments_at,
    segments_near,
)
from geo.coverage.displaced import unmatched
from geo.coverage.faults import Fault
from geo.coverage.gate import Admitted, admit, is_plain
from geo.coverage.grids import Floats, Grids, Ints
from geo.coverage.inspection import inspect, observed_in, told
from geo.coverage.segments import Segments, exact_keys
from geo.coverage.shape import Limits, ShapeFault, shape_faults

_BESIDE_M = 1.0
_KEPT_GRIDS = 20_000
"""Up to this many grids the segments of all are kept from the beginning."""

Hashes = npt.NDArray[np.uint64]
Row = tuple[int, int]
"""Depth and row of a grid."""


class Watched:
    """A coverage under edit that knows at any time what is wrong with it.

    Parameters
    ----------
    grids
        The grids to begin with.
    crs, limits
        As in `inspect`.
    """

    def __init__(
        self, grids: Grids, *, crs: pyproj.CRS | None = None, limits: Limits | None = None
    ) -> None:
        self._crs = crs
        self._limits = limits or Limits()
        self._set(grids)

    def _set(self, grids: Grids) -> None:
        """Look at everything."""
        self.grids = grids
        admitted = admit(grids)
        self._plain = not admitted.faults and not admitted.invalid
        self._left = residual(admitted.grids) if self._plain else None
        self._shapes = shape_faults(grids, self._limits) if self._plain else []
        self._ground = ground_segments(grids)
        if self._plain and sum(map(len, grids.levels)) <= _KEPT_GRIDS:
            for depth, level in enumerate(grids.levels):
                segments_at(grids, depth, np.arange(len(level)))
        self.faults = inspect(grids, crs=self._crs, limits=self._limits)

    def edited(self, shapes: Mapping[Row, BaseGeometry]) -> list[Fault]:
        """Put other shapes in the place of some, and return all faults of the coverage now.

        Parameters
        ----------
        shapes
            New shape by (depth, row).

        Returns
        -------
        list of Fault
            The same list, in the same order, as a full check gives.
        """
        grids = self.grids.edited(dict(shapes))
        left = self._left
        if left is None or not all(
            is_plain(shape, self.grids.levels[depth].geometry[row])
            for (depth, row), shape in shapes.items()
        ):
            self._set(grids)
            return self.faults
        left = updated(self.grids, grids, left, list(shapes), self._ground)
        if len(left) and unmatched(grids, left):
            self._set(grids)
            return self.faults
        seen = observed_in(grids, left)[0] if len(left) else []
        self._shapes = self._updated_shapes(grids, shapes)
        self.grids, self._left = grids, left
        self.faults = told(Admitted(grids, [], {}), seen, self._shapes, [])
        return self.faults

    def _updated_shapes(self, grids: Grids, shapes: Mapping[Row, BaseGeometry]) -> list[ShapeFault]:
        codes = {grids.levels[depth].codes[row] for depth, row in shapes}
        kept = [one for one in self._shapes if codes.isdisjoint(one.fault.codes)]
        places = np.array(
            [*shapes.values(), *(self.grids.levels[at].geometry[row] for at, row in shapes)],
            dtype=object,
        )
        own = _rows_by_depth(shapes)
        beside = len(kept) < len(self._shapes) or any(
            shapely.dwithin(one.reach, places, _BESIDE_M).any() for one in kept
        )
        if not beside and not shape_faults(grids, self._limits, own):
            return kept  # a fault that grids share is one of the edited grid, or there already
        only = {depth: grids.near(depth, places, _BESIDE_M) for depth in range(len(grids.levels))}
        fresh = shape_faults(grids, self._limits, only)
        return [*kept, *(one for one in fresh if not codes.isdisjoint(one.fault.codes))]


def _rows_by_depth(rows: Iterable[Row]) -> dict[int, Ints]:
    found: dict[int, list[int]] = defaultdict(list)
    for depth, row in rows:
        found[depth].append(row)
    return {depth: np.array(sorted(members)) for depth, members in found.items()}


def updated(
    before: Grids, after: Grids, left: Residual, rows: list[Row], ground: Segments
) -> Residual:
    """Return the residual after an edit; only sums of segments that changed are made again.

    Parameters
    ----------
    before, after
        The grids before and after the edit.
    left
        Residual before.
    rows
        (depth, row) of the grids edited.
    ground
        The jurisdiction's segments as they are after the edit.
    """
    touched, hashes = _touched(before, after, rows)
    if not len(touched):
        return left
    wanted = exact_keys(touched)
    places = np.asarray(shapely.linestrings(touched.reshape(-1, 2, 2)), object)
    parts = [ground, *segments_near(after, places)]
    every = Segments.joined(parts)
    alike = np.flatnonzero(np.isin(every.keys, hashes))
    same = alike[np.isin(exact_keys(every.ends[alike]), wanted)]
    borders = np.searchsorted(same, np.cumsum([0, *map(len, parts)]))
    levels = [every.taken(same[low:high]) for low, high in itertools.pairwise(borders.tolist())]
    pairs = dict(enumerate(itertools.pairwise(levels)))
    kept = left.taken(~np.isin(exact_keys(left.ends), wanted)) if len(left) else left
    return Residual.joined([kept, left_over(after, pairs)])


def _touched(before: Grids, after: Grids, rows: list[Row]) -> tuple[Floats, Hashes]:
    """Return ends and hashes of the segments that a row's old and new shape do not share."""
    found: list[bytes] = []
    for depth, row in rows:
        old, new = (
            np.column_stack([some.ends, some.keys.view(np.float64), some.sign])
            .view("V48")
            .reshape(-1)
            .tolist()
            for some in (segments_at(grids, depth, np.array([row])) for grids in (before, after))
        )
        found.extend(sorted(set(old) ^ set(new)))  # a polygon has each segment once
    rest = np.frombuffer(b"".join(found)).reshape(-1, 6)
    return rest[:, :4], np.ascontiguousarray(rest[:, 4]).view(np.uint64)
