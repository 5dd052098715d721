"""Street blocks: the ground that roads, water, railways and community lines enclose."""

from __future__ import annotations

import heapq
from collections import defaultdict

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from boundaries.plan import Plan
from boundaries.scheme import Scheme
from boundaries.town import Town
from geo.layers import LATTICE_DEGREES, STORED_CRS, conform, rounded_degrees
from geo.problem import input_error

_SMALL_BLOCK_M2 = 2_000.0
_CROSSABLE = ("fence", "parcel")


def street_blocks(town: Town) -> gpd.GeoDataFrame:
    """Cut a town's jurisdiction into the blocks that its barriers and communities enclose.

    All lines are noded together on the 1e-7° lattice, so the blocks share every vertex and tile
    the ground exactly. Ground too small to be a block (a traffic island, a strip between two
    carriageways) goes to the neighbour with the longest shared border in its community.

    Parameters
    ----------
    town
        Needs a jurisdiction; barriers and communities are used where there are any.

    Returns
    -------
    geopandas.GeoDataFrame
        ``community`` (code, None where the town has none), ``households`` and geometry,
        EPSG:4490, west to east.

    Raises
    ------
    InputError
        The town has no jurisdiction.
    """
    if not len(town.jurisdiction):
        raise input_error("draft.no_jurisdiction", layer="jurisdiction")
    faces, community = _faces(town)
    area = _areas_m2(faces, town)
    labels = _absorbed(_neighbours(faces), area, community)
    blocks = gpd.GeoDataFrame(
        {"community": community, "label": labels}, geometry=list(faces), crs=STORED_CRS
    ).dissolve("label", aggfunc="first", method="coverage")
    blocks = blocks.reset_index(drop=True)
    order = np.argsort(shapely.bounds(blocks.geometry.to_numpy())[:, 0], kind="stable")
    blocks = blocks.iloc[order].reset_index(drop=True)
    blocks["households"] = _households(town, blocks)
    return blocks


def draft_from_blocks(town: Town, name: str) -> tuple[Town, Plan]:
    """Group street blocks to level-1 grids; finer levels are left to be drawn.

    Blocks with too few households join the neighbour they share most border with, inside their
    community, until the band's lower end is reached. A block above the band stays as it is: the
    check says so.

    Parameters
    ----------
    town
        Needs a jurisdiction; a community that covers it all is made up where there is none.
    name
        Name of the plan.

    Returns
    -------
    Town, Plan
        The town with its jurisdiction and communities carrying every vertex at which a grid's
        border meets them, and the draft.
    """
    town = _with_community(town)
    blocks = street_blocks(town)
    low, high = town.scheme.levels[0].low, town.scheme.levels[0].high
    labels = _grouped(blocks, low, high)
    grids = blocks.assign(label=labels).dissolve(
        "label", aggfunc={"community": "first", "households": "sum"}, method="coverage"
    )
    communities = blocks.dissolve("community", method="coverage").geometry
    outline = shapely.coverage_union_all(blocks.geometry.to_numpy())
    noded = town.with_layers(
        communities=town.communities.set_geometry(
            gpd.GeoSeries(town.communities["code"].map(communities).to_numpy(), crs=STORED_CRS)
        ),
        jurisdiction=town.jurisdiction.set_geometry(gpd.GeoSeries([outline], crs=STORED_CRS)),
    )
    estimated = bool(town.buildings["estimated"].any())
    return noded, Plan.of(name, town.name, _named(grids, noded, town.scheme, estimated=estimated))


def _with_community(town: Town) -> Town:
    """Return the town with one row in its jurisdiction and at least one community."""
    outline = shapely.union_all(town.jurisdiction.geometry.to_numpy())
    jurisdiction = town.jurisdiction.iloc[:1].set_geometry(
        gpd.GeoSeries([outline], index=town.jurisdiction.index[:1], crs=STORED_CRS)
    )
    town = town.with_layers(jurisdiction=jurisdiction)
    if len(town.communities):
        return town
    code = str(jurisdiction["code"].iloc[0] or "")
    made_up = gpd.GeoDataFrame(
        {
            "code": [code.ljust(town.scheme.community_digits, "0")],
            "name": [jurisdiction["name"].iloc[0] or town.name],
        },
        geometry=[outline],
        crs=STORED_CRS,
    )
    return town.with_layers(communities=conform("communities", made_up))


def _faces(town: Town) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """Return the faces of all lines together inside the jurisdiction, and their communities."""
    outline = shapely.union_all(town.jurisdiction.geometry.to_numpy())
    barriers = town.barriers[~town.barriers["kind"].isin(_CROSSABLE)].geometry.to_numpy()
    areal = shapely.get_dimensions(barriers) == 2  # noqa: PLR2004 - a water body is its bank
    lines = np.concatenate(
        [
            [shapely.boundary(outline)],
            shapely.boundary(town.communities.geometry.to_numpy()),
            shapely.boundary(barriers[areal]),
            barriers[~areal],
        ]
    )
    noded = shapely.union_all(lines, grid_size=LATTICE_DEGREES)
    noded = shapely.transform(noded, rounded_degrees)
    faces = shapely.get_parts(shapely.polygonize([noded]))
    inner = shapely.point_on_surface(faces)
    shapely.prepare(outline)
    faces, inner = (part[shapely.intersects(outline, inner)] for part in (faces, inner))
    community = np.full(len(faces), None, dtype=object)
    point, area = shapely.STRtree(town.communities.geometry.to_numpy()).query(
        inner, predicate="intersects"
    )
    community[point] = town.communities["code"].to_numpy()[area]
    return faces, community


def _areas_m2(faces: npt.NDArray[np.object_], town: Town) -> npt.NDArray[np.float64]:
    projected = gpd.GeoSeries(list(faces), crs=STORED_CRS).to_crs(town.crs)
    return np.asarray(projected.area, dtype=np.float64)


def _neighbours(faces: npt.NDArray[np.object_]) -> dict[int, dict[int, float]]:
    """Return the shared border's length (degrees) of every pair of faces that share one."""
    first, second = shapely.STRtree(faces).query(faces, predicate="intersects")
    first, second = (side[first < second] for side in (first, second))
    shared = shapely.length(shapely.intersection(faces[first], faces[second]))
    found: dict[int, dict[int, float]] = defaultdict(dict)
    for one, other, length in zip(first.tolist(), second.tolist(), shared.tolist(), strict=True):
        if length > 0:
            found[one][other] = found[other][one] = length
    return found


def _absorbed(
    neighbours: dict[int, dict[int, float]],
    area: npt.NDArray[np.float64],
    community: npt.NDArray[np.object_],
) -> npt.NDArray[np.int64]:
    """Give every small face to the neighbour it shares most border with; return the labels."""
    labels = np.arange(len(area))
    total = area.copy()
    for face in np.argsort(area, kind="stable").tolist():
        if total[labels[face]] >= _SMALL_BLOCK_M2:
            continue
        shared: dict[int, float] = defaultdict(float)
        for member in np.flatnonzero(labels == labels[face]).tolist():
            for other, length in neighbours[member].items():
                if labels[other] != labels[face] and community[other] == community[face]:
                    shared[int(labels[other])] += length
        if shared:
            target = max(shared, key=lambda label: (shared[label], -label))
            total[target] += total[labels[face]]
            labels[labels == labels[face]] = target
    return labels


def _households(town: Town, blocks: gpd.GeoDataFrame) -> npt.NDArray[np.int64]:
    """Count the households of the buildings whose inner point lies in each block."""
    buildings = town.buildings
    points = shapely.point_on_surface(buildings.geometry.to_numpy())
    building, block = shapely.STRtree(blocks.geometry.to_numpy()).query(
        points, predicate="intersects"
    )
    building, first = np.unique(building, return_index=True)
    counts = buildings["households"].fillna(0).to_numpy(dtype=np.int64)[building]
    return np.bincount(block[first], weights=counts, minlength=len(blocks)).astype(np.int64)


def _grouped(blocks: gpd.GeoDataFrame, low: int, high: int) -> npt.NDArray[np.int64]:
    """Join groups below the band to a neighbour, the smallest first."""
    community = blocks["community"].to_numpy()
    households = dict(enumerate(blocks["households"].tolist()))
    shared = {one: dict(others) for one, others in _neighbours(blocks.geometry.to_numpy()).items()}
    labels = np.arange(len(blocks))
    queue = [(count, group) for group, count in households.items() if count < low]
    heapq.heapify(queue)
    while queue:
        count, group = heapq.heappop(queue)
        if households.get(group) != count or count >= low:
            continue
        options = [
            (count + households[other] > high, -length, other)
            for other, length in shared.get(group, {}).items()
            if community[other] == community[group]
        ]
        if not options:
            continue
        target = min(options)[2]
        _join(shared, group, target)
        households[target] += households.pop(group)
        labels[labels == group] = target
        heapq.heappush(queue, (households[target], target))
    return labels


def _join(shared: dict[int, dict[int, float]], group: int, target: int) -> None:
    for other, length in shared.pop(group).items():
        del shared[other][group]
        if other != target:
            joined = shared[target].get(other, 0.0) + length
            shared[target][other] = shared[other][target] = joined


def _named(
    grids: gpd.GeoDataFrame, town: Town, scheme: Scheme, *, estimated: bool
) -> gpd.GeoDataFrame:
    """Give codes and names, numbering each community west to east, then north to south."""
    level = scheme.levels[0]
    names = dict(zip(town.communities["code"], town.communities["name"], strict=True))
    box = shapely.bounds(grids.geometry.to_numpy())
    order = np.lexsort((-box[:, 3], box[:, 0], grids["community"].to_numpy()))
    grids = grids.iloc[order].reset_index(drop=True)
    number = grids.groupby("community").cumcount() + 1
    grids["code"] = [
        f"{community}{serial:0{level.code_digits}d}"
        for community, serial in zip(grids["community"], number, strict=True)
    ]
    grids["name"] = [
        level.name_pattern.format(community=names[community], parent="", number=serial)
        for community, serial in zip(grids["community"], number, strict=True)
    ]
    grids["level"], grids["kind"], grids["estimated"] = level.level, "general", estimated
    return gpd.GeoDataFrame(conform("grids", grids))
