"""Street blocks from faces: what is too small or too thin to be a block joins a neighbour."""

from __future__ import annotations

import heapq
from collections import defaultdict

import numpy as np
import numpy.typing as npt

from boundaries.draft.arrangement import Borders
from boundaries.draft.compiled import Integers

SMALL_M2 = 2_000.0
"""Ground below that is no block: a traffic island, a building that a line led around."""

STRIP_M2, STRIP_COMPACTNESS = 20_000.0, 0.12
"""Nor is a strip between two carriageways, however long."""

_SAME_KIN = 20.0


def absorbed(
    borders: Borders,
    area_m2: npt.NDArray[np.float64],
    outline_m: npt.NDArray[np.float64],
    kept_apart: Integers,
    kin: Integers,
    *,
    must: npt.NDArray[np.bool_],
) -> Integers:
    """Return the block of every face, numbered by the first face.

    Parameters
    ----------
    borders
        Of the faces.
    area_m2, outline_m
        Of the faces.
    kept_apart
        Faces of different labels (communities) never join.
    kin
        Faces of the same label (estate) join before others; -1 is no label.
    must
        Faces that are no block however large: buildings that lines were led around.
    """
    count = len(area_m2)
    shared = _shared(borders)
    area, outline = area_m2.tolist(), outline_m.tolist()
    no_block = must.tolist()
    head = list(range(count))

    def is_no_block(face: int) -> bool:
        thin = 4 * np.pi * area[face] < STRIP_COMPACTNESS * outline[face] ** 2
        return no_block[face] or area[face] < SMALL_M2 or (thin and area[face] < STRIP_M2)

    queue = [(area[face], face) for face in range(count) if is_no_block(face)]
    heapq.heapify(queue)
    while queue:
        size, face = heapq.heappop(queue)
        if head[face] != face or size != area[face] or not is_no_block(face):
            continue
        options = [
            (length * (_SAME_KIN if kin[other] == kin[face] >= 0 else 1.0), -other)
            for other, length in shared[face].items()
            if kept_apart[other] == kept_apart[face]
        ]
        if not options:
            continue
        target = -max(options)[1]
        head[face] = target
        area[target] += area[face]
        outline[target] += outline[face] - 2 * shared[face][target]
        _join(shared, face, target)
        if is_no_block(target):
            heapq.heappush(queue, (area[target], target))
    return np.array([_root(head, face) for face in range(count)], np.int64)


def _shared(borders: Borders) -> dict[int, dict[int, float]]:
    """Return the length of border that every pair of faces shares."""
    shared: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for one, other, length in zip(
        borders.one.tolist(), borders.other.tolist(), borders.length_m.tolist(), strict=True
    ):
        if other >= 0 and one != other:
            shared[one][other] += length
            shared[other][one] += length
    return shared


def _join(shared: dict[int, dict[int, float]], face: int, target: int) -> None:
    for other, length in shared.pop(face).items():
        del shared[other][face]
        if other != target:
            shared[target][other] += length
            shared[other][target] += length


def _root(head: list[int], face: int) -> int:
    while head[face] != face:
        face = head[face]
    return face
