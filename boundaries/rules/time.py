"""In time: one plan at every instant (C11)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

import shapely

from boundaries.finding import Finding, Severity
from boundaries.history import Period
from boundaries.rules.case import Case
from boundaries.rules.registry import rule

_SECONDS_AN_HOUR = 3600.0


@rule("C11", severity="E")
def one_plan_at_every_instant(case: Case) -> Iterator[Finding]:
    """At every instant exactly one published plan holds in a community.

    Looked at when a plan is given the date from which it takes effect: no time may be left between
    the end of the plan before and its beginning, or between its end and the plan after, and none
    may be covered twice. A plan before it that has no end, or a later one, ends where it begins;
    one that begins with it gives way. The first plan of a community has none before it. The same
    time in several communities is one finding.
    """
    start, end = case.plan.effective_from, case.plan.effective_to
    if start is None:
        return
    wrong: dict[tuple[str, str, datetime, datetime], list[str]] = defaultdict(list)
    by_community: dict[str, list[Period]] = defaultdict(list)
    for period in case.history.periods:
        by_community[period.community].append(period)
    own = {case.scheme.community_of(code) for code in case.grids["code"]}
    for community in sorted(own & set(by_community)):
        for kind, other, begins, ends in _between(by_community[community], start, end):
            wrong[kind, other, begins, ends].append(community)
    places = dict(zip(case.communities["code"], case.communities.geometry, strict=True))
    for (kind, other, begins, ends), communities in sorted(wrong.items()):
        known = [places[code] for code in communities if code in places]
        yield case.finding(
            f"C11.{kind}",
            Severity.ERROR,
            place=shapely.union_all(known) if known else None,
            measure=(ends - begins).total_seconds() / _SECONDS_AN_HOUR,
            unit="h",
            number=len(communities),
            other=other,
            begins=f"{begins.astimezone(case.at.tzinfo):%Y-%m-%d %H:%M}",
            ends=f"{ends.astimezone(case.at.tzinfo):%Y-%m-%d %H:%M}",
        )


def _between(
    periods: Sequence[Period], start: datetime, end: datetime | None
) -> Iterator[tuple[str, str, datetime, datetime]]:
    """Yield kind, other plan and both ends of the time that no plan or two plans cover."""
    before = max((each for each in periods if each.start < start), key=_beginning, default=None)
    after = min((each for each in periods if each.start > start), key=_beginning, default=None)
    if before is not None and before.end is not None and before.end < start:
        yield "gap", before.plan, before.end, start
    if after is None:
        return
    if end is None or after.start < end:
        ends = [moment for moment in (end, after.end) if moment is not None]
        yield "overlap", after.plan, after.start, min(ends, default=after.start)
    elif end < after.start:
        yield "gap", after.plan, end, after.start


def _beginning(period: Period) -> datetime:
    return period.start
