"""Compile the kernels ahead of time: ``python -m boundaries.draft.warming``, once when installed.

Without it the first draft or mend compiles them, some ten seconds, and later ones do not. Where
numba is not installed there is nothing to do.
"""

from __future__ import annotations

import numpy as np

from boundaries.draft.feasibility import hopeless_units
from boundaries.draft.graph import unit_graph
from boundaries.draft.levels import aims_of, draw
from boundaries.draft.mending import mend_levels


def warm() -> None:
    """Draw and mend a tiny town, so that every kernel's machine code is on disk."""
    count = 24
    graph = unit_graph(
        np.full(count, 4),
        area_m2=np.full(count, 100.0),
        rim_m=np.full(count, 20.0),
        one=np.arange(count - 1),
        other=np.arange(1, count),
        length_m=np.full(count - 1, 10.0),
        barrier_m=np.zeros(count - 1),
        barrier_class=np.zeros(count - 1),
    )
    hopeless_units(graph, 8, 16)
    aims = aims_of(graph, [(20, 40), (8, 16)])
    mend_levels(graph, draw(graph, aims, seed=0), aims_of(graph, [(20, 40), (9, 15)]), seed=0)


if __name__ == "__main__":
    warm()
