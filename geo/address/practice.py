"""Queries made from a register itself, to learn on what its answers can be trusted.

They say addresses of the register in the ways that people do, with slips of the pen and of the
ear, and they name places, zones, buildings and stairs that the register does not have. What is
learnt holds for this register: where names are easily confused, the same likeness counts less.
"""

from __future__ import annotations

import random
from collections import defaultdict
from functools import cache
from typing import NamedTuple

from geo.address.latin import is_latin, said_of
from geo.address.register import BUILDING_STEP, KINDS, PLACE_STEP, ZONE_STEP, Register
from geo.address.sound import blurred_readings, readings, sounded
from geo.address.vocabulary import COMMON_WORDS, GENERIC, generic_end

_COMPOUND = KINDS.index("compound")
_POI = KINDS.index("poi")
_DOOR = KINDS.index("door")
# How often a made query does what: said of all queries unless another whole is named.
_ALIASES, _SLIPS = 0.25, 0.2
_ABSENT_NAMES, _ABSENT_BUILDINGS, _ABSENT_ZONES = 0.09, 0.04, 0.03
_ZONES_LEFT_OUT, _NAMES_ALONE, _BUILDINGS_ALONE, _RUNS = 0.06, 0.06, 0.14, 0.15
_TOWNS, _ROADS, _NUMBERS_OF_ROADS = 0.15, 0.35, 0.5
_WRONG_ROADS, _WRONG_TOWNS = 0.03, 0.02
_KNOWN_STEMS_OF_ABSENT = 0.7
_TOWNS_OF_DOORS, _SLIPS_OF_DOORS = 0.5, 0.2
# shares of slips: another character that sounds the same, alike, or neither; left out; doubled
_SAME_SOUND, _ALIKE_SOUND, _OTHER, _LEFT_OUT, _DOUBLED = 0.3, 0.2, 0.15, 0.15, 0.1
_BUILDINGS = ("{}号楼", "{}号楼", "{}栋", "{}幢", "{}#楼", "{}#", "第{}栋")
_STAIRS = ("{}单元", "{}单元", "{}单元", "{}门", "第{}单元")


class Practice(NamedTuple):
    """A made query and what it means: place (-1 for none), zone, building, stair (-1 unsaid)."""

    text: str
    place: int
    zone: int
    building: int
    stair: int
    kind: str


class PracticeMaker:
    """Makes queries from one register.

    Parameters
    ----------
    register
        The register.
    seed
        The same seed makes the same queries.
    """

    def __init__(self, register: Register, seed: int) -> None:
        self.register = register
        self.random = random.Random(seed)  # noqa: S311 - nothing secret is drawn
        self.keys = register.arrays["unit_key"]
        self.rows = register.arrays["unit_row"]
        self.kinds = register.arrays["place_kind"].tolist()
        names = register.words["names"]
        self.names = [names[number] for number in register.arrays["place_name"].tolist()]
        aliases = register.words["aliases"]
        self.aliases: dict[int, list[str]] = defaultdict(list)
        for place, alias in zip(
            register.arrays["alias_place"].tolist(),
            register.arrays["alias_name"].tolist(),
            strict=True,
        ):
            self.aliases[place].append(aliases[alias])
        self.known = {*self.names, *aliases}
        self.heard = set(map(sounded, self.known))
        self.ends = [end for name in self.names if (end := generic_end(name))] or list(GENERIC)
        self.stems = [
            name[: -len(end)] for name in self.names if (end := generic_end(name))
        ] or sorted(COMMON_WORDS)
        self.common = sorted(COMMON_WORDS)

    def make(self, count: int) -> list[Practice]:
        """Return queries, those of places that have names or numbers only."""
        made: list[Practice] = []
        while len(made) < count and len(self.keys):
            one = self._one()
            if one is not None:
                made.append(one)
            else:
                count -= 1
        return made

    def _one(self) -> Practice | None:
        unit = self.random.randrange(len(self.keys))
        key, row = int(self.keys[unit]), int(self.rows[unit])
        place = key // PLACE_STEP
        if self.kinds[place] in (_COMPOUND, _POI):
            return self._named(key, place, row)
        return self._door(place, row) if self.kinds[place] == _DOOR else None

    def _shown(self, kind: str, row: int) -> str:
        shown = self.register.words[f"shown_{kind}s"]
        return shown[self.register.arrays[f"shown_{kind}"][row]]

    def _door(self, place: int, row: int) -> Practice:
        road = self._shown("road", row) or self._shown("village", row)
        number = self._shown("number", row)
        if is_latin(road):
            return Practice(said_of(number, road, self.random), place, -1, -1, -1, "door")
        number = number + "号" if number[-1:].isdigit() else number
        town = self._shown("town", row) if self.random.random() < _TOWNS_OF_DOORS else ""
        if self.random.random() < _SLIPS_OF_DOORS:
            road = slipped(road, self.random)
        return Practice(f"{town}{road}{number}", place, -1, -1, -1, "door")

    def _named(self, key: int, place: int, row: int) -> Practice:
        draw = self.random.random
        zone = key // ZONE_STEP % (PLACE_STEP // ZONE_STEP)
        building = key // BUILDING_STEP % (ZONE_STEP // BUILDING_STEP)
        stair = key % BUILDING_STEP
        words = self.register.words
        name, kind = self._name(place)
        zone_words = words["zones"][zone]
        zone_words += "区" if len(zone_words) == 1 else ""
        if zone and draw() < _ZONES_LEFT_OUT:
            zone_words = ""
        building_words, stair_words = words["buildings"][building], words["stairs"][stair]
        said = draw()
        if said < _NAMES_ALONE or not building_words:
            building = stair = -1
            zone = zone if zone_words else -1
            tail = ""
        elif said < _NAMES_ALONE + _BUILDINGS_ALONE or not stair_words:
            stair = -1
            tail = self._building(building_words)
        else:
            tail = self._unit(building_words, stair_words)
        kind, zone_words, tail, truth = self._absent(
            kind, zone_words, tail, (place, zone, building, stair)
        )
        if kind == "absent_name":
            name = self._absent_name()
            truth = (-1, -1, -1, -1)
        text = f"{self._before(row)}{name}{zone_words}{tail}"
        return Practice(text, *truth, kind)

    def _name(self, place: int) -> tuple[str, str]:
        draw = self.random.random()
        name = self.names[place]
        if self.aliases[place] and draw < _ALIASES:
            return self.random.choice(self.aliases[place]), "alias"
        if draw < _ALIASES + _SLIPS:
            return slipped(name, self.random), "slip"
        return name, "name"

    def _absent(
        self, kind: str, zone: str, tail: str, truth: tuple[int, int, int, int]
    ) -> tuple[str, str, str, tuple[int, int, int, int]]:
        draw = self.random.random()
        place = truth[0]
        if draw < _ABSENT_NAMES:
            return "absent_name", zone, tail, truth
        if draw < _ABSENT_NAMES + _ABSENT_BUILDINGS and kind == "name" and tail:
            held = {int(number) for number in self._buildings(place) if number.isdigit()}
            number = max(held, default=0) + self.random.randrange(1, 30)
            stair = "" if truth[3] < 0 else self.register.words["stairs"][truth[3]]
            tail = self._unit(str(number), stair) if stair else self._building(str(number))
            return "absent_building", zone, tail, (place, truth[1], -1, -1)
        if draw < _ABSENT_NAMES + _ABSENT_BUILDINGS + _ABSENT_ZONES and kind == "name":
            held_zones = {
                self.register.words["zones"][one] for one in self.register.zones_of[place]
            }
            free = sorted({"A", "B", "C", "D", "东", "西", "南", "北"} - held_zones)
            return "absent_zone", f"{self.random.choice(free)}区", tail, (place, -1, -1, -1)
        return kind, zone, tail, truth

    def _buildings(self, place: int) -> list[str]:
        first, last = self.register.starts[place : place + 2]
        numbers = self.keys[first:last] // BUILDING_STEP % (ZONE_STEP // BUILDING_STEP)
        return [
            self.register.words["buildings"][number] for number in sorted(set(numbers.tolist()))
        ]

    def _absent_name(self) -> str:
        for _ in range(50):
            kinds = self.ends if self.random.random() < _KNOWN_STEMS_OF_ABSENT else GENERIC
            end = self.random.choice(kinds)
            stems = self.stems if self.random.random() < _KNOWN_STEMS_OF_ABSENT else self.common
            name = self.random.choice(stems) + end
            if name not in self.known and sounded(name) not in self.heard:
                return name  # one that sounds like a name of the register is taken for it
        return self.random.choice(self.common) + "大院"

    def _before(self, row: int) -> str:
        draw = self.random.random
        town = ""
        if draw() < _TOWNS:
            town = self._shown("town", self._other(row) if draw() < _WRONG_TOWNS else row)
        if draw() >= _ROADS:
            return town
        if draw() < _WRONG_ROADS:
            return f"{town}{self._shown('road', self._other(row))}"
        number = self._shown("number", row)
        if number and draw() < _NUMBERS_OF_ROADS:
            number = number + "号" if number[-1:].isdigit() else number
            return f"{town}{self._shown('road', row)}{number}"
        return f"{town}{self._shown('road', row)}"

    def _other(self, row: int) -> int:
        """Return any row, where a caller takes the road or town of another place for his."""
        return int(self.rows[self.random.randrange(len(self.rows))]) if len(self.rows) else row

    def _building(self, building: str) -> str:
        return self.random.choice(_BUILDINGS).format(building)

    def _unit(self, building: str, stair: str) -> str:
        if self.random.random() < _RUNS:
            return f"{building}-{stair}-501"
        return self._building(building) + self.random.choice(_STAIRS).format(stair)


def slipped(name: str, draw: random.Random) -> str:
    """Return a name with one slip: heard, confused, mistyped, left out, doubled, swapped."""
    place = draw.randrange(len(name))
    character = name[place]
    kind = draw.random()
    if kind < _SAME_SOUND:
        others = _sounding_like(character, same=True)
    elif kind < _SAME_SOUND + _ALIKE_SOUND:
        others = _sounding_like(character, same=False)
    elif kind < _SAME_SOUND + _ALIKE_SOUND + _OTHER:
        others = _common_characters()
    elif kind < _SAME_SOUND + _ALIKE_SOUND + _OTHER + _LEFT_OUT and len(name) > 2:  # noqa: PLR2004
        return name[:place] + name[place + 1 :]
    elif kind < _SAME_SOUND + _ALIKE_SOUND + _OTHER + _LEFT_OUT + _DOUBLED:
        return name[:place] + character + name[place:]
    else:
        place = min(place, len(name) - 2)
        return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
    other = draw.choice(others) if others else character
    return name[:place] + other + name[place + 1 :]


@cache
def _common_characters() -> tuple[str, ...]:
    """Return the 3,755 common characters: the first level of GB 2312."""
    return tuple(
        bytes((first, second)).decode("gb2312")
        for first in range(0xB0, 0xD8)
        for second in range(0xA1, 0xFF)
        if (first, second) < (0xD7, 0xFA)
    )


@cache
def _by_sound() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    same: dict[str, list[str]] = defaultdict(list)
    alike: dict[str, list[str]] = defaultdict(list)
    for character in _common_characters():
        same[readings(character)[0]].append(character)
        for syllable in blurred_readings(character):
            alike[syllable].append(character)
    return same, alike


@cache
def _sounding_like(character: str, *, same: bool) -> tuple[str, ...]:
    equal, alike = _by_sound()
    if not readings(character):
        return ()
    homophones = set(equal[readings(character)[0]]) - {character}
    if same:
        return tuple(sorted(homophones))
    confusable = {other for syllable in blurred_readings(character) for other in alike[syllable]}
    return tuple(sorted(confusable - homophones - {character})) or tuple(sorted(homophones))
