"""Names of the register in the words of a text, with their zones and buildings behind them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from geo.address.names import NameIndex
from geo.address.parse import ZONE
from geo.address.query import NEARLY, Chunk, Query
from geo.address.reading import Element
from geo.address.speech import inside_words
from geo.address.units import zone_id
from geo.address.vocabulary import generic_end

BARE_ZONES = frozenset("ABCDEFGH东西南北中")
_ZONE_FIRST = re.compile(r"(?:[A-Z]|[东西南北中])区的?(?=..)|(\d{1,2}期)的?(?=..)")


class SpokenNames:
    """Finds the names of one register in stretches of a written form.

    Parameters
    ----------
    names
        Every name and alias.
    zones
        Written forms of the register's zones.
    buildings
        Identities of buildings that have names rather than numbers (教学楼).
    """

    def __init__(self, names: NameIndex, zones: Iterable[str], buildings: Iterable[str]) -> None:
        self.names = names
        self.known = names.exact
        self.zones = frozenset(zones)
        self._zone_ends = frozenset(word[-1] for word in self.zones)
        self._zone_lengths = sorted({len(word) for word in self.zones}, reverse=True)
        self._buildings = sorted(buildings, key=lambda word: (-len(word), word))

    def named(self, form: str, start: int, end: int) -> Chunk | None:
        """Return the stretch as a chunk if it is a name of the register, with a zone or without."""
        words = form[start:end]
        if words in self.known:
            return Chunk(start, end, words, "")
        for zone in self.zones_at_end(form, start, end):
            name = words[: -len(zone)]
            name = name[: len(name) - inside_words(name)]
            if name in self.known:
                return Chunk(start, start + len(name), name, zone)
        if words[-1:] in BARE_ZONES and words[:-1] in self.known:
            return Chunk(start, end - 1, words[:-1], words[-1])  # 东方苑西2号楼 leaves 区 out
        return None

    def holds_name(self, words: str) -> bool:
        """Return whether a whole name of the register, no short one, stands in some words."""
        return any(
            words[start:end] in self.known and len(generic_end(words[start:end])) > 1
            for start in range(len(words) - 3)
            for end in range(start + 4, min(len(words), start + self.names.longest) + 1)
        )

    def name_of(self, query: Query, start: int, end: int) -> Chunk | None:
        """Return the stretch as a chunk if it is a name, alone or with a named building behind."""
        named = self.named(query.written.text, start, end)
        return named or self._with_building(query, start, end)

    def _with_building(self, query: Query, start: int, end: int) -> Chunk | None:
        """Return a name with a named building behind it (实验小学教学楼), and note the building."""
        if query.chain.building is not None:
            return None
        form = query.written.text
        for word in self._buildings:
            if form.endswith(word, start, end):
                chunk = self.named(form, start, end - len(word))
                if chunk is not None:
                    building = Element("building", word, end - len(word), end)
                    query.chain = query.chain._replace(building=building)
                    return chunk
        return None

    def zones_at_end(self, form: str, start: int, end: int) -> list[str]:
        """Return what the end of some words may say of a zone, the shortest first."""
        found = _zones(form, start, end)
        if form[end - 1] in self._zone_ends:
            for length in self._zone_lengths:
                words = form[end - length : end]
                if end - length > start and words in self.zones and words not in found:
                    found.insert(0, words)
        return found

    def chunk(self, form: str, start: int, end: int) -> Chunk:
        """Return the stretch as words that may be a name."""
        zones = self.zones_at_end(form, start, end)
        return Chunk(start, end, form[start:end], zones[0] if zones else "")

    def take_zone(self, query: Query, start: int, end: int) -> int:
        """Take a zone off the front of a name (南区光明华庭, 二期丽景社区)."""
        form = query.written.text
        zone = _ZONE_FIRST.match(form, start, end)
        if zone is None or self.named(form, start, end) is not None:
            return start
        stage, rest = zone.group(1) or "", form[zone.end() : end]
        staged = (
            rest.removesuffix(one) + stage in self.known
            for one in ("", *self.zones_at_end(form, zone.end(), end))
        )
        if self.named(form, zone.end(), end) is None and not (stage and any(staged)):
            return start
        if stage:
            query.stage = query.stage or stage
        else:
            query.zone = query.zone or zone_id(zone.group(0).removesuffix("的"))
        return zone.end()

    def join_stage(self, query: Query) -> None:
        """Give a stage said apart to the name that has it, or else take it for a zone."""
        for place, chunk in enumerate(query.chunks):
            name = chunk.name.removesuffix(chunk.zone) + query.stage
            if name in self.known:
                zone = chunk.zone or query.zone
                query.chunks[place] = chunk._replace(name=name, zone=zone)
                return
        query.zone = query.zone or zone_id(query.stage)

    def is_like_name(self, form: str, start: int, end: int) -> bool:
        """Return whether all the words together are nearly a name (翠县花园 for 翠微花园)."""
        if self.named(form, start, end) is not None:
            return True
        chunk = self.chunk(form, start, end)
        name = chunk.name.removesuffix(chunk.zone) if chunk.zone else chunk.name
        return any(hit.cost <= NEARLY for hit in self.names.find(name)[:1])

    def begins_name(self, words: str) -> bool:
        """Return whether words that may be an area's are a name of the register."""
        if words.endswith(("市", "省")):
            return words in self.known  # 石家庄市 is the city, whatever is called 石家庄
        return words in self.known or words[:-1] in self.known

    def cuts_name(self, form: str, area: re.Match[str], end: int) -> bool:
        """Return whether a name of the register begins in an area's words and goes on behind."""
        longest = self.names.longest
        return any(
            form[first:last] in self.known
            for first in range(area.start(), area.end())
            for last in range(area.end() + 1, min(end, first + longest) + 1)
        )


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
