"""The shape of every layer: columns, types, values, geometry."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa

STORED_CRS = "EPSG:4490"
"""CGCS2000 longitude and latitude: what every stored layer is in."""

LATTICE_DEGREES = 1e-7
"""Step to which every stored coordinate is rounded, some 1 cm."""

SPECIAL_TYPES = (
    "government",
    "park",
    "enterprise",
    "market",
    "business_building",
    "school",
    "hospital",
    "scenic",
    "transport",
    "construction",
    "other",
)
ESTATE_KINDS = ("estate", "resettlement", "village", *SPECIAL_TYPES)
BARRIER_KINDS = ("road", "river", "railway", "wall", "fence", "parcel")
ROLES = ("grid_leader", "full_time", "part_time", "adviser", "building_head")
BASES = ("local_rule", "consent", "office_contact")
PARTIES = ("branch", "joint_branch", "group", "member_household")
EXEMPTIONS = (
    "island",
    "natural_village",
    "new_estate",
    "special_purpose",
    "rest_of_building",
    "linear_village",
)

_POLYGON = ("Polygon", "MultiPolygon")
_LINE = ("LineString", "MultiLineString")

GEOMETRY_TYPES: dict[str, tuple[str, ...] | None] = {
    "jurisdiction": _POLYGON,
    "communities": _POLYGON,
    "estates": _POLYGON,
    "buildings": _POLYGON,
    "barriers": (*_LINE, *_POLYGON),
    "addresses": ("Point",),
    "grids": _POLYGON,
    "assignments": None,
    "contacts": None,
}
"""Geometry types that a layer may hold; None for a table without places."""

NULL_GEOMETRY_ALLOWED = ("addresses",)


def _text(*, nullable: bool = True, unique: bool = False, pattern: str | None = None) -> pa.Column:
    checks = [] if pattern is None else [pa.Check.str_matches(pattern)]
    return pa.Column(object, checks, nullable=nullable, unique=unique, required=True)


def _choice(*values: str, nullable: bool = True) -> pa.Column:
    return pa.Column(object, pa.Check.isin(values), nullable=nullable)


def _count(*, least: int = 0, nullable: bool = True) -> pa.Column:
    return pa.Column(pd.Int64Dtype(), pa.Check.ge(least), nullable=nullable)


def _flag() -> pa.Column:
    return pa.Column(bool, nullable=False)


def _date() -> pa.Column:
    return pa.Column("datetime64[ns]", nullable=True)


SCHEMAS: dict[str, pa.DataFrameSchema] = {
    "jurisdiction": pa.DataFrameSchema({"code": _text(), "name": _text()}),
    "communities": pa.DataFrameSchema(
        {
            "code": _text(nullable=False, unique=True),
            "name": _text(nullable=False),
            "households": _count(),
        }
    ),
    "estates": pa.DataFrameSchema(
        {
            "id": _text(nullable=False, unique=True),
            "name": _text(),
            "kind": _choice(*ESTATE_KINDS, nullable=False),
            "community": _text(),
        }
    ),
    "buildings": pa.DataFrameSchema(
        {
            "id": _text(nullable=False, unique=True),
            "name": _text(),
            "estate": _text(),
            "residential": _flag(),
            "households": _count(),
            "stairs": _count(least=1),
            "floors": _count(least=1),
            "estimated": _flag(),
        }
    ),
    "barriers": pa.DataFrameSchema(
        {
            "id": _text(nullable=False, unique=True),
            "kind": _choice(*BARRIER_KINDS, nullable=False),
            "rank": _count(least=1),
            "name": _text(),
        }
    ),
    "addresses": pa.DataFrameSchema(
        {
            "id": _text(nullable=False, unique=True),
            "text": _text(nullable=False),
            "town": _text(),
            "village": _text(),
            "road": _text(),
            "number": _text(),
            "compound": _text(),
            "zone": _text(),
            "building": _text(),
            "stair": _text(),
            "aliases": _text(),
            "building_id": _text(),
            "grid": _text(),
            "households": _count(),
        }
    ),
    "grids": pa.DataFrameSchema(
        {
            "code": _text(nullable=False),
            "level": pa.Column("int64", pa.Check.ge(1)),
            "parent": _text(),
            "community": _text(),
            "name": _text(),
            "kind": _choice("general", "special", nullable=False),
            "mode": _choice("exclusive", "overlay"),
            "special_type": _choice(*SPECIAL_TYPES),
            "households": _count(),
            "estimated": _flag(),
            "reason": _choice(*EXEMPTIONS),
            "party": _choice(*PARTIES),
        }
    ),
    "assignments": pa.DataFrameSchema(
        {
            "building": _text(nullable=False),
            "stairs": _text(),
            "floors": _text(),
            "grid": _text(nullable=False),
            "households": _count(),
        }
    ),
    "contacts": pa.DataFrameSchema(
        {
            "id": _text(nullable=False),
            "grid": _text(nullable=False),
            "role": _choice(*ROLES, nullable=False),
            "stand_in": _flag(),
            "name": _text(),
            "title": _text(),
            "phone": _text(),
            "duty_phone": _text(),
            "basis": _choice(*BASES),
            "duties": _text(),
            "since": _date(),
            "until": _date(),
            "verified": _date(),
        }
    ),
}
"""One schema a layer; geometry is checked by `geo.layers` beside it.

Text that is missing is None, a missing count ``pd.NA``, a missing date ``NaT``. Several aliases
stand in one text with ``;`` between them; stairs and floors of a slice are runs such as ``1-3,5``.
"""

LAYERS = tuple(SCHEMAS)
TABLES = tuple(layer for layer, types in GEOMETRY_TYPES.items() if types is None)


def column_dtypes(layer: str) -> dict[str, Any]:
    """Return the pandas dtype of every column of a layer, geometry left out."""
    return {name: column.dtype.type for name, column in SCHEMAS[layer].columns.items()}


def empty_table(layer: str) -> pd.DataFrame:
    """Return a table of the layer's columns without any row."""
    return pd.DataFrame(
        {name: pd.Series([], dtype=dtype) for name, dtype in column_dtypes(layer).items()}
    )


def empty_layer(layer: str) -> gpd.GeoDataFrame:
    """Return the layer without any row, in EPSG:4490."""
    return gpd.GeoDataFrame(empty_table(layer), geometry=[], crs=STORED_CRS)


def conform(layer: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with the layer's columns and dtypes, in order; missing ones are filled.

    Flags that are missing become False. For frames built by our own code; files from outside
    go through `read_layer`, which names every bad row.

    Raises
    ------
    pandera.errors.SchemaErrors
        A value does not fit the layer.
    """
    columns: dict[str, Any] = {}
    for name, dtype in column_dtypes(layer).items():
        values = frame[name] if name in frame else pd.Series([None] * len(frame), index=frame.index)
        if dtype is bool or str(dtype) == "bool":
            columns[name] = np.where(values.notna(), values, 0).astype(bool)
        elif str(dtype) == "object":
            columns[name] = values.astype(object).where(values.notna(), None)
        else:
            columns[name] = values.astype(dtype)
    table = pd.DataFrame(columns, index=frame.index)
    SCHEMAS[layer].validate(table, lazy=True)
    if GEOMETRY_TYPES[layer] is None:
        return table
    layered: gpd.GeoDataFrame = gpd.GeoDataFrame(
        table, geometry=gpd.GeoSeries(frame["geometry"]), crs=frame.crs
    )
    return layered
