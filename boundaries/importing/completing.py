"""Fill in what a town's files do not say themselves: parents, communities, the town's ground."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from boundaries.importing.numbering import new_codes
from boundaries.scheme import Scheme
from boundaries.town import Town
from geo.layers import STORED_CRS, conform, on_lattice, valid_areas
from geo.problem import Problem
from messages import Message


@dataclass(frozen=True)
class Parts:
    """A town and its plan's parts on their way to being complete.

    Attributes
    ----------
    town
        The town.
    grids
        Layer ``grids``; None where none were given.
    assignments, contacts
        The plan's tables; None where none were given.
    notes
        What was filled in.
    """

    town: Town
    grids: gpd.GeoDataFrame | None
    assignments: pd.DataFrame | None
    contacts: pd.DataFrame | None
    notes: tuple[Message, ...] = ()

    def noting(self, key: str, /, **values: object) -> Parts:
        """Return the parts with one more note."""
        return replace(self, notes=(*self.notes, Message(key, values)))


def completed(parts: Parts, scheme: Scheme, *, renumber: bool) -> tuple[Parts, list[Problem]]:
    """Return the parts with parents, communities and ground filled in.

    Parameters
    ----------
    parts
        As read.
    scheme
        Says how codes are made up.
    renumber
        Whether grids get new codes by the scheme; their old ones become names where they have
        none.

    Returns
    -------
    parts, problems
        Problems where there are more grids than the scheme has numbers.
    """
    parts = _with_parents(parts, scheme)
    parts = _with_ground(parts)
    parts = _with_communities(parts, scheme)
    if not renumber or parts.grids is None:
        return parts, []
    codes, problems = new_codes(parts.grids, scheme)
    return (parts if problems else _recoded(parts, codes)), problems


def _with_parents(parts: Parts, scheme: Scheme) -> Parts:
    """Fill parents from codes, else from the grid of the level above that holds the inner point."""
    grids = parts.grids
    if grids is None:
        return parts
    known = set(grids["code"])
    parent = grids["parent"].where(grids["parent"].isin(known), None)
    coarsest = grids["level"].min()
    parent[grids["level"] == coarsest] = None
    lacks = (grids["level"] > coarsest) & parent.isna()
    by_code = grids["code"][lacks].map(scheme.parent_code)
    by_code = by_code[by_code.isin(known)]
    parent[by_code.index] = by_code
    levels = sorted(grids["level"].unique())
    is_base = grids["mode"] != "overlay"
    located = 0
    for above, level in pairwise(levels):
        rows = grids.index[(grids["level"] == level) & parent.isna()]
        found = holders(grids.loc[rows], grids[(grids["level"] == above) & is_base], "code")
        parent[rows] = found
        located += int(pd.Series(found, dtype=object).notna().sum())
    parts = replace(parts, grids=grids.assign(parent=parent.astype(object)))
    return parts.noting("importing.parents_located", number=located) if located else parts


def holders(
    inner: gpd.GeoDataFrame, outer: gpd.GeoDataFrame, column: str
) -> npt.NDArray[np.object_]:
    """Return which outer shape holds a point inside of each inner one; None where none does."""
    found = np.full(len(inner), None, dtype=object)
    if len(inner) and len(outer):
        points = shapely.point_on_surface(valid_areas(inner.geometry.to_numpy()))
        tree = shapely.STRtree(valid_areas(outer.geometry.to_numpy()))
        at, holder = tree.query(points, predicate="intersects")
        found[at[::-1]] = outer[column].to_numpy()[holder[::-1]]
    return found


def _with_ground(parts: Parts) -> Parts:
    """Derive a jurisdiction from the communities, else from the coarsest grids."""
    town, grids = parts.town, parts.grids
    if len(town.jurisdiction):
        return parts
    if len(town.communities):
        shapes, origin = town.communities.geometry.to_numpy(), "communities"
    elif grids is not None:
        base = grids[(grids["level"] == grids["level"].min()) & (grids["mode"] != "overlay")]
        shapes, origin = base.geometry.to_numpy(), "grids"
    else:
        return parts
    made = gpd.GeoDataFrame(
        {"code": [None], "name": [town.name]}, geometry=[union_on_lattice(shapes)], crs=STORED_CRS
    )
    town = town.with_layers(jurisdiction=conform("jurisdiction", made))
    return replace(parts, town=town).noting("importing.ground_derived", origin=origin)


def union_on_lattice(shapes: npt.NDArray[np.object_]) -> shapely.Geometry:
    """Return shapes as one, keeping every vertex of its border; faulty ones are mended first."""
    whole = shapely.union_all(valid_areas(shapes))
    return on_lattice(np.array([whole], dtype=object))[0]


def wound_like(made: shapely.Geometry, parts: Iterable[shapely.Geometry]) -> shapely.Geometry:
    """Return a union whose outer rings run as those of its parts do (rule B07)."""
    rings = shapely.get_exterior_ring(shapely.get_parts(list(parts)))
    return shapely.orient_polygons(made, exterior_cw=not shapely.is_ccw(rings).any())


def _with_communities(parts: Parts, scheme: Scheme) -> Parts:
    """Fill the grids' communities, and derive the communities where there are none."""
    grids = parts.grids
    if grids is not None:
        parts = replace(parts, grids=grids.assign(community=_communities_of(parts, scheme)))
    if len(parts.town.communities) or not len(parts.town.jurisdiction):
        return parts
    if grids is None or parts.grids is None:
        return _with_one_community(parts, scheme)
    coarsest = parts.grids[parts.grids["level"] == parts.grids["level"].min()]
    coarsest = coarsest[coarsest["mode"] != "overlay"]
    if coarsest["community"].isna().any():
        return _with_one_community(parts, scheme)
    groups = coarsest.groupby("community", sort=True)
    codes = [str(code) for code, _ in groups]
    shapes = [union_on_lattice(group.geometry.to_numpy()) for _, group in groups]
    names = codes if len(codes) > 1 else [parts.town.name]
    made = gpd.GeoDataFrame({"code": codes, "name": names}, geometry=shapes, crs=STORED_CRS)
    town = parts.town.with_layers(communities=conform("communities", made))
    return replace(parts, town=town).noting("importing.communities_derived", number=len(codes))


def _communities_of(parts: Parts, scheme: Scheme) -> pd.Series:
    """Return the community of each grid: given, from the code, else from where it lies."""
    grids = parts.grids
    if grids is None:
        return pd.Series([], dtype=object)
    community = grids["community"].copy()
    lacks = community.isna() & (grids["code"].map(scheme.level_of_code) == grids["level"])
    community[lacks] = grids["code"][lacks].map(scheme.community_of)
    rows = grids.index[community.isna()]
    community[rows] = holders(grids.loc[rows], parts.town.communities, "code")
    return community.astype(object)


def _with_one_community(parts: Parts, scheme: Scheme) -> Parts:
    """Make one community that covers the jurisdiction; its code is the jurisdiction's, filled."""
    jurisdiction = parts.town.jurisdiction
    code = str(jurisdiction["code"].iloc[0] or "").ljust(scheme.community_digits, "0")
    name = jurisdiction["name"].iloc[0] or parts.town.name
    shapes = jurisdiction.geometry.to_numpy()
    whole = shapes[0] if len(shapes) == 1 else union_on_lattice(shapes)
    made = gpd.GeoDataFrame({"code": [code], "name": [name]}, geometry=[whole], crs=STORED_CRS)
    town = parts.town.with_layers(communities=conform("communities", made))
    grids = parts.grids
    if grids is not None:
        grids = grids.assign(community=pd.Series(code, index=grids.index, dtype=object))
    return replace(parts, town=town, grids=grids).noting("importing.one_community", code=code)


def _recoded(parts: Parts, codes: dict[str, str]) -> Parts:
    """Return the parts with new codes wherever an old one stood."""
    grids = parts.grids
    if grids is None:
        return parts
    grids = grids.assign(
        name=grids["name"].where(grids["name"].notna(), grids["code"]),
        parent=grids["parent"].map(codes).astype(object).where(grids["parent"].notna(), None),
        code=grids["code"].map(codes).astype(object),
    )

    def changed(table: pd.DataFrame | None) -> pd.DataFrame | None:
        if table is None:
            return None
        new = table["grid"].map(codes).astype(object)
        return table.assign(grid=new.where(table["grid"].isin(list(codes)), table["grid"]))

    town = parts.town.with_layers(addresses=changed(parts.town.addresses))
    done = replace(
        parts,
        town=town,
        grids=grids,
        assignments=changed(parts.assignments),
        contacts=changed(parts.contacts),
    )
    return done.noting("importing.renumbered", number=len(codes))
