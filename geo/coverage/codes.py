"""What codes tell of the hierarchy: a parent's code as prefix, and serials that are missing."""

from __future__ import annotations

import shapely

from geo.coverage.grids import GridLevel


def free_code(level: GridLevel, parent: str | None) -> str | None:
    """Return the lowest code under a parent that no grid has; None where codes are not so built.

    A grid that was lost is most likely the one whose number is missing among its siblings.
    """
    if parent is None:
        return None
    siblings = [
        code
        for code, above, blank in zip(
            level.codes.tolist(),
            level.parents.tolist(),
            shapely.is_empty(level.geometry).tolist(),
            strict=True,
        )
        if above == parent and code is not None and not blank
    ]
    serials = [code[len(parent) :] for code in siblings if code.startswith(parent)]
    serials = [serial for serial in serials if serial.isascii() and serial.isdigit()]
    digits = {len(serial) for serial in serials}
    if len(digits) != 1:
        return None
    taken = {int(serial) for serial in serials}
    number = next(number for number in range(1, len(taken) + 2) if number not in taken)
    return f"{parent}{number:0{digits.pop()}d}"


def prefix_parent(level: GridLevel, code: str | None) -> str | None:
    """Return the code of a level that a finer code begins with; None where there is none."""
    if code is None:
        return None
    known = {other for other in level.codes.tolist() if other is not None}
    beginnings = (code[:length] for length in range(len(code) - 1, 0, -1))
    return next((beginning for beginning in beginnings if beginning in known), None)
