"""Answers where no door is found: between two doors, at a crossing, along a road, in a village."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from typing import NamedTuple

import numpy as np

from geo.address.answer import Candidate, Fault, Match, Precision, Rows, Status
from geo.address.asking import question
from geo.address.latin import is_latin
from geo.address.query import Query
from geo.address.register import PLACE_STEP, Register
from geo.address.units import number_base, number_id
from messages import Message

SURE = 0.99
BETWEEN = 0.9
_WIDEST_GAP = 20
_AROUND_M = 80.0
_METRES_PER_DEGREE = 111_320.0

Point = tuple[float, float]


class _Numbered(NamedTuple):
    number: int
    place: int


class Broad:
    """Finds what is coarser than a door in one register."""

    def __init__(self, register: Register) -> None:
        self.register = register
        arrays = register.arrays
        self.row_road = arrays["row_road"]
        self.row_village = arrays["row_village"]
        self._crossings = (
            {
                (int(first), int(second)): (float(x), float(y))
                for first, second, x, y in zip(
                    *(arrays[f"crossing_{name}"] for name in ("first", "second", "x", "y")),
                    strict=True,
                )
            }
            if "crossing_first" in arrays
            else {}
        )
        self._numbered: dict[int, list[_Numbered]] = {}

    def match(self, query: Query) -> Match | None:
        """Return the answer for a query that names only a road, a crossing or a village."""
        if query.road and query.second_road:
            return self._crossing(query)
        if query.road and query.chain.number is not None:
            return self._between(query) or self._along(query)
        if query.road:
            return self._along(query)
        if query.village:
            return self._in_village(query)
        return None

    def _along(self, query: Query) -> Match | None:
        rows = self._narrowed(query, np.flatnonzero(self.row_road == query.road))
        if not len(rows):
            return None
        faults = [] if query.chain.number is None else [_absent_number(query)]
        name = self._shown("road", int(rows[0]))
        found = self._candidate(rows, name, Precision.ROAD, SURE, faults, road=name)
        ask = Message("address.ask_number", {"road": name})
        return Match(Status.PARTIAL, (found,), 1 - SURE, ask, "C", found)

    def _narrowed(self, query: Query, rows: Rows) -> Rows:
        """Return those of a road's addresses that lie in the town, village and group said."""
        arrays, words = self.register.arrays, self.register.words
        groups = words.get("groups", [])
        said = {
            "village": query.village,
            "group": groups.index(query.group) if query.group in groups else 0,
        }
        for name, number in said.items():
            if number and f"row_{name}" in arrays:
                same = rows[arrays[f"row_{name}"][rows] == number]
                rows = same if len(same) else rows
        if query.town:
            towns = np.asarray(arrays["place_town"])[self._place_of[rows]]
            same = rows[towns == query.town]
            rows = same if len(same) else rows
        return rows

    @cached_property
    def _place_of(self) -> Rows:
        """Return the place of each row."""
        arrays = self.register.arrays
        places = np.zeros(len(self.row_road), np.int64)
        places[arrays["unit_row"]] = arrays["unit_key"] // PLACE_STEP
        return places

    def _in_village(self, query: Query) -> Match:
        rows = np.flatnonzero(self.row_village == query.village)
        name = self._shown("village", int(rows[0]))
        group = self.register.arrays.get("row_group")
        if group is not None and query.group in self.register.words["groups"]:
            same = rows[group[rows] == self.register.words["groups"].index(query.group)]
            if len(same):
                rows, name = same, f"{name}{query.group}{_group_word(name)}"
        faults = [] if query.chain.number is None else [_absent_number(query)]
        found = self._candidate(rows, name, Precision.VILLAGE, SURE, faults)
        return Match(
            Status.PARTIAL,
            (found,),
            1 - SURE,
            Message("address.ask_number", {"road": name}),
            "C",
            found,
        )

    def _between(self, query: Query) -> Match | None:
        """Return the stretch between the neighbours on the same side of the road.

        Odd numbers stand on one side, even ones on the other.
        """
        element = query.chain.number
        digits = number_base(number_id(element.value)) if element is not None else ""
        if not digits.isdigit():
            return None
        number = int(digits)
        same_side = [one for one in self._numbers_on(query.road) if (one.number - number) % 2 == 0]
        place = bisect_left(same_side, _Numbered(number, -1))
        if not 0 < place < len(same_side):
            return None
        below, above = same_side[place - 1], same_side[place]
        if above.number - below.number > _WIDEST_GAP:
            return None
        rows = np.unique(np.concatenate([self._rows(below.place), self._rows(above.place)]))
        road = self._shown("road", int(rows[0]))
        given = query.written.given(element.start, element.end) if element is not None else ""
        found = self._candidate(
            rows,
            f"{road}{digits}号",
            Precision.INTERPOLATED,
            BETWEEN,
            [_absent_number(query)],
            road=road,
            number=given,
            point=self._middle(rows),
        )
        return Match(Status.AMBIGUOUS, (found,), 1 - BETWEEN, question((found,), query), "C")

    def _numbers_on(self, road: int) -> list[_Numbered]:
        held = self._numbered.get(road)
        if held is None:
            arrays, words = self.register.arrays, self.register.words["numbers"]
            doors = np.flatnonzero(arrays["door_road"] == road)
            pairs = {
                _Numbered(int(words[number]), place)
                for number, place in zip(
                    arrays["door_number"][doors].tolist(),
                    arrays["door_place"][doors].tolist(),
                    strict=True,
                )
                if words[number].isdigit()
            }
            held = self._numbered[road] = sorted(pairs)
        return held

    def _rows(self, place: int) -> Rows:
        first, last = self.register.starts[place : place + 2]
        return self.register.arrays["unit_row"][first:last]

    def _crossing(self, query: Query) -> Match | None:
        """Return what stands around the crossing of two roads."""
        first, second = sorted((query.road, query.second_road))
        point = self._crossings.get((first, second)) or self._nearest(first, second)
        both = np.flatnonzero((self.row_road == first) | (self.row_road == second))
        near = both if len(both) else np.arange(len(self.row_road))
        rows = both if point is None else self._around(point, near)
        if not len(rows):
            return None
        names = [self._road_name(road) for road in (query.road, query.second_road)]
        latin = all(map(is_latin, names))
        name = " & ".join(names) if latin else "与".join(names) + "路口"
        precision = Precision.ROAD if point is None else Precision.INTERSECTION
        p = SURE if point is not None else BETWEEN
        found = self._candidate(rows, name, precision, p, [], point=point)
        claim = found if point is not None else None
        status = Status.PARTIAL if claim is not None else Status.AMBIGUOUS
        return Match(status, (found,), 1 - p, None, "C", claim)

    def _road_name(self, road: int) -> str:
        rows = np.flatnonzero(self.row_road == road)
        known = self.register.words["roads"][road]
        return self._shown("road", int(rows[0])) if len(rows) else known

    def _nearest(self, first: int, second: int) -> Point | None:
        """Return the middle of the nearest two addresses of two roads without lines."""
        arrays = self.register.arrays
        if "row_x" not in arrays:
            return None
        pair = []
        for road in (first, second):
            rows = np.flatnonzero((self.row_road == road) & np.isfinite(arrays["row_x"]))
            pair.append(np.column_stack([arrays["row_x"][rows], arrays["row_y"][rows]]))
        one, other = pair
        if not len(one) or not len(other):
            return None
        distance = np.hypot(*np.moveaxis(one[:, None] - other[None], -1, 0))
        near = np.unravel_index(int(distance.argmin()), distance.shape)
        if distance[near] * _METRES_PER_DEGREE > 2 * _AROUND_M:
            return None
        x, y = (one[near[0]] + other[near[1]]) / 2
        return float(x), float(y)

    def _around(self, point: Point, rows: Rows) -> Rows:
        arrays = self.register.arrays
        if "row_x" not in arrays:
            return rows
        shrink = np.cos(np.radians(point[1]))
        east = (arrays["row_x"][rows] - point[0]) * shrink * _METRES_PER_DEGREE
        north = (arrays["row_y"][rows] - point[1]) * _METRES_PER_DEGREE
        distance = np.hypot(east, north)
        near = rows[distance <= _AROUND_M]
        return near if len(near) else rows[np.nanargmin(distance)][None]

    def _middle(self, rows: Rows) -> Point | None:
        arrays = self.register.arrays
        if "row_x" not in arrays:
            return None
        x, y = arrays["row_x"][rows], arrays["row_y"][rows]
        return (float(np.nanmean(x)), float(np.nanmean(y))) if np.isfinite(x).any() else None

    def _shown(self, kind: str, row: int) -> str:
        return self.register.words[f"shown_{kind}s"][self.register.arrays[f"shown_{kind}"][row]]

    def _candidate(
        self,
        rows: Rows,
        text: str,
        precision: Precision,
        p: float,
        faults: list[Fault],
        *,
        road: str | None = None,
        number: str | None = None,
        point: Point | None = None,
    ) -> Candidate:
        return Candidate(
            rows=rows.astype(np.int64),
            compound=None,
            zone=None,
            building=None,
            stair=None,
            road=road,
            number=number,
            text=text,
            p=p,
            precision=precision,
            faults=tuple(faults),
            town=self._shown("town", int(rows[0])) or None,
            point=point,
        )


def _group_word(village: str) -> str:
    """Return what the groups of a village are called: 鄰 in a 里 (Taiwan), 组 elsewhere."""
    return "鄰" if village.endswith("里") else "组"


def _absent_number(query: Query) -> Fault:
    element = query.chain.number
    if element is None:
        raise ValueError("the query names no number")
    span = query.written.span(element.start, element.end)
    return Fault("number", "not_in_register", query.written.original[slice(*span)], None, span)
