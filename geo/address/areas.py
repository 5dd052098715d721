"""The areas that a register lies in, read from its own texts."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from geo.address.normalise import written_form

if TYPE_CHECKING:
    import pandas as pd

_LOOKED_AT = 2000
_LEAST_SHARE = 0.02
_AREA = re.compile(r"[^省市县区州盟旗]{1,6}(?:省|自治区|市|自治州|地区|盟|县|区|旗)")


def areas_of(frame: pd.DataFrame) -> list[str]:
    """Return the names of the areas that stand before the town in the register's texts."""
    counts: Counter[str] = Counter()
    columns = [column for column in ("town", "village", "road", "compound") if column in frame]
    looked_at = frame.iloc[:: max(1, len(frame) // _LOOKED_AT)]
    for values in looked_at[["text", *columns]].astype(object).itertuples(index=False):
        text, *words = (written_form(value) if isinstance(value, str) else "" for value in values)
        places = [text.find(word) for word in words if word and word in text]
        if places and min(places) > 0:
            counts[text[: min(places)]] += 1
    areas: dict[str, None] = {}
    for before, count in counts.most_common():
        if count >= _LEAST_SHARE * len(looked_at):
            areas.update(dict.fromkeys(_AREA.findall(before)))
    return sorted(areas)
