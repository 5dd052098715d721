"""The grids of many points at once, as columns of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from boundaries.overlays import Overlays
from boundaries.placement import OUTSIDE, Placement
from boundaries.readside import InForce
from geo.datum import Datum, to_wgs84

Floats = npt.NDArray[np.float64]

MATCH, PARTIAL, OUT_OF_AREA, INVALID = "match", "partial", "out_of_area", "invalid"
_EAST_MOST, _NORTH_MOST = 180.0, 90.0


@dataclass(frozen=True)
class _Source:
    """What of a publication is needed to name the grids of points."""

    placement: Placement
    codes: npt.NDArray[np.object_]
    names: npt.NDArray[np.object_]
    answers: npt.NDArray[np.bool_]
    shared: npt.NDArray[np.bool_]
    undivided: npt.NDArray[np.bool_]
    overlays: Overlays

    def across(self, east: Floats, north: Floats) -> tuple[Floats, npt.NDArray[np.object_]]:
        """Return the metres to the finest level's border, and the codes across it."""
        layer = self.placement.finest()
        metres, faces = layer.locator.border(east, north)
        rows = np.where(faces >= 0, layer.grids[faces, -1], OUTSIDE)
        codes = np.full(len(rows), None, dtype=object)
        codes[rows >= 0] = self.codes[rows[rows >= 0]]
        return metres, codes


class Assigner:
    """Gives every point its grids; small enough to be sent to the workers of a cluster.

    Parameters
    ----------
    in_force
        The publications that answer, the first that covers a point.
    """

    def __init__(self, in_force: Sequence[InForce]) -> None:
        self._sources = tuple(_source(current) for current in in_force)
        self.levels = tuple(
            sorted({level for source in self._sources for level in source.placement.levels})
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the result columns, in order."""
        by_level = [f"grid{level}_{part}" for level in self.levels for part in ("code", "name")]
        return ("status", *by_level, "border_distance_m", "neighbour_code", "overlay_codes")

    def assign(self, longitude: Floats, latitude: Floats, datum: Datum) -> pd.DataFrame:
        """Return the result columns of some points.

        Parameters
        ----------
        longitude, latitude
            Degrees, one dimension; NaN where a row has no point.
        datum
            Datum of all points.

        Returns
        -------
        pandas.DataFrame
            ``status`` (``match``, ``partial`` where slices share the ground, ``out_of_area``,
            ``invalid``), code and name at each level, metres to the finest level's border, the
            code across it, and the codes of overlay grids, those of several parted by ``;``.
        """
        valid = (np.abs(longitude) <= _EAST_MOST) & (np.abs(latitude) <= _NORTH_MOST)
        east, north = np.where(valid, longitude, np.nan), np.where(valid, latitude, np.nan)
        if datum.is_shifted:
            east[valid], north[valid] = to_wgs84(east[valid], north[valid], datum)
        found: dict[str, npt.NDArray[np.object_]] = {
            column: np.full(len(east), None, dtype=object) for column in self.columns
        }
        found["status"][:] = np.where(valid, OUT_OF_AREA, INVALID)
        distance = np.full(len(east), np.nan)
        open_ = np.flatnonzero(valid)
        for source in self._sources:
            rows = source.placement.locate(east[open_], north[open_])
            finest = rows.max(axis=1, initial=OUTSIDE)
            mine = (finest >= 0) & source.answers[finest]
            points, open_ = open_[mine], open_[~mine]
            _name(source, found, points, rows[mine])
            metres, across = source.across(east[points], north[points])
            distance[points], found["neighbour_code"][points] = metres, across
            found["overlay_codes"][points] = source.overlays.codes(east[points], north[points])
        return pd.DataFrame({**found, "border_distance_m": np.round(distance, 3)})


def _name(
    source: _Source,
    found: dict[str, npt.NDArray[np.object_]],
    points: npt.NDArray[np.int64],
    rows: npt.NDArray[np.int64],
) -> None:
    """Write status, codes and names of points whose grids are known."""
    found["status"][points] = MATCH
    whole = np.zeros(len(points), dtype=bool)
    for column, level in enumerate(source.placement.levels):
        grid = rows[:, column]
        named = (grid >= 0) & ~source.shared[grid]
        found[f"grid{level}_code"][points[named]] = source.codes[grid[named]]
        found[f"grid{level}_name"][points[named]] = source.names[grid[named]]
        found["status"][points[~named & ~whole]] = PARTIAL
        whole |= named & source.undivided[grid]


def _source(current: InForce) -> _Source:
    names, allowed = current.snapshot.names, current.publication.communities
    shared = np.zeros(len(names.codes), dtype=bool)
    shared[[row for rows in current.snapshot.placement.sharing.values() for row in rows]] = True
    return _Source(
        current.snapshot.placement,
        np.array(names.codes, dtype=object),
        np.array(names.names, dtype=object),
        np.array(
            [not allowed or each is None or each in allowed for each in names.communities],
            dtype=bool,
        ),
        shared,
        np.array(names.undivided, dtype=bool),
        current.snapshot.overlays,
    )
