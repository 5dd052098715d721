"""Which findings are gone, which are new, and which stay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from boundaries.finding import Finding

_MANY = 6
"""Grids of a finding from which it tells of a level as a whole."""


@dataclass(frozen=True)
class FindingsChange:
    """What the rules say of one plan and no longer, or not yet, of the other.

    Attributes
    ----------
    gone
        Findings of the old plan alone.
    new
        Findings of the new plan alone.
    staying
        Pairs, old and new: the same finding, or one of the same rule, kind, level and grids
        whose place or measure has changed.
    """

    gone: tuple[Finding, ...]
    new: tuple[Finding, ...]
    staying: tuple[tuple[Finding, Finding], ...]


def matched(old: Iterable[Finding], new: Iterable[Finding]) -> FindingsChange:
    """Match the findings of two checks.

    First by their IDs, then, of what is left, by rule, kind, level and grids, the largest measure
    first; findings of many grids with one cause by rule, kind and level.
    """
    gone, fresh, same = _paired(old, new, lambda finding: finding.id)
    gone, fresh, alike = _paired(
        gone, fresh, lambda finding: (finding.rule, finding.kind, finding.level, finding.grids)
    )
    gone, fresh, wide = _paired(gone, fresh, _cause)
    pairs = sorted([*same, *alike, *wide], key=lambda pair: _order(pair[1]))
    return FindingsChange(
        tuple(sorted(gone, key=_order)), tuple(sorted(fresh, key=_order)), tuple(pairs)
    )


def _order(finding: Finding) -> tuple[int, str, int, float]:
    """Put the gravest first."""
    gravity = "EWI".index(finding.severity.value)
    return gravity, finding.rule, finding.level or 0, -_size(finding)


def _cause(finding: Finding) -> Hashable:
    many = len(finding.grids) >= _MANY
    return (finding.rule, finding.kind, finding.level) if many else finding.id


def _paired(
    old: Iterable[Finding], new: Iterable[Finding], key: Callable[[Finding], Hashable]
) -> tuple[list[Finding], list[Finding], list[tuple[Finding, Finding]]]:
    waiting: dict[Hashable, list[Finding]] = defaultdict(list)
    for finding in sorted(old, key=_size):
        waiting[key(finding)].append(finding)
    fresh, pairs = [], []
    for finding in sorted(new, key=_size, reverse=True):
        if waiting[key(finding)]:
            pairs.append((waiting[key(finding)].pop(), finding))
        else:
            fresh.append(finding)
    gone = [finding for left in waiting.values() for finding in left]
    return gone, fresh, pairs


def _size(finding: Finding) -> float:
    return finding.measure or 0.0
