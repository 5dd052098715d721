"""Places of the register that a query may mean, each with what speaks for it and against it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from geo.address.absence import MOST_CHUNKS, Absence, may_be_name
from geo.address.channel import (
    IN_SPEECH,
    OFFICE_ITSELF,
    SHORT_NAME,
    denied_at,
    leading_cost,
    other_end,
    trailing_cost,
)
from geo.address.descent import Descent
from geo.address.doors import Doors
from geo.address.features import (
    ALIAS,
    DOOR_ONLY,
    EDIT,
    OFFICE,
    OTHER_END,
    ROAD_DIFFERS,
    SHORT,
    TOWN_DIFFERS,
    Found,
    Lead,
    no_features,
)
from geo.address.institutions import implied_names
from geo.address.latin_query import LatinQueries
from geo.address.lexicon import Lexicon, Word
from geo.address.names import Hit, NameIndex
from geo.address.query import NEARLY, Chunk, Query
from geo.address.reader import QueryReader
from geo.address.register import KINDS, Register, Target
from geo.address.second_place import SecondPlaces
from geo.address.speech import is_speech, without_speech
from geo.address.spoken_names import SpokenNames
from geo.address.surroundings import Surroundings
from geo.address.units import known_text
from geo.address.vocabulary import FUNCTION_WORDS, HOUSING, office_reading

_COMPOUND, _DOOR, _ROAD, _VILLAGE, _POI = range(len(KINDS))
_HAN_WORD = re.compile(r"[\u4e00-\u9fff]{2}")
_STAGE = re.compile(r"\d+期")
_ZONE_BEHIND = re.compile(r"(?:[A-Z]|[东西][南北]|[东西南北中])区|\d期")
_ROAD_LETTERS = {"国道": "G", "省道": "S", "县道": "X", "乡道": "Y"}
_NUMBERED_ROAD = re.compile(r"[GSXY]?(?P<number>\d{1,4})(?P<kind>[国省县乡]道)|^[GSXY]\d+$|道\d+$")
_MOST_PLACES = 40
_SLIPPED = 11.0
_EITHER = 0.25
OTHER_TIME = 3.0
"""What it costs to mean the place that bore a name at another time, nats."""


class Searcher:
    """Finds candidates for queries over one register."""

    def __init__(self, register: Register, areas: list[str]) -> None:
        self.register = register
        self.kind = register.arrays["place_kind"].tolist()
        self.doors = Doors(register)
        self.descent = Descent(register)
        self.names, self.targets = self._names(areas)
        lexicon = self._lexicon(areas)
        special = [name for name in self.names.names if any(char.isascii() for char in name)]
        special += [text for text in lexicon.texts if _NUMBERED_ROAD.search(text)]
        zones = [form for zone in register.words["shown_zones"] if (form := known_text(zone))]
        buildings = [word for word in register.words["buildings"] if _HAN_WORD.search(word)]
        latin = LatinQueries(register.words["roads"], register.words["towns"], self.names.exact)
        self.absence = Absence(self.names, self.doors)
        self.spoken = SpokenNames(self.names, zones, buildings)
        surroundings = Surroundings(lexicon, self.spoken)
        self.reader = QueryReader(
            surroundings,
            self.spoken,
            special,
            SecondPlaces(self._estates()),
            latin=latin.query if latin else None,
        )

    def _estates(self) -> dict[str, frozenset[int]]:
        """Return the names of compounds, and the places that each names."""
        named = (
            (name, frozenset(one.place for one in held if self.kind[one.place] == _COMPOUND))
            for name, held in zip(self.names.names, self.targets, strict=True)
        )
        return {name: places for name, places in named if places}

    def _names(self, areas: list[str]) -> tuple[NameIndex, list[list[Target]]]:
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
        targets |= self._implied(official, targets, areas)
        return NameIndex(list(targets), official), list(targets.values())

    def _implied(
        self, official: list[str], targets: dict[str, list[Target]], areas: list[str]
    ) -> dict[str, list[Target]]:
        """Return what institutions are called without the area they are of; see `institutions`."""
        towns = [town for town in self.register.words["towns"] if town]
        found: dict[str, list[Target]] = {}
        for name in dict.fromkeys(official):
            for form in implied_names(name, areas, towns):
                if form not in targets:
                    held = found.setdefault(form, [])
                    held += [one for one in targets[name] if one.alias < 0 and one not in held]
        return found

    def _lexicon(self, areas: list[str]) -> Lexicon:
        words = [Word("area", 0, area) for area in areas]
        for kind in ("town", "village", "road"):
            words += [
                Word(kind, number, text)
                for number, text in enumerate(self.register.words[f"{kind}s"])
                if text
            ]
        return Lexicon([*words, *self._street_words(), *_numbered_roads(words)])

    def _street_words(self) -> list[Word]:
        """Return 街 for 大街 and 大街 for 街, where the register has no such road beside it."""
        roads = self.register.words["roads"]
        others: dict[str, list[int]] = {}
        for number, text in enumerate(roads):
            if text.endswith("街"):
                stem = text.removesuffix("街").removesuffix("大")
                others.setdefault(stem, []).append(number)
        return [
            Word(
                "road", numbers[0], stem + ("街" if roads[numbers[0]].endswith("大街") else "大街")
            )
            for stem, numbers in others.items()
            if len(numbers) == 1 and len(stem) > 1
        ]

    def find(self, query: Query) -> list[Found]:
        """Return the candidates of one reading."""
        road, cost = self.doors.road(query)
        door = (road, self.doors.numbers(query))
        found: list[Found] = []
        seen: set[int] = set()
        hits = self._hits(query)
        for chunk, hit in hits:
            found += self._meant(query, chunk, hit, door, seen)
        if len(hits) == 1 and self._is_stem(hits[0][1], found):
            # 百合 is called 百合社区 first; on another road, with a building that it lacks,
            # any other name that begins so
            for name in self.names.beginning(hits[0][0].name):
                short = Hit(name, SHORT_NAME + hits[0][1].cost, "short")
                found += self._meant(query, hits[0][0], short, door, seen)
        unnamed = self._unnamed(query, hits, found)
        for place in self.doors.places(query, *door):
            if place in seen:
                continue
            seen.add(place)
            features = no_features()
            features[EDIT] = cost
            features[DOOR_ONLY] = unnamed
            if not cost:  # a road that is only like the one said speaks for nothing
                self.doors.agree(features, query, place, door)
            found += self.descent.units(Lead(query, place, Hit(-1, cost, "door"), None, features))
        return found

    @staticmethod
    def _unnamed(query: Query, hits: list[tuple[Chunk, Hit]], found: list[Found]) -> float:
        """Return how much speaks against a door where another name is said.

        建设街74号院，说是丽景社区 may be either, if the name is that of a place elsewhere.
        """
        if not any(may_be_name(chunk) or _is_lane(chunk, query) for chunk in query.chunks):
            return 0.0
        named = hits and hits[0][1].cost <= IN_SPEECH
        apart = named and found and all(one.features[ROAD_DIFFERS] for one in found)
        return _EITHER if apart and query.chain.number is not None else 1.0

    def _meant(
        self,
        query: Query,
        chunk: Chunk,
        hit: Hit,
        door: tuple[int, tuple[int, ...]],
        seen: set[int],
    ) -> list[Found]:
        """Return the candidates of one name."""
        found: list[Found] = []
        targets = self.targets[hit.name]
        held = self._holding(targets, query.at)
        for target in sorted(targets, key=held.__contains__, reverse=True) if held else targets:
            place = target.place
            if place in seen or len(seen) > _MOST_PLACES:
                continue
            seen.add(place)
            features = self._named(hit, chunk, query, is_alias=target.alias >= 0)
            if held and target not in held:
                features[EDIT] += OTHER_TIME
            self.doors.agree(features, query, place, door)
            found += self.descent.units(Lead(query, place, hit, chunk, features, target))
        return found

    def _is_stem(self, hit: Hit, found: list[Found]) -> bool:
        """Return whether a name is only an alias, and of no place that fits all that is said."""
        return (
            hit.relation in ("exact", "within")
            and all(target.alias >= 0 for target in self.targets[hit.name])
            and not any(_fits(one) for one in found)
        )

    @staticmethod
    def _holding(targets: list[Target], at: int | None) -> list[Target]:
        """Return what a name names on a day, where some of it does and some does not."""
        if at is None or len(targets) == 1:
            return []
        held = [target for target in targets if target.holds(at)]
        return held if len(held) < len(targets) else []

    def _hits(self, query: Query) -> list[tuple[Chunk, Hit]]:
        """Return names that the chunks may mean, exact ones alone where there are any."""
        hits: list[tuple[Chunk, Hit]] = []
        chunks = [self._with_stage(chunk) for chunk in query.chunks[:MOST_CHUNKS]]
        exact = [chunk for chunk in chunks if chunk.name in self.names.exact]
        if len(exact) > 1:  # 学府，学府雅居: what one begins to say is not another place
            begun = {one.name for one in exact for other in exact if _begins(one, other)}
            exact = [chunk for chunk in exact if chunk.name not in begun]
        if exact:
            chunk = exact[0] if len(exact) == 1 else self._own_name(exact)
            return [(chunk, Hit(self.names.exact[chunk.name], 0.0, "exact"))]
        for chunk in chunks:
            if self._is_denied(chunk):
                continue
            hits += [(chunk._replace(zone=""), hit) for hit in self.names.find(chunk.name)]
            if chunk.zone and chunk.name.endswith(chunk.zone):
                name = without_speech(chunk.name.removesuffix(chunk.zone))
                hits += [
                    (chunk, hit)
                    for hit in self.names.find(name)
                    if not _other_stage(chunk.zone, self.names.names[hit.name])
                ]
            if not hits or hits[0][1].cost > NEARLY:
                within = self._behind_speech(chunk) + self._before_complaint(chunk)
                hits += within or self._inside(chunk) or self._slipped(chunk)
            if hits and min(map(_cost, hits)) <= NEARLY:
                break
        return sorted(hits, key=_cost)

    def _own_name(self, chunks: list[Chunk]) -> Chunk:
        """Return of several names said the one that the others are aliases of, or the first.

        老粮食局楼，现在的兴盛花园 is 兴盛花园, whatever else was called 老粮食局楼.
        """
        named = [self.targets[self.names.exact[chunk.name]] for chunk in chunks]
        for chunk, targets in zip(chunks, named, strict=True):
            own = {target.place for target in targets if target.alias < 0}
            if own and all(own & {target.place for target in others} for others in named):
                return chunk
        return chunks[0]

    def _with_stage(self, chunk: Chunk) -> Chunk:
        """Return a stage to the name where the register has stages that are compounds."""
        stage = _STAGE.match(chunk.zone)
        name = chunk.name.removesuffix(chunk.zone).removesuffix("的")
        if stage is None or all(
            f"{name}{number}期" not in self.names.exact for number in range(1, 10)
        ):
            return chunk
        zone = chunk.zone[stage.end() :]
        return Chunk(chunk.start, chunk.start + len(name) + stage.end(), name + stage[0], zone)

    def _behind_speech(self, chunk: Chunk) -> list[tuple[Chunk, Hit]]:
        """Return names at the end of the words, with speech before them."""
        hits: list[tuple[Chunk, Hit]] = []
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
        exact = self.names.exact
        for words, said in ((chunk.name.removesuffix(chunk.zone), chunk.zone), (chunk.name, "")):
            for end in range(len(words) - 1, 1, -1):
                for zone in ("", *self.spoken.zones_at_end(words, 0, end)):
                    number = exact.get(words[: end - len(zone)])
                    if number is not None:
                        name = words[: end - len(zone)]
                        cost = trailing_cost(name, words[end:].removesuffix("的"))
                        named = Chunk(chunk.start, chunk.start + end, words[:end], zone or said)
                        return [(named, Hit(number, cost, "within"))]
            if not chunk.zone:
                break
        return []

    def _inside(self, chunk: Chunk) -> list[tuple[Chunk, Hit]]:
        """Return the longest name with speech before it and a complaint behind it."""
        words, exact = chunk.name, self.names.exact
        for length in range(min(self.names.longest, len(words) - 2), 2, -1):
            for start in range(1, len(words) - length):
                end = start + length
                number = exact.get(words[start:end])
                if number is None:
                    continue
                zone = _ZONE_BEHIND.match(words, end)
                rest = words[zone.end() if zone else end :]
                cost = leading_cost(words[:start])
                cost += trailing_cost(words[start:end], rest) if rest else 0.0
                first = chunk.start + start
                name = words[start:end]
                named = Chunk(first, first + length, name, zone[0] if zone else "")
                return [(named, Hit(number, cost, "within"))]
        return []

    def _is_denied(self, chunk: Chunk) -> bool:
        """Return whether a name is said not to be the place: 我不住滨河花园."""
        place = denied_at(chunk.name)
        behind = chunk.name[place:] if place else ""
        return any(behind[:end] in self.names.exact for end in range(2, len(behind) + 1))

    def _slipped(self, chunk: Chunk) -> list[tuple[Chunk, Hit]]:
        """Return the likeliest name at the end of the words, with a slip in it and speech before.

        昨天半夜占前公寓 is 站前公寓.
        """
        hits: list[tuple[Chunk, Hit]] = []
        words = chunk.name.removesuffix(chunk.zone)
        for length in range(3, min(self.names.longest, len(words) - 2) + 1):
            before, name = words[:-length], words[-length:]
            if not (FUNCTION_WORDS.search(before) or is_speech(before)):
                continue
            cost = leading_cost(before)
            named = chunk._replace(start=chunk.start + len(before), name=name + chunk.zone)
            hits += [
                (named, hit._replace(cost=hit.cost + cost))
                for hit in self.names.find(name)[:1]
                if hit.cost <= _SLIPPED and len(self.names.names[hit.name]) == length
            ]
        return sorted(hits, key=_cost)[:1]

    def _is_office(self, hit: Hit, chunk: Chunk) -> bool:
        """Return whether an office is said alone and the name is that of its housing."""
        if hit.relation == "short":
            return self.names.names[hit.name].removeprefix(chunk.name) in HOUSING
        if hit.relation != "office":
            return False
        said, held = office_reading(chunk.name), office_reading(self.names.names[hit.name])
        return bool(said and held and not said[2] and held[2])

    def _named(self, hit: Hit, chunk: Chunk, query: Query, *, is_alias: bool) -> list[float]:
        features = no_features()
        features[EDIT] = hit.cost
        if (
            query.chain.building is None
            and query.chain.stair is None
            and self._is_office(hit, chunk)
        ):
            features[EDIT] += OFFICE_ITSELF
        features[ALIAS] = float(is_alias)
        features[SHORT] = float(hit.relation == "short")
        features[OFFICE] = float(hit.relation == "office")
        if hit.relation == "spelled":
            given = chunk.name.removesuffix(chunk.zone)
            features[OTHER_END] = float(other_end(given, self.names.names[hit.name]))
        return features


def _numbered_roads(words: list[Word]) -> Iterator[Word]:
    """Yield what else a numbered road is called: G209 and 国道209 for 209国道."""
    for word in words:
        match = _NUMBERED_ROAD.fullmatch(word.text) if word.kind == "road" else None
        if match is None or not match["kind"]:
            continue
        kind, number = match["kind"], match["number"]
        letter = _ROAD_LETTERS[kind]
        forms = {
            f"{letter}{number}",
            f"{letter}{number}{kind}",
            f"{number}{kind}",
            f"{kind}{number}",
        }
        yield from (word._replace(text=form) for form in sorted(forms - {word.text}))


def _is_lane(chunk: Chunk, query: Query) -> bool:
    """Return whether words between a road and its number are of a lane: 中山路6响8号 is 6巷8号."""
    number = query.chain.number
    behind = number is not None and chunk.end == number.start
    return behind and any(character.isdigit() for character in chunk.name)


def _begins(one: Chunk, other: Chunk) -> bool:
    return one.name != other.name and other.name.startswith(one.name)


def _fits(one: Found) -> bool:
    """Return whether a candidate agrees with all that its query says."""
    differs = one.features[ROAD_DIFFERS] or one.features[TOWN_DIFFERS]
    return not differs and all(lack == "zone.missing" for lack in one.lacks)


def _other_stage(zone: str, name: str) -> bool:
    """Return whether a stage is said and the name is that of another: 三期 is not 二期."""
    return zone.endswith("期") and name.endswith("期")


def _cost(pair: tuple[Chunk, Hit]) -> float:
    return pair[1].cost
