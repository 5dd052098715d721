"""Other readings of the chain that the same words allow; the register decides between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geo.address.reading import Reading

_HAN_DIGITS = "一二三四五六七八九"
_CLASSIFIERS = ("楼", "栋", "幢", "座", "#", "号")
_ROOM_DIGITS = 3
LONGEST_RANGE = 30


def other_readings(text: str, first: Reading) -> list[Reading]:
    """Return the other readings that the same words allow, the likelier first."""
    readings = (
        _zone_letter(first),
        _in_zone(text, first),
        _one_building(text, first),
        *_floor_or_number(text, first),
        _floor_is_building(text, first),
        _number_is_building(first),
        _short_year(first),
        _several_buildings(first),
        _spelled_tens(text, first),
    )
    return [reading for reading in readings if reading is not None]


def _zone_letter(first: Reading) -> Reading | None:
    """Return 锦绣华庭A3号楼 read as building 3 of zone A."""
    building = first.building
    if building is None or not building.start or not re.fullmatch(r"[A-Z]\d+", building.value):
        return None
    digits = building._replace(value=building.value[1:], start=building.start + 1)
    return first._replace(building=digits)


def _one_building(text: str, first: Reading) -> Reading | None:
    """Return 3-501 read as stair and room of a compound that is one building."""
    building, room = first.building, first.room
    if building is None or room is None or first.stair is not None or first.floor is not None:
        return None
    if text[building.end : room.start] not in ("-", "/"):
        return None
    if text[building.start : building.end].endswith(_CLASSIFIERS):
        return None
    return first._replace(building=None, stair=building._replace(kind="stair"))


def _floor_or_number(text: str, first: Reading) -> Iterator[Reading]:
    """Yield a building read as floor (5楼) and as house number (12号, 12)."""
    building = first.building
    if building is None or not building.value.isdigit() or first.number is not None:
        return
    words = text[building.start : building.end]
    if words.endswith("楼") and words[:-1].isdigit() and first.stair is None:
        yield first._replace(building=None, floor=building._replace(kind="floor"))
    alone = first.stair is None and first.room is None
    if words.endswith("号") or (words == building.value and alone):
        yield first._replace(building=None, number=building._replace(kind="number"))


def _floor_is_building(text: str, first: Reading) -> Reading | None:
    floor = first.floor
    if first.building is not None or floor is None or text[floor.end - 1] != "楼":
        return None
    if first.stair is not None and first.stair.end <= floor.start:
        return None  # 1单元4楼
    return first._replace(building=floor._replace(kind="building"), floor=None)


def _number_is_building(first: Reading) -> Reading | None:
    """Return 人民路12号3单元, 荷塘月色12号 read with the house number as the building's."""
    if first.building is not None or first.number is None:
        return None
    return first._replace(building=first.number._replace(kind="building"), number=None)


def _several_buildings(first: Reading) -> Reading | None:
    """Return 13-17号楼 read as any of them rather than one that is called so."""
    building = first.building
    low, _, high = ("", "", "") if building is None else building.value.partition("-")
    if building is None or not (low.isdigit() and high.isdigit()):
        return None
    if not int(low) < int(high) <= int(low) + LONGEST_RANGE:
        return None
    several = ",".join(str(number) for number in range(int(low), int(high) + 1))
    return first._replace(building=building._replace(value=several))


def _short_year(first: Reading) -> Reading | None:
    """Return 2015-1-502 read as 15-1-502: spreadsheets take 15-1 for a month."""
    building = first.building
    if building is None or not re.fullmatch(r"20[0-4]\d", building.value):
        return None
    return first._replace(building=building._replace(value=str(int(building.value[2:]))))


def _spelled_tens(text: str, first: Reading) -> Reading | None:
    """Return 小区二3号楼 read as 23 rather than 3 of a name that ends in a numeral (二期)."""
    building = first.building
    if building is None or len(building.value) != 1 or not building.start:
        return None
    if text[building.start - 1] not in _HAN_DIGITS:
        return None
    tens = _HAN_DIGITS.index(text[building.start - 1]) + 1
    joined = building._replace(value=f"{tens}{building.value}", start=building.start - 1)
    return first._replace(building=joined)


def _in_zone(text: str, first: Reading) -> Reading | None:
    """Return C-3-2 and 1-3-2 read as zone, building and stair rather than building, stair, room."""
    building, stair, room = first.building, first.stair, first.room
    if building is None or stair is None or first.zone is not None or first.floor is not None:
        return None
    words = text[building.start : stair.end]
    letter = building.value.isalpha() and building.value.isascii()
    is_stair = room is not None and room.value.isdigit() and len(room.value) < _ROOM_DIGITS
    if not words[-1:].isdigit() or not text[building.start : building.end].isalnum():
        return None
    if not stair.value.isdigit() or not (letter or is_stair):
        return None
    return first._replace(
        zone=building._replace(kind="zone"),
        building=stair._replace(kind="building"),
        stair=room._replace(kind="stair") if room is not None and is_stair else None,
        room=None if is_stair else room,
    )
