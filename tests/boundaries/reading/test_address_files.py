"""Whole files of addresses get the answers that single calls get."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from boundaries.address_files import answer_file, result_columns
from boundaries.home import Home
from boundaries.lookup import lookup_address
from boundaries.readside import ReadSide
from geo.problem import InputError

AT = datetime(2026, 6, 1, tzinfo=UTC)
ADDRESSES = [
    "滨河小区1号楼1单元",
    "滨河小区1号楼2单元",
    "滨河小区,1号楼",
    "人民路8号",
    "碧桂园3号楼",
    "",
    "滨河小区9号楼",
]


@pytest.fixture
def side(published_home: Home) -> ReadSide:
    return ReadSide(published_home)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "calls.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["编号", "地址", "备注"])
        writer.writerows([str(one), text, f"n{one}"] for one, text in enumerate(ADDRESSES))
    return path


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_columns_stay_and_results_follow_in_a_fixed_order(
    side: ReadSide, source: Path, tmp_path: Path
) -> None:
    done = answer_file(side, source, tmp_path / "out.csv", at=AT)
    heading, *rows = read(tmp_path / "out.csv")
    assert heading == ["编号", "地址", "备注", *result_columns((1, 2, 3))]
    assert [row[:3] for row in rows] == [
        [str(one), text, f"n{one}"] for one, text in enumerate(ADDRESSES)
    ]
    assert done.rows == len(ADDRESSES)
    assert sum(done.by_status.values()) == len(ADDRESSES)


def test_each_row_is_answered_as_a_single_call_is(
    side: ReadSide, source: Path, tmp_path: Path
) -> None:
    answer_file(side, source, tmp_path / "out.csv", at=AT)
    heading, *rows = read(tmp_path / "out.csv")
    for text, row in zip(ADDRESSES, rows, strict=True):
        answer = lookup_address(side, text, at=AT, view="duty")
        told = dict(zip(heading, row, strict=True))
        assert told["status"] == answer.status
        assert told["p_none"] == str(round(answer.p_none, 6))
        for level in answer.levels:
            assert told[f"level{level.level}_code"] == (level.code or "")
            assert told[f"level{level.level}_state"] == level.state


def test_an_interrupted_run_goes_on_where_it_stopped(
    side: ReadSide, source: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out.csv"
    answer_file(side, source, target, at=AT)
    whole = target.read_bytes()
    part = target.with_name("out.csv.part.csv")
    target.unlink()
    lines = whole.split(b"\r\n")
    part.write_bytes(b"\r\n".join(lines[:4]) + b"\r\n" + lines[4][:7])
    done = answer_file(side, source, target, at=AT)
    assert done.resumed == 3
    assert target.read_bytes() == whole
    assert not part.exists()


def test_reads_and_writes_xlsx(side: ReadSide, tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["地址", "数"])
    book.active.append(["滨河小区1号楼1单元", 7])
    book.save(tmp_path / "calls.xlsx")
    answer_file(side, tmp_path / "calls.xlsx", tmp_path / "out.xlsx", at=AT)
    rows = list(load_workbook(tmp_path / "out.xlsx").worksheets[0].iter_rows(values_only=True))
    assert rows[0][:3] == ("地址", "数", "status")
    assert rows[1][:3] == ("滨河小区1号楼1单元", "7", "match")


def test_bad_files_are_told(side: ReadSide, source: Path, tmp_path: Path) -> None:
    for column, target in (("没有", "out.csv"), ("地址", "out.txt")):
        with pytest.raises(InputError):
            answer_file(side, source, tmp_path / target, column=column, at=AT)
