"""How few households must move on a level, as this level and all above it are off their bands.

One whole programme for a level: units of each size of a part go to parts that touch it, or to new
ones, and every part in or next to trouble ends in its band or is given up, on all levels down to
this one. Who moves is counted once, though it may serve several levels. Shapes are left out of
account. The least of it is a bound for all divisions:

- Units of parts that do not touch go astray: they leave a part (`away`), join one (`come`), or
  both. A stray that leaves a part above its band and joins one below it serves both. It may
  do so only behind as many households as lie on the shortest way between them, and no more
  of them count than the part below its band lacks beyond those on the way.
- Strays of other parts serve one end at the most, so that no way is asked of them.
- A new part has at least the households of the band.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from boundaries.draft.bound import kinds_of, neighbours
from boundaries.draft.compiled import Integers
from boundaries.draft.graph import UnitGraph
from boundaries.draft.measure import numbered, totals
from boundaries.draft.programme import Programme, Terms

_WIDEST = 60_000
"""Columns of a programme that is still tried."""
_Part = tuple[int, int]
"""A level and a part of it."""


def least_moves_of_all(
    graph: UnitGraph,
    old: Sequence[Integers],
    bands: Sequence[tuple[int, int]],
    *,
    until: float = float("inf"),
    limit_s: float = 2.0,
) -> int:
    """Return a number of households that must move on the finest of some levels.

    Parameters
    ----------
    graph
        Units with today's households.
    old
        Today's parts by level, coarsest first, level inside level, by any numbers.
    bands
        By level.
    until
        `time.monotonic` moment after which what is proved so far is taken.
    limit_s
        Seconds for the programme.
    """
    joint = _Joint(graph, [numbered(label) for label in old], bands)
    if joint.width() > _WIDEST:
        return 0
    return int(np.ceil(joint.written().least(until, limit_s) - 1e-6))


class _Joint:
    def __init__(
        self, graph: UnitGraph, labels: Sequence[Integers], bands: Sequence[tuple[int, int]]
    ) -> None:
        self.graph, self.labels, self.bands = graph, labels, bands
        self.finest = len(labels) - 1
        self.held = [totals(graph.households, label).tolist() for label in labels]
        self.near = [neighbours(graph, label) for label in labels]
        self.kinds = kinds_of(graph, labels[-1])
        first = np.unique(labels[-1], return_index=True)[1]
        self.above = [label[first].tolist() for label in labels]
        self.one_of = [
            {part: at for at, part in enumerate(self.above[level])} for level in range(len(labels))
        ]
        self.over: list[_Part] = []
        self.under: list[_Part] = []
        self.within: list[set[int]] = []
        for level, (low, high) in enumerate(bands):
            held = self.held[level]
            over = {part for part, count in enumerate(held) if count > high}
            under = {part for part, count in enumerate(held) if count < low}
            self.over += [(level, part) for part in sorted(over)]
            self.under += [(level, part) for part in sorted(under)]
            self.bad = over | under
            self.within.append(self.bad.union(*(self.near[level][part] for part in self.bad)))
        self.programme = Programme()
        self.into: list[dict[int, Terms]] = [defaultdict(list) for _ in labels]
        self.out: list[dict[int, Terms]] = [defaultdict(list) for _ in labels]
        self.far: list[set[int]] = [set() for _ in labels]

    def width(self) -> int:
        """Return about how many columns the programme has."""
        inside = self.within[-1]
        return sum(
            len(self.kinds.get(part, ())) * (2 + len(self.near[-1][part])) for part in inside
        )

    def written(self) -> Programme:
        """Write the programme down."""
        founded = self._neighbours_move()
        away, come = self._strays()
        self._others_stray(away, come, founded)
        self._ways()
        low = self.bands[-1][0]
        for members in founded.values():
            fresh = self.programme.column(0, 1)
            everyone = [term for terms in members.values() for term in terms]
            self.programme.row([*everyone, (fresh, -low)], low=0)
            for part, terms in members.items():
                if part is not None:
                    self.programme.row([*terms, (fresh, -self.held[-1][part])], high=0)
        for level in range(len(self.labels)):
            for part in sorted(self.within[level]):
                self._ends_in_band(level, part)
        return self.programme

    def _up(self, part: _Part, level: int) -> int:
        """Return the part of a coarser level, or of its own, that a part is in."""
        return self.above[level][self.one_of[part[0]][part[1]]]

    def _is_under(self, part: _Part, above: _Part) -> bool:
        return part[0] >= above[0] and self._up(part, above[0]) == above[1]

    def _lacks(self, part: _Part) -> int:
        return self.bands[part[0]][0] - self.held[part[0]][part[1]]

    def _goes(self, part: int, other: int, term: tuple[int, float], levels: range) -> None:
        """Let a column leave a finest part's parts for another one's, where these differ."""
        for level in levels:
            here, there = self.above[level][part], self.above[level][other]
            if here != there:
                self.out[level][here].append(term)
                self.into[level][there].append(term)

    def _neighbours_move(self) -> dict[int, dict[int | None, Terms]]:
        """Let units go to parts that touch theirs, or to new parts; return who founds these.

        Between parts in their band households go, whatever units they are of.
        """
        founded: dict[int, dict[int | None, Terms]] = defaultdict(lambda: defaultdict(list))
        inside, last = self.within[-1], self.finest
        for part in range(len(self.held[-1])):
            touching = self.near[-1][part]
            goals = sorted(touching if part in inside else touching & inside)
            grounds = {-1: part}
            if last:
                grounds = {self.above[-2][other]: other for other in sorted({part, *touching})}
            bad = part in self.bad
            for other in [] if bad else [goal for goal in goals if goal not in self.bad]:
                term = (self._column(1, self.held[-1][part]), 1)
                self._goes(part, other, term, range(last + 1))
            for ground, other in grounds.items() if part in inside and not bad else ():
                term = (self._column(1, self.held[-1][part]), 1)
                self._founds(part, term, other, founded[ground])
            goals = [goal for goal in goals if bad or goal in self.bad]
            for size, count in self.kinds.get(part, ()) if goals or bad else ():
                places: Terms = []
                for other in goals:
                    places.append((self.programme.column(size, count), 1))
                    self._goes(part, other, (places[-1][0], size), range(last + 1))
                for ground, other in grounds.items() if bad else ():
                    places.append((self.programme.column(size, count), 1))
                    self._founds(part, (places[-1][0], size), other, founded[ground])
                self.programme.row(places, high=count)
        return founded

    def _founds(
        self, part: int, term: tuple[int, float], other: int, members: dict[int | None, Terms]
    ) -> None:
        """Let a column leave a part for a new one beside another part, or beside itself."""
        self.out[-1][part].append(term)
        members[part].append(term)
        self._goes(part, other, term, range(self.finest))

    def _strays(self) -> tuple[dict[_Part, Terms], dict[_Part, Terms]]:
        """Let units leave parts above their band and join parts below it from afar.

        Returns the columns of those who leave each, then of those who join each; the first of
        either are those who serve this end only.
        """
        away: dict[_Part, Terms] = {}
        come: dict[_Part, Terms] = {}
        for level, part in self.over:
            away[level, part] = [(self._column(1, self.held[level][part]), 1)]
            self.out[level][part] += away[level, part]
        for level, part in self.under:
            come[level, part] = [(self._column(1, self.bands[level][1]), 1)]
            self.into[level][part] += come[level, part]
            if level == self.finest:
                self.far[level].add(come[level, part][0][0])
        self.alone = {terms[0][0] for terms in come.values()}
        self._both_ends(away, come)
        for source, columns in away.items():
            for level in range(source[0]):
                above = self._up(source, level)
                if (level, above) in away:
                    self._optional(columns, self.held[source[0]][source[1]], self.out, level, above)
        for goal, columns in come.items():
            for level in range(goal[0]):
                above = self._up(goal, level)
                if (level, above) in come:
                    self._optional(columns[:1], self.bands[level][1], self.into, level, above)
        return away, come

    def _column(self, cost: float, most: float) -> int:
        return self.programme.column(cost, most, whole=False)

    def _optional(
        self,
        columns: Terms,
        most: float,
        ends: list[dict[int, Terms]],
        level: int,
        part: int,
    ) -> int:
        """Let as many as stray leave or join another part of a level, too; return the column."""
        column = self._column(0, most)
        self.programme.row([(column, 1), *((place, -value) for place, value in columns)], high=0)
        ends[level][part].append((column, 1))
        return column

    def _both_ends(self, away: dict[_Part, Terms], come: dict[_Part, Terms]) -> None:
        """Let strays serve a part above its band and one below it, where a way is short enough."""
        ways = _Ways(self.graph, self.labels)
        self.steps: dict[_Part, list[tuple[float, int]]] = defaultdict(list)
        self.way: dict[_Part, float] = {}
        by_goal: dict[_Part, list[npt.NDArray[np.float64]]] = {}
        for goal in self.under:
            level, part = goal
            by_goal[goal], self.way[goal] = ways.to(
                level, part, self.near[level][part] | {part}, self.bands[level][1]
            )
        for goal in self.under:
            chain = [
                (level, self._up(goal, level))
                for level in range(goal[0] + 1)
                if (level, self._up(goal, level)) in by_goal
            ]
            for source in self.over:
                touches = source[0] == goal[0] == self.finest and (
                    source[1] in self.near[-1][goal[1]]
                )
                if touches or self._is_under(source, goal) or self._is_under(goal, source):
                    continue
                if by_goal[goal][source[0]][source[1]] >= self._lacks(goal):
                    continue
                most = self.held[source[0]][source[1]]
                stray = self._column(1, most)
                self.out[source[0]][source[1]].append((stray, 1))
                away[source].append((stray, 1))
                come[goal].append((stray, 1))
                for above in chain:
                    way = float(by_goal[above][source[0]][source[1]])
                    if self._is_under(source, above) or way >= self._lacks(above):
                        continue
                    column = stray
                    if above == goal:
                        self.into[goal[0]][goal[1]].append((stray, 1))
                    else:
                        column = self._optional([(stray, 1)], most, self.into, *above)
                    self.steps[above].append((way, column))
                    if self._is_far(source, above, way):
                        self.far[above[0]].add(column)

    def _is_far(self, source: _Part, goal: _Part, way: float) -> bool:
        """Whether strays cannot come from a part that touches the goal."""
        level, part = goal
        if level == self.finest:
            return True
        if source[0] >= level:
            return self._up(source, level) not in self.near[level][part]
        return way > 0 and not any(
            self._is_under((level, other), source) for other in self.near[level][part]
        )

    def _others_stray(
        self,
        away: dict[_Part, Terms],
        come: dict[_Part, Terms],
        founded: dict[int, dict[int | None, Terms]],
    ) -> None:
        """Let parts in their band lose and take strays, as many as there are."""
        free = self._column(1, float(self.graph.households.sum()))
        for level in range(len(self.labels)):
            lost: Terms = [(free, -1), *((terms[0][0], -1) for terms in come.values())]
            taken: Terms = [(free, -1), *((terms[0][0], -1) for terms in away.values())]
            for part in sorted(self.within[level]):
                here = (level, part)
                if here not in away:
                    lost.append((self._column(0, self.held[level][part]), 1))
                    self.out[level][part].append(lost[-1])
                if here not in come:
                    taken.append((self._column(0, self.bands[level][1]), 1))
                    self.into[level][part].append(taken[-1])
            if level == self.finest:
                for members in founded.values():
                    taken.append((self._column(0, float(self.graph.households.sum())), 1))
                    members[None].append(taken[-1])
            self._related(level, away, self.out)
            self._related(level, come, self.into, founded if level == self.finest else None)
            self.programme.row(lost, high=0)
            self.programme.row(taken, high=0)
        if come:
            swaps: Terms = [(terms[0][0], -1) for terms in away.values()]
            for level, part in come:
                # who leaves a part below its band may be replaced by others' strays
                swaps.append((self._optional(self.out[level][part], self.bands[level][1],
                                             self.into, level, part), 1))  # fmt: skip
                self.far[level].add(swaps[-1][0])
            self.programme.row(swaps, high=0)

    def _related(
        self,
        level: int,
        strays: dict[_Part, Terms],
        ends: list[dict[int, Terms]],
        founded: dict[int, dict[int | None, Terms]] | None = None,
    ) -> None:
        """Let strays of a part out of its band leave or join a part in it, over or under it."""
        for (other, part), columns in strays.items():
            if other == level:
                continue
            served: Terms = []
            for mine in sorted(self.within[level]):
                here = (level, mine)
                if here not in strays and (
                    self._is_under(here, (other, part)) or self._is_under((other, part), here)
                ):
                    served.append((self._column(0, float(self.graph.households.sum())), 1))
                    ends[level][mine].append(served[-1])
            for ground, members in (founded or {}).items():
                if self._is_under((level - 1, ground), (other, part)):
                    served.append((self._column(0, float(self.graph.households.sum())), 1))
                    members[None].append(served[-1])
            self.programme.row([*served, *((place, -value) for place, value in columns)], high=0)

    def _ways(self) -> None:
        """Ask as many households on the way as must lie there of strays that serve both ends."""
        for goal, steps in self.steps.items():
            level, part = goal
            lacks, at = self._lacks(goal), {column: way for way, column in steps}
            coming, leaving = list(self.into[level][part]), self.out[level][part]
            for way in sorted({way for way, _ in steps}):
                is_met = self.programme.column(0, 1)
                beyond: Terms = [(column, 1) for other, column in steps if other >= way]
                self.programme.row(
                    [*beyond, (is_met, way - lacks), *((at_, -value) for at_, value in leaving)],
                    high=0,
                )
                if way > 0:
                    before = [term for term in coming if at.get(term[0], -1) < way]
                    self.programme.row([*before, (is_met, -way)], low=0)

    def _ends_in_band(self, level: int, part: int) -> None:
        """Let a part end in its band, or be given up with all its units gone."""
        (low, high), held = self.bands[level], self.held[level][part]
        out, into = self.out[level][part], self.into[level][part]
        given_up = self.programme.column(0, 1)
        self.programme.row([*out, (given_up, -held)], low=0)
        self.programme.row(out, high=held)
        change = [*into, *((place, -value) for place, value in out)]
        self.programme.row([*change, (given_up, low)], low=low - held)
        self.programme.row([*change, (given_up, high)], high=high - held)
        if held > high:
            excess = held - high
            self.programme.row(
                out, low=_sum_from(self.kinds[part], excess) if level == self.finest else excess
            )
        if held < low:
            by_neighbours = min(low - held, self.way[level, part])
            close = [term for term in into if term[0] not in self.far[level]]
            self.programme.row([*into, (given_up, low - held)], low=low - held)
            self.programme.row([*close, (given_up, by_neighbours)], low=by_neighbours)


class _Ways:
    """Fewest households between parts."""

    def __init__(self, graph: UnitGraph, labels: Sequence[Integers]) -> None:
        self._households, self._labels = graph.households, labels
        passable = np.flatnonzero(~graph.walled)
        tail = np.concatenate([graph.one[passable], graph.other[passable]])
        head = np.concatenate([graph.other[passable], graph.one[passable]])
        # a little more than nothing: zeros would be no pairs
        self._pairs = csr_array(
            (graph.households[head] + 1e-7, (tail, head)), shape=(len(graph), len(graph))
        )

    def to(
        self, level: int, part: int, close: set[int], high: int
    ) -> tuple[list[npt.NDArray[np.float64]], float]:
        """Return the fewest households from a part to those of all levels, and to any not close.

        Ways of more than the band's upper end are infinite.
        """
        label = self._labels[level]
        found = dijkstra(
            self._pairs,
            indices=np.flatnonzero(label == part),
            min_only=True,
            limit=float(high + int(self._households.max()) + 1),
        )
        between = np.floor(found - self._households + 1e-3)
        nearest = []
        for each in self._labels:
            least = np.full(int(each.max()) + 1, np.inf)
            np.minimum.at(least, each, between)
            nearest.append(least)
        outside = between[~np.isin(label, list(close))]
        return nearest, float(outside.min(initial=np.inf))


def _sum_from(kinds: Sequence[tuple[int, int]], least: int) -> int:
    """Return the smallest sum of units that is not below some number."""
    reachable = 1
    for size, count in kinds:
        for _ in range(count):
            reachable |= reachable << size
    above = reachable >> least
    return least + (above & -above).bit_length() - 1
