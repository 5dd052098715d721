"""Which column of a file is which of ours: a small TOML file, and what it leaves to guessing."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from geo.datum import Datum
from geo.layers.schema import SCHEMAS
from geo.problem import InputError, Problem, input_error

_SOURCE_KEYS = (
    "columns",
    "values",
    "constants",
    "templates",
    "only",
    "crs",
    "datum",
    "encoding",
    "level",
    "renumber",
)
PLACE_COLUMNS = ("longitude", "latitude", "easting", "northing", "wkt")
ALIAS_COLUMNS = ("official_names", "old_names", "colloquial_names")


@dataclass(frozen=True)
class LayerMapping:
    """How one source becomes a layer.

    Attributes
    ----------
    columns
        Our column to the file's column; also ``longitude``, ``latitude``, ``easting``,
        ``northing`` or ``wkt`` for tables with coordinates, `ALIAS_COLUMNS` for aliases of one
        kind. An empty name keeps a column from being guessed.
    words
        Our column to a table of the file's values and ours.
    constants
        Our column to a value that holds for all rows.
    templates
        Our text column to a pattern such as ``"{村}{路}{门牌}"`` of the file's columns.
    only
        The file's column to the values of the rows that are wanted.
    crs, datum, encoding
        What the file is in, whatever it says itself.
    renumber
        True where the codes are to be given anew by the scheme.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    constants: Mapping[str, object] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)
    only: Mapping[str, Sequence[str]] = field(default_factory=dict)
    crs: str | None = None
    datum: Datum | None = None
    encoding: str | None = None
    renumber: bool = False

    def with_constant(self, name: str, value: object) -> LayerMapping:
        """Return the mapping with one more constant."""
        return replace(self, constants={**self.constants, name: value})


@dataclass(frozen=True)
class MappedSource:
    """A file that the mapping names for a layer, with the mapping that holds for it.

    Attributes
    ----------
    layer
        Our layer.
    path
        File; a relative one is looked for beside the mapping file.
    source_layer
        Layer or sheet within the file.
    mapping
        How it becomes the layer.
    """

    layer: str
    path: Path
    source_layer: str | None
    mapping: LayerMapping


@dataclass(frozen=True)
class MappingFile:
    """A mapping file: what holds for each layer, and the files that it names itself."""

    layers: Mapping[str, LayerMapping] = field(default_factory=dict)
    sources: tuple[MappedSource, ...] = ()

    def of(self, layer: str) -> LayerMapping:
        """Return what holds for a layer; an empty mapping where the file says nothing."""
        return self.layers.get(layer, LayerMapping())


def read_mapping(path: Path) -> MappingFile:
    """Read a mapping file.

    Parameters
    ----------
    path
        TOML. One table a layer with ``columns``, ``values``, ``constants``, ``templates``,
        ``only``, ``crs``, ``datum``, ``encoding``, ``level``, ``renumber``, and, where the file is
        to name the data itself, an array ``source`` of tables with ``file``, ``layer`` and the
        same keys, which add to those of the layer::

            [[grids.source]]
            file = "units.gpkg"
            layer = "base"
            level = 3
            columns = { code = "CODEBASE", parent = "CODE1", households = "H_CNT" }

    Raises
    ------
    InputError
        The file cannot be read, or has a key, layer, column or datum that does not exist.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise input_error("layers.mapping_unreadable", file=path, reason=error) from error
    problems: list[Problem] = []
    layers: dict[str, LayerMapping] = {}
    sources: list[MappedSource] = []
    for layer, entry in table.items():
        if layer not in SCHEMAS or not isinstance(entry, dict):
            known = " ".join(SCHEMAS)
            problems += _unknown(path, layer, "", known)
            continue
        common = {key: value for key, value in entry.items() if key != "source"}
        layers[layer] = _entry(path, layer, common, problems)
        for each in entry.get("source", ()):
            merged = {**common, **_merged(common, each)}
            file, source_layer = merged.pop("file", None), merged.pop("layer", None)
            if file is None:
                problems += _unknown(path, f"{layer}.source", "", "file")
                continue
            mapping = _entry(path, layer, merged, problems)
            sources.append(MappedSource(layer, path.parent / file, source_layer, mapping))
    if problems:
        raise InputError(problems)
    return MappingFile(layers, tuple(sources))


def _merged(common: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return a source's own keys, its tables joined to those of the layer."""
    return {
        key: {**common.get(key, {}), **value} if isinstance(value, dict) else value
        for key, value in own.items()
    }


def _entry(
    path: Path, layer: str, entry: Mapping[str, Any], problems: list[Problem]
) -> LayerMapping:
    for key in entry:
        if key not in _SOURCE_KEYS:
            problems += _unknown(path, layer, key, " ".join((*_SOURCE_KEYS, "source")))
    ours = (*SCHEMAS[layer].columns, *PLACE_COLUMNS)
    ours += ALIAS_COLUMNS if layer == "addresses" else ()
    for key in ("columns", "values", "constants", "templates"):
        for column in entry.get(key, {}):
            if column not in ours:
                problems += _unknown(path, f"{layer}.{key}", column, " ".join(ours))
    datum = entry.get("datum")
    if datum is not None and datum not in tuple(Datum):
        problems += _unknown(path, f"{layer}.datum", str(datum), " ".join(Datum))
        datum = None
    constants = dict(entry.get("constants", {}))
    if "level" in entry:
        constants["level"] = entry["level"]
    return LayerMapping(
        columns=entry.get("columns", {}),
        words=entry.get("values", {}),
        constants=constants,
        templates=entry.get("templates", {}),
        only={
            heading: [str(word) for word in ([words] if isinstance(words, str) else words)]
            for heading, words in entry.get("only", {}).items()
        },
        crs=entry.get("crs"),
        datum=None if datum is None else Datum(datum),
        encoding=entry.get("encoding"),
        renumber=bool(entry.get("renumber", False)),
    )


def _unknown(path: Path, place: str, key: str, known: str) -> tuple[Problem, ...]:
    return input_error(
        "layers.mapping_unknown", file=path, column=place, value=key or place, known=known
    ).problems
