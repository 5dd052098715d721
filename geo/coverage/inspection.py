"""Everything that is wrong with some grids, in one list."""

from __future__ import annotations

from geo.coverage.arrangement import arrange
from geo.coverage.certificate import residual
from geo.coverage.classify import Classifier
from geo.coverage.faults import Fault
from geo.coverage.grids import Grids
from geo.coverage.vertices import unmatched_vertices


def inspect(grids: Grids) -> list[Fault]:
    """Return all faults of all levels, one for each cause; empty where everything is proved.

    Parameters
    ----------
    grids
        Levels of grids in metres, coarsest first, and the jurisdiction.

    Returns
    -------
    list of Fault
        Ordered by level, kind and codes.
    """
    left = residual(grids)
    if not len(left):
        return []
    arrangement = arrange(grids, left)
    classifier = Classifier(arrangement)
    found = classifier.faults()
    found.extend(unmatched_vertices(arrangement, classifier.faulty_components))
    return sorted(found, key=_order)


def _order(fault: Fault) -> tuple[object, ...]:
    place = fault.place or (0.0, 0.0)
    return (-1 if fault.level is None else fault.level, fault.kind, fault.codes, place)
