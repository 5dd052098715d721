"""The review map: a plan's grids against the bands, and every finding in its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from boundaries.acceptance import Acceptance
from boundaries.check import Report
from boundaries.finding import Severity
from boundaries.plan import Plan
from boundaries.rules import Case, catalogue
from boundaries.rules.counts import households, judged
from boundaries.scheme import Level, Scheme
from boundaries.town import Town
from boundaries.zone import CHINA
from maps.assets import copy_assets
from maps.basemap import Ground, base_map
from maps.listing import day
from maps.marks import finding_place
from maps.page import fill, render_page
from maps.shapes import Frame, polygons
from messages import LANGUAGES, Language, Message, say, template

CLASSES = ("far_below", "below", "near_below", "within", "near_above", "above", "far_above")
"""Where a grid's households lie against its band, by rule S01's severities."""
EXCUSED, UNKNOWN = "excused", "unknown"

_STEP = 1e-7
_WORDS = (
    "map_label",
    "zoom_in",
    "zoom_out",
    "whole_town",
    "metres",
    "kilometres",
)
_REVIEW_WORDS = (
    "households",
    "households_unknown",
    "estimated",
    "band",
    "in_community",
    "under",
    "special",
    "findings_here",
    "no_findings_here",
    "remedy",
    "accepted",
    "finding_id",
    "concerns",
    "no_place",
    "more",
    "close",
    "nothing_found",
    "found_grids",
)


def write_review(
    town: Town, plan: Plan, report: Report, folder: Path, *, proposals: Sequence[Message] = ()
) -> Path:
    """Write the review map in every language, its assets beside it.

    Parameters
    ----------
    town, plan
        What was checked.
    report
        What the rules say of it.
    folder
        Where ``review.html`` and ``review.en.html`` go; made where it does not exist.
    proposals
        What was done to grids beyond moving borders, to be named beside the findings.

    Returns
    -------
    Path
        The Chinese page, which leads to the other.
    """
    folder.mkdir(parents=True, exist_ok=True)
    copy_assets(folder)
    shapes = _shapes(town, plan, report)
    for language in LANGUAGES:
        page = review_page(
            town, plan, report, language=language, shapes=shapes, proposals=proposals
        )
        (folder / _file(language)).write_text(page, encoding="utf-8")
    return folder / _file("zh")


def review_page(
    town: Town,
    plan: Plan,
    report: Report,
    *,
    language: Language,
    assets_url: str = "assets/",
    shapes: dict[str, Any] | None = None,
    proposals: Sequence[Message] = (),
) -> str:
    """Return the review map in one language.

    Parameters
    ----------
    town, plan, report
        What was checked, and what the rules say of it.
    language
        Of the page.
    assets_url
        Where the assets are served, with a slash at its end.
    shapes
        For `write_review`, which encodes them once for all languages.
    proposals
        As for `write_review`.
    """
    shapes = shapes or _shapes(town, plan, report)
    south, west, north, east = shapes["bounds"]
    title = say("maps.review_title", language)
    values = {
        "town": town.name,
        "plan": plan.name,
        "counts": report.counts(),
        "levels": [
            _level_legend(level, shapes["grids"], language) for level in levels_of(plan, town)
        ],
        "rules": _rules(report, language),
        "unchecked": [
            (rule_id, reason.text(language)) for rule_id, _, reason in report.reasons_unchecked()
        ],
        "accepted": [
            (one.finding, one.said[language], _decision(one, language))
            for one in (finding.accepted for finding in report.accepted)
            if one is not None
        ],
        "lapsed": [
            (one.finding, one.said[language], _decision(one, language)) for one in report.lapsed
        ],
        "proposals": [proposal.text(language) for proposal in proposals],
        "other_url": _file("en" if language == "zh" else "zh"),
        "checked": day((report.at or datetime.now(UTC)).astimezone(CHINA), language),
        "checked_rules": len(report.checked_rules),
    }
    return render_page(
        language=language,
        title=f"{title} · {plan.name}",
        before=fill("review_before.html.j2", language, **values),
        after=fill("review_after.html.j2", language, **values),
        data={
            **shapes,
            "language": language,
            "findings": [
                [
                    *place,
                    finding.message.text(language),
                    _text(finding.remedy, language),
                    finding.id,
                    None if finding.accepted is None else _decision(finding.accepted, language),
                ]
                for place, finding in zip(shapes["findings"], report.findings, strict=True)
            ],
            "levels": {
                str(level.level): [level_name(level, language), level.low, level.high]
                for level in levels_of(plan, town)
            },
            "words": {
                **{key: template(f"maps.page_{key}", language) for key in _WORDS},
                **{key: template(f"maps.review_{key}", language) for key in _REVIEW_WORDS},
            },
        },
        center=((south + north) / 2, (west + east) / 2),
        zoom=14,
        scripts=("town.js", "marks.js", "controls.js", "review.js"),
        styles=("base.css", "review.css"),
        assets_url=assets_url,
    )


def classes(scheme: Scheme, plan: Plan, counts: npt.NDArray[np.float64]) -> list[str]:
    """Return where each grid's households lie against the band of its level.

    Parameters
    ----------
    scheme
        Bands and tolerances.
    plan
        Its grids, in the order of the counts.
    counts
        Households a grid; NaN where unknown.

    Returns
    -------
    list of str
        One of `CLASSES`, or ``"unknown"``.
    """
    bands = {level.level: level for level in scheme.levels}
    found = []
    for level, count in zip(plan.grids["level"], counts, strict=True):
        band = bands.get(int(level))
        if band is None or np.isnan(count):
            found.append(UNKNOWN)
            continue
        short, over = (band.low - count) / band.low, (count - band.high) / band.high
        found.append(CLASSES[3 - _step(short, scheme) + _step(over, scheme)])
    return found


def _step(distance: float, scheme: Scheme) -> int:
    """Return how many severities a relative distance outside the band is worth."""
    if distance <= 0:
        return 0
    return 1 + (distance > scheme.band_tolerance) + (distance > scheme.band_error)


def _shapes(town: Town, plan: Plan, report: Report) -> dict[str, Any]:
    """Return what the page draws, the same in every language."""
    case = Case(town, plan, report.at or datetime.now(UTC))
    counts, counted = case.once(households), case.once(judged)
    found = np.where(counted, classes(town.scheme, plan, counts), EXCUSED)
    grids = plan.grids
    everything = np.concatenate(
        [np.asarray(grids.geometry), np.asarray(town.jurisdiction.geometry)]
    )
    frame = Frame.around(everything, _STEP)
    west, south, east, north = np.nan_to_num(shapely.total_bounds(everything)).tolist()
    names = dict(zip(town.communities["code"], town.communities["name"], strict=True))
    return {
        "frame": frame.as_dict(),
        "base": base_map(Ground.of(town), frame),
        "bounds": [south, west, north, east],
        "communities": names,
        "grids": [
            [
                grid.code,
                int(grid.level),
                grid.name or grid.code,
                None if np.isnan(count) else int(count),
                class_name,
                bool(grid.estimated),
                grid.community or "",
                grid.parent or "",
                shape,
            ]
            for grid, count, class_name, shape in zip(
                grids.itertuples(index=False),
                counts,
                found.tolist(),
                polygons(grids.geometry, frame),
                strict=True,
            )
        ],
        "findings": [finding_place(finding, frame) for finding in report.findings],
    }


def levels_of(plan: Plan, town: Town) -> list[Level]:
    """Return the levels of the scheme that a plan has grids of."""
    present = set(plan.grids["level"].astype(int))
    return [level for level in town.scheme.levels if level.level in present]


def level_name(level: Level, language: Language) -> str:
    """Return what people call a level."""
    return level.name_zh if language == "zh" else level.name_en


def _level_legend(level: Level, grids: list[list[Any]], language: Language) -> dict[str, Any]:
    """Return a level's name, band, number of grids and how many lie in each class."""
    counts = Counter(grid[4] for grid in grids if grid[1] == level.level)
    return {
        "level": level.level,
        "name": level_name(level, language),
        "low": level.low,
        "high": level.high,
        "grids": counts.total(),
        "classes": [(name, counts[name]) for name in (*CLASSES, EXCUSED, UNKNOWN)],
    }


def _rules(report: Report, language: Language) -> list[dict[str, Any]]:
    """Return the rules that found something: the gravest first."""
    found = Counter((finding.rule, finding.severity) for finding in report.findings)
    rules = [
        {
            "id": info.id,
            "title": info.title_zh if language == "zh" else info.title_en,
            "counts": [
                (each.value, found[info.id, each]) for each in Severity if found[info.id, each]
            ],
        }
        for info in catalogue()
    ]
    return sorted(
        (rule for rule in rules if rule["counts"]),
        key=lambda rule: ("EWI".index(rule["counts"][0][0]), rule["id"]),
    )


def _decision(accepted: Acceptance, language: Language) -> str:
    """Return why, by whom and when a finding was accepted, as one sentence."""
    return say(
        "maps.review_decision",
        language,
        reason=accepted.reason,
        by=accepted.accepted_by,
        day=day(accepted.accepted_at.astimezone(CHINA), language),
    )


def _text(message: Any, language: Language) -> str:
    return "" if message is None else str(message.text(language))


def _file(language: Language) -> str:
    return "review.html" if language == "zh" else f"review.{language}.html"
