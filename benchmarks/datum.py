"""How many points a second GCJ-02 and BD-09 are taken off, and how exactly.

The yardstick is the same inverse written down plainly in numpy, all twelve sines of the formula
at each step, over the whole array at once.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geo.datum import Datum, from_wgs84, to_wgs84

Points = npt.NDArray[np.float64]
_METRES_A_DEGREE = 111_320.0


def plain_shift(longitude: Points, latitude: Points) -> tuple[Points, Points]:
    """Return the shift of GCJ-02 in degrees, as the formula is usually written."""
    x, y, pi = longitude - 105.0, latitude - 35.0, np.pi
    both = (20.0 * np.sin(6.0 * x * pi) + 20.0 * np.sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    north += both + (20.0 * np.sin(y * pi) + 40.0 * np.sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * pi) + 320.0 * np.sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    east += both + (20.0 * np.sin(x * pi) + 40.0 * np.sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * pi) + 300.0 * np.sin(x / 30.0 * pi)) * 2.0 / 3.0
    radians = latitude / 180.0 * pi
    magic = 1 - 0.00669342162296594323 * np.sin(radians) ** 2
    north = north * 180.0 / (6335552.717000426 / (magic * np.sqrt(magic)) * pi)
    east = east * 180.0 / (6378245.0 / np.sqrt(magic) * np.cos(radians) * pi)
    return east, north


def plain_inverse(longitude: Points, latitude: Points) -> tuple[Points, Points]:
    """Take the shift of GCJ-02 off by going back and forth."""
    east, north = longitude, latitude
    for _ in range(6):
        by_east, by_north = plain_shift(east, north)
        east, north = longitude - by_east, latitude - by_north
    return east, north


def points_a_second(work: Callable[[], object], points: int, repeats: int) -> float:
    """Return the best of some runs, by the processor's time."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return points / min(times)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--ours-only", action="store_true")
    options = parser.parse_args()
    rng = np.random.default_rng(7)
    longitude, latitude = rng.uniform((74, 18), (134, 53), (options.points, 2)).T.copy()
    figures: dict[str, float] = {}
    for datum in (Datum.GCJ02, Datum.BD09):
        east, north = from_wgs84(longitude, latitude, datum)
        inverse = partial(to_wgs84, east, north, datum)
        rate = points_a_second(inverse, options.points, options.repeats)
        back = to_wgs84(east, north, datum)
        away_m = np.hypot(back[0] - longitude, back[1] - latitude).max() * _METRES_A_DEGREE
        figures[f"{datum.value}_points_a_second"] = rate
        figures[f"{datum.value}_worst_m"] = float(away_m)
        print(f"{datum.value}: {rate:,.0f} points a second, worst {away_m:.1e} m")
    if not options.ours_only:
        east, north = from_wgs84(longitude, latitude, Datum.GCJ02)
        inverse = partial(plain_inverse, east, north)
        plain = points_a_second(inverse, options.points, options.repeats)
        ratio = figures["gcj02_points_a_second"] / plain
        figures |= {"plain_points_a_second": plain, "ratio": ratio}
        print(f"plain numpy: {plain:,.0f} points a second; ours is {ratio:.1f} times as fast")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
