"""Text search over the units' written forms: rapidfuzz, and tantivy's n-grams."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from geo.address.normalise import written_form
from geo.address.units import building_id, stair_id

Search = Callable[[str], tuple[float, int]]
_KEPT = 0.95


def peers(
    frame: pd.DataFrame, queries: list[dict[str, Any]], numbers: dict[str, int]
) -> dict[str, dict[str, Any]]:
    """Return the figures of each peer; both are given our normaliser and the aliases."""
    forms, rows = spellings(frame)
    units = [
        (
            numbers[compound],
            zone or "",
            as_number(building_id(building or "")),
            as_number(stair_id(stair or "")),
        )
        for compound, zone, building, stair in zip(
            *(frame[name].fillna("") for name in ("compound", "zone", "building", "stair")),
            strict=True,
        )
    ]
    return {
        "rapidfuzz": figures(fuzzy_search(forms, rows), queries[::6], units),
        "tantivy_ngrams": figures(ngram_search(forms, rows), queries, units),
    }


def as_number(identity: str) -> int | str | None:
    """Return digits as a number."""
    return int(identity) if identity.isdigit() else identity or None


def spellings(frame: pd.DataFrame) -> tuple[list[str], list[int]]:
    """Return the written forms of every unit, with the compound's aliases too, and their rows."""
    forms, rows = [], []
    columns = zip(frame["text"], frame["compound"], frame["aliases"].fillna(""), strict=True)
    for row, (text, compound, aliases) in enumerate(columns):
        for name in (compound, *aliases.split(";")):
            if name:
                forms.append(written_form(str(text).replace(compound, name)))
                rows.append(row)
    return forms, rows


def fuzzy_search(forms: list[str], rows: list[int]) -> Search:
    """Return the search for the form of the best partial ratio."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415

    def search(text: str) -> tuple[float, int]:
        _, score, place = process.extractOne(written_form(text), forms, scorer=fuzz.partial_ratio)
        return score, rows[place]

    return search


def ngram_search(forms: list[str], rows: list[int]) -> Search:
    """Return the search for the form that shares most n-grams by BM25."""
    import tantivy  # noqa: PLC0415

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("form", tokenizer_name="grams", stored=False)
    builder.add_integer_field("row", stored=True)
    index = tantivy.Index(builder.build())
    grams = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.ngram(1, 2, prefix_only=False)).build()
    index.register_tokenizer("grams", grams)
    writer = index.writer()
    for form, row in zip(forms, rows, strict=True):
        writer.add_document(tantivy.Document(form=form, row=row))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def search(text: str) -> tuple[float, int]:
        words = "".join(character for character in written_form(text) if character.isalnum())
        query, _ = index.parse_query_lenient(
            " ".join(gram for gram in grams.analyze(words)), ["form"]
        )
        hits = searcher.search(query, 1).hits
        if not hits:
            return 0.0, -1
        score, address = hits[0]
        return score, searcher.doc(address)["row"][0]

    return search


def figures(search: Search, queries: list[dict[str, Any]], units: list[Any]) -> dict[str, Any]:
    """Return first places by kind, and absent things accepted where 95 % of the right are."""
    firsts: dict[str, list[bool]] = defaultdict(list)
    right_scores, absent_scores = [], defaultdict(list)
    began = time.perf_counter()
    for query in queries:
        score, row = search(query["q"])
        found = units[row] if row >= 0 else None
        if query["kind"].startswith("ghost"):
            absent_scores[query["kind"]].append(score)
            continue
        is_right = any(is_same(found, tuple(one)) for one in query["truth"])
        firsts[query["kind"]].append(is_right)
        if is_right:
            right_scores.append(score)
    seconds = time.perf_counter() - began
    threshold = float(np.quantile(right_scores, 1 - _KEPT)) if right_scores else 0.0
    return {
        "queries": len(queries),
        "queries_per_s": round(len(queries) / seconds, 1),
        "first": float(np.mean([one for found in firsts.values() for one in found])),
        "first_by_kind": {kind: float(np.mean(found)) for kind, found in firsts.items()},
        "absent_accepted": {
            kind: float(np.mean(np.array(scores) >= threshold))
            for kind, scores in absent_scores.items()
        },
    }


def is_same(found: Any, truth: Any) -> bool:
    """Return whether a unit is the one meant, as far as the query determines it."""
    if found is None:
        return False
    return all(one is None or other == one for other, one in zip(found, truth, strict=True))
