"""The demo town's compounds and its register of addresses, down to the stair."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import geopandas as gpd

from examples.buildings import Building
from examples.ground import Ground
from examples.names import (
    TOWN,
    compound_names,
    old_names,
    resettlement_names,
    special_names,
    street_names,
    village_names,
)
from examples.pattern import Part, Pattern
from examples.subdivision import Rectangle
from geo.layers import STORED_CRS, conform

_INSET_M = 4
_EVERY_OLD_NAME = 4
_WHOLE = ("resettlement", "estate", "towers", "village")


@dataclass
class Compounds:
    """All compounds of the town: estates, villages, schools and the like; one entry each.

    Attributes
    ----------
    ids, names, kinds, community, grounds
        Key, name, kind as in the layer ``estates``, index of the community, ground.
    aliases
        What people also call it; may be empty.
    streets, numbers
        Street and house number of the gate.
    of_level_2
        Index of the compound of every level-2 grid.
    """

    ids: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    community: list[int] = field(default_factory=list)
    grounds: list[Rectangle] = field(default_factory=list)
    aliases: list[str | None] = field(default_factory=list)
    streets: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    of_level_2: list[int] = field(default_factory=list)

    @property
    def walls(self) -> list[Rectangle]:
        """Grounds that have a wall around them: all but villages."""
        return [
            ground
            for ground, kind in zip(self.grounds, self.kinds, strict=True)
            if kind != "village"
        ]

    def building_numbers(self, buildings: list[Building]) -> list[int | None]:
        """Return a number from 1 for each building of a compound; named ones have none."""
        last: dict[int, int] = defaultdict(int)
        numbers: list[int | None] = []
        for building in buildings:
            compound = self.of_level_2[building.level_2]
            if building.name is None:
                last[compound] += 1
            numbers.append(None if building.name else last[compound])
        return numbers


def name_compounds(pattern: Pattern, streets: list[str | None]) -> Compounds:
    """Name every compound and give it its street and house number."""
    found = Compounds()
    gates = _Gates(pattern, streets)
    names = {
        "village": village_names(),
        "estate": compound_names(),
        "resettlement": resettlement_names(),
    }
    dormitories = old_names()
    for index, community in enumerate(pattern.communities):
        for grid in community.children:
            whole: dict[str, int] = {}
            for part in grid.children:
                kind = part.special_type or {"towers": "estate", "estates": "estate"}.get(
                    part.style, part.style
                )
                is_whole = grid.special_type or (part.style in _WHOLE and not part.special_type)
                if is_whole and kind in whole:
                    found.of_level_2.append(whole[kind])
                    continue
                number = len(found.ids)
                ground = _ground(grid, part) if is_whole else part.rectangle
                if kind not in names:
                    names[kind] = special_names(kind)
                name = next(names[kind])
                old = kind == "estate" and number % _EVERY_OLD_NAME == 0
                street, house = gates.at(ground)
                found.ids.append(f"E{number + 1:05d}")
                found.names.append(name)
                found.kinds.append(kind)
                found.community.append(index)
                found.grounds.append(ground.inset(_INSET_M))
                found.aliases.append(f"{next(dormitories)}[old]" if old else None)
                found.streets.append(street)
                found.numbers.append(house)
                found.of_level_2.append(number)
                whole[kind] = number
    return found


def _ground(grid: Part, part: Part) -> Rectangle:
    """Return the smallest rectangle around the grid's parts of the same style."""
    same = [child.rectangle for child in grid.children if child.style == part.style]
    return Rectangle(
        min(ground.left for ground in same),
        min(ground.bottom for ground in same),
        max(ground.right for ground in same),
        max(ground.top for ground in same),
    )


class _Gates:
    """Streets along the sides of a ground, and the house numbers given so far."""

    def __init__(self, pattern: Pattern, streets: list[str | None]) -> None:
        self._along: dict[tuple[str, int], list[tuple[int, int, str]]] = defaultdict(list)
        self._last: dict[str, int] = defaultdict(int)
        for barrier, name in zip(pattern.barriers, streets, strict=True):
            cut = barrier.cut
            if barrier.kind != "road" or name is None:
                continue
            if cut.x0 == cut.x1:
                self._along["x", cut.x0].append((min(cut.y0, cut.y1), max(cut.y0, cut.y1), name))
            else:
                self._along["y", cut.y0].append((min(cut.x0, cut.x1), max(cut.x0, cut.x1), name))
        self._ring = next(street_names(1)) + "外环"

    def at(self, ground: Rectangle) -> tuple[str, int]:
        """Return the street of the gate and its house number there, odd or even by side."""
        left, bottom, right, top = ground
        for parity, (axis, at, low, high) in enumerate(
            (
                ("x", left, bottom, top),
                ("y", bottom, left, right),
                ("x", right, bottom, top),
                ("y", top, left, right),
            )
        ):
            for start, end, name in self._along[axis, at]:
                if start < high and end > low:
                    return self._numbered(name, parity // 2)
        return self._numbered(self._ring, 0)

    def _numbered(self, street: str, parity: int) -> tuple[str, int]:
        key = f"{street}{parity}"
        self._last[key] += 1
        return street, 2 * self._last[key] - 1 + parity


def register(
    buildings: list[Building], ids: list[str], compounds: Compounds, ground: Ground
) -> gpd.GeoDataFrame:
    """Return the layer ``addresses``: a row a stair, a house or a named building."""
    numbers = compounds.building_numbers(buildings)
    rows: list[dict[str, object]] = []
    points: list[tuple[float, float]] = []
    for building, building_id, number in zip(buildings, ids, numbers, strict=True):
        compound = compounds.of_level_2[building.level_2]
        for row, point in _rows(building, number, compound, compounds):
            rows.append({"id": f"A{len(rows) + 1:06d}", "building_id": building_id, **row})
            points.append(point)
    frame = gpd.GeoDataFrame(
        {
            name: [row.get(name) for row in rows]
            for name in {**rows[0], "stair": None, "village": None}
        },
        geometry=list(ground.points(points)),
        crs=STORED_CRS,
    )
    return gpd.GeoDataFrame(conform("addresses", frame))


def _rows(
    building: Building, number: int | None, compound: int, compounds: Compounds
) -> list[tuple[dict[str, object], tuple[float, float]]]:
    left, bottom, right, top = building.footprint
    middle = ((left + right) / 2, (bottom + top) / 2)
    name, street = compounds.names[compound], compounds.streets[compound]
    house = str(compounds.numbers[compound])
    row: dict[str, object] = {
        "town": TOWN, "road": street, "number": house, "compound": name, "village": None,
        "building": None, "stair": None, "aliases": compounds.aliases[compound],
        "households": building.households,
    }  # fmt: skip
    if compounds.kinds[compound] == "village":
        row |= {"village": name, "road": None, "number": str(number), "compound": None}
        return [(row | {"text": f"{TOWN}{name}{number}号"}, middle)]
    text = f"{TOWN}{street}{house}号{name}"
    if building.name is not None:
        return [(row | {"text": f"{text}{building.name}", "building": building.name}, middle)]
    row["building"] = str(number)
    found = []
    for stair in range(1, building.stairs + 1):
        share = (stair - 0.5) / building.stairs
        place = (
            (left + (right - left) * share, middle[1])
            if building.footprint.lies_wide
            else (middle[0], top - (top - bottom) * share)
        )
        households = sum(
            part.households for part in building.slices if part.stairs in (None, str(stair))
        )
        found.append(
            (
                row
                | {
                    "text": f"{text}{number}号楼{stair}单元",
                    "stair": str(stair),
                    "households": households,
                },
                place,
            )
        )
    return found
