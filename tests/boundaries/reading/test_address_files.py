"""Whole files of addresses get the answers that single calls get."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from boundaries.address_files import answer_file, result_columns
from boundaries.address_records import MATCHED, OF_LEVEL
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
    "印刷厂宿舍1号楼2单元",
    "人民路8号对面",
    # what callers add is no part of an address, but makes some texts of another kind
    "滨河小区1号楼1单元 13800000001",
    "滨河小区1号楼1单元(王女士)",
    "38.283936,111.671445 13800000002",
    "38.283936,111.671445",
    "13800000003",
    "滨河小区1号楼对面",
    "滨河小区对面 13800000004",
    f"{'请问' * 150}滨河小区1号楼",
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
        assert dict(zip(heading[3:], row[3:], strict=True)) == told(side, text)


def told(side: ReadSide, text: str) -> dict[str, str]:
    """Return the result columns that a single call's answer makes."""
    answer = lookup_address(side, text, at=AT, view="duty")
    best = answer.candidates[0] if answer.candidates else {}
    values: dict[str, object] = {
        "status": answer.status,
        "grade": answer.grade,
        "p": best.get("p"),
        "p_none": round(answer.p_none, 6),
        "precision": answer.precision,
        "matched": best.get("text"),
        **{name: best.get(name) for name in MATCHED[1:]},
        "faults": ";".join(fault["code"] for fault in answer.faults),
        "ask": answer.ask and answer.ask.text("zh"),
        "note": answer.note and answer.note.text("zh"),
        "plan": answer.plan_name,
        "as_of": answer.as_of.isoformat(),
        "overlays": ";".join(each.code for each in answer.overlays),
        "overlay_names": ";".join(each.name or "" for each in answer.overlays),
        "overlay_p": ";".join(str(round(each.p, 6)) for each in answer.overlays),
    }
    for name in OF_LEVEL:
        for number in (1, 2, 3):
            values[f"level{number}_{name}"] = None
        for level in answer.levels:
            value = getattr(level, name)
            values[f"level{level.level}_{name}"] = round(value, 6) if name == "p" else value
    return {name: "" if value is None else str(value) for name, value in values.items()}


class StoppedError(Exception):
    pass


def stop_behind(rows: int) -> Callable[[int], None]:
    def progress(done: int) -> None:
        if done >= rows:
            raise StoppedError

    return progress


def test_an_interrupted_run_goes_on_where_it_stopped(
    side: ReadSide, source: Path, tmp_path: Path
) -> None:
    target, part = tmp_path / "out.csv", tmp_path / "out.csv.part.csv"
    answer_file(side, source, target, at=AT)
    whole = target.read_bytes()
    target.unlink()
    with pytest.raises(StoppedError):
        answer_file(side, source, target, at=AT, chunk_rows=2, progress=stop_behind(4))
    # the power went while a row with a line break in it was written
    part.write_bytes(part.read_bytes() + b'4,"half\n')
    done = answer_file(side, source, target, at=AT)
    assert done.resumed == 4
    assert target.read_bytes() == whole
    assert sorted(path.name for path in tmp_path.glob("out*")) == ["out.csv"]


def test_a_run_goes_on_for_the_moment_that_it_began_at(
    side: ReadSide, source: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out.csv"
    with pytest.raises(StoppedError):
        answer_file(side, source, target, chunk_rows=2, progress=stop_behind(4))
    assert answer_file(side, source, target).resumed == 4
    heading, *rows = read(target)
    assert len({row[heading.index("as_of")] for row in rows}) == 1


@pytest.mark.parametrize("changed", ["source", "level", "at"])
def test_a_run_of_something_else_begins_anew(
    side: ReadSide, source: Path, tmp_path: Path, changed: str
) -> None:
    target = tmp_path / "out.csv"
    with pytest.raises(StoppedError):
        answer_file(side, source, target, at=AT, chunk_rows=2, progress=stop_behind(4))
    if changed == "source":
        source.write_text("地址\n人民路8号\n", encoding="utf-8")
    at = AT + timedelta(days=1) if changed == "at" else AT
    done = answer_file(side, source, target, at=at, level=1 if changed == "level" else None)
    assert done.resumed == 0
    assert len(read(target)) == done.rows + 1


def test_any_number_of_workers_writes_the_same(
    side: ReadSide, source: Path, tmp_path: Path
) -> None:
    one = answer_file(side, source, tmp_path / "one.csv", at=AT, workers=1)
    two = answer_file(side, source, tmp_path / "two.csv", at=AT, workers=2, chunk_rows=2)
    assert one == two
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_an_address_said_twice_gets_the_same_answer(side: ReadSide, tmp_path: Path) -> None:
    source = tmp_path / "twice.csv"
    source.write_text("地址,n\n人民路8号,1\n滨河小区1号楼,2\n人民路8号,3\n", encoding="utf-8")
    answer_file(side, source, tmp_path / "out.csv", at=AT)
    _, first, other, second = read(tmp_path / "out.csv")
    assert first[2:] == second[2:]
    assert first[2:] != other[2:]


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
