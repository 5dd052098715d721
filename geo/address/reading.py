"""What the chain below a compound or a house number says, in one way to read it."""

from __future__ import annotations

from typing import NamedTuple


class Element(NamedTuple):
    """One element of the chain: its kind, its identity, where it stands in the written form."""

    kind: str
    value: str
    start: int
    end: int


class Reading(NamedTuple):
    """One way to read the chain of a text; None where an element is not said."""

    number: Element | None = None
    building: Element | None = None
    stair: Element | None = None
    floor: Element | None = None
    room: Element | None = None
    zone: Element | None = None

    @property
    def elements(self) -> tuple[Element, ...]:
        """Return the elements that are said, in the order of the text."""
        return tuple(sorted((item for item in self if item is not None), key=_start))


def _start(element: Element) -> int:
    return element.start
