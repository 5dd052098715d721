"""Recut parents whose children cannot be in their band, together with their neighbours."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from boundaries.draft.compiled import Flags, Integers
from boundaries.draft.graph import UnitGraph, linked
from boundaries.draft.measure import numbered, off_band, totals
from boundaries.draft.partition import Aim, divide

_ATTEMPTS = 45
_TRIES = 40
_IN_VAIN = 600
"""Attempts without any gain after which the rest is left as it is."""


def mended_parents(
    graph: UnitGraph,
    drawn: list[Integers],
    label: Integers,
    aims: Sequence[Aim],
    held: Sequence[Integers],
    *,
    seed: int,
    until: float,
    hopeless: Flags | None = None,
    parents_graph: UnitGraph | None = None,
) -> Integers:
    """Recut parents with children off their band, with one to three neighbours each.

    Parameters
    ----------
    graph
        Units.
    drawn
        Levels above, coarsest first; changed in place where parents are recut.
    label
        Children, of every unit.
    aims
        Of all levels down to the children's.
    held
        Households of every unit, by level.
    seed
        Of the recuts.
    until
        `time.monotonic` moment after which parents are left as they are.
    hopeless
        Units that no child of the band can have: proved, so that nothing is tried for them.
        None: not known.
    parents_graph
        The graph as the parents' level has it, where fewer borders are locked there.

    Returns
    -------
    numpy.ndarray
        The children; never more households off the band than before.
    """
    random = np.random.default_rng(seed)
    fix = _Recutting(graph, parents_graph or graph, drawn, label, aims, held, random, hopeless)
    for reach in ("parent", "anywhere"):
        fix.in_vain = 0
        for unit in fix.troubled():
            if time.monotonic() > until or fix.in_vain > _IN_VAIN:
                break
            fix.recut(unit, across=reach == "anywhere")
    drawn[-1] = numbered(drawn[-1])
    return numbered(fix.children)


class _Recutting:
    """The levels while parents are being recut: units by parent, neighbours by unit."""

    def __init__(  # noqa: PLR0917
        self,
        graph: UnitGraph,
        parents_graph: UnitGraph,
        drawn: list[Integers],
        children: Integers,
        aims: Sequence[Aim],
        held: Sequence[Integers],
        random: np.random.Generator,
        hopeless: Flags | None,
    ) -> None:
        self.graph, self.drawn, self.children = parents_graph, drawn, children.copy()
        self._children_graph = graph
        self.aims, self.random = aims, random
        self.held = held[: len(aims)]
        self.in_vain = 0
        self._hopeless = hopeless
        drawn[-1] = drawn[-1].copy()
        passable = ~parents_graph.walled
        one, other = parents_graph.one[passable], parents_graph.other[passable]
        tail = np.concatenate([one, other])
        order = np.argsort(tail, kind="stable")
        self._head = np.concatenate([other, one])[order]
        self._begin = np.searchsorted(tail[order], np.arange(len(graph) + 1))

    @property
    def parents(self) -> Integers:
        return self.drawn[-1]

    def troubled(self) -> list[int]:
        """Return a unit of every child that is off the band without need."""
        off = self._off(self.children)
        if self._hopeless is not None:
            off[self.children[self._hopeless]] = 0
        units = np.flatnonzero(off[self.children] > 0)
        first = np.unique(self.children[units], return_index=True)[1]
        return [int(unit) for unit in np.sort(units[first])]

    def _off(self, children: Integers) -> Integers:
        aim = self.aims[-1]
        return off_band(totals(self.held[-1], children), aim.low, aim.high)

    def recut(self, unit: int, *, across: bool) -> None:
        """Recut a unit's parent with neighbours until its children fit; keep what is better."""
        for attempt in range(_ATTEMPTS):
            group = self._group(int(self.parents[unit]), 1 + attempt % 3, across=across)
            units = np.flatnonzero(np.isin(self.parents, group))
            before = self._trouble(units, self.parents[units], self.children[units])
            if before[1] == 0:
                return
            self.in_vain += 1
            found = self._divided(units)
            if found is None:
                continue
            parents, children = found
            if self._trouble(units, parents, children) < before:
                if across and not self._keep_grandparents(units, parents):
                    continue
                self._take(units, parents, children)
                self.in_vain = 0
                unit = self._worst(units)

    def _worst(self, units: Integers) -> int:
        off = self._off(self.children)
        return int(units[np.argmax(off[self.children[units]])])

    def _trouble(self, units: Integers, parents: Integers, children: Integers) -> tuple[int, int]:
        return tuple(  # type: ignore[return-value]
            int(off_band(totals(held[units], numbered(label)), aim.low, aim.high).sum())
            for label, aim, held in zip(
                (parents, children), self.aims[-2:], self.held[-2:], strict=True
            )
        )

    def _group(self, parent: int, more: int, *, across: bool) -> list[int]:
        """Return the parent and some neighbours, under its own parent unless across is true."""
        group = [parent]
        for _ in range(more):
            units = np.flatnonzero(np.isin(self.parents, group))
            beside = np.concatenate(
                [self._head[self._begin[unit] : self._begin[unit + 1]] for unit in units.tolist()]
            )
            if len(self.drawn) > 1 and not across:
                beside = beside[self.drawn[-2][beside] == self.drawn[-2][units[0]]]
            others = np.setdiff1d(self.parents[beside], group)
            if not len(others):
                break
            group.append(int(self.random.choice(others)))
        return group

    def _divided(self, units: Integers) -> tuple[Integers, Integers] | None:
        part = self.graph.part(units)
        region = part.components()
        if region.any():
            return None
        seed = int(self.random.integers(1 << 40))
        part = replace(part, households=self.held[-2][units])
        parents, _ = divide(part, region, self.aims[-2], seed=seed, tries=2, enough=1)
        region = parents
        if self._children_graph is not self.graph:
            part = self._children_graph.part(units)
            region = part.components(parents)
        part = replace(part, households=self.held[-1][units])
        children, _ = divide(part, region, self.aims[-1], seed=seed + 1, tries=_TRIES, enough=1)
        return parents, children

    def _keep_grandparents(self, units: Integers, parents: Integers) -> bool:
        """Give each new parent to the grandparent it shares most with; say whether all still fit.

        Grandparents stay in their band and in one piece, or nothing is changed.
        """
        if len(self.drawn) < 2:  # noqa: PLR2004 - there are no grandparents
            return True
        above, aim = self.drawn[-2].copy(), self.aims[-3]
        touched = np.unique(above[units])
        weight = self.graph.households[units] + 1
        for new in np.unique(parents).tolist():
            mine = parents == new
            shared = [int(weight[mine & (above[units] == old)].sum()) for old in touched]
            above[units[mine]] = touched[int(np.argmax(shared))]
        for old in touched.tolist():
            members = np.flatnonzero(above == old)
            held = int(self.held[-3][members].sum())
            was = int(self.held[-3][self.drawn[-2] == old].sum())
            if (
                not len(members)
                or off_band(np.array([held]), aim.low, aim.high)[0]
                > (off_band(np.array([was]), aim.low, aim.high)[0])
            ):
                return False
            part = self.graph.part(members)
            if linked(len(part), part.one[~part.walled], part.other[~part.walled]).any():
                return False
        self.drawn[-2] = above
        return True

    def _take(self, units: Integers, parents: Integers, children: Integers) -> None:
        self.parents[units] = parents + int(self.parents.max()) + 1
        self.children[units] = children + int(self.children.max()) + 1
