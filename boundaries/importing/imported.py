"""What an import makes, and where each layer of it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from boundaries.importing.deriving import Derived
from boundaries.plan import Plan
from boundaries.town import Town
from geo.layers import Reading
from messages import Message


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
class Edited:
    """The plan that a planner edited elsewhere and brings back.

    Attributes
    ----------
    plan
        As it was handed out.
    used
        Codes that were given up once and must not be given again.
    from_finest
        Whether coarser grids are drawn anew from the finest ones that the files give.
    communities
        Codes or names of the communities that the files are an edit of; all where empty.
    """

    plan: Plan
    used: frozenset[str] = frozenset()
    from_finest: bool = False
    communities: tuple[str, ...] = ()


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
    derived
        What became of the plan that was edited; None where none was named.
    """

    town: Town
    plan: Plan | None
    layers: tuple[ReadLayer, ...]
    notes: tuple[Message, ...]
    derived: Derived | None = None


def origins(readings: Sequence[Reading]) -> tuple[ReadLayer, ...]:
    """Return where each layer came from."""
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
