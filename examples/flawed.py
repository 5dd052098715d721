"""The demo town with one planted fault of every rule, and the truth beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
import shapely.affinity
import shapely.ops
from shapely.geometry.base import BaseGeometry

from boundaries.check import check
from boundaries.history import History, Period
from boundaries.plan import Plan
from boundaries.scheme import Scheme, parse_scheme
from boundaries.town import Town
from examples.planting import Ground, bent
from examples.town import demo_town
from geo.datum import Datum, from_wgs84
from geo.layers import STORED_CRS, conform


@dataclass(frozen=True)
class Planted:
    """A fault that was planted, as the rule must find it.

    Attributes
    ----------
    rule
        The rule's ID.
    kind
        The kind within the rule.
    level
        Level of the grids; None where it is of none.
    grids
        Codes of the grids that the finding must name, sorted.
    """

    rule: str
    kind: str
    level: int | None = None
    grids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Flawed:
    """A town with planted faults, and the truth beside it.

    Attributes
    ----------
    town, plan, history
        What to check.
    truth
        Everything that the rules must find, besides what they say of the sound demo town already:
        one entry for each rule, a few for rules with two grids to name.
    """

    town: Town
    plan: Plan
    history: History
    truth: tuple[Planted, ...]


def flawed_town(seed: int = 7, *, today: date | None = None) -> Flawed:
    """Make the demo town with one planted fault of every rule but R03.

    A layer laid out in another datum (R03) would hide the faults planted in it: that is
    `shifted_town`.

    Parameters
    ----------
    seed
        The same seed gives the same town and the same faults.
    today
        Day on which the contacts were last verified (today by default).
    """
    town, plan = demo_town(seed, today=today)
    ground = Ground(town, plan)
    truth = [planted for plant in _PLANTS for planted in plant(ground)]
    start = datetime(2027, 1, 1, tzinfo=UTC)
    community = str(town.communities["code"].iloc[0])
    before = Period(community, "2026", start.replace(year=2026), datetime(2026, 12, 31, tzinfo=UTC))
    return Flawed(
        town=replace(town, scheme=_scheme(ground), **ground.layers),
        plan=plan.with_changes(
            grids=ground.grids,
            assignments=ground.assignments,
            contacts=ground.contacts,
            effective_from=start,
        ),
        history=History(periods=(before,)),
        truth=(*truth, Planted("C11", "gap")),
    )


def shifted_town(seed: int = 7, *, today: date | None = None) -> Flawed:
    """Make the demo town with its estates drawn in GCJ-02, as on a web map (R03).

    Parameters
    ----------
    seed, today
        As of `flawed_town`.
    """
    town, plan = demo_town(seed, today=today)

    def in_gcj02(places: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(from_wgs84(places[:, 0], places[:, 1], Datum.GCJ02))

    drawn = shapely.transform(town.estates.geometry.to_numpy(), in_gcj02)
    estates = town.estates.set_geometry(gpd.GeoSeries(drawn, crs=STORED_CRS))
    truth = (Planted("R03", "shifted"),)
    return Flawed(replace(town, estates=estates), plan, History(), truth)


def _scheme(ground: Ground) -> Scheme:
    """Return the deployment's own scheme: the shipped one but for the thresholds planted."""
    own = {
        name: value
        for name, value in ground.thresholds.items()
        if value != ground.town.scheme.thresholds[name]
    }
    lines = [f"{name} = {value}" for name, value in sorted(own.items())]
    return parse_scheme("\n".join(["[thresholds]", *lines, ""]))


Plants = list[Planted]


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


# --- codes ---


def _odd_code(ground: Ground) -> Plants:
    grid = ground.grid(3)
    odd = f"{grid[:-1]}X"
    ground.renumber({grid: odd})
    return [Planted("H01", "pattern", 3, (odd,))]


def _repeated_code(ground: Ground) -> Plants:
    grid = ground.grid(3)
    code = f"{grid[:17]}81"
    spot = ground.spot(grid, 2.0)
    ground.overlay([code], spot, name="东摊")
    ground.overlay([code], shapely.affinity.translate(spot, 1e-6), name="西摊", contact=False)
    return [Planted("H02", "repeated", 3, (code,))]


def _unknown_community(ground: Ground) -> Plants:
    grid = ground.grid(3)
    code = f"{grid[:9]}999901"
    ground.overlay([code], ground.spot(grid, 2.0), community=None)
    return [Planted("H03", "unknown", None, (code,))]


def _numbered_backwards(ground: Ground) -> Plants:
    for first in ground.codes(1):
        family = sorted(ground.general_children(first))
        points = [ground.shape(code).representative_point() for code in family]
        order = np.arange(len(family))
        eastward = np.corrcoef(order, np.argsort(np.argsort([p.x for p in points])))[0, 1]
        southward = np.corrcoef(order, np.argsort(np.argsort([-p.y for p in points])))[0, 1]
        if len(family) < 5 or min(eastward, southward) <= 0:
            continue
        ground.take(first)
        ground.renumber(dict(zip(family, reversed(family), strict=True)))
        return [Planted("H04", "order", 2, tuple(family))]
    raise LookupError("order")


def _orphan(ground: Ground) -> Plants:
    grid = ground.grid(3)
    ground.set(grid, parent=None)
    return [Planted("H05", "none", 3, (grid,))]


def _serials_used_up(ground: Ground) -> Plants:
    """Open a market of 95 stalls in one grid of the second level."""
    parent = ground.grid(2)
    hall = ground.spot(ground.children(parent)[0], 3.0)
    stalls = [f"{parent}{serial:02d}" for serial in range(4, 99)]
    ground.overlay(stalls, hall)
    return [Planted("H07", "few", 3, tuple(sorted([*ground.children(parent), *stalls])))]


# --- organisation ---


def _nobody_answers(ground: Ground) -> Plants:
    grid = ground.grid(2)
    ground.contacts = ground.contacts[ground.contacts["grid"] != grid]
    return [Planted("O01", "none", 2, (grid,))]


def _no_party_branch(ground: Ground) -> Plants:
    grid = ground.grid(1)
    ground.set(grid, party=None)
    return [Planted("O02", "none", 1, (grid,))]


def _no_party_group(ground: Ground) -> Plants:
    grid = ground.grid(2)
    ground.set(grid, party=None)
    return [Planted("O03", "none", 2, (grid,))]


def _one_for_two(ground: Ground) -> Plants:
    parent = ground.grid(2)
    one, other, *_ = ground.children(parent)
    ids = ground.contacts.set_index("grid")["id"]
    ground.contacts.loc[ground.contacts["grid"] == other, "id"] = ids[one]
    return [Planted("O04", "households", 3, (one, other))]


def _not_verified(ground: Ground) -> Plants:
    grid = ground.grid(3)
    ground.contacts.loc[ground.contacts["grid"] == grid, "verified"] = pd.Timestamp("2020-01-01")
    return [Planted("O05", "unverified", None, (grid,))]


def _no_adviser(ground: Ground) -> Plants:
    grid = ground.grid(1)
    contacts = ground.contacts
    ground.contacts = contacts[(contacts["grid"] != grid) | (contacts["role"] != "adviser")]
    return [Planted("O06", "unknown", 1, (grid,))]


# --- special-purpose grids, slices, data ---


def _no_type(ground: Ground) -> Plants:
    grid = ground.grid(3, kind="special")
    ground.set(grid, special_type=None)
    return [Planted("X01", "none", 3, (grid,))]


def _no_mode(ground: Ground) -> Plants:
    grid = ground.grid(3, kind="special")
    ground.set(grid, mode=None)
    return [Planted("X03", "none", 3, (grid,))]


def _residents_not_counted(ground: Ground) -> Plants:
    grid = ground.grid(3, kind="special")
    home = {"id": "B-hostel", "residential": True, "households": 5, "stairs": 1, "floors": 2}
    ground.append("buildings", home, ground.spot(grid, 3.0))
    assigned = pd.DataFrame([{"building": "B-hostel", "grid": grid, "households": 5}])
    ground.assignments = conform("assignments", pd.concat([ground.assignments, assigned]))
    return [Planted("X04", "uncounted", 1, (grid[:15],))]


def _top_floor_forgotten(ground: Ground) -> Plants:
    table = ground.assignments
    row = next(
        row
        for row, floors, grid in zip(table.index, table["floors"], table["grid"], strict=True)
        if floors and floors.startswith("23-") and ground.is_free(grid)
    )
    last = int(table["floors"][row].split("-")[1])
    table.loc[row, "floors"] = f"23-{last - 1}"
    grids = table["grid"][table["building"] == table["building"][row]]
    for code in grids:
        ground.take(code)
    return [Planted("V01", "gap", 3, tuple(sorted(set(grids))))]


def _floors_before_stairs(ground: Ground) -> Plants:
    buildings = ground.layers["buildings"].set_index("id")
    for building, rows in ground.assignments.groupby("building", sort=False):
        floors = int(buildings["floors"][building])
        fits = list(rows["stairs"]) == ["1", "2"] and rows["floors"].isna().all() and floors > 2
        if not fits or not ground.is_free(*rows["grid"]):
            continue
        grid, total = ground.take(rows["grid"].iloc[0]), int(rows["households"].sum())
        slices = [("1-2", "1-2", total - 2), ("1", f"3-{floors}", 1), ("2", f"3-{floors}", 1)]
        cut = pd.DataFrame(slices, columns=["stairs", "floors", "households"])
        cut = cut.assign(building=building, grid=list(rows["grid"])[:1] + list(rows["grid"]))
        others = ground.assignments[ground.assignments["building"] != building]
        ground.assignments = conform("assignments", pd.concat([others, cut], ignore_index=True))
        return [Planted("V02", "stairs", 3, (grid,))]
    raise LookupError("stairs")


def _one_ground_for_two(ground: Ground) -> Plants:
    _, one, other = ground.border(17)
    both = ground.shape(one).union(ground.shape(other))
    for code in (one, other):
        ground.reshape(code, both)
        ground.set(code, reason="natural_village")  # so large a grid has far buildings
    return [Planted("V03", "unlinked", 3, tuple(sorted((one, other))))]


def _swapped_axes(ground: Ground) -> Plants:
    addresses = ground.layers["addresses"]
    row = addresses.index[addresses.geometry.notna()][-1]
    place = addresses.geometry[row]
    addresses.loc[row, "geometry"] = shapely.Point(place.y, place.x)
    return [Planted("R02", "few_swapped")]


def _other_datum(ground: Ground) -> Plants:
    """Declare the addresses' coordinates to be of Beijing 1954, as old survey offices do."""
    addresses = ground.layers["addresses"]
    ground.layers["addresses"] = addresses.set_crs("EPSG:4214", allow_override=True)
    return [Planted("R01", "other")]


_PLANTS: tuple[Callable[[Ground], Plants], ...] = (
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
    _repeated_code,
    _unknown_community,
    _orphan,
    _serials_used_up,
    _nobody_answers,
    _no_party_branch,
    _no_party_group,
    _one_for_two,
    _not_verified,
    _no_adviser,
    _no_type,
    _no_mode,
    _residents_not_counted,
    _top_floor_forgotten,
    _floors_before_stairs,
    _one_ground_for_two,
    _numbered_backwards,
    _odd_code,
    _swapped_axes,
    _other_datum,
)
