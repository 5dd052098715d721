"""What anyone and what a dispatcher is told of an address or a point."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
import shapely

from boundaries.plan import Plan
from boundaries.town import Town

PRIVATE_WORDS = ("households", "party", "verified", "estimated", "reason")


@pytest.fixture(scope="session")
def address(small_town: tuple[Town, Plan]) -> str:
    """Return an address of the register, down to its stair."""
    register = small_town[0].addresses
    return str(register.loc[register["stair"].notna(), "text"].iloc[0])


def test_address_has_one_grid_per_level_with_contacts(client: httpx.Client, address: str) -> None:
    answer = client.get("/lookup", params={"address": address}).json()
    assert answer["status"] == "match"
    assert [level["level"] for level in answer["levels"]] == [1, 2, 3]
    assert all(level["code"] and level["contacts"] for level in answer["levels"])
    assert answer["plan"]
    assert answer["effective_from"]


def test_point_in_a_grid_gets_that_grid(
    client: httpx.Client, small_town: tuple[Town, Plan]
) -> None:
    grids = small_town[1].levels[3]
    for code, geometry in zip(grids["code"], grids.geometry, strict=True):
        place = shapely.point_on_surface(geometry)
        params = {"point": f"{place.x:.7f},{place.y:.7f}", "datum": "wgs84", "level": 3}
        answer = client.get("/lookup", params=params).json()
        options = {option["code"] for option in answer["levels"][0]["options"]}
        assert code in options


def test_point_outside_is_said_to_be_outside(client: httpx.Client) -> None:
    answer = client.get("/lookup", params={"point": "116.4,39.9", "datum": "wgs84"}).json()
    assert answer["status"] == "out_of_area"
    assert answer["levels"] == []


def test_public_answer_tells_nothing_private(client: httpx.Client, address: str) -> None:
    response = client.get("/lookup", params={"address": address})
    assert not any(word in response.text for word in PRIVATE_WORDS)
    assert response.json()["point"] is None


def test_name_is_shown_only_with_its_basis(
    client: httpx.Client, small_town: tuple[Town, Plan]
) -> None:
    contacts = small_town[1].contacts
    hidden = set(contacts.loc[contacts["basis"] == "office_contact", "phone"])
    cards = [
        client.get(f"/grids/{code}").json()["contacts"] for code in small_town[1].grids["code"]
    ]
    shown = [contact for card in cards for contact in card]
    assert not hidden & {contact["phone"] for contact in shown}
    assert any(contact["name"] for contact in shown)
    assert any(contact["name"] is None for contact in shown)


def test_dispatcher_sees_the_duty_view(
    client: httpx.Client, keys: dict[str, dict[str, str]], address: str
) -> None:
    answer = client.get("/lookup", params={"address": address}, headers=keys["dispatcher"]).json()
    contacts = [contact for level in answer["levels"] for contact in level["contacts"]]
    assert all(contact["phone"] for contact in contacts)
    assert answer["point"] is not None


def test_moment_before_publication_has_no_answer(client: httpx.Client, address: str) -> None:
    answer = client.get("/lookup", params={"address": address, "at": "2001-01-01"}).json()
    assert answer["status"] == "no_match"
    assert answer["plan"] is None


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"address": "a", "point": "111.67,38.28"},
        {"address": ""},
        {"address": "a", "adress": "b"},
        {"point": "111.67"},
        {"point": "211.67,38.28"},
        {"point": "nan,38.28"},
        {"address": "a", "level": "0"},
        {"address": "a", "at": "tomorrow"},
        {"point": "111.67,38.28", "datum": "beijing54"},
    ],
)
def test_bad_question_is_a_problem(client: httpx.Client, params: dict[str, str]) -> None:
    response = client.get("/lookup", params=params)
    assert response.status_code == httpx.codes.BAD_REQUEST
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"]


@pytest.mark.parametrize(
    ("path", "column", "zh", "en"),
    [
        ("/lookup?point=111.6,38.2&datum=xx", "query.datum", "只能是", "must be 'wgs84'"),
        ("/lookup?point=111.6,38.2&level=0", "query.level", "不能小于 1", "less than 1"),
        ("/lookup?point=NaN,38", "query.point", "格式不对", "another form"),
        ("/suggest?text=", "query.text", "至少 1 个字", "1 characters at least"),
        ("/suggest", "query.text", "缺少此项", "missing"),
        ("/grids?limit=many", "query.limit", "须为整数", "whole number"),
    ],
)
def test_what_is_wrong_is_told_in_both_languages(
    client: httpx.Client, path: str, column: str, zh: str, en: str
) -> None:
    (error,) = client.get(path).json()["errors"]
    assert error["column"] == column
    assert zh in error["message"]
    assert en in error["message"]


def test_an_address_without_anything_is_told_in_both_languages(client: httpx.Client) -> None:
    for answer in (client.get("/nothing"), client.delete("/lookup")):
        assert answer.headers["content-type"].startswith("application/problem+json")
        chinese, english = answer.json()["detail"].split(" / ", 1)
        assert not chinese.isascii()
        assert english.isascii()


def test_parameter_given_twice_is_a_problem(client: httpx.Client) -> None:
    response = client.get("/lookup?address=a&address=b")
    assert response.status_code == httpx.codes.BAD_REQUEST


def test_batch_keeps_the_order(
    client: httpx.Client, keys: dict[str, dict[str, str]], small_town: tuple[Town, Plan]
) -> None:
    texts = small_town[0].addresses["text"].head(50).tolist()
    items = [{"address": text} for text in texts] + [{"point": [116.4, 39.9], "datum": "wgs84"}]
    answers = client.post(
        "/lookup/batch", json={"items": items}, headers=keys["dispatcher"]
    ).json()["answers"]
    singles = [
        client.get("/lookup", params={"address": text}, headers=keys["dispatcher"]).json()
        for text in texts
    ]
    assert [answer["levels"] for answer in answers[:-1]] == [each["levels"] for each in singles]
    assert answers[-1]["status"] == "out_of_area"


def test_batch_of_more_than_a_thousand_is_refused(
    client: httpx.Client, keys: dict[str, dict[str, str]]
) -> None:
    items = [{"address": "a"}] * 1001
    response = client.post("/lookup/batch", json={"items": items}, headers=keys["dispatcher"])
    assert response.status_code == httpx.codes.BAD_REQUEST


def test_batch_needs_a_key(client: httpx.Client) -> None:
    response = client.post("/lookup/batch", json={"items": []})
    assert response.status_code == httpx.codes.UNAUTHORIZED
    assert response.headers["www-authenticate"] == "Bearer"


def test_answer_is_not_sent_twice(client: httpx.Client, address: str) -> None:
    first = client.get("/lookup", params={"address": address})
    again = client.get(
        "/lookup", params={"address": address}, headers={"If-None-Match": first.headers["etag"]}
    )
    assert again.status_code == httpx.codes.NOT_MODIFIED
    assert "max-age" in first.headers["cache-control"]


def test_no_answer_is_kept_past_a_publication(client: httpx.Client, address: str) -> None:
    kept = client.get("/lookup", params={"address": address}).headers["cache-control"]
    assert kept == "public, max-age=0, must-revalidate"


def test_suggestions_begin_with_what_was_typed(
    client: httpx.Client, small_town: tuple[Town, Plan]
) -> None:
    register = small_town[0].addresses
    name = register.loc[register["compound"].notna(), "compound"].iloc[0]
    found = client.get("/suggest", params={"text": name[:2]}).json()["suggestions"]
    assert any(name in each for each in found)


def test_time_without_zone_is_chinas() -> None:
    from api.parameters import parse_moment  # noqa: PLC0415 - one conversion alone

    assert parse_moment("2026-12-01") == datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert parse_moment("2026-12-01T08:00:00") == datetime(2026, 12, 1, tzinfo=UTC)
    assert parse_moment("2026-12-01T08:00:00+00:00") - timedelta(hours=8) == datetime(
        2026, 12, 1, tzinfo=UTC
    )


def test_level_that_the_plan_does_not_have_is_refused(
    client: httpx.Client, keys: dict[str, dict[str, str]]
) -> None:
    items = [{"point": [111.67, 38.28]}]
    dispatcher = keys["dispatcher"]
    for answer in (
        client.get("/lookup?point=111.67,38.28&datum=wgs84&level=7"),
        client.get("/lookup", params={"address": "1号楼", "level": 7}),
        client.post("/lookup/batch", json={"items": items, "level": 7}, headers=dispatcher),
    ):
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        (told,) = answer.json()["errors"]
        assert told["value"] == "7"
        assert "1、2、3" in told["message"]
        assert told["remedy"]
    paths = client.get("/openapi.json").json()["paths"]
    assert "422" in paths["/lookup"]["get"]["responses"]
    assert "422" in paths["/lookup/batch"]["post"]["responses"]
    assert "422" not in paths["/suggest"]["get"]["responses"]
