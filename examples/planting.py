"""Faults put into a town and its plan on purpose, one place each."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.plan import Plan
from boundaries.town import Town
from geo.layers import LATTICE_DEGREES, STORED_CRS, conform

Vertex = tuple[float, float]
Edge = tuple[Vertex, Vertex]

_METRES_NORTH = 111_000.0
_FIRST_DIGITS = 15


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


Plants = list[Planted]
"""What one planting adds to the truth."""


class Ground:
    """A town and a plan that can be spoilt, and what of them is still untouched.

    Parameters
    ----------
    town, plan
        A complete town and its plan; they are not changed.
    """

    def __init__(self, town: Town, plan: Plan) -> None:
        self.town, self.plan = town, plan
        self.layers = {
            name: getattr(town, name).copy()
            for name in ("communities", "estates", "buildings", "barriers", "addresses")
        }
        self.grids = plan.grids.copy().reset_index(drop=True)
        self.assignments = plan.assignments.copy()
        self.contacts = plan.contacts.copy()
        self.thresholds = dict(town.scheme.thresholds)
        self.metres_east = _METRES_NORTH * np.cos(np.radians(town.jurisdiction.total_bounds[1]))
        self._row = {code: row for row, code in enumerate(self.grids["code"])}
        self._used: set[str] = set()
        self._edges = self._shared_edges()
        occupied = [self.layers["buildings"].geometry, self.layers["addresses"].geometry]
        self._occupied = shapely.STRtree(np.concatenate([shape.to_numpy() for shape in occupied]))

    def _shared_edges(self) -> dict[Edge, tuple[str, ...]]:
        """Return the general finest grids on both sides of every stretch of border."""
        edges: dict[Edge, list[str]] = defaultdict(list)
        finest = self.grids[(self.grids["level"] == 3) & (self.grids["kind"] == "general")]
        for code, shape in zip(finest["code"], finest.geometry, strict=True):
            places = list(shape.exterior.coords)
            for one, other in itertools.pairwise(places):
                edges[min(one, other), max(one, other)].append(code)
        return {edge: tuple(codes) for edge, codes in edges.items() if len(codes) == 2}

    # choosing an untouched place

    def take(self, code: str) -> str:
        """Mark the first-level grid that a code lies in as used; return the code."""
        self._used.add(code[:_FIRST_DIGITS])
        return code

    def is_free(self, *codes: str) -> bool:
        """Return whether nothing was planted in the first-level grids of some codes."""
        return not any(code[:_FIRST_DIGITS] in self._used for code in codes)

    def grid(self, level: int, *, kind: str = "general") -> str:
        """Take a grid of a level in an untouched first-level grid."""
        for code in self.codes(level, kind=kind):
            return self.take(code)
        raise LookupError(level)

    def codes(self, level: int, *, kind: str = "general") -> Iterator[str]:
        """Yield the codes of a level's grids in untouched first-level grids."""
        chosen = (self.grids["level"] == level) & (self.grids["kind"] == kind)
        yield from (code for code in self.plan.grids["code"][chosen] if self.is_free(code))

    def border(
        self, alike: int, *, least_m: float = 22.0, clear_m: float = 4.0
    ) -> tuple[Edge, str, str]:
        """Take an empty stretch of border between two finest grids.

        Parameters
        ----------
        alike
            How many leading digits the two codes share exactly: 17 for one second-level parent,
            15 for one first-level grid but two parents, 9 for two communities.
        least_m
            Least length of the stretch.
        clear_m
            How far from it buildings and addresses must be.
        """
        next_length = {17: 19, 15: 17, 9: 12}[alike]
        for edge, (one, other) in self._edges.items():
            fits = one[:alike] == other[:alike] and one[:next_length] != other[:next_length]
            long = shapely.LineString(self.in_metres(edge)).length >= least_m
            if fits and long and self.is_free(one, other) and self.is_empty(edge, clear_m):
                self.take(one)
                self.take(other)
                return edge, one, other
        raise LookupError(alike)

    def whole_border(self, *, clear_m: float) -> tuple[list[Edge], str, str]:
        """Take all stretches between two finest grids of one parent, of three or more."""
        pairs: dict[tuple[str, ...], list[Edge]] = defaultdict(list)
        for edge, codes in self._edges.items():
            if codes[0][:17] == codes[1][:17]:
                pairs[codes].append(edge)
        for (one, other), edges in pairs.items():
            clear = all(self.is_empty(edge, clear_m) for edge in edges)
            if len(edges) > 2 and clear and self.is_free(one, other):
                self.take(one)
                return edges, one, other
        raise LookupError(clear_m)

    def spot(self, code: str, half_m: float) -> BaseGeometry:
        """Return an empty square inside a grid, well off its border."""
        shape = self.shape(code)
        west, south, east, north = shape.bounds
        for y in np.linspace(south, north, 40)[1:-1]:
            for x in np.linspace(west, east, 40)[1:-1]:
                square = self.square((float(x), float(y)), half_m)
                near = self.square((float(x), float(y)), half_m + 4.0)
                if shape.contains(near) and not len(self._occupied.query(near, "intersects")):
                    return square
        raise LookupError(code)

    def is_empty(self, edge: Edge, margin_m: float) -> bool:
        """Return whether no building or address lies near a stretch of border."""
        near = shapely.LineString(edge).buffer(margin_m / self.metres_east)
        return not len(self._occupied.query(near, "intersects"))

    # measuring

    def in_metres(self, places: Iterable[Vertex]) -> list[Vertex]:
        """Return places as metres, good for lengths alone."""
        return [(x * self.metres_east, y * _METRES_NORTH) for x, y in places]

    def in_degrees(self, place: Vertex) -> Vertex:
        """Return a place in metres as a point of the lattice."""
        return _on_lattice((place[0] / self.metres_east, place[1] / _METRES_NORTH))

    def beside(self, edge: Edge, along: float, offset_m: float) -> Vertex:
        """Return the lattice point at a share of an edge and some metres to its left."""
        (x, y), (to_x, to_y) = self.in_metres(edge)
        length = float(np.hypot(to_x - x, to_y - y))
        east = x + along * (to_x - x) - offset_m * (to_y - y) / length
        north = y + along * (to_y - y) + offset_m * (to_x - x) / length
        return self.in_degrees((east, north))

    def into(self, edge: Edge, code: str, along: float, offset_m: float) -> Vertex:
        """Return the point at a share of an edge and some metres into a grid."""
        point = self.beside(edge, along, offset_m)
        inside = self.shape(code).contains(shapely.Point(point))
        return point if inside else self.beside(edge, along, -offset_m)

    def square(self, middle: Vertex, half_m: float) -> BaseGeometry:
        """Return a square on the lattice."""
        east, north = half_m / self.metres_east, half_m / _METRES_NORTH
        x, y = middle
        corners = [(x - east, y - north), (x + east, y - north), (x + east, y + north)]
        corners.append((x - east, y + north))
        return shapely.Polygon([_on_lattice(corner) for corner in corners])

    def holder(self, level: int, point: BaseGeometry) -> str:
        """Return the grid of a level that holds a point."""
        grids = self.plan.grids[self.plan.grids["level"] == level]
        return str(grids["code"][grids.geometry.contains(point)].iloc[0])

    def nearest(self, codes: Iterable[str], shape: BaseGeometry) -> str:
        """Return the grid that is nearest to a shape."""
        return min(codes, key=lambda code: self.shape(code).distance(shape))

    def shared_line(self, one: str, other: str) -> shapely.LineString:
        """Return the border between two grids that have one in common."""
        shared = self.shape(one).boundary.intersection(self.shape(other).boundary)
        line = shapely.line_merge(shared)
        if not isinstance(line, shapely.LineString):
            raise LookupError(one, other)  # noqa: TRY004 - the grids are wrong, not a type
        return line

    # changing

    def shape(self, code: str) -> BaseGeometry:
        """Return a grid's shape."""
        found: BaseGeometry = self.grids.geometry.iloc[self._row[code]]
        return found

    def reshape(self, code: str, shape: BaseGeometry) -> None:
        """Give a grid another shape."""
        turned = shapely.orient_polygons(shape)
        self.grids.loc[self._row[code], "geometry"] = turned

    def set(self, code: str, **values: Any) -> None:
        """Set columns of a grid."""
        for column, value in values.items():
            self.grids.at[self._row[code], column] = value  # noqa: PD008 - .loc makes None NaN

    def households(self, code: str) -> int:
        """Return a grid's households."""
        return int(self.grids["households"].iloc[self._row[code]])

    def children(self, code: str) -> list[str]:
        """Return the codes of a grid's children."""
        return list(self.plan.grids["code"][self.plan.grids["parent"] == code])

    def general_children(self, code: str) -> list[str]:
        """Return the codes of a grid's children in which people live."""
        return [child for child in self.children(code) if self.households(child)]

    def bend(self, codes: Iterable[str], edge: Edge, *through: Vertex) -> None:
        """Lead the border of some grids through other points on a stretch of it."""
        for code in codes:
            self.reshape(code, bent(self.shape(code), edge, through))

    def append(self, layer: str, values: dict[str, Any], shape: BaseGeometry) -> None:
        """Add a feature to one of the town's layers."""
        row = conform(layer, gpd.GeoDataFrame([{**values, "geometry": shape}], crs=STORED_CRS))
        both = gpd.GeoDataFrame(pd.concat([self.layers[layer], row], ignore_index=True))
        self.layers[layer] = gpd.GeoDataFrame(conform(layer, both))

    def renumber(self, new: Mapping[str, str]) -> None:
        """Give grids other codes, wherever they or their children are written."""
        for frame, columns in (
            (self.grids, ("code", "parent")),
            (self.assignments, ("grid",)),
            (self.contacts, ("grid",)),
        ):
            for column in columns:
                codes = [code and _renumbered(code, new) for code in frame[column]]
                frame[column] = pd.Series(codes, index=frame.index, dtype=object)

    def overlay(
        self, codes: Iterable[str], shape: BaseGeometry, *, contact: bool = True, **values: Any
    ) -> None:
        """Lay special-purpose grids, stalls of a market, over the others, each with a contact."""
        codes = list(codes)
        rows = [
            {
                "code": code,
                "level": {15: 1, 19: 3}[len(code)],
                "parent": code[:17] if len(code) > 17 else None,
                "community": code[:12],
                "name": f"摊位{code[12:]}",
                "kind": "special",
                "mode": "overlay",
                "special_type": "market",
                "households": 0,
                "geometry": shape,
                **values,
            }
            for code in codes
        ]
        more = conform("grids", gpd.GeoDataFrame(rows, crs=STORED_CRS))
        both = gpd.GeoDataFrame(pd.concat([self.grids, more], ignore_index=True))
        self.grids = gpd.GeoDataFrame(conform("grids", both))
        if contact:
            self._appoint(codes)

    def _appoint(self, codes: list[str]) -> None:
        known = len(self.contacts)
        ids = [f"M{known + at:06d}" for at in range(len(codes))]
        row = self.contacts.iloc[[0] * len(codes)]
        people = row.assign(id=ids, grid=codes, stand_in=False)
        deputies = people.assign(id=[f"N{each}" for each in ids], stand_in=True)
        of_first = deputies[[len(code) == _FIRST_DIGITS for code in codes]]
        everyone = pd.concat([self.contacts, people, of_first], ignore_index=True)
        self.contacts = conform("contacts", everyone)


def _renumbered(code: str, new: Mapping[str, str]) -> str:
    for length in (17, 19):
        if code[:length] in new:
            return new[code[:length]] + code[length:]
    return code


def bent(shape: BaseGeometry, edge: Edge, through: tuple[Vertex, ...]) -> BaseGeometry:
    """Return an area whose border goes through other points on one of its edges."""
    places = [(x, y) for x, y in shapely.get_coordinates(shapely.get_exterior_ring(shape))]
    for at, step in enumerate(itertools.pairwise(places)):
        if step in (edge, edge[::-1]):
            points = through if step == edge else through[::-1]
            return shapely.Polygon([*places[: at + 1], *points, *places[at + 1 :]])
    raise LookupError(edge)


def _on_lattice(place: Vertex) -> Vertex:
    x, y = (round(round(value / LATTICE_DEGREES) * LATTICE_DEGREES, 7) for value in place)
    return x, y
