"""New nodes: taken out again where the line runs straight through, else rounded to the lattice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from geo.repair.rebuild import Piece, Place, Row, add_piece

_STRAIGHT = 1e-6


def settled(
    shapes: Mapping[Row, dict[Piece, int]], nodes: set[Place], lattice: float | None
) -> None:
    """Take needless new nodes out of all shapes, and round the others, in place.

    Parameters
    ----------
    shapes
        Signed pieces by shape.
    nodes
        Places that no grid had as a vertex.
    lattice
        Step to which those that stay are rounded; None keeps them.
    """
    users: dict[Place, dict[Row, set[Piece]]] = defaultdict(lambda: defaultdict(set))
    for name, pieces in shapes.items():
        for piece in pieces:
            for place in (piece[:2], piece[2:]):
                if place in nodes:
                    users[place][name].add(piece)
    staying = []
    for node in sorted(users):
        ends = _straight_through(node, users[node])
        if ends is None:
            staying.append(node)
            continue
        for name, incident in list(users[node].items()):
            _joined(shapes[name], name, incident, node, users)
    if lattice is not None:
        _rounded(shapes, staying, users, lattice)


def _straight_through(node: Place, incident: Mapping[Row, set[Piece]]) -> frozenset[Place] | None:
    """Return the two ends between which every shape has the node; None where it is needed."""
    found: frozenset[Place] | None = None
    for pieces in incident.values():
        ends = frozenset(_other_end(piece, node) for piece in pieces)
        if len(pieces) != 2 or len(ends) != 2 or (found is not None and ends != found):  # noqa: PLR2004
            return None
        found = ends
    if found is None:
        return None
    one, other = (np.subtract(end, node) for end in found)
    chord = float(np.hypot(*(one - other)))
    if abs(float(one[0] * other[1] - one[1] * other[0])) > _STRAIGHT * chord:
        return None
    return found


def _other_end(piece: Piece, node: Place) -> Place:
    return piece[2:] if piece[:2] == node else piece[:2]


def _joined(
    pieces: dict[Piece, int],
    name: Row,
    incident: set[Piece],
    node: Place,
    users: Mapping[Place, dict[Row, set[Piece]]],
) -> None:
    one, other = sorted(incident)
    start, end = _other_end(one, node), _other_end(other, node)
    sign = pieces[one] * (1 if one[:2] == start else -1)
    for piece in (one, other):
        del pieces[piece]
        far = _other_end(piece, node)
        if far in users:
            users[far][name].discard(piece)
    add_piece(pieces, start, end, sign)
    made = (*start, *end) if start < end else (*end, *start)
    for far in (start, end):
        if far in users and made in pieces:
            users[far][name].add(made)


def _rounded(
    shapes: Mapping[Row, dict[Piece, int]],
    nodes: list[Place],
    users: Mapping[Place, dict[Row, set[Piece]]],
    lattice: float,
) -> None:
    digits = max(0, round(-float(np.log10(lattice))))
    place_for = {node: (round(node[0], digits), round(node[1], digits)) for node in nodes}
    touched = {name for node in nodes for name in users[node]}
    for name in touched:
        pieces = shapes[name]
        moved = [
            (piece, sign)
            for piece, sign in pieces.items()
            if piece[:2] in place_for or piece[2:] in place_for
        ]
        for piece, _ in moved:
            del pieces[piece]
        for piece, sign in moved:
            start, end = piece[:2], piece[2:]
            add_piece(pieces, place_for.get(start, start), place_for.get(end, end), sign)
