"""The public page in a real Chromium: served, opened as a file, on a phone, without JavaScript."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from looking import (
    HARMFUL,
    HIDDEN_HOUSEHOLDS,
    HIDDEN_NAME,
    HIDDEN_PHONE,
    PHONE,
    TAP,
    Look,
    finest,
    look_at,
    pages_of,
    point_in,
    tap,
)
from playwright.sync_api import Browser, expect

from boundaries.home import Home
from boundaries.plan import Plan
from boundaries.readside import ReadSide
from boundaries.town import Town
from maps.site import write_site

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def address(hostile_town: tuple[Town, Plan]) -> tuple[str, str]:
    """Return an address of the register and its grid's name."""
    town, plan = hostile_town
    known = town.addresses[town.addresses.geometry.notna()].iloc[40]
    grids = finest(plan)
    (name,) = grids.loc[grids.contains(known.geometry), "name"]
    return known["text"], name


@pytest.fixture(scope="session")
def files(hostile_home: Home, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the addresses of the static pages."""
    folder = tmp_path_factory.mktemp("site")
    write_site(ReadSide(hostile_home), folder)
    return pages_of(folder)


def test_an_address_leads_to_its_card(phone: Look, site: str, address: tuple[str, str]) -> None:
    text, name = address
    phone.go(site)
    phone.find(text)
    expect(phone.page.locator("#card-heading")).to_have_text(name)
    answer = httpx.get(f"{site}/lookup", params={"address": text}).json()
    wanted = {contact["duty_phone"] for level in answer["levels"] for contact in level["contacts"]}
    shown = phone.page.locator("#card a.call").evaluate_all("links => links.map(a => a.href)")
    assert {f"tel:{number.replace('-', '')}" for number in wanted} <= set(shown)
    expect(phone.page.locator("#card .call").first).to_be_in_viewport()


def test_a_tap_leads_to_the_card_of_its_grid(
    phone: Look, site: str, hostile_town: tuple[Town, Plan]
) -> None:
    _, plan = hostile_town
    grid = finest(plan).iloc[7]
    phone.go(site)
    tap(phone, point_in(plan, grid["code"]))
    expect(phone.page.locator("#card-heading")).to_have_text(grid["name"])
    expect(phone.page.locator("#card .call").first).to_be_in_viewport()


def test_a_tap_outside_says_so(phone: Look, site: str) -> None:
    phone.go(site)
    west, north = phone.page.evaluate("[Town.data.bounds[1], Town.data.bounds[2]]")
    tap(phone, (west - 0.002, north + 0.002))
    expect(phone.page.locator("#status")).to_contain_text("12345")
    expect(phone.page.locator("#card")).to_be_hidden()


@pytest.mark.long
def test_an_unknown_address_says_so(desktop: Look, site: str) -> None:
    desktop.go(site)
    desktop.find("火星路999号")
    expect(desktop.page.locator("#status.warn")).not_to_be_empty()
    expect(desktop.page.locator("#card")).to_be_hidden()


@pytest.mark.parametrize(
    "served", [True, pytest.param(False, marks=pytest.mark.long)], ids=["served", "file"]
)
def test_an_estate_of_several_grids_is_asked_about(
    browser: Browser,
    site: str,
    files: dict[str, str],
    hostile_town: tuple[Town, Plan],
    *,
    served: bool,
) -> None:
    town, plan = hostile_town
    estate = town.estates[town.estates["kind"] == "estate"].iloc[1]
    homes = town.buildings[town.buildings["estate"] == estate["id"]]
    here, address = (site, site) if served else ("file://", files["index.html"])
    for look in look_at(browser, PHONE, here):
        look.go(address)
        look.find(estate["name"])
        choice = look.page.locator(".choices button", has_text=f"{homes['name'].iloc[-1]}")
        choice.first.click()
        inside = plan.levels[3].contains(homes.geometry.iloc[-1].representative_point())
        expect(look.page.locator("#card-heading")).to_have_text(
            plan.levels[3].loc[inside, "name"].iloc[0]
        )


def test_the_english_page_asks_in_english(
    desktop: Look, site: str, hostile_town: tuple[Town, Plan]
) -> None:
    town, _ = hostile_town
    desktop.go(f"{site}/en")
    desktop.find(town.estates[town.estates["kind"] == "estate"]["name"].iloc[1])
    expect(desktop.page.locator(".choices button").first).to_be_visible()
    expect(desktop.page.locator("#status")).to_contain_text("which building")
    numbers = [
        int(found[1])
        for text in desktop.page.locator(".choices button").all_inner_texts()
        if (found := re.search(r"(\d+)号楼$", text))
    ]
    assert numbers == sorted(numbers)


def test_suggestions_are_reached_by_keys(
    desktop: Look, site: str, hostile_town: tuple[Town, Plan]
) -> None:
    town, _ = hostile_town
    name = town.estates["name"].iloc[0]
    desktop.go(site)
    desktop.page.locator("#address").press_sequentially(name[:2], delay=20)
    expect(desktop.page.locator("#suggestions li").first).to_be_visible()
    desktop.page.keyboard.press("ArrowDown")
    chosen = desktop.page.locator("#suggestions li[aria-selected=true]")
    text = chosen.text_content()
    desktop.page.keyboard.press("Enter")
    expect(desktop.page.locator("#address")).to_have_value(text or "")


def test_enter_on_the_map_looks_its_middle_up(
    desktop: Look, site: str, hostile_town: tuple[Town, Plan]
) -> None:
    _, plan = hostile_town
    grid = finest(plan).iloc[9]
    desktop.go(site)
    desktop.page.evaluate(TAP, list(point_in(plan, grid["code"])))
    desktop.page.locator(".folium-map").press("Enter")
    expect(desktop.page.locator("#card-heading")).to_have_text(grid["name"])


def test_without_a_server_the_page_looks_in_itself(
    disconnected: Look, files: dict[str, str], hostile_town: tuple[Town, Plan]
) -> None:
    town, plan = hostile_town
    grids = finest(plan)
    disconnected.go(files["index.html"])
    disconnected.find(grids.iloc[3]["name"])
    expect(disconnected.page.locator("#card-heading")).to_have_text(grids.iloc[3]["name"])
    tap(disconnected, point_in(plan, grids.iloc[20]["code"]))
    expect(disconnected.page.locator("#card-heading")).to_have_text(grids.iloc[20]["name"])
    estate = town.estates[town.estates["kind"] == "estate"].iloc[1]
    building = town.buildings[town.buildings["estate"] == estate["id"]].iloc[1]
    disconnected.find(f"{estate['name']}{building['name']}2单元")
    inside = plan.levels[3].contains(building.geometry.representative_point())
    expect(disconnected.page.locator("#card-heading")).to_have_text(
        plan.levels[3].loc[inside, "name"].iloc[0]
    )


@pytest.mark.long
def test_a_lookup_service_that_is_away_is_replaced(
    desktop: Look, site: str, hostile_town: tuple[Town, Plan]
) -> None:
    _, plan = hostile_town
    grid = finest(plan).iloc[11]
    desktop.go(site)
    desktop.page.route("**/lookup?*", lambda route: route.fulfill(status=404, body="{}"))
    tap(desktop, point_in(plan, grid["code"]))
    expect(desktop.page.locator("#card-heading")).to_have_text(grid["name"])
    desktop.watch.complaints.clear()  # the browser tells the 404 itself


def test_the_list_equals_the_map(
    desktop: Look, site: str, hostile_home: Home, hostile_town: tuple[Town, Plan]
) -> None:
    _, plan = hostile_town
    page = desktop.go(site)
    drawn = page.evaluate("Town.data.grids.map(([code]) => code)")
    listed = page.locator(".grid").evaluate_all("all => all.map(one => one.id.slice(2))")
    assert sorted(drawn) == sorted(listed) == sorted(plan.grids["code"])
    (found,) = ReadSide(hostile_home).in_force()
    for code in [*finest(plan)["code"].iloc[:3], *plan.grids["code"].iloc[:3]]:
        page.evaluate("code => { location.hash = `g-${code}` }", code)
        expect(page.locator("#card .code")).to_have_text(code)
        numbers = (
            page.locator("#card .card-level")
            .first.locator("a.call")
            .evaluate_all("links => links.map(a => a.href.slice(4))")
        )
        contacts = found.snapshot.contacts.of(code)
        phones = [c[key] for c in contacts for key in ("duty_phone", "phone") if c[key]]
        assert sorted(numbers) == sorted(phone.replace("-", "") for phone in phones)


def test_names_that_hold_code_are_shown_as_text(
    desktop: Look, site: str, hostile_town: tuple[Town, Plan]
) -> None:
    _, plan = hostile_town
    page = desktop.go(site)
    for harmful in HARMFUL:
        desktop.find(harmful)
        code = plan.grids.loc[plan.grids["name"] == harmful, "code"].iloc[0]
        page.evaluate("code => { location.hash = `g-${code}` }", code)
        expect(page.locator("#card-heading")).to_have_text(harmful)
    page.evaluate("for (let z = 13; z < 20; z++) map_town.setZoom(z, {animate: false})")
    assert page.evaluate("window.harmed") is None
    assert page.locator("img[src=x], svg[onload]").count() == 0


def test_the_policy_stops_what_escaping_missed(desktop: Look, site: str) -> None:
    page = desktop.go(site)
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=harmed=1>')")
    page.evaluate(
        "document.body.append("
        "Object.assign(document.createElement('script'), {textContent: 'harmed = 2'}))"
    )
    page.wait_for_timeout(200)
    assert page.evaluate("typeof harmed") == "undefined"
    assert desktop.watch.complaints
    desktop.watch.complaints.clear()


def test_no_secret_is_in_the_page(site: str) -> None:
    for path in ("/", "/en"):
        text = httpx.get(site + path).text
        for secret in (HIDDEN_PHONE, HIDDEN_NAME, str(HIDDEN_HOUSEHOLDS), "households"):
            assert secret not in text


@pytest.mark.parametrize("path", ["/", pytest.param("/en", marks=pytest.mark.long)])
def test_a_phone_never_scrolls_sideways(
    phone: Look, site: str, path: str, address: tuple[str, str]
) -> None:
    page = phone.go(site + path)
    width = "document.documentElement.scrollWidth - window.innerWidth"
    assert page.evaluate(width) == 0
    phone.find(address[0])
    expect(page.locator("#card")).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert page.evaluate(width) == 0


def test_emergency_numbers_come_first(plain: Look, site: str) -> None:
    plain.page.goto(site)
    links = plain.page.locator("a[href^='tel:']").evaluate_all("all => all.map(a => a.href)")
    assert links[:4] == ["tel:110", "tel:119", "tel:120", "tel:12345"]


def test_the_list_needs_no_script(plain: Look, site: str, hostile_town: tuple[Town, Plan]) -> None:
    page = plain.page
    page.goto(site)
    expect(page.get_by_text("本机未启用 JavaScript")).to_be_visible()
    expect(page.locator("#search")).to_be_hidden()
    first = page.locator(".grid[data-level='1'] > details").first
    first.locator("> summary").click()
    expect(first.locator("> .who .call").first).to_be_visible()


def test_each_language_leads_to_the_other(desktop: Look, site: str) -> None:
    page = desktop.go(site)
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.locator(".language").click()
    page.wait_for_selector("html[data-ready=true]", state="attached")
    assert page.locator("html").get_attribute("lang") == "en"
    expect(page.locator("h1")).to_have_text("Find who answers for your home")
    page.locator(".language").click()
    expect(page.locator("h1")).to_have_text("找我的网格员")


@pytest.mark.long
def test_static_pages_lead_to_each_other(disconnected: Look, files: dict[str, str]) -> None:
    page = disconnected.go(files["index.html"])
    page.locator(".language").click()
    page.wait_for_selector("html[data-ready=true]", state="attached")
    assert page.url == files["en.html"]


def test_a_printed_card_is_the_card_alone(
    desktop: Look, site: str, address: tuple[str, str]
) -> None:
    page = desktop.go(site)
    desktop.find(address[0])
    expect(page.locator("#card")).to_be_visible()
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("#card .call").first).to_be_visible()
    expect(page.locator(".emergency")).to_be_visible()
    expect(page.locator("#list")).to_be_hidden()
    expect(page.locator("#search")).to_be_hidden()


def test_an_unpublished_town_still_shows_emergency_numbers(
    disconnected: Look, tmp_path: Path
) -> None:
    write_site(ReadSide(Home(tmp_path / "home")), tmp_path / "site")
    page = disconnected.go((tmp_path / "site" / "index.html").as_uri())
    expect(page.get_by_text("目前没有生效的网格")).to_be_visible()
    expect(page.locator(".emergency a").first).to_be_visible()
