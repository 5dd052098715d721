"""Whatever stands in a table: it is read so that it fits its schema, or every fault is told."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.layers import SCHEMAS, read_layer
from geo.problem import InputError

_CELLS = st.one_of(
    st.sampled_from(
        [
            *("", " ", "1", "0", "-1", "1.5", "1e9", "１２", "NaN", "inf", "是", "否", "null"),
            *(
                "网格长",
                "道路",
                "general",
                "2026-02-30",
                "2026-12-01",
                "20261201",
                "12:00",
                "9999-12-31",
            ),
            *(
                "111.67",
                "38.28",
                "POINT (1 1)",
                "POLYGON EMPTY",
                "POINT Z (111 38 1)",
                "141127100201001",
                "1.4E+14",
                "小区",
            ),
        ]
    ),
    st.sampled_from(
        [
            "POLYGON ((111 38, 112 38, 112 39, 111 38), EMPTY)",
            "MULTIPOLYGON (((111 38, 112 38, 112 39, 111 38)), EMPTY)",
            "GEOMETRYCOLLECTION EMPTY",
            "CIRCULARSTRING (111 38, 111.1 38.1, 111.2 38)",
            "POLYGON ((111 38, 112 39, 112 38, 111 39, 111 38))",
            "LINESTRING (111 38, nan 39)",
        ]
    ),
    st.text(max_size=8),
    st.floats().map(repr),
    st.integers().map(str),
)
_LAYERS = tuple(SCHEMAS)


@given(layer=st.sampled_from(_LAYERS), data=st.data())
@settings(max_examples=60, deadline=None)
def test_any_table_is_read_or_refused(layer: str, data: st.DataObject) -> None:
    places = ["longitude", "latitude", "x", "y", "wkt", "crs"]
    columns = data.draw(
        st.lists(st.sampled_from([*SCHEMAS[layer].columns, *places]), min_size=1, unique=True)
    )
    width = len(columns)
    rows = data.draw(st.lists(st.lists(_CELLS, min_size=width, max_size=width), max_size=4))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        with path.open("w", encoding="utf-8", newline="", errors="surrogatepass") as file:
            csv.writer(file).writerows([columns, *rows])
        try:
            read = read_layer(path, layer, crs="EPSG:4490")
        except InputError as error:
            for problem in error.problems:
                assert problem.as_dict("zh")["message"]
                assert problem.row is None or 1 <= problem.row <= len(rows) + 1
            return
    assert len(read)
    SCHEMAS[layer].validate(pd.DataFrame(read.drop(columns="geometry", errors="ignore")))
