"""The demo town: a county town like Lan County's, complete, from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from boundaries.plan import Plan
from boundaries.scheme import default_scheme
from boundaries.town import Town
from examples.buildings import Building, fill
from examples.contacts import contacts
from examples.ground import Ground
from examples.names import TOWN, TOWN_CODE, community_names, street_names
from examples.pattern import Barrier, Part, Pattern, draw
from examples.register import Compounds, name_compounds, register
from geo.layers import STORED_CRS, conform

TOWN_NAME = "示例县城"
PLAN_NAME = "示例划分方案"
_PARTIES = {1: "branch", 2: "group"}


@dataclass(frozen=True)
class Numbered:
    """The codes of a pattern's communities and grids, in the order of the pattern."""

    communities: list[str]
    community_names: list[str]
    grids: dict[int, list[str]]
    names: dict[int, list[str]]


def demo_town(seed: int = 7, scale: float = 1.0, *, today: date | None = None) -> tuple[Town, Plan]:
    """Make a county town and a plan of its grids.

    Parameters
    ----------
    seed
        The same seed gives the same town.
    scale
        1 has 12 communities, 75 / 396 / 1,100 grids and 22,512 households; 44 some 1 million.
    today
        Day on which the contacts were last verified (today by default).

    Returns
    -------
    Town, Plan
        Every layer fits its schema; no rule finds an error.
    """
    generator = np.random.default_rng(seed)
    pattern = draw(generator, scale)
    ground = Ground(
        pattern.board,
        [part.rectangle for part in pattern.grids(3)],
        generator.uniform(0, 2 * np.pi, (3, 2)),
    )
    numbered = _numbered(pattern, ground)
    buildings = fill(pattern.grids(2))
    streets = _streets(pattern.barriers)
    compounds = name_compounds(pattern, streets)
    building_ids = [f"B{number:06d}" for number in range(1, len(buildings) + 1)]
    town = Town(
        TOWN_NAME,
        default_scheme(),
        jurisdiction=_layer(
            "jurisdiction",
            {"code": [TOWN_CODE], "name": [TOWN]},
            ground.polygons([pattern.board]),
        ),
        communities=_layer(
            "communities",
            {
                "code": numbered.communities,
                "name": numbered.community_names,
                "households": [part.households for part in pattern.communities],
            },
            ground.polygons(part.rectangle for part in pattern.communities),
        ),
        estates=_estates(compounds, ground, numbered),
        buildings=_buildings(buildings, building_ids, compounds, ground),
        barriers=_barriers(pattern.barriers, streets, compounds, ground),
        addresses=register(buildings, building_ids, compounds, ground),
    )
    assignments = pd.DataFrame(
        [
            {
                "building": building_id,
                "stairs": part.stairs if len(building.slices) > 1 else None,
                "floors": part.floors,
                "grid": numbered.grids[3][part.grid],
                "households": part.households,
            }
            for building_id, building in zip(building_ids, buildings, strict=True)
            for part in building.slices
        ]
    )
    plan = Plan.of(
        PLAN_NAME,
        TOWN_NAME,
        _grids(pattern, ground, numbered),
        assignments=conform("assignments", assignments),
        contacts=contacts(
            generator,
            {
                level: list(zip(numbered.grids[level], numbered.names[level], strict=True))
                for level in (1, 2, 3)
            },
            today or date.today(),  # noqa: DTZ011 - the day where the demo is run
        ),
    )
    return town, plan


def _layer(layer: str, columns: dict[str, Any], geometry: Any) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(columns, geometry=list(geometry), crs=STORED_CRS)
    return gpd.GeoDataFrame(conform(layer, frame))


def _numbered(pattern: Pattern, ground: Ground) -> Numbered:
    """Give every grid its code and name: west to east, then north to south, in its parent."""
    scheme = default_scheme()
    communities = [f"{TOWN_CODE}{number:03d}" for number in range(1, len(pattern.communities) + 1)]
    names = [name for name, _ in zip(community_names(), communities, strict=False)]
    codes, titles = {0: communities}, {0: names}
    parents = pattern.communities
    for level in scheme.levels:
        codes[level.level], titles[level.level] = [], []
        for parent, code, title in zip(
            parents, codes[level.level - 1], titles[level.level - 1], strict=True
        ):
            for serial in _serials(parent.children, level.level, scheme.special_serials[0], ground):
                codes[level.level].append(f"{code}{serial:0{level.code_digits}d}")
                titles[level.level].append(
                    level.name_pattern.format(community=title, parent=title, number=serial)
                )
        parents = pattern.grids(level.level)
    return Numbered(
        communities,
        names,
        {level: codes[level] for level in (1, 2, 3)},
        {level: titles[level] for level in (1, 2, 3)},
    )


def _serials(parts: list[Part], level: int, first_special: int, ground: Ground) -> list[int]:
    middles = [
        (
            (part.rectangle.left + part.rectangle.right) / 2,
            (part.rectangle.bottom + part.rectangle.top) / 2,
        )
        for part in parts
    ]
    places = ground.place(np.array(middles))
    order = np.lexsort((-places[:, 1], places[:, 0])).tolist()
    serials = [0] * len(parts)
    general, special = 1, first_special
    for index in order:
        if level == 1 and parts[index].special_type:
            serials[index], special = special, special + 1
        else:
            serials[index], general = general, general + 1
    return serials


def _grids(pattern: Pattern, ground: Ground, numbered: Numbered) -> gpd.GeoDataFrame:
    scheme = default_scheme()
    rows = [
        {
            "code": code,
            "level": level,
            "parent": scheme.parent_code(code),
            "community": scheme.community_of(code),
            "name": name,
            "kind": "special" if part.special_type else "general",
            "mode": "exclusive" if part.special_type else None,
            "special_type": part.special_type,
            "households": part.households,
            "estimated": False,
            "reason": None,
            "party": _PARTIES.get(level),
        }
        for level in (1, 2, 3)
        for part, code, name in zip(
            pattern.grids(level), numbered.grids[level], numbered.names[level], strict=True
        )
    ]
    shapes = ground.polygons(part.rectangle for level in (1, 2, 3) for part in pattern.grids(level))
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return _layer("grids", columns, shapes)


def _streets(barriers: list[Barrier]) -> list[str | None]:
    """Name the streets; walls and parcel lines have no name."""
    names = {rank: street_names(rank) for rank in (1, 2, 3)}
    fixed = {"river": "岚河", "railway": "太兴铁路"}
    return [
        next(names[barrier.rank]) if barrier.kind == "road" else fixed.get(barrier.kind)
        for barrier in barriers
    ]


def _barriers(
    barriers: list[Barrier], names: list[str | None], compounds: Compounds, ground: Ground
) -> gpd.GeoDataFrame:
    """Return streets, water, railway and inner walls, and the walls around compounds."""
    walls = ground.outlines(compounds.walls)
    around = (shapely.LineString(wall.exterior.coords) for wall in walls)
    lines = [*ground.lines(barrier.cut for barrier in barriers), *around]
    kinds = [*(barrier.kind for barrier in barriers), *["wall"] * len(walls)]
    return _layer(
        "barriers",
        {
            "id": [f"L{number:06d}" for number in range(1, len(lines) + 1)],
            "kind": kinds,
            "rank": [*(barrier.rank for barrier in barriers), *[3] * len(walls)],
            "name": [*names, *[None] * len(walls)],
        },
        lines,
    )


def _estates(compounds: Compounds, ground: Ground, numbered: Numbered) -> gpd.GeoDataFrame:
    return _layer(
        "estates",
        {
            "id": compounds.ids,
            "name": compounds.names,
            "kind": compounds.kinds,
            "community": [numbered.communities[index] for index in compounds.community],
        },
        ground.outlines(compounds.grounds),
    )


def _buildings(
    buildings: list[Building], ids: list[str], compounds: Compounds, ground: Ground
) -> gpd.GeoDataFrame:
    numbers = compounds.building_numbers(buildings)
    return _layer(
        "buildings",
        {
            "id": ids,
            "name": [
                building.name or (f"{number}号楼" if number else None)
                for building, number in zip(buildings, numbers, strict=True)
            ],
            "estate": [compounds.ids[compounds.of_level_2[b.level_2]] for b in buildings],
            "residential": [building.residential for building in buildings],
            "households": [building.households for building in buildings],
            "stairs": [building.stairs for building in buildings],
            "floors": [building.floors for building in buildings],
            "estimated": [False] * len(buildings),
        },
        ground.footprints(building.footprint for building in buildings),
    )
