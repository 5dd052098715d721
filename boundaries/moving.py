"""Who is in another grid under a new plan: by household, by building, by grid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from boundaries.plan import Plan
from boundaries.runs import parse_runs

SHARE = ["building", "stairs", "floors", "households"]
LINEAGE = ["level", "from", "to", "households"]

_Runs = frozenset[int] | None
_Shares = list[tuple[_Runs, _Runs, str, float]]


def moves(
    old: Plan,
    new: Plan,
    *,
    old_shares: pd.DataFrame | None = None,
    new_shares: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the grids of every building, or share of one, before and after.

    A share of the new plan that several of the old one had is parted by their households.

    Parameters
    ----------
    old, new
        Plans of one town.
    old_shares, new_shares
        Tables ``building, stairs, floors, grid, households``; the plans' assignments where None.

    Returns
    -------
    pandas.DataFrame
        ``building, stairs, floors, households``, and for every level of either plan ``from1``,
        ``to1`` …: codes. Ground that has no grid at a level is its parent's, ``""`` where a plan
        does not say; a building that the old plan did not have is left out.
    """
    before = old.assignments if old_shares is None else old_shares
    after = new.assignments if new_shares is None else new_shares
    had = _shares_by_building(before)
    rows: list[tuple[str, str | None, str | None, int, str, str]] = []
    for building, stairs, floors, grid, households in zip(
        *(after[column] for column in ("building", "stairs", "floors", "grid", "households")),
        strict=True,
    ):
        count = 0 if pd.isna(households) else int(households)
        for code, part in _parted(had.get(building, []), stairs, floors, count):
            runs = (None if pd.isna(stairs) else stairs, None if pd.isna(floors) else floors)
            rows.append((building, *runs, part, code, grid))
    found = pd.DataFrame(rows, columns=[*SHARE, "from", "to"], dtype=object)
    found["households"] = found["households"].astype("int64")
    for level in sorted({*old.levels, *new.levels}):
        for side, plan in (("from", old), ("to", new)):
            above = found[side].map(ancestors_at(plan, level))
            found[f"{side}{level}"] = above.fillna("").astype(object)
    return found.drop(columns=["from", "to"])


def ancestors_at(plan: Plan, level: int) -> dict[str, str]:
    """Return the grid of a level, or else the finest above it, that each grid lies in."""
    number = dict(zip(plan.grids["code"], plan.grids["level"], strict=True))
    parent = dict(zip(plan.grids["code"], plan.grids["parent"], strict=True))
    found = {}
    for code in number:
        above: str | None = code
        for _ in number:
            if above is None or number.get(above, 0) <= level:
                break
            above = parent[above]
        if above is not None and above in number:
            found[code] = above
    return found


def lineage(moved: pd.DataFrame) -> pd.DataFrame:
    """Return how many households of each old grid are in each new one, at every level.

    Parameters
    ----------
    moved
        As `moves` gives it.
    """
    found = [
        moved.groupby([f"from{level}", f"to{level}"], sort=True)["households"]
        .sum()
        .rename_axis(["from", "to"])
        .reset_index()
        .assign(level=level)
        for level in levels_of(moved)
    ]
    return pd.concat([pd.DataFrame(columns=LINEAGE), *found], ignore_index=True)[LINEAGE].astype(
        {"level": "int64", "households": "int64"}
    )


def buildings_moved(moved: pd.DataFrame) -> pd.DataFrame:
    """Return the buildings, stairs and floors whose finest grid is another one."""
    finest = max(levels_of(moved), default=0)
    if not finest:
        return pd.DataFrame(columns=[*SHARE[:3], "from", "to", "households"])
    was, now = moved[f"from{finest}"], moved[f"to{finest}"]
    changed = moved[was != now].rename(columns={f"from{finest}": "from", f"to{finest}": "to"})
    return changed[[*SHARE[:3], "from", "to", "households"]].reset_index(drop=True)


def levels_of(moved: pd.DataFrame) -> list[int]:
    """Return the numbers of the levels that a table of moves tells of."""
    return sorted(int(name.removeprefix("from")) for name in moved.columns if name[:4] == "from")


def _shares_by_building(table: pd.DataFrame) -> Mapping[str, _Shares]:
    found: dict[str, _Shares] = defaultdict(list)
    for building, stairs, floors, grid, households in zip(
        *(table[column] for column in ("building", "stairs", "floors", "grid", "households")),
        strict=True,
    ):
        weight = np.nan if pd.isna(households) else float(households)
        found[building].append((_numbers(stairs), _numbers(floors), grid, weight))
    return found


def _parted(
    shares: _Shares, stairs: str | None, floors: str | None, households: int
) -> list[tuple[str, int]]:
    """Return the old grids of a share and how many of its households come from each."""
    if len(shares) < 2:  # noqa: PLR2004 - nothing to part
        return [(grid, households) for _, _, grid, _ in shares]
    across, up = _numbers(stairs), _numbers(floors)
    common = np.array([_common(across, one) * _common(up, other) for one, other, _, _ in shares])
    weight = np.array([held for *_, held in shares])
    weight = common * (np.ones(len(shares)) if np.isnan(weight).any() else weight)
    if not weight.any():
        weight = common if common.any() else np.ones(len(shares))
    return [
        (shares[at][2], part)
        for at, part in enumerate(_whole(households * weight / weight.sum()))
        if common[at] or not common.any()
    ]


def _whole(parts: npt.NDArray[np.float64]) -> list[int]:
    """Return whole numbers with the same sum: the largest remainders are rounded up."""
    whole = np.floor(parts).astype(np.int64)
    left = round(float(parts.sum())) - int(whole.sum())
    whole[np.argsort(whole - parts, kind="stable")[:left]] += 1
    return [int(part) for part in whole]


def _numbers(runs: str | None) -> _Runs:
    """Return the numbers of some runs; None for all, and where rule V01 has something to say."""
    try:
        return None if runs is None or pd.isna(runs) else frozenset(parse_runs(runs))
    except ValueError:
        return None


def _common(one: _Runs, other: _Runs) -> float:
    """Return which share of the second lies in the first; None is all of it."""
    if one is None or other is None:
        return 1.0
    return len(one & other) / len(other)
