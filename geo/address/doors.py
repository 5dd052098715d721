"""House numbers on roads and in villages, and the places that stand there."""

from __future__ import annotations

from collections.abc import Sequence

from geo.address.features import (
    NUMBER_AGREES,
    NUMBER_DIFFERS,
    ROAD_AGREES,
    ROAD_DIFFERS,
    TOWN_AGREES,
    TOWN_DIFFERS,
)
from geo.address.latin import street_cost
from geo.address.names import Hit, NameIndex
from geo.address.query import Query
from geo.address.register import PLACE_STEP, Register
from geo.address.units import number_base, number_id, spread_numbers

ROAD_COST = 15.0
"""A road that costs more is not the one said, nats."""


class Doors:
    """The doors of one register."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.town = register.arrays["place_town"].tolist()
        self._numbers = {word: one for one, word in enumerate(register.words["numbers"])}
        self.road_names = NameIndex(register.words["roads"][1:], register.words["roads"][1:])
        self._roads_of: dict[int, dict[int, tuple[int, ...]]] = {}
        self._at_door: dict[tuple[int, int], tuple[int, ...]] = {}
        self._in_run: dict[tuple[int, int], tuple[int, ...]] = {}
        self._at_base: dict[tuple[int, str], tuple[int, ...]] = {}
        self._fill()
        self._suffixes = self._suffixes_of()
        self._behind = {suffix for _, suffix in self._suffixes}

    def _fill(self) -> None:
        arrays, words = self.register.arrays, self.register.words["numbers"]
        columns = (arrays[f"door_{name}"].tolist() for name in ("place", "road", "number"))
        for place, road, number in zip(*columns, strict=True):
            held = self._roads_of.setdefault(place, {})
            held[road] = (*held.get(road, ()), number)
            if number:
                door = (road, number)
                self._at_door[door] = (*self._at_door.get(door, ()), place)
                base = number_base(words[number])
                if base != words[number]:
                    self._at_base[road, base] = (*self._at_base.get((road, base), ()), place)

        columns = (arrays[f"run_{name}"].tolist() for name in ("place", "road", "number"))
        for place, road, number in zip(*columns, strict=True):
            self._in_run[road, number] = (*self._in_run.get((road, number), ()), place)

    def _suffixes_of(self) -> set[tuple[int, str]]:
        """Return the places and what stands behind their numbers (109号之1)."""
        arrays = self.register.arrays
        if "row_suffix" not in arrays:
            return set()
        suffixes = arrays["row_suffix"][arrays["unit_row"]]
        held = suffixes.nonzero()[0]
        places = (arrays["unit_key"][held] // PLACE_STEP).tolist()
        words = self.register.words["suffixs"]
        return {
            (place, words[one]) for place, one in zip(places, suffixes[held].tolist(), strict=True)
        }

    def road(self, query: Query) -> tuple[int, float]:
        """Return the road said and what it costs to take it for that: 0 none said, -1 unknown."""
        if query.village_cost:
            return 0, query.village_cost
        if query.road or query.unknown_road is None:
            return query.road, 0.0
        words = query.written.text[slice(*query.unknown_road)]
        hits: Sequence[Hit] = self.road_names.find(query.unknown_words or words)
        if query.unknown_words:
            names = self.road_names.names
            nearer = (
                hit._replace(cost=min(hit.cost, cost))
                for hit in hits
                if (cost := street_cost(query.unknown_words, names[hit.name])) is not None
            )
            hits = sorted(nearer, key=lambda hit: hit.cost)
        if hits and hits[0].cost < ROAD_COST and (len(hits) == 1 or hits[1].cost > hits[0].cost):
            return hits[0].name + 1, hits[0].cost
        return -1, 0.0

    def numbers(self, query: Query) -> tuple[int, ...]:
        """Return the numbers of the house number said: itself, and without what is behind it."""
        element = query.chain.number
        if element is None:
            return ()
        said = number_id(element.value)
        base = number_base(said)
        known = self._numbers
        if self._are_several(query, said):
            return tuple(known[one] for one in spread_numbers(said) if one in known) or (-1,)
        found = [known[one] for one in dict.fromkeys((said, base)) if one in known]
        words = query.written.text[element.start : element.end]
        if "号" in words[:-1] and words[-1] not in "甲乙丙丁":
            # 7号之1 is what stands behind number 7; 7之1号 is a number of its own
            found.reverse()
        return tuple(found) or (-1,)

    def _are_several(self, query: Query, said: str) -> bool:
        """Return whether a number is a list, or a range of what are all numbers here.

        33号之34 and, where there is one, 33-34 are what stands behind number 33.
        """
        if "," in said:
            return True
        element = query.chain.number
        first, _, last = said.partition("-")
        if element is None or not last or said in self._numbers or last in self._behind:
            return False
        words = query.written.text[element.start : element.end]
        spread = () if "之" in words or "附" in words else spread_numbers(said)
        return bool(spread) and all(one in self._numbers for one in (first, last))

    def places(self, query: Query, road: int, numbers: tuple[int, ...]) -> tuple[int, ...]:
        """Return the places at the door said, on its road or in its village."""
        street = road if road > 0 else -query.village
        first: tuple[int, ...] = ()
        element = query.chain.number
        several = element is not None and self._are_several(query, number_id(element.value))
        for number in numbers:
            places = self._at_door.get((street, number)) or self._in_run.get((street, number), ())
            if not places and number > 0:
                base = self.register.words["numbers"][number]
                places = self._at_base.get((street, base), ())
            places = self._in_town(query, places)
            if several:
                first += places
                continue
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

    def agree(
        self, features: list[float], query: Query, place: int, door: tuple[int, tuple[int, ...]]
    ) -> None:
        """Note whether road, number and town said are those of a place."""
        road, numbers = door
        roads = self._roads_of.get(place)
        if road and roads is not None:
            held = roads.get(road)
            features[ROAD_DIFFERS if held is None else ROAD_AGREES] = 1.0
            if numbers and held is not None and any(held):
                agrees = any(
                    number in held or place in self._in_run.get((road, number), ())
                    for number in numbers
                )
                features[NUMBER_AGREES if agrees else NUMBER_DIFFERS] = 1.0
        if query.town and self.town[place]:
            features[TOWN_AGREES if self.town[place] == query.town else TOWN_DIFFERS] = 1.0
