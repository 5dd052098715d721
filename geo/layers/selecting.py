"""Which rows of a source are of the layer: those chosen, those of its kind, those that can be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely

from geo.layers import osm
from geo.layers.mapping import LayerMapping
from geo.layers.names import known_value
from geo.layers.schema import GEOMETRY_TYPES
from geo.layers.source import Shapes, Source, suffix_of
from geo.layers.values import as_text, is_empty
from geo.problem import Problem
from messages import Message

_DRAWING = ".dxf"
_DRAWN = {"Layer": "kind", "EntityHandle": "id", "Text": "name"}
"""What GDAL calls the little that a drawing says of its parts, and what it is to us."""


@dataclass(frozen=True)
class Selection:
    """A source and the rows of it that are of the layer.

    Attributes
    ----------
    source
        Its columns are ours where the format has columns of its own (OpenStreetMap, DXF).
    kept
        Rows that are of the layer.
    problems
        Columns that were to be chosen by, but are not there; nothing chosen.
    notes
        How many rows were left out, and why.
    """

    source: Source
    kept: npt.NDArray[np.bool_]
    problems: tuple[Problem, ...] = ()
    notes: tuple[Message, ...] = ()


def selected(source: Source, layer: str, mapping: LayerMapping) -> Selection:
    """Choose the rows of a source that are of a layer."""
    chosen = _chosen(source, mapping)
    if suffix_of(Path(source.file)) == _DRAWING:
        return _drawn(chosen, layer, mapping)
    if not osm.has_tags(source.table, layer) or mapping.columns:
        return chosen
    described, belongs = osm.from_tags(source.table, layer)
    return _narrowed(
        replace(chosen, source=replace(source, table=described)), belongs, "layers.not_of_layer"
    )


def _narrowed(selection: Selection, rows: npt.NDArray[np.bool_], key: str) -> Selection:
    """Return the selection without the other rows, and a note of how many they are."""
    gone = int((selection.kept & ~rows).sum())
    if not gone:
        return selection
    note = selection.source.note(key, rows=gone)
    return replace(selection, kept=selection.kept & rows, notes=(*selection.notes, note))


def _chosen(source: Source, mapping: LayerMapping) -> Selection:
    """Choose by the values that the mapping asks for."""
    everything = Selection(source, np.ones(len(source.table), dtype=bool))
    rows = everything.kept
    for heading, words in mapping.only.items():
        if heading not in source.table:
            there = "、".join(str(name) for name in source.table.columns)
            problem = source.problem(
                "layers.mapped_column_missing", column=heading, ours="only", found=there
            )
            return replace(everything, problems=(problem,))
        texts = ["" if is_empty(value) else as_text(value) for value in source.table[heading]]
        rows = rows & np.isin(np.array(texts, dtype=object), list(words))
    if not rows.any():
        asked = "；".join(f"{name} = {'、'.join(words)}" for name, words in mapping.only.items())
        return replace(everything, problems=(source.problem("layers.none_chosen", value=asked),))
    return _narrowed(everything, rows, "layers.not_chosen")


def _drawn(selection: Selection, layer: str, mapping: LayerMapping) -> Selection:
    """Choose a drawing's parts by their geometry, and barriers by the names of its layers.

    A drawing holds annotation and much else; closed lines are areas where the layer is of areas.
    """
    source = selection.source
    table = source.table.rename(columns=_DRAWN)[list(_DRAWN.values())]
    if layer != "barriers":
        table = table.drop(columns="kind")
    shapes = _closed(source.shapes, layer)
    fits = np.array(
        [s is not None and s.geom_type in (GEOMETRY_TYPES[layer] or ()) for s in shapes]
    )
    drawn = replace(selection, source=replace(source, table=table, shapes=shapes))
    drawn = _narrowed(drawn, fits, "layers.not_of_layer")
    if layer != "barriers" or "kind" in mapping.constants:
        return drawn
    words = mapping.words.get("kind", {})
    known = [
        not is_empty(name) and (name in words or known_value(layer, "kind", name) is not None)
        for name in table["kind"]
    ]
    return _narrowed(drawn, np.array(known, dtype=bool), "layers.not_of_kind")


def _closed(shapes: Shapes | None, layer: str) -> Shapes:
    """Return closed lines as the areas they surround, for a layer of areas only."""
    made = np.array([] if shapes is None else shapes, dtype=object)
    types = GEOMETRY_TYPES[layer] or ()
    if "Polygon" not in types or "LineString" in types:
        return made
    lines = shapely.get_type_id(made) == shapely.GeometryType.LINESTRING
    rings = lines & shapely.is_closed(made) & (shapely.get_num_points(made) > 3)  # noqa: PLR2004
    made[rings] = [shapely.Polygon(line.coords) for line in made[rings]]
    return made
