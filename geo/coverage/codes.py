"""What codes tell of the hierarchy: a parent's code as prefix, and serials that are missing."""

from __future__ import annotations

import re

import shapely

from geo.coverage.grids import GridLevel


def free_code(level: GridLevel, parent: str | None) -> str | None:
    """Return the lowest code under a parent that no grid has; None where codes are not so built.

    A grid that was lost is most likely the one whose number is missing among its siblings, or,
    where a level is numbered through, the only one that is missing at all.
    """
    if parent is None:
        return None
    placed = [
        (code, above)
        for code, above, blank in zip(
            level.codes.tolist(),
            level.parents.tolist(),
            shapely.is_empty(level.geometry).tolist(),
            strict=True,
        )
        if code is not None and not blank
    ]
    siblings = [code for code, above in placed if above == parent]
    if siblings and not any(code.startswith(parent) for code in siblings):
        return _only_missing([code for code, _ in placed])
    serials = [code[len(parent) :] for code in siblings if code.startswith(parent)]
    serials = [serial for serial in serials if serial.isascii() and serial.isdigit()]
    digits = {len(serial) for serial in serials}
    if len(digits) != 1:
        return None
    taken = {int(serial) for serial in serials}
    number = next(number for number in range(1, len(taken) + 2) if number not in taken)
    return f"{parent}{number:0{digits.pop()}d}"


def _only_missing(codes: list[str]) -> str | None:
    """Return the one code that is missing of those numbered through; None where that is not so."""
    split = [re.split(r"(\d+)", code) for code in codes]
    varying = [at for at, values in enumerate(zip(*split, strict=False)) if len(set(values)) > 1]
    if len({len(groups) for groups in split}) != 1 or len(varying) != 1:
        return None
    (at,) = varying
    numbers = [groups[at] for groups in split]
    if not all(number.isascii() and number.isdigit() for number in numbers):
        return None
    if len({len(number) for number in numbers}) != 1:
        return None
    taken = sorted({int(number) for number in numbers})
    missing = set(range(taken[0], taken[-1])).difference(taken)
    if len(missing) != 1:
        return None
    number = f"{missing.pop():0{len(numbers[0])}d}"
    return "".join([*split[0][:at], number, *split[0][at + 1 :]])


def prefix_parent(level: GridLevel, code: str | None) -> str | None:
    """Return the code of a level that a finer code begins with; None where there is none."""
    if code is None:
        return None
    known = {other for other in level.codes.tolist() if other is not None}
    beginnings = (code[:length] for length in range(len(code) - 1, 0, -1))
    return next((beginning for beginning in beginnings if beginning in known), None)
