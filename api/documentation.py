"""The API's documentation as a page, from the OpenAPI document, without any outside file."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

_CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

_STYLE = """
:root { color-scheme: light; font: 16px/1.6 "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; color: #1c2733; background: #fff; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2rem; border-top: 1px solid #d7dee5;
padding-top: 1rem; } code { font-family: ui-monospace, monospace; background: #f0f3f6;
padding: .1em .3em; border-radius: 4px; overflow-wrap: anywhere; }
.method { color: #fff; background: #14508c; padding: .15em .5em; border-radius: 4px; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top;
padding: .3em .6em; border-bottom: 1px solid #e4e9ee; } .scroll { overflow-x: auto; }
"""


@router.get("/docs")
def documentation(request: Request) -> HTMLResponse:
    """Show every endpoint with its parameters and answers."""
    page = _page(request.app)
    return HTMLResponse(page, headers={"Content-Security-Policy": _CONTENT_SECURITY_POLICY})


@lru_cache(maxsize=2)
def _page(app: Any) -> str:
    document = app.openapi()
    info = document["info"]
    operations = "".join(
        _operation(path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(info['title'])} API</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(info['title'])} API {escape(info['version'])}</h1>"
        f"{_paragraphs(info['description'])}"
        '<p><a href="openapi.json">openapi.json</a></p>'
        f"{operations}</body></html>"
    )


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(part)}</p>" for part in text.split("\n\n") if part.strip())


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    rows = "".join(_parameter(each) for each in operation.get("parameters", ()))
    table = (
        f'<div class="scroll"><table><tr><th>参数 parameter</th><th>类型 type</th>'
        f"<th>说明 description</th></tr>{rows}</table></div>"
        if rows
        else ""
    )
    body = operation.get("requestBody")
    shape = ""
    if body:
        reference = body["content"]["application/json"]["schema"].get("$ref", "")
        shape = f"<p>JSON: <code>{escape(reference.rsplit('/', 1)[-1])}</code></p>"
    answers = " ".join(f"<code>{escape(status)}</code>" for status in operation["responses"])
    key = " · API key" if operation.get("security") else ""
    return (
        f'<h2><span class="method">{escape(method.upper())}</span> <code>{escape(path)}</code>'
        f"{key}</h2>{_paragraphs(operation.get('description', ''))}{table}{shape}<p>{answers}</p>"
    )


def _parameter(parameter: dict[str, Any]) -> str:
    schema = parameter.get("schema", {})
    options = schema.get("anyOf", [schema])
    types = " | ".join(
        "、".join(map(str, each["enum"])) if "enum" in each else str(each.get("type", ""))
        for each in options
        if each.get("type") != "null"
    )
    needed = " *" if parameter.get("required") else ""
    described = parameter.get("description", schema.get("description", ""))
    return (
        f"<tr><td><code>{escape(parameter['name'])}</code>{needed}</td><td>{escape(types)}</td>"
        f"<td>{escape(described)}</td></tr>"
    )
