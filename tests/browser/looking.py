"""What the browser tests share: a watched page, harmful names, and how to tap a map."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from boundaries.plan import Plan

DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}

IMAGE = '<img src=x onerror="window.harmed=1">'
SCRIPT = "</script><script>window.harmed=2</script>"
ATTRIBUTE = '"><svg onload="window.harmed=3">'
TEMPLATE = "{{ 7*7 }}{% raise %}"
HARMFUL = (IMAGE, SCRIPT, ATTRIBUTE, TEMPLATE)
HIDDEN_PHONE = "10000999999"
HIDDEN_NAME = "不公开的人"
HIDDEN_HOUSEHOLDS = 98_761


@dataclass
class Watch:
    """What a page asked for and complained about while it was looked at."""

    allowed: str
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def on(self, context: BrowserContext) -> None:
        context.on("request", lambda request: self._note(request.url))
        context.on("console", lambda said: self._hear(said.type, said.text))
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def _note(self, url: str) -> None:
        address = urlsplit(url)
        if f"{address.scheme}://{address.netloc}" != self.allowed and address.scheme != "data":
            self.outside.append(url)

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)


@dataclass
class Look:
    """A page in a browser, watched."""

    page: Page
    watch: Watch

    def go(self, url: str) -> Page:
        """Open a page and wait until its script has drawn it."""
        self.page.goto(url)
        self.page.wait_for_selector("html[data-ready=true]", state="attached")
        return self.page

    def find(self, address: str) -> None:
        """Type an address and press Enter."""
        self.page.fill("#address", address)
        self.page.press("#address", "Enter")


def look_at(
    browser: Browser, viewport: ViewportSize, allowed: str, **options: Any
) -> Iterator[Look]:
    """Yield one watched page; fail where it asked elsewhere or complained."""
    context = browser.new_context(viewport=viewport, locale="zh-CN", **options)
    watch = Watch(allowed)
    watch.on(context)
    yield Look(context.new_page(), watch)
    context.close()
    assert watch.outside == []
    assert watch.complaints == [], watch.complaints


TAP = """([lng, lat]) => {
  map_town.setView([lat, lng], 18, {animate: false});
  const {x, y} = map_town.latLngToContainerPoint([lat, lng]);
  const {left, top} = map_town.getContainer().getBoundingClientRect();
  return [left + x, top + y];
}"""
"""Bring a place into the middle of the map; return where on the screen it is."""


def tap(look: Look, place: tuple[float, float]) -> None:
    look.page.locator(".folium-map").scroll_into_view_if_needed()
    x, y = look.page.evaluate(TAP, list(place))
    look.page.mouse.click(x, y)


def point_in(plan: Plan, code: str) -> tuple[float, float]:
    """Return longitude and latitude of a point inside a grid."""
    inside = plan.grids.loc[plan.grids["code"] == code].geometry.iloc[0].representative_point()
    return inside.x, inside.y


def finest(plan: Plan) -> pd.DataFrame:
    """Return the grids of the finest level with harmless names."""
    grids = plan.grids[plan.grids["level"] == plan.grids["level"].max()]
    return grids[~grids["name"].isin(HARMFUL)]


def pages_of(folder: Path) -> dict[str, str]:
    """Return the file addresses of a folder's pages by name."""
    return {path.name: path.as_uri() for path in folder.glob("*.html")}
