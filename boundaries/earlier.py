"""Read from the store what other publications of a town leave to a plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from boundaries.history import History, Period
from boundaries.plan import Plan
from boundaries.store import PlanRecord, Publication, Store


def history_of(store: Store, plan: Plan | PlanRecord) -> History:
    """Return when other plans hold in a town, and the codes that they gave up.

    Parameters
    ----------
    store
        Where publications are recorded.
    plan
        The plan about to be checked; what it was itself published for does not count.

    Notes
    -----
    A grid that a plan keeps has its code from the plan before, so a code counts as given up once
    a later publication of its community does without it.
    """
    others = [
        publication
        for publication in store.publications()
        if publication.town == plan.town and publication.plan != plan.id
    ]
    others.sort(key=lambda publication: publication.effective_from)
    periods = tuple(
        Period(community, each.plan_name, each.effective_from, each.effective_to)
        for each in others
        for community in each.communities
    )
    return History(_retired(store, others), periods)


def _retired(store: Store, publications: Sequence[Publication]) -> frozenset[str]:
    last: dict[str, set[str]] = {}
    ever: dict[str, set[str]] = defaultdict(set)
    codes: dict[str, list[str]] = {}
    for publication in publications:
        if publication.plan not in codes:
            codes[publication.plan] = store.grid_codes(publication.plan)
        for community in publication.communities:
            own = {code for code in codes[publication.plan] if code.startswith(community)}
            ever[community] |= own
            last[community] = own
    return frozenset(code for community, own in ever.items() for code in own - last[community])
