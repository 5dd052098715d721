"""The compiled kernel, once it is ready: nobody ever waits for a compiler."""

from __future__ import annotations

import importlib.util
import logging
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Kernel = Callable[..., int]

_log = logging.getLogger(__name__)

_ready: Kernel | None = None
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


def warm() -> bool:
    """Make the kernel ready now; return whether there is one. For set-up, servers and benchmarks.

    Compiling takes some seconds the first time on a machine, and its result is kept on disk.
    """
    kernel()
    _done.wait()
    return _ready is not None


def _prepare() -> None:
    global _ready  # noqa: PLW0603 - ready once for the whole process
    try:
        from geo.locate.kernel import fill_labels  # noqa: PLC0415 - compiles; see above

        nothing = frozen(np.zeros(4, np.int32))
        frame = frozen(np.array([1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]))
        point, found = frozen(np.full(1, -1.0)), np.zeros(1, np.int32)
        fill_labels(
            point, point, found, nothing, frozen(np.zeros((2, 4), np.int32)), nothing, (1, 1), frame
        )
        _ready = fill_labels
    except Exception:  # noqa: BLE001 - whatever keeps numba from working keeps nobody waiting
        _log.exception("the compiled kernel cannot be made ready; lookups go on with numpy")
    finally:
        _done.set()


def frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return a read-only view: the kernel is compiled for those alone."""
    view = array.view(np.ndarray)
    view.flags.writeable = False
    return view
