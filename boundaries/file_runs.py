"""A run over a whole file: what it did, and where an interrupted one goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boundaries.readside import InForce
from geo.problem import input_error


@dataclass(frozen=True)
class FileDone:
    """What a run over a file did.

    Attributes
    ----------
    rows
        Rows of the file.
    resumed
        Rows that an earlier, interrupted run had done.
    by_status
        Rows of this run by the status given to them.
    """

    rows: int
    resumed: int
    by_status: dict[str, int]


def fingerprint(
    in_force: Sequence[InForce], source: Path, asked: Sequence[object]
) -> dict[str, Any]:
    """Return what must be the same for an interrupted run to go on.

    Raises
    ------
    InputError
        There is no such file.
    """
    if not source.is_file():
        raise input_error("assign.no_file", file=source)
    status = source.stat()
    return {
        "source": [str(source.absolute()), status.st_size, status.st_mtime_ns],
        "publications": [[each.publication.id, each.snapshot.id] for each in in_force],
        "asked": list(asked),
    }
