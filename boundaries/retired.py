"""Codes of grids that were given up: never to be used again."""

from __future__ import annotations

from collections import defaultdict

from boundaries.plan import Plan
from boundaries.store import Store


def retired_codes(store: Store, plan: Plan) -> frozenset[str]:
    """Return the codes that earlier plans of the town had and that the last one gave up.

    Parameters
    ----------
    store
        Where publications are recorded.
    plan
        The plan about to be checked; what it was itself published for does not count.

    Returns
    -------
    frozenset of str
        Codes of grids of any level. A grid that a plan keeps has its code from the plan before,
        so a code counts as given up once a publication of its community does without it.
    """
    last: dict[str, frozenset[str]] = {}
    ever: dict[str, set[str]] = defaultdict(set)
    earlier = [
        publication
        for publication in store.publications()
        if publication.town == plan.town and publication.plan != plan.id
    ]
    codes: dict[str, list[str]] = {}
    for publication in sorted(earlier, key=lambda publication: publication.effective_from):
        if publication.plan not in codes:
            codes[publication.plan] = store.load_plan(publication.plan).grids["code"].tolist()
        for community in publication.communities:
            own = {code for code in codes[publication.plan] if code.startswith(community)}
            ever[community] |= own
            last[community] = frozenset(own)
    return frozenset(code for community, own in ever.items() for code in own - last[community])
