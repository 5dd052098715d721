"""The application: a table of contents of the web side."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from threading import Event, Thread

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.middleware.cors import CORSMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from api import (
    accepted,
    aliases,
    compared,
    documentation,
    errors,
    grids,
    health,
    lookups,
    pages,
    plans,
)
from api.access import RateLimit
from api.direct import Direct
from api.documented import without_validation_error
from api.guarding import Compressed, Guard
from api.journal import Journal
from api.services import Services
from api.settings import ApiSettings
from boundaries.home import Home
from maps.assets import FOLDER as ASSETS
from messages import say

_SMALLEST_COMPRESSED_BYTES = 1_000


def create_app(home: Home, settings: ApiSettings | None = None) -> FastAPI:
    """Return the application that serves a home.

    Parameters
    ----------
    home
        The deployment's folder; its snapshots are read, its store only for keys and plans.
    settings
        As the environment has them where not given.
    """
    services = Services.of(home, settings)
    metrics, journal = health.Metrics(), Journal()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        stopped = Event()
        Thread(target=services.keep_ready, args=(stopped,), name="ready", daemon=True).start()
        yield
        stopped.set()
        journal.write()

    app = FastAPI(
        title="Wangge 网格",
        version=version("wangge"),
        description=say("api.description", "zh") + "\n\n" + say("api.description", "en"),
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        lifespan=lifespan,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # as `Metrics` has them
    )
    app.state.services = services
    app.state.rate_limit = RateLimit(services.settings.public_rate, services.settings.client_header)
    errors.install(app)
    app.include_router(lookups.documented)
    app.include_router(lookups.router)
    app.include_router(grids.router)
    app.include_router(plans.router)
    app.include_router(compared.router)
    app.include_router(accepted.router)
    app.include_router(aliases.router)
    app.include_router(health.router)
    app.include_router(health.metrics_router(metrics))
    app.include_router(pages.router)
    app.include_router(documentation.router)
    app.mount("/assets", StaticFiles(directory=ASSETS), name="assets")
    app.middleware_stack = _around(app, services.settings, metrics, journal)
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]
    app.openapi()  # builds the routes too, which the first request would wait for
    return app


def _around(
    app: FastAPI, settings: ApiSettings, metrics: health.Metrics, journal: Journal
) -> ASGIApp:
    """Return the application with what every request passes, the innermost first.

    It stands outside of what FastAPI has around its routes, which `Direct` then goes past too.
    """
    stack: ASGIApp = Direct(app.build_middleware_stack(), routes=lookups.documented.routes)
    stack = Compressed(stack, minimum_size=_SMALLEST_COMPRESSED_BYTES)
    if settings.cors_origins:
        stack = CORSMiddleware(
            stack,
            allow_origins=list(settings.cors_origins),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "If-None-Match"],
            expose_headers=["ETag"],
        )
    return Guard(
        stack, metrics=metrics, journal=journal, largest_body_bytes=settings.largest_body_bytes
    )


def _document(app: FastAPI) -> dict[str, object]:
    if app.openapi_schema is None:
        app.openapi_schema = without_validation_error(
            get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
            )
        )
    return app.openapi_schema


def app_from_environment() -> FastAPI:
    """Return the application of the home that the environment names; for several workers."""
    return create_app(Home.from_environment())
