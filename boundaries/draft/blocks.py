"""Street blocks: what streets, water, railways, walls, estate and community lines enclose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from boundaries.draft.absorbing import absorbed
from boundaries.draft.arrangement import Borders, Projection, Shapes, borders_of, inner_points
from boundaries.draft.compiled import Flags, Integers
from boundaries.draft.graph import OPEN
from boundaries.draft.ground import Ground, community_of, estate_of
from boundaries.town import Town


@dataclass(frozen=True)
class Blocks:
    """Street blocks in metres, and the community and estate that each lies in."""

    shapes: Shapes
    community: Integers
    estate: Integers

    def at(self, inner: Shapes) -> Integers:
        """Return the block of every point in metres; the nearest where rounding moved a border."""
        tree = shapely.STRtree(self.shapes)
        point, block = tree.query(inner, predicate="intersects")
        found = np.full(len(inner), -1, np.int64)
        found[point[::-1]] = block[::-1]
        lost = np.flatnonzero(found < 0)
        if len(lost):
            nearest = tree.query_nearest(inner[lost], all_matches=False)
            found[lost[nearest[0]]] = nearest[1]
        return found


def blocks_of(faces: Shapes, town: Town, ground: Ground, projection: Projection) -> Blocks:
    """Return the blocks that the faces between a town's lines make; small ones join others."""
    inner = inner_points(faces)
    community, estate = community_of(town, inner), estate_of(town, inner)
    shapes = projection.metres(faces)
    area = shapely.area(shapes)
    part_of_building = np.zeros(len(faces), bool)
    _, face = shapely.STRtree(projection.metres(inner)).query(
        ground.straddling, predicate="intersects"
    )
    part_of_building[face] = True
    borders = borders_of(faces, projection)
    label = absorbed(
        borders.without(_shut(borders, ground, projection.metres(inner), part_of_building)),
        area,
        shapely.length(shapes),
        community,
        estate,
        must=part_of_building,
    )
    number = np.unique(label, return_inverse=True)[1]
    members = np.argsort(number, kind="stable")
    groups = np.split(members, np.cumsum(np.bincount(number))[:-1])
    whole = np.array([shapely.coverage_union_all(faces[group]) for group in groups], dtype=object)
    largest = [group[np.argmax(area[group])] for group in groups]
    return Blocks(projection.metres(whole), community[largest], estate[largest])


def _shut(borders: Borders, ground: Ground, inner: Shapes, part_of_building: Flags) -> Flags:
    """Return the edges that no block may lie across, for what is locked.

    A building that a locked line was led around joins the ground on one of its sides alone.
    """
    shut = ground.locked.level_at(borders) < OPEN
    if not len(ground.locked_round):
        return shut
    passed = shapely.polygonize(ground.locked_round.shapes)
    faces = np.flatnonzero(part_of_building & shapely.intersects(passed, inner))
    for face in faces.tolist():
        here = np.flatnonzero(((borders.one == face) | (borders.other == face)) & ~shut)
        beside = np.where(borders.one[here] == face, borders.other[here], borders.one[here])
        shared = np.bincount(beside + 1, borders.length_m[here], minlength=2)
        shared[0] = 0.0
        shut[here[beside != int(np.argmax(shared)) - 1]] = True
    return shut
