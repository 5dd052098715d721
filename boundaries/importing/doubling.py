"""The same thing given twice: by two files, or by a file and by OpenStreetMap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import shapely

from boundaries.importing.sources import OSM
from geo.layers import Reading
from geo.problem import Problem, input_error
from messages import Message

_ONE_SOURCE = ("jurisdiction", "communities", "estates", "buildings", "addresses")


def without_doubles(readings: Sequence[Reading], notes: list[Message]) -> list[Reading]:
    """Return the readings without what another one already has; notes say what was left out.

    A layer of OpenStreetMap gives way to a file of its own, except barriers, which add up: of
    these, only the objects that a file of its own has already are left out. A file with the very
    same shapes as another is left out.
    """
    own = [each for each in readings if each.source.layer != OSM]
    kept: list[Reading] = []
    for each in own:
        twin = next((other for other in kept if _is_same(each, other)), None)
        if twin is None:
            kept.append(each)
        else:
            notes.append(each.source.note("importing.same_as", other=twin.source.file))
    own_layers = {each.layer for each in kept}
    for each in readings:
        if each.source.layer != OSM:
            continue
        if each.layer not in own_layers:
            kept.append(_unlinked(each) if "buildings" in own_layers else each)
        elif each.layer == "barriers":
            kept.append(_without(each, kept))
        else:
            notes.append(each.source.note("importing.osm_replaced", town_layer=each.layer))
    return kept


def _unlinked(osm: Reading) -> Reading:
    """Return OpenStreetMap's addresses without the buildings that are not taken from it."""
    if osm.layer != "addresses":
        return osm
    none = pd.Series(None, index=osm.frame.index, dtype=object)
    return replace(osm, frame=osm.frame.assign(building_id=none))


def _is_same(one: Reading, other: Reading) -> bool:
    if one.layer != other.layer or one.layer not in _ONE_SOURCE:
        return False
    if not isinstance(one.frame, gpd.GeoDataFrame) or len(one.frame) != len(other.frame):
        return False
    shapes = one.frame.geometry.to_numpy(), other.frame.geometry.to_numpy()
    return bool((shapely.to_wkb(shapes[0]) == shapely.to_wkb(shapes[1])).all())


def _without(osm: Reading, others: Sequence[Reading]) -> Reading:
    """Return OpenStreetMap's barriers without those that another file has."""
    known = {name for each in others if each.layer == "barriers" for name in each.frame["id"]}
    new = ~osm.frame["id"].isin(known).to_numpy()
    return replace(osm, frame=osm.frame[new].reset_index(drop=True), rows=osm.rows[new])


def given_twice(readings: Sequence[Reading]) -> list[Problem]:
    """Return the layers for which there is more than one source, and only one can be right."""
    problems: list[Problem] = []
    for layer in _ONE_SOURCE:
        places = [
            f"{each.source.file}:{each.source.layer}" if each.source.layer else each.source.file
            for each in readings
            if each.layer == layer
        ]
        if len(places) > 1:
            problems += input_error(
                "importing.given_twice", layer=layer, value="、".join(places)
            ).problems
    return problems
