"""What one text says, in the register's words where they are found in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from geo.address.grammar import Element, Reading, chains
from geo.address.lexicon import Lexicon
from geo.address.names import NameIndex
from geo.address.normalise import Normalised, normalise
from geo.address.parse import CITY, DISTRICT, GROUP, PROVINCE, ROAD, ZONE, relation_behind
from geo.address.relation import Relation
from geo.address.speech import inside_words, opening_length, without_persons
from geo.address.units import zone_id

NEARLY = 11.0
"""A name said with one slip costs no more."""

_JOINTS = ("与", "和", "跟", "同")
_BARE_ZONES = frozenset("ABCDEFGH东西南北中")
_AREA_WORDS = frozenset("省市县区州盟旗蒙西藏疆广上天重")
_STOPS = re.compile(r"[,() ]+")
_LATIN_STOPS = re.compile(r" *[,()]+ *")
_MEANT = re.compile(r"[0-9A-Z\u3400-\u9fff]")
_VILLAGE = re.compile(r"[^0-9A-Z,]{1,6}?(?:里|村|社区|庄)(?:\d+邻)?")
_WHOLE_ZONE = re.compile(
    r"^(?:(?:[A-Z]\d?|[东西南北中]|[甲乙丙丁]|\d{1,2}|[一二三四五六七八九十])区|\d{1,2}期(?:[A-Z东西南北中]区)?|[东西南北中]院)$"
)


class Chunk(NamedTuple):
    """Words that may be a name; ``zone`` is what its end says when that is read as a zone."""

    start: int
    end: int
    name: str
    zone: str


@dataclass
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
    zone
        A zone that stands by itself.
    at
        Proleptic day for which names are asked; None where any will do.
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
    foreign: str = ""
    known_area: bool = False
    zone: str = ""
    group: str = ""
    at: int | None = None


class QueryReader:
    """Reads texts with the words of one register.

    Parameters
    ----------
    lexicon
        Areas and roads of the register.
    names
        Every name and alias.
    special
        Names that hold digits or single letters, which the chain must leave alone.
    zones
        Written forms of the register's zones.
    buildings
        Identities of buildings that have names rather than numbers (教学楼).
    """

    def __init__(
        self,
        lexicon: Lexicon,
        names: NameIndex,
        special: list[str],
        zones: Iterable[str],
        buildings: Iterable[str],
    ) -> None:
        self.lexicon = lexicon
        self._zone_words = frozenset(zones)
        self._zone_ends = frozenset(word[-1] for word in self._zone_words)
        self._zone_lengths = sorted({len(word) for word in self._zone_words}, reverse=True)
        self.names = names.exact
        self._building_words = sorted(buildings, key=lambda word: (-len(word), word))
        self.similar = names.find
        self._special = (
            re.compile(
                "|".join(map(re.escape, sorted(special, key=lambda name: (-len(name), name))))
            )
            if special
            else None
        )

    def read(self, text: str) -> tuple[Query, tuple[Reading, ...]] | None:
        """Return the likeliest reading of a text and the other chains that its words allow.

        None where the text says nothing.
        """
        written = normalise(without_persons(text))
        form = written.text
        if not _MEANT.search(form):
            return None
        first, *others = self.readings(form)
        query = self.query(written, first)
        number = first.number
        if number is not None and any(chunk.end == number.start for chunk in query.chunks):
            for other in others:
                # 荷塘月色12号: behind a name of the register a number is its building
                if other.number is None and other.building is not None:
                    return self.query(written, other), (first,)
        return query, tuple(others)

    def readings(self, form: str) -> tuple[Reading, ...]:
        """Return the readings of the chain; names with digits are left whole."""
        if self._special is None:
            return chains(form)
        spans = tuple(match.span() for match in self._special.finditer(form))
        return chains(form, spans)

    def query(self, written: Normalised, chain: Reading) -> Query:
        """Return what a written form says when its chain is read in one way."""
        form = written.text
        elements = chain.elements
        relation = relation_behind(form, chain)
        if relation is not None and any(
            relation.start < element.end and relation.end > element.start for element in elements
        ):
            relation = None
        if (
            relation is not None
            and relation.end >= len(form)
            and self._ends_in_name(relation, form)
        ):
            relation = None
        query = Query(written, chain, relation)
        end = len(form)
        if relation is not None:
            if relation.end >= end:
                end = min(end, relation.start)
            elif not elements or relation.start < elements[-1].end:
                query.relation = None
        start = 0
        chain_end = 0
        for element in elements:
            if element.start > start:
                self._stretch(query, start, element.start, chain_end=chain_end, to=element.kind)
            start = max(start, element.end)
            chain_end = start if element.kind != "number" else chain_end
        if query.relation is not None and query.relation.start <= start + 1:
            start = max(start, query.relation.end)
        if start < end:
            self._stretch(query, start, end, chain_end=chain_end, to="")
        query.chunks.sort(key=lambda chunk: chunk.name not in self.names)
        return query

    def _ends_in_name(self, relation: Relation, form: str) -> bool:
        """Return whether the words of a relation are the end of a name (桥头, 路口村)."""
        return any(form[start:] in self.names for start in range(relation.start))

    def _stretch(self, query: Query, start: int, end: int, *, chain_end: int, to: str) -> None:
        """Read the words between two elements of the chain."""
        form = query.written.text
        place = start
        stops = _LATIN_STOPS if form.isascii() else _STOPS
        for part in stops.split(form[start:end].strip()):
            if not part:
                continue
            first = form.index(part, place, end)
            place = first + len(part)
            followed = to if place == end else ""
            behind = bool(chain_end) and bool(query.chunks or query.road)
            self._part(query, first, place, followed=followed, behind=behind)

    def _part(self, query: Query, start: int, end: int, *, followed: str, behind: bool) -> None:
        form = query.written.text
        chunk = self._named(form, start, end) or self._with_building(query, start, end)
        if chunk is not None:
            query.chunks.append(chunk)
            return
        if not behind:
            start += opening_length(form[start:end])
        start = self._take_areas(query, start, end)
        if followed == "number" and start < end and not query.road:
            end = self._take_back(query, start, end)
            if not query.road:
                start = self._unknown_road(query, start, end)
        chunk = self._named(form, start, end) or self._with_building(query, start, end)
        if chunk is None:
            end = self._take_back(query, start, end)
            end -= inside_words(form[start:end])
            chunk = self._named(form, start, end)
        if chunk is not None:
            query.chunks.append(chunk)
        elif end > start:
            self._rest(query, start, end, behind=behind)

    def _rest(self, query: Query, start: int, end: int, *, behind: bool) -> None:
        form = query.written.text
        words = form[start:end]
        at_door = query.road and query.chain.number is not None
        if _WHOLE_ZONE.match(words) or (words in self._zone_words and (at_door or query.chunks)):
            query.zone = query.zone or zone_id(words)
        elif group := GROUP.fullmatch(words):
            query.group = group.group(1)
        elif form.isascii() and query.chain.number is not None and not query.road:
            query.unknown_road = (start, end)
        elif not behind and words not in ("院", "的", "与", "和"):
            query.chunks.append(self._chunk(form, start, end))

    def zones_at_end(self, form: str, start: int, end: int) -> list[str]:
        """Return what the end of some words may say of a zone, the shortest first."""
        found = _zones(form, start, end)
        if form[end - 1] in self._zone_ends:
            for length in self._zone_lengths:
                words = form[end - length : end]
                if end - length > start and words in self._zone_words and words not in found:
                    found.insert(0, words)
        return found

    def _chunk(self, form: str, start: int, end: int) -> Chunk:
        zones = self.zones_at_end(form, start, end)
        return Chunk(start, end, form[start:end], zones[0] if zones else "")

    def _named(self, form: str, start: int, end: int) -> Chunk | None:
        """Return the stretch as a chunk if it is a name of the register, with a zone or without."""
        words = form[start:end]
        if words in self.names:
            return Chunk(start, end, words, "")
        for zone in self.zones_at_end(form, start, end):
            name = words[: -len(zone)]
            if name in self.names:
                return Chunk(start, end - len(zone), name, zone)
        if words[-1:] in _BARE_ZONES and words[:-1] in self.names:
            return Chunk(start, end - 1, words[:-1], words[-1])  # 东方苑西2号楼 leaves 区 out
        return None

    def _with_building(self, query: Query, start: int, end: int) -> Chunk | None:
        """Return a name with a named building behind it (实验小学教学楼), and note the building."""
        if query.chain.building is not None:
            return None
        form = query.written.text
        for word in self._building_words:
            if form.endswith(word, start, end):
                chunk = self._named(form, start, end - len(word))
                if chunk is not None:
                    building = Element("building", word, end - len(word), end)
                    query.chain = query.chain._replace(building=building)
                    return chunk
        return None

    def _take_areas(self, query: Query, start: int, end: int) -> int:
        """Take areas and roads off the front."""
        form = query.written.text
        while start < end:
            word = self.lexicon.at_start(form, start, end)
            if word is not None:
                self._note(query, word.kind, word.number)
                start += len(word.text)
                if form[start : start + 1] in _JOINTS and word.kind == "road":
                    start += 1
                if word.kind != "road":
                    continue
                if self._named(form, start, end) is not None:
                    return start
                continue
            group = GROUP.match(form, start, end) if form[start].isdigit() else None
            if group is not None:
                query.group = group.group(1)
                start = group.end()
                continue
            village = _VILLAGE.match(form, start, end)
            if (
                village is not None
                and self._is_road(form, village.end(), end)
                and not self._is_like_name(form, start, village.end())
            ):
                start = village.end()  # a village that the register does not hold by this name
                continue
            foreign = self._foreign(query, start, end)
            if not foreign:
                return start
            start += foreign
        return start

    def _is_road(self, form: str, start: int, end: int) -> bool:
        word = self.lexicon.at_start(form, start, end)
        return word is not None and word.kind == "road"

    def _take_back(self, query: Query, start: int, end: int) -> int:
        """Take areas and roads off the back, where people put them last."""
        form = query.written.text
        while end > start:
            word = self.lexicon.at_end(form, start, end)
            if word is None or (word.kind == "road" and query.road):
                return end
            self._note(query, word.kind, word.number)
            end -= len(word.text)
        return end

    @staticmethod
    def _note(query: Query, kind: str, number: int) -> None:
        if kind == "area":
            query.known_area = True
            query.foreign = ""  # what stood before is above it: 山西省吕梁市岚县
        elif kind == "road" and query.road and query.road != number:
            query.second_road = query.second_road or number
        elif not getattr(query, kind):
            setattr(query, kind, number)

    def _foreign(self, query: Query, start: int, end: int) -> int:
        """Return the length of an area's name that the register does not know, 0 for none."""
        form = query.written.text
        if _AREA_WORDS.isdisjoint(form[start:end]):
            return 0
        if start and not query.foreign and not query.known_area and form[start - 1] not in ",( ":
            return 0
        for pattern in (PROVINCE, CITY, DISTRICT):
            match = pattern.match(form, start, end)
            if match is None or match.end() == match.start() or match.end() >= end:
                continue
            words = match.group(0)
            if words.endswith("区") and not query.foreign:
                continue  # a district is said with its city; without one it is part of a name
            if (
                pattern is not PROVINCE
                and not query.foreign
                and self._is_like_name(form, start, end)
            ):
                return 0
            if not self._begins_name(words):
                query.foreign += words
                return len(words)
        return 0

    def _is_like_name(self, form: str, start: int, end: int) -> bool:
        """Return whether all the words together are nearly a name (翠县花园 for 翠微花园)."""
        if self._named(form, start, end) is not None:
            return True
        chunk = self._chunk(form, start, end)
        name = chunk.name.removesuffix(chunk.zone) if chunk.zone else chunk.name
        return any(hit.cost <= NEARLY for hit in self.similar(name)[:1])

    def _begins_name(self, words: str) -> bool:
        return words in self.names or words[:-1] in self.names

    def _unknown_road(self, query: Query, start: int, end: int) -> int:
        match = ROAD.match(query.written.text, start, end)
        if match is None or match.end() < end:
            return start
        query.unknown_road = (start, match.end())
        return end


def _zones(form: str, start: int, end: int) -> list[str]:
    """Return what the end of a name may say of a zone: of 二期C区, C区 and the whole."""
    if form[end - 1] not in "区期院团":
        return []
    zone = ZONE.search(form, max(start + 1, end - 6), end)
    if zone is None:
        return []
    words = zone.group(0)
    place = words.find("期") + 1
    return [words[place:], words] if 0 < place < len(words) else [words]
