"""An answer as GeocodeJSON, for programs that know other geocoders."""

from __future__ import annotations

from typing import Any

from boundaries.answer import Answer
from boundaries.contacts import View
from boundaries.public import public_answer
from geo.address.geocodejson import collection, feature, feature_of
from messages import Language


def geocoding_of(answer: Answer, language: Language, view: View) -> dict[str, Any]:
    """Return an answer as a GeocodeJSON feature collection.

    The addresses that may be meant are the features, each with its ``grids``; a point has one
    feature, the finest grid that it lies in. What else our own form says stands in the member
    ``answer``. In the public view no feature has a place.

    Parameters
    ----------
    answer
        A lookup's answer.
    language
        Language of its sentences.
    view
        View of the contacts that it was given in.
    """
    placed = view == "duty"
    if answer.found is not None:
        index, match = answer.found
        features = [feature_of(index, one, placed=placed) for one in match.candidates]
        for one, candidate in zip(features, answer.candidates, strict=True):
            one["properties"]["grids"] = candidate["grids"]
    else:
        features = _of_point(answer, placed=placed)
    value = answer.as_dict(language)
    value = value if view == "duty" else public_answer(value)
    told = {name: each for name, each in value.items() if name != "candidates"}
    found = collection(features, status=answer.status, p_none=value["p_none"])
    return {**found, "answer": told}


def _of_point(answer: Answer, *, placed: bool) -> list[dict[str, Any]]:
    """Return the finest grid known of a point as a feature; none where there is none."""
    named = [level for level in answer.levels if level.code is not None]
    if not named:
        return []
    geocoding = {"type": "locality", "label": named[-1].name or named[-1].code, "p": named[-1].p}
    one = feature(geocoding, answer.point if placed else None)
    one["properties"]["grids"] = [{"level": level.level, "code": level.code} for level in named]
    return [one]
