"""Compile the kernels where numba is installed; run the same source as plain Python where not.

The kernels are written in the part of Python that both understand: whole numbers, floats and
arrays that are only indexed. Their result is the same either way, to the bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Kernel = TypeVar("Kernel", bound=Callable[..., Any])
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

try:
    _numba: Any = import_module("numba")
except ImportError:
    _numba = None

COMPILED = _numba is not None


def kernel(function: Kernel) -> Kernel:
    """Compile a function, keeping the machine code on disk for the next process."""
    if _numba is None:
        return function
    made: Kernel = _numba.njit(cache=True, nogil=True)(function)
    return made


if COMPILED:

    @kernel
    def integers(count: int) -> Integers:
        """Return that many zeros."""
        return np.zeros(count, np.int64)

else:

    def integers(count: int) -> Integers:
        """Return that many zeros; a list is what plain Python indexes fastest."""
        return [0] * count  # type: ignore[return-value]


def given(values: npt.NDArray[Any] | Sequence[int]) -> Integers:
    """Return values the way that the kernels index them fastest; a copy, theirs to change."""
    array = np.array(values, dtype=np.int64)
    return array if COMPILED else array.tolist()


def taken(values: Integers) -> Integers:
    """Return what a kernel filled as an array."""
    return np.asarray(values, dtype=np.int64)
