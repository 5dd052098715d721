"""Read a layer: find its columns, convert every value, name every bad row, take it to EPSG:4490."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.datum import Datum
from geo.layers.address_text import composed, composed_road
from geo.layers.alias_columns import gather_aliases
from geo.layers.judging import unfit
from geo.layers.lattice import on_lattice
from geo.layers.mapping import LayerMapping, read_mapping
from geo.layers.names import COLUMN_NAMES, barrier_kind_of, guessed
from geo.layers.places import with_places
from geo.layers.reference import misread, resolve
from geo.layers.schema import GEOMETRY_TYPES, SCHEMAS, STORED_CRS
from geo.layers.selecting import selected
from geo.layers.shapes import sound_shapes, valid_shapes
from geo.layers.source import DEFAULT_LIMITS, Limits, Shapes, Source, open_source
from geo.layers.values import as_dtype, as_text, converted, is_empty
from geo.problem import InputError, Problem
from messages import Message

Derive = Callable[[pd.DataFrame], pd.DataFrame]

_NUMBERED = {"estates": "E", "buildings": "B", "barriers": "L", "addresses": "A", "contacts": "C"}
"""Layers whose rows get an id of their own where the file has none."""


@dataclass(frozen=True)
class Reading:
    """One source read as one layer.

    Attributes
    ----------
    layer
        Our layer.
    source
        Where it is from: file, layer in the file.
    frame
        Fits the schema; EPSG:4490 on the lattice.
    rows
        Row number in the file of each row of the frame.
    columns
        Our columns to the file's.
    left_out
        Columns of the file that nothing was taken from.
    reference
        CRS and datum that the file was in; empty for a table without places.
    notes
        What was guessed, mended or left out.
    """

    layer: str
    source: Source
    frame: pd.DataFrame
    rows: npt.NDArray[np.int64]
    columns: Mapping[str, str]
    left_out: tuple[str, ...]
    reference: str
    notes: tuple[Message, ...]


def read_layer(
    path: Path | str,
    layer: str,
    *,
    source_layer: str | None = None,
    crs: str | None = None,
    datum: Datum | None = None,
    mapping: Path | LayerMapping | None = None,
    encoding: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> gpd.GeoDataFrame | pd.DataFrame:
    """Read one layer of a file so that it fits its schema.

    Parameters
    ----------
    path
        GPKG, SHP, GeoJSON, FlatGeobuf, GeoParquet, KML, DXF, CSV or XLSX.
    layer
        One of `geo.layers.LAYERS`.
    source_layer
        Layer or sheet in the file; may be left out where it has only one.
    crs
        CRS of a file that declares none, such as ``"EPSG:4546"``.
    datum
        GCJ-02 or BD-09 where longitudes and latitudes are shifted; surveyed zones never are.
    mapping
        Which columns are which, as a TOML file or ready; what it leaves out is guessed.
    encoding
        Encoding of text; found out where not given.
    limits
        Beyond them the file is refused.

    Returns
    -------
    geopandas.GeoDataFrame or pandas.DataFrame
        In EPSG:4490 on the 1e-7° lattice; a plain table for ``assignments`` and ``contacts``.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    if isinstance(mapping, Path):
        mapping = read_mapping(mapping).of(layer)
    reading = read_source(
        Path(path),
        layer,
        source_layer=source_layer,
        crs=crs,
        datum=datum,
        mapping=mapping or LayerMapping(),
        encoding=encoding,
        limits=limits,
    )
    return reading.frame


def read_source(
    path: Path,
    layer: str,
    *,
    source_layer: str | None = None,
    crs: str | None = None,
    datum: Datum | None = None,
    mapping: LayerMapping,
    encoding: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    derive: Derive | None = None,
    needs_places: bool = True,
) -> Reading:
    """Read one source with everything worth knowing about it; see `read_layer`.

    ``derive`` may fill columns from others (a level from a code) before the schema is checked.
    A table without any places is refused only where ``needs_places``; else its shapes are None.
    """
    source = open_source(
        path, source_layer=source_layer, encoding=mapping.encoding or encoding, limits=limits
    )
    source, problems = with_places(source, layer, mapping, needed=needs_places)
    selection = selected(source, layer, mapping)
    source, kept = selection.source, selection.kept
    problems += selection.problems
    frame, columns, more, notes = _values(source, layer, mapping)
    problems += more
    notes += selection.notes
    if layer == "addresses":
        problems += gather_aliases(source, mapping, frame, columns)
    if derive is not None:
        frame = derive(frame)
    problems += unfit(source, layer, frame[kept], columns, problems)
    shapes, reference = None, ""
    if GEOMETRY_TYPES[layer] is not None and source.shapes is not None:
        shapes, reference, more, told = _placed(
            _only(source, kept), layer, mapping, crs=crs, datum=datum
        )
        problems += more
        notes += told
    problems = [each for each in problems if each.row is None or kept[each.row - 1]]
    if problems:
        raise InputError(_in_order(problems))
    frame = frame[kept].reset_index(drop=True)
    frame = pd.DataFrame(
        {name: frame[name].astype(col.dtype.type) for name, col in SCHEMAS[layer].columns.items()}
    )
    if GEOMETRY_TYPES[layer] is not None:
        shapes = np.full(len(kept), None, dtype=object) if shapes is None else shapes
        frame = gpd.GeoDataFrame(frame, geometry=list(shapes[kept]), crs=STORED_CRS)
    used = {*columns.values(), *mapping.columns.values()}
    left_out = tuple(str(name) for name in source.table.columns if name not in used)
    rows = np.flatnonzero(kept) + 1
    return Reading(layer, source, frame, rows, columns, left_out, reference, tuple(notes))


def _only(source: Source, kept: npt.NDArray[np.bool_]) -> Source:
    """Return the source without the shapes of rows that are not of the layer."""
    if kept.all() or source.shapes is None:
        return source
    shapes = source.shapes.copy()
    shapes[~kept] = None
    return replace(source, shapes=shapes, broken=source.broken & kept)


def _values(
    source: Source, layer: str, mapping: LayerMapping
) -> tuple[pd.DataFrame, dict[str, str], list[Problem], list[Message]]:
    """Return all columns of the layer, converted, with the file's names of those it has."""
    problems: list[Problem] = []
    notes: list[Message] = []
    columns: dict[str, str] = {}
    made: dict[str, pd.Series] = {}
    there = [str(name) for name in source.table.columns]
    for name, described in SCHEMAS[layer].columns.items():
        heading = mapping.columns.get(name)
        if heading == "":  # the mapping says that the file has none
            made[name] = as_dtype(described, [None] * len(source.table))
            continue
        if heading is not None and heading not in there:
            problems.append(
                source.problem(
                    "layers.mapped_column_missing",
                    column=heading,
                    ours=name,
                    found="、".join(there),
                )
            )
            heading = None
        elif heading is None and name not in mapping.constants and name not in mapping.templates:
            taken = {*columns.values(), *mapping.columns.values()}
            free = [each for each in there if each not in taken]
            heading = guessed(COLUMN_NAMES[layer].get(name, name), free)
        if heading is not None:
            columns[name] = heading
            values = source.table[heading]
            if (layer, name) == ("addresses", "road") and name not in mapping.columns:
                values = _first(composed_road(source.table), values)
        elif name in mapping.templates:
            values = _filled_template(source, mapping.templates[name], problems)
        elif (whole := _composed(source, layer, name)) is not None:
            values = whole
            notes.append(source.note("layers.composed", column=name))
        elif name in mapping.constants:
            values = pd.Series([mapping.constants[name]] * len(source.table), dtype=object)
        else:
            made[name] = as_dtype(described, [None] * len(source.table))
            continue
        words = {as_text(key): value for key, value in mapping.words.get(name, {}).items()}
        made[name], more = converted(
            source, layer, name, values, words=words, heading=heading or name
        )
        problems += more
    frame = pd.DataFrame(made)
    notes += _defaults(source, layer, frame, {*columns, *mapping.constants})
    return frame, columns, problems, notes


def _composed(source: Source, layer: str, name: str) -> pd.Series | None:
    """Return an address' text from the columns of its parts, where it has no column itself."""
    return composed(source.table) if (layer, name) == ("addresses", "text") else None


def _first(values: pd.Series | None, otherwise: pd.Series) -> pd.Series:
    return otherwise if values is None else values


def _filled_template(source: Source, pattern: str, problems: list[Problem]) -> pd.Series:
    rows = source.table.astype(object).to_dict("records")
    try:
        filled = [
            pattern.format_map({str(k): "" if is_empty(v) else as_text(v) for k, v in row.items()})
            for row in rows
        ]
    except (KeyError, ValueError, IndexError) as error:
        there = "、".join(str(name) for name in source.table.columns)
        problems.append(
            source.problem(
                "layers.mapped_column_missing", column=str(error), ours=pattern, found=there
            )
        )
        filled = [""] * len(rows)
    return pd.Series(filled, dtype=object)


def _defaults(source: Source, layer: str, frame: pd.DataFrame, given: set[str]) -> list[Message]:
    """Fill what a file may leave out, and say so."""
    notes = []
    if layer in _NUMBERED and "id" not in given and frame["id"].isna().all():
        prefix = _NUMBERED[layer]
        frame["id"] = [f"{prefix}{row}" for row in range(1, len(frame) + 1)]
        notes.append(source.note("layers.numbered", column="id"))
    if layer == "buildings" and "residential" not in given:
        frame["residential"] = True
        notes.append(source.note("layers.all_residential"))
    if layer == "grids" and "kind" not in given:
        frame["kind"] = "general"
    if layer == "estates" and "kind" not in given:
        frame["kind"] = "estate"
    if layer == "barriers" and "kind" not in given:
        names = (source.layer or "", Path(source.file).stem)
        frame["kind"] = next((kind for n in names if (kind := barrier_kind_of(n))), None)
    return notes


def _placed(
    source: Source, layer: str, mapping: LayerMapping, *, crs: str | None, datum: Datum | None
) -> tuple[Shapes | None, str, list[Problem], list[Message]]:
    """Return a source's shapes in EPSG:4490 on the lattice."""
    shapes, problems, notes = sound_shapes(source, layer)
    reference, more = resolve(source, default=crs, forced=mapping.crs, datum=mapping.datum or datum)
    if reference is not None and mapping.datum is None and reference.is_surveyed:
        reference = replace(reference, datum=Datum.CGCS2000)
    problems += more
    if reference is None or shapely.is_missing(shapes).all():
        return None, "", problems, notes
    more = misread(source, shapes, reference)
    if more:
        return None, "", [*problems, *more], notes
    residual_m = reference.residual_m(shapely.get_coordinates(shapes))
    stored = shapely.transform(shapes, reference.to_stored)
    stored, more, told = valid_shapes(source, layer, stored)
    stored = on_lattice(stored)
    gone = ~shapely.is_missing(stored) & shapely.is_empty(stored)
    problems += more
    problems += [source.problem("layers.no_area", row=int(row) + 1) for row in np.flatnonzero(gone)]
    notes += told
    notes.append(
        source.note(
            "layers.transformed" if not reference.accuracy_m else "layers.transformed_within",
            crs=reference.name,
            residual_mm=f"{residual_m * 1e3:.2g}",
            accuracy_m=f"{reference.accuracy_m:g}",
        )
    )
    return stored, reference.name, problems, notes


def _in_order(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.row or 0, problem.column or ""))
