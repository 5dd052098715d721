"""Real nested divisions: nothing on a perfect one, only what is there on islands."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo.coverage import GridLevel, Grids, inspect, is_proved


def read(path: Path, crs: str) -> Grids:
    layers = [("code2", "CODE2", None), ("code1", "CODE1", "CODE2"), ("base", "CODEBASE", "CODE1")]
    levels = []
    for number, (layer, code, parent) in enumerate(layers, start=1):
        frame = gpd.read_file(path, layer=layer).to_crs(crs)
        parents = None if parent is None else frame[parent].tolist()
        levels.append(
            GridLevel.of(number, frame[code].tolist(), frame.geometry.to_numpy(), parents)
        )
    return Grids(tuple(levels), shapely.coverage_union_all(levels[-1].geometry))


@pytest.mark.parametrize(
    ("file", "crs", "kinds"),
    [
        ("tw_tainan_xinying/xinying_nested.gpkg", "EPSG:3826", set()),
        # straight borders with up to 25 vertices in a row; twelve islands are no fault
        ("tw_penghu_magong/magong_nested.gpkg", "EPSG:3825", {"vertex.needless"}),
    ],
)
def test_only_what_is_there_is_told(shared_data: Path, file: str, crs: str, kinds: set[str]):
    grids = read(shared_data / file, crs)
    assert is_proved(grids)
    assert {fault.kind for fault in inspect(grids)} == kinds
