"""Compile all kernels ahead of time: ``python -m boundaries.warming``, once after installing.

Machine code is kept on disk, so that no draft, lookup or bulk job waits for a compiler. Where
numba is not installed there is nothing to compile: everything works without it, more slowly.
"""

from __future__ import annotations

import importlib.util
import sys
import time

from messages import say


def warm() -> bool:
    """Compile what is not compiled yet and say so; return whether numba is installed."""
    if importlib.util.find_spec("numba") is None:
        _tell("warming.no_numba")
        return False
    _tell("warming.compiling")
    from boundaries.draft import warming as drafting  # noqa: PLC0415 - loads numba
    from geo import locate  # noqa: PLC0415

    began = time.monotonic()
    ready = locate.warm()
    drafting.warm()
    _tell("warming.compiled", seconds=round(time.monotonic() - began))
    return ready


def _tell(key: str, **values: object) -> None:
    for language in ("zh", "en"):
        sys.stdout.write(say(key, language, **values) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    warm()
