"""`wangge mend` keeps what it makes, with what was accepted with the plan before."""

from __future__ import annotations

from datetime import UTC, datetime

from boundaries.acceptance import Acceptance
from boundaries.home import Home
from boundaries.store import open_store

LEDGER = Acceptance(
    finding="S02-0123456789ab",
    rule="S02",
    kind="short",
    severity="W",
    level=None,
    grids=(),
    said={"zh": "少", "en": "few"},
    geometry=None,
    reason="明年清点",
    accepted_by="李",
    accepted_at=datetime(2026, 6, 1, tzinfo=UTC),
)


def test_a_mended_plan_keeps_what_was_accepted(mini_town, mini_plan, tmp_path, wangge):
    home = Home(tmp_path / "home")
    home.folder.mkdir()
    with open_store(home.store_url) as store:
        before = store.save_import(
            mini_town, mini_plan.with_changes(accepted=(LEDGER,)), actor="ann"
        )
    status, _, err = wangge("mend", before.id, "--name", "修补后", "--time-limit", "1", "--apply")
    assert status == 0, err
    lists = home.pages / before.id
    heading = (lists / "contacts.csv").read_text("utf-8-sig").splitlines()[0]
    assert {"id", "grid", "role", "name", "state"} <= set(heading.split(","))
    with open_store(home.store_url) as store:
        mended = next(record for record in store.plans() if record.name == "修补后")
        assert mended.id != before.id
        assert store.accepted(mended.id) == (LEDGER,)
        assert store.town_revision(mini_town.name) == 2
