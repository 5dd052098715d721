"""Layers shifted as internet maps are, told from those that merely fit badly (rule R03)."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, box

from geo.datum import Datum, from_wgs84, to_wgs84
from geo.layers.shift import Shift, shifted_layers

_WEST, _SOUTH, _BLOCK, _BLOCKS = 111.66, 38.27, 0.001, 30


def _frame(shapes: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), crs=4490)  # type: ignore[call-overload]


def _town(seed: int = 1) -> dict[str, gpd.GeoDataFrame]:
    """Return a town of square blocks with a house in most of them and a road around each."""
    rng = np.random.default_rng(seed)
    column, row = (side.ravel() for side in np.meshgrid(range(_BLOCKS), range(_BLOCKS)))
    built = rng.random(column.size) < 0.7
    west, south = _WEST + column[built] * _BLOCK, _SOUTH + row[built] * _BLOCK
    gap = rng.uniform(0.1, 0.3, (2, built.sum())) * _BLOCK
    houses = shapely.box(
        west + gap[0], south + gap[1], west + _BLOCK - gap[0], south + _BLOCK - gap[1]
    )
    along = _WEST + _BLOCK * np.arange(_BLOCKS + 1)
    across = _SOUTH + _BLOCK * np.arange(_BLOCKS + 1)
    end = (along[-1], across[-1])
    roads = [LineString([(x, _SOUTH), (x, end[1])]) for x in along]
    roads += [LineString([(_WEST, y), (end[0], y)]) for y in across]
    return {
        "buildings": _frame(houses),
        "barriers": _frame(roads),
        "addresses": _frame(shapely.centroid(houses)),
        "jurisdiction": _frame([box(_WEST, _SOUTH, *end)]),
    }


def _moved(frame: gpd.GeoDataFrame, datum: Datum, *, back: bool = False) -> gpd.GeoDataFrame:
    change = to_wgs84 if back else from_wgs84
    return _frame(
        shapely.transform(
            frame.geometry.to_numpy(),
            lambda xy: np.column_stack(change(xy[:, 0], xy[:, 1], datum)),
        )
    )


def _found(layers: dict[str, gpd.GeoDataFrame]) -> list[Shift]:
    return shifted_layers(layers, least_m=50.0, most_m=700.0)


@given(st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_a_town_that_fits_is_left_alone(seed: int) -> None:
    assert _found(_town(seed)) == []


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
@pytest.mark.parametrize("layer", ["buildings", "addresses", "barriers"])
def test_one_shifted_layer_is_told(layer: str, datum: Datum) -> None:
    town = _town()
    found = _found({**town, layer: _moved(town[layer], datum)})
    assert [(each.layer, each.datum, each.is_inverse) for each in found] == [(layer, datum, False)]
    assert 300 < found[0].metres < 1_700


def test_a_shift_taken_off_twice_is_told_as_such() -> None:
    town = _town()
    found = _found({**town, "buildings": _moved(town["buildings"], Datum.GCJ02, back=True)})
    assert [(each.layer, each.is_inverse) for each in found] == [("buildings", True)]


def test_two_shifted_layers_are_both_told() -> None:
    town = _town()
    shifted = {layer: _moved(town[layer], Datum.GCJ02) for layer in ("buildings", "addresses")}
    assert {each.layer for each in _found({**town, **shifted})} <= {*shifted, "barriers"}
    assert _found({**town, **shifted})


@given(st.floats(0, 2 * np.pi), st.floats(20, 300))
@settings(max_examples=15, deadline=None)
def test_another_offset_is_not_taken_for_a_known_one(angle: float, metres: float) -> None:
    by = metres / 111_320 * np.array([np.cos(angle), np.sin(angle)])
    town = _town()
    away = _frame(shapely.transform(town["buildings"].geometry.to_numpy(), lambda xy: xy + by))
    gcj = np.array(from_wgs84(_WEST, _SOUTH, Datum.GCJ02)) - (_WEST, _SOUTH)
    off = np.abs(np.array([by - gcj, by + gcj])) % _BLOCK  # a grid of blocks looks alike
    if np.minimum(off, _BLOCK - off).max(axis=1).min() < _BLOCK / 3:
        return
    assert _found({**town, "buildings": away, "addresses": town["addresses"]}) == []


def test_too_little_to_tell() -> None:
    town = {layer: frame.iloc[:5] for layer, frame in _town().items()}
    town["buildings"] = _moved(town["buildings"], Datum.GCJ02)
    del town["jurisdiction"]
    assert _found(town) == []
