"""A register of a small town: compounds that are easily confused, doors, villages."""

from __future__ import annotations

import pandas as pd
import pytest

from geo.address import AddressIndex

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


def _row(**values: str) -> dict[str, str | None]:
    row = {column: values.get(column) for column in COLUMNS}
    parts = (values.get(name, "") for name in ("town", "village", "road"))
    number = f"{values['number']}号" if "number" in values else ""
    stair = f"{values['stair']}单元" if "stair" in values else ""
    rest = (values.get(name, "") for name in ("compound", "zone", "building"))
    row["text"] = "岚县" + "".join((*parts, number, *rest, stair))
    return row


def _compound(buildings: range, stairs: int, *, zones: tuple[str, ...] = ("",), **values: str):
    return [
        _row(
            building=f"{building}号楼",
            stair=str(stair),
            **({"zone": zone} if zone else {}),
            **values,
        )
        for zone in zones
        for building in buildings
        for stair in range(1, stairs + 1)
    ]


def town_register() -> pd.DataFrame:
    east, west = {"town": "东村镇", "road": "秀容路"}, {"town": "普明镇", "road": "人民大街"}
    rows = [
        *_compound(range(1, 13), 3, number="57", compound="滨河花园", **east),
        *_compound(range(1, 9), 2, number="61", compound="滨河小区", aliases="滨河", **east),
        *_compound(range(1, 9), 2, number="20", compound="滨河苑", **west),
        *_compound(range(1, 7), 3, zones=("A区", "B区"), number="30", compound="锦绣华庭", **west),
        *_compound(range(1, 5), 2, number="12", compound="东方苑一期", **east),
        *_compound(range(1, 5), 2, number="14", compound="东方苑二期", **east),
        *_compound(
            range(1, 5), 2, number="88", compound="农业农村局家属院", aliases="农业局宿舍", **west
        ),
        *_compound(range(1, 4), 2, number="90", compound="第一中学宿舍", **west),
        *_compound(
            range(1, 4), 2, number="92", compound="新华公寓", aliases="新华;老印刷厂", **west
        ),
        *_compound(range(1, 4), 2, number="94", compound="新华新村", aliases="新华", **west),
        *_compound(range(1, 3), 2, number="96", compound="360大厦", **west),
        _row(compound="实验小学", building="教学楼", number="99", **west),
        _row(compound="实验小学", building="办公楼", number="99", **west),
        *_compound(range(1, 4), 2, zones=("北苑", "南苑"), number="98", compound="桂花园", **west),
        *[_row(number=str(number), **east) for number in range(101, 141, 2)],
        _row(number="101之2", **east),
        _row(number="201-205", **east),
        _row(number="212、214", **east),
        *[_row(town="东村镇", village="北村", number=str(number)) for number in range(1, 9)],
    ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="session")
def town_frame() -> pd.DataFrame:
    return town_register()


@pytest.fixture(scope="session")
def town_index(town_frame: pd.DataFrame) -> AddressIndex:
    return AddressIndex.build(town_frame)


@pytest.fixture(scope="session")
def make_row():
    """Return what makes a row of a register."""
    return _row


@pytest.fixture(scope="session")
def make_compound():
    """Return what makes the rows of a compound."""
    return _compound
