"""Faults of size, of borders and of coverage, to be planted in the demo town."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import shapely
import shapely.affinity
import shapely.ops
from shapely.geometry.base import BaseGeometry

from boundaries.check import check
from examples.planting import Ground, Planted, Plants, bent
from geo.layers import STORED_CRS

# --- size ---


def _too_many_households(ground: Ground) -> Plants:
    grid = ground.grid(3)
    ground.set(grid, households=26)
    return [Planted("S01", "over", 3, (grid,))]


def _too_few_children(ground: Ground) -> Plants:
    """Move households from six grids to a sister, which would need a child more."""
    families = (ground.general_children(first) for first in ground.codes(1))
    grid, *givers = next(family for family in families if len(family) > 4)
    ground.take(grid)
    ground.set(grid, households=ground.households(grid) + 7 * len(givers))
    for giver in givers:
        ground.set(giver, households=ground.households(giver) - 7)
    return [Planted("S03", "few", 2, (grid,))]


def _uneven_community(ground: Ground) -> Plants:
    """Bring half of a community's grids to the band's lower end, at the others' cost."""
    community = ground.take(next(ground.codes(1)))[:12]
    grids = [code for code in ground.plan.grids["code"] if code[:12] == community]
    grids = [code for code in grids if len(code) == 15 and ground.households(code)]
    grids.sort(key=lambda code: len(ground.children(code)))
    larger = grids[(len(grids) + 1) // 2 :]
    for at, smaller in enumerate(grids[: -len(larger)]):
        taker = larger[at % len(larger)]
        ground.set(taker, households=ground.households(taker) + ground.households(smaller) - 300)
        ground.set(smaller, households=300)
    for code in grids:
        ground.take(code)
    return [Planted("S05", "uneven", 1, tuple(sorted(grids)))]


def _ragged_border(ground: Ground) -> Plants:
    """Lead a wall in battlements between two grids: both have a long border for their area."""
    edges, one, other = ground.whole_border(clear_m=12.5)
    for number, edge in enumerate(edges):
        through = [
            ground.into(edge, grid, along, 11.5)
            for finger in range(3)
            for along, grid in zip(
                0.17 + 0.66 / 3 * (finger + np.array([0.1, 0.4, 0.6, 0.9])),
                (one, one, other, other),
                strict=True,
            )
        ]
        start, end = ground.beside(edge, 0.15, 0.0), ground.beside(edge, 0.85, 0.0)
        through = [start, *through, end]
        ground.bend((one, other), edge, *through)
        wall = {"id": f"W-ragged-{number}", "kind": "wall", "rank": 3}
        ground.append("barriers", wall, shapely.LineString([edge[0], *through, edge[1]]))
    return [Planted("S06", "thin", 3, (code,)) for code in sorted((one, other))]


def _far_building(ground: Ground) -> Plants:
    """Ask, as a deployment, for shorter ways than the widest grid has."""
    ground.thresholds["reach_m"] = [2000.0, 800.0, 0.0]
    reach = check(
        replace(ground.town, scheme=replace(ground.town.scheme, thresholds=ground.thresholds)),
        ground.plan,
        rules=["S07"],
    ).findings
    widest, next_widest = sorted(reach, key=lambda found: -(found.measure or 0.0))[:2]
    limit = ((widest.measure or 0.0) + (next_widest.measure or 0.0)) / 2
    ground.thresholds["reach_m"] = [2000.0, 800.0, limit]
    ground.take(widest.grids[0])
    return [Planted("S07", "far", 3, widest.grids)]


def _large_community(ground: Ground) -> Plants:
    """Set, as a deployment, the limit below the largest community."""
    sizes = sorted(ground.layers["communities"]["households"], reverse=True)
    ground.thresholds["community_households"] = [1000, int(sizes[0]) - 1]
    return [Planted("S08", "large")]


def _estimated_count(ground: Ground) -> Plants:
    grid = ground.grid(3)
    ground.set(grid, estimated=True)
    return [Planted("S09", "estimated", 3, (grid,))]


# --- borders ---


def _outside_the_community(ground: Ground) -> Plants:
    edge, one, other = ground.border(9)
    point = ground.into(edge, other, 0.5, 2.0)
    for code in (one, other):
        ground.bend((code[:15], code[:17], code), edge, point)
    return [Planted("B01", "outside", 1, (one[:15],))]


def _border_along_nothing(ground: Ground) -> Plants:
    _, one, other = ground.border(17)
    line = ground.shared_line(one, other)
    middle = shapely.ops.substring(line, 0.14, 0.86, normalized=True)
    gone = middle.buffer(6.0 / ground.metres_east, cap_style="flat")
    barriers = ground.layers["barriers"]
    barriers = barriers.set_geometry(barriers.geometry.difference(gone), crs=STORED_CRS)
    ground.layers["barriers"] = barriers[~barriers.geometry.is_empty]
    return [Planted("B02", "astray", 3, tuple(sorted((one, other))))]


def _cut_building(ground: Ground) -> Plants:
    edge, one, other = ground.border(17)
    building = ground.assignments["building"][ground.assignments["grid"] == one].iloc[0]
    beyond = shapely.Point(ground.into(edge, other, 0.5, 3.0)).buffer(2e-5)
    _enlarge(ground, "buildings", building, beyond)
    return [Planted("B03", "cut", 3, tuple(sorted((one, other))))]


def _enlarge(ground: Ground, layer: str, feature: str, more: BaseGeometry) -> None:
    frame = ground.layers[layer]
    row = frame.index[frame["id"] == feature][0]
    frame.loc[row, "geometry"] = frame.geometry[row].union(more).convex_hull


def _cut_school(ground: Ground) -> Plants:
    """Let a school's compound reach into the general grid beside it."""
    estates = ground.layers["estates"]
    schools = estates[estates["kind"] == "school"]
    for school, shape in zip(schools["id"], schools.geometry, strict=True):
        own = ground.holder(2, shape.representative_point())
        sisters = [code for code in ground.codes(2) if code[:15] == own[:15] and code != own]
        if not sisters:
            continue
        other = ground.nearest(sisters, shape)
        way = ground.in_metres(shapely.shortest_line(shape.centroid, ground.shape(other)).coords)
        (x, y), (to_x, to_y) = way
        beyond = 1 + 14.0 / float(np.hypot(to_x - x, to_y - y))
        middle = ground.in_degrees((x + beyond * (to_x - x), y + beyond * (to_y - y)))
        _enlarge(ground, "estates", school, ground.square(middle, 12.0))
        ground.take(other)
        return [Planted("B04", "cut", 2, tuple(sorted((own, other))))]
    raise LookupError("school")


def _exclave(ground: Ground) -> Plants:
    """Give a grid a small square inside its sister."""
    _, one, other = ground.border(17)
    square = ground.spot(other, 3.0)
    ground.reshape(other, ground.shape(other).difference(square))
    ground.reshape(one, ground.shape(one).union(square))
    return [Planted("B05", "part.second", 3, (one,))]


def _hole(ground: Ground) -> Plants:
    grid = ground.grid(3)
    ground.reshape(grid, ground.shape(grid).difference(ground.spot(grid, 3.0)))
    return [Planted("B06", "gap.hole", 3, (grid,))]


def _short_segment(ground: Ground) -> Plants:
    edge, one, other = ground.border(17)
    through = (ground.into(edge, one, 0.5, 1.0), ground.into(edge, one, 0.502, 1.0))
    ground.bend((one, other), edge, *through)
    return [Planted("B07", "micro.segment", 3, tuple(sorted((one, other))))]


def _vertex_of_one_side(ground: Ground) -> Plants:
    edge, one, other = ground.border(17)
    ground.bend((one,), edge, ground.into(edge, other, 0.5, 0.005))
    return [Planted("B08", "overlap.vertex", 3, tuple(sorted((one, other))))]


def _same_name(ground: Ground) -> Plants:
    grid = ground.grid(3)
    sister = next(code for code in ground.children(grid[:17]) if code != grid)
    name = ground.plan.grids.set_index("code")["name"][sister]
    ground.set(grid, name=name)
    return [Planted("B11", "repeated", 3, tuple(sorted((grid, sister))))]


# --- coverage ---


def _gap(ground: Ground) -> Plants:
    """Leave a sliver, 0.3 m wide, between two grids."""
    edge, one, other = ground.border(17)
    ground.bend(
        (other,), edge, ground.into(edge, other, 0.1, 0.3), ground.into(edge, other, 0.9, 0.3)
    )
    return [Planted("C01", "gap.inside", 3, tuple(sorted((one, other))))]


def _overlap(ground: Ground) -> Plants:
    """Lay one grid over another by about 0.2 m²."""
    edge, one, other = ground.border(17)
    ground.bend((one,), edge, ground.into(edge, other, 0.5, 0.02))
    return [Planted("C02", "overlap.vertex", 3, tuple(sorted((one, other))))]


def _community_over_another(ground: Ground) -> Plants:
    edge, one, other = ground.border(9)
    point = ground.into(edge, other, 0.5, 2.0)
    communities = ground.layers["communities"]
    row = communities.index[communities["code"] == one[:12]][0]
    communities.loc[row, "geometry"] = bent(communities.geometry[row], edge, (point,))
    return [Planted("C03", "parent.line", None, (one[:12],))]


def _register_of_another_grid(ground: Ground) -> Plants:
    grid = ground.grid(3)
    building = ground.assignments["building"][ground.assignments["grid"] == grid].iloc[0]
    other = next(code for code in ground.codes(3) if code != grid)
    addresses = ground.layers["addresses"]
    row = addresses.index[addresses["building_id"] == building][0]
    addresses.loc[row, "grid"] = other
    return [Planted("C04", "register", 3, tuple(sorted((grid, other))))]


def _addresses_without_places(ground: Ground) -> Plants:
    addresses, communities = ground.layers["addresses"], ground.layers["communities"]
    inside = np.flatnonzero(addresses.geometry.within(communities.geometry.iloc[-1]))
    for row in inside[: len(inside) // 90 + 1]:
        addresses.loc[addresses.index[row], "geometry"] = None
    return [Planted("C05", "unplaced")]


def _child_across_two_parents(ground: Ground) -> Plants:
    edge, one, other = ground.border(15)
    ground.bend((one, other), edge, ground.into(edge, other, 0.5, 2.0))
    return [Planted("C06", "leak.parent", 3, tuple(sorted((one, other))))]


def _building_left_out(ground: Ground) -> Plants:
    grid = ground.grid(3)
    building = ground.assignments["building"][ground.assignments["grid"] == grid].iloc[0]
    ground.assignments = ground.assignments[ground.assignments["building"] != building]
    return [Planted("C07", "none", 3)]


def _ledger_of_another_year(ground: Ground) -> Plants:
    communities = ground.layers["communities"]
    row = communities.index[communities["households"] == communities["households"].min()][0]
    communities.loc[row, "households"] += 40
    grids = ground.plan.grids
    chosen = (grids["level"] == 1) & (grids["community"] == communities["code"][row])
    return [Planted("C09", "sum", 1, tuple(sorted(grids["code"][chosen])))]


ON_GROUND: tuple[Callable[[Ground], Plants], ...] = (
    _too_many_households,
    _too_few_children,
    _uneven_community,
    _ragged_border,
    _far_building,
    _large_community,
    _estimated_count,
    _outside_the_community,
    _border_along_nothing,
    _cut_building,
    _cut_school,
    _exclave,
    _hole,
    _short_segment,
    _vertex_of_one_side,
    _same_name,
    _gap,
    _overlap,
    _community_over_another,
    _register_of_another_grid,
    _addresses_without_places,
    _child_across_two_parents,
    _building_left_out,
    _ledger_of_another_year,
)
