"""One page: folium's map in our own frame, with local files alone and a strict content policy."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import folium
import orjson
from branca.element import Figure
from folium.template import Template
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from maps.assets import LEAFLET_CSS, LEAFLET_JS, versioned
from messages import Language, say

MAP = "map_town"
"""The map's element and its global name in the page's scripts."""

_LOCAL = {
    re.compile(r"https://cdn\.jsdelivr\.net/npm/leaflet@[\d.]+/dist/leaflet\.js"): LEAFLET_JS,
    re.compile(r"https://cdn\.jsdelivr\.net/npm/leaflet@[\d.]+/dist/leaflet\.css"): LEAFLET_CSS,
}
_LOADED = re.compile(
    r"(<(?:script|link|img|iframe|source|object|embed)\b[^>]*?\b(?:src|href|data)\s*=\s*)"
    r"(\"[^\"]*\"|'[^']*'|[^\s>]+)",
    re.IGNORECASE,
)
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_POLICY_PLACE = "script-src-hashes"


class OutsideAddressError(ValueError):
    """A page would load something from an address that is not one of its own files."""


class TownMap(folium.Map):
    """folium's map without its tiles, its page-wide styles and all of its libraries but Leaflet."""

    default_js = [entry for entry in folium.Map.default_js if entry[0] == "leaflet"]  # noqa: RUF012
    default_css = [entry for entry in folium.Map.default_css if entry[0] == "leaflet_css"]  # noqa: RUF012

    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <div class="folium-map" id={{ this.get_name()|tojson }}></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map(
                {{ this.get_name()|tojson }},
                {center: {{ this.location|tojson }}, ...{{ this.options|tojavascript }}}
            );
        {% endmacro %}
        """
    )

    def __init__(self, center: tuple[float, float], **options: Any) -> None:
        super().__init__(
            location=center, tiles=None, prefer_canvas=True, zoom_control=False, **options
        )

    def get_name(self) -> str:
        """Return the same name on every run, so that the same plan gives the same page."""
        return MAP


class _Page(Figure):
    """The frame around the map; its texts are values, never templates to be read again."""

    _template: Any = None

    def __init__(self, **texts: Any) -> None:
        super().__init__()
        self.texts = texts
        self._template = templates().get_template("page.html.j2")


@cache
def templates() -> Environment:
    """Return the page templates: every value is escaped, a missing one is an error."""
    environment = Environment(
        loader=PackageLoader("maps", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["json_block"] = json_block
    return environment


def fill(template: str, language: Language, **values: Any) -> Markup:
    """Return a template filled in; ``say`` in it gives sentences of the pages' catalogue."""

    def said(key: str, /, **words: object) -> str:
        return say(f"maps.{key}", language, **words)

    rendered = templates().get_template(template).render(language=language, say=said, **values)
    return Markup(rendered)  # noqa: S704 - the environment above escapes every value


def json_block(value: Any) -> Markup:
    """Return a value as JSON that can stand inside a script element whatever its texts hold."""
    text = orjson.dumps(value).decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - no character of HTML is left in it


def render_page(
    *,
    language: Language,
    title: str,
    before: Markup,
    after: Markup,
    data: Mapping[str, Any],
    center: tuple[float, float],
    zoom: int,
    scripts: Sequence[str],
    styles: Sequence[str],
    assets_url: str,
) -> str:
    """Return a whole page around folium's map.

    Parameters
    ----------
    language
        Language of the page.
    title
        Plain text.
    before, after
        What stands before and after the map, as `fill` returns it.
    data
        What the scripts read; plain values.
    center, zoom
        Latitude and longitude of the first view, and its zoom.
    scripts, styles
        Own assets, loaded after Leaflet.
    assets_url
        Where the assets are served, with a slash at its end.

    Raises
    ------
    OutsideAddressError
        folium or a template asks for a file that is not ours.
    MissingAssetError
        An asset is not there.
    """
    page = _Page(
        language=language,
        title=title,
        before=before,
        after=after,
        data=data,
        policy=_POLICY_PLACE,
        scripts=[assets_url + versioned(name) for name in scripts],
        icon=assets_url + versioned("icon.svg"),
        styles=[assets_url + versioned(name) for name in styles],
    )
    page.add_child(TownMap(center, zoom_start=zoom, max_zoom=20, min_zoom=9, zoom_snap=0.25))
    return _with_policy(local_files(page.render(), assets_url))


def local_files(page: str, assets_url: str) -> str:
    """Return a page whose scripts, styles and pictures all come from its own assets.

    Parameters
    ----------
    page
        HTML as folium renders it.
    assets_url
        Where the assets are served, with a slash at its end.

    Raises
    ------
    OutsideAddressError
        An address is neither an asset's nor one that an asset stands for.
    """

    def localized(found: re.Match[str]) -> str:
        address = found[2].strip("\"'")
        if not address.startswith(assets_url):
            address = assets_url + versioned(_stand_in(address))
        return f'{found[1]}"{address}"'

    return _LOADED.sub(localized, page)


def _stand_in(address: str) -> str:
    for pattern, asset in _LOCAL.items():
        if pattern.fullmatch(address):
            return asset
    raise OutsideAddressError(f"a page would load {address}, which is no file of its own")


def _with_policy(page: str) -> str:
    """Let the browser run folium's own inline script and the assets, and nothing else."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in _INLINE_SCRIPT.findall(page)
    )
    return page.replace(_POLICY_PLACE, hashes, 1)
