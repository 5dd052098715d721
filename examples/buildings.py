"""Fill the demo town's grids: houses, slabs, towers with stairs and floors, compounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from examples.names import SPECIAL_BUILDINGS
from examples.pattern import Part
from examples.subdivision import Rectangle, strips

_MARGIN_M = 6
_STAIR_M = 20
_DEPTH_M = 13
_TOWER_DEPTH_M = 18
_TOWER_STAIR_M = 24
_HOUSE_M = (11, 8)
_SLAB_FLOORS = 6


@dataclass(frozen=True)
class Slice:
    """What one grid has of a building: the grid's index, stairs and floors (None = all)."""

    grid: int
    stairs: str | None
    floors: str | None
    households: int


@dataclass(frozen=True)
class Building:
    """A building of the drawing board.

    Attributes
    ----------
    footprint
        Its ground.
    level_2
        Index of its level-2 grid; buildings are numbered inside it or its level-1 grid.
    name
        Name, for buildings that have no number.
    stairs, floors
        How many.
    residential
        False for schools, shops and the like.
    slices
        Which level-3 grid has what of it.
    """

    footprint: Rectangle
    level_2: int
    name: str | None
    stairs: int
    floors: int
    residential: bool
    slices: tuple[Slice, ...]

    @property
    def households(self) -> int:
        """All households of the building."""
        return sum(part.households for part in self.slices)


def fill(level_2: list[Part]) -> list[Building]:
    """Return the buildings of all level-2 grids, in order.

    Level-3 grids are counted through: the first child of the first grid is 0.
    """
    found: list[Building] = []
    first = 0
    for index, part in enumerate(level_2):
        if part.style == "special":
            found.extend(_compound(part, index, first))
        elif part.style == "towers":
            found.append(_tower(part, index, first))
        else:
            build = _houses if part.style == "village" else _slab
            for offset, child in enumerate(part.children):
                found.extend(build(child, index, first + offset))
        first += len(part.children)
    return found


def _centred(ground: Rectangle, along_m: int, across_m: int) -> Rectangle:
    """Return a rectangle in the middle of the ground, its long side along the ground's."""
    width, height = (along_m, across_m) if ground.lies_wide else (across_m, along_m)
    width = min(width, ground.width - 2 * _MARGIN_M)
    height = min(height, ground.height - 2 * _MARGIN_M)
    left = (ground.left + ground.right - width) // 2
    bottom = (ground.bottom + ground.top - height) // 2
    return Rectangle(left, bottom, left + width, bottom + height)


def _slab(part: Part, level_2: int, grid: int) -> Iterator[Building]:
    """One slab of two stairs."""
    half = part.households // 2
    slices = (
        Slice(grid, "1", None, part.households - half),
        Slice(grid, "2", None, half),
    )
    footprint = _centred(part.rectangle, 2 * _STAIR_M, _DEPTH_M)
    yield Building(footprint, level_2, None, 2, _SLAB_FLOORS, True, slices)  # noqa: FBT003


def _houses(part: Part, level_2: int, grid: int) -> Iterator[Building]:
    """Detached houses in rows, one household each."""
    ground = part.rectangle.inset(_MARGIN_M)
    columns = max(1, round((part.households * ground.width / ground.height) ** 0.5))
    rows = -(-part.households // columns)
    for number in range(part.households):
        row, column = divmod(number, columns)
        left = ground.left + ground.width * column // columns
        bottom = ground.bottom + ground.height * row // rows
        cell = Rectangle(
            left,
            bottom,
            ground.left + ground.width * (column + 1) // columns,
            ground.bottom + ground.height * (row + 1) // rows,
        )
        width, height = min(_HOUSE_M[0], cell.width - 3), min(_HOUSE_M[1], cell.height - 3)
        footprint = Rectangle(left, bottom, left + width, bottom + height)
        floors = 1 + (number * 7 + grid) % 3 // 2
        slices = (Slice(grid, None, None, 1),)
        yield Building(footprint, level_2, None, 1, floors, True, slices)  # noqa: FBT003


def _tower(part: Part, level_2: int, first: int) -> Building:
    """One tower: three stairs with a grid each, or one stair with a grid for every floor run."""
    counts = [child.households for child in part.children]
    if part.floors_split:
        footprint = _centred(part.children[1].rectangle, _TOWER_DEPTH_M, _TOWER_DEPTH_M)
        runs = ("1-11", "12-22", "23-33")
        slices = tuple(
            Slice(first + position, "1", run, count)
            for position, (run, count) in enumerate(zip(runs, counts, strict=True))
        )
        return Building(footprint, level_2, None, 1, 33, True, slices)  # noqa: FBT003
    middle = part.children[1].rectangle
    wide = part.rectangle.lies_wide
    length = 3 * _TOWER_STAIR_M
    left = middle.left - _TOWER_STAIR_M if wide else (middle.left + middle.right) // 2 - 9
    bottom = (middle.bottom + middle.top) // 2 - 9 if wide else middle.bottom - _TOWER_STAIR_M
    footprint = Rectangle(
        left,
        bottom,
        left + (length if wide else _TOWER_DEPTH_M),
        bottom + (_TOWER_DEPTH_M if wide else length),
    )
    slices = tuple(
        Slice(first + position, str(position + 1), None, count)
        for position, count in enumerate(counts)
    )
    return Building(footprint, level_2, None, 3, 11, True, slices)  # noqa: FBT003


def _compound(part: Part, level_2: int, grid: int) -> Iterator[Building]:
    """Yield the buildings of a school, a hospital, a market …: nobody lives there."""
    names = SPECIAL_BUILDINGS[part.special_type or ""]
    for name, cell in zip(names, strips(part.rectangle, [1] * len(names)).parts, strict=True):
        slices = (Slice(grid, None, None, 0),)
        yield Building(_centred(cell, 40, 18), level_2, name, 1, 4, False, slices)  # noqa: FBT003
