"""What the store's tests run in processes of their own, some of them to be killed.

Each task writes a line to a file, in one piece, for every commit that was acknowledged.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from boundaries.home import Home
from boundaries.lifecycle import publish
from boundaries.plan import Plan
from boundaries.store import StalePlanError, open_store

FIRST_DAY = datetime(2030, 1, 1, tzinfo=UTC)


def start(task: Callable[..., None], said: Path, *arguments: Any) -> BaseProcess:
    """Run a task in a process of its own, forked from one that has imported everything."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["boundaries.lifecycle"])
    process = context.Process(target=task, args=(said, *arguments), daemon=True)
    process.start()
    return process


def lines_of(said: Path) -> list[list[str]]:
    """Return what a task has said so far, as words by line."""
    return [line.split() for line in said.read_text().splitlines()] if said.exists() else []


def _say(said: Path, *words: object) -> None:
    descriptor = os.open(said, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, (" ".join(map(str, words)) + "\n").encode())
    os.close(descriptor)


def add_households(said: Path, url: str, plan_id: str, times: int) -> None:
    """Add one household to the first grid, as one step, some times."""
    with open_store(url) as store:
        for _ in range(times):
            store.update_plan(plan_id, _with_one_more, actor="adder")
            _say(said, "added")


def add_households_as_editor(said: Path, url: str, plan_id: str, times: int) -> None:
    """Do the same with a reading and a writing apart, reading again when told so."""
    done = 0
    with open_store(url) as store:
        while done < times:
            try:
                store.save_plan(_with_one_more(store.load_plan(plan_id)), actor="editor")
            except StalePlanError:
                continue
            done += 1
            _say(said, "added")


def _with_one_more(plan: Plan) -> Plan:
    grids = plan.grids.copy()
    grids.loc[0, "households"] = grids.loc[0, "households"] + 1
    return plan.with_changes(grids=grids)


def keep_importing(said: Path, url: str, plan_id: str) -> None:
    """Import a plan and its town, with more or fewer buildings, again and again."""
    number = 0
    with open_store(url) as store:
        plan = store.load_plan(plan_id).with_changes(id="")
        town = store.load_town(plan.town)
        while True:
            number += 1
            fewer = town.with_layers(buildings=town.buildings.iloc[: number % 7 + 1])
            fewer = replace(fewer, revision=store.town_revision(plan.town))
            saved = store.save_import(fewer, plan, actor="importer")
            _say(said, saved.id if saved else None, len(plan.grids))


def keep_publishing(said: Path, url: str, home: Home, plan_ids: list[str]) -> None:
    """Publish one plan after the other, a day apart; those that are published are left out."""
    with open_store(url) as store:
        for number, plan_id in enumerate(plan_ids):
            if any(record.id == plan_id and record.effective_from for record in store.plans()):
                continue
            publication = publish(
                store,
                home,
                plan_id,
                effective_from=FIRST_DAY + timedelta(days=number),
                reasons={"*": "test"},
                actor="publisher",
            )
            _say(said, publication.id, publication.plan, publication.snapshot)
