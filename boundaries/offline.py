"""The offline copy: publications and their snapshots in one file, for a machine without either."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path

from boundaries.home import Home
from boundaries.readside import Published, ReadSide
from boundaries.snapshot import Snapshot, open_snapshot
from geo.problem import input_error

_TIMELESS = (2000, 1, 1, 0, 0, 0)
_PUBLISHED = "published.json"
_EVER = datetime(1, 1, 1, tzinfo=UTC)


def export_offline(
    home: Home, path: Path, *, at: datetime | None = None, past: bool = False
) -> tuple[str, ...]:
    """Write one file that answers lookups just as the home does.

    Parameters
    ----------
    home
        The deployment.
    path
        File to write; the same publications give the same bytes.
    at
        Moment from which on the copy shall answer, now by default: what is in force then, and
        what is published for later.
    past
        Take along all earlier publications too.

    Returns
    -------
    tuple of str
        Content hashes of the snapshots in the file.

    Raises
    ------
    InputError
        Nothing is published, or a snapshot is damaged.
    """
    read_side = ReadSide(home)
    moment = at or datetime.now(UTC)
    chosen = [
        each
        for each in read_side.publications()
        if past or each.effective_to is None or each.effective_to > moment
    ]
    if not chosen:
        raise input_error("offline.nothing", file=home.published)
    snapshots = tuple(sorted({each.snapshot for each in chosen}))
    for identity in snapshots:
        read_side.snapshot(identity)  # verified before it leaves
    wanted = {each.id for each in chosen}
    listed = json.loads(home.published.read_text(encoding="utf-8"))
    listed["publications"] = [each for each in listed["publications"] if each["id"] in wanted]
    making = path.with_name(f".{path.name}.making")
    with zipfile.ZipFile(making, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            zipfile.ZipInfo(_PUBLISHED, _TIMELESS), json.dumps(listed, ensure_ascii=False)
        )
        for identity in snapshots:
            _add_folder(archive, home.snapshots / identity, f"snapshots/{identity}")
    making.rename(path)
    return snapshots


def _add_folder(archive: zipfile.ZipFile, folder: Path, name: str) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            entry = zipfile.ZipInfo(f"{name}/{path.relative_to(folder).as_posix()}", _TIMELESS)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with path.open("rb") as source, archive.open(entry, "w") as target:
                shutil.copyfileobj(source, target, 1 << 20)


def open_offline(path: Path, *, cache: Path | None = None) -> ReadSide:
    """Open an offline copy, or a snapshot's folder as if it were in force in its plan's period.

    A copy is unpacked once; its snapshots are verified as those of any home.

    Parameters
    ----------
    path
        File of `export_offline`, or the folder of a snapshot.
    cache
        Folder to unpack to; by default the user's cache folder.

    Raises
    ------
    InputError
        It is missing, damaged or no such file.
    """
    if path.is_dir():
        return _OneSnapshot(open_snapshot(path))
    if not path.is_file():
        raise input_error("offline.missing", file=path)
    with path.open("rb") as file:
        identity = hashlib.file_digest(file, "sha256").hexdigest()
    folder = (cache or _cache()) / identity
    if not folder.is_dir():
        _unpack(path, folder)
    return ReadSide(Home(folder))


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "wangge" / "offline"


def _unpack(path: Path, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=".making-", dir=folder.parent))
    try:
        with zipfile.ZipFile(path) as archive:
            if _PUBLISHED not in archive.namelist():
                raise input_error("offline.damaged", file=path, reason=_PUBLISHED)
            archive.extractall(making)
        if not folder.is_dir():
            making.rename(folder)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise input_error("offline.damaged", file=path, reason=str(error)) from error
    finally:
        shutil.rmtree(making, ignore_errors=True)


class _OneSnapshot(ReadSide):
    """The read side of a lone snapshot, in force as its manifest says."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(Home(snapshot.folder))
        plan = snapshot.manifest["plan"]
        start, end = plan["effective_from"], plan["effective_to"]
        self._only = snapshot
        self._entry = Published(
            id=snapshot.id,
            plan=plan["id"],
            plan_name=plan["name"],
            town=snapshot.manifest["town"],
            communities=frozenset(),
            effective_from=datetime.fromisoformat(start) if start else _EVER,
            effective_to=datetime.fromisoformat(end) if end else None,
            recorded_at=None,
            snapshot=snapshot.id,
        )

    def publications(self) -> tuple[Published, ...]:
        return (self._entry,)

    def snapshot(self, identity: str) -> Snapshot:
        del identity
        return self._only
