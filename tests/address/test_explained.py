"""Characters are told apart by words that hold them, and by their radicals."""

from __future__ import annotations

import re

import pytest

from geo.address.explained import with_explained

CASES = [
    # one or several, behind the name or behind all
    ("华府家园，嘉兴的嘉，3号楼", "华府嘉园，3号楼"),
    ("华府家园，佳人的佳，草字头的苑，3号楼", "华府佳苑，3号楼"),
    ("华府家园（嘉奖的嘉、花园的园）3号楼", "华府嘉园（，）3号楼"),
    ("紫荆嘉园，宝盖头那个家，口字框的园，北区", "紫荆家园，北区"),
    ("5号楼1单元，兴盛家园，是单人旁的佳，草头的那个苑", "5号楼1单元，兴盛佳苑"),
    # 元 of 单元 sounds like 苑, and is not meant
    ("3号楼2单元，华府家园，佳人的佳、草字头的苑", "3号楼2单元，华府佳苑"),
    # what was heard right stays
    ("学府雅居，文雅的雅，居住的居，3号楼", "学府雅居，3号楼"),
    # no explanations
    ("东村的东区3号楼", "东村的东区3号楼"),
    ("滨河花园的园丁", "滨河花园的园丁"),
    ("我家在东村的村委会", "我家在东村的村委会"),
    ("滨河花园，最里面的那栋", "滨河花园，最里面的那栋"),
]


@pytest.mark.parametrize(("text", "meant"), CASES)
def test_explained_characters_stand_where_they_were_said(text: str, meant: str) -> None:
    found = with_explained(text)
    assert len(found) == len(text)
    assert re.sub("[ ，、]+", "，", found).strip("，") == re.sub("，+", "，", meant).strip("，")
