"""What one text says, in the register's words where they are found in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from geo.address.normalise import Normalised
from geo.address.reading import Reading
from geo.address.relation import Relation

NEARLY = 13.0
"""A name said with one slip costs no more."""


class Chunk(NamedTuple):
    """Words that may be a name; ``zone`` is what its end says when that is read as a zone."""

    start: int
    end: int
    name: str
    zone: str


@dataclass(slots=True)
class Query:
    """One reading of a text.

    Attributes
    ----------
    written
        The text's written form.
    chain
        House number, building, stair, floor, room.
    chunks
        What may be the name, the likeliest first.
    road, town, village
        Numbers of the register's words; 0 where none is said.
    unknown_road, foreign
        Words of a road, of a foreign area, that the register does not hold.
    unknown_words
        What identifies the road that is not held, where that is not its words.
    village_cost
        What it costs to say the village so, nats; its words are then those of the unknown road.
    zone, stage
        A zone, a stage of building (二期) that stands by itself.
    at
        Proleptic day for which names are asked; None where any will do.
    again
        A second address in the same text (从滨河花园3号楼到滨河苑5号楼).
    """

    written: Normalised
    chain: Reading
    relation: Relation | None
    chunks: list[Chunk] = field(default_factory=list)
    road: int = 0
    second_road: int = 0
    town: int = 0
    village: int = 0
    unknown_road: tuple[int, int] | None = None
    unknown_words: str = ""
    village_cost: float = 0.0
    foreign: str = ""
    known_area: bool = False
    zone: str = ""
    stage: str = ""
    group: str = ""
    at: int | None = None
    again: Query | None = None
