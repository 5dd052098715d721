"""Codes: their form (H01), uniqueness (H02), parents (H03, H05), numbering (H04) and room (H07)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import shapely

from boundaries.finding import Finding, Severity
from boundaries.rules.belonging import position_of_code
from boundaries.rules.case import Case, listed
from boundaries.rules.registry import rule

_FEWEST_TO_ORDER = 4


@rule("H01", severity="E")
def code_fits_the_scheme(case: Case) -> Iterator[Finding]:
    """Every grid's code fits the scheme's pattern, and its length tells the grid's level."""
    scheme = case.scheme
    pattern = re.compile(scheme.code_pattern)
    for position, (code, level) in enumerate(
        zip(case.grids["code"], case.grids["level"], strict=True)
    ):
        fits = pattern.fullmatch(code) is not None
        if fits and scheme.level_of_code(code) == level:
            continue
        yield case.finding(
            "H01.level" if fits else "H01.pattern",
            Severity.ERROR,
            level=int(level),
            grids=(code,),
            place=case.inner_points[position],
            measure=len(code),
            unit="1",
            code=code,
            pattern=scheme.code_pattern,
            length=scheme.code_lengths.get(level, "—"),
        )


@rule("H02", severity="E")
def code_is_unique(case: Case) -> Iterator[Finding]:
    """No two grids have the same code, and none has the code of a grid that was given up.

    A code tells one grid for all time. Codes of retired grids are those of earlier publications
    that the plan in force no longer has.
    """
    repeated = case.grids[case.grids["code"].duplicated(keep=False)]
    for code, grids in repeated.groupby("code", sort=True):
        yield case.finding(
            "H02.repeated",
            Severity.ERROR,
            level=int(grids["level"].iloc[0]),
            grids=(code,),
            place=case.inner_points[grids.index.to_numpy()],
            measure=len(grids),
            unit="1",
            code=code,
        )
    again = case.grids[case.grids["code"].isin(case.history.retired)].drop_duplicates("code")
    for position, code, level in zip(again.index, again["code"], again["level"], strict=True):
        yield case.finding(
            "H02.retired",
            Severity.ERROR,
            level=int(level),
            grids=(code,),
            place=case.inner_points[position],
            code=code,
        )


@rule("H03", severity="E")
def code_starts_with_the_parent(case: Case) -> Iterator[Finding]:
    """A code begins with its parent's code, and its first digits are a community in force.

    The community must be one of the town's; segments of 4xx and 5xx for villages are accepted as
    any other. The community that the grid names must be the one in its code. An unknown community
    is told once for all its grids.
    """
    unknown: dict[str, list[int]] = defaultdict(list)
    communities = set(case.communities["code"])
    for position, (code, level, parent, community) in enumerate(
        case.grids[["code", "level", "parent", "community"]].itertuples(index=False)
    ):
        of_code = case.scheme.community_of(code)
        if of_code not in communities:
            unknown[of_code].append(position)
        elif community is not None and community != of_code:
            yield case.finding(
                "H03.community",
                Severity.ERROR,
                level=int(level),
                grids=(code,),
                place=case.inner_points[position],
                grid=case.label(position),
                of_code=of_code,
                community=community,
            )
        expected = case.scheme.parent_code(code)
        if parent is not None and expected is not None and parent != expected:
            yield case.finding(
                "H03.prefix",
                Severity.ERROR,
                level=int(level),
                grids=(code, parent),
                place=case.inner_points[position],
                grid=case.label(position),
                parent=parent,
                expected=expected,
            )
    for community, positions in sorted(unknown.items()):
        yield case.finding(
            "H03.unknown",
            Severity.ERROR,
            grids=case.grids["code"].iloc[positions],
            place=case.inner_points[positions],
            measure=len(positions),
            unit="1",
            community=community,
        )


@rule("H04", severity="I")
def numbered_from_the_north_west(case: Case) -> Iterator[Finding]:
    """Serials run from west to east and from north to south.

    Told only where the serials of a parent's four or more grids run against both directions, for
    later grids rightly take the next free number.
    """
    grids = case.grids.assign(
        easting=shapely.get_x(case.inner_points), northing=shapely.get_y(case.inner_points)
    )
    grids = grids[(grids["kind"] == "general").to_numpy()]
    above = [case.scheme.parent_code(c) or case.scheme.community_of(c) for c in grids["code"]]
    for (level, parent), family in grids.groupby([grids["level"], np.array(above)], sort=True):
        if len(family) < _FEWEST_TO_ORDER:
            continue
        serial = family["code"].rank()
        eastward = serial.corr(family["easting"].rank())
        southward = serial.corr(-family["northing"].rank())
        if eastward < 0 and southward < 0:
            yield case.finding(
                "H04.order",
                Severity.INFORMATION,
                level=int(level),
                grids=family["code"],
                place=shapely.linestrings(
                    family.sort_values("code")[["easting", "northing"]].to_numpy()
                ),
                measure=float(max(eastward, southward)),
                unit="1",
                parent=parent,
            )


@rule("H05", severity="E")
def has_a_parent(case: Case) -> Iterator[Finding]:
    """Every grid below the first level has a parent one level up in the plan.

    A parent that is missing is told once for all its children.
    """
    codes = case.once(position_of_code)
    levels = case.grids["level"].to_numpy()
    missing: dict[tuple[int, str], list[int]] = defaultdict(list)
    for position, (code, level, parent) in enumerate(
        case.grids[["code", "level", "parent"]].itertuples(index=False)
    ):
        if level == 1:
            continue
        expected = case.scheme.parent_code(code)
        if parent is None:
            missing[int(level), ""].append(position)
        elif parent not in codes:
            if expected == parent or expected not in codes:
                missing[int(level), parent].append(position)
        elif levels[codes[parent]] != level - 1:
            yield case.finding(
                "H05.level",
                Severity.ERROR,
                level=int(level),
                grids=(code, parent),
                place=case.inner_points[position],
                measure=float(levels[codes[parent]]),
                unit="1",
                grid=case.label(position),
                parent=parent,
                expected=level - 1,
            )
    for (level, parent), positions in sorted(missing.items()):
        yield case.finding(
            "H05.missing" if parent else "H05.none",
            Severity.ERROR,
            level=level,
            grids=case.grids["code"].iloc[positions],
            place=case.inner_points[positions],
            measure=len(positions),
            unit="1",
            parent=parent,
            examples=listed(case.label(position) for position in positions),
        )


@rule("H07", severity="I", thresholds=("free_serials",))
def serials_left(case: Case) -> Iterator[Finding]:
    """A community, and every grid with children, has serials left for new grids.

    Serials kept for special-purpose grids are counted apart.
    """
    grids = case.grids.drop_duplicates("code")
    special_from = case.scheme.special_serials[0]
    for level in (level for level in case.scheme.levels if level.level in case.levels):
        family: dict[str, list[str]] = defaultdict(list)
        for code in grids.loc[grids["level"] == level.level, "code"]:
            serial = code[-level.code_digits :]
            if level.level == 1 and serial.isdecimal() and int(serial) >= special_from:
                continue
            family[code[: -level.code_digits]].append(code)
        room = special_from - 1 if level.level == 1 else 10**level.code_digits - 1
        for parent, codes in sorted(family.items()):
            free = 1 - len(codes) / room
            if free < case.threshold("free_serials"):
                yield case.finding(
                    "H07.few",
                    Severity.INFORMATION,
                    level=level.level,
                    grids=codes,
                    measure=free * 100,
                    unit="%",
                    parent=parent,
                    used=len(codes),
                    room=room,
                )
