"""Write a comparison as JSON, CSV and GeoJSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import orjson
import pandas as pd

from boundaries.comparing.comparison import Comparison
from boundaries.comparing.people import ContactChange, GridChange
from boundaries.finding import Finding
from boundaries.report import harmless
from geo.layers import write_layer


def write_comparison(comparison: Comparison, folder: Path) -> list[Path]:
    """Write a comparison's lists to a folder, which is made where it does not exist.

    Returns
    -------
    list of Path
        ``comparison.json``; ``grids.csv``, ``contacts.csv``, ``lineage.csv`` and ``moved.csv``
        (UTF-8 with a byte order mark, for spreadsheets); ``findings.geojson`` and
        ``ground.geojson`` (EPSG:4490).
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "grids.csv": _table(comparison.grids, GridChange),
        "contacts.csv": _table(comparison.contacts, ContactChange),
        "lineage.csv": comparison.lineage,
        "moved.csv": comparison.buildings,
    }
    whole = folder / "comparison.json"
    whole.write_bytes(_json(comparison.as_dict()))
    for name, table in tables.items():
        table.map(harmless).to_csv(folder / name, index=False, encoding="utf-8-sig")
    findings = folder / "findings.geojson"
    collection = {"type": "FeatureCollection", "name": "findings"}
    findings.write_bytes(_json({**collection, "features": list(_features(comparison))}))
    ground = write_layer(comparison.ground, folder / "ground.geojson", "ground")
    return [whole, *(folder / name for name in tables), findings, ground]


def _table(changes: Sequence[Any], kind: type[Any]) -> pd.DataFrame:
    columns = [field.name for field in fields(kind)]
    return pd.DataFrame([asdict(change) for change in changes], columns=columns).astype(object)


def _features(comparison: Comparison) -> Iterator[dict[str, Any]]:
    found = comparison.findings
    for state, findings in (
        ("gone", found.gone),
        ("new", found.new),
        ("staying", tuple(new for _, new in found.staying)),
    ):
        yield from (_feature(finding, state) for finding in findings)


def _feature(finding: Finding, state: str) -> dict[str, Any]:
    feature = finding.feature()
    return {**feature, "properties": {"state": state, **feature["properties"]}}


def _json(value: Any) -> bytes:
    return orjson.dumps(
        value, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE
    )
