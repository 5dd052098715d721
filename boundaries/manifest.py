"""The manifest of a snapshot: its content hash, the hash of each part, and putting it in place."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from geo.address.index import FORMAT as ADDRESS_FORMAT
from geo.problem import InputError, input_error

FORMAT = 1
MANIFEST = "manifest.json"
_MAKING = ".making-"
_LONG_AGO_S = 86_400


def write_json(path: Path, value: object) -> None:
    """Write a value so that the same value gives the same bytes."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    path.write_text(text, encoding="utf-8")


@contextmanager
def making(snapshots_folder: Path) -> Iterator[Path]:
    """Give a folder to make a snapshot in, beside the others; what is left in it goes."""
    snapshots_folder.mkdir(parents=True, exist_ok=True)
    _sweep(snapshots_folder)
    folder = Path(tempfile.mkdtemp(prefix=_MAKING, dir=snapshots_folder))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def settle(folder: Path, described: Mapping[str, Any]) -> str:
    """Write the manifest of a finished folder and put it in its place, at once and for good.

    Parameters
    ----------
    folder
        The folder of `making`.
    described
        What the manifest says beside formats and parts.

    Returns
    -------
    str
        Content hash, the name of the snapshot's folder.
    """
    content = {
        **described,
        "format": FORMAT,
        "address_format": ADDRESS_FORMAT,
        "parts": _hashes(folder),
    }
    identity = _identity(content)
    manifest = {**content, "id": identity}
    write_json(folder / MANIFEST, manifest)
    for path in sorted(folder.rglob("*"), reverse=True):
        _flush(path)
    _flush(folder)
    final = folder.parent / identity
    if final.is_dir():
        if _is_intact(final, manifest):
            return identity
        shutil.rmtree(final)
    folder.chmod(0o755)
    folder.rename(final)
    _flush(final.parent)
    return identity


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a snapshot of any format.

    Raises
    ------
    InputError
        There is no such snapshot, or its manifest cannot be read.
    """
    if not folder.is_dir():
        raise input_error("lookup.snapshot_missing", file=folder)
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        _ = manifest["format"], manifest["id"], dict(manifest["parts"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise input_error("lookup.snapshot_damaged", file=folder, part=MANIFEST) from error
    return manifest


def is_whole(manifest: Mapping[str, Any]) -> bool:
    """Return whether a manifest is as it was written."""
    return bool(_identity(manifest) == manifest["id"])


def damaged_part(folder: Path, manifest: Mapping[str, Any]) -> str | None:
    """Return the first part that is not as the manifest has it; None where all are."""
    for part, expected in manifest["parts"].items():
        path = folder / part
        if not path.is_file() or _hash(path) != expected:
            return str(part)
    return None


def version_of(manifest: Mapping[str, Any]) -> str:
    """Return the formats that a snapshot is written in."""
    return f"{manifest['format']}.{manifest.get('address_format', 0)}"


KNOWN_VERSION = version_of({"format": FORMAT, "address_format": ADDRESS_FORMAT})
"""The formats that this program reads."""


def _is_intact(folder: Path, manifest: Mapping[str, Any]) -> bool:
    """Return whether a folder holds the very snapshot that a manifest tells of."""
    try:
        held = read_manifest(folder)
    except InputError:
        return False
    return held == manifest and damaged_part(folder, manifest) is None


def _identity(described: Mapping[str, Any]) -> str:
    content = {key: value for key, value in described.items() if key != "id"}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): _hash(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sweep(folder: Path) -> None:
    """Take away what an interrupted run left behind long ago."""
    for left in folder.glob(f"{_MAKING}*"):
        if time.time() - left.stat().st_mtime > _LONG_AGO_S:
            shutil.rmtree(left, ignore_errors=True)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
