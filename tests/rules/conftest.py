"""The town that the rules are tried on."""

from __future__ import annotations

import pytest
from compliant import Small, compliant


@pytest.fixture
def small() -> Small:
    """Return a compliant town of 2 communities and 6 / 30 / 150 grids."""
    return compliant()
