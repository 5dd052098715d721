"""Give grids codes by the scheme: west to east, then north to south, inside each parent."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from boundaries.scheme import Scheme
from geo.problem import Problem, input_error


def new_codes(grids: gpd.GeoDataFrame, scheme: Scheme) -> tuple[dict[str, str], list[Problem]]:
    """Return a new code for each old one.

    Parameters
    ----------
    grids
        With community, level and parent filled in.
    scheme
        Says how many digits each level adds. General grids are numbered below the serials kept
        for special-purpose grids, special-purpose ones within these.

    Returns
    -------
    codes, problems
        Problems where a grid has no community or parent, or there are more than numbers.
    """
    codes: dict[str, str] = {}
    problems: list[Problem] = []
    box = shapely.bounds(grids.geometry.to_numpy())
    ordered = grids.iloc[np.lexsort((-box[:, 3], box[:, 0]))]
    for level, members in ordered.groupby("level", sort=True):
        above = members["community"] if level == ordered["level"].min() else members["parent"]
        for code in members["code"][above.isna()]:
            problems += input_error(
                "importing.cannot_number", layer="grids", column="code", value=code
            ).problems
        for parent, family in members.groupby(above.dropna(), sort=True):
            prefix = codes.get(str(parent), str(parent)) if level > 1 else str(parent)
            problems += _number(codes, family, prefix, int(level), scheme)
    return codes, problems


def _number(
    codes: dict[str, str], family: pd.DataFrame, prefix: str, level: int, scheme: Scheme
) -> list[Problem]:
    digits = scheme.level(level).code_digits
    special_from, special_to = scheme.special_serials
    of_level_1 = level == 1
    last_general = special_from - 1 if of_level_1 else 10**digits - 1
    for is_special, first, last in (
        (False, 1, last_general),
        (True, special_from, special_to),
    ):
        special = (family["kind"] == "special") & of_level_1
        members = family["code"][special == is_special].tolist()
        if len(members) > last - first + 1:
            return list(
                input_error(
                    "importing.too_many_to_number",
                    layer="grids",
                    value=len(members),
                    prefix=prefix,
                    room=last - first + 1,
                ).problems
            )
        for serial, code in enumerate(members, start=first):
            codes[code] = f"{prefix}{serial:0{digits}d}"
    return []
