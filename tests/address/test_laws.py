"""Laws that hold for every text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from geo.address import AddressIndex, Match

NAMES = (
    "滨河花园",
    "滨河小区",
    "滨河",
    "锦绣华庭",
    "新华",
    "农业局宿舍",
    "秀容路57号",
    "北村",
    "碧桂园",
)
WORDS = (*NAMES, "东村镇", "普明镇", "秀容路", "人民大街", "57号", "A区", "C区", "3号楼", "99号楼")
MORE = (
    "2单元",
    "9单元",
    "501",
    "对面",
    "，",
    " ",
    "你好",
    "3-2-501",
    "花",
    "滨",
    "二",
    "太原市",
    "8、9号楼",
)
TEXTS = st.lists(st.sampled_from((*WORDS, *MORE)), max_size=7).map("".join) | st.text(max_size=12)

quick = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@quick
@given(text=TEXTS)
def test_probabilities_add_up_to_one(town_index: AddressIndex, text: str) -> None:
    match = town_index.match(text)
    total = sum(candidate.p for candidate in match.candidates) + match.p_none
    assert total == pytest.approx(1.0)
    assert [one.p for one in match.candidates] == sorted(
        (one.p for one in match.candidates), reverse=True
    )


@quick
@given(text=TEXTS)
def test_a_claim_is_sure_and_has_rows(town_index: AddressIndex, text: str) -> None:
    match = town_index.match(text)
    if match.claim is not None:
        assert match.claim.p >= 0.98
        assert len(match.claim.rows)
    for candidate in match.candidates:
        assert len(candidate.rows)
        assert len(set(candidate.rows.tolist())) == len(candidate.rows)


@quick
@given(text=TEXTS)
@example(text="滨河花园滨河花园3-2-501秀容路57号，99号楼")
@example(text="滨河花园3号楼1单元和99号楼9单元")
def test_spans_of_faults_lie_in_the_text(town_index: AddressIndex, text: str) -> None:
    for candidate in town_index.match(text).candidates:
        for fault in candidate.faults:
            if fault.span is not None:
                assert text[slice(*fault.span)] == fault.given


def depth(match: Match) -> int:
    claim = match.claim
    if claim is None:
        return 0
    return 1 + sum(part is not None for part in (claim.zone, claim.building, claim.stair))


@pytest.mark.parametrize("name", ["滨河花园", "滨河小区", "锦绣华庭", "东方苑二期", "第一中学宿舍"])
def test_saying_more_never_makes_the_answer_coarser(town_index: AddressIndex, name: str) -> None:
    zone = "B区" if name == "锦绣华庭" else ""
    texts = [name, f"{name}{zone}", f"{name}{zone}3号楼", f"{name}{zone}3号楼2单元"]
    texts.append(f"{texts[-1]}501室")
    depths = [depth(town_index.match(text)) for text in texts]
    assert depths == sorted(depths)
    assert depths[0] >= 1


def told(match: Match) -> tuple[object, ...]:
    rows = tuple(tuple(candidate.rows.tolist()) for candidate in match.candidates)
    return match.as_dict("zh"), match.as_dict("en"), rows


SOME = (
    "滨河花园3号楼2单元",
    "宾河花园3号楼",
    "新华3号楼",
    "秀容路103号",
    "秀容路118号",
    "碧桂园",
    "",
)


def test_a_saved_index_gives_the_same_answers(town_index: AddressIndex, tmp_path: Path) -> None:
    town_index.save(tmp_path)
    opened = AddressIndex.open(tmp_path)
    for text in SOME:
        assert told(opened.match(text)) == told(town_index.match(text))
    assert opened.reliability == town_index.reliability


def test_the_same_register_gives_the_same_bytes(tmp_path: Path, town_frame) -> None:
    for name in ("one", "other"):
        AddressIndex.build(town_frame, seed=3).save(tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == sorted(path.name for path in (tmp_path / "other").iterdir())
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_the_order_of_the_rows_decides_nothing_but_their_numbers(
    town_index: AddressIndex, town_frame
) -> None:
    order = np.random.default_rng(1).permutation(len(town_frame))
    shuffled = AddressIndex.build(town_frame.iloc[order].reset_index(drop=True))
    for text in SOME[:4]:
        ours, theirs = town_index.match(text), shuffled.match(text)
        assert [one.text for one in ours.candidates] == [one.text for one in theirs.candidates]
        for one, other in zip(ours.candidates, theirs.candidates, strict=True):
            assert sorted(one.rows.tolist()) == sorted(order[other.rows].tolist())
