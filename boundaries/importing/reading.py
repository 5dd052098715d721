"""Read all sources of a town, look at them together, and make the town and its plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from boundaries.estimate import count_households, estimate_households
from boundaries.importing.completing import Parts, completed
from boundaries.importing.confining import communities_called, without_grids
from boundaries.importing.deriving import derive
from boundaries.importing.doubling import given_twice, without_doubles
from boundaries.importing.edited import (
    MOVED,
    merged_grids,
    numbered,
    unnumbered,
    without_unedited,
)
from boundaries.importing.imported import Edited, Imported, origins
from boundaries.importing.joining import Joined, joined_layers, kept_layers
from boundaries.importing.placing import misplaced
from boundaries.importing.referring import dangling
from boundaries.importing.renumbering import under_new_parents
from boundaries.importing.shapeless import with_shapes
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

_MOST_LISTED = 6
Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many steps are done, and how many there are."""


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
    edited: Edited | None = None,
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
    edited
        The plan that the files' grids or assignments are an edit of. The new plan has its
        contacts and assignments, except where the edit moved something; grids without a code
        get one, and so do those that got another parent. A table of grids without shapes is
        enough. Contacts in the files are not taken.
    progress
        Told what is being read.

    Raises
    ------
    InputError
        With every problem of every file; nothing is imported then.
    """
    mapping = mapping or MappingFile()
    chosen, notes, problems = chosen_sources(sources, mapping)
    if edited is not None:
        chosen = _without_contacts(chosen, notes)
    if not chosen and not problems:
        raise input_error("importing.nothing", known=" ".join(LAYERS))
    named_files = {str(source.path) for source in chosen if source.is_named}
    readings, more = _all_readings(
        chosen,
        scheme,
        progress or (lambda _what, _done, _total: None),
        crs=crs,
        datum=datum,
        encoding=encoding,
        limits=limits,
        is_edit=edited is not None,
    )
    problems += more
    notes += [note for reading in readings for note in reading.notes]
    readings = without_doubles(readings, notes)
    problems += given_twice([each for each in readings if each.source.file not in named_files])
    joined, more = joined_layers(readings)
    kept = kept_layers(base, joined)
    problems += more
    reshaped: tuple[str, ...] = ()
    if edited is not None:
        joined, is_table, more = with_shapes(without_unedited(joined, edited.plan), edited.plan)
        problems += more
        edited = replace(edited, from_finest=edited.from_finest or is_table)
    known: dict[str, pd.DataFrame] = {**kept, **joined.frames}
    if edited is not None:
        known["grids"], reshaped = _merged(joined, edited, base or Town.empty(name, scheme), notes)
    problems += dangling(joined, known, unread=_unread(chosen, joined) if problems else set())
    problems += [*misplaced(joined, kept, scheme), *_unknown_levels(joined, scheme)]
    if problems:
        raise InputError(problems)
    if edited is None:
        notes += [
            Message("importing.kept", {"town_layer": layer, "rows": len(frame)})
            for layer, frame in kept.items()
        ]
    renumber = any(each.mapping.renumber for each in chosen if each.layer == "grids")
    parts, problems = _made(known, name, scheme, renumber=renumber)
    if problems:
        raise InputError(problems)
    parts = _counted(parts, scheme, estimate=estimate, count=edited is None)
    revision = 0 if base is None else base.revision
    parts = replace(parts, town=replace(parts.town, revision=revision))
    if edited is not None:
        return _derived(parts, edited, plan_name, reshaped, readings, notes)
    plan = None
    if parts.grids is not None:
        plan = Plan.of(
            plan_name or name,
            name,
            parts.grids,
            assignments=parts.assignments,
            contacts=parts.contacts,
        )
        parts = parts if base is None else _telling_of_others(parts)
    return Imported(parts.town, plan, origins(readings), (*notes, *parts.notes))


def _merged(
    joined: Joined, edited: Edited, town: Town, notes: list[Message]
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Return the edited grids among the plan's, and the codes of those with another shape."""
    communities = communities_called(edited.communities, town, edited.plan)
    grids, reshaped, left_aside = merged_grids(
        joined, edited.plan, from_finest=edited.from_finest, communities=communities
    )
    if left_aside:
        notes.append(Message("importing.left_aside", {"number": left_aside}))
    return grids, reshaped


def _telling_of_others(parts: Parts) -> Parts:
    """Note the communities of which the files have no grid."""
    without = without_grids(parts.town, parts.grids)
    if not without:
        return parts
    listed = "、".join(without[:_MOST_LISTED]) + (" …" if len(without) > _MOST_LISTED else "")
    return parts.noting(
        "importing.communities_without_grids", number=len(without), communities=listed
    )


def _all_readings(
    chosen: Sequence[SourceFile], scheme: Scheme, progress: Progress, **options: Any
) -> tuple[list[Reading], list[Problem]]:
    """Read every source; a source that cannot be read gives problems."""
    readings: list[Reading] = []
    problems: list[Problem] = []
    for done, source in enumerate(chosen):
        progress(str(source.path.name), done, len(chosen))
        try:
            readings += _read(source, scheme, **options)
        except InputError as error:
            problems += error.problems
    progress("", len(chosen), len(chosen))
    return readings, problems


def _read(
    source: SourceFile,
    scheme: Scheme,
    *,
    crs: str | None,
    datum: Datum | None,
    encoding: str | None,
    limits: Limits,
    is_edit: bool,
) -> list[Reading]:
    if source.layer == OSM:
        frames = read_osm(source.path, limits=limits)
        return [
            _reading_of(source.path, layer, frame) for layer, frame in frames.items() if len(frame)
        ]

    def derive(frame: pd.DataFrame) -> pd.DataFrame:
        if source.layer == "grids" and frame["level"].isna().all():
            levels = [None if pd.isna(c) else scheme.level_of_code(c) for c in frame["code"]]
            frame = frame.assign(level=pd.Series(levels, dtype="Int64", index=frame.index))
        if source.layer == "grids" and is_edit:
            frame = frame.assign(code=unnumbered(frame["code"], str(source.path)))
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
        needs_places=not (is_edit and source.layer == "grids"),
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


def _without_contacts(chosen: Sequence[SourceFile], notes: list[Message]) -> list[SourceFile]:
    """Return the sources without contacts: an edited plan keeps its own."""
    notes += [
        Message("importing.contacts_kept", {"file": source.path.name})
        for source in chosen
        if source.layer == "contacts"
    ]
    return [source for source in chosen if source.layer != "contacts"]


def _derived(  # noqa: PLR0917
    parts: Parts,
    edited: Edited,
    plan_name: str | None,
    reshaped: tuple[str, ...],
    readings: Sequence[Reading],
    notes: Sequence[Message],
) -> Imported:
    """Return the draft of a plan that was edited elsewhere."""
    base, grids = edited.plan, parts.grids
    if grids is None:
        raise input_error("importing.nothing_edited", value=base.name)
    used = edited.used | frozenset(base.grids["code"])
    marked = under_new_parents(grids, base.grids, parts.town.scheme, marked=MOVED)
    grids, numbers, moved = numbered(marked, parts.town, used)
    name = plan_name or f"{base.name}·改"
    plan, derived = derive(
        parts.town,
        base,
        grids,
        parts.assignments,
        name=name,
        numbered=numbers,
        moved=moved,
        reshaped=reshaped,
    )
    if not parts.town.buildings["households"].notna().any():
        parts = parts.noting("importing.not_recounted")
    return Imported(parts.town, plan, origins(readings), (*notes, *parts.notes), derived)


def _made(
    frames: Mapping[str, pd.DataFrame],
    name: str,
    scheme: Scheme,
    *,
    renumber: bool,
) -> tuple[Parts, list[Problem]]:
    """Return the town and the plan's parts, with what the files do not say filled in."""
    town = Town.empty(name, scheme).with_layers(
        **{layer: frame for layer, frame in frames.items() if layer in TOWN_LAYERS}
    )
    parts = Parts(town, frames.get("grids"), frames.get("assignments"), frames.get("contacts"))
    return completed(parts, scheme, renumber=renumber)


def _counted(parts: Parts, scheme: Scheme, *, estimate: bool, count: bool) -> Parts:
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
    if parts.grids is None or not count:
        return parts
    return replace(parts, grids=count_households(parts.town, parts.grids))
