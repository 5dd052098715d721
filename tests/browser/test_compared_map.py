"""The map of two plans in a real Chromium, opened as a file without any network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from looking import DESKTOP, HARMFUL, PHONE, Look, look_at
from playwright.sync_api import Browser, expect

from boundaries.comparing import Comparison, compare
from boundaries.plan import Plan
from boundaries.town import Town
from maps import write_compared

pytestmark = pytest.mark.browser

MARKS = "Object.values(map_town._layers).filter(layer => layer.options.severity).length"
"""How many findings' marks stand on the map."""


@pytest.fixture(scope="session")
def comparison(hostile_town: tuple[Town, Plan]) -> Comparison:
    """Return the hostile town's plan, and the same with a grid taken in by its neighbour."""
    town, plan = hostile_town
    finest = plan.grids[(plan.grids["level"] == 3) & (plan.grids["kind"] == "general")]
    shapes = finest.geometry.to_numpy()
    one, other = next(
        (one, other)
        for one in range(len(finest))
        for other in shapely.STRtree(shapes).query(shapes[one], predicate="touches")
        if finest["parent"].iloc[one] == finest["parent"].iloc[other]
        and shapely.length(shapely.intersection(shapes[one], shapes[other])) > 0
    )
    grids = plan.grids.copy()
    grids.loc[finest.index[one], "geometry"] = shapely.union(shapes[one], shapes[other])
    kept, gone = finest["code"].iloc[one], finest["code"].iloc[other]
    table = plan.assignments.assign(grid=plan.assignments["grid"].replace({gone: kept}))
    new = plan.with_changes(
        name=f"{HARMFUL[0]}改",
        grids=gpd.GeoDataFrame(grids.drop(index=finest.index[other])),
        assignments=table,
        contacts=plan.contacts[plan.contacts["grid"] != gone],
    )
    return compare(town, plan, new)


@pytest.fixture(scope="session")
def sheet_file(
    hostile_town: tuple[Town, Plan],
    comparison: Comparison,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Return the Chinese page's path."""
    return write_compared(hostile_town[0], comparison, tmp_path_factory.mktemp("compared"))[0]


@pytest.fixture
def sheet(browser: Browser, sheet_file: Path) -> Iterator[Look]:
    """Return a desktop browser that has the map open and no network."""
    for look in look_at(browser, DESKTOP, "file://", offline=True):
        look.go(sheet_file.as_uri())
        yield look


def test_the_page_says_what_the_comparison_says(sheet: Look, comparison: Comparison) -> None:
    page = sheet.page
    finest = comparison.levels[-1]
    cells = page.locator(".measures[data-level='3'] tr.worse, .measures[data-level='3'] tr.better")
    changed = [verdict for verdict in finest.verdicts.values() if verdict != "equal"]
    expect(cells).to_have_count(len(changed))
    for state, findings in (("new", comparison.findings.new), ("gone", comparison.findings.gone)):
        expect(page.locator(f"[data-list={state}] summary b")).to_have_text(str(len(findings)))
    expect(page.locator(".buildings-count")).to_have_text(str(len(comparison.buildings)))
    page.locator("[data-list=grids] summary").click()
    expect(page.locator("[data-list=grids] .finding")).to_have_count(len(comparison.grids))


def test_findings_are_layers_of_their_own(sheet: Look, comparison: Comparison) -> None:
    def placed(state: str) -> int:
        staying = tuple(new for _, new in comparison.findings.staying)
        found = {"new": comparison.findings.new, "gone": comparison.findings.gone}
        return sum(
            each.geometry is not None and not each.geometry.is_empty
            for each in found.get(state, staying)
        )

    page = sheet.page
    assert page.evaluate(MARKS) == placed("new") + placed("gone")
    page.locator("[data-layer=new]").uncheck()
    assert page.evaluate(MARKS) == placed("gone")
    page.locator("[data-layer=staying]").check()
    assert page.evaluate(MARKS) == placed("gone") + placed("staying")


def test_a_new_finding_shows_what_to_do(sheet: Look, comparison: Comparison) -> None:
    sheet.page.locator("[data-list=new] summary").click()
    sheet.page.locator("[data-list=new] .finding").first.click()
    expect(sheet.page.locator("#detail h2")).to_have_text(
        comparison.findings.new[0].message.text("zh")
    )


def test_names_that_hold_code_are_shown_as_text(sheet: Look) -> None:
    sheet.page.locator("[data-list=buildings] summary").click()
    sheet.page.locator("[data-list=buildings] .finding").first.click()
    assert HARMFUL[0] in sheet.page.locator(".subject").inner_text()
    assert sheet.page.evaluate("window.harmed") is None
    assert sheet.page.locator("img[src=x], svg[onload]").count() == 0


def test_a_phone_never_scrolls_sideways(browser: Browser, sheet_file: Path) -> None:
    for look in look_at(browser, PHONE, "file://", offline=True, is_mobile=True, has_touch=True):
        page = look.go(sheet_file.as_uri())
        page.locator("[data-list=grids] summary").click()
        page.locator("[data-list=grids] .finding").first.click()
        expect(page.locator("#detail h2")).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") == 0
