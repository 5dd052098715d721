"""A compliant town: no rule says anything."""

from __future__ import annotations


def test_no_rule_finds_anything(small):
    assert [str(finding.message) for finding in small.found()] == []
