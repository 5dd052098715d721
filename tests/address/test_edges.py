"""Registers that are empty, thin or odd."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.address import AddressIndex, Status, parse
from geo.layers.schema import empty_layer

COLUMNS = ("town", "village", "road", "number", "compound", "zone", "building", "stair", "aliases")


def of_texts(*texts: str, **columns: list[str | None]) -> pd.DataFrame:
    frame = pd.DataFrame({"text": list(texts)})
    for name in COLUMNS:
        frame[name] = columns.get(name)
    return frame


def test_an_empty_register_finds_nothing(tmp_path: Path) -> None:
    index = AddressIndex.build(empty_layer("addresses"))
    index.save(tmp_path)
    for each in (index, AddressIndex.open(tmp_path)):
        assert each.match("滨河小区3号楼").status is Status.NO_MATCH
        assert each.suggest("滨") == []


def test_texts_alone_are_taken_apart() -> None:
    index = AddressIndex.build(
        of_texts("岚县东村镇秀容路57号滨河花园3号楼2单元", "城关镇解放路12号")
    )
    claim = index.match("滨河花园3栋2门").claim
    assert claim is not None
    assert (claim.compound, claim.building, claim.stair) == ("滨河花园", "3", "2")
    assert index.match("解放路12号").candidates[0].rows.tolist() == [1]


@pytest.mark.parametrize("placeholder", ["无", "-", "暂无", "/", "", None])
def test_placeholders_of_uploads_mean_nothing(placeholder: str | None) -> None:
    frame = of_texts(
        "滨河花园3号楼", compound=["滨河花园"], building=["3号楼"], stair=[placeholder]
    )
    (candidate,) = AddressIndex.build(frame).match("滨河花园3号楼").candidates
    assert candidate.stair is None
    assert candidate.rows.tolist() == [0]


def test_a_range_of_buildings_is_each_of_them() -> None:
    frame = of_texts(
        "滨河花园1-10幢",
        "滨河花园11幢",
        compound=["滨河花园", "滨河花园"],
        building=["1-10幢", "11幢"],
    )
    index = AddressIndex.build(frame)
    for building, row in ((1, 0), (7, 0), (10, 0), (11, 1)):
        assert index.match(f"滨河花园{building}号楼").candidates[0].rows.tolist() == [row]
    assert "building.not_in_register" in {
        fault.code for fault in index.match("滨河花园12号楼").candidates[0].faults
    }


def test_the_same_name_in_two_towns_is_asked_about() -> None:
    frame = of_texts(
        "甲镇滨河花园1号楼",
        "乙镇滨河花园1号楼",
        town=["甲镇", "乙镇"],
        compound=["滨河花园", "滨河花园"],
        building=["1号楼", "1号楼"],
    )
    index = AddressIndex.build(frame)
    match = index.match("滨河花园1号楼")
    assert match.status is Status.AMBIGUOUS
    assert match.ask is not None
    assert match.ask.key == "address.ask_town"
    assert index.match("乙镇滨河花园1号楼").candidates[0].rows.tolist() == [1]


def test_where_no_area_is_known_nothing_that_fits_is_foreign() -> None:
    frame = of_texts("滨河花园1号楼", compound=["滨河花园"], building=["1号楼"])
    assert AddressIndex.build(frame).match("岚县滨河花园1号楼").status is Status.MATCH
    told = AddressIndex.build(frame, areas=["岚县"])
    assert told.match("岚县滨河花园1号楼").status is Status.MATCH
    assert told.match("方山县滨河花园1号楼").status is Status.OUT_OF_AREA


def test_a_very_long_text_is_answered_at_once() -> None:
    """A page pasted by mistake must not hold a worker up."""
    frame = of_texts("滨河花园1号楼", compound=["滨河花园"], building=["1号楼"])
    index = AddressIndex.build(frame)
    for text in ("滨" * 5000, "滨河花园1号楼" * 500, "1-" * 4000, "一" * 3000, "(" * 3000):
        began = time.thread_time()
        match = index.match(text)
        parse(text)
        index.suggest(text)
        assert time.thread_time() - began < 1
        assert np.isclose(sum(one.p for one in match.candidates) + match.p_none, 1)
