"""The vertices of polygons as whole steps of a lattice, read part by part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geo.problem import input_error

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Polygons = npt.NDArray[np.object_]

HALF_RANGE = 2**30
"""Half the steps that a coverage may be wide."""
_PART = 1 << 14


@dataclass(frozen=True)
class Lattice:
    """Where coordinates may lie: whole multiples of a step.

    Attributes
    ----------
    steps
        Steps in one unit: 10,000,000 for degrees stored to 1e-7°.
    east, north
        Lattice coordinates of the origin that records count from.
    reach
        Largest distance of a lattice coordinate from zero, in steps.
    """

    steps: float
    east: int
    north: int
    reach: float

    @property
    def doubt(self) -> float:
        """Bound on how far a coordinate taken in steps lies from the stored one, steps."""
        return 8.0 * self.reach * 2.0**-53


@dataclass(frozen=True)
class Vertices:
    """The rings of some polygons.

    Attributes
    ----------
    points
        Shape (n, 2), int32: all vertices of all rings, in steps from the lattice's origin.
    rings
        Where each ring begins, and where the last one ends.
    faces, shells
        Of each ring the row of its polygon, and whether it is an outer one.
    lattice
        What the points count in.
    """

    points: npt.NDArray[np.int32]
    rings: Ints
    faces: Ints
    shells: npt.NDArray[np.bool_]
    lattice: Lattice

    def stored(self, rows: npt.NDArray[np.integer]) -> Floats:
        """Return vertices as the polygons have them, bit for bit."""
        origin = np.array([self.lattice.east, self.lattice.north])
        places: Floats = (self.points[rows].astype(np.float64) + origin) / self.lattice.steps
        return places


def vertices_of(polygons: Polygons, *, steps: float) -> Vertices:
    """Return the vertices of polygons in steps, proved to reproduce the stored ones bit for bit.

    Parameters
    ----------
    polygons
        Polygons and multipolygons, at least one.
    steps
        Steps of the lattice in one unit.

    Raises
    ------
    InputError
        A vertex lies off the lattice, or the polygons are too wide for it.
    """
    west, south, east, north = np.rint(shapely.total_bounds(polygons) * steps).tolist()
    fits = max(east - west, north - south) < HALF_RANGE * 2
    origin = np.floor([(west + east) / 2, (south + north) / 2])
    points = np.empty((int(shapely.get_num_coordinates(polygons).sum()), 2), dtype=np.int32)
    rings, faces, shells = [np.zeros(1, dtype=np.int64)], [], []
    done = 0
    for start in range(0, len(polygons), _PART):
        coordinates, begin, face, shell = _unpacked(polygons[start : start + _PART])
        whole = np.rint(coordinates * steps)
        kept = (whole / steps == coordinates).all(axis=1) & fits
        if not kept.all():
            lost = int(np.argmin(kept))
            ring = int(np.searchsorted(begin, lost, side="right")) - 1
            raise input_error(
                "locate.off_lattice",
                row=start + int(face[ring]) + 1,
                value="{} {}".format(*coordinates[lost]),
                step=1 / steps,
            )
        points[done : done + len(whole)] = whole - origin
        rings.append(begin[1:] + done)
        faces.append(face + start)
        shells.append(shell)
        done += len(whole)
    reach = max(abs(west), abs(south), abs(east), abs(north)) + 2.0
    lattice = Lattice(steps, int(origin[0]), int(origin[1]), reach)
    return Vertices(
        points, np.concatenate(rings), np.concatenate(faces), np.concatenate(shells), lattice
    )


def _unpacked(polygons: Polygons) -> tuple[Floats, Ints, Ints, npt.NDArray[np.bool_]]:
    """Return coordinates, where their rings begin, and each ring's polygon and whether a shell."""
    _, coordinates, offsets = shapely.to_ragged_array(polygons, include_z=False)
    begin, outer = np.asarray(offsets[0], dtype=np.int64), offsets[1]
    parts = outer if len(offsets) == 2 else outer[offsets[2]]  # noqa: PLR2004
    shells = np.zeros(len(begin) - 1, dtype=bool)
    shells[outer[:-1]] = True
    return coordinates, begin, np.repeat(np.arange(len(polygons)), np.diff(parts)), shells
