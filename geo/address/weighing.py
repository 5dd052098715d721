"""From what speaks for each candidate to probabilities that add up to one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import mul

from geo.address.features import FEATURES, Found

_START = {
    "edit": -1.0,
    "alias": -0.3,
    "short": 0.0,
    "office": -0.5,
    "road_agrees": 3.0,
    "road_differs": -4.5,
    "number_agrees": 4.0,
    "number_differs": -4.0,
    "town_agrees": 1.5,
    "town_differs": -7.0,
    "zone_absent": -4.0,
    "zone_unsaid": -2.0,
    "building_absent": -4.5,
    "stair_absent": -4.5,
    "size": 0.2,
    "door_only": -24.0,
    "other_end": -3.0,
    "reading": -1.5,
    "none": -2.0,
    "none_exact": -4.0,
    "absent": -1.0,
}
CLAIM_AT = 0.99
_NEGLIGIBLE = 1e-5


@dataclass(frozen=True)
class Weights:
    """What each feature counts, and from which probability on the engine stands by a claim."""

    values: tuple[float, ...] = tuple(_START[name] for name in FEATURES)
    claim_at: float = CLAIM_AT

    def utility(self, features: list[float]) -> float:
        """Return the utility of a candidate: the logarithm of its weight."""
        return sum(map(mul, self.values, features))


def probabilities(
    weights: Weights, found: list[Found], none: list[float], limit: int
) -> tuple[list[Found], float]:
    """Return the likeliest candidates, each with its probability, and that of none of them.

    Those left out for being many or unlikely are spread over the rest, so that all add up to 1.
    """
    none_utility = weights.utility(none)
    utilities = [weights.utility(one.features) for one in found]
    highest = max(none_utility, *utilities) if utilities else none_utility
    for one, utility in zip(found, utilities, strict=True):
        one.weight = math.exp(utility - highest)
    p_none = math.exp(none_utility - highest)
    kept = sorted(found, key=_heaviest)[:limit]
    total = sum(one.weight for one in kept) + p_none
    kept = [one for one in kept if one.weight >= _NEGLIGIBLE * total] or kept[:1]
    total = sum(one.weight for one in kept) + p_none
    for one in kept:
        one.weight /= total
    return kept, p_none / total


def _heaviest(one: Found) -> tuple[float, int, int, int, int]:
    return (-one.weight, one.place, one.zone, one.building, one.stair)
