"""Where children cannot be mended inside their parent: move a little between two parents."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from boundaries.draft.compiled import Flags, Integers
from boundaries.draft.graph import UnitGraph
from boundaries.draft.measure import numbered, off_band, totals
from boundaries.draft.partition import Aim
from boundaries.draft.settling import Mending, worth

_TRIES = 60
_ENOUGH = 25
_LARGEST = 6


@dataclass
class Family:
    """Parents and children of all units while they are being mended.

    Attributes
    ----------
    graph
        Units.
    above
        Parts of the level above the parents; of communities where there is none.
    outer
        Band and households of that level, where parts of it may change a little too.
    hopeless
        Units that no child of the band can have; None: not known.
    parents, children
        Parts now.
    was_parents, was_children
        Parts of today's plan.
    aims
        Of parents and children.
    held
        Households of every unit as the parents' level and the children's count them.
    """

    graph: UnitGraph
    above: Integers
    parents: Integers
    children: Integers
    was_parents: Integers
    was_children: Integers
    aims: tuple[Aim, Aim]
    held: tuple[Integers, Integers]
    outer: tuple[Aim, Integers] | None = None
    hopeless: Flags | None = None

    def troubled(self) -> Integers:
        """Return a unit of every child that is off its band without need."""
        aim = self.aims[1]
        off = off_band(totals(self.held[1], self.children), aim.low, aim.high)
        if self.hopeless is not None:
            off[self.children[self.hopeless]] = 0
        units = np.flatnonzero(off[self.children] > 0)
        first = np.unique(self.children[units], return_index=True)[1]
        return np.sort(units[first])


def relieve(family: Family, mending: Mending, *, seed: int) -> None:
    """Change parents and children in place, wherever that brings children into their band.

    For every child off its band, connected chunks of a few units are moved between its parent
    and each neighbour that can give or take them; the children of both are mended anew. The
    change with the least off the band, then the fewest households moved, is taken.
    """
    random = np.random.default_rng(seed)
    for unit in family.troubled().tolist():
        parent = int(family.parents[unit])
        best: tuple[tuple[int, int], Integers, Integers, Integers] | None = None
        for neighbour in _neighbours(family, parent):
            units = np.flatnonzero(np.isin(family.parents, [parent, neighbour]))
            now = worth(
                family.held[1][units], family.children[units], family.was_children[units],
                family.aims[1],
            )  # fmt: skip
            if now[0] == 0:
                best = None
                break
            for attempt in range(_TRIES):
                if best is not None and best[0][0] == 0 and attempt >= _ENOUGH:
                    break
                found = _tried(family, mending, units, random)
                if found is None or found[0] >= now or (best and found[0] >= best[0]):
                    continue
                if _suits_above(family, units, found[1]):
                    best = (found[0], units, found[1], found[2])
        if best is not None:
            _, units, parents, children = best
            family.above = _above_after(family, units, parents)
            family.parents[units] = parents
            family.children[units] = _names_of_their_own(family, units, children)


def _names_of_their_own(family: Family, units: Integers, children: Integers) -> Integers:
    """Return children that bear no name of a child elsewhere."""
    elsewhere = np.delete(family.children, units)
    free = int(max(family.children.max(), children.max(), family.was_children.max())) + 1
    known = np.unique(family.was_children[units])
    renamed = children.copy()
    for name in np.unique(children).tolist():
        if name in elsewhere or name not in known:
            renamed[children == name] = free
            free += 1
    return renamed


def _above_after(family: Family, units: Integers, parents: Integers) -> Integers:
    """Return the level above once units have gone to other parents: they go along with them."""
    home = dict(zip(family.parents[units].tolist(), family.above[units].tolist(), strict=True))
    above = family.above.copy()
    above[units] = [home[parent] for parent in parents.tolist()]
    return above


def _suits_above(family: Family, units: Integers, parents: Integers) -> bool:
    """Whether the level above keeps its bands, and its parts their one piece."""
    above = _above_after(family, units, parents)
    touched = np.unique(np.concatenate([above[units], family.above[units]]))
    if family.outer is None or len(touched) < 2:  # noqa: PLR2004 - nothing changed there
        return True
    aim, held = family.outer
    members = np.flatnonzero(np.isin(above, touched))
    counts = totals(held[members], numbered(above[members]))
    if len(counts) < len(touched) or off_band(counts, aim.low, aim.high).any():
        return False
    pieces = family.graph.part(members).components(numbered(above[members]))
    return int(pieces.max()) + 1 == len(touched)


def _neighbours(family: Family, parent: int) -> list[int]:
    graph = family.graph
    one, other = family.parents[graph.one], family.parents[graph.other]
    meet = ~graph.walled & (one != other) & ((one == parent) | (other == parent))
    if family.outer is None:
        meet &= family.above[graph.one] == family.above[graph.other]
    return [int(each) for each in np.unique(np.where(one == parent, other, one)[meet])]


def _tried(
    family: Family, mending: Mending, units: Integers, random: np.random.Generator
) -> tuple[tuple[int, int], Integers, Integers] | None:
    """Move one chunk between two parents and mend their children; None where it does not fit."""
    part = family.graph.part(units)
    parents = family.parents[units].copy()
    one, other = parents[part.one], parents[part.other]
    border = np.flatnonzero(~part.walled & (one != other))
    if not len(border):
        return None
    pair = int(random.choice(border))
    here, there = int(part.one[pair]), int(part.other[pair])
    if random.random() < 0.5:  # noqa: PLR2004 - either way
        here, there = there, here
    giver, taker = int(parents[here]), int(parents[there])
    chunk = {here}
    for _ in range(int(random.integers(_LARGEST))):
        beside = {
            int(second) if int(first) in chunk else int(first)
            for first, second in zip(part.one, part.other, strict=True)
            if (int(first) in chunk) != (int(second) in chunk)
        }
        more = sorted(each for each in beside if parents[each] == giver)
        if not more:
            break
        chunk.add(int(random.choice(more)))
    parents[sorted(chunk)] = taker
    held = totals(family.held[0][units], numbered(parents))
    if off_band(held, family.aims[0].low, family.aims[0].high).any() or len(held) < 2:  # noqa: PLR2004
        return None
    if int(part.components(numbered(parents)).max()) != 1:
        return None
    children = mending.mended(
        replace(part, households=family.held[1][units]),
        numbered(parents),
        family.was_children[units],
        parents == family.was_parents[units],
        family.aims[1],
        seed=int(random.integers(1 << 40)),
    )
    off, moved = worth(family.held[1][units], children, family.was_children[units], family.aims[1])
    moved += int(family.held[0][units][parents != family.was_parents[units]].sum())
    return (off, moved), parents, children
