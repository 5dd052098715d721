"""What can be said before anything is drawn: how many grids fit, and which units fit nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from boundaries.draft.compiled import Flags, Integers
from boundaries.draft.feasibility import count_of, hopeless_units
from boundaries.draft.graph import UnitGraph
from boundaries.draft.keeping import is_constrained
from boundaries.draft.measure import numbered, totals
from boundaries.draft.stacks import weights_at
from boundaries.draft.units import NONE, Units
from boundaries.scheme import Level
from boundaries.town import Town
from messages import LANGUAGES, Message


@dataclass(frozen=True)
class CommunityCount:
    """How many grids of a level a community's households fill.

    Attributes
    ----------
    community, name
        Its code and what it is called.
    level
        Number of the level.
    households
        Of the community, those in special-purpose grids left out.
    low, high
        The band.
    least, most
        Grids that can hold them; none where ``least > most``.
    """

    community: str
    name: str
    level: int
    households: int
    low: int
    high: int
    least: int
    most: int


@dataclass(frozen=True)
class HopelessUnit:
    """A building, or a stair of it, that no connected group in a level's band contains: proved.

    Attributes
    ----------
    building
        Its ID.
    stair
        From 1; 0 for all of it.
    level
        Number of the level.
    households
        In the unit, with others that live on the same ground.
    low, high
        The band.
    locked
        Whether it is so only because of locked borders, or of buildings kept together.
    """

    building: str
    stair: int
    level: int
    households: int
    low: int
    high: int
    locked: bool = False


@dataclass(frozen=True)
class CutOff:
    """Ground that locked borders leave with households that no number of grids holds: proved.

    Attributes
    ----------
    community, name
        The community's code and what it is called.
    building
        ID of one that stands there; None where none does.
    level
        Number of the level.
    households
        There.
    low, high
        The band.
    is_whole
        Whether the borders do not cut it off, but need a grid on each of their sides where its
        households fill only one.
    """

    community: str
    name: str
    building: str | None
    level: int
    households: int
    low: int
    high: int
    is_whole: bool = False


@dataclass(frozen=True)
class Beforehand:
    """What is known of a town before it is drawn."""

    counts: tuple[CommunityCount, ...]
    hopeless: tuple[HopelessUnit, ...]
    cut_off: tuple[CutOff, ...] = ()

    @property
    def notes(self) -> tuple[Message, ...]:
        """What cannot be met, in words: counts first."""
        counts = [
            Message("draft.impossible_count", asdict(count) | {"community": count.name})
            for count in self.counts
            if count.least > count.most
        ]
        cut_off = [
            Message(
                "draft.needs_two" if ground.is_whole else "draft.cut_off",
                asdict(ground) | {"building": ground.building or "—"},
            )
            for ground in self.cut_off
        ]
        units = [_hopeless(unit) for unit in self.hopeless]
        return (*counts, *cut_off, *units)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, with the notes in both languages."""
        return {
            "counts": [
                asdict(count) | {"possible": count.least <= count.most} for count in self.counts
            ],
            "hopeless": [asdict(unit) for unit in self.hopeless],
            "cut_off": [asdict(ground) for ground in self.cut_off],
            "notes": [
                {f"message_{language}": note.text(language) for language in LANGUAGES}
                for note in self.notes
            ],
        }


def _hopeless(unit: HopelessUnit) -> Message:
    said = Message(f"draft.hopeless_{'stair' if unit.stair else 'building'}", asdict(unit))
    return Message("draft.because_locked", {"reason": said}) if unit.locked else said


def foreseen(
    town: Town,
    units: Units,
    special: Integers,
    levels: Sequence[Level],
    *,
    group: Integers | None = None,
) -> Beforehand:
    """Return what arithmetic and a search around every unit prove.

    Parameters
    ----------
    town, units
        The town and its units.
    special
        Compound of every unit that is part of a special-purpose grid; -1 for others.
    levels
        That will be drawn.
    group
        Number of every other unit; units that must share their grid have the same. None: none
        must.
    """
    general = np.flatnonzero(special == NONE)
    graph = units.graph.part(general)
    rows, community = np.unique(units.community[general], return_inverse=True)
    held = totals(graph.households, numbered(community))
    codes, names = town.communities["code"].tolist(), town.communities["name"].tolist()
    counts: list[CommunityCount] = []
    hopeless: list[HopelessUnit] = []
    cut_off: list[CutOff] = []
    for level in levels:
        band = level.low, level.high
        for row, households in zip(rows.tolist(), held.tolist(), strict=True):
            if households:
                fit = count_of(level.level, households, *band)
                counts.append(
                    CommunityCount(
                        codes[row], names[row], level.level, households, *band, fit.least, fit.most
                    )
                )
        weights = weights_at(graph.households, level.high)
        alone = hopeless_units(graph, *band, households=weights).tolist()
        by_locks = _by_locks(graph, level, group, alone) if is_constrained(graph, group) else []
        for unit, is_locked in [(unit, False) for unit in alone] + [(u, True) for u in by_locks]:
            building, stair = _someone(town, units, int(general[unit]))
            households = int(graph.households[unit])
            hopeless.append(
                HopelessUnit(building or "—", stair, level.level, households, *band, is_locked)
            )
        for members, households, is_whole in _grounds_amiss(graph, level):
            row = int(units.community[general[members[0]]])
            building, _ = _someone(town, units, *general[members].tolist())
            cut_off.append(
                CutOff(codes[row], names[row], building, level.level, households, *band, is_whole)
            )
    return Beforehand(tuple(counts), tuple(hopeless), tuple(cut_off))


def _someone(town: Town, units: Units, *among: int) -> tuple[str | None, int]:
    """Return building and stair of the largest household count among some units."""
    inside = set(among)
    living = [tenant for tenant in units.tenants if tenant.unit in inside]
    if not living:
        return None, 0
    largest = max(living, key=lambda tenant: tenant.households)
    return str(town.buildings["id"].iloc[largest.building]), largest.stair


def _by_locks(
    graph: UnitGraph, level: Level, group: Integers | None, alone: Sequence[int]
) -> list[int]:
    """Return a unit of everything that fits nowhere only because of what is locked."""
    group = np.arange(len(graph)) if group is None else group
    locked = graph.at_level(level.level).grouped(group)
    weights = weights_at(locked.households, level.high)
    first = np.unique(group, return_index=True)[1]
    known = set(group[list(alone)].tolist())
    found = hopeless_units(locked, level.low, level.high, households=weights).tolist()
    ground = _impossible(locked, level)
    return [int(first[node]) for node in found if node not in known and not ground[node]]


def _impossible(graph: UnitGraph, level: Level) -> Flags:
    """Return which units are on connected ground that no number of grids of the band holds."""
    ground = graph.components()
    around = totals(graph.households, ground)
    return np.asarray((-(-around // level.high) > around // level.low)[ground], bool)


def _grounds_amiss(graph: UnitGraph, level: Level) -> list[tuple[Integers, int, bool]]:
    """Return units and households of ground that only locked borders make impossible."""
    locked = graph.at_level(level.level)
    if locked is graph:
        return []
    amiss = _impossible(locked, level) & ~_impossible(graph, level)
    ground = locked.components()
    found = []
    for number in np.unique(ground[amiss]).tolist():
        members = np.flatnonzero(ground == number)
        found.append((members, int(graph.households[members].sum()), False))
    whole = needs_two(graph, level)
    for number in np.unique(ground[whole & ~amiss]).tolist():
        members = np.flatnonzero(ground == number)
        found.append((members, int(graph.households[members].sum()), True))
    return [each for each in found if each[1]]


def needs_two(graph: UnitGraph, level: Level) -> Flags:
    """Return which units are on connected ground for one grid that a locked border divides."""
    locked = graph.at_level(level.level)
    ground = locked.components()
    inside = (graph.locked <= level.level) & (ground[graph.one] == ground[graph.other])
    divided = np.zeros(int(ground.max(initial=-1)) + 1, bool)
    divided[ground[graph.one[inside]]] = True
    around = totals(graph.households, ground)
    return np.asarray((divided & (around // level.low == 1) & (around <= level.high))[ground], bool)
