"""What the coverage engine finds of planted defects, beside what other checks find.

One line of JSON a defect is written to ``--out``; the matrix of detected classes is printed.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import time
import warnings
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from planted import Suite, data_folder, planted, suites

from boundaries.rules.coverage import rule_of
from boundaries.scheme import default_scheme
from geo.coverage import Fault, GridLevel, Grids, inspect

Peer = Callable[[Grids], int]


def main() -> None:
    """Run the comparison."""
    arguments = _arguments()
    detected: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    right: dict[str, list[bool]] = defaultdict(list)
    seconds: dict[str, float] = defaultdict(float)
    peers = {} if arguments.ours_only else _peers(with_maup=not arguments.without_maup)
    with (arguments.out or Path("/dev/null")).open("w", encoding="utf-8") as out:
        for suite in suites(data_folder(arguments.data)):
            alarms = _alarms(suite, peers)
            for defect in suite.defects:
                grids = planted(suite.base, defect.patch)
                begin = time.process_time()
                faults = inspect(grids, crs=suite.crs)
                seconds["wangge"] += time.process_time() - begin
                line = {"id": defect.id, "findings": [_finding(fault) for fault in faults]}
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
                detected[suite.group, defect.kind]["wangge"].append(bool(faults))
                right[suite.group].append(_has_codes(faults, defect.codes))
                for name, peer in peers.items():
                    begin = time.process_time()
                    told = peer(grids) > alarms[name]
                    detected[suite.group, defect.kind][name].append(told)
                    seconds[name] += time.process_time() - begin
    _print_matrix(detected, right, seconds, ["wangge", *peers])
    if arguments.json:
        arguments.json.write_text(json.dumps(_summary(detected, right, seconds), indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of the planted suites")
    parser.add_argument("--out", type=Path, help="file for one line of JSON a defect")
    parser.add_argument("--json", type=Path, help="file for the summary")
    parser.add_argument("--ours-only", action="store_true", help="leave the others out")
    parser.add_argument("--without-maup", action="store_true", help="leave the slow one out")
    return parser.parse_args()


def _finding(fault: Fault) -> dict[str, Any]:
    return {
        "rule": rule_of(fault, default_scheme(), first_level=None),
        "kind": fault.kind,
        "grids": list(fault.codes),
        "level": fault.level,
        "area": fault.area_m2,
        "width": fault.width_m,
        "wkt": None
        if fault.geometry is None
        else shapely.to_wkt(fault.geometry, rounding_precision=7),
    }


def _has_codes(faults: list[Fault], codes: tuple[str, ...]) -> bool:
    return any(set(codes) <= set(fault.codes) for fault in faults)


def _peers(*, with_maup: bool) -> dict[str, Peer]:
    peers: dict[str, Peer] = {
        "is_valid": lambda grids: int((~shapely.is_valid(_shapes(grids.levels[-1]))).sum()),
        "GEOS gap 0": lambda grids: _invalid_edges(grids, 0.0),
        "GEOS gap 1 m": lambda grids: _invalid_edges(grids, 1.0),
    }
    if with_maup:
        peers["maup.doctor"] = _doctor
    return peers


def _shapes(level: GridLevel) -> np.ndarray:
    kept = shapely.get_dimensions(level.geometry) == 2
    return level.geometry[kept & ~shapely.is_empty(level.geometry)]


def _invalid_edges(grids: Grids, gap_width: float) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            edges = shapely.coverage_invalid_edges(_shapes(grids.levels[-1]), gap_width=gap_width)
        except shapely.errors.GEOSException:
            return len(grids.levels[-1])
    return int((~shapely.is_empty(edges)).sum())


def _doctor(grids: Grids) -> int:
    import maup  # noqa: PLC0415

    level = grids.levels[-1]
    frame = gpd.GeoDataFrame(geometry=list(level.geometry), crs="EPSG:4547")
    silent = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(silent):
        warnings.simplefilter("ignore")
        with contextlib.redirect_stderr(silent):
            try:
                return int(not maup.doctor(frame))
            except Exception:  # noqa: BLE001 - it raises on eight classes: that counts as found
                return 1


def _alarms(suite: Suite, peers: dict[str, Peer]) -> dict[str, int]:
    """Return how many alarms each gives on the clean base: false ones."""
    alarms = {name: peer(suite.base) for name, peer in peers.items()}
    ours = len(inspect(suite.base, crs=suite.crs))
    print(f"clean base of {suite.group}: false alarms", {"wangge": ours, **alarms})
    return alarms


def _print_matrix(
    detected: dict[Any, dict[str, list[bool]]],
    right: dict[str, list[bool]],
    seconds: dict[str, float],
    names: list[str],
) -> None:
    print(f"{'':36}", *(f"{name:>13}" for name in names))
    total: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    count: dict[str, int] = defaultdict(int)
    for (group, kind), row in sorted(detected.items()):
        number = len(row["wangge"])
        count[group] += number
        print(f"{group} {kind:30} {number:3}", *(f"{sum(row[name]):13}" for name in names))
        for name in names:
            total[group][name] += sum(row[name])
    for group, number in count.items():
        print(f"{group} all {'':26} {number:3}", *(f"{total[group][name]:13}" for name in names))
        print(f"{group} with all codes {'':15} {number:3} {sum(right[group]):13}")
    for name in names:
        ratio = seconds[name] / max(seconds["wangge"], 1e-9)
        print(f"CPU {name}: {seconds[name]:.1f} s, {ratio:.1f} x ours")


def _summary(
    detected: dict[Any, dict[str, list[bool]]],
    right: dict[str, list[bool]],
    seconds: dict[str, float],
) -> dict[str, Any]:
    summary: dict[str, Any] = {}
    for (group, _), row in detected.items():
        for name, found in row.items():
            entry = summary.setdefault(name, {}).setdefault(group, {"found": 0, "planted": 0})
            entry["found"] += sum(found)
            entry["planted"] += len(found)
    for group, codes in right.items():
        summary["wangge"][group]["with_codes"] = sum(codes)
    for name, value in seconds.items():
        summary[name]["cpu_s"] = value
    return summary


if __name__ == "__main__":
    main()
