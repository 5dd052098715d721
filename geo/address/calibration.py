"""Weights fitted to a register, and how far its probabilities can be trusted.

A conditional logit over the candidates and "none of these", fitted on practice queries, held
near the weights that reason gives; its reliability is measured on practice queries of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from geo.address.features import FEATURES, Found
from geo.address.practice import Practice
from geo.address.weighing import Weights

FITTED_ON = 2400
MEASURED_ON = 1200
LEAST_FITTED_ON = 300
_PULL = 2.3
"""How many queries' worth of doubt keep a weight within its own size of where it began."""
_MOST = 12
_SEARCH = {"maxiter": 120, "ftol": 1e-9, "gtol": 1e-6}

Searched = Callable[[str], tuple[list[Found], list[float]] | None]


@dataclass(frozen=True)
class Bin:
    """Answers whose probabilities lie in one tenth: how many, said and true share right."""

    low: float
    high: float
    count: int
    said: float
    right: float


@dataclass(frozen=True)
class Reliability:
    """How probabilities and claims did on practice queries that were not fitted on.

    Attributes
    ----------
    bins
        Said and true share right, by tenths of the first candidate's probability.
    error
        Expected calibration error.
    claimed, precision
        Share of queries with a claim, share of claims that are right.
    """

    bins: tuple[Bin, ...]
    error: float
    queries: int
    claimed: float
    precision: float

    @classmethod
    def of(cls, record: dict[str, Any] | None) -> Self | None:
        """Return what a saved record says."""
        if record is None:
            return None
        bins = tuple(Bin(**one) for one in record["bins"])
        return cls(**{**record, "bins": bins})


def practice_counts(units: int) -> tuple[int, int]:
    """Return how many practice queries to fit and to measure on, for so many units."""
    fitted = min(FITTED_ON, max(LEAST_FITTED_ON, 4 * units))
    return fitted, fitted * MEASURED_ON // FITTED_ON


def fit(practice: list[Practice], searched: Searched, start: Weights) -> Weights:
    """Return the weights that make the true candidates of the practice queries likeliest."""
    from scipy.optimize import minimize  # noqa: PLC0415 - workers that only answer need none

    features, truth = _table(practice, searched)
    if len(truth) < LEAST_FITTED_ON // 2:
        return start
    origin = np.array(start.values)
    scale = np.maximum(np.abs(origin), 1.0)
    bounds = [
        (0.4 * value, 2.5 * value)
        if value > 0
        else (2.5 * value, 0.4 * value)
        if value < 0
        else (-3.0, 3.0)
        for value in origin
    ]
    share_of_pull = _PULL / len(truth)
    rows = np.arange(len(truth))
    absent = np.isnan(features[:, :, 0])
    held = np.nan_to_num(features)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        utility = np.where(absent, -np.inf, held @ weights)
        utility -= utility.max(axis=1, keepdims=True)
        share = np.exp(utility)
        share /= share.sum(axis=1, keepdims=True)
        pull = (weights - origin) / scale
        value = (
            -np.log(np.maximum(share[rows, truth], 1e-300)).mean() + share_of_pull * (pull**2).sum()
        )
        gradient = np.einsum("nc,ncf->f", share, held) - held[rows, truth].sum(axis=0)
        return value, gradient / len(truth) + 2 * share_of_pull * pull / scale

    # in steps of one spread of each feature, or the steep ones would end the search early
    step = 1 / np.maximum(np.nan_to_num(np.nanstd(features, axis=(0, 1))), 0.05)

    def scaled(steps: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        value, gradient = loss(origin + steps * step)
        return value, gradient * step

    limits = [
        ((low - value) / width, (high - value) / width)
        for (low, high), value, width in zip(bounds, origin, step, strict=True)
    ]
    found = minimize(
        scaled, np.zeros_like(origin), jac=True, method="L-BFGS-B", bounds=limits, options=_SEARCH
    )
    fitted = origin + found.x * step
    return Weights(tuple(round(float(value), 4) for value in fitted), start.claim_at)


def _table(
    practice: list[Practice], searched: Searched
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return features by query and candidate ("none" first, absent ones NaN), and the true one."""
    features, truth = [], []
    for one in practice:
        result = searched(one.text)
        if result is None:
            continue
        found, none = result
        found = sorted(found, key=lambda candidate: candidate.hit.cost)[: _MOST - 1]
        table = np.full((_MOST, len(FEATURES)), np.nan)
        table[0] = none
        right = 0
        for place, candidate in enumerate(found, start=1):
            table[place] = candidate.features
            if is_meant(one, candidate):
                right = place
        if not right and one.place >= 0 and found and found[0].hit.relation == "exact":
            continue  # the slip made another name of the register: nothing can be learnt from it
        features.append(table)
        truth.append(right)
    return np.array(features).reshape(-1, _MOST, len(FEATURES)), np.array(truth, np.int64)


def is_meant(practice: Practice, candidate: Found) -> bool:
    """Return whether a candidate is what a practice query means."""
    zone = candidate.zone == practice.zone or (candidate.zone <= 0 and practice.zone <= 0)
    return (
        candidate.place == practice.place
        and zone
        and max(candidate.building, 0) == max(practice.building, 0)
        and max(candidate.stair, 0) == max(practice.stair, 0)
    )


def measure(
    practice: list[Practice],
    weighed: Callable[[str], tuple[list[Found], float] | None],
    weights: Weights,
) -> Reliability:
    """Return how probabilities and claims do on practice queries."""
    said, right = [], []
    claims = sound = 0
    for one in practice:
        result = weighed(one.text)
        if result is None:
            continue
        found, p_none = result
        if not found:
            said.append(p_none)
            right.append(one.place < 0)
            continue
        best = found[0]
        said.append(best.weight)
        right.append(is_meant(one, best))
        if best.weight >= weights.claim_at:
            claims += 1
            sound += is_meant(one, best)
    return _reliability(np.array(said, float), np.array(right, float), claims, sound)


def _reliability(
    said: NDArray[np.float64], right: NDArray[np.float64], claims: int, sound: int
) -> Reliability:
    bins = []
    error = 0.0
    tenth = np.minimum((said * 10).astype(int), 9)
    for number in range(10):
        held = tenth == number
        count = int(held.sum())
        if count:
            mean, share = float(said[held].mean()), float(right[held].mean())
            error += count / len(said) * abs(mean - share)
            bins.append(Bin(number / 10, number / 10 + 0.1, count, round(mean, 4), round(share, 4)))
    queries = len(said)
    return Reliability(
        tuple(bins),
        round(error, 5),
        queries,
        round(claims / queries, 4) if queries else math.nan,
        round(sound / claims, 4) if claims else math.nan,
    )
