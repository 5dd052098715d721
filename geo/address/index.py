"""The register made searchable: built once, saved as plain files, opened by every worker."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from geo.address.absence import may_be_name
from geo.address.answer import Match, Status, Suggestion
from geo.address.areas import areas_of
from geo.address.broad import Broad
from geo.address.calibration import Reliability, fit, measure, practice_counts
from geo.address.features import FEATURES, READING, Found
from geo.address.normalise import written_form
from geo.address.practice import PracticeMaker
from geo.address.present import Presenter
from geo.address.query import Query
from geo.address.reading import Reading
from geo.address.register import KINDS, Register, read_register
from geo.address.search import Searcher
from geo.address.suggest import Suggester
from geo.address.weighing import Weights, probabilities

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

FORMAT = 3
MOST_CHARACTERS = 300
_ABSENT = 0.5
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
        self.reliability: Reliability | None = None
        self._presenter = Presenter(register)
        self._broad = Broad(register)

    def calibrate(self, seed: int) -> None:
        """Fit the weights to this register and measure how far its answers can be trusted."""
        fitted, measured = practice_counts(len(self.register.arrays["unit_key"]))
        practice = PracticeMaker(self.register, seed).make(fitted + measured)
        self.weights = fit(practice[:fitted], self._searched, self.weights)
        self.reliability = measure(practice[fitted:], self._weighed, self.weights)

    def _searched(self, text: str) -> tuple[list[Found], list[float]] | None:
        read = self.searcher.reader.read(text)
        return None if read is None else self.searched(*read)

    def _weighed(self, text: str) -> tuple[list[Found], float] | None:
        read = self.searcher.reader.read(text)
        return None if read is None else self.weighed(*read, limit=10)

    @classmethod
    def build(
        cls,
        frame: pd.DataFrame,
        *,
        roads: gpd.GeoDataFrame | None = None,
        areas: Sequence[str] = (),
        seed: int = 0,
        progress: Progress | None = None,
    ) -> Self:
        """Build the index of a frame of the layer ``addresses``.

        Parameters
        ----------
        frame
            The register; see `geo.layers.schema`. Row numbers of answers count its rows from 0.
        areas
            Names of the areas that the register lies in (山西省, 吕梁市, 岚县), beside those that
            stand before the town in its texts. Where none is known, a place is only called
            foreign when nothing of the register fits it.
        roads
            Lines of roads with a column ``name``, in the register's CRS; with them crossings of
            roads can be asked for.
        seed
            Seed of the queries that the calibration is fitted on.
        progress
            Called with the share done.
        """
        register = read_register(frame, roads)
        if progress is not None:
            progress(0.5)
        index = cls(register, sorted({*areas_of(frame), *map(written_form, areas)}), Weights())
        index.calibrate(seed)
        if progress is not None:
            progress(1.0)
        return index

    def compound_of(self, place: int) -> str | None:
        """Return the register's name of a place that is a compound."""
        arrays = self.register.arrays
        if KINDS[arrays["place_kind"][place]] != "compound":
            return None
        return self.register.words["shown_names"][arrays["place_shown"][place]]

    def as_dict(self) -> dict[str, Any]:
        """Return what the index holds and how far it can be trusted."""
        return {
            "rows": len(self.register.arrays["row_road"]),
            "units": len(self.register.arrays["unit_key"]),
            "places": len(self.register.arrays["place_kind"]),
            "areas": self.areas,
            "claim_at": self.weights.claim_at,
            "weights": dict(zip(FEATURES, self.weights.values, strict=True)),
            "reliability": None if self.reliability is None else asdict(self.reliability),
        }

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
            "reliability": None if self.reliability is None else asdict(self.reliability),
        }
        _write(folder / _META, meta)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open a saved index; its arrays are mapped, not read."""
        meta = json.loads((folder / _META).read_text("utf-8"))
        words = json.loads((folder / _WORDS).read_text("utf-8"))
        arrays = {
            name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False))
            for name in meta["arrays"]
        }
        weights = Weights(tuple(meta["weights"]), meta["claim_at"])
        index = cls(Register(words, arrays), meta["areas"], weights)
        index.reliability = Reliability.of(meta["reliability"])
        return index

    def match(self, text: str, *, limit: int = 10, at: date | None = None) -> Match:
        """Find the addresses that a text means.

        Parameters
        ----------
        text
            What a caller said or wrote; what is behind its first `MOST_CHARACTERS` is left
            aside. Phone numbers and names of persons in it are dropped
            before anything else.
        limit
            Number of candidates at most.
        at
            Day for which is asked: names are old or current as they were then, and of two
            places that bore the same name at different times the one that bore it then is
            likelier. With None the periods of aliases are left aside.
        """
        read = self.searcher.reader.read(text[:MOST_CHARACTERS])
        if read is None:
            return Match(Status.INVALID)
        query, others = read
        query.at = None if at is None else at.toordinal()
        if query.foreign and self.areas:
            return Match(Status.OUT_OF_AREA)
        found, p_none = self.weighed(query, others, limit)
        if query.foreign and p_none >= _ABSENT:
            return Match(Status.OUT_OF_AREA)
        if not found and not any(map(may_be_name, query.chunks)):
            broad = self._broad.match(query)
            if broad is not None:
                return broad
        return self._presenter.match(query, found, p_none, self.weights)

    def weighed(
        self, query: Query, others: tuple[Reading, ...], limit: int
    ) -> tuple[list[Found], float]:
        """Return the candidates of all readings with their probabilities, and that of none."""
        found, none = self.searched(query, others)
        kept, p_none = probabilities(self.weights, found, none, limit)
        if query.again is None:
            return kept, p_none
        query.again.at = query.at
        more, more_none = self.weighed(query.again, (), limit)
        for one in kept + more:
            one.weight /= 2  # of two addresses in one text either may be meant
        kept = sorted(kept + more, key=lambda one: -one.weight)
        return kept, (p_none + more_none) / 2

    def searched(
        self, query: Query, others: tuple[Reading, ...]
    ) -> tuple[list[Found], list[float]]:
        """Return the candidates of all readings and the features of "none of these"."""
        found = self.searcher.find(query)
        if others and (_may_be_floor(query) or not any(_settled(one) for one in found)):
            for place, chain in enumerate(others, start=1):
                other = self.searcher.reader.query(query.written, chain)
                other.at = query.at
                more = self.searcher.find(other)
                for one in more:
                    one.features[READING] = float(place)
                found = _merged(found, more)
        return found, self.searcher.absence.features(query, found)

    def suggest(self, text: str, limit: int = 8) -> list[Suggestion]:
        """Return places that the text typed so far may become.

        By characters, by pinyin and by initials (``bhhy`` for 滨河花园); digits behind a name go
        on with its buildings and stairs, behind a road with its house numbers.
        """
        return self._suggester.suggest(text, limit)

    @cached_property
    def _suggester(self) -> Suggester:
        return Suggester(self.register, self.searcher.names, self.searcher.targets)


def _may_be_floor(query: Query) -> bool:
    """Return whether a building may be a floor: 滨河花园4楼, with no stair behind."""
    building, room = query.chain.building, query.chain.room
    if building is None or query.chain.stair is not None or query.chain.number is not None:
        return False
    words = query.written.text[building.start : building.end]
    on_floor = room is None or room.value.startswith(building.value)
    return words.endswith("楼") and words[:-1].isdigit() and on_floor


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
