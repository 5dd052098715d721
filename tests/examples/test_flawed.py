"""The flawed demo town: every planted fault is found, and nothing else."""

from __future__ import annotations

import pytest

from boundaries.check import check
from boundaries.rules import catalogue
from examples.flawed import flawed_town, shifted_town
from examples.town import demo_town

SEED = 7


def keys(findings):
    return [(f.rule, f.kind, f.level, f.grids) for f in findings]


@pytest.fixture(scope="module")
def sound():
    return check(*demo_town(SEED)).findings


@pytest.fixture(scope="module")
def flawed():
    flaws = flawed_town(SEED)
    return check(flaws.town, flaws.plan, history=flaws.history).findings, flaws.truth


def test_the_sound_town_has_no_error_and_no_warning(sound):
    assert [str(f.message) for f in sound if f.severity != "I"] == []


def test_the_sound_town_is_told_that_its_numbers_do_not_fit(sound):
    (finding,) = [finding for finding in sound if finding.rule != "B09"]
    assert finding.message.text("en") == (
        "75 level-1 grids need 22,500 households at least but 1,100 level-3 grids hold 22,000 at "
        "most, 500 households short: it takes 1,125 level-3 grids, or a tolerance of 2.3 %."
    )


def test_every_planted_fault_is_found_and_nothing_else(sound, flawed):
    findings, truth = flawed
    known = {(finding.rule, finding.level) for finding in sound}
    planted = [(p.rule, p.kind, p.level, p.grids) for p in truth]
    new = [finding for finding in findings if (finding.rule, finding.level) not in known]
    assert sorted(keys(new), key=str) == sorted(planted, key=str)


def test_a_layer_in_another_datum_is_found_and_nothing_else(sound):
    flaws = shifted_town(SEED)
    report = check(flaws.town, flaws.plan, history=flaws.history)
    new = [key for key in keys(report.findings) if key not in keys(sound)]
    assert new == [(p.rule, p.kind, p.level, p.grids) for p in flaws.truth]
    assert set(report.unchecked.values()) == {"estates"}


def test_every_rule_has_a_planted_fault(sound, flawed):
    _, truth = flawed
    planted = {p.rule for p in (*truth, *shifted_town(SEED).truth)}
    assert {info.id for info in catalogue()} == planted | {finding.rule for finding in sound}


def test_every_fault_says_what_and_where(flawed):
    findings, _ = flawed
    for finding in findings:
        words = finding.properties()
        assert words["message_zh"]
        assert words["message_en"]
    nowhere = {finding.rule for finding in findings if finding.geometry is None}
    assert nowhere <= {"S02", "R01", "R02", "C05", "H07"}


def test_the_same_seed_plants_the_same_faults(flawed):
    _, truth = flawed
    assert flawed_town(SEED).truth == truth
