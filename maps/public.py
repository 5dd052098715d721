"""The public page: whom to call, by address or by tapping the map."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from messages import Language


def public_page(
    read_side: Any,
    *,
    language: Language,
    at: datetime | None = None,
    assets_url: str = "assets/",
    lookup_url: str = "lookup",
) -> str:
    """Return the public page of what is in force at a moment."""
    return f"<!doctype html><html lang={language}><title>{read_side}{at}{assets_url}{lookup_url}"
