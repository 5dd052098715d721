"""What lies beside, above and below a grid of a snapshot."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import shapely

from boundaries.snapshot import Snapshot


@dataclass(frozen=True)
class Related:
    """A grid and, for one that shares a border, the length of it, metres."""

    code: str
    name: str | None
    shared_m: float | None = None


@dataclass(frozen=True)
class Neighbourhood:
    """The grids around one: parents (nearest first), children, neighbours of its level."""

    parents: tuple[Related, ...]
    children: tuple[Related, ...]
    neighbours: tuple[Related, ...]


def neighbourhood(snapshot: Snapshot, row: int) -> Neighbourhood:
    """Return what lies around a grid.

    Parameters
    ----------
    snapshot
        Where the grid is.
    row
        Its row in ``snapshot.grids``.
    """
    grids = snapshot.grids
    names = dict(zip(grids["code"], grids["name"], strict=True))
    code, level = grids["code"].iat[row], grids["level"].iat[row]
    parents, above = [], grids["parent"].iat[row]
    above_of = dict(zip(grids["code"], grids["parent"], strict=True))
    while above is not None and above in names:
        parents.append(Related(above, names[above]))
        above = above_of[above]
    children = grids.loc[grids["parent"] == code, ["code", "name"]]
    beside = grids[(grids["level"] == level) & (grids["code"] != code)]
    return Neighbourhood(
        tuple(parents),
        tuple(Related(*child) for child in children.itertuples(index=False)),
        _neighbours(grids.iloc[[row]], beside, int(snapshot.manifest["crs"])),
    )


def _neighbours(grid: gpd.GeoDataFrame, others: gpd.GeoDataFrame, crs: int) -> tuple[Related, ...]:
    """Return those with which the grid shares a line, the longest first."""
    touching = others.iloc[others.sindex.query(grid.geometry.iat[0], predicate="intersects")]
    border = shapely.boundary(grid.to_crs(crs).geometry.iat[0])
    projected = touching.to_crs(crs).geometry.to_numpy()
    shared = shapely.length(shapely.intersection(border, shapely.boundary(projected)))
    found = [
        Related(code, name, round(length, 1))
        for code, name, length in zip(touching["code"], touching["name"], shared, strict=True)
        if length > 0
    ]
    return tuple(sorted(found, key=lambda each: (-(each.shared_m or 0), each.code)))
