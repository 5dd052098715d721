"""Write a plan for other programs: its grids with what the check says of them."""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
from openpyxl.utils import get_column_letter

from boundaries.check import Report
from boundaries.finding import Severity
from boundaries.plan import Plan
from boundaries.public import PUBLIC_CONTACT_FIELDS, public_contact
from boundaries.report import harmless
from boundaries.rules.case import Case
from boundaries.rules.counts import households
from boundaries.town import Town
from geo.layers import STORED_CRS, write_layer
from geo.problem import input_error
from messages import LANGUAGES, say

SUFFIXES = (".gpkg", ".geojson", ".xlsx")
WORKING = "working"
"""In place of a CRS: the town's own zone."""

_HEADINGS = {
    "code": "网格编码",
    "level": "级别",
    "parent": "上级网格",
    "parent_name": "上级名称",
    "community": "社区代码",
    "community_name": "社区名称",
    "name": "网格名称",
    "kind": "类别",
    "mode": "专属方式",
    "special_type": "专属类型",
    "households": "户数",
    "estimated": "户数为估算",
    "reason": "豁免理由",
    "party": "党组织",
    "band_low": "户数下限",
    "band_high": "户数上限",
    "in_band": "在档",
    "errors": "错误数",
    "warnings": "警告数",
    "findings": "涉及规则",
    "building": "楼栋编号",
    "building_name": "楼栋名称",
    "stairs": "单元",
    "floors": "楼层",
    "grid": "网格编码",
    "role": "角色",
    "stand_in": "AB角",
    "title": "对外称谓",
    "phone": "电话",
    "duty_phone": "值班电话",
    "duties": "职责",
    "since": "任职日期",
    "id": "问题编号",
    "rule": "规则",
    "severity": "严重程度",
    "grids": "涉及网格",
    "measure": "量值",
    "unit": "单位",
    "message_zh": "问题",
    "remedy_zh": "改法",
    "message_en": "message",
    "remedy_en": "remedy",
}
_HEADINGS_OF = {"contacts": {"name": "姓名"}, "findings": {"kind": "情形"}}
_LONGEST_CELL = 32_767  # characters that a spreadsheet allows


def exported(town: Town, plan: Plan, report: Report) -> dict[str, pd.DataFrame]:
    """Return the layers of a plan as they are handed out.

    Parameters
    ----------
    town, plan
        The plan and the town that it divides.
    report
        What the check says of it.

    Returns
    -------
    dict
        ``grids``: the layer of `geo.layers` with ``parent_name``, ``community_name``,
        ``band_low``, ``band_high``, ``in_band``, ``errors``, ``warnings`` and ``findings`` (IDs
        of the rules) behind. ``assignments`` with the buildings' names. ``contacts``: what may be
        public of them, never a basis, a check date or a number that is not to be shown.
        ``findings``: every finding in both languages.
    """
    return {
        "grids": _grids(town, plan, report),
        "assignments": _assignments(town, plan),
        "contacts": _contacts(plan),
        "findings": _findings(report),
    }


def write_export(
    layers: dict[str, pd.DataFrame], file: Path, *, crs: pyproj.CRS | None = None
) -> Path:
    """Write the layers of a plan to one file; a file that is there is replaced as a whole.

    Parameters
    ----------
    layers
        As `exported` gives them.
    file
        ``.gpkg`` with all layers that have rows, ``.geojson`` with the grids alone, or ``.xlsx``
        with a sheet each in Chinese, without shapes.
    crs
        Of the shapes; EPSG:4490 where None.

    Raises
    ------
    InputError
        The format is another one, or the folder is not there.
    """
    suffix = file.suffix.lower()
    if suffix not in SUFFIXES:
        raise input_error("export.bad_suffix", column="--out", value=suffix or file.name)
    if not file.absolute().parent.is_dir():
        raise input_error("export.no_folder", column="--out", value=file.absolute().parent)
    with tempfile.TemporaryDirectory(dir=file.absolute().parent, prefix=".making-") as folder:
        making = Path(folder) / file.name
        if suffix == ".xlsx":
            _write_sheets(layers, making)
        else:
            only = ("grids",) if suffix == ".geojson" else tuple(layers)
            for name in only:
                frame = layers[name]
                if not len(frame) and name != "grids":
                    continue  # an import would ask what an empty layer is to mean
                if isinstance(frame, gpd.GeoDataFrame) and crs is not None:
                    frame = frame.to_crs(crs)
                write_layer(frame, making, name)
        making.replace(file)
    return file


def chosen_crs(town: Town, text: str | None) -> pyproj.CRS:
    """Return the CRS that a planner asks for; raises ``InputError`` where there is no such one."""
    if text is None:
        return pyproj.CRS(STORED_CRS)
    if text == WORKING:
        return town.crs
    try:
        return pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError as error:
        raise input_error("export.bad_crs", column="--crs", value=text) from error


def _grids(town: Town, plan: Plan, report: Report) -> gpd.GeoDataFrame:
    grids = plan.grids.reset_index(drop=True)
    counts = Case(town, plan, report.at or datetime.now(UTC)).once(households)
    known = ~np.isnan(counts)
    bands = {level.level: (level.low, level.high) for level in town.scheme.levels}
    low, high = (
        np.array([bands.get(int(level), (0, 0))[end] for level in grids["level"]]) for end in (0, 1)
    )
    names = dict(zip(grids["code"], grids["name"], strict=True))
    communities = dict(zip(town.communities["code"], town.communities["name"], strict=True))
    told, rules = _told_of(report)
    columns = {
        "households": pd.Series(counts).astype("Int64"),
        "parent_name": grids["parent"].map(names),
        "community_name": grids["community"].map(communities),
        "band_low": low,
        "band_high": high,
        "in_band": pd.Series((counts >= low) & (counts <= high)).astype("boolean").where(known),
        "errors": [told[code, "E"] for code in grids["code"]],
        "warnings": [told[code, "W"] for code in grids["code"]],
        "findings": [" ".join(rules[code]) or None for code in grids["code"]],
    }
    table = pd.DataFrame(grids.drop(columns="geometry")).assign(**columns)
    return gpd.GeoDataFrame(table, geometry=list(grids.geometry), crs=STORED_CRS)


def _told_of(report: Report) -> tuple[Counter[tuple[str, str]], dict[str, list[str]]]:
    """Return how many errors and warnings concern each grid, and of which rules."""
    told: Counter[tuple[str, str]] = Counter()
    rules: dict[str, list[str]] = defaultdict(list)
    for finding in report.findings:
        if finding.severity is Severity.INFORMATION:
            continue
        for code in finding.grids:
            told[code, finding.severity.value] += 1
            if finding.rule not in rules[code]:
                rules[code].append(finding.rule)
    return told, rules


def _assignments(town: Town, plan: Plan) -> pd.DataFrame:
    names = dict(zip(town.buildings["id"], town.buildings["name"], strict=True))
    table = plan.assignments
    return table.assign(building_name=table["building"].map(names).astype(object))


def _contacts(plan: Plan) -> pd.DataFrame:
    rows = [
        {"grid": record["grid"], **public_contact({str(key): record[key] for key in record})}
        for record in plan.contacts.to_dict("records")
    ]
    columns = ["grid", *PUBLIC_CONTACT_FIELDS]
    table = pd.DataFrame(rows, columns=columns).sort_values(["grid", "role"], ignore_index=True)
    days = pd.to_datetime(table["since"]).dt.strftime("%Y-%m-%d")
    return table.assign(since=days.astype(object).where(days.notna(), None))


def _findings(report: Report) -> gpd.GeoDataFrame:
    rows = [
        {**finding.properties(), "grids": " ".join(finding.grids)} for finding in report.findings
    ]
    columns = ["id", "rule", "severity", "level", "grids", "measure", "unit", "kind"]
    said = [f"{what}_{language}" for language in LANGUAGES for what in ("message", "remedy")]
    table = pd.DataFrame(rows, columns=[*columns, *said])
    table["level"] = table["level"].astype("Int64")
    shapes = [finding.geometry for finding in report.findings]
    return gpd.GeoDataFrame(table, geometry=shapes, crs=STORED_CRS)


def _write_sheets(layers: dict[str, pd.DataFrame], file: Path) -> None:
    with pd.ExcelWriter(file, engine="openpyxl") as book:
        for name, frame in layers.items():
            plain = frame.drop(columns="geometry", errors="ignore").astype(object)
            plain = pd.DataFrame(plain.where(plain.notna(), None)).map(_cell)
            headings = {**_HEADINGS, **_HEADINGS_OF.get(name, {})}
            title = say(f"export.sheet_{name}", "zh")
            plain.rename(columns=headings).to_excel(book, index=False, sheet_name=title)
            sheet = book.sheets[title]
            sheet.freeze_panes = "B2"
            for at, column in enumerate(plain.columns, start=1):
                letter = get_column_letter(at)
                sheet.column_dimensions[letter].width = _width(plain[column])


def _cell(value: object) -> object:
    text = harmless(value)
    return text[:_LONGEST_CELL] if isinstance(text, str) else text


def _width(values: pd.Series) -> float:
    """Return a column's width, in characters, by its longest cell; Chinese ones take two."""
    longest = max((len(str(value).encode("gb18030")) for value in values), default=0)
    return min(max(10, longest + 2), 60)
