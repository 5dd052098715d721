"""How often one client may ask: exactly so many times within any period that long."""

from __future__ import annotations

import math
import re
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
_RATE = r"^[1-9]\d{0,8}/(second|minute|hour|day)$"

_MOST_CLIENTS = 100_000


@dataclass(frozen=True)
class Rate:
    """So many requests in so many seconds."""

    requests: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> Rate:
        """Return the rate that a text as ``120/minute`` names.

        Raises
        ------
        ValueError
            It names none.
        """
        if not re.match(_RATE, text):
            raise ValueError(f"{text!r} is no rate; write one as 120/minute")
        requests, _, period = text.partition("/")
        return cls(int(requests), _SECONDS[period])


class Limiter:
    """Counts the requests of each client over a sliding period, in this process.

    Clients that were not seen for a period are forgotten; of more than a hundred thousand at
    once, the one not seen for longest is.

    Parameters
    ----------
    rate
        How often one client may ask.
    clock
        Seconds that never go back.
    """

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_of(self, client: str) -> int:
        """Count a request of a client; return 0, or after how many seconds to ask again."""
        now = self._clock()
        past = now - self._rate.seconds
        times = self._seen.get(client)
        if times is None:
            self._forget(past)
            times = self._seen[client] = deque()
        else:
            self._seen.move_to_end(client)
            while times and times[0] <= past:
                times.popleft()
        if len(times) >= self._rate.requests:
            return max(1, math.ceil(times[0] - past))
        times.append(now)
        return 0

    def _forget(self, past: float) -> None:
        while self._seen:
            oldest = next(iter(self._seen))
            times = self._seen[oldest]
            if len(self._seen) < _MOST_CLIENTS and times[-1] > past:
                return
            del self._seen[oldest]
