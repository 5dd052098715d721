"""Import numba while this folder is out of the way.

numba looks for a module named ``coverage``; beside this file lies a benchmark of that name.
"""

import contextlib
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent

_before = list(sys.path)
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != FOLDER]
with contextlib.suppress(ImportError):
    import numba  # noqa: F401
sys.path[:] = _before
