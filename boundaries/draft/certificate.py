"""Why a grid is off its band: proofs where there are, what was tried where there is none."""

from __future__ import annotations

import numpy as np

from boundaries.draft.compiled import Integers
from boundaries.draft.crowding import Crowding
from boundaries.draft.feasibility import hopeless_units
from boundaries.draft.graph import UnitGraph
from boundaries.draft.measure import numbered, off_band, totals


def explained(graph: UnitGraph, label: Integers, low: int, high: int) -> dict[int, str]:
    """Return, for every part off its band, what is proved of it.

    ``"hopeless"``: it holds a unit that no connected set of low … high households contains.
    ``"crowded"``: it holds one of some small units that cannot all be in such sets at once.
    ``"not proved"``: none was found in the time given, and no proof that there is none.
    """
    label = numbered(label)
    off = off_band(totals(graph.households, label), low, high)
    if not off.any():
        return {}
    hopeless = set(label[hopeless_units(graph, low, high)].tolist())
    crowding = Crowding(graph, low, high)
    found = {}
    for part in np.flatnonzero(off).tolist():
        found[part] = "hopeless" if part in hopeless else "not proved"
        if part not in hopeless and any(
            crowding.is_proved(unit) for unit in np.flatnonzero(label == part).tolist()
        ):
            found[part] = "crowded"
    return found
