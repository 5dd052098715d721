"""On which side of a segment a point lies, decided exactly and never undecided.

A point that lies on the line is moved by (δ, ε) with ε ≪ δ ≪ anything (simulation of
simplicity, Edelsbrunner and Mücke 1990). The sign of the determinant is that of exact expansions
(Shewchuk 1997); coordinates too small for those are taken as fractions.
"""

# ruff: noqa: PLR0917 - a triangle has six coordinates

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Signs = npt.NDArray[np.int8]

_SPLITTER = 134217729.0  # 2^27 + 1
_SMALLEST_SAFE = 1e-140
_ROUNDING = 2.0**-53
_FILTER = (3.0 + 16.0 * _ROUNDING) * _ROUNDING

LEFT, RIGHT = 1, -1


def sides(ax: Floats, ay: Floats, bx: Floats, by: Floats, px: Floats, py: Floats) -> Signs:
    """Return for each point on which side of the segment from a to b it lies when moved.

    Parameters
    ----------
    ax, ay, bx, by
        Ends of the segments; the two ends of a segment differ.
    px, py
        Points, one a segment.

    Returns
    -------
    ndarray
        `LEFT` or `RIGHT`.
    """
    sign = orientations(ax, ay, bx, by, px, py)
    tied = sign == 0
    if tied.any():
        by_east = np.sign(ay[tied] - by[tied])
        moved = np.where(by_east != 0, by_east, np.sign(bx[tied] - ax[tied]))
        sign[tied] = moved.astype(np.int8)
    return sign


def orientations(ax: Floats, ay: Floats, bx: Floats, by: Floats, px: Floats, py: Floats) -> Signs:
    """Return the exact sign of each triangle a, b, p: 1 left, -1 right, 0 on the line."""
    left, right = (ax - px) * (by - py), (ay - py) * (bx - px)
    determinant = left - right
    unsure = np.abs(determinant) <= _FILTER * (np.abs(left) + np.abs(right))
    sign = np.sign(determinant).astype(np.int8)
    if unsure.any():
        sign[unsure] = _exact(
            ax[unsure], ay[unsure], bx[unsure], by[unsure], px[unsure], py[unsure]
        )
    return sign


def _exact(ax: Floats, ay: Floats, bx: Floats, by: Floats, px: Floats, py: Floats) -> Signs:
    """Return the sign of ax·by − ax·py − px·by − ay·bx + ay·px + py·bx."""
    expansion: list[Floats] = []
    for one, other in ((ax, by), (-ax, py), (-px, by), (-ay, bx), (ay, px), (py, bx)):
        product, rest = _two_product(one, other)
        expansion = _grown(_grown(expansion, rest), product)
    sign = np.zeros(len(ax), dtype=np.int8)
    for component in expansion:  # from the smallest on: the last that is not zero decides
        sign = np.where(component != 0, np.sign(component), sign).astype(np.int8)
    given = np.abs(np.stack([ax, ay, bx, by, px, py]))
    for index in np.flatnonzero(((given > 0) & (given < _SMALLEST_SAFE)).any(axis=0)):
        sign[index] = exact_orientation(*(float(each[index]) for each in (ax, ay, bx, by, px, py)))
    return sign


def _two_product(one: Floats, other: Floats) -> tuple[Floats, Floats]:
    product = one * other
    one_high, one_low = _split(one)
    other_high, other_low = _split(other)
    rest = one_low * other_low - (
        ((product - one_high * other_high) - one_low * other_high) - one_high * other_low
    )
    return product, rest


def _split(value: Floats) -> tuple[Floats, Floats]:
    scaled = _SPLITTER * value
    high = scaled - (scaled - value)
    return high, value - high


def _grown(expansion: list[Floats], value: Floats) -> list[Floats]:
    """Add a number to a non-overlapping expansion, smallest component first."""
    grown = []
    for component in expansion:
        total = value + component
        virtual = total - value
        grown.append((value - (total - virtual)) + (component - virtual))
        value = total
    return [*grown, value]


def exact_orientation(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> int:
    """Return the exact sign of one triangle a, b, p by rational arithmetic."""
    x, y = Fraction(px), Fraction(py)
    determinant = (Fraction(ax) - x) * (Fraction(by) - y) - (Fraction(ay) - y) * (Fraction(bx) - x)
    return (determinant > 0) - (determinant < 0)


def exact_side(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> int:
    """Return the side of one moved point by rational arithmetic, as `sides` does."""
    sign = exact_orientation(ax, ay, bx, by, px, py)
    if sign == 0:
        sign = (ay > by) - (ay < by)
    if sign == 0:
        sign = (bx > ax) - (bx < ax)
    return sign
