"""Write a report of findings as JSON, GeoJSON and CSV."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import orjson

from boundaries.check import Report
from boundaries.finding import Finding

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_COLUMNS = (
    "id",
    "rule",
    "severity",
    "level",
    "grids",
    "measure",
    "unit",
    "kind",
    "fix",
    "message_zh",
    "message_en",
    "remedy_zh",
    "remedy_en",
    "reason",
    "accepted_by",
    "accepted_at",
)


def write_json(report: Report, path: Path) -> None:
    """Write the whole report as JSON, UTF-8."""
    path.write_bytes(_json(report.as_dict()))


def write_geojson(report: Report, path: Path) -> None:
    """Write the findings as a GeoJSON feature collection (longitude, latitude; EPSG:4490).

    A finding without a place is a feature without a geometry.
    """
    path.write_bytes(
        _json(
            {
                "type": "FeatureCollection",
                "name": "findings",
                "features": [finding.feature() for finding in report.findings],
            }
        )
    )


def write_csv(report: Report, path: Path) -> None:
    """Write the findings as CSV for spreadsheets.

    UTF-8 with a byte order mark, so that Excel reads the Chinese; a text that a spreadsheet
    would take for a formula gets an apostrophe in front. Longitude and latitude are of a point
    on the fault.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((*_COLUMNS, "longitude", "latitude"))
        writer.writerows(_row(finding) for finding in report.findings)


def _row(finding: Finding) -> list[Any]:
    decision = dict.fromkeys(("reason", "accepted_by", "accepted_at"))
    properties = {**decision, **finding.properties()}
    properties.update(properties["accepted"] or {})
    properties["grids"] = " ".join(finding.grids)
    place = finding.geometry
    point = None if place is None or place.is_empty else place.representative_point()
    return [
        *(harmless(properties[column]) for column in _COLUMNS),
        *(("", "") if point is None else (f"{point.x:.7f}", f"{point.y:.7f}")),
    ]


def harmless(value: Any) -> Any:
    """Return a cell that no spreadsheet runs as a formula (OWASP, CSV injection)."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return "" if value is None else value


def _json(value: Any) -> bytes:
    return orjson.dumps(
        value, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE
    )
