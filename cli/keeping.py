"""Options for what stays as it is: locked grids, borders and lines, buildings kept together."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import numpy as np
import shapely
import typer

from boundaries.draft.arrangement import Shapes
from boundaries.town import Town
from cli.screen import both
from geo.layers import LayerMapping, read_layer
from geo.problem import input_error

LockBorder = Annotated[
    list[str] | None, typer.Option("--lock-border", help=both("draft.option_lock_border"))
]
LockLines = Annotated[
    list[Path] | None,
    typer.Option("--lock-lines", dir_okay=False, help=both("draft.option_lock_lines")),
]
Together = Annotated[
    list[str] | None, typer.Option("--together", help=both("draft.option_together"))
]


def borders_of(given: Iterable[str] | None) -> list[tuple[str, str]]:
    """Return the pairs of codes that ``CODE,CODE`` names."""
    found = []
    for text in given or ():
        codes = [code.strip() for code in text.split(",")]
        if len(codes) != 2 or not all(codes):  # noqa: PLR2004 - a border has two sides
            raise input_error("draft.not_a_border", column="--lock-border", value=text)
        found.append((codes[0], codes[1]))
    return found


def lines_of(town: Town, paths: Iterable[Path] | None) -> Shapes | None:
    """Return the lines of some files, and the outlines of areas, as far as they are in town."""
    shapes = []
    outline = shapely.union_all(town.jurisdiction.geometry.to_numpy())
    for path in paths or ():
        mapping = LayerMapping(constants={"kind": "wall"})
        lines = read_layer(path, "barriers", mapping=mapping).geometry.to_numpy()
        lines = lines[shapely.intersects(lines, outline)]
        if not len(lines):
            raise input_error("draft.no_lines", file=path, column="--lock-lines")
        shapes.append(lines)
    return np.concatenate(shapes) if shapes else None


def groups_of(given: Iterable[str] | None) -> list[list[str]]:
    """Return the groups of building IDs that ``ID,ID`` names."""
    groups = [[each.strip() for each in text.split(",")] for text in given or ()]
    return [[each for each in group if each] for group in groups if any(group)]
