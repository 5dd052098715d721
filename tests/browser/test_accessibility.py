"""axe-core finds nothing against WCAG 2.2 AA on any page, in any state that a user meets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from looking import DESKTOP, PHONE, Look, finest, look_at
from playwright.sync_api import Browser, Page

from boundaries.accepting import accept
from boundaries.check import check
from boundaries.comparing import compare
from boundaries.finding import Severity
from boundaries.plan import Plan
from boundaries.town import Town
from maps import write_compared, write_review

pytestmark = [pytest.mark.browser, pytest.mark.long]


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """Return the rules that the page breaks, with the elements that break them."""
    page.wait_for_timeout(300)
    page.evaluate(Path(AXE_FILE_PATH).read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate(
        "axe.run(document, {resultTypes: ['violations'], preload: false})"
    )
    return [
        (broken["id"], [str(node["target"]) for node in broken["nodes"]])
        for broken in found["violations"]
    ]


@pytest.mark.parametrize("path", ["/", "/en"])
def test_the_public_page(
    browser: Browser, site: str, path: str, hostile_town: tuple[Town, Plan]
) -> None:
    name = finest(hostile_town[1])["name"].iloc[0]
    for look in look_at(browser, PHONE, site, bypass_csp=True):
        page = look.go(site + path)
        assert violations(page) == []
        look.find(name)
        page.wait_for_selector("#card-heading")
        page.evaluate("[...document.querySelectorAll('details')].slice(0, 4).map(d => d.open = 1)")
        assert violations(page) == []


def test_the_review_map(browser: Browser, hostile_town: tuple[Town, Plan], tmp_path: Path) -> None:
    town, plan = hostile_town
    plan = plan.with_changes(contacts=plan.contacts.iloc[3:])
    report = check(town, plan, rules=["S01", "O01"])
    first = replace(report.findings[0], severity=Severity.WARNING)
    decision = {"reason": "现状", "accepted_by": "王主任", "accepted_at": datetime.now(UTC)}
    (accepted,) = accept([first], [first.id], **decision)
    told = replace(
        report,
        findings=(replace(first, accepted=accepted), *report.findings[1:]),
        lapsed=(accepted,),
        unchecked={"C05": "addresses"},
    )
    path = write_review(town, plan, told, tmp_path)
    for look in look_at(browser, DESKTOP, "file://", bypass_csp=True):
        page = _open(look, path)
        page.locator(".apart.accepted summary").click()
        assert violations(page) == []


def test_the_map_of_two_plans(
    browser: Browser, hostile_town: tuple[Town, Plan], tmp_path: Path
) -> None:
    town, plan = hostile_town
    grids = plan.grids.copy()
    grids.loc[grids.index[-3:], "households"] = [1, 60, None]
    path, *_ = write_compared(town, compare(town, plan, plan.with_changes(grids=grids)), tmp_path)
    for look in look_at(browser, DESKTOP, "file://", bypass_csp=True):
        page = look.go(path.as_uri())
        for name in ("grids", "new"):
            page.locator(f"[data-list={name}] summary").click()
            page.locator(f"[data-list={name}] .finding").first.click()
            assert violations(page) == []


def _open(look: Look, path: Path) -> Page:
    page = look.go(path.as_uri())
    page.locator(".rule summary").first.click()
    page.locator(".finding").first.click()
    return page
