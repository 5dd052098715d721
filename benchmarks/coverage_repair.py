"""How the repair mends planted defects, beside what other tools make of them.

Two files are mended: the base with all fixable defects of group A planted at once, and with all.
Others are given the finest level alone, as they know no more.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import resource
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from planted import Defect, Suite, data_folder, is_fixable, planted, read_suite

from geo.coverage import GridLevel, Grids, inspect, residual
from geo.coverage.gate import admit
from geo.repair import repair

Objects = np.ndarray
GAP_M = 25.0
INSTALL_MAPSHAPER = "npm install --prefix FOLDER mapshaper; PATH=FOLDER/node_modules/.bin:$PATH"


@dataclass(frozen=True)
class Outcome:
    """What a tool made of one file."""

    fixed: int
    planted: int
    distance_m2: float
    parents_broken: int
    grids_lost: int
    moved_outside_m2: float
    cpu_s: float


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of the planted suites")
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--ours-only", action="store_true", help="leave the others out")
    arguments = parser.parse_args()
    suite = read_suite(data_folder(arguments.data), "A")
    fixable = tuple(defect for defect in suite.defects if is_fixable(defect))
    figures: dict[str, dict[str, float]] = {}
    for name, mend in _tools(ours_only=arguments.ours_only).items():
        some = _outcome(suite, fixable, mend)
        every = _outcome(suite, suite.defects, mend)
        figures[name] = {
            "fixed": some.fixed,
            "fixable": some.planted,
            "fixed_all": every.fixed,
            "planted_all": every.planted,
            "distance_m2": round(some.distance_m2, 3),
            "parents_broken": some.parents_broken,
            "grids_lost": some.grids_lost,
            "moved_outside_m2": round(some.moved_outside_m2, 3),
            "cpu_s": round(some.cpu_s, 3),
        }
        ratio = some.cpu_s / max(figures["ours"]["cpu_s"], 1e-9)
        print(f"{name:16} {figures[name]}  CPU {ratio:.2f} x ours", flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


def _tools(*, ours_only: bool) -> dict[str, Callable[[Grids], Grids]]:
    tools: dict[str, Callable[[Grids], Grids]] = {"ours": _ours}
    if ours_only:
        return tools
    tools["coverage_clean"] = _coverage_clean
    program = shutil.which("mapshaper")
    if program:
        tools["mapshaper"] = lambda grids: _mapshaper(program, grids)
    else:
        print(f"mapshaper is not on the PATH: left out. To have it: {INSTALL_MAPSHAPER}")
    try:
        import maup  # noqa: F401, PLC0415
    except ImportError:
        print("maup is not installed: left out")
    else:
        tools["smart_repair"] = _smart_repair
    return tools


def _ours(grids: Grids) -> Grids:
    return repair(grids, gap_m=GAP_M, lattice=0.001, with_remaining=False).grids


def _coverage_clean(grids: Grids) -> Grids:
    finest = grids.levels[-1]
    return _with_finest(grids, shapely.coverage_clean(finest.geometry, gap_width=GAP_M))


def _smart_repair(grids: Grids) -> Grids:
    import maup  # noqa: PLC0415

    finest, parents = grids.levels[-1], grids.levels[-2]
    frame = gpd.GeoDataFrame(geometry=list(finest.geometry), crs="EPSG:4547")
    regions = gpd.GeoDataFrame(geometry=list(parents.geometry), crs="EPSG:4547")
    silent = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(silent):
        warnings.simplefilter("ignore")
        with contextlib.redirect_stderr(silent):
            mended = maup.smart_repair(frame, nest_within_regions=regions, min_rook_length=None)
    return _with_finest(grids, mended.geometry.reindex(frame.index).to_numpy())


def _mapshaper(program: str, grids: Grids) -> Grids:
    finest = grids.levels[-1]
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.geojson", Path(folder) / "out.geojson"
        frame = gpd.GeoDataFrame(
            {"row": range(len(finest))}, geometry=list(finest.geometry), crs="EPSG:4547"
        )
        frame.to_file(source, driver="GeoJSON")
        command = [program, str(source), "-clean", f"gap-width={GAP_M:g}", "allow-empty"]
        subprocess.run([*command, "-o", str(target)], check=True, capture_output=True)
        mended = gpd.read_file(target).set_index("row").geometry
    return _with_finest(grids, mended.reindex(range(len(finest))).to_numpy())


def _with_finest(grids: Grids, shapes: Objects) -> Grids:
    return Grids((*grids.levels[:-1], grids.levels[-1].with_geometry(shapes)), grids.jurisdiction)


def _outcome(suite: Suite, defects: tuple[Defect, ...], mend: Callable[[Grids], Grids]) -> Outcome:
    broken = suite.base
    for defect in defects:
        broken = planted(broken, defect.patch)
    begin = _cpu_s()
    mended = mend(broken)
    seconds = _cpu_s() - begin
    zones = _zones(suite.base.levels[-1], broken.levels[-1], defects)
    return Outcome(
        _fixed(suite, defects, mended),
        len(defects),
        _distance(suite.base.levels[-1], mended.levels[-1]),
        _parents_broken(mended, defects),
        _lost(broken.levels[-1], mended.levels[-1]),
        _moved_outside(broken.levels[-1], mended.levels[-1], zones),
        seconds,
    )


def _cpu_s() -> float:
    """Return CPU seconds of this process and of the programs that it ran."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _fixed(suite: Suite, defects: tuple[Defect, ...], mended: Grids) -> int:
    """Count the defects at whose place the finest level is without coverage fault."""
    alone = Grids((mended.levels[-1],), mended.jurisdiction)
    families = {"gap", "overlap", "leak", "vertex", "missing", "input", "invalid"}
    faults = [
        fault
        for fault in inspect(alone, crs=suite.crs)
        if fault.family in families and fault.kind not in {"vertex.needless", "vertex.repeated"}
    ]
    places = shapely.STRtree([fault.geometry or shapely.Point() for fault in faults])
    return sum(
        not len(places.query(shapely.buffer(defect.place, 1.0), predicate="intersects"))
        for defect in defects
    )


def _zones(clean: GridLevel, broken: GridLevel, defects: tuple[Defect, ...]) -> shapely.Geometry:
    """Return the ground around the defects and all that was planted there."""
    zones = [shapely.buffer(defect.place, 1.0) for defect in defects]
    now = _by_code(broken)
    for code, shape in _by_code(clean).items():
        other = now.get(code)
        if _is_there(other) and not shapely.equals_exact(shape, other):
            zones.append(
                shapely.symmetric_difference(shape, shapely.make_valid(other)).buffer(0.01)
            )
    return shapely.union_all(zones)


def _by_code(level: GridLevel) -> dict[Any, Any]:
    return dict(zip(level.codes.tolist(), level.geometry.tolist(), strict=True))


def _is_there(shape: Any) -> bool:
    return shape is not None and not shape.is_empty


def _distance(truth: GridLevel, mended: GridLevel) -> float:
    """Return the sum over all grids of the area that is theirs in one of the two alone."""
    total = 0.0
    now = _by_code(mended)
    for code, shape in _by_code(truth).items():
        other = now.pop(code, None)
        if not _is_there(other):
            total += shape.area
        elif not shapely.equals_exact(shape, other):
            total += shapely.symmetric_difference(shape, shapely.make_valid(other)).area
    return total + sum(shape.area for shape in now.values() if _is_there(shape))


def _parents_broken(mended: Grids, defects: tuple[Defect, ...]) -> int:
    """Count the parents that their children no longer tile, missing and doubled ones left out."""
    left = residual(admit(mended).grids)
    finest = len(mended.levels) - 1
    rows = np.unique(left.label[(left.pair == finest) & (left.label >= 0)])
    spoilt = {
        code.removeprefix("NEW")
        for defect in defects
        if not is_fixable(defect)
        for code in defect.codes
    }
    parents = mended.levels[-2].codes[rows].tolist()
    return sum(not any(code.startswith(parent) for code in spoilt) for parent in parents)


def _lost(before: GridLevel, after: GridLevel) -> int:
    now = _by_code(after)
    return sum(
        _is_there(shape) and not _is_there(now.get(code))
        for code, shape in _by_code(before).items()
    )


def _moved_outside(before: GridLevel, after: GridLevel, zones: shapely.Geometry) -> float:
    total = 0.0
    now = _by_code(after)
    for code, shape in _by_code(before).items():
        other = now.get(code)
        if not _is_there(shape) or not _is_there(other) or shapely.equals_exact(shape, other):
            continue
        moved = shapely.symmetric_difference(shapely.make_valid(shape), shapely.make_valid(other))
        total += shapely.difference(moved, zones).area
    return total


if __name__ == "__main__":
    main()
