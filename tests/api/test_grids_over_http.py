"""Grids as a list and one by one."""

from __future__ import annotations

import httpx
import pytest
import shapely
from shapely.geometry import shape

from boundaries.plan import Plan
from boundaries.town import Town


def test_pages_of_the_list_make_up_the_plan(
    client: httpx.Client, small_town: tuple[Town, Plan]
) -> None:
    codes: list[str] = []
    while True:
        page = client.get("/grids", params={"limit": 40, "offset": len(codes)}).json()
        codes += [feature["id"] for feature in page["features"]]
        if not page["features"]:
            break
    assert codes == sorted(small_town[1].grids["code"])
    assert page["numberMatched"] == len(codes)


def test_level_community_and_box_filter(
    client: httpx.Client, small_town: tuple[Town, Plan]
) -> None:
    grids = small_town[1].levels[2]
    first = grids.iloc[0]
    west, south, east, north = first.geometry.bounds
    params = {
        "level": 2,
        "community": first["community"],
        "bbox": f"{west:.9f},{south:.9f},{east:.9f},{north:.9f}",
        "limit": 2000,
    }
    found = {feature["id"] for feature in client.get("/grids", params=params).json()["features"]}
    touching = grids[grids.intersects(shapely.box(west, south, east, north))]
    assert found == set(touching["code"])


def test_card_tells_the_relatives(client: httpx.Client, small_town: tuple[Town, Plan]) -> None:
    grids = small_town[1].grids.set_index("code")
    for code in grids.index[::9]:
        card = client.get(f"/grids/{code}").json()
        assert [each["code"] for each in card["parents"]][:1] == (
            [grids.at[code, "parent"]] if grids.at[code, "parent"] else []
        )
        assert {each["code"] for each in card["children"]} == set(
            grids.index[grids["parent"] == code]
        )
        beside = grids[(grids["level"] == card["level"]) & (grids.index != code)]
        border = shape(card["geometry"]).boundary
        shared = beside[
            shapely.length(shapely.intersection(beside.geometry.to_numpy(), border)) > 0
        ]
        assert {each["code"] for each in card["neighbours"]} == set(shared.index)


def test_neighbours_agree_on_the_border(client: httpx.Client) -> None:
    code = client.get("/grids", params={"level": 1, "limit": 1}).json()["features"][0]["id"]
    for neighbour in client.get(f"/grids/{code}").json()["neighbours"]:
        back = client.get(f"/grids/{neighbour['code']}").json()["neighbours"]
        there = {each["code"]: each["shared_m"] for each in back}
        assert there[code] == pytest.approx(neighbour["shared_m"], abs=0.2)


def test_unknown_grid_is_not_found(client: httpx.Client) -> None:
    response = client.get("/grids/000000000000000")
    assert response.status_code == httpx.codes.NOT_FOUND
    assert response.json()["status"] == httpx.codes.NOT_FOUND


@pytest.mark.parametrize("bbox", ["1,2,3", "5,5,4,6", "0,0,200,1", "a,b,c,d"])
def test_bad_box_is_a_problem(client: httpx.Client, bbox: str) -> None:
    assert client.get("/grids", params={"bbox": bbox}).status_code == httpx.codes.BAD_REQUEST
