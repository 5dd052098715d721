"""What the endpoints share: the read side, the store's keys, the settings."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from fastapi import Request

from api.settings import ApiSettings
from boundaries.home import Home
from boundaries.lookup import lookup_point
from boundaries.readside import ReadSide
from boundaries.store import KeyRecord, Store, open_store
from geo.locate import warm
from geo.problem import InputError

_KEY_KEPT_S = 30.0
_KEY_KEPT_WITHOUT_STORE_S = 3600.0
_MOST_KEYS_KEPT = 1_000


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

    @classmethod
    def of(cls, home: Home, settings: ApiSettings | None = None) -> Services:
        """Return the services of a home."""
        return cls(home, settings or ApiSettings(), ReadSide(home), Keys(home))

    def prepare(self) -> None:
        """Open what is in force and make the kernel ready, so that no request waits for it.

        What cannot be opened is told to whoever asks, as `/readyz` does.
        """
        self._ask_once()
        if warm():  # which may have to compile first
            self._ask_once()
        gc.collect()
        gc.freeze()  # what is open stays open: no later collection goes through it

    def _ask_once(self) -> None:
        with suppress(InputError):
            for current in self.read_side.in_force():
                place = current.snapshot.placement.finest().locator.first_vertex()
                lookup_point(self.read_side, *place)

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Open the store for one request."""
        with open_store(self.home.store_url) as store:
            yield store


async def services(request: Request) -> Services:
    """Return the application's services."""
    found: Services = request.app.state.services
    return found
