"""Put the sources of each layer together, and remember where each row is from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from boundaries.town import TOWN_LAYERS, Town
from geo.layers import SCHEMAS, STORED_CRS, Reading
from geo.problem import Problem

_UNIQUE = {"grids": ("code",), "contacts": ("id",)}


@dataclass(frozen=True)
class Joined:
    """The layers of a town as they were read, with the place of every row.

    Attributes
    ----------
    frames
        Layer to frame, rows numbered from 0.
    readings
        Layer to the readings it is made of.
    origin
        Layer to the reading and the row number in its file of each row.
    """

    frames: dict[str, pd.DataFrame]
    readings: dict[str, list[Reading]]
    origin: dict[str, tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]

    def problem(
        self,
        layer: str,
        at: int,
        key: str,
        /,
        *,
        column: str | None = None,
        value: object = None,
        **values: str,
    ) -> Problem:
        """Return a problem with one row of a layer, at its place in its file."""
        which, rows = self.origin[layer]
        reading = self.readings[layer][int(which[at])]
        heading = column if column is None else reading.columns.get(column, column)
        return reading.source.problem(key, row=int(rows[at]), column=heading, value=value, **values)

    def layer_problem(
        self, layer: str, key: str, /, *, value: object = None, **values: object
    ) -> Problem:
        """Return a problem with a layer as a whole, at its first file."""
        source = self.readings[layer][0].source
        return source.problem(key, row=None, column=None, value=value, **values)


def joined_layers(readings: Sequence[Reading]) -> tuple[Joined, list[Problem]]:
    """Put the readings of each layer together; what must be unique in the layer is checked."""
    by_layer: dict[str, list[Reading]] = {}
    for reading in readings:
        by_layer.setdefault(reading.layer, []).append(reading)
    frames: dict[str, pd.DataFrame] = {}
    origin: dict[str, tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]] = {}
    for layer, parts in by_layer.items():
        frames[layer] = _concatenated([part.frame for part in parts])
        which = np.repeat(np.arange(len(parts)), [len(part.frame) for part in parts])
        origin[layer] = which, np.concatenate([part.rows for part in parts]).astype(np.int64)
    joined = Joined(frames, by_layer, origin)
    _renumber_generated(joined)
    return joined, [problem for layer in frames for problem in _repeats(joined, layer)]


def kept_layers(base: Town | None, joined: Joined) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of the town as it is that no file gives anew."""
    if base is None:
        return {}
    layers = {layer: getattr(base, layer) for layer in TOWN_LAYERS if layer not in joined.frames}
    return {layer: frame for layer, frame in layers.items() if len(frame)}


def _concatenated(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)] or list(frames[:1])
    if len(filled) == 1:
        return filled[0].reset_index(drop=True)
    if not all(isinstance(frame, gpd.GeoDataFrame) for frame in filled):
        return pd.concat(filled, ignore_index=True)
    table = pd.concat(
        [pd.DataFrame(frame.drop(columns="geometry")) for frame in filled], ignore_index=True
    )
    shapes = np.concatenate([frame.geometry.to_numpy() for frame in filled])
    return gpd.GeoDataFrame(table, geometry=list(shapes), crs=STORED_CRS)


def _renumber_generated(joined: Joined) -> None:
    """Give rows without ids of their own one count through all files of a layer."""
    for layer, parts in joined.readings.items():
        if len(parts) < 2 or "id" not in SCHEMAS[layer].columns:  # noqa: PLR2004 - nothing to join
            continue
        frame, (which, _) = joined.frames[layer], joined.origin[layer]
        ours = np.isin(which, [n for n, part in enumerate(parts) if "id" not in part.columns])
        ours &= frame["id"].str.fullmatch(r"[A-Z]\d+").to_numpy(dtype=bool)
        letter = frame["id"].str[:1]
        numbers = [f"{letter[at]}{at + 1}" if ours[at] else frame["id"][at] for at in frame.index]
        frame["id"] = pd.Series(numbers, dtype=object)


def _repeats(joined: Joined, layer: str) -> list[Problem]:
    frame = joined.frames[layer]
    unique = [name for name, column in SCHEMAS[layer].columns.items() if column.unique]
    problems = []
    key = "importing.repeated_code" if layer == "grids" else "layers.repeated_value"
    for column in (*unique, *_UNIQUE.get(layer, ())):
        again = frame[column].duplicated() & frame[column].notna()
        problems += [
            joined.problem(layer, at, key, column=column, value=frame[column][at])
            for at in np.flatnonzero(again).tolist()
        ]
    return problems
