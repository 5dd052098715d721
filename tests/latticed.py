"""Square cells with streets between blocks: the graph that drafting tests draw on."""

from __future__ import annotations

import numpy as np

from boundaries.draft.graph import unit_graph


def lattice(columns, rows, households, *, street_every=0):
    """Square cells of 20 m; every few columns and rows a street lies between."""
    cell = np.arange(columns * rows).reshape(rows, columns)
    pairs = [
        *zip(cell[:, :-1].ravel(), cell[:, 1:].ravel(), strict=True),
        *zip(cell[:-1].ravel(), cell[1:].ravel(), strict=True),
    ]
    one, other = np.array(pairs, np.int64).reshape(-1, 2).T
    row, column = np.divmod(np.arange(columns * rows), columns)
    block = row * 0
    if street_every:
        block = row // street_every * columns + column // street_every
    street = block[one] != block[other]
    degree = np.bincount(np.concatenate([one, other]), minlength=columns * rows)
    return unit_graph(
        households,
        area_m2=np.full(columns * rows, 400.0),
        rim_m=(4 - degree) * 20.0,
        one=one,
        other=other,
        length_m=np.full(len(one), 20.0),
        barrier_m=np.where(street, 20.0, 0.0),
        barrier_class=street.astype(int),
    )
