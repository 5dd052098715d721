"""Grids that come back as a table, without shapes: those of the plan, or of the grids inside."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely

from boundaries.importing.completing import union_on_lattice, wound_like
from boundaries.importing.joining import Joined
from boundaries.plan import Plan
from geo.layers import STORED_CRS
from geo.problem import Problem


def with_shapes(joined: Joined, base: Plan) -> tuple[Joined, bool, list[Problem]]:
    """Return the layers with the shapes that a table of grids leaves out.

    A grid has the shape that it has in the plan. One that the plan does not have is drawn as the
    union of the grids that name it as their parent.

    Returns
    -------
    joined, is_table, problems
        Whether any shape was missing; a problem for each grid whose shape nothing tells.
    """
    frame = joined.frames.get("grids")
    if not isinstance(frame, gpd.GeoDataFrame) or not frame.geometry.isna().any():
        return joined, False, []
    shapes = frame.geometry.to_numpy().copy()
    known = dict(zip(base.grids["code"], base.grids.geometry, strict=True))
    missing = np.flatnonzero(shapely.is_missing(shapes))
    for at in missing:
        shapes[at] = known.get(frame["code"].iloc[at])
    new = missing[shapely.is_missing(shapes[missing])]
    parents = frame["parent"].to_numpy()
    for at in new[np.argsort(-frame["level"].to_numpy()[new], kind="stable")]:
        inside = shapes[(parents == frame["code"].iloc[at]) & ~shapely.is_missing(shapes)]
        if len(inside):
            shapes[at] = wound_like(union_on_lattice(inside), inside)
    problems = [
        joined.problem(
            "grids", int(at), "importing.shape_unknown", column="code", value=frame["name"].iloc[at]
        )
        for at in new[shapely.is_missing(shapes[new])]
    ]
    filled = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=STORED_CRS))
    return replace(joined, frames={**joined.frames, "grids": filled}), True, problems
