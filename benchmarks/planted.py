"""Read nested coverages with planted defects: each defect alone on its clean base."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from geo.coverage import GridLevel, Grids

LEVELS = (1, 2, 3)
GROUPS = ("A", "B", "C")
UNFIXABLE = (
    "missing_child",
    "contained_polygon",
    "duplicate",
    "unfilled_hole",
    "wrong_parent",
    "orphan_parent",
    "null_parent",
    "missing_parent",
    "multipart_far",
    "parent_discontiguous",
    "nan_coordinate",
    "inf_coordinate",
    "empty_polygon",
    "null_geometry",
    "wrong_type",
)
"""Beginnings of the classes that no repair can undo without new information."""


@dataclass(frozen=True)
class Defect:
    """One planted defect.

    Attributes
    ----------
    id, kind
        Name and class.
    codes
        Grids involved.
    place
        The planted difference, in the base's CRS.
    measure
        Width, area and so on, by name.
    patch
        What is to be changed on the clean base.
    """

    id: str
    kind: str
    codes: tuple[str, ...]
    place: BaseGeometry | None
    measure: dict[str, float]
    patch: dict[str, Any]


@dataclass(frozen=True)
class Suite:
    """A group of planted defects and the clean coverage that they are planted on."""

    group: str
    base: Grids
    crs: pyproj.CRS
    defects: tuple[Defect, ...]


def data_folder(given: Path | None = None) -> Path:
    """Return the folder given, the one in ``WANGGE_COVERAGE_DATA``, or the shared one."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data" / "coverage"
    return given or Path(os.environ.get("WANGGE_COVERAGE_DATA", beside))


@cache
def read_grids(path: Path) -> Grids:
    """Read a nested coverage: layers ``jurisdiction``, ``l1``, ``l2``, ``l3``."""
    ground = gpd.read_file(path, layer="jurisdiction").geometry.iloc[0]
    levels = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # planted coordinates that are no numbers
        for number in LEVELS:
            frame = gpd.read_file(path, layer=f"l{number}", on_invalid="ignore")
            levels.append(
                GridLevel.of(
                    number,
                    frame["code"].tolist(),
                    frame.geometry.to_numpy(),
                    frame["parent"].tolist(),
                )
            )
    return Grids(tuple(levels), ground)


def read_suite(folder: Path, group: str) -> Suite:
    """Read ``planted_<group>.json`` and its base."""
    content = json.loads((folder / f"planted_{group}.json").read_text(encoding="utf-8"))
    defects = tuple(
        Defect(
            entry["id"],
            entry["cls"],
            tuple(entry["codes"]),
            shapely.from_wkt(entry["loc"]) if entry.get("loc") else None,
            entry["measure"],
            entry["patch"],
        )
        for entry in content["defects"]
    )
    return Suite(group, read_grids(folder / content["base"]), pyproj.CRS(content["crs"]), defects)


def suites(folder: Path, groups: tuple[str, ...] = GROUPS) -> Iterator[Suite]:
    """Yield the suites that a folder has."""
    for group in groups:
        if (folder / f"planted_{group}.json").is_file():
            yield read_suite(folder, group)


def planted(base: Grids, patch: dict[str, Any]) -> Grids:
    """Return the base with a patch applied to it."""
    return Grids(
        tuple(_patched(level, patch) for level in base.levels),
        base.jurisdiction,
    )


def _patched(level: GridLevel, patch: dict[str, Any]) -> GridLevel:
    name = f"l{level.level}"
    if not any(key == name or key.startswith(f"{name}_") for key in patch):
        return level
    rows = [
        [code, shape, parent]
        for code, shape, parent in zip(level.codes, level.geometry, level.parents, strict=True)
    ]
    position = {row[0]: number for number, row in enumerate(rows)}
    dropped = set()
    for code, shape in patch.get(name, {}).items():
        if shape is None:
            dropped.add(position[code])
        else:
            rows[position[code]][1] = None if shape == "NULL" else from_hex(shape)
    for code, parent in patch.get(f"{name}_parent", {}).items():
        rows[position[code]][2] = parent
    for code, other in patch.get(f"{name}_recode", {}).items():
        rows[position[code]][0] = other
    rows = [row for number, row in enumerate(rows) if number not in dropped]
    rows += [
        [entry["code"], from_hex(entry["wkb"]), entry.get("parent")]
        for entry in patch.get(f"{name}_add", [])
    ]
    codes, shapes, parents = zip(*rows, strict=True)
    return GridLevel.of(level.level, codes, shapes, parents)


def from_hex(text: str) -> BaseGeometry:
    """Read WKB in hexadecimal digits, whatever it holds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shape: BaseGeometry = shapely.from_wkb(bytes.fromhex(text), on_invalid="ignore")
    return shape


def is_fixable(defect: Defect) -> bool:
    """Return whether a repair can undo a defect without new information."""
    return not defect.kind.startswith(UNFIXABLE)
