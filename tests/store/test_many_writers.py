"""Several processes write at once, and no one's work is lost."""

import pytest
from store_worker import add_households, add_households_as_editor, lines_of, start

from boundaries.plan import Plan
from boundaries.town import Town


@pytest.mark.parametrize("task", [add_households, add_households_as_editor])
def test_no_update_is_lost_between_processes(store, store_url, mini_demo, tmp_path, task):
    town, whole = mini_demo
    grids = whole.grids.iloc[:3].assign(households=100).astype({"households": "Int64"})
    plan = Plan.of("p", town.name, grids)
    saved = store.save_import(Town.empty(town.name, town.scheme), plan, actor="ann")
    processes, times = 4, 6
    running = [
        start(task, tmp_path / str(number), store_url, saved.id, times)
        for number in range(processes)
    ]
    for process in running:
        process.join(timeout=120)
        assert process.exitcode == 0
    acknowledged = sum(len(lines_of(tmp_path / str(number))) for number in range(processes))
    found = store.load_plan(saved.id)
    assert acknowledged == processes * times
    assert int(found.grids["households"].iloc[0]) == 100 + acknowledged
    assert found.revision == 1 + acknowledged
