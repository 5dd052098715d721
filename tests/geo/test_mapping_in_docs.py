"""The mapping files shown in the documentation are mapping files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from geo.layers import read_mapping

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "importing.md"
_SHOWN = re.findall(r"```toml\n(.*?)```", _PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("text", _SHOWN)
def test_what_is_shown_is_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(text, "utf-8")
    assert read_mapping(path).layers
