"""What a plan's rules must know of the publications before and after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Period:
    """A publication of another plan in one community, over ``[start, end)``.

    Attributes
    ----------
    community
        Its code.
    plan
        Name of the plan.
    start, end
        Aware moments; None = without end.
    """

    community: str
    plan: str
    start: datetime
    end: datetime | None


@dataclass(frozen=True)
class History:
    """What other publications of a town leave to a plan.

    Attributes
    ----------
    retired
        Codes of grids that were given up, never to be used again.
    periods
        When other plans hold in its communities.
    """

    retired: frozenset[str] = frozenset()
    periods: tuple[Period, ...] = ()
