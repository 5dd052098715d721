"""What the endpoints share: the read side, the store's keys, the settings."""

from __future__ import annotations

import gc
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from fastapi import Request

from api.settings import ApiSettings
from boundaries.contacts import VIEWS
from boundaries.home import Home
from boundaries.lookup import lookup_address, lookup_point
from boundaries.readside import InForce, ReadSide
from boundaries.snapshot import Snapshot
from boundaries.store import KeyRecord, Store, open_store
from geo.locate import warm
from geo.problem import InputError

_KEY_KEPT_S = 30.0
_KEY_KEPT_WITHOUT_STORE_S = 3600.0
_MOST_KEYS_KEPT = 1_000
_LOOK_EVERY_S, _LOOK_AGAIN_S = 0.5, 30.0
_AHEAD = timedelta(minutes=1)
_MOST_OPENED = 8
_SOME_ADDRESS = "1号楼"


@dataclass(eq=False)
class Keys:
    """The API keys seen lately.

    A verdict is kept for half a minute; while the store is away, the last one holds for an hour,
    so that dispatchers go on. Only keys that were good are kept.
    """

    home: Home
    _known: dict[str, tuple[float, KeyRecord]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def scopes(self, secret: str) -> frozenset[str] | None:
        """Return the scopes of a key; None where it is worthless.

        Raises
        ------
        InputError
            The store is away and the key was not seen lately.
        """
        record = self.record(secret)
        return None if record is None else frozenset(record.scopes)

    def record(self, secret: str) -> KeyRecord | None:
        """Return a key; as `scopes` does."""
        now = time.monotonic()
        seen, known = self._known.get(secret, (-_KEY_KEPT_WITHOUT_STORE_S, None))
        if now - seen < _KEY_KEPT_S:
            return known
        try:
            with open_store(self.home.store_url) as store:
                record = store.verify_key(secret)
        except InputError:
            if now - seen < _KEY_KEPT_WITHOUT_STORE_S:
                return known
            raise
        with self._lock:
            self._known.pop(secret, None)
            if record is None:
                return None
            while len(self._known) >= _MOST_KEYS_KEPT:
                del self._known[next(iter(self._known))]
            self._known[secret] = (now, record)
        return record


@dataclass(frozen=True, eq=False)
class Services:
    """One object for an application's parts.

    Attributes
    ----------
    home
        The deployment's folder.
    settings
        What the operator has set.
    read_side
        What is published; used for every lookup and page.
    keys
        Who may ask for more.
    """

    home: Home
    settings: ApiSettings
    read_side: ReadSide
    keys: Keys
    _opened: deque[Snapshot] = field(default_factory=lambda: deque(maxlen=_MOST_OPENED))

    @classmethod
    def of(cls, home: Home, settings: ApiSettings | None = None) -> Services:
        """Return the services of a home."""
        return cls(home, settings or ApiSettings(), ReadSide(home), Keys(home))

    def prepare(self) -> None:
        """Open what is in force and make the kernel ready, so that no request waits for it.

        What cannot be opened is told to whoever asks, as `/readyz` does.
        """
        self.open_ahead()
        if warm():  # which may have to compile first
            self._opened.clear()
            self.open_ahead()
        gc.collect()
        gc.freeze()  # what is open stays open: no later collection goes through it

    def keep_ready(self, stopped: threading.Event) -> None:
        """Prepare, and open what comes into force before it does, until told to stop."""
        self.prepare()
        wait_s = _LOOK_EVERY_S
        while not stopped.wait(wait_s):
            wait_s = _LOOK_EVERY_S if self.open_ahead() else _LOOK_AGAIN_S

    def open_ahead(self) -> bool:
        """Open what is in force, or will be within a minute, and ask it once.

        What cannot be opened is told to whoever asks; return whether everything could be.
        """
        now = datetime.now(UTC)
        with suppress(InputError):
            change = self.read_side.next_change(now)
            soon = [] if change is None or change - now > _AHEAD else [change]
            for moment in (*soon, now):
                for current in self.read_side.in_force(moment):
                    if not any(each is current.snapshot for each in self._opened):
                        self._ask_once(current, moment)
                        self._opened.append(current.snapshot)
            return True
        return False

    def _ask_once(self, current: InForce, moment: datetime) -> None:
        place = current.snapshot.placement.finest().locator.first_vertex()
        for view in VIEWS:
            lookup_point(self.read_side, *place, at=moment, view=view)
        lookup_address(self.read_side, _SOME_ADDRESS, at=moment)
        current.snapshot.addresses.suggest(_SOME_ADDRESS)

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Open the store for one request."""
        with open_store(self.home.store_url) as store:
            yield store


async def services(request: Request) -> Services:
    """Return the application's services."""
    found: Services = request.app.state.services
    return found
