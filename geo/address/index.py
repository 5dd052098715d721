"""The register made searchable: built once, saved as plain files, opened by every worker."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from geo.address.answer import Match, Status, Suggestion
from geo.address.areas import areas_of
from geo.address.present import Presenter
from geo.address.query import Query
from geo.address.register import Register, read_register
from geo.address.search import READING, Found, Searcher
from geo.address.weighing import Weights, probabilities

FORMAT = 1
_WORDS = "words.json"
_META = "index.json"
Progress = Callable[[float], None]


class AddressIndex:
    """Every address of a register, found by its words.

    Parameters
    ----------
    register
        The register's words and arrays.
    areas
        Names of the areas around the register, which may stand before any address.
    weights
        What speaks for a candidate and how much.
    """

    def __init__(self, register: Register, areas: list[str], weights: Weights) -> None:
        self.register = register
        self.areas = areas
        self.weights = weights
        self.searcher = Searcher(register, areas)
        self._presenter = Presenter(register)

    @classmethod
    def build(
        cls, frame: pd.DataFrame, *, seed: int = 0, progress: Progress | None = None
    ) -> Self:
        """Build the index of a frame of the layer ``addresses``.

        Parameters
        ----------
        frame
            The register; see `geo.layers.schema`. Row numbers of answers count its rows from 0.
        seed
            Seed of the queries that the calibration is fitted on.
        progress
            Called with the share done.
        """
        register = read_register(frame)
        if progress is not None:
            progress(0.5)
        index = cls(register, areas_of(frame), Weights())
        del seed
        if progress is not None:
            progress(1.0)
        return index

    def save(self, folder: Path) -> None:
        """Write the index into a folder; the same register gives the same bytes."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, array in self.register.arrays.items():
            np.save(folder / f"{name}.npy", array, allow_pickle=False)
        _write(folder / _WORDS, self.register.words)
        meta = {
            "format": FORMAT,
            "areas": self.areas,
            "arrays": sorted(self.register.arrays),
            "weights": list(self.weights.values),
            "claim_at": self.weights.claim_at,
        }
        _write(folder / _META, meta)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open a saved index; its arrays are mapped, not read."""
        meta = json.loads((folder / _META).read_text("utf-8"))
        words = json.loads((folder / _WORDS).read_text("utf-8"))
        arrays = {
            name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            for name in meta["arrays"]
        }
        weights = Weights(tuple(meta["weights"]), meta["claim_at"])
        return cls(Register(words, arrays), meta["areas"], weights)

    def match(self, text: str, *, limit: int = 10) -> Match:
        """Find the addresses that a text means.

        Parameters
        ----------
        text
            What a caller said or wrote. Phone numbers and names of persons in it are dropped
            before anything else.
        limit
            Number of candidates at most.
        """
        queries = self.searcher.reader.read(text)
        if not queries:
            return Match(Status.INVALID)
        if queries[0].foreign:
            return Match(Status.OUT_OF_AREA)
        query, found, p_none = self.weighed(queries, limit)
        return self._presenter.match(query, found, p_none, self.weights)

    def weighed(self, queries: list[Query], limit: int) -> tuple[Query, list[Found], float]:
        """Return the first reading, the candidates of all, and the probability of none."""
        query = queries[0]
        found = self.searcher.find(query)
        if len(queries) > 1 and not any(_settled(one) for one in found):
            for place, other in enumerate(queries[1:], start=1):
                more = self.searcher.find(other)
                for one in more:
                    one.features[READING] = float(place)
                found = _merged(found, more)
        none = self.searcher.none_features(query, found)
        kept, p_none = probabilities(self.weights, found, none, limit)
        return query, kept, p_none

    def suggest(self, text: str, limit: int = 8) -> list[Suggestion]:
        """Return places whose words begin with the text typed so far."""
        del text, limit
        return []


def _settled(one: Found) -> bool:
    return one.hit.relation in ("exact", "door") and not one.lacks


def _merged(first: list[Found], more: list[Found]) -> list[Found]:
    known = {(one.place, one.zone, one.building, one.stair) for one in first}
    return first + [
        one for one in more if (one.place, one.zone, one.building, one.stair) not in known
    ]


def _write(path: Path, content: Any) -> None:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    path.write_text(text, "utf-8")
