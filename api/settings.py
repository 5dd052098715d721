"""What an operator can set for the web side; each from an environment variable ``WANGGE_…``."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.limiting import Rate


def _rate(text: str) -> str:
    Rate.parse(text)
    return text


class ApiSettings(BaseSettings):
    """Settings of the API and the pages.

    Attributes
    ----------
    cors_origins
        Origins of other sites whose pages may ask the public endpoints; none by default.
    public_rate
        How often one client may ask a public endpoint, as ``"120/minute"``.
    client_header
        Header that a proxy in front puts the client's address into, such as
        ``X-Forwarded-For``; empty where clients connect directly. Set it only behind a proxy
        that overwrites it.
    longest_cache_s
        Longest time for which an answer may be kept without asking again, s. Above 0, an answer
        may outlive by that much a publication that takes effect the moment it is made.
    largest_body_bytes
        Largest body of a request.
    review_number
        审图号 of the public map, where it has one.
    """

    model_config = SettingsConfigDict(env_prefix="WANGGE_", frozen=True, extra="ignore")

    cors_origins: tuple[str, ...] = ()
    public_rate: Annotated[str, AfterValidator(_rate)] = "120/minute"
    client_header: str = ""
    longest_cache_s: int = Field(default=0, ge=0)
    largest_body_bytes: int = Field(default=2_000_000, ge=1)
    review_number: str = ""
