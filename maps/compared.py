"""The map of two plans: both borders, ground and buildings that change, findings new and gone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from boundaries.comparing import Comparison, LevelChange
from boundaries.comparing.measuring import LevelMeasure
from boundaries.finding import Finding
from boundaries.town import Town
from maps.assets import copy_assets
from maps.basemap import Ground, base_map
from maps.marks import finding_place
from maps.page import fill, render_page
from maps.review import level_name
from maps.shapes import Frame, polygons
from messages import LANGUAGES, Language, say, template

_STEP = 1e-7
_STATES = ("new", "gone", "staying")
_MEASURES = ("in_band", "off", "compactness", "barrier_percent")
_LAYERS = ("old", "fresh", "moved", "buildings", "new", "gone", "staying")
_PAGE_WORDS = ("map_label", "zoom_in", "zoom_out", "whole_town", "metres", "kilometres")
_WORDS = (
    "close",
    "remedy",
    "more",
    "no_place",
    "counts",
    "arriving",
    "leaving",
    "unknown",
    "ground",
    "no_grid",
    "building",
    "state_new",
    "state_gone",
    "state_staying",
    "grid_new",
    "grid_retired",
    "grid_changed",
)


def write_compared(town: Town, comparison: Comparison, folder: Path) -> list[Path]:
    """Write the map of two plans in every language, its assets beside it.

    Parameters
    ----------
    town
        That both plans divide.
    comparison
        What changes.
    folder
        Where ``compare.html`` and ``compare.en.html`` go; made where it does not exist.

    Returns
    -------
    list of Path
        The pages, the Chinese one first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    copy_assets(folder)
    shapes = _shapes(town, comparison)
    paths = []
    for language in LANGUAGES:
        paths.append(folder / _file(language))
        page = _page(town, comparison, shapes, language)
        paths[-1].write_text(page, encoding="utf-8")
    return paths


def _page(town: Town, comparison: Comparison, shapes: dict[str, Any], language: Language) -> str:
    south, west, north, east = shapes["bounds"]
    found = _findings(comparison)
    levels = {level.level: level_name(level, language) for level in town.scheme.levels}
    values = {
        "town": town.name,
        "old": comparison.old.name,
        "new": comparison.new.name,
        "other_url": _file("en" if language == "zh" else "zh"),
        "levels": [
            {"level": each.level, "name": levels[each.level], "rows": _measures(each)}
            for each in comparison.levels
        ],
        "codes": {each.level: each for each in comparison.levels},
        "states": [(state, len(found[state])) for state in _STATES],
        "grids": len(comparison.grids),
        "contacts": len({contact.id for contact in comparison.contacts}),
        "layers": _LAYERS,
    }
    return render_page(
        language=language,
        title=f"{say('maps.compared_title', language)} · {comparison.new.name}",
        before=fill("compared_before.html.j2", language, **values),
        after=fill("compared_after.html.j2", language, **values),
        data={
            **shapes,
            "language": language,
            "levels": {str(number): name for number, name in levels.items()},
            "findings": {
                state: [
                    [*place, finding.message.text(language), _remedy(finding, language)]
                    for place, finding in zip(shapes["findings"][state], found[state], strict=True)
                ]
                for state in _STATES
            },
            "words": {
                **{key: template(f"maps.page_{key}", language) for key in _PAGE_WORDS},
                **{key: template(f"maps.compared_{key}", language) for key in _WORDS},
            },
        },
        center=((south + north) / 2, (west + east) / 2),
        zoom=14,
        scripts=("town.js", "marks.js", "controls.js", "compared.js"),
        styles=("base.css", "review.css", "compared.css"),
        assets_url="assets/",
    )


def _shapes(town: Town, comparison: Comparison) -> dict[str, Any]:
    """Return what the page draws, the same in every language."""
    everything = np.concatenate(
        [
            np.asarray(layer.geometry)
            for layer in (comparison.old.grids, comparison.new.grids, town.jurisdiction)
        ]
    )
    frame = Frame.around(everything, _STEP)
    west, south, east, north = np.nan_to_num(shapely.total_bounds(everything)).tolist()
    return {
        "frame": frame.as_dict(),
        "base": base_map(Ground.of(town), frame),
        "bounds": [south, west, north, east],
        "old": _changed_borders(comparison, frame),
        "fresh": [
            [grid.code, int(grid.level), grid.name or grid.code, shape]
            for grid, shape in zip(
                comparison.new.grids.itertuples(index=False),
                polygons(comparison.new.grids.geometry, frame),
                strict=True,
            )
        ],
        "moved": [
            [int(piece.level), piece[1], piece[2], round(piece.area_m2, 1), shape]
            for piece, shape in zip(
                comparison.ground.itertuples(index=False),
                polygons(comparison.ground.geometry, frame),
                strict=True,
            )
        ],
        "buildings": _buildings(town, comparison, frame),
        "changes": [
            [
                change.code, change.level, change.name or change.code, change.state,
                change.households_old, change.households_new, change.arriving, change.leaving,
            ]
            for change in comparison.grids
        ],
        "findings": {
            state: [finding_place(finding, frame) for finding in findings]
            for state, findings in _findings(comparison).items()
        },
    }  # fmt: skip


def _changed_borders(comparison: Comparison, frame: Frame) -> list[list[Any]]:
    """Return the old shapes of the grids whose ground changes: elsewhere both borders are one."""
    changed = {
        (change.level, change.code)
        for change in comparison.grids
        if change.state == "retired" or change.area_lost_m2 or change.area_gained_m2
    }
    grids = comparison.old.grids
    rows = [key in changed for key in zip(grids["level"], grids["code"], strict=True)]
    grids = grids[rows]
    return [
        [grid.code, int(grid.level), grid.name or grid.code, shape]
        for grid, shape in zip(
            grids.itertuples(index=False), polygons(grids.geometry, frame), strict=True
        )
    ]


def _buildings(town: Town, comparison: Comparison, frame: Frame) -> list[list[Any]]:
    """Return the buildings that change grid: name, from, to, households and shape."""
    buildings = town.buildings.set_index("id")
    moved = comparison.buildings[comparison.buildings["building"].isin(buildings.index)]
    places = buildings.loc[moved["building"]]
    return [
        [
            name or building,
            " · ".join(part for part in (stairs, floors) if part),
            was,
            now,
            households,
            shape,
        ]
        for name, building, stairs, floors, was, now, households, shape in zip(
            places["name"],
            *(moved[name] for name in ("building", "stairs", "floors", "from", "to", "households")),
            polygons(places.geometry, frame),
            strict=True,
        )
    ]


def _findings(comparison: Comparison) -> dict[str, Sequence[Finding]]:
    found = comparison.findings
    return {
        "new": found.new,
        "gone": found.gone,
        "staying": tuple(new for _, new in found.staying),
    }


def _measures(level: LevelChange) -> list[tuple[str, str, str, str]]:
    """Return measure, value before, value after and verdict of each row of a level's table."""
    return [
        (name, _value(name, level.old), _value(name, level.new), level.verdicts[name])
        for name in _MEASURES
    ]


def _value(name: str, measure: LevelMeasure) -> str:
    if name == "in_band":
        return f"{measure.in_band}/{measure.judged}"
    if name == "compactness":
        return f"{measure.compactness:.3f}"
    return f"{measure.barrier_percent:.1f} %" if name == "barrier_percent" else f"{measure.off}"


def _remedy(finding: Finding, language: Language) -> str:
    return "" if finding.remedy is None else finding.remedy.text(language)


def _file(language: Language) -> str:
    return "compare.html" if language == "zh" else f"compare.{language}.html"
