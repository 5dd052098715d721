"""Coordinates pasted in place of an address."""

from __future__ import annotations

import pytest

from geo.pasted import pasted_point

PLACE = (111.671445, 38.283936)


@pytest.mark.parametrize(
    "text",
    [
        "111.671445,38.283936",
        "38.283936, 111.671445",
        "38.283936 111.671445",
        "（111.671445，38.283936）",
        "经度111.671445 纬度38.283936",
        "经度：111.671445，纬度：38.283936",
        "北纬38.283936° 东经111.671445°",
        "38.283936N 111.671445E",
        "N38.283936 E111.671445",
        "我的位置：111.671445,38.283936",
    ],
)
def test_a_pair_is_read_in_either_order(text):
    assert pasted_point(text) == PLACE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "御景花园3号楼",
        "111,38",
        "3.5,2.1",
        "111.671445",
        "2.3511,48.8566",  # Paris
        "111.671445,38.283936御景花园",
        "13800138000",
    ],
)
def test_anything_else_is_no_pair(text):
    assert pasted_point(text) is None
