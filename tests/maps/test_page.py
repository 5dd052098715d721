"""Pages load local files alone, escape everything and stay the same for the same plan."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from maps.assets import FOLDER, MissingAssetError, copy_assets, versioned
from maps.page import OutsideAddressError, json_block, local_files, render_page

OUTSIDE = re.compile(r"(?:https?:)?//", re.IGNORECASE)


class _Loaded(HTMLParser):
    """Collects every address that a browser would load by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [
            value or ""
            for name, value in attrs
            if name in ("src", "data", "srcset", "poster") or (name == "href" and tag == "link")
        ]


def page(title: str = "t", body: str = "", **data: object) -> str:
    return render_page(
        language="zh",
        title=title,
        before=Markup("<main>"),
        after=Markup("</main>{}").format(body),
        data=data,
        center=(38.0, 111.0),
        zoom=14,
        scripts=("town.js",),
        styles=("base.css",),
        assets_url="assets/",
    )


def test_everything_loaded_is_there() -> None:
    parser = _Loaded()
    parser.feed(page())
    assert parser.addresses
    for address in parser.addresses:
        assert not OUTSIDE.match(address)
        assert (FOLDER / address.removeprefix("assets/").partition("?")[0]).is_file()


@pytest.mark.parametrize(
    "tag",
    [
        '<script src="https://cdn.jsdelivr.net/npm/jquery@3/jquery.js"></script>',
        "<link rel=stylesheet href=//fonts.example/css>",
        "<LINK REL='stylesheet' HREF='http://example.org/a.css'>",
        '<img alt="" src="https://tile.example.org/1.png">',
        '<script src="elsewhere/leaflet.js"></script>',
    ],
)
def test_an_unknown_address_is_refused(tag: str) -> None:
    with pytest.raises(OutsideAddressError):
        local_files(tag, "assets/")


def test_a_missing_asset_says_what_to_do() -> None:
    with pytest.raises(MissingAssetError, match="install the package anew"):
        versioned("vendor/none.js")


def test_a_title_cannot_leave_its_element() -> None:
    text = page(title="</title><script>alert(1)</script>{{ 7*7 }}")
    assert "<script>alert(1)" not in text
    assert "{{ 7*7 }}" in text  # neither folium's nor our templates read it again
    assert "49" not in re.findall(r"<title>(.*?)</title>", text)[0]


@given(st.dictionaries(st.text(), st.text()))
def test_json_in_a_page_is_read_back_and_ends_no_script(value: dict[str, str]) -> None:
    block = json_block(value)
    assert json.loads(block) == value
    assert not set(block) & set("<>&\u2028\u2029")


def test_every_inline_script_is_named_by_the_policy() -> None:
    text = page()
    policy = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)[0]
    assert policy.count("'sha256-") == len(re.findall(r"<script>", text))
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def test_the_same_input_gives_the_same_page() -> None:
    assert page(a=1) == page(a=1)


def test_assets_are_copied_whole(tmp_path: Path) -> None:
    copied = copy_assets(tmp_path)
    assert sorted(path.relative_to(copied) for path in copied.rglob("*")) == sorted(
        path.relative_to(FOLDER) for path in FOLDER.rglob("*")
    )


def test_no_asset_of_ours_names_an_outside_address() -> None:
    for path in [*FOLDER.glob("*.js"), *FOLDER.glob("*.css")]:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|@import|url\(", text), path.name
