"""Official, old and colloquial names: each finds its place and is said to be what it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from geo.address import AddressIndex, Match, propose_alias, with_alias
from geo.aliases import AliasKind
from geo.problem import InputError

COMPOUNDS = {
    "农业农村局家属院": "农业局宿舍[old 1990-01-01/2015-07-01];农大院[colloquial]",
    "兴业名苑": "新华印刷厂[old];兴业苑[official 2010-01-01/];兴业小区",
    # one name, two places: it was the first's until 2015, and is the other's since
    "西河家园": "凤凰公寓[old 2000-01-01/2015-01-01]",
    "凤凰公寓": "凤凰公寓[official 2015-01-01/]",
}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    rows = [
        {
            "text": f"东村镇人民路{number}号{compound}{building}号楼{stair}单元",
            "town": "东村镇",
            "road": "人民路",
            "number": str(number),
            "compound": compound,
            "building": str(building),
            "stair": str(stair),
            "aliases": aliases,
        }
        for number, (compound, aliases) in enumerate(COMPOUNDS.items(), start=1)
        for building in range(1, 4)
        for stair in (1, 2)
    ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def index(frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> AddressIndex:
    """Return an index that was saved and opened again."""
    folder: Path = tmp_path_factory.mktemp("index")
    AddressIndex.build(frame).save(folder)
    return AddressIndex.open(folder)


def told(match: Match) -> tuple[str | None, str, str]:
    """Return the compound, the fault of its name and the sentence about it."""
    first = match.candidates[0]
    assert match.note is not None
    return first.compound, first.faults[0].code, match.note.text("zh")


@pytest.mark.parametrize(
    ("text", "at", "compound", "fault", "sentence"),
    [
        (
            "农业局宿舍2号楼1单元",
            date(2026, 1, 1),
            "农业农村局家属院",
            "name.is_old",
            "旧称“农业局宿舍” (1990-01-01/2015-07-01)，今“农业农村局家属院”。",
        ),
        (
            "农业局宿舍2号楼1单元",
            date(2010, 1, 1),
            "农业农村局家属院",
            "name.is_alias",
            "当时称“农业局宿舍” (1990-01-01/2015-07-01)，今“农业农村局家属院”。",
        ),
        (
            "农业局宿舍2号楼1单元",
            date(1980, 1, 1),
            "农业农村局家属院",
            "name.is_not_yet",
            "“农业局宿舍” (1990-01-01/2015-07-01)当时还不是“农业农村局家属院”的名称。",
        ),
        (
            "农大院2号楼",
            date(2026, 1, 1),
            "农业农村局家属院",
            "name.is_alias",
            "俗称“农大院”，即“农业农村局家属院”。",
        ),
        (
            "新华印刷厂2号楼",
            None,
            "兴业名苑",
            "name.is_old",
            "旧称“新华印刷厂”，今“兴业名苑”。",
        ),
        (
            "兴业苑2号楼",
            date(2026, 1, 1),
            "兴业名苑",
            "name.is_alias",
            "“兴业苑” (2010-01-01/..)是“兴业名苑”的正式名称。",
        ),
        (
            "兴业小区2号楼",
            date(2026, 1, 1),
            "兴业名苑",
            "name.is_alias",
            "又称“兴业小区”，即“兴业名苑”。",
        ),
    ],
)
def test_an_alias_is_said_to_be_what_it_is(
    index: AddressIndex, text: str, at: date | None, *, compound: str, fault: str, sentence: str
) -> None:
    match = index.match(text, at=at)
    assert told(match) == (compound, fault, sentence)
    assert match.claim is not None


def test_an_answer_holds_the_kind_and_the_period(index: AddressIndex) -> None:
    (fault,) = index.match("农业局宿舍2号楼1单元").candidates[0].as_dict()["faults"]
    assert fault["given"] == "农业局宿舍"
    assert fault["matched"] == "农业农村局家属院"
    assert fault["alias"] == {
        "name": "农业局宿舍",
        "kind": "old",
        "valid_from": "1990-01-01",
        "valid_until": "2015-07-01",
    }


def test_a_name_of_today_needs_no_note(index: AddressIndex) -> None:
    match = index.match("农业农村局家属院2号楼1单元", at=date(2026, 1, 1))
    assert match.note is None
    assert match.grade == "A"


def test_a_name_means_the_place_that_bears_it_at_the_time(index: AddressIndex) -> None:
    for at, first in (
        (date(2026, 1, 1), "凤凰公寓"),
        (date(2015, 1, 1), "凤凰公寓"),
        (date(2014, 12, 31), "西河家园"),
    ):
        match = index.match("凤凰公寓2号楼1单元", at=at)
        assert match.candidates[0].compound == first
        assert {one.compound for one in match.candidates} == {"凤凰公寓", "西河家园"}
        assert match.candidates[0].p > 0.9


def test_the_order_of_the_rows_decides_nothing(frame: pd.DataFrame, index: AddressIndex) -> None:
    other = AddressIndex.build(frame.iloc[::-1].reset_index(drop=True))
    for text in ("凤凰公寓2号楼1单元", "农大院2号楼"):
        match = other.match(text, at=date(2014, 1, 1))
        assert told(match) == told(index.match(text, at=date(2014, 1, 1)))


def test_a_learnt_alias_has_a_kind_and_a_period(frame: pd.DataFrame, index: AddressIndex) -> None:
    row = int(index.match("兴业名苑2号楼1单元").candidates[0].rows[0])
    proposal = propose_alias(index, "大钟楼院2号楼", row)
    assert proposal is not None
    taught = with_alias(frame, proposal, kind=AliasKind.OLD, valid_until=date(2020, 1, 1))
    assert taught["aliases"].iloc[row].endswith(";大钟楼院[old ../2020-01-01]")
    match = AddressIndex.build(taught).match("大钟楼院2号楼", at=date(2026, 1, 1))
    assert told(match)[:2] == ("兴业名苑", "name.is_old")


def test_a_damaged_alias_is_named(frame: pd.DataFrame) -> None:
    with pytest.raises(InputError):
        AddressIndex.build(frame.assign(aliases="甲[old 从前]"))
