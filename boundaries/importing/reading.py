"""Read all sources of a town, look at them together, and make the town and its plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from boundaries.estimate import count_households, estimate_households
from boundaries.importing.completing import Parts, completed
from boundaries.importing.doubling import given_twice, without_doubles
from boundaries.importing.joining import Joined, joined_layers, kept_layers
from boundaries.importing.placing import misplaced
from boundaries.importing.referring import dangling
from boundaries.importing.sources import OSM, SourceFile, chosen_sources
from boundaries.plan import Plan
from boundaries.scheme import Scheme
from boundaries.town import TOWN_LAYERS, Town
from geo.datum import Datum
from geo.layers import (
    DEFAULT_LIMITS,
    LAYERS,
    Limits,
    MappingFile,
    Reading,
    read_osm,
    read_source,
)
from geo.layers.source import Source
from geo.problem import InputError, Problem, input_error
from messages import Message

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many steps are done, and how many there are."""


@dataclass(frozen=True)
class ReadLayer:
    """Where one layer came from.

    Attributes
    ----------
    layer
        Our layer.
    file, source_layer
        The file and the layer in it; both empty for a layer that was derived.
    rows
        Number of rows taken.
    columns
        Our columns to the file's.
    left_out
        Columns that nothing was taken from.
    reference
        CRS and datum of the file.
    """

    layer: str
    file: str
    source_layer: str | None
    rows: int
    columns: Mapping[str, str]
    left_out: tuple[str, ...]
    reference: str

    def as_dict(self) -> dict[str, object]:
        """Return the record as plain values."""
        return {
            "layer": self.layer,
            "file": self.file,
            "source_layer": self.source_layer,
            "rows": self.rows,
            "columns": dict(self.columns),
            "left_out": list(self.left_out),
            "reference": self.reference,
        }


@dataclass(frozen=True)
class Imported:
    """What an import makes; nothing of it is stored yet.

    Attributes
    ----------
    town
        The town with all its layers.
    plan
        A draft of its grids; None where no grids were given.
    layers
        Where each layer came from.
    notes
        What was guessed, mended, derived, estimated or left out.
    """

    town: Town
    plan: Plan | None
    layers: tuple[ReadLayer, ...]
    notes: tuple[Message, ...]


def read_files(
    sources: Mapping[str, Path | str] | Iterable[SourceFile | Path] | Path,
    name: str,
    scheme: Scheme,
    *,
    plan_name: str | None = None,
    mapping: MappingFile | None = None,
    crs: str | None = None,
    datum: Datum | None = None,
    encoding: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    estimate: bool = True,
    base: Town | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Read a town and, where there are grids, its plan.

    A town without a jurisdiction gets one: the union of its communities, else of its level-1
    grids. A town without communities gets those that its grids' codes or columns name, each the
    union of its level-1 grids; else one that covers the jurisdiction. Levels, parents and
    communities of grids that do not say them are taken from their codes, else from where they
    lie. Notes say so.

    Parameters
    ----------
    sources
        A folder; or files and folders whose layers are recognised by their names; or sources
        that are named; or layer to file. Files that the mapping names come on top.
    name
        Name of the town.
    scheme
        Scheme of the deployment.
    plan_name
        Name of the plan; the town's name where not given.
    mapping
        Which columns are which; what it leaves out is guessed.
    crs, datum, encoding
        Of files that do not say.
    limits
        Beyond them a file is refused.
    estimate
        Whether to estimate the households of buildings that give none; flagged ``estimated``.
    base
        The town as it is now: layers that the files do not give stay as they are there.
    progress
        Told what is being read.

    Raises
    ------
    InputError
        With every problem of every file; nothing is imported then.
    """
    mapping = mapping or MappingFile()
    chosen, notes, problems = chosen_sources(sources, mapping)
    if not chosen and not problems:
        raise input_error("importing.nothing", known=" ".join(LAYERS))
    named_files = {str(source.path) for source in chosen if source.is_named}
    readings: list[Reading] = []
    for done, source in enumerate(chosen):
        if progress is not None:
            progress(str(source.path.name), done, len(chosen))
        try:
            readings += _read(
                source, scheme, crs=crs, datum=datum, encoding=encoding, limits=limits
            )
        except InputError as error:
            problems += error.problems
    if progress is not None:
        progress("", len(chosen), len(chosen))
    notes += [note for reading in readings for note in reading.notes]
    readings = without_doubles(readings, notes)
    problems += given_twice([each for each in readings if each.source.file not in named_files])
    joined, more = joined_layers(readings)
    kept = kept_layers(base, joined)
    problems += more
    problems += dangling(joined, kept, unread=_unread(chosen, joined) if problems else set())
    problems += [*misplaced(joined, kept, scheme), *_unknown_levels(joined, scheme)]
    if problems:
        raise InputError(problems)
    notes += [
        Message("importing.kept", {"town_layer": layer, "rows": len(frame)})
        for layer, frame in kept.items()
    ]
    renumber = any(each.mapping.renumber for each in chosen if each.layer == "grids")
    parts, problems = _made(joined, kept, name, scheme, renumber=renumber)
    if problems:
        raise InputError(problems)
    parts = _counted(parts, scheme, estimate=estimate)
    plan = None
    if parts.grids is not None:
        plan = Plan.of(
            plan_name or name,
            name,
            parts.grids,
            assignments=parts.assignments,
            contacts=parts.contacts,
        )
    return Imported(parts.town, plan, _origins(readings), (*notes, *parts.notes))


def _read(
    source: SourceFile,
    scheme: Scheme,
    *,
    crs: str | None,
    datum: Datum | None,
    encoding: str | None,
    limits: Limits,
) -> list[Reading]:
    if source.layer == OSM:
        frames = read_osm(source.path, limits=limits)
        return [
            _reading_of(source.path, layer, frame) for layer, frame in frames.items() if len(frame)
        ]

    def derive(frame: pd.DataFrame) -> pd.DataFrame:
        if source.layer == "grids" and frame["level"].isna().all():
            levels = [None if pd.isna(c) else scheme.level_of_code(c) for c in frame["code"]]
            return frame.assign(level=pd.Series(levels, dtype="Int64", index=frame.index))
        return frame

    reading = read_source(
        source.path,
        source.layer,
        source_layer=source.source_layer,
        crs=crs,
        datum=datum,
        mapping=source.mapping,
        encoding=encoding,
        limits=limits,
        derive=derive,
    )
    return [reading]


def _reading_of(path: Path, layer: str, frame: pd.DataFrame) -> Reading:
    """Return what was read from OpenStreetMap as any other source."""
    rows = pd.RangeIndex(1, len(frame) + 1).to_numpy()
    empty = rows[:0].astype(bool)
    source = Source(str(path), OSM, pd.DataFrame(index=frame.index), None, empty, None)
    return Reading(layer, source, frame, rows, {}, (), "EPSG:4326", ())


def _unknown_levels(joined: Joined, scheme: Scheme) -> list[Problem]:
    """Return the grids of a level that the scheme does not have."""
    if "grids" not in joined.frames:
        return []
    known = [level.level for level in scheme.levels]
    levels = joined.frames["grids"]["level"]
    return [
        joined.problem(
            "grids",
            at,
            "importing.no_such_level",
            column="level",
            value=levels[at],
            known="、".join(map(str, known)),
        )
        for at in levels.index[~levels.isin(known)].tolist()
    ]


def _unread(chosen: Sequence[SourceFile], joined: Joined) -> set[str]:
    """Return the layers whose files could not be read: their own problems say enough."""
    return {source.layer for source in chosen} - set(joined.frames)


def _made(
    joined: Joined,
    kept: Mapping[str, gpd.GeoDataFrame],
    name: str,
    scheme: Scheme,
    *,
    renumber: bool,
) -> tuple[Parts, list[Problem]]:
    """Return the town and the plan's parts, with what the files do not say filled in."""
    frames = {**kept, **joined.frames}
    town = Town.empty(name, scheme).with_layers(
        **{layer: frame for layer, frame in frames.items() if layer in TOWN_LAYERS}
    )
    parts = Parts(town, frames.get("grids"), frames.get("assignments"), frames.get("contacts"))
    return completed(parts, scheme, renumber=renumber)


def _counted(parts: Parts, scheme: Scheme, *, estimate: bool) -> Parts:
    """Return the parts with households estimated where unknown, and counted for the grids."""
    town, rule = parts.town, scheme.estimate
    unknown = int(town.buildings["households"].isna().sum())
    if estimate and unknown:
        parts = replace(parts, town=estimate_households(town)).noting(
            "importing.estimated",
            number=unknown,
            dwelling_m2=rule.dwelling_m2,
            net_share=rule.net_share,
            floors=rule.floors_if_unknown,
        )
    if parts.grids is None:
        return parts
    return replace(parts, grids=count_households(parts.town, parts.grids))


def _origins(readings: Sequence[Reading]) -> tuple[ReadLayer, ...]:
    return tuple(
        ReadLayer(
            each.layer,
            each.source.file,
            each.source.layer,
            len(each.frame),
            each.columns,
            each.left_out,
            each.reference,
        )
        for each in readings
    )
