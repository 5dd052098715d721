"""What is accepted stands for its reason, in its place, until the ground there changes."""

from __future__ import annotations

import csv
import itertools
from dataclasses import replace

import numpy as np
import pytest
import shapely
from compliant import AT, Small

from boundaries.accepting import accept
from boundaries.finding import Finding, Severity
from boundaries.repairing import repair_plan
from boundaries.report import write_csv
from geo.problem import InputError
from messages import Message

SCHOOL = "1411271000010010203"
"""A finest grid, in the middle of its community."""
OTHER = "1411271000010010302"


def with_corner_drawn_in(small: Small, code: str, metres: float) -> Small:
    """Draw the south-east corner of a finest grid in, so that a gap opens at its level."""

    def change(grids):
        geometry = grids.geometry.to_numpy().copy()
        row = grids["code"].tolist().index(code)
        _, south, east, _ = geometry[row].bounds

        def moved(xy):
            at_corner = np.isclose(xy, (east, south), rtol=0, atol=1e-6).all(axis=1)
            xy[at_corner] = np.round(xy[at_corner] + np.array([-metres, metres]) / 1e5, 7)
            return xy

        geometry[row] = shapely.transform(geometry[row], moved)
        return grids.set_geometry(geometry, crs=grids.crs)

    return small.grids(change)


def with_zigzag(small: Small, code: str) -> Small:
    """Let the southern line of a finest grid run to and fro by centimetres, on all its grids."""
    grids = small.plan.grids
    south, east = grids.geometry[grids["code"] == code].iloc[0].bounds[1:3]
    places = [
        (round(east - west * 1e-7, 7), round(south + north * 1e-7, 7))
        for west, north in ((206, 0), (202, 3), (198, -3), (194, 3), (190, 0))
    ]

    def with_places(shape):
        ring = shapely.get_coordinates(shape)
        made = []
        for start, end in itertools.pairwise(ring):
            made.append(tuple(start))
            level = (
                start[1] == end[1] == south
                and (start[0] - places[0][0]) * (end[0] - places[0][0]) < 0
            )
            if level:
                made.extend(places if start[0] < end[0] else places[::-1])
        return shapely.Polygon(made)

    return small.grids(
        lambda frame: frame.set_geometry(frame.geometry.map(with_places), crs=frame.crs)
    )


def accepted(small: Small, *findings: Finding, reason: str = "水面，无人居住") -> Small:
    """Return the town with findings of its plan accepted."""
    ids = [finding.id for finding in findings]
    made = accept(findings, ids, reason=reason, accepted_by="王主任", accepted_at=AT)
    return replace(small, plan=small.plan.with_changes(accepted=(*small.plan.accepted, *made)))


@pytest.fixture
def gapped(small: Small) -> Small:
    """A town with one gap, as large as a pond."""
    return with_corner_drawn_in(small, SCHOOL, 9.0)


def the_gap(small: Small) -> Finding:
    (gap,) = small.found("C01")
    return gap


def edited_nearby(small: Small, kept: Small) -> Small:
    """Return the town with its accepted gap drawn a metre wider."""
    wider = with_corner_drawn_in(small, SCHOOL, 10.0)
    return replace(wider, plan=wider.plan.with_changes(accepted=kept.plan.accepted))


def test_an_accepted_gap_is_silent_until_the_ground_there_changes(gapped, small):
    gap = the_gap(gapped)
    assert gap.severity is Severity.ERROR
    kept = accepted(gapped, gap)
    report = kept.check()
    assert report.counts()["errors"] == report.counts()["warnings"] == 0
    (told,) = report.accepted
    assert told.severity is Severity.INFORMATION
    assert told.accepted.decision() == {
        "reason": "水面，无人居住",
        "accepted_by": "王主任",
        "accepted_at": AT.isoformat(timespec="seconds"),
    }
    assert report.lapsed == ()
    nearby = edited_nearby(small, kept).check()
    assert nearby.has_errors
    assert nearby.accepted == ()
    assert [one.finding for one in nearby.lapsed] == [gap.id]


def test_an_edit_elsewhere_leaves_it_standing(gapped):
    kept = with_corner_drawn_in(accepted(gapped, the_gap(gapped)), OTHER, 9.0)
    report = kept.check("C01")
    assert len(report.accepted) == 1
    assert report.counts()["errors"] == 1
    assert report.lapsed == ()


def test_a_gap_that_is_gone_is_told_as_lapsed(gapped, small):
    kept = accepted(gapped, the_gap(gapped)).plan.accepted
    mended = replace(small, plan=small.plan.with_changes(accepted=kept))
    report = mended.check("C01")
    assert not report.findings
    assert [one.reason for one in report.lapsed] == ["水面，无人居住"]
    assert mended.check("S01").lapsed == ()


def test_who_lives_in_an_accepted_gap_is_told_and_blocks(gapped):
    """Nobody may be left without a grid by a stroke of the pen."""
    kept = accepted(gapped, the_gap(gapped))
    place = the_gap(gapped).geometry.representative_point()

    def moved(addresses):
        geometry = addresses.geometry.to_numpy().copy()
        geometry[0] = place
        return addresses.set_geometry(geometry, crs=addresses.crs)

    assert not kept.check("C01", "C04").has_errors
    found = kept.layer("addresses", moved).found("C04", "C01")
    assert [each.kind for each in found if each.rule == "C04"] == ["none"]
    not_accepted = gapped.layer("addresses", moved).found("C04", "C01")
    assert [each.rule for each in not_accepted] == ["C01"]


def test_a_warning_may_be_accepted_and_then_needs_no_reason(small):
    thin = small.scheme(compactness_warning=0.79, compactness_information=0.8)
    warnings = thin.check("S06").findings
    assert thin.check("S06").reasons_needed() == ("S06",)
    kept = accepted(thin, *warnings, reason="沿河狭长")
    report = kept.check("S06")
    assert report.reasons_needed() == ()
    assert len(report.accepted) == len(warnings)


def test_an_overlap_can_never_be_accepted(small):
    def spread(grids):
        geometry = grids.geometry.to_numpy().copy()
        row = grids["code"].tolist().index(SCHOOL)
        geometry[row] = shapely.set_precision(shapely.buffer(geometry[row], 5e-5), 1e-7)
        return grids.set_geometry(geometry, crs=grids.crs)

    found = small.grids(spread).found("C02")
    overlap = found[0]
    with pytest.raises(InputError) as refused:
        accept(found, [overlap.id], reason="x", accepted_by="y", accepted_at=AT)
    (problem,) = refused.value.problems
    assert problem.message.key == "accepting.must_be_mended"
    assert overlap.id in problem.message.text("en")


@pytest.mark.parametrize("rule", ["C11", "V01"])
def test_a_gap_in_time_or_in_a_building_can_never_be_accepted(rule):
    """Only bare ground may stay: no day without a plan, no dwelling without a grid."""
    message = Message(f"rules.{rule}.title")
    gap = Finding(rule, Severity.ERROR, None, (), None, None, None, message, kind="gap")
    with pytest.raises(InputError, match=gap.id):
        accept([gap], [gap.id], reason="x", accepted_by="y", accepted_at=AT)


def test_an_acceptance_slipped_past_the_door_does_not_count(small):
    """The check itself honours no acceptance of what must be mended."""
    few = small.grid(SCHOOL, households=1)
    (error,) = few.check("S01").findings
    assert error.severity is Severity.ERROR
    (forged,) = accept(
        [replace(error, severity=Severity.WARNING)],
        [error.id],
        reason="x",
        accepted_by="y",
        accepted_at=AT,
    )
    assert replace(few, plan=few.plan.with_changes(accepted=(forged,))).check("S01").has_errors


@pytest.mark.parametrize(
    ("chosen", "given", "key"),
    [
        ("C01-000000000000", {}, "no_such_finding"),
        (None, {"reason": "  "}, "no_reason"),
        (None, {"accepted_by": ""}, "no_by"),
    ],
)
def test_a_senseless_acceptance_is_refused(gapped, chosen, given, key):
    options = {"reason": "水面", "accepted_by": "王主任", "accepted_at": AT, **given}
    with pytest.raises(InputError) as refused:
        accept(gapped.found("C01"), [chosen or the_gap(gapped).id], **options)
    assert refused.value.problems[0].message.key == f"accepting.{key}"


def test_what_is_accepted_or_mere_information_is_not_accepted_again(gapped):
    gap = the_gap(gapped)
    kept = accepted(gapped, gap)
    with pytest.raises(InputError) as refused:
        accepted(kept, *kept.found("C01"))
    assert refused.value.problems[0].message.key == "accepting.accepted_before"
    told = kept.grid("141127100001002", name="三网格")
    with pytest.raises(InputError) as refused:
        accepted(told, *told.found("B11"))
    assert refused.value.problems[0].message.key == "accepting.only_information"


def test_findings_without_a_place_are_told_apart_by_what_they_say(small):
    def unplaced(addresses):
        return addresses.set_geometry([None] * len(addresses), crs=addresses.crs)

    found = small.layer("addresses", unplaced).check("C05").findings
    assert len(found) == 2
    assert len({each.id for each in found}) == 2


def test_the_report_says_what_was_accepted_by_whom_and_why(gapped, small, tmp_path):
    kept = accepted(gapped, the_gap(gapped))
    write_csv(kept.check("C01"), tmp_path / "findings.csv")
    text = (tmp_path / "findings.csv").read_text(encoding="utf-8-sig")
    (row,) = csv.DictReader(text.splitlines())
    assert (row["id"], row["reason"], row["accepted_by"]) == (
        the_gap(gapped).id,
        "水面，无人居住",
        "王主任",
    )
    lapsed = edited_nearby(small, kept).check("C01").as_dict()["lapsed"]
    assert [one["finding"] for one in lapsed] == [the_gap(gapped).id]


def test_a_repair_leaves_an_allowed_gap_to_nobody(gapped):
    """What is too wide to be mended and was accepted is no work for a planner."""
    assert [each.kind for each in repair_plan(gapped.town, gapped.plan, gap_m=1.0).remaining]
    kept = accepted(gapped, the_gap(gapped))
    done = repair_plan(kept.town, kept.plan, gap_m=1.0)
    assert done.remaining == ()
    assert not done.changes_anything
    assert [each.kind for each in done.accepted] == ["gap.inside"]


def test_a_repair_leaves_a_narrow_gap_that_was_accepted_and_mends_the_rest(gapped):
    """The pond would be filled, were it not accepted; another gap is."""
    assert repair_plan(gapped.town, gapped.plan).proved
    kept = accepted(gapped, the_gap(gapped))
    assert not repair_plan(kept.town, kept.plan).changes_anything
    broken = with_corner_drawn_in(kept, OTHER, 5.0)
    assert len(broken.found("C01")) == 2
    done = repair_plan(broken.town, broken.plan)
    assert done.remaining == ()
    assert [each.kind for each in done.accepted] == ["gap.inside"]
    mended = replace(broken, town=done.town, plan=done.plan).found("C01")
    assert [(each.id, each.severity) for each in mended] == [
        (the_gap(gapped).id, Severity.INFORMATION)
    ]


def test_a_repair_leaves_a_warning_of_shape_that_was_accepted(small):
    """A vertex too many makes a tiny zigzag; the repair would take it out."""
    zigzag = with_zigzag(small, SCHOOL)
    (told,) = zigzag.found("B07")
    assert repair_plan(zigzag.town, zigzag.plan).changes_anything
    kept = accepted(zigzag, told)
    done = repair_plan(kept.town, kept.plan)
    assert not done.changes_anything
    assert [each.kind for each in done.accepted] == [told.kind]
