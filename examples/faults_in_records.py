"""Faults of codes, of who answers, of slices and of the data, to be planted in the demo town."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import shapely
import shapely.affinity
import shapely.ops

from examples.planting import Ground, Planted, Plants
from geo.layers import conform

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


def _nobody_to_call(ground: Ground) -> Plants:
    grid = ground.grid(1)
    ground.contacts.loc[ground.contacts["grid"] == grid, ["duty_phone", "phone"]] = None
    return [Planted("O07", "phone", 1, (grid,))]


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


IN_RECORDS: tuple[Callable[[Ground], Plants], ...] = (
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
    _nobody_to_call,
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
