"""The scheme: levels, size bands, tolerances and code scheme of a deployment."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from geo.problem import input_error

_DEFAULT = Path(__file__).with_name("scheme.toml")


WEIGHT_RANGE = (0.1, 10.0)
"""Least and most that a weight of drafting can be."""


@dataclass(frozen=True)
class Level:
    """One level of the hierarchy.

    Attributes
    ----------
    level
        1 is the coarsest.
    name_zh, name_en
        What people call it.
    low, high
        Band of resident households, both ends inside.
    code_digits
        Digits that this level adds to its parent's code.
    role
        Role that must answer for every grid of the level (rule O01).
    contact_severity
        Severity of O01 at this level, ``"E"`` or ``"W"``.
    name_pattern
        Pattern of a grid's name; ``{community}``, ``{parent}``, ``{number}``.
    """

    level: int
    name_zh: str
    name_en: str
    low: int
    high: int
    code_digits: int
    role: str = "grid_leader"
    contact_severity: str = "E"
    name_pattern: str = "{community}第{number}网格"


@dataclass(frozen=True)
class Estimate:
    """How households are estimated where only buildings are known.

    households = round(footprint m² × floors × net_share ÷ dwelling_m2)
    """

    dwelling_m2: float
    net_share: float
    floors_if_unknown: int
    minimum_footprint_m2: float


@dataclass(frozen=True)
class Weights:
    """What a draft weighs against one another, each from 0.1 to 10; 1 is usual.

    Attributes
    ----------
    compactness
        Grids of a round or square form.
    borders
        Borders along roads, water, railways and walls.
    estates
        Estates in one grid wherever they fit.
    """

    compactness: float = 1.0
    borders: float = 1.0
    estates: float = 1.0

    def __post_init__(self) -> None:
        low, high = WEIGHT_RANGE
        for name, weight in asdict(self).items():
            if not low <= weight <= high:
                raise ValueError(f"weights.{name} = {weight}, not in {low} … {high}")


@dataclass(frozen=True)
class Scheme:
    """Levels, bands, tolerances and code scheme of a deployment.

    Attributes
    ----------
    name
        Name shown on reports.
    levels
        Coarsest first; numbered 1, 2, ….
    code_pattern
        Regular expression that every grid code matches (rule H01).
    community_digits
        Leading digits of a grid code that are its community's code.
    special_serials
        First and last level-1 serial kept for special-purpose grids.
    band_tolerance
        The tolerance t of S01, S02 and S03.
    band_error
        Relative distance from the band at which S01 becomes an error.
    thresholds
        Every other threshold by name; units in the names.
    estimate
        Parameters of the household estimate.
    weights
        What a draft weighs against one another.
    text
        The TOML that the scheme was read from, kept with towns in the store.
    """

    name: str
    levels: tuple[Level, ...]
    code_pattern: str
    community_digits: int
    special_serials: tuple[int, int]
    band_tolerance: float
    band_error: float
    thresholds: Mapping[str, Any]
    estimate: Estimate
    weights: Weights = Weights()
    text: str = ""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return parse_scheme, (self.text,)

    def level(self, number: int) -> Level:
        """Return a level by its number; raises ``KeyError`` where there is none."""
        for level in self.levels:
            if level.level == number:
                return level
        raise KeyError(number)

    @property
    def finest(self) -> Level:
        """The last level."""
        return self.levels[-1]

    @cached_property
    def code_lengths(self) -> dict[int, int]:
        """Length of a whole code by level number."""
        lengths, digits = {}, self.community_digits
        for level in self.levels:
            digits += level.code_digits
            lengths[level.level] = digits
        return lengths

    def level_of_code(self, code: str) -> int | None:
        """Return the level that a code's length tells; None where no level has it."""
        return {length: level for level, length in self.code_lengths.items()}.get(len(code))

    def parent_code(self, code: str) -> str | None:
        """Return the code one level up; None for level 1 or a code of no level."""
        level = self.level_of_code(code)
        if level is None or level == self.levels[0].level:
            return None
        return code[: -self.level(level).code_digits]

    def community_of(self, code: str) -> str:
        """Return the community's part of a grid code."""
        return code[: self.community_digits]


def read_scheme(path: Path) -> Scheme:
    """Read a scheme from a TOML file; what it leaves out is as in the Lan County scheme.

    Parameters
    ----------
    path
        TOML file shaped like the shipped ``scheme.toml``.

    Raises
    ------
    InputError
        The file cannot be read, or a value is missing or makes no sense.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise input_error("scheme.unreadable", file=path, reason=str(error)) from error
    return parse_scheme(text, file=str(path))


@cache
def default_scheme() -> Scheme:
    """Return the shipped Lan County scheme."""
    return parse_scheme(_DEFAULT.read_text(encoding="utf-8"), file=str(_DEFAULT))


def parse_scheme(text: str, *, file: str = "scheme.toml") -> Scheme:
    """Make a scheme from TOML text; see `read_scheme`."""
    shipped = tomllib.loads(_DEFAULT.read_text(encoding="utf-8"))
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise input_error("scheme.unreadable", file=file, reason=str(error)) from error
    for key in given:
        if key not in shipped:
            raise input_error("scheme.unknown_key", file=file, column=key, known=", ".join(shipped))
    table = {**shipped, **given}
    for section in ("thresholds", "estimate", "weights"):
        unknown = sorted(set(given.get(section, {})) - set(shipped[section]))
        if unknown:
            raise input_error(
                "scheme.unknown_key",
                file=file,
                column=f"{section}.{unknown[0]}",
                known=", ".join(shipped[section]),
            )
        table[section] = {**shipped[section], **given.get(section, {})}
    try:
        re.compile(table["code_pattern"])
        levels = tuple(_level(entry) for entry in table["levels"])
        scheme = Scheme(
            name=str(table["name"]),
            levels=levels,
            code_pattern=table["code_pattern"],
            community_digits=int(table["community_digits"]),
            special_serials=(int(table["special_serials"][0]), int(table["special_serials"][1])),
            band_tolerance=float(table["band_tolerance"]),
            band_error=float(table["band_error"]),
            thresholds=MappingProxyType(table["thresholds"]),
            estimate=Estimate(**table["estimate"]),
            weights=Weights(**table["weights"]),
            text=text,
        )
    except (KeyError, TypeError, ValueError, IndexError, re.error) as error:
        raise input_error(
            "scheme.bad_value", file=file, reason=f"{type(error).__name__}: {error}"
        ) from error
    for number, level in enumerate(levels, start=1):
        if level.level != number or not 0 < level.low <= level.high or level.code_digits < 1:
            raise input_error("scheme.bad_level", file=file, row=number, value=level.level)
    if not levels:
        raise input_error("scheme.bad_level", file=file, row=1, value="")
    return scheme


def _level(entry: Mapping[str, Any]) -> Level:
    values = dict(entry)
    low, high = values.pop("households")
    return Level(low=int(low), high=int(high), **values)
