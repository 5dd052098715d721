"""Serve the application over HTTP."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from api.application import create_app
from boundaries.home import Home

_SLOWEST_START_S = 60
"""uvicorn kills workers that do not answer for so long, also while they start on a busy machine."""


class PromptProtocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """uvicorn's protocol over connections that send at once what is written.

    Sockets that several processes share are made without naming TCP, and asyncio then leaves
    its sending delay in place: all answers but a connection's first wait 40 ms.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin with a new connection."""
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)


class WholeProtocol(PromptProtocol):
    """uvicorn's protocol with the head of an answer sent along with the beginning of its body.

    uvicorn sends them one after the other, and what the system does for either costs as much as
    a lookup.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin with a new connection."""
        super().connection_made(cast("asyncio.Transport", HeadsHeld(transport)))


class HeadsHeld:
    """A connection that keeps an answer's head until something follows it, or it is closed."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head = b""

    def __getattr__(self, name: str) -> Any:
        """Return what the connection has."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send, or keep a head; interim ones (100 Continue) are answered before any body."""
        if self._head:
            data, self._head = self._head + data, b""
        elif data.startswith(b"HTTP/1.1 ") and not data.startswith(b"HTTP/1.1 1"):
            self._head = data
            return
        self._transport.write(data)

    def close(self) -> None:
        """Send what is kept, and close."""
        if self._head:
            self.write(b"")
        self._transport.close()


def serve(home: Home, *, host: str = "127.0.0.1", port: int = 8000, workers: int = 1) -> None:
    """Serve a home until stopped.

    uvicorn's own access log is off: it would write the addresses that people look up.

    Parameters
    ----------
    home
        The deployment's folder.
    host, port
        Where to listen.
    workers
        Processes; all read the same snapshots, which the machine keeps in memory once.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    if workers > 1:
        os.environ["WANGGE_HOME"] = str(home.folder)
    uvicorn.run(
        create_app(home) if workers == 1 else "api.application:app_from_environment",
        factory=workers > 1,
        host=host,
        port=port,
        workers=workers,
        http=WholeProtocol,
        lifespan="on",
        access_log=False,
        server_header=False,
        log_level="info",
        timeout_worker_healthcheck=_SLOWEST_START_S,
    )
