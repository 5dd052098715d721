"""Texts in Latin script as queries of one register."""

from __future__ import annotations

from collections.abc import Container, Sequence

from geo.address.latin import LatinReader, Said, is_latin
from geo.address.normalise import Normalised
from geo.address.query import Chunk, Query
from geo.address.relation import Relation


class LatinQueries:
    """Reads texts in Latin script with the words of one register.

    Parameters
    ----------
    roads, towns
        The register's words; the place of each is its number.
    names
        Every name and alias.
    """

    def __init__(self, roads: Sequence[str], towns: Sequence[str], names: Container[str]) -> None:
        self._roads = {word: number for number, word in enumerate(roads) if is_latin(word)}
        self._towns = {word: number for number, word in enumerate(towns) if is_latin(word)}
        self._names = names
        self._reader = LatinReader(list(self._roads))

    def __bool__(self) -> bool:
        """Return whether the register has streets in Latin script."""
        return bool(self._roads)

    def query(self, written: Normalised) -> Query | None:
        """Return what a text says; None where it is no street address."""
        said = self._reader.read(written.text)
        if said is None or self._is_name(said, written.text):
            return None
        query = Query(written, said.chain, _relation(said, written.text))
        numbers = [self._roads.get(street.key, 0) for street in said.streets]
        if numbers:
            query.road, *second = numbers
            query.second_road = second[0] if second else 0
            if not query.road:
                street = said.streets[0]
                query.unknown_road = (street.start, street.end)
                query.unknown_words = street.key
        for start, end in said.others:
            words = written.text[start:end]
            query.town = query.town or self._towns.get(words, 0)
            if words in self._names:
                query.chunks.append(Chunk(start, end, words, ""))
        return query

    def _is_name(self, said: Said, text: str) -> bool:
        """Return whether what was taken for an unknown street is a name of the register."""
        return any(
            street.key not in self._roads and text[street.start : street.end] in self._names
            for street in said.streets
        )


def _relation(said: Said, text: str) -> Relation | None:
    if said.beside is None:
        return None
    kind, start, end = said.beside
    return Relation(kind, text[start:end], start, end)
