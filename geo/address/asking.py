"""The one question that best splits what is left."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable

from geo.address.answer import Candidate
from geo.address.query import Query
from messages import Message

_WORTH = 0.02
_SHOWN = 4

_ELEMENTS: tuple[tuple[str, Callable[[Candidate], str | None]], ...] = (
    ("town", lambda candidate: candidate.town),
    ("compound", lambda candidate: candidate.compound or candidate.text),
    ("zone", lambda candidate: candidate.zone),
    ("road", lambda candidate: f"{candidate.road or ''}{candidate.number or ''}" or None),
    ("building", lambda candidate: candidate.building),
    ("stair", lambda candidate: candidate.stair),
)


def question(candidates: tuple[Candidate, ...], query: Query) -> Message | None:
    """Return the question whose answer is expected to leave the least doubt.

    Among several candidates, the element in which they differ most evenly; with one, the element
    that the register lacks or the text leaves out.
    """
    worth = [candidate for candidate in candidates if candidate.p >= _WORTH]
    best: tuple[float, str, list[str]] | None = None
    for element, words in _ELEMENTS:
        shares: dict[str, float] = defaultdict(float)
        for candidate in worth:
            shares[words(candidate) or ""] += candidate.p
        options = sorted((word for word in shares if word), key=lambda word: (-shares[word], word))
        if len(options) > 1:
            gain = _entropy(list(shares.values()))
            if best is None or gain > best[0] + 1e-9:
                best = (gain, element, options)
    if best is not None:
        shown = "、".join(best[2][:_SHOWN])
        return Message(f"address.ask_{best[1]}", {"options": shown})
    return _missing(candidates, query)


def _missing(candidates: tuple[Candidate, ...], query: Query) -> Message | None:
    if not candidates:
        return Message("address.ask_again")
    faults = {fault.code: fault for fault in candidates[0].faults}
    for element in ("zone", "building", "stair"):
        fault = faults.get(f"{element}.not_in_register")
        if fault is not None:
            return Message(
                f"address.ask_absent_{element}",
                {"given": fault.given or "", "compound": candidates[0].text},
            )
    if "name.spelled_differently" in faults:
        return Message("address.ask_name", {"compound": candidates[0].text})
    if query.chain.building is None and candidates[0].compound is not None:
        return Message("address.ask_which_building", {"compound": candidates[0].text})
    return None


def _entropy(shares: list[float]) -> float:
    total = sum(shares)
    return -sum(share / total * math.log(share / total) for share in shares if share)
