"""Borders that follow what can be seen on the ground: B02."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.finding import Finding, Severity
from boundaries.rules.belonging import base_grids
from boundaries.rules.case import Case
from boundaries.rules.registry import rule

_PIECE_M = 10.0
_MOST = 0.5
"""Share of a level's grids beyond which straying has one common cause."""
_FIRST_VILLAGE = 200
"""Communities whose last three digits are below are residents', from here on villagers'."""
_RURAL = ("natural_village", "linear_village", "island")

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Pieces:
    """Stretches of inner border, at most 10 m long, of one level.

    Attributes
    ----------
    ends
        ``(n, 4)``: both ends, metres.
    grids
        ``(n, 2)``: positions of the grids on both sides.
    follow
        Whether a barrier, an estate's or a community's line is near.
    """

    ends: Floats
    grids: Indices
    follow: npt.NDArray[np.bool_]

    @property
    def length(self) -> Floats:
        """Length of each, metres."""
        return np.asarray(np.hypot(*(self.ends[:, 2:] - self.ends[:, :2]).T))


def barrier_tree(case: Case) -> shapely.STRtree:
    """Return everything that a border may follow, in stretches between two vertices."""
    barriers = case.barriers.geometry.to_numpy()
    estates = shapely.boundary(case.estates.geometry.to_numpy())
    areas = barriers[shapely.get_dimensions(barriers) == 2]  # noqa: PLR2004 - a river's surface
    lines = [stretches(barriers), stretches(estates), areas]
    return shapely.STRtree(np.concatenate(lines))


def stretches(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return the lines between two vertices of lines and areas."""
    ends, _ = _segments(shapes)
    return np.asarray(shapely.linestrings(ends.reshape(-1, 2, 2)), dtype=object)


def _segments(shapes: npt.NDArray[np.object_]) -> tuple[Floats, Indices]:
    """Return the ends of all segments, ``(n, 4)``, and the position of the shape of each."""
    parts, of_shape = shapely.get_parts(shapes, return_index=True)
    areas = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    rings, of_area = shapely.get_rings(parts[areas], return_index=True)
    lines = np.concatenate([parts[~areas], rings])
    owner = np.concatenate([of_shape[~areas], of_shape[areas][of_area]])
    places, of_line = shapely.get_coordinates(lines, return_index=True)
    joined = of_line[1:] == of_line[:-1]
    ends = np.hstack([places[:-1], places[1:]])[joined]
    return ends, owner[of_line[1:][joined]].astype(np.int64)


def near_barrier(case: Case, places: Floats, tolerance_m: Floats | float) -> npt.NDArray[np.bool_]:
    """Return which places, ``(n, 2)``, have something to follow within a tolerance."""
    near = np.zeros(len(places), dtype=bool)
    points = shapely.points(places)
    distance = np.broadcast_to(np.asarray(tolerance_m, dtype=np.float64), len(places))
    hits, _ = case.once(barrier_tree).query(points, predicate="dwithin", distance=distance)
    near[hits] = True
    return near


def inner_border(case: Case, level: int) -> Pieces:
    """Return the border between the grids of a level, in pieces."""
    at_level = (case.grids["level"] == level).to_numpy() & case.once(base_grids)
    positions = np.flatnonzero(at_level)
    ends, owner = _segments(case.sound_grids[positions])
    swapped = (ends[:, 0] > ends[:, 2]) | ((ends[:, 0] == ends[:, 2]) & (ends[:, 1] > ends[:, 3]))
    ends[swapped] = ends[swapped][:, [2, 3, 0, 1]]
    order = np.lexsort((owner, *ends.T))
    ends, owner = ends[order], positions[owner[order]]
    first = np.flatnonzero(np.append(True, (ends[1:] != ends[:-1]).any(axis=1)))
    times = np.diff(np.append(first, len(ends)))
    shared = first[times == 2]  # noqa: PLR2004 - a side each
    sides = np.column_stack([owner[shared], owner[shared + 1]])
    return _in_pieces(case, ends[shared], sides)


def _in_pieces(case: Case, ends: Floats, sides: Indices) -> Pieces:
    length = np.hypot(*(ends[:, 2:] - ends[:, :2]).T)
    number = np.maximum(np.ceil(length / _PIECE_M).astype(np.int64), 1)
    segment = np.repeat(np.arange(len(ends)), number)
    step = np.arange(len(segment)) - np.repeat(np.cumsum(number) - number, number)
    start, stop = step / number[segment], (step + 1) / number[segment]
    origin, along = ends[segment, :2], ends[segment, 2:] - ends[segment, :2]
    pieces = np.hstack([origin + along * start[:, None], origin + along * stop[:, None]])
    grids = sides[segment]
    community = case.grids["community"].to_numpy()
    follow = community[grids[:, 0]] != community[grids[:, 1]]
    middle = (pieces[~follow, :2] + pieces[~follow, 2:]) / 2
    tolerance = case.once(_tolerances)[grids[~follow]].max(axis=1, initial=0.0)
    follow[~follow] = near_barrier(case, middle, tolerance)
    return Pieces(pieces, grids, follow)


def _tolerances(case: Case) -> Floats:
    """Return how near a barrier must be to each grid's border, metres."""
    in_town, in_country = case.threshold("border_tolerance_m")
    digits = case.scheme.community_digits
    rural = [
        reason in _RURAL
        or (
            code[digits - 3 : digits].isdecimal()
            and int(code[digits - 3 : digits]) >= _FIRST_VILLAGE
        )
        for code, reason in zip(case.grids["code"], case.grids["reason"], strict=True)
    ]
    return np.where(rural, in_country, in_town).astype(np.float64)


@rule("B02", severity="W", thresholds=("border_share", "border_tolerance_m", "border_levels"))
def borders_follow_barriers(case: Case) -> Iterator[Finding]:
    """The border between grids follows roads, rivers, railways, walls, parcels or estate lines.

    At least 80 % of a grid's inner border must have such a line, or a community's, within 5 m in
    town and 15 m in the country. Of a grid that has less, each border with a neighbour that
    strays is a finding, drawn where it strays, told at the coarsest level that has it. Where more
    than half of a level's grids stray, or the town has no such lines at all, that is one cause and
    one finding. A scheme whose finest grids are made of single buildings can leave that level out.
    """
    if not len(case.barriers) and not len(case.estates):
        if len(case.grids):
            yield case.finding("B02.no_barriers", Severity.WARNING)
        return
    told: set[tuple[float, ...]] = set()
    for number in (level for level in case.levels if level in case.threshold("border_levels")):
        pieces = inner_border(case, number)
        share = _shares(pieces, len(case.grids))
        general = (case.grids["kind"] == "general").to_numpy()
        failing = (share < case.threshold("border_share")) & general
        astray = ~pieces.follow & failing[pieces.grids].any(axis=1)
        keys = [tuple(ends) for ends in pieces.ends[astray].tolist()]
        fresh = np.array([key not in told for key in keys], dtype=bool)
        told.update(keys)
        chosen = np.flatnonzero(astray)[fresh]
        bordering = np.unique(pieces.grids)
        if failing[bordering].sum() > _MOST * len(bordering) and len(chosen):
            yield _mostly(case, number, pieces, chosen, np.flatnonzero(failing))
        else:
            yield from _astray(case, number, pieces, chosen, share)


def _shares(pieces: Pieces, grids: int) -> Floats:
    """Return the share of each grid's inner border that follows something; 1 without border."""
    length = np.repeat(pieces.length, 2)
    total = np.bincount(pieces.grids.ravel(), weights=length, minlength=grids)
    good = np.bincount(
        pieces.grids.ravel(), weights=length * np.repeat(pieces.follow, 2), minlength=grids
    )
    return np.divide(good, total, out=np.ones(grids), where=total > 0)


def _mostly(case: Case, level: int, pieces: Pieces, chosen: Indices, failing: Indices) -> Finding:
    length_m = float(pieces.length[chosen].sum())
    return case.finding(
        "B02.most",
        Severity.WARNING,
        level=level,
        grids=case.grids["code"].iloc[failing],
        place=_joined(pieces.ends[chosen]),
        measure=length_m,
        unit="m",
        number=len(failing),
        all_grids=len(case.level(level)),
        least=float(case.threshold("border_share")) * 100,
        kilometres=length_m / 1000,
    )


def _astray(
    case: Case, level: int, pieces: Pieces, chosen: Indices, share: Floats
) -> Iterator[Finding]:
    pairs, which = np.unique(pieces.grids[chosen], axis=0, return_inverse=True)
    tolerances = case.once(_tolerances)
    for at, pair in enumerate(pairs):
        members = chosen[which.ravel() == at]
        length_m = float(pieces.length[members].sum())
        if length_m <= tolerances[pair].max():
            continue
        yield case.finding(
            "B02.astray",
            Severity.WARNING,
            level=level,
            grids=case.grids["code"].iloc[pair],
            place=_joined(pieces.ends[members]),
            measure=length_m,
            unit="m",
            between=" | ".join(case.label(int(position)) for position in pair),
            percent=float(share[pair].min()) * 100,
        )


def _joined(ends: Floats) -> BaseGeometry:
    return shapely.line_merge(shapely.MultiLineString(list(ends.reshape(-1, 2, 2))))
