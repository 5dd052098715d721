"""Aliases by kind and date: how a register writes them, and the columns that files have."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from geo.aliases import Alias, AliasError, AliasKind, read_aliases, write_aliases
from geo.layers import read_layer
from geo.problem import InputError


@pytest.mark.parametrize(
    ("text", "alias"),
    [
        ("农大院", Alias("农大院")),
        ("农大院[colloquial]", Alias("农大院", AliasKind.COLLOQUIAL)),
        ("印刷厂(旧称)", Alias("印刷厂", AliasKind.OLD)),
        (
            "印刷厂[old 1990-01-01/2015-07-01]",
            Alias("印刷厂", AliasKind.OLD, date(1990, 1, 1), date(2015, 7, 1)),
        ),
        ("印刷厂（曾用名 至2015年7月）", Alias("印刷厂", AliasKind.OLD, None, date(2015, 7, 1))),
        ("新苑[2015/..]", Alias("新苑", None, date(2015, 1, 1), None)),
        # brackets that say neither are part of the name
        ("滨河(北)", Alias("滨河(北)")),
        ("滨河(2000)", Alias("滨河(2000)")),
    ],
)
def test_an_alias_may_say_its_kind_and_period(text: str, alias: Alias) -> None:
    assert read_aliases(text) == (alias,)
    assert read_aliases(str(alias)) == (alias,)


@pytest.mark.parametrize("text", ["甲[old 2015-13-01/]", "甲[old 2015/2010]", "甲[旧称 从前]"])
def test_a_note_that_is_neither_is_refused(text: str) -> None:
    with pytest.raises(AliasError):
        read_aliases(text)


def test_each_alias_is_written_once() -> None:
    assert write_aliases(read_aliases("甲;乙[old];甲；乙（旧称）")) == "甲;乙[old]"


TABLE = {
    "经度": ["111.6", "111.7", "111.8"],
    "纬度": ["38.2", "38.2", "38.2"],
    "地址": ["甲路1号", "甲路2号", "甲路3号"],
    "别名": ["一号院", "", None],
    "曾用名": ["印刷厂", "农委", ""],
    "曾用名启用日期": ["1990-01-01", "", "2000-01-01"],
    "曾用名停用日期": ["2015-07-01", "2008", ""],
    "俗称": ["", "大院", ""],
}
PLACES = gpd.points_from_xy([111.6, 111.7, 111.8], [38.2] * 3)
EXPECTED = [
    "一号院;印刷厂[old 1990-01-01/2015-07-01]",
    "农委[old ../2008-01-01];大院[colloquial]",
    None,
]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".gpkg"])
def test_columns_of_each_kind_become_one(tmp_path: Path, suffix: str) -> None:
    table = pd.DataFrame(TABLE)
    path = tmp_path / f"addresses{suffix}"
    if suffix == ".csv":
        table.to_csv(path, index=False)
    elif suffix == ".xlsx":
        table.to_excel(path, index=False)
    else:
        gpd.GeoDataFrame(table, geometry=PLACES, crs="EPSG:4490").to_file(path)
    aliases = read_layer(path, "addresses")["aliases"].tolist()
    assert aliases == EXPECTED


def test_a_column_may_tell_the_kind(tmp_path: Path) -> None:
    path = tmp_path / "addresses.csv"
    path.write_text(
        "lon,lat,address,alias,alias_kind,alias_until\n"
        "111.6,38.2,甲路1号,老厂,旧称,2015-01-01\n"
        "111.6,38.2,甲路2号,大院,俗称,\n",
        "utf-8",
    )
    aliases = read_layer(path, "addresses")["aliases"].tolist()
    assert aliases == ["老厂[old ../2015-01-01]", "大院[colloquial]"]


def test_every_bad_cell_is_named(tmp_path: Path) -> None:
    path = tmp_path / "addresses.csv"
    path.write_text(
        "lon,lat,地址,别名,别名类型,曾用名,曾用名起,曾用名止\n"
        "111.6,38.2,甲路1号,老厂[old 从前],,,,\n"
        "111.6,38.2,甲路2号,大院,绰号,,,\n"
        "111.6,38.2,甲路3号,,,农委,昨天,\n"
        "111.6,38.2,甲路4号,,,农委,2010,2005\n",
        "utf-8",
    )
    with pytest.raises(InputError) as raised:
        read_layer(path, "addresses")
    told = [(each.row, each.column, each.message.key) for each in raised.value.problems]
    assert told == [
        (1, "别名", "layers.not_an_alias"),
        (2, "别名类型", "layers.not_an_alias_kind"),
        (3, "曾用名起", "layers.not_a_date"),
        (4, "曾用名止", "layers.alias_ends_first"),
    ]
