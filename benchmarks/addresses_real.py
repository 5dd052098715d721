"""How often the set of places returned for a real address equals the set that is true."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geo.address import AddressIndex

COLUMNS = {"full": "text", "district": "town", "street": "road", "housenumber": "number"}


def real_sets(path: Path) -> dict[str, Any]:
    """Index a register of real addresses; ask each in full, and without neighbourhood and group.

    Columns: full, district, village, lin, street, housenumber. What is compared is the set of
    neighbourhoods (里 and 鄰) of the rows returned with that of all rows of the same town, road
    and number.
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
    equal, holds = [], []
    for (town, road, number), group in table.groupby(["district", "street", "housenumber"]):
        if not road or not number:
            continue
        found = set(neighbourhood[returned(index, f"{town}{road}{number}")])
        true = set(neighbourhood[group.index.to_numpy()])
        equal.append(found == true)
        holds.append(true <= found)
    figures["short_set_equal"] = float(np.mean(equal))
    figures["short_set_holds_truth"] = float(np.mean(holds))
    print(path.name)
    for key, value in figures.items():
        print(f"  {key:<30}{value:.4f}" if isinstance(value, float) else f"  {key:<30}{value}")
    return figures


def returned(index: AddressIndex, text: str) -> np.ndarray:
    """Return the rows of the candidates that are worth naming."""
    match = index.match(text)
    kept = [candidate.rows for candidate in match.candidates if candidate.p >= 0.05]
    return np.concatenate(kept) if kept else np.empty(0, np.int64)
