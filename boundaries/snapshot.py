"""The snapshot: the immutable, content-hashed read side of a published plan."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from boundaries.contacts import VIEWS, Contacts, View, contacts_by_grid
from boundaries.ground import read_ground, write_ground
from boundaries.manifest import (
    KNOWN_VERSION,
    MANIFEST,
    damaged_part,
    is_whole,
    making,
    read_manifest,
    settle,
    version_of,
    write_json,
)
from boundaries.overlays import Overlays, read_overlays, write_overlays
from boundaries.placement import OUTSIDE, Placement, place_grids
from boundaries.registered import AddressGrids, place_addresses
from geo.address import AddressIndex
from geo.address.regions import names_of_regions
from geo.problem import input_error
from messages import LANGUAGES

if TYPE_CHECKING:
    from boundaries.answer import Neighbour
    from boundaries.plan import Plan
    from boundaries.town import Town

_KEPT_DAYS = 16


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
    with making(snapshots_folder) as folder:
        _write_parts(town, plan, folder, progress or (lambda _: None))
        return settle(folder, _described(town, plan))


def _write_parts(town: Town, plan: Plan, folder: Path, progress: Callable[[str], object]) -> None:
    plan = plan.with_changes(grids=plan.grids.sort_values("code").reset_index(drop=True))
    town = town.with_layers(addresses=town.addresses.reset_index(drop=True))
    progress("grids")
    plan.grids.to_parquet(folder / "grids.parquet", index=False)
    names = [plan.grids[column].tolist() for column in ("code", "name", "community")]
    divided = set(plan.grids["parent"].dropna())
    write_json(folder / "names.json", [*names, [code not in divided for code in names[0]]])
    placement = place_grids(plan.grids, town.crs)
    placement.save(folder / "placement")
    write_overlays(plan.grids, folder / "overlays.parquet")
    progress("ground")
    write_ground(town, folder / "ground")
    progress("contacts")
    for view in VIEWS:
        write_json(folder / f"contacts.{view}.json", contacts_by_grid(plan.contacts, view))
    progress("addresses")
    town.addresses.to_parquet(folder / "register.parquet", index=False)
    place_addresses(town, plan, placement).save(folder / "address_grids")
    index_addresses(
        town.addresses,
        town.barriers,
        [*town.communities["code"], *town.jurisdiction["code"].dropna()],
        folder,
    )


def index_addresses(
    addresses: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    codes: Sequence[str],
    folder: Path,
) -> None:
    """Write the index of a register into a snapshot that is being made.

    Parameters
    ----------
    addresses, barriers
        Layers of the town: the register, and lines with ``kind`` and ``name``, of which the roads
        are taken.
    codes
        Codes of its communities and of itself: they tell the areas that it lies in.
    folder
        The snapshot's folder.
    """
    roads = barriers[barriers["kind"] == "road"]
    areas = names_of_regions(codes)
    AddressIndex.build(addresses, roads=roads, areas=areas).save(folder / "addresses")


def _described(town: Town, plan: Plan) -> dict[str, Any]:
    return {
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
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


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
    manifest = read_manifest(folder)
    if version_of(manifest) != KNOWN_VERSION:
        raise input_error(
            "lookup.snapshot_version",
            file=folder,
            value=version_of(manifest),
            known=KNOWN_VERSION,
        )
    part = MANIFEST if not is_whole(manifest) else None
    if part is None and verify:
        part = damaged_part(folder, manifest)
    if part is not None:
        raise input_error("lookup.snapshot_damaged", file=folder, part=part)
    return Snapshot(folder, manifest)
