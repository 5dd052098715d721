"""Answer address queries over a register, beside rapidfuzz and tantivy's n-grams.

Reads a register, its compounds and queries as the address data sets have them, writes one
answer a line and prints first places by kind, absent things taken for real, precision and
coverage of claims, calibration error, speed, index time and memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geo.address import AddressIndex, Candidate, Match
from geo.address.units import building_id, stair_id

Query = dict[str, Any]
Unit = tuple[int, str, Any, Any]
WARMING = 50


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--register", type=Path, help="register.csv or .csv.gz")
    parser.add_argument("--compounds", type=Path, help="compounds.json")
    parser.add_argument("--queries", type=Path, help="queries.jsonl")
    parser.add_argument("--out", type=Path, help="answers, one JSON object a line")
    parser.add_argument("--real", type=Path, help="a CSV of real addresses: sets they determine")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    parser.add_argument("--ours-only", action="store_true", help="leave the peers out")
    parser.add_argument("--peer-queries", type=int, default=360, help="queries the peers answer")
    options = parser.parse_args()
    figures: dict[str, Any] = {}
    if options.register is not None:
        figures = confusable(options)
    if options.real is not None:
        from addresses_real import real_sets  # noqa: PLC0415 - only when asked for

        figures["real"] = real_sets(options.real)
    if options.json is not None:
        options.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1), "utf-8")


def confusable(options: argparse.Namespace) -> dict[str, Any]:
    """Answer the queries and print the table."""
    compounds = json.loads(options.compounds.read_text("utf-8"))
    frame = register_frame(options.register, compounds)
    numbers = {compound["name"]: compound["id"] for compound in compounds}
    began, cpu = time.perf_counter(), time.process_time()
    index = AddressIndex.build(frame)
    figures: dict[str, Any] = {
        "index_s": round(time.perf_counter() - began, 2),
        "index_cpu_s": round(time.process_time() - cpu, 2),
    }
    figures["index_mb"] = opened_memory_mb(index)
    queries = [json.loads(line) for line in options.queries.read_text("utf-8").splitlines()]
    cpu = time.process_time()
    matches, seconds = answered(index, queries)
    figures["queries_per_cpu_s"] = round((len(queries) + WARMING) / (time.process_time() - cpu), 1)
    if options.out is not None:
        lines = [
            json.dumps(record(query, match), ensure_ascii=False)
            for query, match in zip(queries, matches, strict=True)
        ]
        options.out.write_text("\n".join(lines) + "\n", "utf-8")
    figures |= speed(seconds)
    if all("truth" in query for query in queries):
        figures |= quality(queries, matches, numbers)
    show("ours", figures)
    if not options.ours_only:
        from addresses_peers import peers  # noqa: PLC0415 - they are an extra

        for name, peer in peers(
            frame, queries[:: max(1, len(queries) // options.peer_queries)], numbers
        ).items():
            figures[name] = peer
            show(name, peer)
            ratio = figures["queries_per_s"] / peer["queries_per_s"]
            print(f"  ours / {name}: {ratio:.1f} times as many queries a second")
    return figures


def register_frame(path: Path, compounds: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the register as a frame of the layer ``addresses``."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    table = table.rename(columns={"road_number": "number"})
    aliases = {compound["name"]: ";".join(compound.get("aliases", ())) for compound in compounds}
    table["aliases"] = [aliases.get(name, "") for name in table["compound"]]
    table["village"] = ""
    return table.replace("", None)


def opened_memory_mb(index: AddressIndex) -> int:
    """Return the resident memory of a fresh process that has opened the index and answered."""
    with tempfile.TemporaryDirectory() as folder:
        index.save(Path(folder))
        script = (
            "import sys; from pathlib import Path; from geo.address import AddressIndex;"
            "index = AddressIndex.open(Path(sys.argv[1])); index.match('小区1号楼1单元');"
            "status = Path('/proc/self/status').read_text();"
            "print(int(status.split('VmRSS:')[1].split()[0]) // 1024)"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, folder], check=True, capture_output=True, text=True
        )
    return int(done.stdout)


def answered(index: AddressIndex, queries: list[Query]) -> tuple[list[Match], np.ndarray]:
    """Answer the queries one by one; seconds of each."""
    for query in queries[:WARMING]:
        index.match(query["q"])
    matches, seconds = [], []
    for query in queries:
        began = time.perf_counter()
        matches.append(index.match(query["q"]))
        seconds.append(time.perf_counter() - began)
    return matches, np.array(seconds)


def speed(seconds: np.ndarray) -> dict[str, float]:
    """Return queries a second and the latencies of single calls."""
    return {
        "queries_per_s": round(len(seconds) / seconds.sum(), 1),
        "p50_ms": round(float(np.percentile(seconds, 50)) * 1e3, 3),
        "p99_ms": round(float(np.percentile(seconds, 99)) * 1e3, 3),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def plain(identity: str | None) -> int | str | None:
    """Return a building's or stair's identity, digits as a number."""
    if not identity:
        return None
    return int(identity) if identity.isdigit() else identity


def parts(candidate: Candidate) -> dict[str, Any]:
    """Return what a candidate names."""
    return {
        "compound": candidate.compound,
        "zone": candidate.zone,
        "building": plain(building_id(candidate.building or "")),
        "stair": plain(stair_id(candidate.stair or "")),
    }


def claimed(match: Match) -> dict[str, Any] | None:
    """Return what an answer stands by in the parts of a compound; None where it is a road."""
    if match.claim is None or match.claim.compound is None:
        return None
    return parts(match.claim)


def record(query: Query, match: Match) -> dict[str, Any]:
    """Return one line of the answers."""
    best = match.claim or (match.candidates[0] if match.candidates else None)
    return {
        "q": query["q"],
        "status": match.status.value,
        "claim": claimed(match),
        "precision": None if best is None else best.precision.value,
        "p": None if best is None else round(best.p, 6),
        "p_none": round(match.p_none, 6),
        "candidates": [
            {
                **parts(candidate),
                "road": candidate.road,
                "number": candidate.number,
                "p": round(candidate.p, 6),
                "faults": [fault.code for fault in candidate.faults],
            }
            for candidate in match.candidates[:10]
        ],
        "ask": None if match.ask is None else match.ask.text("zh"),
    }


def unit(candidate: Candidate | None, numbers: dict[str, int]) -> Unit | None:
    """Return a candidate as the truth is written."""
    if candidate is None or candidate.compound not in numbers:
        return None
    said = parts(candidate)
    return numbers[candidate.compound], said["zone"] or "", said["building"], said["stair"]


def quality(queries: list[Query], matches: list[Match], numbers: dict[str, int]) -> dict[str, Any]:
    """Return first places by kind, overclaims, precision and coverage of claims, calibration."""
    firsts: dict[str, list[bool]] = defaultdict(list)
    accepted: dict[str, list[bool]] = defaultdict(list)
    claims, covered, said = [], [], []
    for query, match in zip(queries, matches, strict=True):
        truth = [tuple(one) for one in query["truth"]]
        best = unit(match.candidates[0] if match.candidates else None, numbers)
        claim = unit(match.claim, numbers)
        first = is_first(query, best, truth, match)
        firsts[query["kind"]].append(first)
        if query["kind"].startswith("ghost"):
            accepted[query["kind"]].append(is_overclaim(query, claim))
        else:
            covered.append(claim is not None and claim in truth)
        if claim is not None:
            claims.append(any(is_within(claim, one) for one in truth))
        if match.candidates:
            said.append((match.candidates[0].p, first and query["level"] != "none"))
    plain_kinds = [kind for kind in firsts if not kind.startswith("ghost")]
    return {
        "first": float(np.mean([one for kind in plain_kinds for one in firsts[kind]])),
        "first_by_kind": {kind: float(np.mean(found)) for kind, found in firsts.items()},
        "absent_accepted": {kind: float(np.mean(found)) for kind, found in accepted.items()},
        "claim_precision": float(np.mean(claims)) if claims else None,
        "claim_coverage": float(np.mean(covered)),
        "calibration_error": calibration_error(said),
    }


def is_first(query: Query, best: Unit | None, truth: list[Any], match: Match) -> bool:
    """Return whether the first place is right; of an absent name, whether none is likelier."""
    if query["level"] == "none":
        return match.p_none >= 0.5
    if query["level"] == "poi_any":
        return best is not None and best[2] is None and best[0] in {one[0] for one in truth}
    return best in truth


def is_overclaim(query: Query, claim: Unit | None) -> bool:
    """Return whether a claim stands by something that is not in the register."""
    if claim is None:
        return False
    return query["level"] == "none" or claim[2] is not None


def is_within(claim: Unit, truth: Unit) -> bool:
    """Return whether a claim is true, however coarse."""
    place, zone, building, stair = claim
    return (
        place == truth[0]
        and (zone == truth[1] or (not zone and building is None))
        and building in (None, truth[2])
        and stair in (None, truth[3])
    )


def calibration_error(said: list[tuple[float, bool]]) -> float:
    """Return the expected calibration error in ten bins."""
    p, right = np.array([one[0] for one in said]), np.array([one[1] for one in said], float)
    tenth = np.minimum((p * 10).astype(int), 9)
    return float(
        sum(abs(p[tenth == one].sum() - right[tenth == one].sum()) for one in range(10)) / len(p)
    )


def show(name: str, figures: dict[str, Any]) -> None:
    """Print a column of figures."""
    print(name)
    for key, value in figures.items():
        if isinstance(value, dict) and key in ("first_by_kind", "absent_accepted"):
            print(f"  {key}")
            for kind, share in value.items():
                print(f"    {kind:<16}{share:.3f}")
        elif not isinstance(value, dict):
            print(f"  {key:<18}{value:.4f}" if isinstance(value, float) else f"  {key:<18}{value}")


if __name__ == "__main__":
    main()
