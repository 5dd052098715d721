"""An edit of some communities alone: the grids of all others stay as the plan has them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from boundaries.importing.completing import holders
from boundaries.plan import Plan
from boundaries.town import Town
from geo.problem import input_error


def communities_called(values: Collection[str], town: Town, plan: Plan) -> frozenset[str]:
    """Return the codes of the communities that are called by code or name.

    Raises
    ------
    InputError
        The town and the plan have no such community, or several of that name.
    """
    names = dict(zip(town.communities["code"], town.communities["name"], strict=True))
    names |= {code: names.get(code) for code in plan.grids["community"].dropna()}
    found = set()
    for value in values:
        codes = [code for code, name in names.items() if value in {code, name}]
        if len(codes) != 1:
            raise input_error(
                "importing.no_such_community",
                column="--community",
                value=value,
                known="、".join(f"{code} {name or ''}".strip() for code, name in names.items()),
            )
        found.add(codes[0])
    return frozenset(found)


def confined(
    given: gpd.GeoDataFrame, before: gpd.GeoDataFrame, communities: frozenset[str]
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the grids given of some communities, and the plan's grids of all others.

    A grid given without a community is its parent's, else of the community in whose grids it
    lies.

    Parameters
    ----------
    given, before
        Layer ``grids`` as edited, and as the plan has it.
    communities
        Codes of the communities that the edit is of.
    """
    community = given["community"].copy()
    of_code = dict(zip(before["code"], before["community"], strict=True))
    of_code |= {
        code: own for code, own in zip(given["code"], community, strict=True) if own is not None
    }
    community = community.where(community.notna(), given["parent"].map(of_code))
    rows = given.index[community.isna()]
    coarsest = before[(before["level"] == before["level"].min()) & (before["mode"] != "overlay")]
    community[rows] = holders(given.loc[rows], coarsest, "community")
    theirs = given[community.isin(communities).to_numpy()]
    others = ~before["community"].isin(communities) & ~before["code"].isin(theirs["code"])
    return theirs, before[others.to_numpy()]


def emptied(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> dict[str, int]:
    """Return how many grids are given up in communities that keep none of a level, by code."""
    keys = ["community", "level"]
    kept = pd.MultiIndex.from_frame(after[keys])
    gone = before[~pd.MultiIndex.from_frame(before[keys]).isin(kept)]
    counts = gone[~gone["code"].isin(after["code"])].groupby("community", sort=True).size()
    return {str(code): int(number) for code, number in counts.items()}


def without_grids(town: Town, grids: gpd.GeoDataFrame) -> Sequence[str]:
    """Return the codes of the town's communities in which no grid is."""
    codes = town.communities["code"]
    lacks = ~np.isin(codes.to_numpy(object).astype(str), grids["community"].dropna().astype(str))
    return [str(code) for code in codes[lacks]]
