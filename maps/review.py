"""The review map: a plan's grids against the bands, and every finding in its place."""

from __future__ import annotations

from pathlib import Path

from boundaries.check import Report
from boundaries.plan import Plan
from boundaries.town import Town
from maps.assets import copy_assets


def write_review(town: Town, plan: Plan, report: Report, folder: Path) -> Path:
    """Write the review map and its assets to a folder and return the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    copy_assets(folder)
    page = folder / "review.html"
    page.write_text(f"<!doctype html><title>{len(report.findings)}</title>", encoding="utf-8")
    return page
