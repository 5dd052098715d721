"""Grids of an edited plan that go on under another code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from boundaries.scheme import Scheme
from geo.layers import valid_areas

_NEARLY_ALL = 0.9  # of a grid's ground


def under_new_parents(
    grids: gpd.GeoDataFrame, before: gpd.GeoDataFrame, scheme: Scheme, *, marked: str
) -> gpd.GeoDataFrame:
    """Return the grids with those that got another parent marked for a new code.

    A code begins with its parent's. A grid has another parent where the file says so, or where it
    or its parent was drawn anew and nearly all of it lies in another grid of the level above.
    Codes that do not begin with the parent's in the plan that was edited stay as they are.

    Parameters
    ----------
    grids
        Edited, with parents.
    before
        The plan's.
    scheme
        How codes are made up.
    marked
        How marked codes begin; the old code stands behind.
    """
    grids = grids.sort_values("level", kind="stable", ignore_index=True)
    was = before.drop_duplicates("code").set_index("code")
    parents = _parents_by_place(grids, was)
    codes, names = (grids[name].to_numpy(dtype=object).copy() for name in ("code", "name"))
    new: dict[object, object] = {}
    for at, (code, parent) in enumerate(zip(grids["code"], parents, strict=True)):
        parents[at] = new.get(parent, parent)
        if code not in was.index or parents[at] is None:
            continue
        old = was.loc[code]
        if scheme.parent_code(code) == old["parent"] != parents[at]:
            codes[at] = new[code] = f"{marked}{code}"
            is_old = names[at] == old["name"]
            names[at] = None if is_old and _is_usual(old, code, was, scheme) else names[at]
    columns = {"code": codes, "parent": parents, "name": names}
    return grids.assign(**{key: pd.Series(each, dtype=object) for key, each in columns.items()})


def _parents_by_place(grids: gpd.GeoDataFrame, was: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Return the parents, those that the edit drew away from their children made good."""
    codes = grids["code"].to_numpy()
    parents = grids["parent"].to_numpy(dtype=object).copy()
    shapes = valid_areas(grids.geometry.to_numpy())
    drawn = ~shapely.equals_exact(
        shapely.normalize(grids.geometry.to_numpy()),
        shapely.normalize(was["geometry"].reindex(codes).to_numpy()),
    )
    said = np.array(
        [
            code in was.index and parent != was["parent"][code]
            for code, parent in zip(codes, parents, strict=True)
        ]
    )
    levels, is_base = grids["level"].to_numpy(), (grids["mode"] != "overlay").to_numpy()
    for above, level in pairwise(sorted(set(levels.tolist()))):
        over = np.flatnonzero((levels == above) & is_base)
        at_code = {codes[at]: at for at in over}
        tree = shapely.STRtree(shapes[over])
        for at in np.flatnonzero((levels == level) & is_base & ~said):
            parent = at_code.get(parents[at])
            if parent is None or not (drawn[at] or drawn[parent]):
                continue
            for other in over[tree.query(shapes[at], predicate="intersects")]:
                shared = shapely.area(shapely.intersection(shapes[at], shapes[other]))
                if shared >= _NEARLY_ALL * shapely.area(shapes[at]):
                    parents[at] = codes[other]
    return parents


def _is_usual(old: pd.Series, code: str, was: pd.DataFrame, scheme: Scheme) -> bool:
    """Return whether a grid has the name that its number under its parent makes."""
    level = scheme.level(int(old["level"]))
    serial = code[-level.code_digits :]
    above = was["name"].get(old["parent"])
    return bool(
        serial.isdecimal()
        and old["name"]
        == level.name_pattern.format(community="", parent=above or "", number=int(serial))
    )


def successors(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, known: Mapping[str, str]
) -> dict[str, str]:
    """Return the codes that were given up only to go on under another code.

    Parameters
    ----------
    before, after
        The grids of both plans.
    known
        Those that are known already; all others are told by their ground.
    """
    gone = before[~before["code"].isin([*after["code"], *known])]
    new = after[~after["code"].isin([*before["code"], *known.values()])]
    if not len(gone) or not len(new):
        return dict(known)
    one, other = (valid_areas(frame.geometry.to_numpy()) for frame in (gone, new))
    left, right = shapely.STRtree(other).query(one, predicate="intersects")
    shared = shapely.area(shapely.intersection(one[left], other[right]))
    same = (gone["level"].to_numpy()[left] == new["level"].to_numpy()[right]) & (
        shared >= _NEARLY_ALL * np.maximum(shapely.area(one)[left], shapely.area(other)[right])
    )
    pairs = list(
        zip(gone["code"].to_numpy()[left[same]], new["code"].to_numpy()[right[same]], strict=True)
    )
    firsts, seconds = Counter(old for old, _ in pairs), Counter(code for _, code in pairs)
    alone = {old: code for old, code in pairs if firsts[old] == 1 and seconds[code] == 1}
    return {**known, **alone}
