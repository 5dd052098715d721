"""Layers out of OpenStreetMap: from a PBF file, or from tables that keep OSM's tags as columns.

Ranks of roads: 1 motorway, trunk, primary · 2 secondary, tertiary · 3 residential, unclassified,
living street, pedestrian · 4 service, track · 5 footway, path, steps, cycleway. What lies
underground (a tunnel, a culvert, a metro station) is no border or building that can be seen, and
left out.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import shapely

from geo.aliases import Alias, AliasKind, write_aliases
from geo.layers.lattice import on_lattice
from geo.layers.schema import STORED_CRS, conform, empty_layer
from geo.layers.source import DEFAULT_LIMITS, Limits, checked_file, reading_of, refuse_rows

Tags = Mapping[str, str]

ROAD_RANKS = {
    kind: rank
    for rank, kinds in enumerate(
        (
            "motorway motorway_link trunk trunk_link primary primary_link",
            "secondary secondary_link tertiary tertiary_link",
            "residential unclassified living_street pedestrian road",
            "service track busway",
            "footway path steps cycleway bridleway corridor",
        ),
        start=1,
    )
    for kind in kinds.split()
}
_RAIL = frozenset({"rail", "light_rail", "subway", "tram", "narrow_gauge"})
_WATER = frozenset({"river", "canal", "stream", "drain", "ditch", "riverbank"})
_WALLS = frozenset({"wall", "city_wall", "retaining_wall"})
_FENCES = frozenset({"fence", "hedge", "guard_rail"})
_DWELLINGS = frozenset(
    {
        "apartments",
        "bungalow",
        "detached",
        "dormitory",
        "farm",
        "house",
        "hut",
        "residential",
        "semidetached_house",
        "static_caravan",
        "terrace",
    }
)
_OTHER_USES = ("amenity", "shop", "office", "leisure", "railway", "tourism", "historic")
_SCHOOLS = frozenset({"school", "kindergarten", "college", "university"})
_NO_DWELLINGS = {
    "landuse": frozenset(
        {"commercial", "retail", "industrial", "military", "education", "institutional"}
    ),
    "amenity": _SCHOOLS | {"hospital", "townhall"},
    "leisure": frozenset({"park", "stadium", "sports_centre"}),
}
"""Grounds on which a building of unknown use is taken to be no dwelling."""

_KEYS = (
    *("building", "highway", "railway", "waterway", "natural", "barrier"),
    *("landuse", "amenity", "leisure", "addr:housenumber"),
)
"""Objects without any of these tags are passed over before they reach Python."""

_UNDERGROUND = frozenset({"yes", "culvert", "building_passage"})
_WITH_NUMBER = re.compile(r"\d$")
_TAG_COLUMNS = {
    "buildings": ("building",),
    "barriers": ("highway", "railway", "waterway", "natural", "barrier"),
    "estates": ("landuse",),
    "addresses": ("addr_housenumber", "addr:housenumber"),
}

OSM_LAYERS = ("buildings", "barriers", "estates", "addresses")
"""Layers that OpenStreetMap holds; administrative areas must come from an authority."""


def barrier_of(tags: Tags) -> dict[str, Any] | None:
    """Return kind, rank and name of the border that a way makes on the ground, if any."""
    if tags.get("tunnel") in _UNDERGROUND:
        return None
    kind: tuple[str, int | None] | None = None
    if tags.get("highway") in ROAD_RANKS:
        kind = ("road", ROAD_RANKS[tags["highway"]])
    elif tags.get("railway") in _RAIL and not tags.get("layer", "0").startswith("-"):
        kind = ("railway", None)
    elif tags.get("waterway") in _WATER or tags.get("natural") == "water":
        kind = ("river", None)
    elif tags.get("barrier") in _WALLS:
        kind = ("wall", None)
    elif tags.get("barrier") in _FENCES:
        kind = ("fence", None)
    if kind is None:
        return None
    return {"kind": kind[0], "rank": kind[1], "name": tags.get("name")}


def _is_below_ground(tags: Tags) -> bool:
    """Tell whether a building lies under the streets, as a metro station does."""
    return tags.get("location") == "underground" or tags.get("layer", "0").startswith("-")


def building_of(tags: Tags) -> dict[str, Any] | None:
    """Return what is known of a building: name, floors, whether people live there."""
    use = tags.get("building")
    if use in (None, "no", "construction", "ruins") or _is_below_ground(tags):
        return None
    residential = use in _DWELLINGS or (
        use == "yes" and not any(tags.get(other) for other in _OTHER_USES)
    )
    levels = re.match(r"\d+", tags.get("building:levels", ""))
    floors = int(levels.group()) if levels and int(levels.group()) > 0 else None
    return {"name": tags.get("name"), "residential": residential, "floors": floors}


def estate_of(tags: Tags) -> dict[str, Any] | None:
    """Return name and kind of a residential area or a compound of its own."""
    kind = None
    if tags.get("amenity") in _SCHOOLS:
        kind = "school"
    elif tags.get("amenity") == "hospital":
        kind = "hospital"
    elif tags.get("amenity") == "marketplace":
        kind = "market"
    elif tags.get("landuse") == "residential":
        kind = "estate"
    elif tags.get("landuse") == "industrial":
        kind = "park"
    return None if kind is None else {"kind": kind, "name": tags.get("name")}


def address_of(tags: Tags) -> dict[str, Any] | None:
    """Return an address with a street or place and a number."""
    number = tags.get("addr:housenumber")
    road = tags.get("addr:street") or tags.get("addr:place")
    if not number or not road:
        return None
    number = f"{number}号" if _WITH_NUMBER.search(number) else number
    before = "".join(tags.get(key, "") for key in ("addr:city", "addr:district"))
    return {
        "text": f"{before}{road}{number}",
        "road": road,
        "number": number,
        "aliases": _aliases_of(tags),
    }


def _aliases_of(tags: Tags) -> str | None:
    """Return the names of an address by kind, as `geo.aliases` writes them."""
    found = [
        Alias(name.strip(), kind)
        for key, kind in _NAME_KEYS.items()
        for name in tags.get(key, "").split(";")
        if name.strip()
    ]
    return write_aliases(found) or None


_NAME_KEYS = {
    "name": None,
    "alt_name": None,
    "official_name": AliasKind.OFFICIAL,
    "old_name": AliasKind.OLD,
    "loc_name": AliasKind.COLLOQUIAL,
}

_OF_LAYER = {
    "buildings": building_of,
    "barriers": barrier_of,
    "estates": estate_of,
    "addresses": address_of,
}

_FOUND_IN_TAGS = {
    "buildings": ("name", "residential", "floors"),
    "barriers": ("kind", "rank", "name"),
    "estates": ("kind", "name"),
    "addresses": ("text", "road", "number", "aliases"),
}


def has_tags(values: pd.DataFrame, layer: str) -> bool:
    """Return whether a table keeps OSM's tags as columns, so that they tell the layer's values."""
    columns = set(values.columns)
    if layer == "barriers" and "kind" in columns:
        return False
    return any(name in columns for name in _TAG_COLUMNS.get(layer, ()))


def from_tags(values: pd.DataFrame, layer: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the layer's columns out of columns that are OSM's tags.

    Returns
    -------
    values
        One row a row; empty where the object is nothing of this layer.
    belongs
        Which rows are of the layer.
    """
    columns = {
        name: name.replace("building_levels", "building:levels").replace("addr_", "addr:")
        for name in values.columns
    }
    tables = values.rename(columns=columns).astype(object)
    tables = tables.where(tables.notna(), None)
    found: list[dict[str, Any]] = []
    belongs = np.zeros(len(values), dtype=bool)
    for at, row in enumerate(tables.to_dict("records")):
        tags = {str(key): str(value) for key, value in row.items() if value is not None}
        described = _OF_LAYER[layer](tags)
        belongs[at] = described is not None
        found.append({**(described or {}), "id": tags.get("osm_id") or tags.get("id")})
    names = ["id", *_FOUND_IN_TAGS[layer]]
    return pd.DataFrame(found, index=values.index, columns=names).astype(object), belongs


def read_osm(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> dict[str, gpd.GeoDataFrame]:
    """Read the layers that OpenStreetMap holds.

    Parameters
    ----------
    path
        PBF or OSM XML; its ways must carry or find their nodes in the file.
    limits
        Beyond them the file is refused.

    Returns
    -------
    dict
        ``buildings``, ``barriers``, ``estates`` and ``addresses``, each fitting its schema,
        EPSG:4490, on the lattice; ids are OSM's with ``n``, ``w`` or ``r`` before them. Areas,
        multipolygons too, are put together by osmium; those that cannot be are left out.

    Raises
    ------
    InputError
        The file is missing, truncated or too large.
    """
    checked_file(path, limits)
    found: dict[str, list[dict[str, Any]]] = {layer: [] for layer in OSM_LAYERS}
    shapes: dict[str, list[bytes]] = {layer: [] for layer in OSM_LAYERS}
    factory = osmium.geom.WKBFactory()
    grounds: list[bytes] = []
    dwellings: set[str] = set()
    with reading_of(path):
        item: Any
        objects = osmium.FileProcessor(str(path)).with_areas()
        for item in objects.with_filter(osmium.filter.KeyFilter(*_KEYS)):
            tags = {tag.k: tag.v for tag in item.tags}
            if item.is_area() and _is_without_dwellings(tags):
                grounds.append(_made(factory.create_multipolygon, item))
            for layer, row, shape in _rows(item, tags, factory):
                if tags.get("building") in _DWELLINGS:
                    dwellings.add(row["id"])
                found[layer].append(row)
                shapes[layer].append(shape)
                refuse_rows(path, layer, len(found[layer]), limits)
    layers = {layer: _layer(layer, found[layer], shapes[layer]) for layer in OSM_LAYERS}
    layers["buildings"] = _used_as_their_ground(layers["buildings"], grounds, dwellings)
    return layers


def _is_without_dwellings(tags: Tags) -> bool:
    """Return whether tags are of a ground, not a building, where hardly anyone lives."""
    return "building" not in tags and any(
        tags.get(key) in values for key, values in _NO_DWELLINGS.items()
    )


def _used_as_their_ground(
    buildings: gpd.GeoDataFrame, grounds: list[bytes], dwellings: Container[str]
) -> gpd.GeoDataFrame:
    """Return the buildings, those of unknown use on a ground without dwellings not residential."""
    made = shapely.from_wkb(np.array([wkb for wkb in grounds if wkb], dtype=object))
    points = shapely.point_on_surface(buildings.geometry.to_numpy())
    inside = np.zeros(len(buildings), dtype=bool)
    inside[shapely.STRtree(made).query(points, predicate="intersects")[0]] = True
    residential = buildings["residential"].to_numpy(dtype=bool)
    known = buildings["id"].isin(dwellings).to_numpy()
    return buildings.assign(residential=residential & (known | ~inside))


def _rows(item: Any, tags: Tags, factory: Any) -> list[tuple[str, dict[str, Any], bytes]]:
    """Return the rows that one object of the file makes: areas from rings, lines from ways."""
    rows: list[tuple[str, dict[str, Any], bytes]] = []
    if item.is_area():
        name = f"{'w' if item.from_way() else 'r'}{item.orig_id()}"
        for layer in OSM_LAYERS:
            described = _OF_LAYER[layer](tags)
            if described is None or (layer == "barriers" and described["kind"] != "river"):
                continue
            if layer == "addresses" and building_of(tags) is not None:
                described["building_id"] = name
            rows.append(
                (layer, {**described, "id": name}, _made(factory.create_multipolygon, item))
            )
    elif item.is_way():
        described = barrier_of(tags)
        is_area = item.is_closed() and tags.get("natural") == "water"
        if described is not None and not is_area:
            made = _made(factory.create_linestring, item)
            rows.append(("barriers", {**described, "id": f"w{item.id}"}, made))
    elif item.is_node():
        described = address_of(tags)
        if described is not None:
            row = {**described, "id": f"n{item.id}"}
            rows.append(("addresses", row, _made(factory.create_point, item)))
    return [(layer, row, shape) for layer, row, shape in rows if shape]


def _made(create: Any, item: Any) -> bytes:
    """Return an object's WKB; nothing where its nodes are not in the file."""
    try:
        return bytes.fromhex(create(item))
    except (RuntimeError, osmium.InvalidLocationError):
        return b""


def _layer(layer: str, rows: list[dict[str, Any]], wkb: list[bytes]) -> gpd.GeoDataFrame:
    if not rows:
        return empty_layer(layer)
    shapes = shapely.from_wkb(np.array(wkb, dtype=object))
    kind = shapely.get_type_id(shapes)
    lone = (kind == shapely.GeometryType.MULTIPOLYGON) & (shapely.get_num_geometries(shapes) == 1)
    shapes[lone] = shapely.get_geometry(shapes[lone], 0)
    if layer == "addresses":
        areas = shapely.get_dimensions(shapes) > 0
        shapes[areas] = shapely.point_on_surface(shapes[areas])
    frame = gpd.GeoDataFrame(
        pd.DataFrame(rows).astype(object), geometry=list(on_lattice(shapes)), crs=STORED_CRS
    )
    frame = frame[~frame.geometry.is_empty].drop_duplicates("id").reset_index(drop=True)
    return gpd.GeoDataFrame(conform(layer, frame))
