"""The register as arrays: places, and within each place its zones, buildings, stairs, rows."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.address.crossings import crossings_of, points_of, road_names
from geo.address.latin import parse_latin, road_id
from geo.address.normalise import written_form
from geo.address.units import (
    building_id,
    known_text,
    number_id,
    spread,
    spread_numbers,
    stair_id,
    zone_id,
)
from geo.aliases import Alias, AliasError, AliasKind, read_aliases
from geo.problem import input_error

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

ALIAS_KINDS = (None, AliasKind.OFFICIAL, AliasKind.OLD, AliasKind.COLLOQUIAL)
NO_START, NO_END = 0, 2**31 - 1
_KNOWN = ("kind", "from", "until")
KINDS = ("compound", "door", "road", "village", "poi")
COLUMNS = (
    "text",
    "town",
    "village",
    "road",
    "number",
    "compound",
    "zone",
    "building",
    "stair",
    "aliases",
)
DETAILS = ("group", "suffix", "floor", "room")

_ZONE_BITS, _BUILDING_BITS, _STAIR_BITS = 10, 20, 10
STAIR_STEP = 1
BUILDING_STEP = 1 << _STAIR_BITS
ZONE_STEP = BUILDING_STEP << _BUILDING_BITS
PLACE_STEP = ZONE_STEP << _ZONE_BITS

Ints = NDArray[np.int64]


class Target(NamedTuple):
    """What a name names: a place by its own name (``alias`` -1) or by an alias, while it does.

    ``since`` and ``until`` are proleptic days, half-open.
    """

    place: int
    alias: int = -1
    since: int = NO_START
    until: int = NO_END

    def holds(self, at: int | None) -> bool:
        """Return whether it is a name on a day; on any, where none is asked for."""
        return at is None or self.since <= at < self.until


@dataclass(frozen=True)
class Register:
    """What an index holds of a register; every word once, everything else numbers.

    Attributes
    ----------
    words
        Word lists by name: ``names``, ``towns``, ``villages``, ``roads``, ``numbers``, ``zones``,
        ``buildings``, ``stairs`` hold identities; ``shown_*`` the register's own words; word 0
        is the empty one.
    arrays
        ``place_kind``, ``place_name``, ``place_town`` by place; ``door_place``, ``door_road``,
        ``door_number`` by pair of place and house number, ``run_*`` likewise by number that a
        list or range of the register holds; ``alias_place``, ``alias_name``, ``alias_kind`` (its
        place in `ALIAS_KINDS`), ``alias_from``, ``alias_until`` (proleptic days) by alias;
        ``unit_key`` ascending and ``unit_row``; by row ``row_village``, ``row_building`` … with
        the register's words.
    """

    words: dict[str, list[str]]
    arrays: dict[str, NDArray[Any]]

    @cached_property
    def keys(self) -> Sequence[int]:
        """Return the units' keys as a sequence of plain integers, quick to bisect."""
        return memoryview(np.ascontiguousarray(self.arrays["unit_key"]).data)

    @cached_property
    def starts(self) -> list[int]:
        """Return where the units of each place begin, and the end of the last."""
        return [0, *np.cumsum(self.sizes).tolist()]

    def units(self, low: int, high: int, place: int) -> tuple[int, int]:
        """Return the slice of a place's units whose keys lie in [low, high)."""
        start, end = self.starts[place : place + 2]
        first = bisect_left(self.keys, low, start, end)
        return first, bisect_left(self.keys, high, first, end)

    def alias(self, number: int) -> Alias:
        """Return an alias by its number."""
        kind, since, until = (int(self.arrays[f"alias_{name}"][number]) for name in _KNOWN)
        return Alias(
            self.words["aliases"][self.arrays["alias_name"][number]],
            ALIAS_KINDS[kind],
            None if since == NO_START else date.fromordinal(since),
            None if until == NO_END else date.fromordinal(until),
        )

    @cached_property
    def zones_of(self) -> list[tuple[int, ...]]:
        """Return the zones of each place, 0 for units outside any zone."""
        pairs = np.unique(self.arrays["unit_key"] // ZONE_STEP)
        zones: list[list[int]] = [[] for _ in self.arrays["place_kind"]]
        for pair in pairs.tolist():
            zones[pair >> _ZONE_BITS].append(pair & ((1 << _ZONE_BITS) - 1))
        return [tuple(found) for found in zones]

    @cached_property
    def sizes(self) -> list[int]:
        """Return how many units each place has."""
        places = self.arrays["unit_key"] // PLACE_STEP
        return np.bincount(places, minlength=len(self.arrays["place_kind"])).tolist()


class _Words:
    """Gives each distinct word a number, 0 to the empty one, in the order of the words."""

    def __init__(self, values: Iterable[str]) -> None:
        self.list = ["", *sorted(set(values) - {""})]
        self.number = {word: number for number, word in enumerate(self.list)}

    def of(self, values: Sequence[str]) -> NDArray[np.int32]:
        return np.fromiter((self.number[value] for value in values), np.int32, len(values))


def read_register(frame: pd.DataFrame, roads: gpd.GeoDataFrame | None = None) -> Register:
    """Return the arrays of a frame of the layer ``addresses``.

    ``roads`` are lines with a column ``name``; their crossings can then be asked for.
    """
    texts = {name: _column(frame, name) for name in COLUMNS}
    texts = _filled_from_text(texts)
    ids = {
        "zones": _mapped(texts["zone"], zone_id),
        "buildings": _mapped(texts["building"], known_text),
        "stairs": _mapped(texts["stair"], known_text),
        "numbers": _mapped(texts["number"], number_id),
        "roads": _mapped(texts["road"], road_id),
        "towns": _mapped(texts["town"], known_text),
        "villages": _mapped(texts["village"], known_text),
        "compounds": _mapped(texts["compound"], known_text),
    }
    places, kinds, names = _places(ids, texts["text"])
    others = () if roads is None else road_names(roads)
    register = _Builder(texts, ids, places, kinds, names).register(others)
    if "geometry" in frame:
        register.arrays.update(points_of(frame["geometry"]))
    if roads is not None:
        register.arrays.update(crossings_of(roads, register.words["roads"]))
    return register


class _Builder:
    """Turns the columns of a register into its words and arrays."""

    def __init__(
        self,
        texts: dict[str, list[str]],
        ids: dict[str, list[str]],
        places: Ints,
        kinds: list[int],
        names: list[tuple[str, str]],
    ) -> None:
        self.texts, self.ids = texts, ids
        self.places, self.kinds, self.names = places, kinds, names
        self.words: dict[str, list[str]] = {}
        self.arrays: dict[str, NDArray[Any]] = {}

    def register(self, roads: Iterable[str]) -> Register:
        """Return the register; ``roads`` are known by name, even without addresses on them."""
        self.other_roads = roads
        towns = _Words(self.ids["towns"])
        shown = _Words(self._shown_names())
        self.words["towns"] = towns.list
        self.words["shown_names"] = shown.list
        self._rows_words()
        self._place_words(towns, shown)
        self._doors()
        self._aliases()
        self._units()
        return Register(self.words, self.arrays)

    def _shown_names(self) -> list[str]:
        first = np.full(len(self.kinds), -1, np.int64)
        for row in range(len(self.places) - 1, -1, -1):
            first[self.places[row]] = row
        self.first_row = first
        return [
            (self.texts["compound"][row] or self.texts["text"][row])
            if KINDS[self.kinds[place]] in ("compound", "poi")
            else self.names[place][1]
            for place, row in enumerate(first.tolist())
        ]

    def _rows_words(self) -> None:
        for column, name in (("villages", "village"), ("roads", "road")):
            more = self.other_roads if column == "roads" else ()
            words = _Words((*self.ids[column], *more))
            self.words[column] = words.list
            self.arrays[f"row_{name}"] = words.of(self.ids[column])
        for name in ("zone", "building", "stair", "road", "number", "town", "village"):
            words = _Words(self.texts[name])
            self.words[f"shown_{name}s"] = words.list
            self.arrays[f"shown_{name}"] = words.of(self.texts[name])
        for name in DETAILS:
            values = self.texts.get(name)
            if values is not None and any(values):
                words = _Words(values)
                self.words[f"{name}s"] = words.list
                self.arrays[f"row_{name}"] = words.of(values)

    def _place_words(self, towns: _Words, shown: _Words) -> None:
        names = _Words(name for _, name in self.names)
        self.words["names"] = names.list
        self.arrays["place_kind"] = np.array(self.kinds, np.int32)
        self.arrays["place_town"] = towns.of([town for town, _ in self.names])
        self.arrays["place_name"] = names.of([name for _, name in self.names])
        self.arrays["place_shown"] = shown.of(self._shown_names())

    def _doors(self) -> None:
        raw = dict(zip(self.ids["numbers"], self.texts["number"], strict=True))
        runs = {identity: spread_numbers(known_text(text)) for identity, text in raw.items()}
        numbers = _Words((*raw, *(one for found in runs.values() for one in found)))
        self.words["numbers"] = numbers.list
        roads = {word: number for number, word in enumerate(self.words["roads"])}
        villages = {word: -number for number, word in enumerate(self.words["villages"])}
        doors: set[tuple[int, int, int]] = set()
        held: set[tuple[int, int, int]] = set()
        columns = (self.ids["roads"], self.ids["villages"], self.ids["numbers"])
        for place, road, village, number in zip(self.places.tolist(), *columns, strict=True):
            if road or (number and village):
                street = roads[road] if road else villages[village]
                doors.add((place, street, numbers.number[number]))
                held.update((place, street, numbers.number[one]) for one in runs[number])
        for kind, found in (("door", doors), ("run", held)):
            table = np.array(sorted(found), np.int64).reshape(-1, 3)
            for column, name in enumerate(("place", "road", "number")):
                self.arrays[f"{kind}_{name}"] = table[:, column].astype(np.int32)

    def _aliases(self) -> None:
        found: set[tuple[int, str, int, int, int]] = set()
        for value, place in set(zip(self.texts["aliases"], self.places.tolist(), strict=True)):
            for alias in _aliases_of(value):
                found.add((place, known_text(alias.name), *_known_of(alias)))
        held = sorted(one for one in found if one[1])
        words = _Words(one[1] for one in held)
        self.words["aliases"] = words.list
        table = np.array([(one[0], words.number[one[1]], *one[2:]) for one in held], np.int64)
        for column, name in enumerate(("place", "name", "kind", "from", "until")):
            values = table.reshape(-1, 5)[:, column]
            self.arrays[f"alias_{name}"] = values.astype(np.int32)

    def _units(self) -> None:
        buildings, building_rows = _spread(self.ids["buildings"], building_id)
        stairs, stair_rows = _spread(self.ids["stairs"], stair_id)
        zones = _Words(self.ids["zones"])
        building_words = _Words(word for found in buildings.values() for word in found)
        stair_words = _Words(word for found in stairs.values() for word in found)
        self.words["zones"] = zones.list
        self.words["buildings"] = building_words.list
        self.words["stairs"] = stair_words.list
        key = self.places * PLACE_STEP + zones.of(self.ids["zones"]).astype(np.int64) * ZONE_STEP
        building = {
            text: [building_words.number[one] for one in found] for text, found in buildings.items()
        }
        stair = {text: [stair_words.number[one] for one in found] for text, found in stairs.items()}
        single = all(len(found) == 1 for found in (*building.values(), *stair.values()))
        if single:
            key = (
                key
                + np.fromiter((building[text][0] for text in building_rows), np.int64, len(key))
                * BUILDING_STEP
            )
            key = key + np.fromiter((stair[text][0] for text in stair_rows), np.int64, len(key))
            rows = np.arange(len(key))
        else:
            pairs = [
                (base + first * BUILDING_STEP + second, row)
                for row, base in enumerate(key.tolist())
                for first in building[building_rows[row]]
                for second in stair[stair_rows[row]]
            ]
            key = np.array([pair[0] for pair in pairs], np.int64)
            rows = np.array([pair[1] for pair in pairs], np.int64)
        order = np.argsort(key, kind="stable")
        self.arrays["unit_key"] = key[order]
        self.arrays["unit_row"] = rows[order].astype(np.int64)


def _aliases_of(value: str) -> tuple[Alias, ...]:
    try:
        return read_aliases(value)
    except AliasError as error:
        raise input_error("address.not_an_alias", column="aliases", value=value) from error


def _known_of(alias: Alias) -> tuple[int, int, int]:
    """Return what is known of an alias as numbers: kind, first day, end."""
    since, until = alias.valid_from, alias.valid_until
    return (
        ALIAS_KINDS.index(alias.kind),
        NO_START if since is None else since.toordinal(),
        NO_END if until is None else until.toordinal(),
    )


def _spread(values: list[str], identity: object) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    found = {text: tuple(identity(one) for one in spread(text)) for text in set(values)}  # type: ignore[operator]
    return found, values


def _column(frame: pd.DataFrame, name: str) -> list[str]:
    if name not in frame:
        return [""] * len(frame)
    values = frame[name].astype(object)
    return [
        "" if missing else str(value).strip()
        for value, missing in zip(values, values.isna(), strict=True)
    ]


def _mapped(values: list[str], form: object) -> list[str]:
    table = {value: form(value) for value in set(values)}  # type: ignore[operator]
    return [table[value] for value in values]


def _places(
    ids: dict[str, list[str]], texts: list[str]
) -> tuple[Ints, list[int], list[tuple[str, str]]]:
    """Return the place of each row, and kind, town and name of each place.

    A row belongs to its compound; without one to its door (road or village and number), then to
    its road, its village, or stands alone as a point of interest.
    """
    numbers: dict[tuple[int, str, str], int] = {}
    places = np.empty(len(texts), np.int64)
    columns = zip(
        ids["compounds"], ids["roads"], ids["numbers"], ids["villages"], ids["towns"], strict=True
    )
    for row, (compound, road, number, village, town) in enumerate(columns):
        if compound:
            key = (0, town, compound)
        elif number and (road or village):
            key = (1, town, f"{road or village}{number}号")
        elif road:
            key = (2, town, road)
        elif village:
            key = (3, town, village)
        else:
            key = (4, town, known_text(texts[row]))
        places[row] = numbers.setdefault(key, len(numbers))
    # numbered by kind and name, so that the order of the rows decides nothing
    order = sorted(numbers, key=lambda key: key)
    renumbered = np.empty(len(numbers), np.int64)
    for place, key in enumerate(order):
        renumbered[numbers[key]] = place
    return renumbered[places], [key[0] for key in order], [(key[1], key[2]) for key in order]


_TELLING = re.compile(r"[0-9一二三四五六七八九十]")


def _filled_from_text(texts: dict[str, list[str]]) -> dict[str, list[str]]:
    """Read from the text what the columns leave out: whole rows, and groups, floors, rooms."""
    from geo.address.parse import parse_written  # noqa: PLC0415 - it reads with the same words

    filled = {name: list(values) for name, values in texts.items()}
    for name in DETAILS:
        filled[name] = [""] * len(texts["text"])
    # the order in which words are struck out: a stair's bare digit last, or it would hit a number
    named = ("compound", "road", "town", "village", "zone", "building", "number", "stair")
    columns = [filled[name] for name in named]
    for row, text in enumerate(texts["text"]):
        rest = text
        bare = True
        for values in columns:
            value = values[row]
            if value:
                bare = False
                rest = rest.replace(value, "", 1)
        if not bare and not _TELLING.search(rest):
            continue
        form = written_form(text)
        parsed = parse_latin(form) if form.isascii() else parse_written(form)
        if bare:
            for name in named:
                filled[name][row] = parsed.get(name, "")
        for name in DETAILS:
            filled[name][row] = parsed.get(name, "")
        base, _, suffix = parsed.get("number", "").partition("-")
        if suffix and number_id(filled["number"][row]) == base:
            filled["suffix"][row] = suffix
    return filled
