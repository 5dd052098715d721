"""Whether the server lives, whether it may be asked, and what it has done."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Depends
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import generate_latest
from starlette.responses import Response

from api.access import ServicesOf, needs
from api.answering import json_response
from api.documented import PROBLEMS
from api.errors import ApiError
from api.models import Health
from api.parameters import KNOWN_ONLY

router = APIRouter(tags=["运维 operation"], dependencies=[KNOWN_ONLY], responses=PROBLEMS)


class Metrics:
    """Counts of requests by route and status, and how long they took; never what was asked."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "wangge_requests",
            "Requests answered",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "wangge_request_seconds",
            "Time to answer",
            ("route",),
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
            registry=self.registry,
        )
        self._kept: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        kept = self._kept.get((method, route, status))
        if kept is None:
            requests = self.requests.labels(method, route, str(status))
            kept = self._kept[method, route, status] = (requests, self.seconds.labels(route))
        kept[0].inc()
        kept[1].observe(seconds)


@router.get("/healthz", response_model=Health)
def healthz() -> Response:
    """Say that the process lives."""
    return json_response({"status": "ok"})


@router.get("/readyz", response_model=Health)
def readyz(found: ServicesOf) -> Response:
    """Say whether something is published and can be read."""
    if not found.read_side.in_force():
        raise ApiError(HTTPStatus.SERVICE_UNAVAILABLE, "api.nothing_published")
    return json_response({"status": "ok"})


def metrics_router(metrics: Metrics) -> APIRouter:
    """Return the endpoint that tells the metrics to a key with the scope admin."""
    telling = APIRouter(tags=router.tags, dependencies=[KNOWN_ONLY], responses=PROBLEMS)

    @telling.get(
        "/metrics",
        dependencies=[Depends(needs("admin"))],
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    def tell_metrics() -> Response:
        """Tell Prometheus what was asked how often and how long it took."""
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return telling
