"""Clear boundaries: in one community (B01), named (B11)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import shapely

from boundaries.finding import Finding, Severity
from boundaries.rules.belonging import position_of_code
from boundaries.rules.case import Case, listed, sound
from boundaries.rules.registry import rule

_NUMBER = "[0-9０-９一二三四五六七八九十百零〇]+"


@rule("B01", severity="E", thresholds=("outside_area_m2", "outside_share"))
def within_one_community(case: Case) -> Iterator[Finding]:
    """A grid lies in one community.

    What lies outside the community that it belongs to must not exceed 1 m² and 0.01 % of the
    grid, whichever is more. Ground that a grid's parent has outside already is told of the parent
    alone.
    """
    shapes, community = case.sound_grids, _community_positions(case)
    areas, codes = sound(case.communities.geometry.to_numpy()), case.communities["code"].tolist()
    shapely.prepare(areas)
    known = np.flatnonzero(community >= 0)
    suspect = known[~shapely.covers(areas[community[known]], shapes[known])]
    outside = shapely.difference(shapes[suspect], areas[community[suspect]])
    allowed = np.maximum(
        case.threshold("outside_area_m2"),
        case.threshold("outside_share") * shapely.area(shapes[suspect]),
    )
    told: dict[int, shapely.Geometry] = {}
    by_code, levels = case.once(position_of_code), case.grids["level"].to_numpy()
    for order in np.lexsort((suspect, levels[suspect])):
        position, beyond = int(suspect[order]), outside[order]
        if beyond is None or shapely.area(beyond) <= allowed[order]:
            continue
        parent = by_code.get(case.grids["parent"].iloc[position], -1)
        if parent in told and shapely.area(beyond - told[parent]) <= allowed[order]:
            told[position] = beyond
            continue
        told[position] = beyond
        yield case.finding(
            "B01.outside",
            Severity.ERROR,
            level=int(levels[position]),
            grids=(case.grids["code"].iloc[position],),
            place=beyond,
            measure=shapely.area(beyond),
            unit="m²",
            grid=case.label(position),
            community=codes[community[position]],
        )


def _community_positions(case: Case) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the position of each grid's community, -1 where the town has none such."""
    known = {code: at for at, code in enumerate(case.communities["code"].tolist())}
    own = zip(case.grids["community"], case.grids["code"], strict=True)
    return np.array(
        [known.get(named or case.scheme.community_of(code), -1) for named, code in own],
        dtype=np.int64,
    )


@rule("B11", severity="I/E")
def names_tell_grids_apart(case: Case) -> Iterator[Finding]:
    """A grid's name is unique in its community and follows the level's pattern.

    Two grids of one name are an error. Names that do not follow the scheme's pattern, or are
    missing, are information, one finding a level. Special-purpose grids may be called as they
    like.
    """
    yield from _repeated_names(case)
    community = dict(zip(case.communities["code"], case.communities["name"], strict=True))
    names = dict(zip(case.grids["code"], case.grids["name"], strict=True))
    for number in (level for level in case.levels if level in case.scheme.code_lengths):
        pattern = case.scheme.level(number).name_pattern
        grids = case.level(number)
        odd = [
            (position, code)
            for position, code, parent, of, kind, name in zip(
                grids.index,
                grids["code"],
                grids["parent"],
                grids["community"],
                grids["kind"],
                grids["name"],
                strict=True,
            )
            if kind == "general"
            and not _fits(name, pattern, community.get(of) or "", names.get(parent) or "")
        ]
        for _, code in odd:
            names[code] = None  # its children may be called after it
        if odd:
            yield case.finding(
                "B11.pattern",
                Severity.INFORMATION,
                level=number,
                grids=[code for _, code in odd],
                place=case.inner_points[[position for position, _ in odd]],
                measure=len(odd),
                unit="1",
                pattern=pattern,
                examples=listed(case.label(position) for position, _ in odd),
            )


def _repeated_names(case: Case) -> Iterator[Finding]:
    named = case.grids[case.grids["name"].notna()].drop_duplicates(["community", "code"])
    repeated = named[named.duplicated(["community", "name"], keep=False)]
    for (community, name), grids in repeated.groupby(["community", "name"], sort=True):
        yield case.finding(
            "B11.repeated",
            Severity.ERROR,
            level=int(grids["level"].iloc[0]) if grids["level"].nunique() == 1 else None,
            grids=grids["code"],
            place=case.inner_points[grids.index.to_numpy()],
            measure=len(grids),
            unit="1",
            name=name,
            community=community,
        )


def _fits(name: str | None, pattern: str, community: str, parent: str) -> bool:
    if not name:
        return False
    whole = re.escape(pattern).replace(r"\{number\}", _NUMBER)
    whole = whole.replace(r"\{community\}", re.escape(community) if community else ".+")
    return (
        re.fullmatch(whole.replace(r"\{parent\}", re.escape(parent) if parent else ".+"), name)
        is not None
    )
