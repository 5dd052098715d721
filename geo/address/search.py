"""Places of the register that a query may mean, each with what speaks for it and against it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from geo.address.lexicon import Lexicon, Word
from geo.address.channel import leading_cost, other_end, trailing_cost
from geo.address.names import Hit, NameIndex
from geo.address.normalise import written_form
from geo.address.query import NEARLY, Chunk, Query, QueryReader, zones_at_end
from geo.address.register import BUILDING_STEP, KINDS, PLACE_STEP, STAIR_STEP, ZONE_STEP, Register
from geo.address.units import number_base, number_id, zone_id

FEATURES = (
    "edit",
    "alias",
    "short",
    "office",
    "road_agrees",
    "road_differs",
    "number_agrees",
    "number_differs",
    "town_agrees",
    "town_differs",
    "zone_absent",
    "zone_unsaid",
    "building_absent",
    "stair_absent",
    "size",
    "unread",
    "door_only",
    "other_end",
    "reading",
    "none",
    "none_exact",
    "absent",
)
"""What a candidate is weighed by; the last three belong to "none of these"."""

ROAD_COST = 13.0
ROAD_DIFFERS, TOWN_DIFFERS, DOOR_ONLY, OTHER_END, READING, NONE, NONE_EXACT, ABSENT = (
    FEATURES.index(name)
    for name in ("road_differs", "town_differs", "door_only", "other_end", "reading", "none", "none_exact", "absent")
)
_COMPOUND, _DOOR, _ROAD, _VILLAGE, _POI = range(len(KINDS))
_MOST_PLACES = 40


@dataclass(slots=True)
class Found:
    """One candidate: a place down to what query and register both support.

    ``zone``, ``building``, ``stair`` are numbers of the register's words, -1 where not
    determined; ``first``..``last`` the slice of units.
    """

    place: int
    zone: int
    building: int
    stair: int
    first: int
    last: int
    hit: Hit
    chunk: Chunk | None
    query: Query
    features: list[float]
    lacks: tuple[str, ...] = ()
    weight: float = 0.0


class Searcher:
    """Finds candidates for queries over one register."""

    def __init__(self, register: Register, areas: list[str]) -> None:
        self.register = register
        words, arrays = register.words, register.arrays
        self.kind = arrays["place_kind"].tolist()
        self.town = arrays["place_town"].tolist()
        self.zones_of = register.zones_of
        self.sizes = [math.log(size + 1) for size in register.sizes]
        self._number_of = {
            name: {word: number for number, word in enumerate(words[name])}
            for name in ("zones", "buildings", "stairs", "numbers")
        }
        self._doors(arrays["door_place"].tolist(), arrays["door_road"].tolist(), arrays["door_number"].tolist())
        self._suffixes = self._suffixes_of()
        self._names(arrays)
        self.lexicon = self._lexicon(areas)
        special = [name for name in self.names.names if any(char.isascii() for char in name)]
        self.reader = QueryReader(self.lexicon, self.names, special)
        self.road_names = NameIndex(words["roads"][1:], words["roads"][1:])

    def _doors(self, places: list[int], roads: list[int], numbers: list[int]) -> None:
        self.roads_of: dict[int, dict[int, tuple[int, ...]]] = {}
        self.at_door: dict[tuple[int, int], tuple[int, ...]] = {}
        self.at_base: dict[tuple[int, str], tuple[int, ...]] = {}
        self.on_road: dict[int, list[int]] = {}
        words = self.register.words["numbers"]
        for place, road, number in zip(places, roads, numbers, strict=True):
            held = self.roads_of.setdefault(place, {})
            held[road] = (*held.get(road, ()), number)
            self.on_road.setdefault(road, []).append(place)
            if number:
                door = (road, number)
                self.at_door[door] = (*self.at_door.get(door, ()), place)
                base = number_base(words[number])
                if base != words[number]:
                    self.at_base[road, base] = (*self.at_base.get((road, base), ()), place)

    def _suffixes_of(self) -> set[tuple[int, str]]:
        """Return the places and what stands behind their numbers (109号之1)."""
        arrays = self.register.arrays
        if "row_suffix" not in arrays:
            return set()
        suffixes = arrays["row_suffix"][arrays["unit_row"]]
        held = suffixes.nonzero()[0]
        places = (arrays["unit_key"][held] // PLACE_STEP).tolist()
        words = self.register.words["suffixs"]
        return {(place, words[one]) for place, one in zip(places, suffixes[held].tolist(), strict=True)}

    def _names(self, arrays: dict[str, object]) -> None:
        register = self.register
        targets: dict[str, list[tuple[int, bool]]] = {}
        official: list[str] = []
        names = register.arrays["place_name"].tolist()
        for place, kind in enumerate(self.kind):
            if kind in (_COMPOUND, _POI, _VILLAGE):
                name = register.words["names"][names[place]]
                targets.setdefault(name, []).append((place, False))
                official.append(name)
        aliases = zip(
            register.arrays["alias_place"].tolist(), register.arrays["alias_name"].tolist(), strict=True
        )
        for place, alias in aliases:
            held = targets.setdefault(register.words["aliases"][alias], [])
            if all(other != place for other, _ in held):
                held.append((place, True))
        self.targets = list(targets.values())
        self.names = NameIndex(list(targets), official)

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
        road, hit_cost = self._road(query)
        numbers = self._number(query)
        at_door = self._places_at(query, road, numbers)
        found: list[Found] = []
        seen: set[int] = set()
        for chunk, hit in self._hits(query):
            for place, is_alias in self.targets[hit.name]:
                if place in seen or len(seen) > _MOST_PLACES:
                    continue
                seen.add(place)
                features = self._named(hit, is_alias, chunk, query)
                self._context(features, query, place, road, numbers)
                found += self._units(query, place, hit, chunk, features)
        for place in at_door:
            if place not in seen:
                seen.add(place)
                hit = Hit(-1, 0.0, "door")
                features = [0.0] * len(FEATURES)
                features[DOOR_ONLY] = 1.0 if query.chunks else 0.0
                self._context(features, query, place, road, numbers)
                found += self._units(query, place, hit, None, features)
        del hit_cost
        return found

    def none_features(self, query: Query, found: list[Found]) -> list[float]:
        """Return the features of "none of these"."""
        features = [0.0] * len(FEATURES)
        features[NONE] = 1.0
        features[NONE_EXACT] = float(
            any(
                one.hit.relation == "exact" and not one.features[ROAD_DIFFERS] and not one.features[TOWN_DIFFERS]
                for one in found
            )
        )
        if query.chunks:
            chunk = query.chunks[0]
            name = chunk.name[: -len(chunk.zone)] if chunk.name.endswith(chunk.zone) and chunk.zone else chunk.name
            features[ABSENT] = min(self.names.naming.absent_cost(name or chunk.name), 40.0)
        elif found:
            features[ABSENT] = 12.0
        return features

    def _hits(self, query: Query) -> list[tuple[Chunk, Hit]]:
        """Return names that the chunks may mean, exact ones alone where there are any."""
        hits: list[tuple[Chunk, Hit]] = []
        for chunk in query.chunks[:2]:
            number = self.names.exact.get(chunk.name)
            if number is not None:
                return [(chunk, Hit(number, 0.0, "exact"))]
        for chunk in query.chunks[:2]:
            hits += [(chunk._replace(zone=""), hit) for hit in self.names.find(chunk.name)]
            if chunk.zone and chunk.name.endswith(chunk.zone):
                name = chunk.name[: -len(chunk.zone)]
                hits += [(chunk, hit) for hit in self.names.find(name)]
            if not hits or hits[0][1].cost > NEARLY:
                hits += self._within(chunk)
            if hits:
                break
        return sorted(hits, key=lambda pair: pair[1].cost)

    def _within(self, chunk: Chunk) -> list[tuple[Chunk, Hit]]:
        """Return names that the words only hold: with speech before them or a complaint behind."""
        words = chunk.name
        hits: list[tuple[Chunk, Hit]] = []
        exact = self.names.exact
        bare = words.removesuffix(chunk.zone) if chunk.zone else words
        for form, zone in ((bare, chunk.zone), (words, "")):
            for start in range(1, len(form) - 1):
                number = exact.get(form[start:])
                if number is not None:
                    cost = leading_cost(form[:start])
                    named = Chunk(chunk.start + start, chunk.end, form[start:], zone)
                    hits.append((named, Hit(number, cost, "within")))
                    break
        for end in range(len(words) - 1, 1, -1):
            number = exact.get(words[:end])
            zone = ""
            if number is None:
                for zone in zones_at_end(words[:end]):
                    number = exact.get(words[: end - len(zone)])
                    if number is not None:
                        break
            if number is not None:
                cost = trailing_cost(words[:end], words[end:])
                hits.append((Chunk(chunk.start, chunk.start + end, words[:end], zone), Hit(number, cost, "within")))
                break
        return hits

    def _named(self, hit: Hit, is_alias: bool, chunk: Chunk, query: Query) -> list[float]:  # noqa: FBT001
        del query
        features = [0.0] * len(FEATURES)
        features[0] = hit.cost
        if hit.relation == "spelled":
            given = chunk.name.removesuffix(chunk.zone) if chunk.zone else chunk.name
            features[OTHER_END] = 1.0 if other_end(given, self.names.names[hit.name]) else 0.0
        features[1] = 1.0 if is_alias else 0.0
        features[2] = 1.0 if hit.relation == "short" else 0.0
        features[3] = 1.0 if hit.relation == "office" else 0.0
        return features

    def _road(self, query: Query) -> tuple[int, float]:
        if query.road or query.unknown_road is None:
            return query.road, 0.0
        words = query.written.text[slice(*query.unknown_road)]
        hits = self.road_names.find(words)
        if hits and hits[0].cost < ROAD_COST and (len(hits) == 1 or hits[1].cost > hits[0].cost):
            return hits[0].name + 1, hits[0].cost
        return -1, 0.0

    def _number(self, query: Query) -> tuple[int, ...]:
        """Return the numbers of the house number said: itself, and without what is behind it."""
        element = query.chain.number
        if element is None:
            return ()
        known = self._number_of["numbers"]
        said = number_id(element.value)
        base = number_base(said)
        found = [known[one] for one in dict.fromkeys((said, base)) if one in known]
        if "号" in query.written.text[element.start : element.end - 1]:
            # 7号之1 is what stands behind number 7; 7之1号 is a number of its own
            found.reverse()
        return tuple(found) or (-1,)

    def _places_at(self, query: Query, road: int, numbers: tuple[int, ...]) -> tuple[int, ...]:
        """Return the places at the door said, on its road or in its village."""
        street = road if road > 0 else -query.village
        first: tuple[int, ...] = ()
        for number in numbers:
            places = self.at_door.get((street, number), ())
            if not places and number > 0:
                base = self.register.words["numbers"][number]
                places = self.at_base.get((street, base), ())
            places = self._in_town(query, places)
            if places and (len(numbers) == 1 or self._has_suffix(query, places, number)):
                return places
            first = first or places
        return first

    def _has_suffix(self, query: Query, places: tuple[int, ...], number: int) -> bool:
        """Return whether the number is all that is said, or what is behind it is there too."""
        element = query.chain.number
        suffix = "" if element is None else element.value.partition("-")[2]
        if not suffix or "-" in self.register.words["numbers"][number]:
            return True
        return any((place, suffix) in self._suffixes for place in places)

    def _in_town(self, query: Query, places: tuple[int, ...]) -> tuple[int, ...]:
        if not query.town:
            return places
        return tuple(place for place in places if self.town[place] in (0, query.town))

    def _context(self, features: list[float], query: Query, place: int, road: int, numbers: tuple[int, ...]) -> None:
        roads = self.roads_of.get(place)
        if road and roads is not None:
            held = roads.get(road)
            features[4 if held is not None else 5] = 1.0
            if numbers and held is not None and any(held):
                features[6 if numbers[0] in held else 7] = 1.0
        if query.town and self.town[place]:
            features[8 if self.town[place] == query.town else 9] = 1.0

    def _units(
        self, query: Query, place: int, hit: Hit, chunk: Chunk | None, features: list[float]
    ) -> list[Found]:
        """Return the place down to the units that the query names."""
        base = place * PLACE_STEP
        zones, lacks = self._zones(query, place, chunk, features)
        building, stair = query.chain.building, query.chain.stair
        if query.relation is not None:
            stair = None
        if building is None and stair is None:
            zone = zones[0] if len(zones) == 1 else -1
            if not lacks or "zone.missing" in lacks:
                features[14] = self.sizes[place]
            return [self._found(query, place, hit, chunk, features, (zone, -1, -1), lacks)]
        if "zone.not_in_register" in lacks:
            return [self._found(query, place, hit, chunk, features, (-1, -1, -1), lacks)]
        known = self._number_of["buildings"]
        numbers = [0] if building is None else [known.get(one, -1) for one in building.value.split(",")]
        held = []
        for number in numbers:
            for zone in zones if number >= 0 else ():
                low = base + zone * ZONE_STEP + number * BUILDING_STEP
                first, last = self.register.units(low, low + BUILDING_STEP, place)
                if last > first:
                    held.append((zone, number, first, last))
        if not held:
            features[12] = 1.0
            zone = zones[0] if len(zones) == 1 else -1
            missing = "building.not_in_register" if building else "building.missing"
            return [self._found(query, place, hit, chunk, features, (zone, -1, -1), (*lacks, missing))]
        found = []
        for unit in held:
            one = features if len(held) == 1 else list(features)
            found.append(self._stair(query, place, hit, chunk, one, unit, stair, lacks))
        return found

    def _stair(self, query, place, hit, chunk, features, held, stair, lacks):  # type: ignore[no-untyped-def]
        zone, number, first, last = held
        if stair is None:
            return Found(place, zone, number, -1, first, last, hit, chunk, query, features, lacks)
        stair_number = self._number_of["stairs"].get(stair.value, -1)
        if stair_number >= 0:
            low = place * PLACE_STEP + zone * ZONE_STEP + number * BUILDING_STEP + stair_number
            one, behind = self.register.units(low, low + STAIR_STEP, place)
            if behind > one:
                return Found(place, zone, number, stair_number, one, behind, hit, chunk, query, features, lacks)
        features[13] = 1.0
        lacks = (*lacks, "stair.not_in_register")
        return Found(place, zone, number, -1, first, last, hit, chunk, query, features, lacks)

    def _zones(
        self, query: Query, place: int, chunk: Chunk | None, features: list[float]
    ) -> tuple[tuple[int, ...], tuple[str, ...]]:
        said = (zone_id(chunk.zone) if chunk is not None and chunk.zone else "") or query.zone
        held = self.zones_of[place]
        if said:
            number = self._number_of["zones"].get(said, -1)
            if number in held:
                return (number,), ()
            features[10] = 1.0
            return held, ("zone.not_in_register",)
        if 0 in held:
            return held, ()
        features[11] = 1.0
        return held, ("zone.missing",)

    def _found(self, query, place, hit, chunk, features, unit, lacks):  # type: ignore[no-untyped-def]
        zone, building, stair = unit
        first, last = self.register.starts[place : place + 2]
        if zone >= 0 and len(self.zones_of[place]) > 1:
            low = place * PLACE_STEP + zone * ZONE_STEP
            first, last = self.register.units(low, low + ZONE_STEP, place)
        return Found(place, zone, building, stair, first, last, hit, chunk, query, features, lacks)
