"""The review map in a real Chromium, opened as a file without any network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from looking import DESKTOP, HARMFUL, PHONE, Look, look_at
from playwright.sync_api import Browser, Page, expect

from boundaries.accepting import accept
from boundaries.check import Report, check
from boundaries.finding import Severity
from boundaries.plan import Plan
from boundaries.town import Town
from maps import write_review

pytestmark = pytest.mark.browser

MOMENT = datetime(2026, 6, 1, tzinfo=UTC)
MARKS = "Object.values(map_town._layers).filter(layer => layer.options.severity).length"
"""How many findings' marks stand on the map."""


@pytest.fixture(scope="session")
def faulty(hostile_town: tuple[Town, Plan]) -> tuple[Town, Plan, Report]:
    """Return the hostile town with a plan that many rules find fault with, and what they say."""
    town, plan = hostile_town
    grids = plan.grids.copy()
    finest = grids.index[grids["level"] == 3]
    grids.loc[finest[8:12], "households"] = [1, 9, 21, 60]
    grids.loc[finest[14], "geometry"] = grids.geometry.loc[finest[14]].buffer(-2e-5)
    plan = plan.with_changes(grids=grids, contacts=plan.contacts.iloc[3:])
    return town, plan, check(town, plan)


@pytest.fixture(scope="session")
def review(faulty: tuple[Town, Plan, Report], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the review map's path."""
    return write_review(*faulty, tmp_path_factory.mktemp("review"))


@pytest.fixture
def sheet(browser: Browser, review: Path) -> Iterator[Look]:
    """Return a desktop browser that has the review map open and no network."""
    for look in look_at(browser, DESKTOP, "file://", offline=True):
        look.go(review.as_uri())
        yield look


def test_a_finding_shows_what_is_wrong_and_what_to_do(
    sheet: Look, faulty: tuple[Town, Plan, Report]
) -> None:
    report = faulty[2]
    gap = next(finding for finding in report.findings if finding.rule == "C01")
    sheet.page.locator(".rule[data-rule=C01] summary").click()
    sheet.page.locator(".rule[data-rule=C01] .finding").first.click()
    expect(sheet.page.locator("#detail h2")).to_have_text(gap.message.text("zh"))
    assert gap.remedy is not None
    expect(sheet.page.locator("#detail .remedy")).to_contain_text(gap.remedy.text("zh"))


def test_a_mark_on_the_map_shows_its_finding(sheet: Look) -> None:
    place = sheet.page.evaluate(
        """() => {
          const layers = Object.values(map_town._layers);
          const mark = layers.find(layer => layer.options.severity === "E");
          map_town.setView(mark.getLatLng(), 19, {animate: false});
          const {x, y} = map_town.latLngToContainerPoint(mark.getLatLng());
          const {left, top} = map_town.getContainer().getBoundingClientRect();
          return [left + x, top + y];
        }"""
    )
    sheet.page.mouse.click(*place)
    expect(sheet.page.locator("#detail .kind")).to_be_visible()
    expect(sheet.page.locator("#detail h2")).not_to_be_empty()


def test_the_counts_are_the_reports(sheet: Look, faulty: tuple[Town, Plan, Report]) -> None:
    report = faulty[2]
    shown = sheet.page.locator(".total b").all_text_contents()
    assert [int(number) for number in shown] == list(report.counts().values())
    placed = [f for f in report.findings if f.geometry is not None and not f.geometry.is_empty]
    assert sheet.page.evaluate(MARKS) == len(placed)
    rules = sheet.page.locator(".rule").evaluate_all("all => all.map(one => one.dataset.rule)")
    assert set(rules) == {finding.rule for finding in report.findings}


def test_layers_are_put_away_by_rule_and_by_severity(
    sheet: Look, faulty: tuple[Town, Plan, Report]
) -> None:
    placed = [f for f in faulty[2].findings if f.geometry is not None and not f.geometry.is_empty]
    sheet.page.locator("#layer-O01").uncheck()
    others = [finding for finding in placed if finding.rule != "O01"]
    assert sheet.page.evaluate(MARKS) == len(others)
    sheet.page.locator(".total.W").click()
    expect(sheet.page.locator(".total.W")).to_have_attribute("aria-pressed", "false")
    assert sheet.page.evaluate(MARKS) == sum(f.severity.value != "W" for f in others)
    sheet.page.locator(".total.W").click()
    sheet.page.locator("#layer-O01").check()
    assert sheet.page.evaluate(MARKS) == len(placed)


def test_the_legend_counts_each_level(sheet: Look, faulty: tuple[Town, Plan, Report]) -> None:
    plan = faulty[1]
    for level, grids in plan.levels.items():
        sheet.page.locator(f".levels label:has([value='{level}'])").click()
        numbers = sheet.page.locator(f".bands[data-level='{level}'] b").all_text_contents()
        assert sum(map(int, numbers)) == len(grids)
        expect(sheet.page.locator(".bands:visible")).to_have_count(1)


@pytest.mark.parametrize("by", ["code", pytest.param("name", marks=pytest.mark.long)])
def test_a_grid_is_found(sheet: Look, faulty: tuple[Town, Plan, Report], by: str) -> None:
    plan = faulty[1]
    grid = plan.grids[~plan.grids["name"].isin(HARMFUL)].iloc[-1]
    sheet.page.fill("#grid-search", grid[by])
    sheet.page.locator("#results button", has_text=grid["code"]).click()
    expect(sheet.page.locator("#detail .code")).to_have_text(grid["code"])
    expect(sheet.page.locator("#detail .count b")).to_have_text(f"{grid['households']} 户")


def test_names_that_hold_code_are_shown_as_text(
    sheet: Look, faulty: tuple[Town, Plan, Report]
) -> None:
    plan = faulty[1]
    for harmful in HARMFUL:
        code = plan.grids.loc[plan.grids["name"] == harmful, "code"].iloc[0]
        sheet.page.fill("#grid-search", code)
        sheet.page.press("#grid-search", "Enter")
        expect(sheet.page.locator("#detail h2")).to_have_text(harmful)
    assert sheet.page.evaluate("window.harmed") is None
    assert sheet.page.locator("img[src=x], svg[onload]").count() == 0


def test_a_phone_never_scrolls_sideways(browser: Browser, review: Path) -> None:
    for look in look_at(browser, PHONE, "file://", offline=True, is_mobile=True, has_touch=True):
        page = look.go(review.as_uri())
        assert _sideways(page) == 0
        page.locator(".rule summary").first.click()
        page.locator(".finding").first.click()
        expect(page.locator("#detail h2")).to_be_in_viewport()
        expect(page.locator(".folium-map")).to_be_in_viewport()
        assert _sideways(page) == 0


@pytest.mark.long
def test_each_language_leads_to_the_other(sheet: Look, review: Path) -> None:
    sheet.page.locator(".language").click()
    sheet.page.wait_for_selector("html[data-ready=true]", state="attached")
    assert sheet.page.url == review.with_name("review.en.html").as_uri()
    expect(sheet.page.locator("h1")).to_have_text("Review map")


@pytest.mark.long
def test_a_plan_without_findings_says_so(
    browser: Browser, small_town: tuple[Town, Plan], tmp_path: Path
) -> None:
    town, plan = small_town
    path = write_review(town, plan, Report((), ("C01",), town=town.name, plan=plan.name), tmp_path)
    for look in look_at(browser, DESKTOP, "file://", offline=True):
        page = look.go(path.as_uri())
        expect(page.get_by_text("没有发现任何问题。")).to_be_visible()


def test_it_says_what_was_accepted_what_lapsed_and_what_was_not_checked(
    browser: Browser, faulty: tuple[Town, Plan, Report], tmp_path: Path
) -> None:
    town, plan, report = faulty
    gap = next(each for each in report.findings if each.rule == "C01")
    given = {"reason": f"水面{HARMFUL[0]}", "accepted_by": "王主任", "accepted_at": MOMENT}
    standing, gone = (
        accept([finding], [finding.id], **given)[0] for finding in (gap, replace(gap, measure=1.0))
    )
    findings = [
        replace(each, severity=Severity.INFORMATION, accepted=standing) if each is gap else each
        for each in report.findings
    ]
    told = replace(report, findings=tuple(findings), lapsed=(gone,), unchecked={"C05": "addresses"})
    path = write_review(town, plan, told, tmp_path)
    for look in look_at(browser, DESKTOP, "file://", offline=True):
        page = look.go(path.as_uri())
        expect(page.locator(".apart.unchecked")).to_contain_text("C05")
        expect(page.locator(".apart.unchecked")).to_contain_text("不可信")
        expect(page.locator(".apart.lapsed li")).to_contain_text([gone.finding])
        page.locator(".apart.accepted summary").click()
        expect(page.locator(".apart.accepted li")).to_contain_text(["王主任"])
        page.locator(".rule[data-rule=C01] summary").click()
        page.locator(".rule[data-rule=C01] .finding", has_text=gap.message.text("zh")).first.click()
        expect(page.locator("#detail .accepted")).to_contain_text(f"水面{HARMFUL[0]}（王主任")
        expect(page.locator("#detail .code")).to_have_text(f"编号 {gap.id}")
        expect(page.locator("#detail")).not_to_contain_text("null")
        assert page.evaluate("window.harmed") is None


def _sideways(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.mark.parametrize("width", [1024, 1280, 1920])
def test_the_legend_covers_no_ground_of_the_whole_town(sheet: Look, width: int) -> None:
    sheet.page.set_viewport_size({"width": width, "height": 720})
    sheet.page.reload()
    sheet.page.wait_for_selector("[data-ready]", state="attached")
    assert sheet.page.evaluate(
        """() => {
          const [south, west, north, east] = JSON.parse(
            document.querySelector("#page-data").textContent).bounds;
          const box = map_town.getContainer().getBoundingClientRect();
          const legend = document.querySelector(".legend").getBoundingClientRect();
          const {x: left, y: below} = map_town.latLngToContainerPoint([south, west]);
          const {x: right, y: above} = map_town.latLngToContainerPoint([north, east]);
          return above >= 0 && right <= box.width && below <= box.height &&
            (box.left + left >= legend.right || box.top + below <= legend.top);
        }"""
    )
