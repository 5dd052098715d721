"""Grids that were edited elsewhere: what the file leaves out is the plan's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from boundaries.importing.completing import union_on_lattice, wound_like
from boundaries.importing.confining import confined
from boundaries.importing.joining import Joined
from boundaries.plan import Plan
from boundaries.town import Town
from geo.layers import SCHEMAS, STORED_CRS, Reading, conform

UNNUMBERED = "new-"
"""How the codes of grids begin that the file leaves to us to number."""

MOVED = f"{UNNUMBERED}of-"
"""How the code of a grid begins that gets a new one; its old one stands behind."""

_SLICE = ["building", "stairs", "floors", "grid"]


def unnumbered(codes: pd.Series, file: str) -> pd.Series:
    """Return the codes with those that are missing replaced, so that the rows can be told."""
    missing = codes.isna()
    made = [f"{UNNUMBERED}{file}-{row}" for row in range(1, len(codes) + 1)]
    return codes.where(~missing, pd.Series(made, index=codes.index, dtype=object))


def without_unedited(joined: Joined, base: Plan) -> Joined:
    """Return the layers without assignments that say what the plan says already.

    A file that was exported before its grids were edited still has them as they were; only what
    somebody changed in the table is that person's word.
    """
    if "assignments" not in joined.frames:
        return joined
    table = joined.frames["assignments"]
    before = {building: set(rows) for building, rows in _by_building(base.assignments).items()}
    same = {
        building
        for building, rows in _by_building(table).items()
        if before.get(building) == set(rows)
    }
    edited = ~table["building"].isin(same).to_numpy()
    which, rows = joined.origin["assignments"]
    frames = {**joined.frames, "assignments": table[edited].reset_index(drop=True)}
    origin = {**joined.origin, "assignments": (which[edited], rows[edited])}
    return replace(joined, frames=frames, origin=origin)


def _by_building(table: pd.DataFrame) -> dict[str, list[tuple[str | None, ...]]]:
    found: dict[str, list[tuple[str | None, ...]]] = {}
    plain = table[_SLICE].astype(object).where(table[_SLICE].notna(), None)
    for building, *rest in plain.itertuples(index=False):
        found.setdefault(building, []).append(tuple(rest))
    return found


def merged_grids(
    joined: Joined,
    base: Plan,
    *,
    from_finest: bool = False,
    communities: frozenset[str] = frozenset(),
) -> tuple[gpd.GeoDataFrame, tuple[str, ...], int]:
    """Return the edited grids with what the files do not say taken from the plan.

    Columns that a file lacks are those of the grid with the same code. Levels that no file gives
    stay as they are; coarser than an edited one, they follow its borders.

    Parameters
    ----------
    joined
        What the files give.
    base
        The plan that was edited.
    from_finest
        Whether all coarser shapes are made anew from the finest that are given.
    communities
        Codes of the communities whose grids are taken from the files; all where empty.

    Returns
    -------
    grids, reshaped, left_aside
        Layer ``grids``, the codes of those whose shape was made from their children, and how
        many grids of the files are of other communities.
    """
    if "grids" not in joined.frames:
        return base.grids, (), 0
    every = given = _filled(joined, base)
    rest = base.grids[:0]
    if communities:
        given, rest = confined(every, base.grids, communities)
    present = {int(level) for level in given["level"]}
    missing = ~base.grids["level"].isin(present) & ~base.grids["code"].isin(rest["code"])
    grids = _together([given, rest, base.grids[missing]])
    finest = max(present, default=0)
    coarser = {int(level) for level in grids["level"] if level < finest}
    wanted = coarser if from_finest else coarser - present
    grids, reshaped = _reshaped(grids, base.grids, sorted(wanted, reverse=True))
    return grids, reshaped, len(every) - len(given)


def _filled(joined: Joined, base: Plan) -> gpd.GeoDataFrame:
    """Return the grids of the files, columns that they lack filled in by code from the plan."""
    frame = joined.frames["grids"].copy()
    which, _ = joined.origin["grids"]
    known = base.grids.drop_duplicates("code").set_index("code")
    for at, reading in enumerate(joined.readings["grids"]):
        rows = np.flatnonzero((which == at) & frame["code"].isin(known.index).to_numpy())
        for column in _lacking(reading):
            values = known[column].loc[frame["code"].iloc[rows]]
            frame.loc[frame.index[rows], column] = values.to_numpy()
    return gpd.GeoDataFrame(conform("grids", frame))


def _lacking(reading: Reading) -> list[str]:
    return [name for name in SCHEMAS["grids"].columns if name not in {*reading.columns, "level"}]


def _together(frames: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    filled = [frame for frame in frames if len(frame)] or list(frames[:1])
    joined = gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), crs=STORED_CRS)
    return joined.sort_values(["level", "code"], kind="stable", ignore_index=True)


def _reshaped(
    grids: gpd.GeoDataFrame, before: gpd.GeoDataFrame, levels: Sequence[int]
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Return the grids with parents at some levels drawn anew where their children changed."""
    shapes = grids.geometry.to_numpy().copy()
    done: list[str] = []
    was = _children(before, before.geometry.to_numpy())
    for level in levels:
        now = _children(grids, shapes)
        for at in np.flatnonzero((grids["level"] == level).to_numpy()):
            code = grids["code"].iloc[at]
            children = now.get(code, {})
            if not children or _same(children, was.get(code, {})):
                continue
            made = union_on_lattice(np.array(list(children.values()), dtype=object))
            made = wound_like(made, children.values())
            if not shapely.equals_exact(shapely.normalize(made), shapely.normalize(shapes[at])):
                shapes[at] = made
                done.append(code)
    geometry = gpd.GeoSeries(shapes, index=grids.index, crs=STORED_CRS)
    return grids.set_geometry(geometry), tuple(sorted(done))


def _children(
    grids: gpd.GeoDataFrame, shapes: npt.NDArray[np.object_]
) -> dict[str, dict[str, shapely.Geometry]]:
    """Return the shapes of the grids that divide each parent, by code."""
    found: dict[str, dict[str, shapely.Geometry]] = {}
    for code, parent, mode, shape in zip(
        grids["code"], grids["parent"], grids["mode"], shapes, strict=True
    ):
        if parent is not None and mode != "overlay":
            found.setdefault(parent, {})[code] = shape
    return found


def _same(one: dict[str, shapely.Geometry], other: dict[str, shapely.Geometry]) -> bool:
    return one.keys() == other.keys() and all(
        shapely.equals_exact(one[code], other[code]) for code in one
    )


def numbered(
    grids: gpd.GeoDataFrame, town: Town, used: Collection[str]
) -> tuple[gpd.GeoDataFrame, tuple[str, ...], dict[str, str]]:
    """Return the grids with codes for those that have none: the next free ones of their parent.

    Parameters
    ----------
    grids
        With parents and communities; what `MOVED` marks gets a new code, too.
    town
        Has the names of the communities, and the digits of the codes.
    used
        Codes that must not be given again.

    Returns
    -------
    grids, new, moved
        The codes given, and of those the ones of grids that had another before: old to new.

    Raises
    ------
    InputError
        A parent has more children than its digits can number.
    """
    if not grids["code"].str.startswith(UNNUMBERED).any():
        return grids, (), {}
    from boundaries.draft.naming import Unnamed, named  # noqa: PLC0415 - seldom, and it loads much

    grids = grids.sort_values("level", kind="stable", ignore_index=True)
    open_ = grids["code"].str.startswith(UNNUMBERED).to_numpy(dtype=bool)
    position = {code: at for at, code in enumerate(grids["code"])}
    communities = dict(zip(town.communities["code"], town.communities["name"], strict=True))
    middle = shapely.get_coordinates(shapely.point_on_surface(grids.geometry.to_numpy()))
    unnamed = [
        Unnamed(
            level=int(grid.level),
            parent=position.get(grid.parent),
            community=grid.community or "",
            community_name=communities.get(grid.community, ""),
            west_east=float(x),
            north_south=-float(y),
            is_special=grid.kind == "special" and grid.level == 1,
            kept_code=None if is_open else grid.code,
            kept_name=None if is_open else grid.name,
        )
        for grid, is_open, (x, y) in zip(grids.itertuples(index=False), open_, middle, strict=True)
    ]
    found = named(unnamed, town.scheme, used=frozenset(used) | frozenset(grids["code"]))
    codes = {old: new for old, (new, _) in zip(grids["code"], found, strict=True)}
    taken = set(grids["name"][~open_].dropna())
    names = [
        name if is_open and (own is None or own in taken) else own
        for own, (_, name), is_open in zip(grids["name"], found, open_, strict=True)
    ]
    grids = grids.assign(
        code=grids["code"].map(codes).astype(object),
        parent=grids["parent"].map(lambda code: codes.get(code, code)).astype(object),
        name=pd.Series(names, index=grids.index, dtype=object),
    )
    new = tuple(sorted(grids["code"][open_]))
    moved = {old.removeprefix(MOVED): code for old, code in codes.items() if old.startswith(MOVED)}
    return grids.sort_values(["level", "code"], kind="stable", ignore_index=True), new, moved
