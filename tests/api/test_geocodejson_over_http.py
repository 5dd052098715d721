"""Programs that know other geocoders are answered in their form."""

from __future__ import annotations

import httpx
import pytest
from geocodejson_form import assert_is_geocodejson

from boundaries.plan import Plan
from boundaries.town import Town


@pytest.fixture(scope="session")
def address(small_town: tuple[Town, Plan]) -> str:
    """Return an address of the register, down to its stair."""
    register = small_town[0].addresses
    return str(register.loc[register["stair"].notna(), "text"].iloc[0])


def asked(client: httpx.Client, path: str, headers: dict[str, str] | None = None, **params: str):
    response = client.get(path, params={**params, "format": "geocodejson"}, headers=headers)
    assert response.status_code == httpx.codes.OK
    assert response.headers["content-type"] == "application/geo+json"
    told = response.json()
    assert_is_geocodejson(told)
    return told


def test_an_address_has_the_grids_of_our_own_form(client: httpx.Client, address: str) -> None:
    told = asked(client, "/lookup", address=address)
    own = client.get("/lookup", params={"address": address}).json()
    assert told["answer"]["levels"] == own["levels"]
    assert told["features"][0]["properties"]["grids"] == own["candidates"][0]["grids"]
    assert told["features"][0]["properties"]["geocoding"]["type"] == "house"
    assert "as_of" in told
    assert address not in str(told["geocoding"])


def test_only_a_key_shows_where_an_address_lies(
    client: httpx.Client, keys: dict[str, dict[str, str]], address: str
) -> None:
    public = asked(client, "/lookup", address=address)
    assert all(feature["geometry"] is None for feature in public["features"])
    duty = asked(client, "/lookup", keys["dispatcher"], address=address)
    assert duty["features"][0]["geometry"]["type"] == "Point"


@pytest.mark.parametrize("text", ["碧桂园3号楼", "山西省太原市迎泽大街1号", "???"])
def test_no_answer_has_no_claim(client: httpx.Client, text: str) -> None:
    told = asked(client, "/lookup", address=text)
    assert told["geocoding"]["status"] in ("no_match", "out_of_area", "invalid")


def test_a_point_is_answered_too(client: httpx.Client, small_town: tuple[Town, Plan]) -> None:
    place = small_town[1].levels[3].geometry.iloc[0].representative_point()
    told = asked(client, "/lookup", point=f"{place.x:.7f},{place.y:.7f}", datum="wgs84")
    assert len(told["features"]) == 1


def test_an_answer_is_not_sent_twice(client: httpx.Client, address: str) -> None:
    params = {"address": address, "format": "geocodejson"}
    first = client.get("/lookup", params=params)
    again = client.get("/lookup", params=params, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == httpx.codes.NOT_MODIFIED


def test_suggestions_are_features(client: httpx.Client, small_town: tuple[Town, Plan]) -> None:
    typed = str(small_town[0].addresses["compound"].dropna().iloc[0])[:2]
    told = asked(client, "/suggest", text=typed)
    own = client.get("/suggest", params={"text": typed}).json()["suggestions"]
    labels = [feature["properties"]["geocoding"]["label"] for feature in told["features"]]
    assert labels == own
    assert labels


def test_another_format_is_refused(client: httpx.Client, address: str) -> None:
    for path, name in (("/lookup", "address"), ("/suggest", "text")):
        response = client.get(path, params={name: address[:6], "format": "xml"})
        assert response.status_code == httpx.codes.BAD_REQUEST
