"""What pydantic and Starlette find wrong with a request, in the words of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from messages import Message

_FAULTS = {
    "missing": "missing",
    "extra_forbidden": "extra",
    "literal_error": "choice",
    "enum": "choice",
    "string_too_short": "too_short",
    "too_short": "too_few",
    "string_too_long": "too_long",
    "too_long": "too_many_items",
    "string_pattern_mismatch": "pattern",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_large_number",
    "int_parsing": "whole_number",
    "int_type": "whole_number",
    "int_from_float": "whole_number",
    "float_parsing": "number",
    "float_type": "number",
    "finite_number": "number",
    "string_type": "text",
    "bool_parsing": "truth",
    "bool_type": "truth",
    "json_invalid": "json",
}
"""Pydantic's types of faults by the sentence that tells them."""

_STATUSES = (
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.BAD_REQUEST,
)


def fault(error: Mapping[str, Any]) -> str:
    """Return what is wrong with one value; in pydantic's words where it is nothing usual."""
    key = _FAULTS.get(error["type"])
    return error["msg"] if key is None else str(Message(f"api.fault_{key}", error.get("ctx", {})))


def status_said(status: HTTPStatus) -> Message | str:
    """Return what an HTTP status means."""
    if status in _STATUSES:
        return Message(f"api.status_{status.value}")
    return status.description or status.phrase
