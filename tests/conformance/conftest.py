"""The planted suites: folder set by WANGGE_COVERAGE_DATA, file names as in the shared data."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

_READER = Path(__file__).resolve().parents[2] / "benchmarks" / "planted.py"


@pytest.fixture(scope="session")
def planted_data() -> ModuleType:
    """Return the reader that the benchmarks use, too."""
    specification = importlib.util.spec_from_file_location("planted", _READER)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules["planted"] = module
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def coverage_data(request: pytest.FixtureRequest) -> Path:
    """Return the folder of the planted suites; skip where it is absent."""
    if "WANGGE_COVERAGE_DATA" in os.environ:
        folder = Path(os.environ["WANGGE_COVERAGE_DATA"])
    else:
        folder = request.getfixturevalue("shared_data") / "coverage"
    if not (folder / "planted_A.json").is_file():
        pytest.skip(f"no planted suites at {folder}; set WANGGE_COVERAGE_DATA to their folder")
    return folder
