"""The register made searchable: built once, saved as plain files, opened by every worker."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd

from geo.address.answer import Candidate, Match, Precision, Status, Suggestion

_FILE = "addresses.json"
Progress = Callable[[float], None]


class AddressIndex:
    """Every address of a register, found by its words."""

    def __init__(self, records: list[dict[str, str | None]]) -> None:
        self._records = records
        self._rows: dict[str, list[int]] = {}
        for row, record in enumerate(records):
            for text in _spellings(record):
                self._rows.setdefault(_plain(text), []).append(row)

    @classmethod
    def build(cls, frame: pd.DataFrame, *, seed: int = 0, progress: Progress | None = None) -> Self:
        """Build the index of a frame of the layer ``addresses``."""
        columns = ("text", "town", "village", "road", "number", "compound", "zone")
        columns = (*columns, "building", "stair", "aliases")
        del seed
        records = [
            dict(zip(columns, map(_known, values), strict=True))
            for values in zip(*(frame[column] for column in columns), strict=True)
        ]
        if progress is not None:
            progress(1.0)
        return cls(records)

    def save(self, folder: Path) -> None:
        """Write the index into a folder; the same register gives the same bytes."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _FILE).write_text(json.dumps(self._records, ensure_ascii=False), "utf-8")

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open a saved index."""
        return cls(json.loads((folder / _FILE).read_text("utf-8")))

    def match(self, text: str, *, limit: int = 10) -> Match:
        """Find the addresses that a text means."""
        rows = self._rows.get(_plain(text), [])[:limit]
        if not rows:
            return Match(Status.NO_MATCH)
        candidates = tuple(self._candidate(row, 1 / len(rows)) for row in rows)
        status = Status.MATCH if len(rows) == 1 else Status.AMBIGUOUS
        claim = candidates[0] if len(rows) == 1 else None
        return Match(status, candidates, 0.0, grade="A" if claim else "C", claim=claim)

    def suggest(self, text: str, limit: int = 8) -> list[Suggestion]:
        """Return places whose words begin with or hold the text typed so far."""
        typed = _plain(text)
        found = [spelling for spelling in self._rows if typed and typed in spelling]
        found.sort(key=lambda spelling: (not spelling.startswith(typed), spelling))
        return [
            Suggestion(str(self._records[self._rows[item][0]]["text"]), np.array(self._rows[item]))
            for item in found[:limit]
        ]

    def _candidate(self, row: int, p: float) -> Candidate:
        record = self._records[row]
        return Candidate(
            rows=np.array([row]),
            compound=record["compound"],
            zone=record["zone"],
            building=record["building"],
            stair=record["stair"],
            road=record["road"],
            number=record["number"],
            text=str(record["text"]),
            p=p,
            precision=Precision.STAIR if record["stair"] else Precision.BUILDING,
            town=record["town"],
            village=record["village"],
        )


def _known(value: object) -> str | None:
    return None if pd.isna(value) else str(value)  # type: ignore[call-overload]


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _spellings(record: dict[str, str | None]) -> list[str]:
    text = str(record["text"])
    compound, aliases = record["compound"], record["aliases"]
    if not compound or not aliases:
        return [text]
    return [text, *(text.replace(compound, alias) for alias in aliases.split(";") if alias)]
