"""A plan of all levels from a town's layers."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from boundaries.draft.arrangement import Projection, Shapes
from boundaries.draft.beforehand import Beforehand, foreseen
from boundaries.draft.compiled import Flags, Integers
from boundaries.draft.dwellings import with_stairs
from boundaries.draft.effort import Effort
from boundaries.draft.explaining import Explanation, explanations
from boundaries.draft.graph import UnitGraph
from boundaries.draft.grids import GridMaker, Parts, dissolved
from boundaries.draft.ground import with_community
from boundaries.draft.keeping import Codes, Kept, border_lines, groups_of, known_grids
from boundaries.draft.levels import aims_of, draw, polished
from boundaries.draft.locked_lines import LockedLines
from boundaries.draft.measure import measure, numbered
from boundaries.draft.specials import special_compounds
from boundaries.draft.stacks import weights_at
from boundaries.draft.today import (
    NEW,
    ancestry_of,
    codes_kept,
    old_labels,
    special_by_level,
    today_of,
)
from boundaries.draft.units import NONE, Units, units_of
from boundaries.plan import Plan
from boundaries.scheme import Weights
from boundaries.town import Town
from geo.layers import STORED_CRS
from geo.problem import input_error
from messages import LANGUAGES, Message

_HOMES = ("estate", "resettlement", "village")
_DEARER_INSIDE, _DEARER_THROUGH_A_BUILDING = 0.5, 2.0


@dataclass(frozen=True)
class Wishes:
    """What a planner may ask of a draft.

    Attributes
    ----------
    levels
        How many levels to draw; None: all.
    seed
        Same seed, same draft.
    polish
        Whether to work some twenty times longer at shapes and borders.
    seconds
        Time limit; the best so far is returned when it is over.
    targets
        How many grids a level should have in all, by level number; as near as bands allow.
    locked
        A plan and codes of its level-1 grids that stay as they are, with all inside them.
    borders
        A plan and pairs of its grids, each of one level: their common border stays a border of
        that level; units of its two sides never share a grid of that level or a finer one.
    lines
        Lines in stored degrees (EPSG:4490) that no grid crosses but around buildings; None: none.
    together
        Buildings (by ID) that must share their grid at every level; each group is connected.
    weights
        What is weighed against what; None: as the town's scheme says.
    foretold
        Called before anything is drawn with what cannot be met.
    told
        Called with the share of the drawing that is done.
    """

    levels: int | None = None
    seed: int = 0
    polish: bool = False
    seconds: float = float("inf")
    weights: Weights | None = None
    targets: Mapping[int, int] = field(default_factory=dict)
    locked: tuple[Plan, Collection[str]] | None = None
    borders: tuple[Plan, Sequence[Codes]] | None = None
    lines: Shapes | None = None
    together: Sequence[Collection[str]] = ()
    foretold: Callable[[Beforehand], None] = field(default=lambda _beforehand: None)
    told: Callable[[float], None] = field(default=lambda _share: None)


@dataclass(frozen=True)
class LevelDrafted:
    """What one level of a draft is like; special-purpose grids are not counted.

    Attributes
    ----------
    level
        Its number.
    grids, in_band
        How many general grids, and how many of them are in the level's band.
    compactness
        Mean of Polsby and Popper's 4πA/P².
    barrier_percent
        Share of the border between grids that lies on barriers.
    """

    level: int
    grids: int
    in_band: int
    compactness: float
    barrier_percent: float


@dataclass(frozen=True)
class Drafted:
    """A draft and what must be said of it.

    Attributes
    ----------
    town
        The town; its jurisdiction and communities carry every vertex of a grid's border on
        them, and buildings that were divided know their stairs and floors.
    plan
        The draft; contacts are left open.
    beforehand
        What could be said before anything was drawn.
    explanations
        Why each grid off its band is off.
    levels
        What each level is like.
    """

    town: Town
    plan: Plan
    beforehand: Beforehand
    explanations: tuple[Explanation, ...]
    levels: tuple[LevelDrafted, ...]

    def with_contacts(self, contacts: pd.DataFrame) -> Drafted:
        """Return the draft with those who answer for its grids."""
        return replace(self, plan=self.plan.with_changes(contacts=contacts))

    def as_dict(self) -> dict[str, Any]:
        """Return what must be said of the draft as plain values, in both languages."""
        return {
            "town": self.town.name,
            "plan": self.plan.name,
            "feasibility": self.beforehand.as_dict(),
            "levels": [asdict(level) for level in self.levels],
            "explanations": [
                {
                    "code": each.code,
                    "level": each.level,
                    "households": each.households,
                    "kind": each.kind,
                    "locked": each.is_for_locks,
                    **_said(each.message),
                }
                for each in self.explanations
            ],
        }


def _said(message: Message) -> dict[str, str]:
    return {f"message_{language}": message.text(language) for language in LANGUAGES}


def draft_plan(town: Town, name: str, wishes: Wishes | None = None) -> Drafted:
    """Draw a plan of nested grids, inside communities, along barriers, in their bands.

    Parameters
    ----------
    town
        Needs a jurisdiction; buildings without households count as empty.
    name
        Name of the plan.
    wishes
        Seed, effort, levels.

    Raises
    ------
    InputError
        The town has no jurisdiction, or a level has more grids than its codes can number.
    """
    wishes = wishes or Wishes()
    until = time.monotonic() + wishes.seconds
    town = prepared(town)
    if wishes.locked is not None:
        return _drawn_around(town, name, wishes, until, *wishes.locked)
    units = units_of(town, locked=_locked_lines(wishes))
    special = special_compounds(town, units)
    group = _groups(town, units, special == NONE, wishes)
    beforehand = _foretold(town, units, special, group, wishes)
    labels = drawn_levels(town, units, special, group, wishes, until)
    kinds = town.estates["kind"].tolist()
    parts = Parts(labels, [special] * len(labels), kinds)
    return finished(town, name, units, parts, beforehand, group=group)


def _locked_lines(wishes: Wishes) -> LockedLines:
    """Return the lines that must not be crossed: those given, and common borders of grids."""
    lines = Kept(lines=wishes.lines).locked_lines()
    return lines if wishes.borders is None else lines.joined(border_lines(*wishes.borders))


def _groups(town: Town, units: Units, free: Flags, wishes: Wishes) -> Integers:
    """Return a number for every unit that is drawn; units kept together share theirs."""
    levels = town.scheme.levels[: wishes.levels]
    graph = units.graph.at_level(len(levels))
    general = np.flatnonzero(free)
    return groups_of(town, units, graph, general, wishes.together, levels[-1].high)


def _foretold(
    town: Town, units: Units, taken: Integers, group: Integers, wishes: Wishes
) -> Beforehand:
    """Tell what cannot be met outside the ground that is taken, before anything is drawn."""
    levels = town.scheme.levels[: wishes.levels]
    beforehand = foreseen(town, units, taken, levels, group=group)
    wishes.foretold(beforehand)
    return beforehand


def _drawn_around(  # noqa: PLR0917
    town: Town, name: str, wishes: Wishes, until: float, plan: Plan, codes: Collection[str]
) -> Drafted:
    """Draw what lies outside the locked grids; these keep everything."""
    rows = known_grids(plan, codes, level=1)
    ancestry = ancestry_of(plan)
    inside = np.flatnonzero(np.isin(ancestry[:, 0], rows)).tolist()
    today = today_of(town, plan, ancestry.shape[1], among=inside)
    units = units_of(town, today, _locked_lines(wishes))
    locked = units.today != NONE
    special = np.where(locked, NONE, special_compounds(town, units))
    taken = np.where(locked, 0, special)
    group = _groups(town, units, taken == NONE, wishes)
    beforehand = _foretold(town, units, taken, group, wishes)
    drawn = drawn_levels(town, units, special, group, wishes, until, locked=locked)
    labels = [
        np.where(locked, old, label + NEW)
        for old, label in zip(old_labels(units, ancestry), drawn, strict=False)
    ]
    offset = len(town.estates)
    by_level = [
        np.where(was == NONE, special, was + offset)
        for was in special_by_level(plan, units, ancestry)
    ]
    kinds = [*town.estates["kind"].tolist(), *plan.grids["special_type"].tolist()]
    parts = Parts(
        labels, by_level, kinds, codes_kept(plan, ancestry, labels), frozenset(plan.grids["code"])
    )
    drafted = finished(town, name, units, parts, beforehand, group=group)
    kept = plan.contacts[plan.contacts["grid"].isin(drafted.plan.grids["code"])]
    return drafted.with_contacts(kept.reset_index(drop=True))


def prepared(town: Town) -> Town:
    """Return the town ready to be cut into units; raises where it has no jurisdiction."""
    if not len(town.jurisdiction):
        raise input_error("draft.no_jurisdiction", layer="jurisdiction")
    town = with_community(town)
    return town.with_layers(buildings=with_stairs(town.buildings, town.scheme))


def drawn_levels(  # noqa: PLR0917
    town: Town,
    units: Units,
    special: Integers,
    group: Integers,
    wishes: Wishes,
    until: float,
    *,
    locked: Flags | None = None,
) -> list[Integers]:
    """Return the part of every free unit by level; a special-purpose compound is one of each."""
    free = np.ones(len(special), bool) if locked is None else ~locked
    levels = wishes.levels or len(town.scheme.levels)
    bands = [(level.low, level.high) for level in town.scheme.levels[:levels]]
    general = np.flatnonzero((special == NONE) & free)
    labels = [np.full(len(special), NONE, np.int64) for _ in bands]
    if len(general):
        parts = _drawn(town, units, general, group, bands, wishes, until)
        for label, part in zip(labels, parts, strict=True):
            label[general] = part
    for label in labels:
        first = int(label.max(initial=-1)) + 1
        compounds = special[special != NONE]
        if len(compounds):
            label[special != NONE] = first + numbered(compounds)
    return labels


def _drawn(  # noqa: PLR0917
    town: Town,
    units: Units,
    general: Integers,
    group: Integers,
    bands: list[tuple[int, int]],
    wishes: Wishes,
    until: float,
) -> list[Integers]:
    weights = wishes.weights or town.scheme.weights
    graph = units.graph.part(general).grouped(group)
    first = np.unique(group, return_index=True)[1]
    aims = aims_of(graph, bands, weights)
    held = [weights_at(graph.households, high) for _, high in bands]
    homes = town.estates["kind"].isin(_HOMES).to_numpy()
    estate, building = units.estate[general][first], units.building[general][first]
    keep = np.where((estate != NONE) & homes[estate] if len(homes) else False, estate, NONE)
    graph = replace(graph, price=_dear_inside(graph, keep, building, weights))
    effort = Effort(begun=time.monotonic(), until=until, told=wishes.told)
    targets = [wishes.targets.get(number) for number in range(1, len(bands) + 1)]
    parts = draw(
        graph, aims, seed=wishes.seed, effort=effort, keep=keep, held=held, targets=targets
    )
    if wishes.polish:
        parts = polished(
            graph,
            aims,
            parts,
            seed=wishes.seed,
            seconds=until - time.monotonic(),
            keep=keep,
            held=held,
            told=wishes.told,
            targets=targets,
        )
    return [part[group] for part in parts]


def _dear_inside(
    graph: UnitGraph, keep: Integers, building: Integers, weights: Weights
) -> Integers:
    """Return prices with borders inside an estate or a building made dearer.

    So both are kept whole where they fit.
    """
    price = graph.price.astype(np.float64)
    for label, surcharge in (
        (keep, _DEARER_INSIDE * weights.estates),
        (building, _DEARER_THROUGH_A_BUILDING),
    ):
        inside = (label[graph.one] == label[graph.other]) & (label[graph.one] != NONE)
        price[inside] += graph.length[inside] * (surcharge / weights.borders)
    return np.rint(price).astype(np.int64)


def finished(
    town: Town,
    name: str,
    units: Units,
    parts: Parts,
    beforehand: Beforehand,
    *,
    group: Integers,
) -> Drafted:
    """Return the draft of some parts, with the town noded to it."""
    projection = Projection(town.crs)
    maker = GridMaker(town, units, parts)
    estimated = bool(town.buildings["estimated"].any())
    grids = maker.frame(projection, estimated=estimated)
    plan = Plan.of(name, town.name, grids, assignments=maker.assignments())
    noded = _noded(town, units)
    return Drafted(
        noded,
        plan,
        beforehand,
        explanations(town, units, parts, maker, group),
        tuple(_level(town, units, parts, maker, number) for number in range(1, maker.levels + 1)),
    )


def _level(town: Town, units: Units, parts: Parts, maker: GridMaker, number: int) -> LevelDrafted:
    level = town.scheme.level(number)
    counts = [
        grid.households
        for grid in maker.grids
        if grid.level == number and not maker.is_special(grid)
    ]
    found = measure(units.graph, parts.labels[number - 1], level.low, level.high)
    inside = sum(level.low <= households <= level.high for households in counts)
    return LevelDrafted(number, len(counts), inside, found.compactness, found.barrier_percent)


def _noded(town: Town, units: Units) -> Town:
    """Return the town whose communities and jurisdiction have every vertex of the faces."""
    community = units.community[units.unit_of_face]
    rows, label = np.unique(community, return_inverse=True)
    shapes = dissolved(units.faces, label)
    geometry = town.communities.geometry.to_numpy().copy()
    geometry[rows] = shapes
    outline = shapely.coverage_union_all(units.faces)
    return town.with_layers(
        communities=town.communities.set_geometry(
            gpd.GeoSeries(list(geometry), index=town.communities.index, crs=STORED_CRS)
        ),
        jurisdiction=town.jurisdiction.set_geometry(
            gpd.GeoSeries([outline], index=town.jurisdiction.index, crs=STORED_CRS)
        ),
    )
