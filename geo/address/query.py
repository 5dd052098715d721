"""What one text says, in the register's words where they are found in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from geo.address.correction import without_corrections
from geo.address.grammar import Element, Reading, chains
from geo.address.letters import Letters
from geo.address.lexicon import Lexicon
from geo.address.names import NameIndex
from geo.address.normalise import Normalised, normalise
from geo.address.parse import (
    CITY,
    DISTRICT,
    GROUP,
    PROVINCE,
    PROVINCES,
    ROAD,
    ZONE,
    relation_behind,
)
from geo.address.relation import Relation, relation_at
from geo.address.speech import inside_words, is_speech, opening_length, without_persons
from geo.address.units import zone_id
from geo.address.vocabulary import generic_end

NEARLY = 13.0
"""A name said with one slip costs no more."""

_JOINTS = ("与", "和", "跟", "同", "/")
# between a road and what stands on it; between a house number and a zone behind it
_ON_ROAD = re.compile(r"(?:上|边上?|旁边?|路边|那边|这边)?(?:的那个|的这个|那个|这个|的)|上(?=..)")
_SIDE_OF_ROAD = re.compile(
    r"(?:[东西南北中]段|路?[东西南北](?:侧|边|面)?|(?:十字|丁字)?(?:交叉|路)?口|十字)的?(?=..)"
)
_IN_YARD = re.compile(r"院(?:内|里面?|子里?)?的?|(?:里面|内)的?")
_BEHIND_RELATION = re.compile(r"(?:的|那个|那边|这个|有个|是)+")
_NO_NAMES = frozenset(("院", "院内", "院里", "的", "与", "和", "-"))
_BARE_ZONES = frozenset("ABCDEFGH东西南北中")
_AREA_WORDS = frozenset("省市县区州盟旗蒙西藏疆广上天重")
_STOPS = re.compile(r"[,() ]+|(?<![0-9A-Z])/+|/+(?![0-9A-Z])")
_LATIN_STOPS = re.compile(r" *[,()]+ *")
# names of provinces and cities, with their word or without, right before the county
_ABOVE = re.compile(
    rf"(?:中国)?(?:(?:{PROVINCES})省?)?(?:[一-鿿]{{2,4}}?(?:市|地区)|[一-鿿]{{2,3}})?"
)
_MEANT = re.compile(r"[0-9A-Z\u3400-\u9fff]")
_VILLAGE = re.compile(r"[^0-9A-Z,]{1,6}?(?:里|村|社区|庄)(?:\d+邻)?")
_CHAIN_AGAIN = re.compile(r"\d(?:号楼|栋|幢|座|#|-\d|单元)")
_STAGE = re.compile(r"\d{1,2}期")
_ZONE_FIRST = re.compile(r"(?:[A-Z]|[东西南北中])区的?(?=..)|(\d{1,2}期)的?(?=..)")
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
    unknown_words
        What identifies the road that is not held, where that is not its words.
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
    foreign: str = ""
    known_area: bool = False
    zone: str = ""
    stage: str = ""
    group: str = ""
    at: int | None = None
    again: Query | None = None


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
    latin
        Reads a text in Latin script, where the register has such words; None where it is none.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        names: NameIndex,
        special: list[str],
        zones: Iterable[str],
        buildings: Iterable[str],
        *,
        latin: Callable[[Normalised], Query | None] | None = None,
    ) -> None:
        self.lexicon = lexicon
        self._latin = latin
        self._zone_words = frozenset(zones)
        self._zone_ends = frozenset(word[-1] for word in self._zone_words)
        self._zone_lengths = sorted({len(word) for word in self._zone_words}, reverse=True)
        self.names = names.exact
        self._all_names = names
        self._said_words = lexicon.texts
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
        written = normalise(without_corrections(without_persons(text)).rstrip(" "))
        form = written.text
        if not _MEANT.search(form):
            return None
        if self._latin is not None and form.isascii():
            said = self._latin(written)
            if said is not None:
                return said, ()
        if form.isascii() and (chinese := self._letters.rewritten(written)) is not None:
            written, form = chinese, chinese.text
        first, *others = self.readings(form)
        query = self.query(written, first)
        query.again = self._again(query)
        number = first.number
        if number is not None and any(chunk.end == number.start for chunk in query.chunks):
            for other in others:
                # 荷塘月色12号: behind a name of the register a number is its building
                if other.number is None and other.building is not None:
                    return self.query(written, other), (first,)
        return query, tuple(others)

    def _again(self, query: Query) -> Query | None:
        """Return a second address behind the first, both with names of the register."""
        form = query.written.text
        end = max((element.end for element in query.chain.elements), default=0)
        if not end or not _CHAIN_AGAIN.search(form, end):
            return None
        first = self._first_name(query, end)
        if not first:
            return None
        place = query.written.span(0, end)[1]
        behind = normalise(" " * place + query.written.original[place:])
        again = self.query(behind, self.readings(behind.text)[0])
        other = self._first_name(again, len(behind.text))
        buildings = (query.chain.building, again.chain.building)
        same = [None if building is None else building.value for building in buildings]
        if not other or (first == other and same[0] == same[1]):
            return None
        return again

    def _first_name(self, query: Query, end: int) -> str:
        """Return the first name of the register that words before a place end in."""
        for chunk in query.chunks:
            if chunk.start >= end:
                continue
            for name in (chunk.name, chunk.name.removesuffix(chunk.zone)):
                for start in range(len(name) - 1):
                    if name[start:] in self.names:
                        return name[start:]
        return ""

    @cached_property
    def _letters(self) -> Letters:
        return Letters(self._all_names.letters, self._said_words)

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
        relation = self._relation(form, chain)
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
        if chain.zone is not None:
            query.stage = f"{chain.zone.value}期" if chain.zone.value.isdigit() else ""
            query.zone = query.zone or ("" if query.stage else chain.zone.value)
        if query.stage:
            self._join_stage(query)
        query.chunks.sort(key=lambda chunk: chunk.name not in self.names)
        return query

    def _relation(self, form: str, chain: Reading) -> Relation | None:
        """Return the relation that a text says, apart from its chain and its name."""
        relation = relation_behind(form, chain)
        if relation is None or any(
            relation.start < element.end and relation.end > element.start
            for element in chain.elements
        ):
            return None
        if relation.end >= len(form) and (
            self._ends_in_name(relation, form) or self._is_of_other(relation, form, chain)
        ):
            return None
        return relation

    def _is_of_other(self, relation: Relation, form: str, chain: Reading) -> bool:
        """Return whether a relation is to another name than the one before the chain.

        滨河花园3号楼2单元，就在新华公寓对面 is the stair itself.
        """
        last = max((element.end for element in chain.elements), default=0)
        between = form[last : relation.start] if last else ""
        return any(between[start:] in self.names for start in range(len(between) - 1))

    def _join_stage(self, query: Query) -> None:
        """Give a stage said apart to the name that has it, or else take it for a zone."""
        for place, chunk in enumerate(query.chunks):
            name = chunk.name.removesuffix(chunk.zone) + query.stage
            if name in self.names:
                zone = chunk.zone or query.zone
                query.chunks[place] = chunk._replace(name=name, zone=zone)
                return
        query.zone = query.zone or zone_id(query.stage)

    def _ends_in_name(self, relation: Relation, form: str) -> bool:
        """Return whether the words of a relation are the end of a name (桥头, 路口村)."""
        return any(form[start:] in self.names for start in range(relation.start))

    def _stretch(self, query: Query, start: int, end: int, *, chain_end: int, to: str) -> None:
        """Read the words between two elements of the chain."""
        form = query.written.text
        while end > start and form[end - 1] == "-":
            end -= 1  # 滨河花园A区-3号楼
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
        number = query.chain.number
        yard = _IN_YARD.match(form, start, end) if number and start == number.end else None
        if yard is not None and self._named(form, start, end) is None:
            start = yard.end()
            if start == end:
                return
        start = self._take_areas(query, start, end)
        start = self._take_zone(query, start, end)
        if followed == "number" and start < end and not query.road:
            end = self._take_back(query, start, end)
            if not query.road:
                start = self._unknown_road(query, start, end)
        chunk = self._named(form, start, end) or self._with_building(query, start, end)
        if chunk is None:
            start = self._beyond_relation(form, start, end)
            end = self._take_back(query, start, end)
            end -= inside_words(form[start:end])
            chunk = self._named(form, start, end)
        if chunk is not None:
            query.chunks.append(chunk)
        elif end > start:
            self._rest(query, start, end, behind=behind)

    def _beyond_relation(self, form: str, start: int, end: int) -> int:
        """Return where the name begins that is placed beside something (医院对面的滨河花园)."""
        for place in range(start + 2, end - 1):
            relation = relation_at(form, place)
            if relation is not None and relation.start == place:
                behind = _BEHIND_RELATION.match(form, relation.end, end)
                first = relation.end if behind is None else behind.end()
                if first < end and self._named(form, first, end) is not None:
                    return first
        return start

    def _take_zone(self, query: Query, start: int, end: int) -> int:
        """Take a zone off the front of a name (南区光明华庭, 二期丽景社区)."""
        form = query.written.text
        zone = _ZONE_FIRST.match(form, start, end)
        if zone is None or self._named(form, start, end) is not None:
            return start
        stage, rest = zone.group(1) or "", form[zone.end() : end]
        staged = (
            rest.removesuffix(one) + stage in self.names
            for one in ("", *self.zones_at_end(form, zone.end(), end))
        )
        if self._named(form, zone.end(), end) is None and not (stage and any(staged)):
            return start
        if stage:
            query.stage = query.stage or stage
        else:
            query.zone = query.zone or zone_id(zone.group(0).removesuffix("的"))
        return zone.end()

    def _rest(self, query: Query, start: int, end: int, *, behind: bool) -> None:
        form = query.written.text
        words = form[start:end]
        at_door = query.road and query.chain.number is not None
        if _STAGE.fullmatch(words):
            query.stage = query.stage or words
        elif _WHOLE_ZONE.match(words) or (words in self._zone_words and (at_door or query.chunks)):
            query.zone = query.zone or zone_id(words)
        elif group := GROUP.fullmatch(words):
            query.group = group.group(1)
        elif form.isascii() and query.chain.number is not None and not query.road:
            query.unknown_road = (start, end)
        elif not behind and words not in _NO_NAMES and not is_speech(words):
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
            name = name[: len(name) - inside_words(name)]
            if name in self.names:
                return Chunk(start, start + len(name), name, zone)
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
                if word.kind != "road":
                    continue
                start = self._behind_road(form, start, end)
                if self._named(form, start, end) is not None:
                    return start
                continue
            group = GROUP.match(form, start, end) if form[start].isdigit() else None
            if group is not None:
                query.group = group.group(1)
                start = group.end()
                continue
            town = self.lexicon.short_town(form, start, end)
            if town is not None and self._named(form, start + len(town.text), end) is not None:
                self._note(query, "town", town.number)
                return start + len(town.text)
            short = self.lexicon.short_village(form, start, end)
            if short is not None and self._goes_on_as_village(query, start + len(short.text), end):
                self._note(query, "village", short.number)
                start += len(short.text)
                continue
            village = _VILLAGE.match(form, start, end)
            if (
                village is not None
                and self._is_road(form, village.end(), end)
                and not self._is_like_name(form, start, village.end())
            ):
                start = village.end()  # a village that the register does not hold by this name
                continue
            foreign = self._above(query, start, end) or self._foreign(query, start, end)
            if not foreign:
                return start
            start += foreign
        return start

    @staticmethod
    def _goes_on_as_village(query: Query, start: int, end: int) -> bool:
        """Return whether words go on as behind a village: with a group (北沟2组) or a number."""
        number = query.chain.number
        return bool(GROUP.match(query.written.text, start, end)) or (
            start == end and number is not None and number.start == end
        )

    def _above(self, query: Query, start: int, end: int) -> int:
        """Return the length of what stands above a known area (山西吕梁岚县), 0 for nothing."""
        if not self.lexicon.has_area(query.written.text, start + 1, end):
            return 0
        match = _ABOVE.match(query.written.text, start, end)
        while match is not None and match.end() > start:
            word = self.lexicon.at_start(query.written.text, match.end(), end)
            words = match.group(0)
            is_name = generic_end(words) or self._named(words, 0, len(words)) is not None
            if word is not None and word.kind == "area" and not is_name:
                return match.end() - start
            match = _ABOVE.match(query.written.text, start, match.end() - 1)
        return 0

    def _behind_road(self, form: str, start: int, end: int) -> int:
        """Return where the words behind a road go on: at another road, at what stands on it."""
        if (
            form[start : start + 1] in _JOINTS
            and not self._is_road(form, start, end)
            and self._is_road(form, start + 1, end)
        ):
            return start + 1  # 解放路和人民路; but 永安街和平大道
        side = _SIDE_OF_ROAD.match(form, start, end)
        if side is not None and self._named(form, side.end(), end) is not None:
            return side.end()
        on_road = _ON_ROAD.match(form, start, end)
        if on_road is not None and on_road.end() < end and not self._named(form, start, end):
            return on_road.end()
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
        if start and not query.foreign and not query.known_area and form[start - 1] not in ",/( ":
            return 0
        for pattern in (PROVINCE, CITY, DISTRICT):
            match = pattern.match(form, start, end)
            if match is None or match.end() == match.start():
                continue
            if match.end() >= end and (query.chunks or not self._goes_on(query, end)):
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
            if not self._begins_name(words) and not self._cuts_name(form, match, end):
                query.foreign += words
                return len(words)
        return 0

    @staticmethod
    def _goes_on(query: Query, end: int) -> bool:
        """Return whether an area ends at a stop with more behind it (山西省/吕梁市/岚县)."""
        form = query.written.text
        return end + 1 < len(form) and form[end] in ",/( " and form[end + 1] > "一"

    def _is_like_name(self, form: str, start: int, end: int) -> bool:
        """Return whether all the words together are nearly a name (翠县花园 for 翠微花园)."""
        if self._named(form, start, end) is not None:
            return True
        chunk = self._chunk(form, start, end)
        name = chunk.name.removesuffix(chunk.zone) if chunk.zone else chunk.name
        return any(hit.cost <= NEARLY for hit in self.similar(name)[:1])

    def _begins_name(self, words: str) -> bool:
        if words.endswith(("市", "省")):
            return words in self.names  # 石家庄市 is the city, whatever is called 石家庄
        return words in self.names or words[:-1] in self.names

    def _cuts_name(self, form: str, area: re.Match[str], end: int) -> bool:
        """Return whether a name of the register begins in an area's words and goes on behind."""
        longest = self._all_names.longest
        return any(
            form[first:last] in self.names
            for first in range(area.start(), area.end())
            for last in range(area.end() + 1, min(end, first + longest) + 1)
        )

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
