"""The OpenAPI document is kept, for every request that can be made from it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import pytest


def fuzz(server: str, header: dict[str, str], examples: int) -> None:
    """Let schemathesis ask the real server whatever the document allows, and what it does not."""
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{server}/openapi.json",
        f"--max-examples={examples}",
        "--seed=7",
        "--checks=all",
        # That an address or a point must be given, and not both, OpenAPI cannot say.
        "--exclude-checks=positive_data_acceptance",
        "--no-color",
        *(f"--header={name}:{value}" for name, value in header.items()),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_every_answer_fits_the_document(server: str, keys: dict[str, dict[str, str]]) -> None:
    fuzz(server, keys["admin"], examples=5)


@pytest.mark.long
def test_many_more_answers_fit_the_document(server: str, keys: dict[str, dict[str, str]]) -> None:
    fuzz(server, keys["admin"], examples=150)


def test_document_lists_every_endpoint(client: httpx.Client) -> None:
    paths = set(client.get("/openapi.json").json()["paths"])
    assert paths == {
        "/lookup",
        "/lookup/batch",
        "/suggest",
        "/grids",
        "/grids/{code}",
        "/plans",
        "/plans/{plan_id}",
        "/plans/{plan_id}/findings",
        "/plans/{plan_id}/compare",
        "/aliases",
        "/aliases/{alias_id}",
        "/aliases/{alias_id}/approve",
        "/aliases/{alias_id}/reject",
        "/plans/{plan_id}/accepted",
        "/plans/{plan_id}/accepted/{finding}",
        "/healthz",
        "/readyz",
        "/metrics",
    }
