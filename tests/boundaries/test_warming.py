"""Everything works without numba, and one command compiles everything with it."""

from __future__ import annotations

import subprocess
import sys

import pytest

WITHOUT_NUMBA = """
import sys
sys.modules["numba"] = None
import numpy as np
import shapely
from boundaries.warming import warm
from geo.locate import Locator
from geo.locate import warm as warm_locator

assert warm() is False
assert warm_locator() is False
locator = Locator.build([shapely.box(0, 0, 30, 30), shapely.box(30, 0, 60, 30)], steps=1.0)
x = np.tile([5.0, 30.0, 45.0, 60.0, 99.0], 20_000)
found = locator.locate(x, np.full(x.shape, 5.0)).reshape(-1, 5)
assert (found == [0, 1, 1, 1, -1]).all()
assert [locator.one(each, 5.0) for each in x[:5]] == [0, 1, 1, 1, -1]
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False
    )


def test_points_are_located_without_numba():
    done = run(WITHOUT_NUMBA)
    assert done.returncode == 0, done.stderr
    assert "numba is not installed" in done.stdout


def test_one_command_compiles_all_kernels_and_says_so(capsys: pytest.CaptureFixture[str]):
    pytest.importorskip("numba")
    from boundaries.warming import warm  # noqa: PLC0415 - loads numba

    assert warm()
    assert "The kernels are ready" in capsys.readouterr().out
