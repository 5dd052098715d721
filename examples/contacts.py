"""Invented people who answer for the demo town's grids."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from examples.names import duty_phone, mobile_phone, people
from geo.layers import conform

_ROLES = {1: ("grid_leader", "adviser"), 2: ("full_time",), 3: ("part_time",)}
_TITLES = {
    "grid_leader": "网格长",
    "adviser": "网格指导员",
    "full_time": "专职网格员",
    "part_time": "兼职网格员",
}
_DUTIES = {
    "grid_leader": "网格内各项事务、矛盾调解、应急处置",
    "adviser": "政策咨询、协调部门",
    "full_time": "日常走访、安全隐患、便民代办",
    "part_time": "楼栋事务、信息上报",
}
_BASES = ("office_contact", "local_rule", "consent")


def contacts(
    generator: np.random.Generator, grids: dict[int, list[tuple[str, str]]], today: date
) -> pd.DataFrame:
    """Return the layer ``contacts``: the roles of each level, with a stand-in at level 1.

    Parameters
    ----------
    generator
        Source of names and numbers.
    grids
        Codes and names of the grids by level.
    today
        Day on which all were verified.
    """
    posts = [
        (code, name, role, stand_in)
        for level, found in grids.items()
        for code, name in found
        for role in _ROLES[level]
        for stand_in in ((False, True) if role == "grid_leader" else (False,))
    ]
    number = len(posts)
    frame = pd.DataFrame(
        {
            "id": [f"C{index:06d}" for index in range(1, number + 1)],
            "grid": [code for code, *_ in posts],
            "role": [role for *_, role, _ in posts],
            "stand_in": [stand_in for *_, stand_in in posts],
            "name": people(generator, number),
            "title": [f"{name}{_TITLES[role]}" for _, name, role, _ in posts],
            "phone": [mobile_phone(index * 7919) for index in range(number)],
            "duty_phone": [duty_phone(index * 37 + 11) for index in range(number)],
            "basis": [_BASES[index % 3] for index in range(number)],
            "duties": [_DUTIES[role] for *_, role, _ in posts],
            "since": pd.Timestamp(today - timedelta(days=200)),
            "until": pd.NaT,
            "verified": pd.Timestamp(today),
        }
    )
    return conform("contacts", frame)
