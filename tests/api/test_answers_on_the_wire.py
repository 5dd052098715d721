"""What a client gets byte by byte: whole answers, and none before it is asked for."""

from __future__ import annotations

import asyncio
import socket
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from starlette.routing import Route

from api.direct import Direct

POINT = "/lookup?point=111.67,38.28&datum=wgs84"


def exchanged(server: str, *sent: bytes) -> list[bytes]:
    """Return what the server sends after each of some parts, in as few pieces as it sends."""
    place = urlsplit(server)
    with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
        received = []
        for part in sent:
            connection.sendall(part)
            received.append(connection.recv(1 << 20))
        return received


def asked(method: str, path: str, *headers: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", *headers, "", ""]).encode()


def test_answer_comes_whole_and_the_next_one_on_the_same_connection(server: str) -> None:
    for received in exchanged(server, asked("GET", POINT), asked("GET", POINT)):
        head, _, body = received.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        assert f"content-length: {len(body)}".encode() in head


def test_answer_without_a_body_is_sent_too(server: str, client: httpx.Client) -> None:
    tag = client.get(POINT).headers["etag"]
    (received,) = exchanged(server, asked("GET", POINT, f"If-None-Match: {tag}"))
    assert received.startswith(b"HTTP/1.1 304 ")
    (received,) = exchanged(server, asked("HEAD", "/assets/nothing"))
    assert received.startswith(b"HTTP/1.1 404 ")


def test_who_waits_for_leave_to_send_gets_it(server: str, keys: dict[str, dict[str, str]]) -> None:
    body = b'{"items": []}'
    headers = [f"{name}: {value}" for name, value in keys["dispatcher"].items()]
    headers += ["Content-Type: application/json", "Expect: 100-continue"]
    head = asked("POST", "/lookup/batch", *headers, f"Content-Length: {len(body)}")
    leave, answer = exchanged(server, head, body)
    assert leave == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert answer.endswith(b'{"answers":[]}')


def test_long_file_comes_complete(client: httpx.Client) -> None:
    document = client.get("/openapi.json", headers={"Accept-Encoding": "identity"})
    assert len(document.content) == int(document.headers["content-length"])


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("point=111.67%2C38.28&datum=wgs84", 200),
        ("datum=wgs84&point=111.67,38.28&lang=en", 200),
        ("point=-111.67,-38.28", 200),
        ("point=%2B111.67,38.28", 200),
        ("point=+111.67,38.28", 400),
        ("point=111.67,38.28&point=111.67,38.28", 400),
        ("point=111.67,38.28&address=a", 400),
        ("point=111.67,98.28", 400),
        ("point=111.67,38.28&datum=wgs84&datum=wgs84", 400),
        ("point=111.67,38.28&colour=red", 400),
        ("point=111.67,38.28&level=0", 400),
        ("point=111.67,38.28x", 400),
        ("xpoint=111.67,38.28", 400),
    ],
)
def test_point_is_read_wherever_it_stands(client: httpx.Client, query: str, status: int) -> None:
    assert client.get(f"/lookup?{query}").status_code == status


async def _broken(_: Request) -> Response:
    raise ZeroDivisionError


async def _asked_in_process(transport: httpx.ASGITransport) -> httpx.Response:
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        return await client.get("/broken")


def test_what_nobody_foresaw_is_a_problem_and_reaches_the_log() -> None:
    direct = Direct(FastAPI(), routes=[Route("/broken", _broken)])
    with pytest.raises(ZeroDivisionError):
        asyncio.run(_asked_in_process(httpx.ASGITransport(direct)))
    told = httpx.ASGITransport(direct, raise_app_exceptions=False)
    answer = asyncio.run(_asked_in_process(told))
    assert answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR
    assert answer.headers["content-type"] == "application/problem+json"
