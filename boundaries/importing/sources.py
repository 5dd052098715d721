"""Which file, and which layer in it, is which of a town's layers."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from geo.layers import LAYERS, SUFFIXES, LayerMapping, MappingFile
from geo.layers.names import layer_of, level_of
from geo.layers.source import OSM_SUFFIXES, VECTOR_SUFFIXES, suffix_of
from geo.layers.tables import sheet_names
from geo.layers.vector import layer_names
from geo.problem import InputError, Problem, input_error
from messages import Message

OSM = "osm"
_MANY_LAYERS = (".gpkg", ".kml", ".kmz", ".xlsx")
_TOKENS = re.compile(r"[\s_\-.()（）]+")


@dataclass(frozen=True)
class SourceFile:
    """One file, or one layer in it, that is to become a layer of the town.

    Attributes
    ----------
    layer
        Our layer, or ``"osm"`` for a file of OpenStreetMap that holds several.
    path
        The file.
    source_layer
        Layer or sheet in the file; None where there is only one.
    mapping
        How its columns are ours.
    is_named
        True where the user said so, False where it was recognised by its name.
    """

    layer: str
    path: Path
    source_layer: str | None = None
    mapping: LayerMapping = field(default_factory=LayerMapping)
    is_named: bool = False


def parse_source(text: str, mapping: MappingFile | None = None) -> SourceFile:
    """Return the source that ``LAYER=FILE[:LAYER_IN_FILE][@LEVEL]`` names.

    Parameters
    ----------
    text
        Such as ``grids=units.gpkg:base@3``.
    mapping
        Where the layer's columns are looked up.

    Raises
    ------
    InputError
        There is no such layer, or the text has another form.
    """
    layer, equals, rest = text.partition("=")
    if not equals or not rest:
        raise input_error("importing.bad_source", column="--layer", value=text)
    if layer not in (*LAYERS, OSM):
        raise input_error(
            "importing.no_such_layer", column="--layer", value=layer, known=" ".join(LAYERS)
        )
    level: int | None = None
    found = re.fullmatch(r"(.+)@(\d+)", rest)
    if found and not Path(rest).exists():
        rest, level = found[1], int(found[2])
    path, source_layer = Path(rest), None
    if not path.exists() and ":" in rest:
        file, _, name = rest.rpartition(":")
        path, source_layer = Path(file), name
    return _source(layer, path, source_layer, mapping or MappingFile(), level=level, is_named=True)


def _source(
    layer: str,
    path: Path,
    source_layer: str | None,
    mapping: MappingFile,
    *,
    level: int | None = None,
    is_named: bool = False,
) -> SourceFile:
    entry = mapping.of(layer)
    if layer == "grids" and level is None and "level" not in entry.columns:
        level = next((n for n in map(level_of, (source_layer or "", path.stem)) if n), None)
    if layer == "grids" and level is not None:
        entry = entry.with_constant("level", level)
    return SourceFile(layer, path, source_layer, entry, is_named=is_named)


def chosen_sources(
    sources: Mapping[str, Path | str] | Iterable[SourceFile | Path] | Path, mapping: MappingFile
) -> tuple[list[SourceFile], list[Message], list[Problem]]:
    """Return what to read: sources that are named go before those that are recognised.

    Parameters
    ----------
    sources
        A folder; files and folders; named sources; or layer to file.
    mapping
        Which may name files itself.

    Returns
    -------
    sources, notes, problems
        See `sources_in`.
    """
    named: list[SourceFile] = []
    paths: list[Path] = []
    if isinstance(sources, Mapping):
        named = [
            SourceFile(layer, Path(path), None, mapping.of(layer), is_named=True)
            for layer, path in sources.items()
        ]
    else:
        for each in [sources] if isinstance(sources, Path) else sources:
            if isinstance(each, SourceFile):
                named.append(each)
            else:
                paths.append(Path(each))
    named += [
        SourceFile(
            each.layer, _found(each.path, paths), each.source_layer, each.mapping, is_named=True
        )
        for each in mapping.sources
    ]
    mapped = {each.path for each in named}
    found, notes, problems = sources_in(paths, mapping, taken=mapped)
    taken = {each.layer for each in named}
    kept = [each for each in found if each.layer not in taken]
    return [*named, *kept], notes, problems


def _found(file: Path, paths: Sequence[Path]) -> Path:
    """Return a file that the mapping names: beside it, else among the paths given."""
    if file.exists():
        return file
    candidates = [path / file.name if path.is_dir() else path for path in paths]
    return next((each for each in candidates if each.name == file.name and each.exists()), file)


def sources_in(
    paths: Iterable[Path], mapping: MappingFile, *, taken: Container[Path] = ()
) -> tuple[list[SourceFile], list[Message], list[Problem]]:
    """Recognise the layers in files and folders by the usual names.

    Parameters
    ----------
    paths
        Files, or folders whose files of a known format are all looked at.
    mapping
        Where the layers' columns are looked up.
    taken
        Files that are spoken for.

    Returns
    -------
    sources, notes, problems
        What was recognised; what was left out; files that cannot be opened.
    """
    sources: list[SourceFile] = []
    notes: list[Message] = []
    problems: list[Problem] = []
    for path in paths:
        if not path.exists():
            problems += input_error("layers.no_file", file=path).problems
        elif path.is_dir():
            inside = [each for each in sorted(path.iterdir()) if suffix_of(each) in SUFFIXES]
            if not inside:
                problems += input_error("importing.empty_folder", file=path).problems
            for each in inside:
                if each in taken:
                    continue
                _recognise(each, mapping, sources, notes, problems, is_named=False)
            if inside and not sources and not problems and not taken:
                known = " ".join(LAYERS)
                problems += [
                    problem
                    for each in inside
                    for problem in input_error(
                        "importing.not_recognised", file=each, known=known
                    ).problems
                ]
        elif path not in taken:
            _recognise(path, mapping, sources, notes, problems, is_named=True)
    return sources, notes, problems


def _recognise(
    path: Path,
    mapping: MappingFile,
    sources: list[SourceFile],
    notes: list[Message],
    problems: list[Problem],
    *,
    is_named: bool,
) -> None:
    """Add what one file holds to the sources, the notes or the problems."""
    if suffix_of(path) in OSM_SUFFIXES:
        sources.append(SourceFile(OSM, path))
        return
    if suffix_of(path) not in SUFFIXES:
        problems += input_error(
            "layers.unknown_format", file=path, value=path.suffix, known=" ".join(SUFFIXES)
        ).problems
        return
    if not path.stat().st_size:
        problems += input_error("layers.empty_file", file=path).problems
        return
    try:
        found, unknown = _layers_of(path, mapping)
    except InputError as error:
        problems += error.problems
        return
    sources += found
    notes += [
        Message("importing.layer_left_out", {"file": path.name, "layer": name}) for name in unknown
    ]
    if not found and is_named:
        known = " ".join(LAYERS)
        problems += input_error("importing.not_recognised", file=path, known=known).problems
    elif not found and suffix_of(path) != ".txt":  # licences and the like lie beside data
        notes.append(Message("importing.file_left_out", {"file": path.name}))


def _layers_of(path: Path, mapping: MappingFile) -> tuple[list[SourceFile], list[str]]:
    """Return the layers recognised in a file, and the names of those that are not."""
    inside = _layers_in(path)
    found: list[SourceFile] = []
    unknown: list[str] = []
    for name in inside:
        layer = None if name is None else layer_of(name)
        if layer is None and len(inside) == 1:
            layer = _layer_of_file(path)
        if layer is not None:
            found.append(_source(layer, path, name, mapping))
        elif name is not None and len(inside) > 1:
            unknown.append(name)
    return found, unknown


def _layers_in(path: Path) -> list[str | None]:
    if suffix_of(path) not in _MANY_LAYERS:
        return [None]
    if suffix_of(path) in VECTOR_SUFFIXES:
        return list(layer_names(path))
    return list(sheet_names(path))


def _layer_of_file(path: Path) -> str | None:
    """Return the layer that a file is named for, whole or in one of the name's words."""
    candidates = [path.stem, *_TOKENS.split(path.stem)]
    return next((layer for word in candidates if word and (layer := layer_of(word))), None)
