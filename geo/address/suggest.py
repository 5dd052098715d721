"""Places offered while somebody types: by characters, by pinyin, by initials."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.address.answer import Precision, Rows, Suggestion
from geo.address.names import NameIndex
from geo.address.normalise import written_form
from geo.address.present import PLACE_PRECISION
from geo.address.register import BUILDING_STEP, KINDS, ZONE_STEP, Register, Target
from geo.address.sound import initials, spelled
from geo.address.speech import without_persons
from geo.aliases import AliasKind

_DOOR = KINDS.index("door")
_STREETS = {-1: "road", -2: "village"}
"""What is no place of its own: the number that stands for its kind where a place's would."""
_MOST_TYPED = 60
_MOST_KEYS = 400
_TYPED = re.compile(
    r"^(?P<name>.*?[^0-9\-#/号楼栋幢座单元门室])(?P<building>[0-9]+[A-Z]?|(?<![A-Z])[A-Z]?)(?:号楼?|栋|幢|座|#楼?|-|/)?"
    r"(?P<stair>[0-9]*)(?:单元?|门|-|/)?(?P<room>\d*)室?$"
)


class _Key(NamedTuple):
    """Something typed may begin with ``form``; ``rank`` is lower for nearer forms.

    ``name`` is a name's number, or the kind of the ``street``, see `_STREETS`.
    """

    form: str
    rank: int
    name: int
    street: int


class Suggester:
    """Offers places of one register."""

    def __init__(
        self,
        register: Register,
        names: NameIndex,
        targets: list[list[Target]],
    ) -> None:
        self.register = register
        self._names = names
        self._targets = targets
        self._keys = sorted(self._all_keys())
        self._sizes = register.sizes

    def _all_keys(self) -> Iterator[_Key]:
        for number, name in enumerate(self._names.names):
            yield from _forms(name, number, 0)
        for kind, word in _STREETS.items():
            for street, name in enumerate(self.register.words[f"{word}s"]):
                if name and (kind == -1 or name not in self._names.exact):
                    yield from _forms(name, kind, street)

    def suggest(self, text: str, limit: int) -> list[Suggestion]:
        """Return places whose names begin with what is typed, or hold it."""
        typed = written_form(without_persons(text[:_MOST_TYPED])).strip(" ,()")
        if not typed:
            return []
        found: dict[str, Suggestion] = {}
        match = _TYPED.match(typed)
        for one in self._ranked(typed, limit):
            found.setdefault(one.text, one)
        if match is not None and match["building"] and len(found) < limit:
            name, building, stair = match["name"], match["building"], match["stair"]
            for one in self._finer(name, building, stair, limit):
                found.setdefault(one.text, one)
        return list(found.values())[:limit]

    def _ranked(self, typed: str, limit: int) -> list[Suggestion]:
        """Return whole places and roads, the nearest forms and the largest places first."""
        best: dict[tuple[int, int], tuple[int, int, str, int]] = {}
        for key in self._beginning(typed):
            for place, alias, *_ in (
                self._targets[key.name] if key.name >= 0 else (Target(key.name),)
            ):
                size = self._sizes[place] if place >= 0 else 0
                whole = key.form == typed and key.rank == 0
                order = (-1 if whole else key.rank * 2 + (alias >= 0), -size, key.form, alias)
                one = (place, key.street)
                best[one] = min(best.get(one, order), order)
        if not best and len(typed) > 1:
            for name, form in enumerate(self._names.names):
                if typed in form:
                    for place, alias, *_ in self._targets[name]:
                        best.setdefault((place, 0), (9, -self._sizes[place], form, alias))
        ranked = sorted(best, key=lambda one: (best[one], one))[:limit]
        return [
            self._place(place, best[place, street][-1])
            if place >= 0
            else self._street(_STREETS[place], street)
            for place, street in ranked
        ]

    def _beginning(self, typed: str) -> Iterator[_Key]:
        first = bisect_left(self._keys, (typed,))
        for key in self._keys[first : first + _MOST_KEYS]:
            if not key.form.startswith(typed):
                return
            yield key

    def _finer(self, name: str, building: str, stair: str, limit: int) -> Iterator[Suggestion]:
        """Return the buildings, stairs or doors that go on with the digits typed."""
        for key in self._beginning(name):
            if key.form != name:
                continue
            if key.name < 0:
                yield from self._doors(_STREETS[key.name], key.street, building, limit)
                continue
            for place, *_ in self._targets[key.name]:
                yield from self._units(place, building, stair)

    def _units(self, place: int, building: str, stair: str) -> Iterator[Suggestion]:
        register = self.register
        first, last = register.starts[place : place + 2]
        keys = register.arrays["unit_key"][first:last]
        numbers = keys // BUILDING_STEP % (ZONE_STEP // BUILDING_STEP)
        words = register.words["buildings"]
        held = sorted(
            {
                number
                for number in np.unique(numbers).tolist()
                if words[number].startswith(building)
            },
            key=lambda number: (len(words[number]), words[number]),
        )
        for number in held:
            rows = register.arrays["unit_row"][first:last][numbers == number]
            if stair and words[number] == building:
                stairs = keys[numbers == number] % BUILDING_STEP
                kept = [
                    row
                    for row, one in zip(rows.tolist(), stairs.tolist(), strict=True)
                    if register.words["stairs"][one].startswith(stair)
                ]
                for row in kept:
                    yield Suggestion(
                        self._text(place, row, stair=True), np.array([row]), Precision.STAIR
                    )
            elif not stair:
                yield Suggestion(self._text(place, int(rows[0])), rows, Precision.BUILDING)

    def _doors(self, kind: str, street: int, number: str, limit: int) -> Iterator[Suggestion]:
        arrays, words = self.register.arrays, self.register.words["numbers"]
        doors = np.flatnonzero(self._door_streets[kind] == street)
        held = sorted(
            (
                (len(words[one]), words[one], place)
                for one, place in zip(
                    arrays["door_number"][doors].tolist(),
                    arrays["door_place"][doors].tolist(),
                    strict=True,
                )
                if words[one].startswith(number)
            )
        )
        for _, _, place in held[:limit]:
            yield self._place(place)

    @cached_property
    def _door_streets(self) -> dict[str, NDArray[np.int64]]:
        """Return the road of every door, and the village of those along none."""
        arrays = self.register.arrays
        roads = arrays["door_road"].astype(np.int64)
        first = np.array(self.register.starts)[arrays["door_place"]]
        villages = arrays["row_village"][arrays["unit_row"][first]]
        return {"road": roads, "village": np.where(roads > 0, 0, villages)}

    def _place(self, place: int, alias: int = -1) -> Suggestion:
        """Return a place; one that was found by another name with that name behind its own."""
        first, last = self.register.starts[place : place + 2]
        rows = self.register.arrays["unit_row"][first:last]
        kind = int(self.register.arrays["place_kind"][place])
        name = self._name(place, int(rows[0])) + self._other_name(place, int(rows[0]), alias)
        return Suggestion(name, rows, PLACE_PRECISION[kind])

    def _other_name(self, place: int, row: int, alias: int) -> str:
        """Return the other name that was typed (（原印刷厂）), if the own name holds it not."""
        if alias < 0:
            return ""
        other = self.register.alias(alias)
        if other.name in self._name(place, row):
            return ""
        is_old = other.kind is AliasKind.OLD and other.name[0] not in "原老旧前"
        return f"（{'原' if is_old else ''}{other.name}）"

    def _street(self, kind: str, street: int) -> Suggestion:
        rows: Rows = np.flatnonzero(self.register.arrays[f"row_{kind}"] == street)
        name = self._shown(kind, int(rows[0])) if len(rows) else ""
        return Suggestion(name, rows, Precision(kind))

    def _name(self, place: int, row: int) -> str:
        if self.register.arrays["place_kind"][place] == _DOOR:
            street = self._shown("road", row) or self._shown("village", row)
            number = self._shown("number", row)
            return f"{street}{number}号" if number[-1:].isdigit() else f"{street}{number}"
        shown = self.register.words["shown_names"]
        return shown[self.register.arrays["place_shown"][place]]

    def _text(self, place: int, row: int, *, stair: bool = False) -> str:
        building = self._shown("building", row)
        parts = [self._name(place, row), self._shown("zone", row), building]
        if building[-1:].isdigit():
            parts.append("号楼")
        if stair:
            words = self._shown("stair", row)
            parts += [words, "单元" if words[-1:].isdigit() else ""]
        return "".join(parts)

    def _shown(self, kind: str, row: int) -> str:
        return self.register.words[f"shown_{kind}s"][self.register.arrays[f"shown_{kind}"][row]]


def _forms(name: str, number: int, street: int) -> Iterator[_Key]:
    """Return what may be typed for a name: itself, its pinyin, its initials, mixed."""
    yield _Key(name, 0, number, street)
    if not name.isascii():
        for form in spelled(name):
            yield _Key(form.upper(), 1, number, street)
        yield _Key(initials(name).upper(), 2, number, street)
        for place in range(1, len(name)):
            # the first characters chosen, the next still in letters: 滨河hua
            yield _Key(name[:place] + spelled(name[place:])[0].upper(), 3, number, street)
