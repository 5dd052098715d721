"""What speaks for a query meaning nothing of the register."""

from __future__ import annotations

import re

from geo.address.channel import ELSEWHERE, ELSEWHERE_IN_AREA
from geo.address.doors import Doors
from geo.address.features import (
    ABSENT,
    NONE,
    NONE_EXACT,
    ROAD_DIFFERS,
    TOWN_DIFFERS,
    Found,
    no_features,
)
from geo.address.names import NameIndex
from geo.address.query import Chunk, Query
from geo.address.relation import relation_at
from geo.address.speech import is_label, is_speech, without_speech
from geo.address.vocabulary import FUNCTION_WORDS, PREDICATES, generic_end

MOST_CHUNKS = 4
# what may name another area: no house number, no list mark, no road and no part of a town
_OTHER_AREA = re.compile(r"[\u4e00-\u9fff]+(?<![路街巷道村])(?<!社区)")
_LONGEST_PLACE = 6
_MOST_ABSENT = 24.0
_ABSENT_LETTER = 2.0
_NAMELESS_ABSENT = 12.0


class Absence:
    """Weighs "none of these" over one register."""

    def __init__(self, names: NameIndex, doors: Doors) -> None:
        self.names = names
        self.doors = doors

    def features(self, query: Query, found: list[Found]) -> list[float]:
        """Return the features of "none of these"."""
        features = no_features()
        features[NONE] = 1.0
        features[NONE_EXACT] = float(
            any(
                one.hit.relation == "exact"
                and not one.features[ROAD_DIFFERS]
                and not one.features[TOWN_DIFFERS]
                for one in found
            )
        )
        chunks = self._likely(query, found)
        if chunks:
            # speech and complaints are no likely names: the likeliest words are the name
            here = bool(query.road or query.town or query.known_area)
            elsewhere = ELSEWHERE_IN_AREA if here else ELSEWHERE
            costs = (self._cost(chunk, elsewhere) for chunk in chunks)
            features[ABSENT] = min(_MOST_ABSENT, *costs)
        elif query.unknown_road is not None:
            words = query.unknown_words or query.written.text[slice(*query.unknown_road)]
            features[ABSENT] = min(self.doors.road_names.absent_cost(words), _MOST_ABSENT)
        elif found:
            features[ABSENT] = _NAMELESS_ABSENT
        return features

    def _likely(self, query: Query, found: list[Found]) -> list[Chunk]:
        """Return the chunks that may be the name of an absent place.

        What the candidates are named by, and other words that look like a name.
        """
        chunks = query.chunks[:MOST_CHUNKS]
        if len(chunks) < 2 and not found:  # noqa: PLR2004
            return chunks
        held = [one.chunk for one in found if one.chunk is not None]
        likely = [
            chunk
            for chunk in chunks
            if may_be_name(chunk)
            or any(chunk.start < one.end and chunk.end > one.start for one in held)
        ]
        return likely if likely or found else chunks

    def _cost(self, chunk: Chunk, elsewhere: float) -> float:
        if chunk.name in self.names.exact:
            return self.names.absent_cost(chunk.name)
        name = chunk.name.removesuffix(chunk.zone) or chunk.name
        if name.isascii() and name.isalpha():
            return _ABSENT_LETTER * len(name)
        plain = without_speech(name) or name
        cost = self.names.absent_cost(plain)
        whole = without_speech(chunk.name) or chunk.name
        is_elsewhere = self._is_elsewhere(plain) or (chunk.zone and self._is_elsewhere(whole))
        return min(cost, elsewhere) if is_elsewhere else cost

    def _is_elsewhere(self, words: str) -> bool:
        """Return whether a name has words before it that may be another place's: 忻州滨河花园."""
        return any(
            words[start:] in self.names.exact
            and words[:start] not in self.names.exact
            and not words[start:].startswith(words[:start])  # 学府，学府雅居 is a stutter
            and _OTHER_AREA.fullmatch(words[:start].removesuffix("的"))
            and not FUNCTION_WORDS.search(words[:start])
            and not is_label(words[:start])
            for start in range(2, min(_LONGEST_PLACE, len(words) - 2) + 1)
        )


def may_be_name(chunk: Chunk) -> bool:
    """Return whether words may name a place, rather than say what happens or where in it."""
    words = chunk.name.removesuffix(chunk.zone) or chunk.name
    if generic_end(words):
        return True
    if FUNCTION_WORDS.search(words) or PREDICATES.search(words) or is_speech(words):
        return False
    return relation_at(words) is None
