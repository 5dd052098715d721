"""Real towns go the whole way: import, check, publish, look up, map; by the command alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from boundaries.roster import HEADINGS

WANGGE = Path(sys.executable).with_name("wangge")
EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "real"

pytestmark = pytest.mark.long


def wangge(home: Path, *words: object, status: int = 0) -> str:
    """Run the command, expect its exit status, and return what it said."""
    done = subprocess.run(
        [WANGGE, "--home", home, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1", "WANGGE_LANG": "en"},
    )
    assert done.returncode == status, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def fill_in_contacts(home: Path, folder: Path) -> None:
    """Fill in the sheet of contacts with invented people, as an office would."""
    file = folder / "contacts.xlsx"
    wangge(home, "contacts", "sheet", file)
    sheet = pd.read_excel(file, dtype=str)
    sheet[HEADINGS["title"]] = sheet[HEADINGS["grid_name"]] + sheet[HEADINGS["role"]]
    sheet[HEADINGS["duties"]] = "政策宣传、矛盾调解"
    sheet[HEADINGS["duty_phone"]] = [f"0358-0{row:06d}" for row in range(len(sheet))]
    sheet[HEADINGS["verified"]] = pd.Timestamp.today().strftime("%Y-%m-%d")
    sheet.to_excel(file, index=False)
    wangge(home, "contacts", "load", file, "--apply")


def publish_and_map(home: Path) -> None:
    """Publish the newest plan, giving a reason for every warning, and write the pages."""
    wangge(home, "publish", "--reason", "*=real data of another office", "--apply")
    wangge(home, "map")
    page = home / "pages" / "public" / "index.html"
    assert "0358-0000000" in page.read_text(encoding="utf-8")


def errors(home: Path) -> set[str]:
    """Check the newest plan and return the rules of which an error stands."""
    done = subprocess.run(
        [WANGGE, "--home", home, "check", "--json"], capture_output=True, text=True, check=False
    )
    report = json.loads(done.stdout)
    assert done.returncode == (1 if report["counts"]["errors"] else 0)
    return {row["rule"] for row in report["summary"] if row["errors"]}


def looked_up(home: Path, *words: object, status: int = 0) -> dict[str, object]:
    """Return the answer to a lookup."""
    return dict(json.loads(wangge(home, "lookup", *words, "--json", status=status)))


def test_nanjing_from_openstreetmap(shared_data: Path, tmp_path: Path) -> None:
    home, data = tmp_path / "home", shared_data / "cn_nanjing_osm"
    osm = data / "cn_nanjing_osm.osm.pbf"
    ground = f"jurisdiction={data / 'study_area.geojson'}"
    wangge(home, "import", osm, "--layer", ground, "--town", "新街口", "--apply")
    wangge(home, "draft", "三级草案", "--apply")
    assert errors(home) == {"O01"}
    fill_in_contacts(home, tmp_path)
    assert errors(home) == set()
    publish_and_map(home)
    inside = looked_up(home, "--point", "118.7847,32.0436")
    assert inside["status"] == "match"
    assert [level["level"] for level in inside["levels"]] == [1, 2, 3]
    assert looked_up(home, "--point", "118.70,32.00", status=1)["status"] == "out_of_area"


def test_xinying_with_its_own_bands(shared_data: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    wangge(
        home,
        "import",
        shared_data / "tw_tainan_xinying",
        *("--mapping", EXAMPLES / "xinying.toml"),
        *("--scheme", EXAMPLES / "official_units.toml"),
        *("--town", "新營"),
        "--apply",
    )
    assert errors(home) == {"O01"}
    fill_in_contacts(home, tmp_path)
    assert errors(home) == set()
    publish_and_map(home)
    assert looked_up(home, "--point", "120.3167,23.3100")["status"] == "match"


def test_magong_finds_its_addresses_in_its_units(shared_data: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    wangge(
        home,
        "import",
        shared_data / "tw_penghu_magong",
        *("--mapping", EXAMPLES / "magong.toml"),
        *("--scheme", EXAMPLES / "official_units.toml"),
        *("--town", "馬公"),
        "--apply",
    )
    fill_in_contacts(home, tmp_path)
    assert errors(home) == set()
    publish_and_map(home)
    answer = looked_up(home, "澎湖縣馬公市中央里8鄰中央街1號")
    assert answer["status"] == "match"
