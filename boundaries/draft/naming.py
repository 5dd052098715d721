"""Codes and names: numbered west to east, then north to south, inside the parent."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from boundaries.scheme import Scheme
from geo.problem import input_error


@dataclass(frozen=True)
class Unnamed:
    """A grid before it has a code.

    Attributes
    ----------
    level
        Level number.
    parent
        Position of its parent among the grids; None on level 1.
    community
        Code of its community.
    community_name
        What the community is called.
    west_east, north_south
        Where it lies: easting, and northing turned around; ties by floor.
    floor
        First floor of a slice, 0 otherwise.
    is_special
        Whether it is a special-purpose grid of level 1, numbered apart.
    kept_code, kept_name
        Of a grid that goes on; None for a new one.
    """

    level: int
    parent: int | None
    community: str
    community_name: str
    west_east: float
    north_south: float
    floor: int = 0
    is_special: bool = False
    kept_code: str | None = None
    kept_name: str | None = None


def named(
    grids: list[Unnamed], scheme: Scheme, *, used: frozenset[str] = frozenset()
) -> list[tuple[str, str]]:
    """Return code and name of every grid; parents must stand before their children.

    Parameters
    ----------
    grids
        Of all levels.
    scheme
        Digits and patterns.
    used
        Codes that must not be given again.

    Raises
    ------
    InputError
        A parent has more children than its serial digits can number.
    """
    families: dict[tuple[int, str | int, bool], list[int]] = defaultdict(list)
    for at, grid in enumerate(grids):
        above = grid.community if grid.parent is None else grid.parent
        families[grid.level, above, grid.is_special and grid.parent is None].append(at)
    found: list[tuple[str, str]] = [("", "")] * len(grids)
    for (number, _, special), members in sorted(
        families.items(), key=lambda item: (item[0][0], item[1][0])
    ):
        level = scheme.level(number)
        first = grids[members[0]]
        prefix = first.community if first.parent is None else found[first.parent][0]
        above = "" if first.parent is None else found[first.parent][1]
        low, high = _serials(scheme, number, special=special)
        serial = low
        for at in sorted(members, key=lambda one: _place(grids[one])):
            grid = grids[at]
            if grid.kept_code is not None:
                found[at] = (grid.kept_code, grid.kept_name or grid.kept_code)
                continue
            while (code := f"{prefix}{serial:0{level.code_digits}d}") in used:
                serial += 1
            if serial > high:
                raise input_error("draft.too_many_children", value=prefix, most=high - low + 1)
            name = level.name_pattern.format(
                community=grid.community_name, parent=above, number=serial
            )
            found[at] = (code, name)
            serial += 1
    return found


def _place(grid: Unnamed) -> tuple[float, float, int]:
    return grid.west_east, grid.north_south, grid.floor


def _serials(scheme: Scheme, level: int, *, special: bool) -> tuple[int, int]:
    """Return the first and last serial of a family."""
    if level == 1:
        if special:
            return scheme.special_serials
        return 1, scheme.special_serials[0] - 1
    return 1, 10 ** scheme.level(level).code_digits - 1
