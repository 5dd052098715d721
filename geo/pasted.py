"""Coordinates that someone pasted where an address was asked for."""

from __future__ import annotations

import re

_PAIR = re.compile(
    r"""
    (?:我的|当前)?(?:位置|定位|坐标|经纬度|经度|纬度|东经|北纬|[EN])?[是为:：\s(（\[]*
    (?P<one>\d{1,3}\.\d{3,})\s*[°度]?\s*[EN]?
    (?:[,，、;；/\s]|纬度|经度|北纬|东经|[EN:：])+
    (?P<other>\d{1,3}\.\d{3,})\s*[°度]?\s*[EN]?[)）\]\s。]*
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LONGITUDES, _LATITUDES = (73.0, 136.0), (3.0, 54.0)  # of China; they have no number in common


def pasted_point(text: str) -> tuple[float, float] | None:
    """Return the longitude and latitude that a text consists of, whichever stands first.

    Parameters
    ----------
    text
        What was pasted, such as ``38.283936,111.671445`` or ``经度111.671445 纬度38.283936``.

    Returns
    -------
    tuple of float, or None
        Degrees; None where the text is no pair of coordinates in China with three decimals or
        more.
    """
    found = _PAIR.fullmatch(text.strip())
    if found is None:
        return None
    latitude, longitude = sorted((float(found["one"]), float(found["other"])))
    in_china = _within(longitude, _LONGITUDES) and _within(latitude, _LATITUDES)
    return (longitude, latitude) if in_china else None


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]
