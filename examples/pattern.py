"""The demo town on the drawing board: communities, grids of three levels and what stands on them.

For every 12 communities there are 63 general and 12 special-purpose level-1 grids, 352 + 44 of
level 2 and 1,056 + 44 of level 3: the counts of the source case (75, 396, 1,100).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from examples.subdivision import Cut, Rectangle, divide, strips

_AREA_OF_LEVEL_1_M2 = 108_000
_ASPECT = 1.3
_SPECIAL_TYPES = (
    "school", "hospital", "government", "market", "park", "school",
    "transport", "business_building", "government", "enterprise", "school", "market",
)  # fmt: skip
_STYLES_WITHOUT_COMPOUND = ("resettlement", "estate", "towers", "estate")
_STYLES_WITH_COMPOUND = ("estates", "estates", "village")
_AREA_OF_STYLE = {
    "resettlement": 1.0, "estate": 0.95, "towers": 0.75, "estates": 1.0, "village": 1.5,
    "special": 0.6,
}  # fmt: skip
_TOWER_M = 24
"""Extent of a tower's stair, m: a grid that holds one stair of three is as wide."""


@dataclass
class Part:
    """One community or grid.

    Attributes
    ----------
    rectangle
        Its ground.
    style
        ``resettlement``, ``estate``, ``towers``, ``estates``, ``village`` or ``special``.
    special_type
        Type of a special-purpose grid; None of a general one.
    households
        Sum over the children.
    children
        The parts one level down.
    floors_split
        True where its one tower is split by floors, not by stairs.
    """

    rectangle: Rectangle
    style: str = ""
    special_type: str | None = None
    households: int = 0
    children: list[Part] = field(default_factory=list)
    floors_split: bool = False


@dataclass(frozen=True)
class Barrier:
    """A line of the drawing board: kind and rank as in the layer ``barriers``."""

    cut: Cut
    kind: str
    rank: int


@dataclass(frozen=True)
class Pattern:
    """The whole board: its communities (with grids below them) and its barriers."""

    board: Rectangle
    communities: list[Part]
    barriers: list[Barrier]

    def grids(self, level: int) -> list[Part]:
        """Return all grids of a level, 1 to 3."""
        parts = self.communities
        for _ in range(level):
            parts = [child for part in parts for child in part.children]
        return parts


def draw(generator: np.random.Generator, scale: float) -> Pattern:
    """Draw the pattern; a scale of 1 has 12 communities and some 22,500 households."""
    number = max(1, round(12 * scale))
    generals = [6 if community % 4 == 2 else 5 for community in range(number)]
    weights = [general + _AREA_OF_STYLE["special"] for general in generals]
    area = sum(weights) * _AREA_OF_LEVEL_1_M2
    board = Rectangle(0, 0, round((area * _ASPECT) ** 0.5), round((area / _ASPECT) ** 0.5))
    division = divide(board, weights)
    pattern = Pattern(board, [Part(ground) for ground in division.parts], [])
    kinds = ["river", "railway", *["road"] * len(division.cuts)]
    for kind, cut in zip(kinds, division.cuts, strict=False):
        pattern.barriers.append(Barrier(cut, kind, 1))
    first = 0
    for index, (community, general) in enumerate(zip(pattern.communities, generals, strict=True)):
        _draw_community(community, first, general, _SPECIAL_TYPES[index % 12], pattern.barriers)
        first += general
    _count_households(generator, pattern)
    return pattern


def _draw_community(
    community: Part, first: int, general: int, special_type: str, barriers: list[Barrier]
) -> None:
    numbers = range(first, first + general)
    styles = [_style(number) for number in numbers]
    weights = [_AREA_OF_STYLE[style] for style in styles]
    weights.insert(general // 2, _AREA_OF_STYLE["special"])
    division = divide(community.rectangle, weights)
    barriers.extend(Barrier(cut, "road", 2) for cut in division.cuts)
    for position, ground in enumerate(division.parts):
        if position == general // 2:
            community.children.append(_special(ground, special_type, levels_below=2))
            continue
        number = numbers[position - (position > general // 2)]
        grid = Part(ground, _style(number))
        _draw_level_2(grid, number, barriers)
        community.children.append(grid)


def _holds_compound(number: int) -> bool:
    """Every other level-1 grid, 32 of 63, holds a special-purpose compound of level 2."""
    return number * 32 % 63 < 32


def _style(number: int) -> str:
    styles = _STYLES_WITH_COMPOUND if _holds_compound(number) else _STYLES_WITHOUT_COMPOUND
    return styles[number // 2 % len(styles)]


def _special(ground: Rectangle, special_type: str, *, levels_below: int) -> Part:
    """Return a special-purpose grid and its one child of every level below."""
    part = Part(ground, "special", special_type)
    if levels_below:
        part.children = [_special(ground, special_type, levels_below=levels_below - 1)]
    return part


def _draw_level_2(grid: Part, number: int, barriers: list[Barrier]) -> None:
    """Cut a level-1 grid into 5 or 6 general grids (352 for every 63) and perhaps a compound."""
    general = 6 if number * 37 % 63 < 37 else 5
    weights = [1.0] * general + ([0.3] if _holds_compound(number) else [])
    division = divide(grid.rectangle, weights)
    barriers.extend(Barrier(cut, "road", 3) for cut in division.cuts)
    for position, ground in enumerate(division.parts):
        if position == general:
            special_type = _SPECIAL_TYPES[number // 2 % 12]
            grid.children.append(_special(ground, special_type, levels_below=1))
            continue
        part = Part(ground, grid.style)
        part.floors_split = grid.style == "towers" and position == number % general
        _draw_level_3(part, barriers)
        grid.children.append(part)


def _draw_level_3(part: Part, barriers: list[Barrier]) -> None:
    """Cut a level-2 grid into three strips; a tower's middle stair has the middle one."""
    shares: Sequence[float] = (1, 1, 1)
    if part.style == "towers":
        along = max(part.rectangle.width, part.rectangle.height)
        side = (along - _TOWER_M) / 2
        shares = (side, _TOWER_M, side)
    division = strips(part.rectangle, shares)
    kind, rank = ("parcel", 3) if part.style == "towers" else ("wall", 3)
    if part.style == "village":
        kind = "road"
    barriers.extend(Barrier(cut, kind, rank) for cut in division.cuts)
    part.children = [Part(ground, part.style) for ground in division.parts]


def _count_households(generator: np.random.Generator, pattern: Pattern) -> None:
    """Give every general level-3 grid 20 to 22 households, 22,512 for every 1,056 grids."""
    general = [part for part in pattern.grids(3) if part.special_type is None]
    households = np.full(len(general), 21)
    order = generator.permutation(len(general))
    fewer = len(general) // 6
    more = fewer + round(len(general) * 336 / 1056)
    households[order[:more]] += 1
    households[order[more : more + fewer]] -= 1
    for part, count in zip(general, households.tolist(), strict=True):
        part.households = count
    for level in (2, 1, 0):
        for part in pattern.grids(level):
            part.households = sum(child.households for child in part.children)
