"""The lines that street blocks are made of, and the buildings that they must not cut."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from boundaries.draft.arrangement import Points, Projection, Shapes
from boundaries.draft.compiled import Integers
from boundaries.draft.graph import OPEN
from boundaries.draft.locked_lines import LockedLines
from boundaries.draft.parallels import one_of_parallels
from boundaries.town import Town
from geo.layers import STORED_CRS

_GREATEST = {"railway": 4, "river": 4, "wall": 2}
_INSIDE_M = 0.3
_ESTATE_LINE, _LOCKED = 1, 100
_AREAL = 2


@dataclass(frozen=True)
class Ground:
    """What the blocks of a town are cut from, in metres.

    Attributes
    ----------
    outline
        The jurisdiction.
    fixed
        Community lines: they stay where they are.
    lines
        Barriers and estate lines, led around the buildings that they would cut.
    line_class
        Of every line: the greater, the greater the barrier.
    straddling
        Buildings that lines were led around, in whole.
    locked, locked_round
        Lines that no grid may cross, as far as they lie outside of buildings, and the outlines
        of the buildings that they were led around.
    """

    outline: shapely.Geometry
    fixed: Shapes
    lines: Shapes
    line_class: Integers
    straddling: Shapes
    locked: LockedLines
    locked_round: LockedLines


def ground_of(town: Town, projection: Projection, locked: LockedLines | None = None) -> Ground:
    """Gather a town's lines; locked ones are greater than all but community lines.

    Of lines side by side only the greatest is kept.
    Where a line runs through a building it is cut out there, and the building's outline takes
    its place: no cell will cut the building.
    """
    outline = shapely.union_all(projection.metres(town.jurisdiction.geometry.to_numpy()))
    fixed = [
        shapely.boundary(outline),
        *shapely.boundary(projection.metres(town.communities.geometry.to_numpy())),
    ]
    lines, classes = _barrier_lines(town, projection)
    estates = shapely.boundary(projection.metres(town.estates.geometry.to_numpy()))
    lines = np.concatenate([lines, estates])
    classes = np.concatenate([classes, np.full(len(estates), _ESTATE_LINE)])
    locked = locked or LockedLines()
    lines = np.concatenate([projection.metres(locked.shapes), lines])
    classes = np.concatenate([_LOCKED + np.arange(len(locked)), classes])
    present = ~shapely.is_empty(lines)
    lines, classes = one_of_parallels(np.array(fixed), lines[present], classes[present])
    level = np.full(len(lines), OPEN, np.int64)
    level[classes >= _LOCKED] = locked.level[classes[classes >= _LOCKED] - _LOCKED]
    classes = np.minimum(classes, max(_GREATEST.values()))
    footprints = projection.metres(town.buildings.geometry.to_numpy())
    straddling = _cut_by(footprints, lines, outline)
    is_locked = level < OPEN
    round_about = LockedLines()
    for each, line in zip(level[is_locked].tolist(), lines[is_locked], strict=True):
        passed = _cut_by(footprints, np.array([line]), outline)
        round_about = round_about.joined(LockedLines.of(passed, each))
    if len(straddling):
        lines = shapely.difference(lines, shapely.union_all(straddling))
    kept = LockedLines(lines[is_locked], level[is_locked])
    return Ground(outline, np.array(fixed), lines, classes, straddling, kept, round_about)


def _barrier_lines(town: Town, projection: Projection) -> tuple[Shapes, Integers]:
    barriers = town.barriers
    rank = barriers["rank"].fillna(3).to_numpy(dtype=np.int64)
    kind = barriers["kind"].to_numpy()
    lines = projection.metres(barriers.geometry.to_numpy())
    areal = shapely.get_dimensions(lines) == _AREAL
    lines[areal] = shapely.boundary(lines[areal])
    classes = [
        _GREATEST.get(one, max(5 - grade, 1))
        for one, grade in zip(kind, rank.tolist(), strict=True)
    ]
    return lines, np.array(classes, np.int64)


def _cut_by(footprints: Shapes, lines: Shapes, outline: shapely.Geometry) -> Shapes:
    """Return the footprints that a line runs through, more than skin-deep, in the outline."""
    core = shapely.buffer(footprints, -_INSIDE_M)
    alive = np.flatnonzero(~shapely.is_empty(core))
    cut, _ = shapely.STRtree(lines).query(core[alive], predicate="intersects")
    found = footprints[alive[np.unique(cut)]]
    shapely.prepare(outline)
    return found[shapely.contains_properly(outline, found)] if len(found) else found


def classes_at(ground: Ground, places: Points, within_m: float) -> Integers:
    """Return the class of the greatest line within a distance of every place, 1 where none."""
    points = shapely.points(places)
    place, line = shapely.STRtree(ground.lines).query(
        points, predicate="dwithin", distance=within_m
    )
    found = np.ones(len(places), np.int64)
    np.maximum.at(found, place, ground.line_class[line])
    return found


def community_of(town: Town, inner: Shapes) -> Integers:
    """Return the community (row) of every inner point in degrees; the nearest where in none."""
    tree = shapely.STRtree(town.communities.geometry.to_numpy())
    point, area = tree.query(inner, predicate="intersects")
    community = np.full(len(inner), -1, np.int64)
    community[point[::-1]] = area[::-1]
    lost = np.flatnonzero(community < 0)
    if len(lost):
        nearest = tree.query_nearest(inner[lost], all_matches=False)
        community[lost[nearest[0]]] = nearest[1]
    return community


def estate_of(town: Town, inner: Shapes) -> Integers:
    """Return the estate (row) of every inner point in degrees, the smallest one; -1 for none."""
    estates = town.estates.geometry.to_numpy()
    point, area = shapely.STRtree(estates).query(inner, predicate="intersects")
    size = shapely.area(estates)[area]
    order = np.lexsort((area, size, point))
    point, area = point[order], area[order]
    first = np.unique(point, return_index=True)[1]
    found = np.full(len(inner), -1, np.int64)
    found[point[first]] = area[first]
    return found


def with_community(town: Town) -> Town:
    """Return the town with one row in its jurisdiction and at least one community."""
    outline = shapely.union_all(town.jurisdiction.geometry.to_numpy())
    jurisdiction = town.jurisdiction.iloc[:1].set_geometry(
        gpd.GeoSeries([outline], index=town.jurisdiction.index[:1], crs=STORED_CRS)
    )
    town = town.with_layers(jurisdiction=jurisdiction)
    if len(town.communities):
        return town
    from geo.layers import conform  # noqa: PLC0415

    code = str(jurisdiction["code"].iloc[0] or "")
    made_up = gpd.GeoDataFrame(
        {
            "code": [code.ljust(town.scheme.community_digits, "0")],
            "name": [jurisdiction["name"].iloc[0] or town.name],
        },
        geometry=[outline],
        crs=STORED_CRS,
    )
    return town.with_layers(communities=conform("communities", made_up))
