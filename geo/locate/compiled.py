"""The compiled kernel, once it is ready: nobody ever waits for a compiler."""

from __future__ import annotations

import importlib.util
import logging
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt

Kernel = Callable[..., int]

_log = logging.getLogger(__name__)


class Builder(Protocol):
    """The compiled functions of `geo.locate.kernel_chaining` and `geo.locate.kernel_building`."""

    pair_segments: Kernel
    chain_segments: Kernel
    change_corners: Kernel
    touch_squares: Callable[..., None]
    code_squares: Callable[..., tuple[int, int]]


class Distance(Protocol):
    """The compiled functions that measure distances to borders."""

    fill_nearest: Callable[..., None]
    find_nearest: Callable[..., tuple[float, int]]
    touch_squares: Callable[..., None]


_ready: Kernel | None = None
_builder: Builder | None = None
_distance: Distance | None = None
_started = threading.Event()
_done = threading.Event()


def kernel() -> Kernel | None:
    """Return the compiled kernel, or None where it is not ready or numba is not installed.

    The first call makes it ready in the background; until then numpy gives the same answers.
    """
    if _ready is None and not _started.is_set():
        _started.set()
        if importlib.util.find_spec("numba") is None:
            _done.set()
        else:
            threading.Thread(target=_prepare, name="locate-kernel", daemon=True).start()
    return _ready


def builder() -> Builder | None:
    """Return the compiled functions that build, or None where they are not ready."""
    kernel()
    return _builder


def distance() -> Distance | None:
    """Return the compiled functions that measure distances, or None where they are not ready."""
    kernel()
    return _distance


def warm() -> bool:
    """Make the kernel ready now; return whether there is one. For set-up, servers and benchmarks.

    Compiling takes some seconds the first time on a machine, and its result is kept on disk.
    """
    kernel()
    _done.wait()
    return _ready is not None


def _prepare() -> None:
    global _ready, _builder, _distance  # noqa: PLW0603 - ready once for the whole process
    try:
        from geo.locate.kernel import fill_labels  # noqa: PLC0415 - compiles; see above

        nothing = frozen(np.zeros(4, np.int32))
        frame = frozen(np.array([1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]))
        point, found = frozen(np.full(1, -1.0)), np.zeros(1, np.int32)
        fill_labels(
            point, point, found, nothing, frozen(np.zeros((2, 4), np.int32)), nothing, (1, 1), frame
        )
        _ready = fill_labels
        _distance = _prepared_distance()
        _builder = _prepared_builder()
    except Exception:  # noqa: BLE001 - whatever keeps numba from working keeps nobody waiting
        _log.exception("the compiled kernel cannot be made ready; lookups go on with numpy")
    finally:
        _done.set()


def _prepared_distance() -> Distance:
    from geo.locate import kernel_building, kernel_distance  # noqa: PLC0415 - compiles; see above

    drawn, frame = np.full((1, 3), -1.0), np.array([0.0, 0.0, 1.0])
    begin, none = np.zeros(2, np.int32), np.empty(0, np.int32)
    kernel_building.touch_squares(drawn, frame, 0.0, begin, none, 1, 0)
    point, own = frozen(np.zeros(1)), frozen(np.zeros(1, np.int32))
    places, records = frozen(np.zeros((1, 2))), frozen(np.zeros((1, 4), np.int32))
    squared, across = np.empty(1), np.empty(1, np.int32)
    given = places, records, begin, none, (1, 1), frame
    kernel_distance.fill_nearest(point, point, own, *given, squared, across)
    kernel_distance.find_nearest(0.0, 0.0, 0, *given)
    return cast(
        "Distance",
        SimpleNamespace(
            fill_nearest=kernel_distance.fill_nearest,
            find_nearest=kernel_distance.find_nearest,
            touch_squares=kernel_building.touch_squares,
        ),
    )


def _prepared_builder() -> Builder:
    from geo.locate import kernel_building, kernel_chaining  # noqa: PLC0415 - compiles; see above

    records, frame = np.full((1, 4), -1, np.int32), np.array([0.0, 0.0, 1.0])
    codes, none = np.zeros(1, np.int32), np.empty(0, np.int32)
    begin, unsure = np.zeros(2, np.int32), np.empty((1, 2), np.int64)
    points, rows = np.zeros((2, 2), np.int32), np.zeros(1, np.int32)
    kernel_chaining.pair_segments(
        points,
        rows,
        rows + np.int32(1),
        rows,
        rows.copy(),
        np.zeros(2, np.int32),
        codes,
        1,
        1,
        begin.astype(int),
    )
    kernel_building.change_corners(records, frame, 0.0, codes, 1, unsure)
    kernel_building.touch_squares(records, frame, 0.0, begin, none, 1, 0)
    kernel_building.code_squares(records, frame, 0.0, 0.0, begin, none, codes, 1, none, unsure, 0)
    kernel_chaining.chain_segments(points, rows, rows + np.int32(1), rows, rows, records)
    return cast(
        "Builder",
        SimpleNamespace(
            pair_segments=kernel_chaining.pair_segments,
            chain_segments=kernel_chaining.chain_segments,
            change_corners=kernel_building.change_corners,
            touch_squares=kernel_building.touch_squares,
            code_squares=kernel_building.code_squares,
        ),
    )


def frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return a read-only view: the kernel is compiled for those alone."""
    view = array.view(np.ndarray)
    view.flags.writeable = False
    return view
