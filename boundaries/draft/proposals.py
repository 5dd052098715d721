"""What a mend makes of grids beyond moving borders: which are split, merged, given another code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, cast

import pandas as pd

from boundaries.draft.beforehand import CommunityCount
from boundaries.moving import levels_of
from boundaries.plan import Plan
from boundaries.scheme import Scheme
from messages import LANGUAGES, Message


@dataclass(frozen=True)
class Share:
    """A grid that has households of a split or merged one.

    Attributes
    ----------
    code, name
        Of the grid.
    households
        That it has of the split or merged grid.
    state
        ``kept`` for the grid itself, ``new``, or ``other`` for one that goes on beside it.
    """

    code: str
    name: str
    households: int
    state: str


@dataclass(frozen=True)
class Proposal:
    """One grid that does not go on as it is.

    Attributes
    ----------
    kind
        ``split``: part of it becomes new grids; ``merged``: its code is given up and others take
        it; ``renumbered``: it goes on whole in another parent, hence under another code.
    level, code, name, households
        Of the grid as it was, with today's households.
    low, high
        The band.
    why
        ``too_many``, ``too_few``, or ``follows``: it is in its band, its parent or neighbours
        change.
    into
        Who has its households now.
    moved
        Its households that get another code.
    contacts
        IDs of those who answer for it, or for a grid that takes of it.
    is_proved
        Whether arithmetic alone says that the community needs another number of grids.
    """

    kind: str
    level: int
    code: str
    name: str
    households: int
    low: int
    high: int
    why: str
    into: tuple[Share, ...]
    moved: int
    contacts: tuple[str, ...]
    is_proved: bool

    @property
    def message(self) -> Message:
        """The proposal in one sentence."""
        shares = [Message(f"draft.share_{each.state}", asdict(each)) for each in self.into]
        into = shares[0] if shares else Message("draft.share_nobody")
        for each in shares[1:]:
            into = Message("draft.share_and", {"first": into, "then": each})
        why = Message(f"draft.why_{self.why}", {"low": self.low, "high": self.high})
        proof = Message(f"draft.{'no_move_suffices' if self.is_proved else 'no_proof'}")
        values = {**asdict(self), "contacts": len(self.contacts), "into": into, "why": why}
        return Message(f"draft.proposal_{self.kind}", {**values, "proof": proof})

    def as_dict(self) -> dict[str, Any]:
        """Return the proposal as plain values, in both languages."""
        said = {f"message_{language}": self.message.text(language) for language in LANGUAGES}
        return {**asdict(self), **said}


def proposals(
    old: Plan, new: Plan, scheme: Scheme, who: pd.DataFrame, counts: Iterable[CommunityCount]
) -> tuple[Proposal, ...]:
    """Return the grids that are split, merged or renumbered, by level and code.

    Parameters
    ----------
    old, new
        The plan before and after.
    scheme
        Bands.
    who
        As `boundaries.moving.moves` gives it.
    counts
        How many grids of each level every community's households fill.
    """
    told = _Told(old, new, scheme, {(one.community, one.level): one for one in counts})
    return tuple(one for level in levels_of(who) for one in told.of_level(who, level))


class _Told:
    """Both plans, and who answers for the old one's grids."""

    def __init__(
        self, old: Plan, new: Plan, scheme: Scheme, counts: dict[tuple[str, int], CommunityCount]
    ) -> None:
        self.old, self.new, self.scheme, self.counts = old, new, scheme, counts
        self.names = {
            str(code): str(name or code)
            for plan in (old, new)
            for code, name in zip(plan.grids["code"], plan.grids["name"], strict=True)
        }
        self.known = set(old.grids["code"])
        self.people: dict[str, list[str]] = defaultdict(list)
        for person, grid in zip(old.contacts["id"], old.contacts["grid"], strict=True):
            self.people[str(grid)].append(str(person))

    def of_level(self, who: pd.DataFrame, level: int) -> Iterator[Proposal]:
        """Yield what becomes of a level's grids that do not go on as they are."""
        held: dict[str, dict[str, int]] = defaultdict(dict)
        main: dict[str, tuple[int, str]] = {}
        flows = who.groupby([f"from{level}", f"to{level}"], sort=True)["households"].sum()
        for key, households in flows.items():
            source, target = (str(each) for each in cast("tuple[str, str]", key))
            held[source][target] = int(households)
            main[target] = max(main.get(target, (-1, "")), (int(households), source))
        grids = self.old.grids[self.old.grids["level"] == level]
        grids = grids[grids["kind"] == "general"]
        after = set(self.new.grids.loc[self.new.grids["level"] == level, "code"])
        count = grids["community"].value_counts().to_dict()
        for code, community in zip(grids["code"], grids["community"], strict=True):
            into = held.get(code, {})
            born = [to for to in into if to not in self.known and main[to][1] == code]
            if code in after and not born:
                continue
            kind = "split" if code in after or len(born) > 1 else "merged"
            if code not in after and born and into[born[0]] == sum(into.values()):
                kind = "renumbered"
            yield self._proposal(kind, level, code, into, community, count[community])

    def _proposal(  # noqa: PLR0917
        self, kind: str, level: int, code: str, into: dict[str, int], community: str, count: int
    ) -> Proposal:
        band, total = self.scheme.level(level), sum(into.values())
        why = "too_many" if total > band.high else "too_few" if total < band.low else "follows"
        fit = self.counts.get((community, level))
        is_proved = (
            fit is not None
            and why != "follows"
            and ((kind == "split" and fit.least > count) or (kind == "merged" and fit.most < count))
        )
        order = sorted(into, key=lambda to: (to != code, -into[to], to))
        return Proposal(
            kind=kind,
            level=level,
            code=code,
            name=self.names.get(code, code),
            households=total,
            low=band.low,
            high=band.high,
            why=why,
            into=tuple(self._share(code, to, into[to]) for to in order),
            moved=total - into.get(code, 0),
            contacts=tuple(sorted({person for to in {code, *into} for person in self.people[to]})),
            is_proved=is_proved,
        )

    def _share(self, code: str, to: str, households: int) -> Share:
        state = "kept" if to == code else "other" if to in self.known else "new"
        return Share(to, self.names.get(to, to), households, state)
