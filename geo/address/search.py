"""Places of the register that a query may mean, each with what speaks for it and against it."""

from __future__ import annotations

import re

from geo.address.channel import leading_cost, other_end, trailing_cost
from geo.address.descent import Descent
from geo.address.doors import Doors
from geo.address.features import (
    ABSENT,
    ALIAS,
    DOOR_ONLY,
    EDIT,
    NONE,
    NONE_EXACT,
    OFFICE,
    OTHER_END,
    ROAD_DIFFERS,
    SHORT,
    TOWN_DIFFERS,
    Found,
    Lead,
    no_features,
)
from geo.address.lexicon import Lexicon, Word
from geo.address.names import Hit, NameIndex
from geo.address.query import NEARLY, Chunk, Query, QueryReader
from geo.address.register import KINDS, Register, Target
from geo.address.units import known_text

_COMPOUND, _DOOR, _ROAD, _VILLAGE, _POI = range(len(KINDS))
_HAN_WORD = re.compile(r"[\u4e00-\u9fff]{2}")
_STAGE = re.compile(r"\d+期")
_MOST_PLACES = 40
_MOST_ABSENT = 40.0
_NAMELESS_ABSENT = 12.0
OTHER_TIME = 3.0
"""What it costs to mean the place that bore a name at another time, nats."""


class Searcher:
    """Finds candidates for queries over one register."""

    def __init__(self, register: Register, areas: list[str]) -> None:
        self.register = register
        self.kind = register.arrays["place_kind"].tolist()
        self.doors = Doors(register)
        self.descent = Descent(register)
        self.names, self.targets = self._names()
        special = [name for name in self.names.names if any(char.isascii() for char in name)]
        zones = [form for zone in register.words["shown_zones"] if (form := known_text(zone))]
        buildings = [word for word in register.words["buildings"] if _HAN_WORD.search(word)]
        self.reader = QueryReader(self._lexicon(areas), self.names, special, zones, buildings)

    def _names(self) -> tuple[NameIndex, list[list[Target]]]:
        """Return the names of places, and for each what it names."""
        register = self.register
        targets: dict[str, list[Target]] = {}
        official: list[str] = []
        names = register.arrays["place_name"].tolist()
        for place, kind in enumerate(self.kind):
            if kind in (_COMPOUND, _POI, _VILLAGE):
                name = register.words["names"][names[place]]
                targets.setdefault(name, []).append(Target(place))
                official.append(name)
        columns = (
            register.arrays[f"alias_{each}"].tolist() for each in ("place", "name", "from", "until")
        )
        for number, (place, name, since, until) in enumerate(zip(*columns, strict=True)):
            held = targets.setdefault(register.words["aliases"][name], [])
            one = Target(place, number, since, until)
            own = next((at for at, other in enumerate(held) if other.place == place), None)
            if own is None or held[own].alias >= 0:
                held.append(one)
            else:  # the place's own name, with the time in which it is that
                held[own] = held[own]._replace(since=since, until=until)
        return NameIndex(list(targets), official), list(targets.values())

    def _lexicon(self, areas: list[str]) -> Lexicon:
        words = [Word("area", 0, area) for area in areas]
        for kind in ("town", "village", "road"):
            words += [
                Word(kind, number, text)
                for number, text in enumerate(self.register.words[f"{kind}s"])
                if text
            ]
        return Lexicon(words)

    def find(self, query: Query) -> list[Found]:
        """Return the candidates of one reading."""
        road, cost = self.doors.road(query)
        door = (road, self.doors.numbers(query))
        found: list[Found] = []
        seen: set[int] = set()
        for chunk, hit in self._hits(query):
            targets = self.targets[hit.name]
            held = self._holding(targets, query.at)
            for target in sorted(targets, key=held.__contains__, reverse=True) if held else targets:
                place = target.place
                if place in seen or len(seen) > _MOST_PLACES:
                    continue
                seen.add(place)
                features = self._named(hit, chunk, is_alias=target.alias >= 0)
                if held and target not in held:
                    features[EDIT] += OTHER_TIME
                self.doors.agree(features, query, place, door)
                found += self.descent.units(Lead(query, place, hit, chunk, features, target))
        for place in self.doors.places(query, *door):
            if place in seen:
                continue
            seen.add(place)
            features = no_features()
            features[EDIT] = cost
            features[DOOR_ONLY] = 1.0 if query.chunks else 0.0
            if not cost:  # a road that is only like the one said speaks for nothing
                self.doors.agree(features, query, place, door)
            found += self.descent.units(Lead(query, place, Hit(-1, cost, "door"), None, features))
        return found

    @staticmethod
    def _holding(targets: list[Target], at: int | None) -> list[Target]:
        """Return what a name names on a day, where some of it does and some does not."""
        if at is None or len(targets) == 1:
            return []
        held = [target for target in targets if target.holds(at)]
        return held if len(held) < len(targets) else []

    def none_features(self, query: Query, found: list[Found]) -> list[float]:
        """Return the features of "none of these"."""
        features = no_features()
        features[NONE] = 1.0
        features[NONE_EXACT] = float(
            any(
                one.hit.relation == "exact"
                and not one.features[ROAD_DIFFERS]
                and not one.features[TOWN_DIFFERS]
                for one in found
            )
        )
        if query.chunks:
            chunk = query.chunks[0]
            name = chunk.name.removesuffix(chunk.zone) or chunk.name
            features[ABSENT] = min(self.names.naming.absent_cost(name), _MOST_ABSENT)
        elif query.unknown_road is not None:
            words = query.written.text[slice(*query.unknown_road)]
            features[ABSENT] = min(self.doors.road_names.naming.absent_cost(words), _MOST_ABSENT)
        elif found:
            features[ABSENT] = _NAMELESS_ABSENT
        return features

    def _hits(self, query: Query) -> list[tuple[Chunk, Hit]]:
        """Return names that the chunks may mean, exact ones alone where there are any."""
        hits: list[tuple[Chunk, Hit]] = []
        chunks = [self._with_stage(chunk) for chunk in query.chunks[:2]]
        for chunk in chunks:
            number = self.names.exact.get(chunk.name)
            if number is not None:
                return [(chunk, Hit(number, 0.0, "exact"))]
        for chunk in chunks:
            hits += [(chunk._replace(zone=""), hit) for hit in self.names.find(chunk.name)]
            if chunk.zone and chunk.name.endswith(chunk.zone):
                name = chunk.name.removesuffix(chunk.zone)
                hits += [
                    (chunk, hit)
                    for hit in self.names.find(name)
                    if not _other_stage(chunk.zone, self.names.names[hit.name])
                ]
            if not hits or hits[0][1].cost > NEARLY:
                hits += self._behind_speech(chunk) + self._before_complaint(chunk)
            if hits:
                break
        return sorted(hits, key=_cost)

    def _with_stage(self, chunk: Chunk) -> Chunk:
        """Return a stage to the name where the register has stages that are compounds."""
        stage = _STAGE.match(chunk.zone)
        name = chunk.name.removesuffix(chunk.zone)
        if stage is None or all(
            f"{name}{number}期" not in self.names.exact for number in range(1, 10)
        ):
            return chunk
        zone = chunk.zone[stage.end() :]
        return Chunk(chunk.start, chunk.start + len(name) + stage.end(), name + stage[0], zone)

    def _behind_speech(self, chunk: Chunk) -> list[tuple[Chunk, Hit]]:
        """Return names at the end of the words, with speech before them."""
        hits = []
        words = chunk.name
        for form, zone in ((words.removesuffix(chunk.zone), chunk.zone), (words, "")):
            for start in range(1, len(form) - 1):
                number = self.names.exact.get(form[start:])
                if number is not None:
                    named = Chunk(chunk.start + start, chunk.end, form[start:], zone)
                    hits.append((named, Hit(number, leading_cost(form[:start]), "within")))
                    break
        return hits

    def _before_complaint(self, chunk: Chunk) -> list[tuple[Chunk, Hit]]:
        """Return the longest name at the beginning of the words, with a complaint behind it."""
        words, exact = chunk.name, self.names.exact
        for end in range(len(words) - 1, 1, -1):
            for zone in ("", *self.reader.zones_at_end(words, 0, end)):
                number = exact.get(words[: end - len(zone)])
                if number is not None:
                    cost = trailing_cost(words[:end], words[end:])
                    named = Chunk(chunk.start, chunk.start + end, words[:end], zone)
                    return [(named, Hit(number, cost, "within"))]
        return []

    def _named(self, hit: Hit, chunk: Chunk, *, is_alias: bool) -> list[float]:
        features = no_features()
        features[EDIT] = hit.cost
        features[ALIAS] = float(is_alias)
        features[SHORT] = float(hit.relation == "short")
        features[OFFICE] = float(hit.relation == "office")
        if hit.relation == "spelled":
            given = chunk.name.removesuffix(chunk.zone)
            features[OTHER_END] = float(other_end(given, self.names.names[hit.name]))
        return features


def _other_stage(zone: str, name: str) -> bool:
    """Return whether a stage is said and the name is that of another: 三期 is not 二期."""
    return zone.endswith("期") and name.endswith("期")


def _cost(pair: tuple[Chunk, Hit]) -> float:
    return pair[1].cost
