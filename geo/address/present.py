"""Candidates put into the register's words, and what the engine stands by."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from geo.address.answer import Candidate, Fault, Match, Precision, Rows, Status
from geo.address.asking import question
from geo.address.features import (
    NUMBER_DIFFERS,
    ROAD_DIFFERS,
    TOWN_DIFFERS,
    Found,
)
from geo.address.latin import is_latin
from geo.address.other_names import note_of, standing
from geo.address.query import Query
from geo.address.register import DETAILS, KINDS, Register
from geo.address.weighing import Weights
from messages import Message

_ABSENT = 0.5
_COMPOUND, _DOOR, _ROAD, _VILLAGE, _POI = range(len(KINDS))
PLACE_PRECISION = {
    _COMPOUND: Precision.COMPOUND,
    _DOOR: Precision.ROAD_NUMBER,
    _ROAD: Precision.ROAD,
    _VILLAGE: Precision.VILLAGE,
    _POI: Precision.POI,
}


class Words(NamedTuple):
    """The register's own words of a row, empty where there are none."""

    town: str
    village: str
    road: str
    number: str
    zone: str
    building: str
    stair: str


class Presenter:
    """Writes answers in the words of one register."""

    def __init__(self, register: Register) -> None:
        self.register = register
        arrays = register.arrays
        self.kind = arrays["place_kind"].tolist()
        self.place_shown = arrays["place_shown"].tolist()
        self._shown_names = register.words["shown_names"]
        self._details = {
            name: {word: number for number, word in enumerate(register.words[f"{name}s"])}
            for name in DETAILS
            if f"row_{name}" in arrays
        }
        self._unit_rows = arrays["unit_row"]
        self._shown = [register.words[f"shown_{name}s"] for name in Words._fields]
        numbers = np.column_stack([arrays[f"shown_{name}"] for name in Words._fields])
        self._numbers = memoryview(np.ascontiguousarray(numbers).ravel().data)

    def match(self, query: Query, found: list[Found], p_none: float, weights: Weights) -> Match:
        """Return the answer for weighed candidates."""
        candidates = tuple(self.candidate(one) for one in found)
        claim = self._claim(found, candidates, weights)
        status = self._status(query, found, claim, p_none)
        ask = None if claim is not None and status is Status.MATCH else question(candidates, query)
        grade = self._grade(claim, candidates, status)
        return Match(status, candidates, p_none, ask, grade, claim, _note(claim, candidates))

    def candidate(self, one: Found) -> Candidate:
        """Return one candidate in the register's words."""
        rows = self._detailed(one, self._unit_rows[one.first : one.last])
        first = int(rows[0])
        kind = self.kind[one.place]
        shown, words = self._name(one), self._words(first)
        return Candidate(
            rows=rows,
            compound=shown if kind in (_COMPOUND, _POI) else None,
            zone=words.zone or None if one.zone > 0 else None,
            building=words.building or None if one.building > 0 else None,
            stair=words.stair or None if one.stair > 0 else None,
            road=words.road or None,
            number=words.number or None,
            text=self._text(one, words, shown),
            p=one.weight,
            precision=self._precision(one),
            faults=tuple(self._faults(one)),
            town=words.town or None,
            village=words.village or None if kind != _COMPOUND else None,
            accuracy_m=None if one.query.relation is None else one.query.relation.accuracy_m,
        )

    def _words(self, row: int) -> Words:
        """Return the register's own words of a row."""
        start = row * len(self._shown)
        numbers = self._numbers[start : start + len(self._shown)]
        return Words(*[held[number] for held, number in zip(self._shown, numbers, strict=True)])

    def _name(self, one: Found) -> str:
        return self._shown_names[self.place_shown[one.place]]

    def _text(self, one: Found, words: Words, shown: str) -> str:
        number, road = words.number, words.road
        if number[-1:].isdigit():
            number += "号"
        parts = [words.town]
        if self.kind[one.place] in (_COMPOUND, _POI):
            parts += [road, number if road else "", shown]
        elif self.kind[one.place] != _DOOR:
            parts.append(shown)
        elif is_latin(street := road or words.village):
            parts = [f"{words.number} {street}", f", {words.town}" if words.town else ""]
        else:
            parts += [street, number]
        if one.zone > 0:
            parts.append(words.zone)
        if one.building > 0:
            building = words.building
            parts.append(building + "号楼" if building[-1:].isdigit() else building)
        if one.stair > 0:
            stair = words.stair
            parts.append(stair if stair.endswith(("单元", "门", "梯")) else stair + "单元")
        return "".join(parts)

    def _precision(self, one: Found) -> Precision:
        if one.query.relation is not None:
            return Precision.RELATIVE
        if one.stair > 0:
            return Precision.STAIR
        if one.building > 0:
            return Precision.BUILDING
        return PLACE_PRECISION[self.kind[one.place]]

    def _detailed(self, one: Found, rows: Rows) -> Rows:
        """Keep the rows whose village, group, floor and room are those said, where any are."""
        query = one.query
        if query.village:
            same = rows[self.register.arrays["row_village"][rows] == query.village]
            rows = same if len(same) else rows
        for name in self._details:
            said = _said(query, name)
            number = self._details[name].get(said) if said else None
            if number is not None:
                same = rows[self.register.arrays[f"row_{name}"][rows] == number]
                rows = same if len(same) else rows
        return rows

    def _faults(self, one: Found) -> list[Fault]:
        query = one.query
        faults: list[Fault] = []
        target = one.lead.target
        if one.hit.relation not in ("exact", "door") or (target and target.alias >= 0):
            faults.append(self._name_fault(one))
        if one.hit.relation == "door" and one.hit.cost and query.unknown_road is not None:
            span = query.written.span(*query.unknown_road)
            given = query.written.original[slice(*span)]
            street = "village" if query.village_cost else "road"
            faults.append(Fault(street, "spelled_differently", given, None, span))
        for lack in one.lacks:
            element, fault = lack.split(".")
            faults.append(_element_fault(query, one, element, fault))
        for place, element in (
            (ROAD_DIFFERS, "road"),
            (NUMBER_DIFFERS, "number"),
            (TOWN_DIFFERS, "town"),
        ):
            if one.features[place]:
                faults.append(Fault(element, "differs"))
        if query.relation is not None:
            span = query.written.span(query.relation.start, query.relation.end)
            given = query.written.original[slice(*span)]
            faults.append(Fault("relation", query.relation.kind, given, None, span))
        return faults

    def _name_fault(self, one: Found) -> Fault:
        shown = self._name(one)
        given, span = None, None
        if one.chunk is not None:
            span = one.query.written.span(one.chunk.start, one.chunk.end)
            given = one.query.written.original[slice(*span)]
        fault = {"exact": "is_alias", "office": "is_alias", "short": "is_short"}.get(
            one.hit.relation, "spelled_differently"
        )
        target = one.lead.target
        if target is None or target.alias < 0:
            return Fault("name", fault, given, shown, span)
        alias = self.register.alias(target.alias)
        if one.hit.relation == "exact":
            fault = standing(target, alias.kind, one.query.at)
        return Fault("name", fault, given, shown, span, alias)

    def _claim(
        self, found: list[Found], candidates: tuple[Candidate, ...], weights: Weights
    ) -> Candidate | None:
        """Return the finest place whose candidates together are sure enough."""
        if len(found) < 2:  # noqa: PLR2004
            return candidates[0] if found and found[0].weight >= weights.claim_at else None
        best = found[0]
        for depth in (4, 3, 2, 1):
            key = _key(best, depth)
            if key is None:
                continue
            same = [place for place, one in enumerate(found) if _key(one, depth) == key]
            p = sum(found[place].weight for place in same)
            if p >= weights.claim_at:
                return self._coarser(candidates, found, same, depth, p)
        return None

    def _coarser(
        self,
        candidates: tuple[Candidate, ...],
        found: list[Found],
        same: list[int],
        depth: int,
        p: float,
    ) -> Candidate:
        first = candidates[same[0]]
        if len(same) == 1:
            return first
        rows = np.unique(np.concatenate([candidates[place].rows for place in same]))
        one = _cut(found[same[0]], depth)
        return replace(
            first,
            rows=rows,
            zone=first.zone if depth > 1 else None,
            building=first.building if depth > 2 else None,  # noqa: PLR2004
            stair=first.stair if depth > 3 else None,  # noqa: PLR2004
            text=self._text(one, self._words(int(rows[0])), self._name(one)),
            p=p,
            precision=self._precision(one),
        )

    def _status(
        self, query: Query, found: list[Found], claim: Candidate | None, p_none: float
    ) -> Status:
        if claim is None:
            return Status.NO_MATCH if p_none >= _ABSENT or not found else Status.AMBIGUOUS
        chain = query.chain
        stair_said = chain.stair is not None and query.relation is None
        short = (
            (chain.building is not None and claim.building is None and claim.stair is None)
            or (stair_said and claim.stair is None)
            or any(fault.fault in ("not_in_register", "missing") for fault in claim.faults)
        )
        return Status.PARTIAL if short else Status.MATCH

    def _grade(
        self, claim: Candidate | None, candidates: tuple[Candidate, ...], status: Status
    ) -> str | None:
        if not candidates:
            return None
        if claim is None or status is Status.PARTIAL:
            return "C"
        return "B" if claim.faults else "A"


def _note(claim: Candidate | None, candidates: tuple[Candidate, ...]) -> Message | None:
    """Return what must be known of the likeliest candidate, None where nothing must."""
    first = claim or (candidates[0] if candidates else None)
    for fault in () if first is None else first.faults:
        if fault.alias is not None:
            return note_of(fault, fault.alias)
    return None


def _said(query: Query, detail: str) -> str:
    """Return what a query says of a detail of its address, empty where it says nothing."""
    if detail == "group":
        return query.group
    element = query.chain.number if detail == "suffix" else getattr(query.chain, detail)
    if element is None:
        return ""
    return element.value.partition("-")[2] if detail == "suffix" else element.value


def _key(one: Found, depth: int) -> tuple[int, ...] | None:
    """Return what identifies a candidate down to 1 place, 2 zone, 3 building, 4 stair."""
    unit = (one.place, one.zone, one.building, one.stair)
    if depth > 1 and unit[depth - 1] < 0:
        return None
    return unit[:depth]


def _cut(one: Found, depth: int) -> Found:
    """Return a candidate cut down to 1 place, 2 zone, 3 building, 4 stair."""
    zone, building, stair = (
        number if depth > place else -1
        for place, number in enumerate((one.zone, one.building, one.stair), start=1)
    )
    return Found(one.place, zone, building, stair, one.first, one.last, one.lead, one.lacks)


def _element_fault(query: Query, one: Found, element: str, fault: str) -> Fault:
    said = getattr(query.chain, element, None)
    if said is not None:
        span = query.written.span(said.start, said.end)
        return Fault(element, fault, query.written.original[slice(*span)], None, span)
    if element == "zone" and one.chunk is not None and one.chunk.zone:
        end = one.chunk.start + len(one.chunk.name)
        start = end if not one.chunk.name.endswith(one.chunk.zone) else end - len(one.chunk.zone)
        span = query.written.span(start, start + len(one.chunk.zone))
        return Fault(element, fault, query.written.original[slice(*span)], None, span)
    return Fault(element, fault)
