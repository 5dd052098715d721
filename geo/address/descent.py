"""From a place down to the zone, building and stair that a query names."""

from __future__ import annotations

import math

from geo.address.features import (
    BUILDING_ABSENT,
    SIZE,
    STAIR_ABSENT,
    ZONE_ABSENT,
    ZONE_UNSAID,
    Found,
    Lead,
)
from geo.address.reading import Element
from geo.address.register import BUILDING_STEP, PLACE_STEP, STAIR_STEP, ZONE_STEP, Register
from geo.address.units import zone_id

Unit = tuple[int, int, int, int]
"""Zone, building, first and last unit."""


class Descent:
    """Finds the units of places in one register; never finer than query and register support."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self._zones_of = register.zones_of
        self._sizes = [math.log(size + 1) for size in register.sizes]
        self._number_of = {
            name: {word: number for number, word in enumerate(register.words[name])}
            for name in ("zones", "buildings", "stairs")
        }

    def units(self, lead: Lead) -> list[Found]:
        """Return a place down to the units that its query names."""
        query = lead.query
        zones, lacks = self._zones(lead)
        building, stair = query.chain.building, query.chain.stair
        if query.relation is not None:
            stair = None  # what is beside a building has no stair
        zone = zones[0] if len(zones) == 1 else -1
        if building is None and stair is None:
            if not lacks or "zone.missing" in lacks:
                lead.features[SIZE] = self._sizes[lead.place]
            return [self._coarse(lead, zone, lacks)]
        if "zone.not_in_register" in lacks:
            return [self._coarse(lead, -1, lacks)]
        held = self._buildings(lead.place, zones, building)
        if not held:
            lead.features[BUILDING_ABSENT] = 1.0
            missing = "building.not_in_register" if building else "building.missing"
            return [self._coarse(lead, zone, (*lacks, missing))]
        if len(held) == 1:
            return [self._stair(lead, held[0], stair, lacks)]
        return [
            self._stair(lead._replace(features=list(lead.features)), unit, stair, lacks)
            for unit in held
        ]

    def _zones(self, lead: Lead) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Return the zones that may be meant, and what is amiss with them."""
        chunk = lead.chunk
        said = zone_id(chunk.zone) if chunk is not None and chunk.zone else lead.query.zone
        held = self._zones_of[lead.place]
        if said:
            number = self._number_of["zones"].get(said, -1)
            if number not in held and said.endswith("期") and lead.query.chain.zone is not None:
                number = self._number_of["zones"].get(said[:-1], -1)  # 2-12-1 in 二区
            if number in held:
                return (number,), ()
            lead.features[ZONE_ABSENT] = 1.0
            return held, ("zone.not_in_register",)
        if 0 in held:
            return held, ()
        lead.features[ZONE_UNSAID] = 1.0
        return held, ("zone.missing",)

    def _buildings(
        self, place: int, zones: tuple[int, ...], building: Element | None
    ) -> list[Unit]:
        known = self._number_of["buildings"]
        said = [""] if building is None else building.value.split(",")
        held = []
        for number in (known.get(one, -1) for one in said):
            for zone in zones if number >= 0 else ():
                low = place * PLACE_STEP + zone * ZONE_STEP + number * BUILDING_STEP
                first, last = self.register.units(low, low + BUILDING_STEP, place)
                if last > first:
                    held.append((zone, number, first, last))
        return held

    def _stair(
        self, lead: Lead, unit: Unit, stair: Element | None, lacks: tuple[str, ...]
    ) -> Found:
        zone, building, first, last = unit
        if stair is None or "," in stair.value:
            return Found(lead.place, zone, building, -1, first, last, lead, lacks)
        number = self._number_of["stairs"].get(stair.value, -1)
        if number >= 0:
            low = lead.place * PLACE_STEP + zone * ZONE_STEP + building * BUILDING_STEP + number
            one, behind = self.register.units(low, low + STAIR_STEP, lead.place)
            if behind > one:
                return Found(lead.place, zone, building, number, one, behind, lead, lacks)
        lead.features[STAIR_ABSENT] = 1.0
        missing = (*lacks, "stair.not_in_register")
        return Found(lead.place, zone, building, -1, first, last, lead, missing)

    def _coarse(self, lead: Lead, zone: int, lacks: tuple[str, ...]) -> Found:
        """Return the place, or a zone of it."""
        place = lead.place
        first, last = self.register.starts[place : place + 2]
        if zone >= 0 and len(self._zones_of[place]) > 1:
            low = place * PLACE_STEP + zone * ZONE_STEP
            first, last = self.register.units(low, low + ZONE_STEP, place)
        return Found(place, zone, -1, -1, first, last, lead, lacks)
