"""Borders that follow what can be seen on the ground: B02."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.bordering import REACH_M, Borders, borders_of, lines_of
from boundaries.finding import Finding, Severity
from boundaries.rules.case import Case
from boundaries.rules.registry import rule
from geo.coverage.arcs import OUTSIDE
from geo.coverage.following import NOTHING, Lines

_MOST = 0.5
"""Share of a level's grids beyond which straying has one common cause."""
_FIRST_VILLAGE = 200
"""Communities whose last three digits are below are residents', from here on villagers'."""
_RURAL = ("natural_village", "linear_village", "island")

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class InnerBorder:
    """The border between the grids of one level, in short stretches.

    Attributes
    ----------
    ends
        ``(n, 4)``: both ends, metres.
    grids
        ``(n, 2)``: positions of the grids on both sides.
    follow
        Whether a barrier is followed near enough, or an estate's or a community's line.
    """

    ends: Floats
    grids: Indices
    follow: npt.NDArray[np.bool_]

    @property
    def length(self) -> Floats:
        """Length of each, metres."""
        return np.asarray(np.hypot(*(self.ends[:, 2:] - self.ends[:, :2]).T))


def borders(case: Case) -> Borders:
    """Return the borders of all grids and the barrier that each stretch follows."""
    reach_m = max(REACH_M, *case.threshold("border_tolerance_m"))
    return borders_of(case.grids, case.sound_grids, case.once(barrier_lines), reach_m)


def barrier_lines(case: Case) -> Lines:
    """Return the barriers as lines that may be followed."""
    return lines_of(case.barriers)


def estate_lines(case: Case) -> Lines:
    """Return the outlines of the estates as lines that may be followed."""
    return Lines(shapely.boundary(case.estates.geometry.to_numpy()))


def _off_borders(case: Case) -> Floats:
    """Return how far off each stretch of border what it follows is; inf where that is nothing."""
    found = case.once(borders)
    off = np.where(found.pieces.line != NOTHING, found.pieces.nearest_m, np.inf)
    lines, reach_m = found.lines, max(case.threshold("border_tolerance_m"))
    loose = np.isin(lines.arc, lines.arc[found.pieces.segment[off > reach_m]])
    estates = case.once(estate_lines).followed(
        lines.start[loose], lines.end[loose], lines.arc[loose], reach_m
    )
    along = np.where(estates.line != NOTHING, estates.nearest_m, np.inf)
    at = loose[found.pieces.segment]
    off[at] = np.minimum(off[at], along)
    return off


def inner_border(case: Case, level: int) -> InnerBorder:
    """Return the border between the grids of a level."""
    found = case.once(borders)
    if level not in found.levels:
        return InnerBorder(np.zeros((0, 4)), np.zeros((0, 2), np.int64), np.zeros(0, bool))
    left, right = found.sides(level)
    inner = (left != OUTSIDE) & (right != OUTSIDE) & (left != right)
    grids = np.sort(np.column_stack([left, right])[inner], axis=1)
    community = case.grids["community"].to_numpy()
    follow = community[grids[:, 0]] != community[grids[:, 1]]
    tolerance = case.once(_tolerances)[grids].max(axis=1, initial=0.0)
    follow |= case.once(_off_borders)[inner] <= tolerance
    pieces = found.pieces
    follow |= (pieces.met_m[inner] <= tolerance) & (pieces.from_end_m[inner] <= tolerance)
    ends = np.hstack([found.pieces.start[inner], found.pieces.end[inner]])
    return InnerBorder(ends, grids, follow)


def share_along_barriers(case: Case, line: BaseGeometry) -> float:
    """Return the share of a line's length that follows barriers as near as in town, 0–1."""
    parts = shapely.get_parts(line)
    xy, of = shapely.get_coordinates(parts[shapely.get_dimensions(parts) == 1], return_index=True)
    same = of[1:] == of[:-1]
    pieces = case.once(barrier_lines).followed(
        xy[:-1][same], xy[1:][same], of[1:][same], float(case.threshold("border_tolerance_m")[0])
    )
    length = pieces.length
    total = float(length.sum())
    return float(length[pieces.line != NOTHING].sum()) / total if total else 1.0


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
    town and 15 m in the country. The line must run the same way and be followed for a stretch, as
    the bounds text (四至) has it; a border that ends at a line may be near it there. Of a grid
    that has less, each border with a neighbour that strays is a finding, drawn where it strays,
    told at the coarsest level that has it. Where more than half of a level's grids stray, or the
    town has no such lines at all, that is one cause and one finding. A scheme whose finest grids
    are made of single buildings can leave that level out.
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


def _shares(pieces: InnerBorder, grids: int) -> Floats:
    """Return the share of each grid's inner border that follows something; 1 without border."""
    length = np.repeat(pieces.length, 2)
    total = np.bincount(pieces.grids.ravel(), weights=length, minlength=grids)
    good = np.bincount(
        pieces.grids.ravel(), weights=length * np.repeat(pieces.follow, 2), minlength=grids
    )
    return np.divide(good, total, out=np.ones(grids), where=total > 0)


def _mostly(
    case: Case, level: int, pieces: InnerBorder, chosen: Indices, failing: Indices
) -> Finding:
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
    case: Case, level: int, pieces: InnerBorder, chosen: Indices, share: Floats
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
