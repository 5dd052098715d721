"""Put an address' text together from a table that keeps its parts in columns of their own."""

from __future__ import annotations

import re

import pandas as pd

from geo.layers.names import guessed
from geo.layers.values import as_text, is_empty

_PARTS = (
    ("乡镇 街道 镇 乡 乡镇街道 鄉鎮市區 district town", ""),
    ("行政村 社区 村 里 村里 村居 village", ""),
    ("邻 鄰 lin", "鄰"),
    ("道路 路名 街路名 街路巷 街巷 路 街 街路 road street", ""),
    ("巷 lane", "巷"),
    ("弄 alley", "弄"),
    ("门牌号 門牌號 门牌 門牌 号 號 housenumber number", "号"),
    ("小区 小区名称 院落 院 compound estate", ""),
    ("分区 区 期 zone", ""),
    ("楼栋 楼栋号 楼号 幢 栋 building", "号楼"),
    ("单元 单元号 梯 unit stair", "单元"),
    ("楼层 樓 樓層 层 floor", "樓"),
)
"""Usual names of the columns of each part, in the order of an address, and what a bare number
takes behind it."""

_ROAD = range(3, 6)
_BARE = re.compile(r"[0-9０-９一二三四五六七八九十百之\-]+")
_FEWEST = 2


def composed(table: pd.DataFrame) -> pd.Series | None:
    """Return the text of every row's address; None where the table has no such columns.

    A number that stands alone takes the word that belongs to its column: 8 under 鄰 is 8鄰.
    """
    return _joined(table, range(len(_PARTS)), fewest=_FEWEST)


def composed_road(table: pd.DataFrame) -> pd.Series | None:
    """Return road, lane and alley as one; None where the table has no lane of its own."""
    names = list(table.columns)
    if not any(guessed(_PARTS[part][0], names) for part in _ROAD[1:]):
        return None
    return _joined(table, _ROAD, fewest=1)


def _joined(table: pd.DataFrame, parts: range, *, fewest: int) -> pd.Series | None:
    found: list[list[str]] = []
    free = [str(name) for name in table.columns]
    for part in parts:
        names, word = _PARTS[part]
        heading = guessed(names, free)
        if heading is None:
            continue
        free.remove(heading)
        if any(character in heading for character in "號門樓鄰"):
            word = word.replace("号", "號")
        elif word in ("鄰", "樓"):
            word = {"鄰": "邻", "樓": "楼"}[word]
        found.append([_with_word(value, word) for value in table[heading].tolist()])
    if len(found) < fewest:
        return None
    return pd.Series(["".join(row) for row in zip(*found, strict=True)], dtype=object)


def _with_word(value: object, word: str) -> str:
    if is_empty(value):
        return ""
    text = as_text(value)
    return f"{text}{word}" if _BARE.fullmatch(text) else text
