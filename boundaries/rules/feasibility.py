"""Whether the numbers of grids and households can fit the bands at all: S02."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from boundaries.finding import Finding, Severity
from boundaries.rules.case import Case
from boundaries.rules.counts import households, within_the_numbers
from boundaries.rules.registry import rule
from messages import Message


@dataclass(frozen=True)
class Room:
    """What the grids of one level need and hold together.

    Attributes
    ----------
    level, grids
        Number of the level and of its grids that the scheme's numbers count.
    least, most
        Households that they need at least and hold at most.
    total
        Households that they have; 0 where nobody knows, at every level.
    low, high
        The band.
    """

    level: int
    grids: int
    least: int
    most: int
    total: int
    low: int
    high: int

    @property
    def under(self) -> int:
        """Households that the level lacks; negative where it has more than it needs."""
        return self.least - self.total

    @property
    def over(self) -> int:
        """Households for which the level has no room; negative where it has room left."""
        return self.total - self.most


@dataclass(frozen=True)
class Strain:
    """Totals that cannot fit.

    Attributes
    ----------
    households
        By how many they miss.
    tolerance
        The least tolerance with which they fit.
    under, over
        The level with too few households for its grids, that with too many; in a strain between
        two levels both are set, and no number of households suits the two.
    """

    households: int
    tolerance: float
    under: Room | None
    over: Room | None


def rooms(case: Case) -> tuple[Room, ...]:
    """Return what every level needs and holds."""
    counts, counted = case.once(households), case.once(within_the_numbers)
    levels = case.grids["level"].to_numpy()
    known = not np.isnan(counts).any()
    found = []
    for number in case.levels:
        at_level = levels == number
        grids = int((at_level & counted).sum())
        if not grids or number not in case.scheme.code_lengths:
            continue
        band = case.scheme.level(number)
        total = int(counts[at_level & counted].sum()) if known else 0
        low, high = band.low, band.high
        found.append(Room(number, grids, grids * low, grids * high, total, low, high))
    return tuple(found)


def strains(case: Case) -> tuple[Strain, ...]:
    """Return why the totals do not fit the bands: nothing where they do."""
    found = case.once(rooms)
    if not found:
        return ()
    scarce, full = max(found, key=lambda room: room.under), max(found, key=lambda room: room.over)
    together = scarce.under + full.over
    known = any(room.total for room in found)
    conflict: list[Strain] = []
    if together > 0 and scarce is not full and (not known or _in_between(case, scarce, full)):
        conflict = [Strain(together, together / full.most, scarce, full)]
    if not known:
        return tuple(conflict)
    told = (scarce, full) if conflict else ()
    others = [room for room in found if room not in told]
    return (
        *conflict,
        *(Strain(r.under, r.under / r.least, r, None) for r in others if r.under > 0),
        *(Strain(r.over, r.over / r.most, None, r) for r in others if r.over > 0),
    )


def _in_between(case: Case, scarce: Room, full: Room) -> bool:
    """Return whether the totals lie between what one level needs and another holds, or near.

    Then the numbers of grids are at odds with each other; farther off, with the households.
    """
    near = case.scheme.band_tolerance
    return scarce.under >= -near * scarce.least and full.over >= -near * full.most


def strained(case: Case) -> dict[tuple[int, str], float]:
    """Return the tolerance below which a grid's distance from the band is S02's cause.

    By level and side of the band, ``"under"`` or ``"over"``; the scheme's own tolerance at least.
    """
    tolerance = case.scheme.band_tolerance
    found: dict[tuple[int, str], float] = {}
    for strain in case.once(strains):
        if strain.under is not None:
            share = strain.households / strain.under.least
            found[strain.under.level, "under"] = max(tolerance, share)
        if strain.over is not None:
            share = strain.households / strain.over.most
            found[strain.over.level, "over"] = max(tolerance, share)
    return found


@rule("S02", severity="I/W", thresholds=("band_tolerance",))
def totals_fit_the_bands(case: Case) -> Iterator[Finding]:
    """All households together fit the bands of every level, given the numbers of grids.

    The grids of a level need N × low households at least and hold N × high at most. Where the
    households of the plan lie outside, or where one level needs more than another can hold, no
    drawing of borders helps: the numbers themselves must change. One finding says by how many
    households they miss, how many grids it takes, and the least tolerance with which they fit;
    it is information where that lies within the scheme's tolerance. Grids that are out of band
    for this reason alone are not told again by S01 and S03. Grids with a recorded reason to differ
    and special-purpose grids that lie on top of others do not count.
    """
    found = case.once(strains)
    if not found:
        return
    least = max(strain.tolerance for strain in found)
    first, *others = [_sentence(case, strain) for strain in found]
    sentence = first
    for other in others:
        sentence = Message("rules.S02.and", {"first": sentence, "other": other})
    yield case.finding(
        "S02.all",
        Severity.INFORMATION if least <= case.scheme.band_tolerance else Severity.WARNING,
        measure=max(strain.households for strain in found),
        unit="households",
        sentence=sentence,
    )


def _sentence(case: Case, strain: Strain) -> Message:
    values: dict[str, object] = {
        "households": strain.households,
        "percent": math.ceil(strain.tolerance * 1000) / 10,
    }
    if strain.under is not None:
        room = strain.under
        values |= {
            "under_grids": room.grids,
            "under_level": case.level_name(room.level),
            "least": room.least,
            "total": room.total,
            "fewer": max(room.grids - math.ceil(strain.households / room.low), 0),
        }
    if strain.over is not None:
        room = strain.over
        values |= {
            "over_grids": room.grids,
            "over_level": case.level_name(room.level),
            "most": room.most,
            "total": room.total,
            "more": room.grids + math.ceil(strain.households / room.high),
        }
    if strain.under is not None and strain.over is not None:
        return Message("rules.S02.between", values)
    return Message("rules.S02.under" if strain.over is None else "rules.S02.over", values)
