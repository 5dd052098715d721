"""A coverage of grids: proved seamless, or every fault found with its place and its cause."""

from geo.coverage.certificate import Residual, is_proved, residual
from geo.coverage.faults import Fault
from geo.coverage.grids import GridLevel, Grids
from geo.coverage.inspection import inspect
from geo.coverage.recheck import Watched
from geo.coverage.shape import Limits

__all__ = [
    "Fault",
    "GridLevel",
    "Grids",
    "Limits",
    "Residual",
    "Watched",
    "inspect",
    "is_proved",
    "residual",
]
