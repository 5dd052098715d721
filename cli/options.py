"""Options that several commands share."""

from __future__ import annotations

import getpass
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from boundaries.home import Home
from boundaries.scheme import Scheme, default_scheme, read_scheme
from boundaries.zone import CHINA
from cli.screen import both
from geo.problem import input_error

if TYPE_CHECKING:
    from boundaries.store import Store

AsJson = Annotated[bool, typer.Option("--json", help=both("cli.option_json"))]
TownName = Annotated[str | None, typer.Option("--town", help=both("cli.option_town"))]
SchemeFile = Annotated[
    Path | None, typer.Option("--scheme", help=both("cli.option_scheme"), dir_okay=False)
]
PlanId = Annotated[str | None, typer.Option("--plan", help=both("cli.option_plan"))]


def home_of(context: typer.Context) -> Home:
    """Return the home that the command was called with.

    Raises
    ------
    InputError
        Its folder does not exist. Where the store is a database, that may be so.
    """
    home = new_home_of(context)
    if home.database_url is None and not home.folder.is_dir():
        raise input_error("cli.no_home", value=home.folder)
    return home


def new_home_of(context: typer.Context) -> Home:
    """Return the home that the command was called with, for commands that may make it."""
    home = context.find_object(Home)
    if home is None:
        raise LookupError("the command was called without a home")
    return home


def opened_store(home: Home) -> Store:
    """Open the store of a home; the folder and an embedded store are made where missing."""
    from boundaries.store import open_store  # noqa: PLC0415 - lookups need no database

    home.folder.mkdir(parents=True, exist_ok=True)
    return open_store(home.store_url)


def chosen_scheme(path: Path | None) -> Scheme:
    """Return the scheme of a file, or the shipped one."""
    return default_scheme() if path is None else read_scheme(path)


def chosen_town(store: Store, name: str | None) -> str:
    """Return the town named, or the only one of the store."""
    towns = store.towns()
    if name is not None:
        if name not in towns:
            raise input_error("cli.no_such_town", value=name, known="、".join(towns) or "—")
        return name
    if len(towns) != 1:
        raise input_error("cli.which_town", known="、".join(towns) or "—")
    return towns[0]


def chosen_plan(store: Store, plan_id: str | None, town: str | None = None) -> str:
    """Return the plan named by ID or by name, or the newest of the town."""
    records = store.plans(town)
    if plan_id is None:
        if not records:
            raise input_error("cli.no_plan")
        return max(records, key=lambda record: (record.created_at, record.id)).id
    found = [record.id for record in records if plan_id in (record.id, record.name)]
    if len(found) != 1:
        known = "、".join(f"{record.id} {record.name}" for record in records) or "—"
        raise input_error("cli.no_such_plan", value=plan_id, known=known)
    return found[0]


def moment(text: str | None, *, option: str) -> datetime | None:
    """Return an aware moment from ``2026-12-01`` (its first instant) or an ISO date-time.

    Without a zone of its own, China's holds, as for the API and the pages.
    """
    if text is None:
        return None
    try:
        if len(text) == len("2026-12-01"):
            parsed = datetime.combine(date.fromisoformat(text), time())
        else:
            parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise input_error("cli.bad_moment", column=option, value=text) from error
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=CHINA)


def day(text: str | None, *, option: str) -> date | None:
    """Return a day from ``2026-12-01``."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise input_error("aliases.not_a_day", column=option, value=text) from error


def actor() -> str:
    """Return who is acting, for the history: the account's name."""
    return getpass.getuser()
