"""How often the set of places returned for a real address equals the set that is true."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geo.address import AddressIndex

COLUMNS = {"full": "text", "district": "town", "street": "road", "housenumber": "number"}

LEFT_OUT = {
    "short": ["district", "street", "housenumber"],
    "bare_number": ["district", "street", "bare"],
    "without_lin": ["district", "village", "street", "housenumber"],
    "without_number": ["district", "village", "lin", "street"],
    "road_alone": ["district", "street"],
}
"""What is said where something is left out: 里 and 鄰, 號 too, 鄰 alone, number, all but road."""


def real_sets(path: Path) -> dict[str, Any]:
    """Index a register of real addresses; ask each in full, and with parts left out.

    Columns: full, district, village, lin, street, housenumber. What is compared is the set of
    neighbourhoods (里 and 鄰) of the rows returned with that of all rows that the words said hold
    for.
    """
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame = table.rename(columns=COLUMNS)[["text", "town", "village", "road", "number"]]
    began = time.perf_counter()
    index = AddressIndex.build(frame.replace("", None))
    figures: dict[str, Any] = {"rows": len(frame), "index_s": round(time.perf_counter() - began, 2)}
    neighbourhood = (table["village"] + table["lin"]).to_numpy()
    itself, own = [], []
    for row, text in enumerate(table["full"]):
        rows = returned(index, text)
        itself.append(row in rows)
        own.append(set(neighbourhood[rows]) == {neighbourhood[row]})
    figures["full_finds_itself"] = float(np.mean(itself))
    figures["full_finds_own_neighbourhood"] = float(np.mean(own))
    table["lin"] += np.where(table["lin"] == "", "", "鄰")
    table["bare"] = table["housenumber"].str.removesuffix("號")
    known = table[(table["street"] != "") & (table["housenumber"] != "")]
    for name, columns in LEFT_OUT.items():
        equal, holds = [], []
        for words, group in known.groupby(columns):
            found = set(neighbourhood[returned(index, "".join(words))])
            true = set(neighbourhood[group.index.to_numpy()])
            equal.append(found == true)
            holds.append(true <= found)
        figures[f"{name}_set_equal"] = float(np.mean(equal))
        figures[f"{name}_set_holds_truth"] = float(np.mean(holds))
    print(path.name)
    for key, value in figures.items():
        print(f"  {key:<32}{value:.4f}" if isinstance(value, float) else f"  {key:<32}{value}")
    return figures


def returned(index: AddressIndex, text: str) -> np.ndarray:
    """Return the rows of the candidates that are worth naming."""
    match = index.match(text)
    kept = [candidate.rows for candidate in match.candidates if candidate.p >= 0.05]
    return np.concatenate(kept) if kept else np.empty(0, np.int64)
