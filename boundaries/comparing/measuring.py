"""What each level of a plan is like: in band, compact, along what can be seen on the ground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from boundaries.rules.belonging import base_grids
from boundaries.rules.borders import inner_border
from boundaries.rules.case import Case
from boundaries.rules.counts import households, judged


@dataclass(frozen=True)
class LevelMeasure:
    """What one level of a plan is like.

    Attributes
    ----------
    grids
        How many.
    judged, in_band
        Grids that the size rules judge and whose households are known, and those of them in the
        level's band.
    off
        Households by which the others miss it, summed.
    compactness
        Mean of Polsby and Popper's 4πA/P² of the grids that divide the ground.
    barrier_percent
        Share of the border between grids with a barrier, an estate's or a community's line as
        near as rule B02 asks; 100 without such a border.
    """

    grids: int
    judged: int
    in_band: int
    off: int
    compactness: float
    barrier_percent: float


def measured(case: Case, number: int) -> LevelMeasure:
    """Measure one level of a case's plan; all zero where it has no grid there."""
    at_level = (case.grids["level"] == number).to_numpy()
    band = case.scheme.level(number)
    counts = case.once(households)
    counted = at_level & case.once(judged) & ~np.isnan(counts)
    held = counts[counted].astype(np.int64)
    off = np.maximum(band.low - held, 0) + np.maximum(held - band.high, 0)
    shapes = case.sound_grids[at_level & case.once(base_grids)]
    around = shapely.length(shapes)
    compactness = 4 * np.pi * shapely.area(shapes) / np.maximum(around, 1e-9) ** 2
    border = inner_border(case, number)
    length = border.length
    share = float(length[border.follow].sum() / length.sum()) if len(length) else 1.0
    return LevelMeasure(
        grids=int(at_level.sum()),
        judged=int(counted.sum()),
        in_band=int((off == 0).sum()),
        off=int(off.sum()),
        compactness=float(compactness.mean()) if len(shapes) else 0.0,
        barrier_percent=100.0 * share,
    )


def verdicts(old: LevelMeasure, new: LevelMeasure) -> dict[str, str]:
    """Return ``better``, ``worse`` or ``equal`` for each measure, as far as it is shown."""
    return {
        "in_band": _verdict(old.in_band - old.judged, new.in_band - new.judged),
        "off": _verdict(-old.off, -new.off),
        "compactness": _verdict(round(old.compactness, 3), round(new.compactness, 3)),
        "barrier_percent": _verdict(round(old.barrier_percent, 1), round(new.barrier_percent, 1)),
    }


def _verdict(old: float, new: float) -> str:
    return "equal" if new == old else "better" if new > old else "worse"
