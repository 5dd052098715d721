"""Fixtures that every test may use."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

# Each test file is imported by itself; what several share lies beside this file.
sys.path.insert(0, str(Path(__file__).parent))

pytest_plugins = ("store_fixtures", "served")

_BESIDE_THE_PROJECT = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real and planted data sets; skip where it is absent."""
    folder = Path(os.environ.get("WANGGE_SHARED_DATA", _BESIDE_THE_PROJECT))
    if not folder.is_dir():
        pytest.skip(f"no data sets at {folder}; set WANGGE_SHARED_DATA to their folder")
    return folder
