"""Mutated geometries: no crash, and no grid is blamed that has nothing to do with it."""

from __future__ import annotations

import itertools
import json
import random
import struct
import warnings
from typing import Any

import numpy as np
import pytest
import shapely

from geo.coverage import Fault, GridLevel, Grids, inspect

SIDE = 4
BLOCKS = 8
_APART = 2_000
_HEADER = 13


def cells() -> Grids:
    """Return cells of 100 m under parents of two by two, in blocks with nothing between them.

    Every block takes one mutation: eight are looked at for the price of one.
    """
    shapes, codes, parents = [], [], []
    for block, row, column in itertools.product(range(BLOCKS), range(SIDE), range(SIDE)):
        west, south = block * _APART + column * 100, row * 100
        shapes.append(shapely.segmentize(shapely.box(west, south, west + 100, south + 100), 50.0))
        parents.append(f"{block}{row // 2}{column // 2}")
        codes.append(f"{parents[-1]}{row}{column}")
    above = sorted(set(parents))
    joined = [
        shapely.coverage_union_all(
            [shape for shape, parent in zip(shapes, parents, strict=True) if parent == code]
        )
        for code in above
    ]
    levels = (GridLevel.of(1, above, joined), GridLevel.of(2, codes, shapes, parents))
    return Grids(levels, shapely.coverage_union_all(shapes))


def mutated(shape: shapely.Polygon, chance: random.Random) -> Any:
    """Return a shape with wrong coordinates, wrong bytes or a wrong structure."""
    way = chance.randrange(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if way == 0:
            return with_coordinate(shape, chance)
        if way == 1:
            return with_bytes(shape, chance)
        return with_structure(shape, chance)


def with_coordinate(shape: shapely.Polygon, chance: random.Random) -> Any:
    content = bytearray(shape.wkb)
    count = shapely.get_num_coordinates(shape)
    for _ in range(chance.randrange(1, 4)):
        at, axis = chance.randrange(count), chance.randrange(2)
        value = chance.choice(
            [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e308, 5e-324, 100.0, chance.uniform(-500, 900)]
        )
        for place in {at, count - 1} if at == 0 else {at}:
            struct.pack_into("<d", content, _HEADER + 16 * place + 8 * axis, value)
    return shapely.from_wkb(bytes(content), on_invalid="ignore")


def with_bytes(shape: shapely.Polygon, chance: random.Random) -> Any:
    content = bytearray(shape.wkb)
    for _ in range(chance.randrange(1, 4)):
        content[chance.randrange(9, len(content))] = chance.randrange(256)
    return shapely.from_wkb(bytes(content), on_invalid="ignore")


def with_structure(shape: shapely.Polygon, chance: random.Random) -> Any:
    content = json.loads(shapely.to_geojson(shape))
    rings = content["coordinates"]
    change = chance.randrange(6)
    if change == 0:
        rings.append([])
    elif change == 1:
        rings.append(list(reversed(rings[0])))
    elif change == 2:
        content["type"] = chance.choice(["MultiPolygon", "LineString", "Point", "Polygon"])
        content["coordinates"] = chance.choice([rings, [rings], rings[0], rings[0][0], []])
    elif change == 3:
        rings[0] = rings[0][: chance.randrange(len(rings[0]))]
    elif change == 4:
        rings[0].insert(chance.randrange(len(rings[0])), chance.choice(rings[0]))
    else:
        chance.shuffle(rings[0])
        rings[0].append(rings[0][0])
    return shapely.from_geojson(json.dumps(content), on_invalid="ignore")


def with_mutations(clean: Grids, seed: int, first: int) -> tuple[Grids, list[int]]:
    """Return the cells with the mutations numbered from ``first`` on, one a block, and the rows."""
    level = clean.levels[1]
    shapes, rows = level.geometry.copy(), []
    for block in range(BLOCKS):
        chance = random.Random(f"{seed} {first + block}")  # noqa: S311 - no secrets
        row = block * SIDE**2 + chance.randrange(SIDE**2)
        shapes[row] = mutated(shapes[row], chance)
        rows.append(row)
    return Grids((clean.levels[0], level.with_geometry(shapes)), clean.jurisdiction), rows


def wrongly_blamed(grids: Grids, rows: list[int], faults: list[Fault]) -> list[Fault]:
    """Return the faults that name no mutated grid, or in its place one that has no part in it."""
    level = grids.levels[1]
    codes = {level.codes[row] for row in rows}
    involved = codes | {level.parents[row] for row in rows}
    wrong = []
    for fault in faults:
        named = bool(involved & set(fault.codes)) or fault.details.get("suggested") in codes
        alone = len(fault.codes) == 1 and fault.codes[0] in codes
        if not named or (fault.family in {"input", "invalid", "ring", "shift"} and not alone):
            wrong.append(fault)
    return wrong


@pytest.mark.parametrize(
    ("seed", "numbers"),
    [
        (20261124, range(160)),
        (3, range(640, 648)),  # ground in order between two wedges was judged at a border
        *(pytest.param(seed, range(5_000), marks=pytest.mark.long) for seed in range(1, 21)),
    ],
)
def test_mutated_geometries_crash_nothing_and_blame_no_one_else(seed: int, numbers: range):
    clean = cells()
    for first in numbers[::BLOCKS]:
        grids, rows = with_mutations(clean, seed, first)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # of coordinates that are no numbers
            faults = inspect(grids)
        assert wrongly_blamed(grids, rows, faults) == [], (seed, first)


def test_a_tail_as_thin_as_rounding_blames_no_one_else():
    """The noding makes a place at 5e-324 m; a point of the face must not be sought there."""
    clean = cells()
    level = clean.levels[1]
    row = level.codes.tolist().index("01122")
    shapes = level.geometry.copy()
    shapes[row] = shapely.from_wkt(
        "POLYGON ((5e-324 200, 300 250, 300 300, 250 300, 200 300, 200 250, 0 200, 250 0,"
        " 5e-324 200))"
    )
    faults = inspect(Grids((clean.levels[0], level.with_geometry(shapes)), clean.jurisdiction))
    assert {fault.level for fault in faults} == {2}
    assert all("01122" in fault.codes or fault.family == "missing" for fault in faults)
