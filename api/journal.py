"""The log of requests: method, route, status, time; never the query, since people look up homes."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TextIO

_LONGEST_WAIT_S = 0.2
_MOST_BYTES = 3_000
"""Less than what one write to a pipe keeps together, so that workers' lines do not mix."""


class Journal:
    """Writes a line for each request, many at once.

    Parameters
    ----------
    stream
        Where the lines go; standard error where not given.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream
        self._lines: list[str] = []
        self._bytes = 0
        self._second, self._stamp = 0, ""

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Add a request; called in the event loop."""
        now = time.time()
        if int(now) != self._second:
            self._second = int(now)
            self._stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(now))
        line = f"{self._stamp},{int(now % 1 * 1000):03} {method} {route} {status} "
        line += f"{seconds * 1000:.1f} ms\n"
        if not self._lines:
            asyncio.get_running_loop().call_later(_LONGEST_WAIT_S, self.write)
        self._lines.append(line)
        self._bytes += len(line)
        if self._bytes > _MOST_BYTES:
            self.write()

    def write(self) -> None:
        """Write what was noted since the last time."""
        if not self._lines:
            return
        text = "".join(self._lines)
        self._lines.clear()
        self._bytes = 0
        stream = self._stream or sys.stderr
        stream.write(text)
        stream.flush()
