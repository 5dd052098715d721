"""Moderate size: households a grid (S01), grids a parent (S03), balance, communities, sources."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from boundaries.finding import Finding, Severity
from boundaries.rules.belonging import building_points
from boundaries.rules.case import Case
from boundaries.rules.counts import building_households, households, judged
from boundaries.rules.feasibility import strained
from boundaries.rules.registry import rule

_FEWEST_TO_BALANCE = 3
_ROUNDING = 1e-9


@rule("S01", severity="I/W/E", thresholds=("band_tolerance", "band_error"))
def households_within_the_band(case: Case) -> Iterator[Finding]:
    """Every grid has as many resident households as its level's band asks for.

    The distance outside the band is taken relative to the nearer bound: up to the scheme's
    tolerance it is information, up to half of the bound a warning, beyond that an error. Grids
    with a recorded reason (an island, a natural village, a new estate that still fills, the rest
    of a building) and special-purpose grids are excused. Where S02 says that the totals cannot
    fit, a grid that is out of band by no more than that is not told again.
    """
    counts, in_band = case.once(households), case.once(judged)
    excused, levels = case.once(strained), case.grids["level"].to_numpy()
    for number in (level for level in case.levels if level in case.scheme.code_lengths):
        band = case.scheme.level(number)
        at_level = np.flatnonzero((levels == number) & in_band)
        unknown = at_level[np.isnan(counts[at_level])]
        if len(unknown):
            yield _uncounted(case, number, unknown, len(at_level))
        for side, bound, beyond in (
            ("under", band.low, band.low - counts),
            ("over", band.high, counts - band.high),
        ):
            least = excused.get((number, side), 0.0)
            far = at_level[np.nan_to_num(beyond[at_level]) > bound * least + _ROUNDING]
            for position in far:
                distance = float(beyond[position]) / bound
                yield case.finding(
                    f"S01.{side}",
                    _severity(case, distance),
                    level=number,
                    grids=(case.grids["code"].iloc[position],),
                    place=case.inner_points[position],
                    measure=counts[position],
                    unit="households",
                    grid=case.label(position),
                    bound=bound,
                    percent=distance * 100,
                )


def _severity(case: Case, distance: float) -> Severity:
    if distance <= case.scheme.band_tolerance + _ROUNDING:
        return Severity.INFORMATION
    if distance <= case.scheme.band_error + _ROUNDING:
        return Severity.WARNING
    return Severity.ERROR


def _uncounted(case: Case, level: int, positions: npt.NDArray[np.int64], all_grids: int) -> Finding:
    return case.finding(
        "S01.unknown",
        Severity.WARNING,
        level=level,
        grids=case.grids["code"].iloc[positions],
        place=case.inner_points[positions],
        measure=len(positions),
        unit="1",
        all_grids=all_grids,
    )


@rule("S03", severity="W", thresholds=("band_tolerance",))
def children_for_the_households(case: Case) -> Iterator[Finding]:
    """A grid has as many children as its households ask for.

    H households need at least H ÷ high and at most H ÷ low children of the next level, both
    bounds widened by the scheme's tolerance. Children with a recorded reason to differ, and
    special-purpose ones, are left out with their households. Where S02 says that a whole level
    has too few or too many grids, only parents worse off than that are told.
    """
    counts, in_band = case.once(households), case.once(judged)
    for number in case.levels:
        if number + 1 not in case.levels or number + 1 not in case.scheme.code_lengths:
            continue
        children = _children(case, number + 1)
        for position in np.flatnonzero((case.grids["level"] == number).to_numpy() & in_band):
            code = case.grids["code"].iloc[position]
            if code not in children.index or np.isnan(counts[position]):
                continue
            number_of, exempt = children.loc[code]
            total = counts[position] - exempt
            fewest, most = _bounds(case, number + 1, total)
            if fewest <= number_of <= most or not number_of:
                continue
            yield case.finding(
                "S03.few" if number_of < fewest else "S03.many",
                Severity.WARNING,
                level=number,
                grids=(code,),
                place=case.inner_points[position],
                measure=number_of,
                unit="1",
                grid=case.label(position),
                households=total,
                fewest=fewest,
                most=most,
                child_level=case.level_name(number + 1),
            )


def _children(case: Case, level: int) -> pd.DataFrame:
    """Return, by parent's code, the number of judged children and the others' households."""
    counts, in_band = case.once(households), case.once(judged)
    at_level = (case.grids["level"] == level).to_numpy()
    table = pd.DataFrame(
        {
            "parent": [
                parent or case.scheme.parent_code(code)
                for code, parent in zip(case.grids["code"], case.grids["parent"], strict=True)
            ],
            "judged": in_band.astype(int),
            "exempt": np.where(in_band, 0.0, np.nan_to_num(counts)),
        }
    )[at_level]
    return table.groupby("parent")[["judged", "exempt"]].sum()


def _bounds(case: Case, level: int, total: float) -> tuple[int, int]:
    """Return the fewest and the most grids of a level that some households ask for."""
    band, excused = case.scheme.level(level), case.once(strained)
    over = excused.get((level, "over"), case.scheme.band_tolerance)
    under = excused.get((level, "under"), case.scheme.band_tolerance)
    asked = total / (band.high * (1 + over))
    too_few = (level, "over") in excused  # a parent that lacks one grid lacks what all lack
    fewest = int(np.floor(asked) if too_few else np.ceil(asked - _ROUNDING))
    lowest = band.low * (1 - under)
    most = int(np.floor(total / lowest + _ROUNDING)) if lowest > 0 else int(1e9)
    return max(fewest, 1), max(most, 1)


@rule("S05", severity="I/W", thresholds=("balance",))
def grids_of_a_community_alike(case: Case) -> Iterator[Finding]:
    """The grids of a level in one community have about as many households each.

    Measured by the coefficient of variation, for communities with three such grids or more.
    Grids with a recorded reason to differ and special-purpose ones are left out.
    """
    notable, grave = case.threshold("balance")
    counts, in_band = case.once(households), case.once(judged)
    table = case.grids.assign(counted=counts)[in_band & ~np.isnan(counts)]
    for (number, community), grids in table.groupby(["level", "community"], sort=True):
        mean = grids["counted"].mean()
        if len(grids) < _FEWEST_TO_BALANCE or mean == 0:
            continue
        variation = float(grids["counted"].std(ddof=0) / mean)
        if variation > notable:
            yield case.finding(
                "S05.uneven",
                Severity.WARNING if variation > grave else Severity.INFORMATION,
                level=int(number),
                grids=grids["code"],
                place=case.inner_points[grids.index.to_numpy()],
                measure=variation,
                unit="1",
                community=community,
                number=len(grids),
                smallest=grids["counted"].min(),
                largest=grids["counted"].max(),
            )


@rule("S08", severity="I", thresholds=("community_households",))
def community_size(case: Case) -> Iterator[Finding]:
    """A community has some 1,000 to 3,000 households.

    Counted by the community's ledger, or else by the buildings that lie in it.
    """
    low, high = case.threshold("community_households")
    counted = _community_households(case)
    points = shapely.point_on_surface(case.communities.geometry.to_numpy())
    for at, (code, name) in enumerate(
        zip(case.communities["code"], case.communities["name"], strict=True)
    ):
        if low <= counted[at] <= high or np.isnan(counted[at]):
            continue
        yield case.finding(
            "S08.small" if counted[at] < low else "S08.large",
            Severity.INFORMATION,
            place=points[at],
            measure=counted[at],
            unit="households",
            community=f"{code} {name}",
            low=low,
            high=high,
        )


def _community_households(case: Case) -> npt.NDArray[np.float64]:
    ledger = case.communities["households"].to_numpy(dtype=np.float64, na_value=np.nan)
    of_building = building_households(case)
    if not np.isnan(ledger).any() or np.isnan(of_building).all():
        return ledger
    community, building = shapely.STRtree(case.once(building_points)).query(
        case.communities.geometry.to_numpy(), predicate="intersects"
    )
    counted = np.bincount(
        community, weights=np.nan_to_num(of_building[building]), minlength=len(ledger)
    )
    return np.where(np.isnan(ledger), counted, ledger)


@rule("S09", severity="W")
def counts_are_counted(case: Case) -> Iterator[Finding]:
    """Household counts come from a count, not from an estimate.

    A count that was estimated from footprints and floors has no source and no date; a plan built
    on estimates needs a written reason. One finding names how many grids of the finest level are
    concerned.
    """
    finest = case.grids[case.grids["level"] == case.levels[-1]] if case.levels else case.grids
    estimated = finest[finest["estimated"]]
    if len(estimated):
        yield case.finding(
            "S09.estimated",
            Severity.WARNING,
            level=case.levels[-1],
            grids=estimated["code"],
            place=case.inner_points[estimated.index.to_numpy()],
            measure=len(estimated),
            unit="1",
            all_grids=len(finest),
        )
