"""The snapshot: the immutable, content-hashed read side of a published plan."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from boundaries.contacts import VIEWS, Contacts, View, contacts_by_grid
from boundaries.ground import read_ground, write_ground
from boundaries.overlays import Overlays, read_overlays, write_overlays
from boundaries.placement import OUTSIDE, Placement, place_grids
from boundaries.registered import AddressGrids, place_addresses
from geo.address import AddressIndex
from geo.address.index import FORMAT as ADDRESS_FORMAT
from geo.address.regions import names_of_regions
from geo.problem import InputError, input_error
from messages import LANGUAGES

if TYPE_CHECKING:
    from boundaries.answer import Neighbour
    from boundaries.plan import Plan
    from boundaries.town import Town

FORMAT = 1
MANIFEST = "manifest.json"
_KEPT_DAYS = 16
_MAKING = ".making-"
_LONG_AGO_S = 86_400


@dataclass(frozen=True)
class GridNames:
    """What a lookup says of the grids, by row."""

    codes: tuple[str, ...]
    names: tuple[str | None, ...]
    communities: tuple[str | None, ...]
    undivided: tuple[bool, ...]

    @cached_property
    def undivided_codes(self) -> frozenset[str]:
        """Codes of the grids that have no finer ones below them."""
        whole = zip(self.codes, self.undivided, strict=True)
        return frozenset(code for code, undivided in whole if undivided)


@dataclass(frozen=True)
class Snapshot:
    """An opened snapshot; everything is read when first asked for.

    Attributes
    ----------
    folder
        The snapshot's folder.
    manifest
        Format version, content hash of each part, plan, levels.
    """

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The content hash, which is the folder's name."""
        return str(self.manifest["id"])

    @property
    def levels(self) -> tuple[Mapping[str, Any], ...]:
        """Levels of the scheme: ``level``, ``name_zh``, ``name_en``, ``role``."""
        return tuple(self.manifest["levels"])

    @cached_property
    def level_names(self) -> Mapping[int, Mapping[str, str]]:
        """Names of the levels by number and language."""
        return {
            level["level"]: {language: level[f"name_{language}"] for language in LANGUAGES}
            for level in self.levels
        }

    @cached_property
    def grids(self) -> gpd.GeoDataFrame:
        """Layer ``grids`` of all levels, EPSG:4490."""
        grids: gpd.GeoDataFrame = gpd.read_parquet(self.folder / "grids.parquet")
        return grids

    @cached_property
    def names(self) -> GridNames:
        """Codes, names and communities of the grids, and which have no finer ones, by row."""
        columns = json.loads((self.folder / "names.json").read_text(encoding="utf-8"))
        return GridNames(*(tuple(column) for column in columns))

    @cached_property
    def placement(self) -> Placement:
        """Point to grid at every level."""
        return Placement.open(self.folder / "placement")

    @property
    def locator(self) -> Any:
        """The locator of the finest level's coverage."""
        return self.placement.finest().locator

    @cached_property
    def overlays(self) -> Overlays:
        """The special-purpose grids that lie on top of the others."""
        return read_overlays(self.folder / "overlays.parquet", int(self.manifest["crs"]))

    @cached_property
    def contacts(self) -> Contacts:
        """Contacts as everyone may see them."""
        return self._contacts("public")

    @cached_property
    def duty_contacts(self) -> Contacts:
        """Contacts with all that those on duty need."""
        return self._contacts("duty")

    @cached_property
    def _beyond(self) -> dict[frozenset[str], frozenset[int]]:
        return {}

    def beyond(self, communities: frozenset[str]) -> frozenset[int]:
        """Return the rows of the grids that lie in none of some communities, and `OUTSIDE`.

        No communities stand for all; a grid of no community lies in any.
        """
        rows = self._beyond.get(communities)
        if rows is None:
            allowed = communities or set(self.names.communities)
            held = enumerate(self.names.communities)
            others = {row for row, each in held if each is not None and each not in allowed}
            rows = self._beyond[communities] = frozenset({OUTSIDE, *others})
        return rows

    @cached_property
    def neighbours(self) -> dict[int, Neighbour]:
        """The place for what is said of a face across a border, by face."""
        return {}

    @cached_property
    def _made(self) -> dict[tuple[View, date], dict[Any, Any]]:
        return {}

    def made_answers(self, view: View, day: date) -> dict[Any, Any]:
        """Return the place for answers that hold for one view and one day."""
        made = self._made
        if (view, day) not in made and len(made) >= _KEPT_DAYS:
            made.clear()
        return made.setdefault((view, day), {})

    def contacts_view(self, view: View) -> Contacts:
        """Return the contacts in the view named."""
        return self.contacts if view == "public" else self.duty_contacts

    def _contacts(self, view: View) -> Contacts:
        path = self.folder / f"contacts.{view}.json"
        return Contacts(json.loads(path.read_text(encoding="utf-8")))

    def ground(self, layer: str) -> gpd.GeoDataFrame:
        """Return a layer that pages draw under the grids; see `boundaries.ground`."""
        return read_ground(self.folder / "ground", layer)

    @cached_property
    def addresses(self) -> AddressIndex:
        """The index of the address register."""
        return AddressIndex.open(self.folder / "addresses")

    @cached_property
    def address_grids(self) -> AddressGrids:
        """The grids of every address of the register."""
        return AddressGrids.open(self.folder / "address_grids")

    @cached_property
    def register(self) -> gpd.GeoDataFrame:
        """Layer ``addresses``, rows in the index's order, EPSG:4490."""
        register: gpd.GeoDataFrame = gpd.read_parquet(self.folder / "register.parquet")
        return register


def build_snapshot(
    town: Town,
    plan: Plan,
    snapshots_folder: Path,
    *,
    progress: Callable[[str], object] | None = None,
) -> str:
    """Write the snapshot of a plan; identical input gives the same snapshot.

    Parameters
    ----------
    town, plan
        What is published.
    snapshots_folder
        Folder of all snapshots; made where missing.
    progress
        Called with the name of each part before it is made.

    Returns
    -------
    str
        Content hash, the name of the snapshot's folder.

    Raises
    ------
    InputError
        The plan has no grids, or they are no coverage.
    """
    if not len(plan.grids):
        raise input_error("lookup.no_grids", value=plan.name)
    snapshots_folder.mkdir(parents=True, exist_ok=True)
    _sweep(snapshots_folder)
    making = Path(tempfile.mkdtemp(prefix=_MAKING, dir=snapshots_folder))
    try:
        _write_parts(town, plan, making, progress or (lambda _: None))
        identity = _write_manifest(town, plan, making)
        _settle(making, snapshots_folder / identity)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return identity


def _write_parts(town: Town, plan: Plan, folder: Path, progress: Callable[[str], object]) -> None:
    plan = plan.with_changes(grids=plan.grids.sort_values("code").reset_index(drop=True))
    town = town.with_layers(addresses=town.addresses.reset_index(drop=True))
    progress("grids")
    plan.grids.to_parquet(folder / "grids.parquet", index=False)
    names = [plan.grids[column].tolist() for column in ("code", "name", "community")]
    divided = set(plan.grids["parent"].dropna())
    _write_json(folder / "names.json", [*names, [code not in divided for code in names[0]]])
    placement = place_grids(plan.grids, town.crs)
    placement.save(folder / "placement")
    write_overlays(plan.grids, folder / "overlays.parquet")
    progress("ground")
    write_ground(town, folder / "ground")
    progress("contacts")
    for view in VIEWS:
        _write_json(folder / f"contacts.{view}.json", contacts_by_grid(plan.contacts, view))
    progress("addresses")
    town.addresses.to_parquet(folder / "register.parquet", index=False)
    place_addresses(town, plan, placement).save(folder / "address_grids")
    roads = town.barriers[town.barriers["kind"] == "road"]
    codes = [*town.communities["code"], *town.jurisdiction["code"].dropna()]
    areas = names_of_regions(codes)
    AddressIndex.build(town.addresses, roads=roads, areas=areas).save(folder / "addresses")


def _write_json(path: Path, value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    path.write_text(text, encoding="utf-8")


def _write_manifest(town: Town, plan: Plan, folder: Path) -> str:
    described = {
        "format": FORMAT,
        "address_format": ADDRESS_FORMAT,
        "plan": {
            "id": plan.id,
            "name": plan.name,
            "effective_from": _moment(plan.effective_from),
            "effective_to": _moment(plan.effective_to),
        },
        "town": town.name,
        "crs": town.crs.to_epsg(),
        "levels": [
            {
                "level": level.level,
                "name_zh": level.name_zh,
                "name_en": level.name_en,
                "role": level.role,
            }
            for level in town.scheme.levels
        ],
        "grids": len(plan.grids),
        "addresses": len(town.addresses),
        "parts": _hashes(folder),
    }
    identity = _identity(described)
    _write_json(folder / MANIFEST, {**described, "id": identity})
    return identity


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


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


def _settle(making: Path, final: Path) -> None:
    """Put a finished folder in its place, at once and for good."""
    for path in sorted(making.rglob("*"), reverse=True):
        _flush(path)
    _flush(making)
    if final.is_dir():
        if _is_intact(final):
            return
        shutil.rmtree(final)
    making.chmod(0o755)
    making.rename(final)
    _flush(final.parent)


def _is_intact(folder: Path) -> bool:
    try:
        open_snapshot(folder)
    except InputError:
        return False
    return True


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


def open_snapshot(folder: Path, *, verify: bool = True) -> Snapshot:
    """Open a snapshot.

    Parameters
    ----------
    folder
        The snapshot's folder.
    verify
        Compare every part with the manifest's hash first.

    Raises
    ------
    InputError
        There is none, it is damaged, or another version wrote it.
    """
    if not folder.is_dir():
        raise input_error("lookup.snapshot_missing", file=folder)
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        version = (manifest["format"], manifest.get("address_format", 0))
        known = (FORMAT, ADDRESS_FORMAT)
        if version != known:
            raise input_error(
                "lookup.snapshot_version",
                file=folder,
                value=".".join(map(str, version)),
                known=".".join(map(str, known)),
            )
        intact = _identity(manifest) == manifest["id"]
        parts = dict(manifest["parts"])
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise input_error("lookup.snapshot_damaged", file=folder, part=MANIFEST) from error
    if not intact:
        raise input_error("lookup.snapshot_damaged", file=folder, part=MANIFEST)
    if verify:
        for part, expected in parts.items():
            path = folder / part
            if not path.is_file() or _hash(path) != expected:
                raise input_error("lookup.snapshot_damaged", file=folder, part=part)
    return Snapshot(folder, manifest)
