"""`wangge demo`: the whole way once, from a town's files to the pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from boundaries.check import check
from boundaries.home import Home
from boundaries.importing import read_files
from boundaries.lifecycle import publish
from boundaries.lookup import lookup_address, lookup_point
from boundaries.plan import Plan
from boundaries.readside import ReadSide
from boundaries.scheme import default_scheme
from boundaries.town import TOWN_LAYERS, Town
from boundaries.zone import CHINA
from cli.answering import show_answer
from cli.checking import show_report, write_report
from cli.options import actor, new_home_of, opened_store
from cli.screen import both, languages_of_help, out, progress_bar, tell
from geo.aliases import read_aliases
from geo.layers import write_layer

_INPUT = "input"
_ACCEPTED = "示例数据 · example data"


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("demo", help=languages_of_help("demo.help"))(demo)


def demo(
    context: typer.Context,
    seed: Annotated[int, typer.Option(min=0, help=both("demo.seed"))] = 7,
    scale: Annotated[float, typer.Option(min=0.05, max=100, help=both("demo.scale"))] = 1.0,
) -> None:
    """Build the demo town, import, check, publish, look up and map it."""
    from examples.town import demo_town  # noqa: PLC0415 - the generator is for the demo alone
    from maps.site import write_site  # noqa: PLC0415 - folium is only loaded where it draws

    home = new_home_of(context)
    _heading("demo.step_build")
    town, plan = demo_town(seed, scale)
    files = write_files(town, plan, home.folder / _INPUT)
    tell("demo.built", folder=files, households=int(town.communities["households"].sum()))
    _heading("demo.step_import")
    town, plan = _imported(home, files, town.name, plan.name)
    tell("demo.imported", buildings=len(town.buildings), addresses=len(town.addresses))
    _heading("demo.step_check")
    now = datetime.now(UTC)
    with progress_bar() as progress:
        report = check(town, plan, at=now, progress=progress)
    review = write_report(town, plan, report, home.pages / "review")[-1]
    show_report(report)
    _heading("demo.step_publish")
    with opened_store(home) as store:
        publication = publish(
            store,
            home,
            plan.id,
            reasons=dict.fromkeys(report.reasons_needed(), _ACCEPTED),
            actor=actor(),
        )
    tell("demo.published", start=f"{publication.effective_from.astimezone(CHINA):%Y-%m-%d %H:%M}")
    _heading("demo.step_lookup")
    _show_lookups(ReadSide(home), town)
    _heading("demo.step_map")
    pages = write_site(ReadSide(home), home.pages / "public")
    for path in (*pages, review):
        out.print(f"  {path}")
    tell("demo.done")


def write_files(town: Town, plan: Plan, folder: Path) -> Path:
    """Write a town and its plan as the files that an office would hand over; return the folder.

    The layers go to one GeoPackage, who answers and which building belongs to which grid to CSV.
    """
    folder.mkdir(parents=True, exist_ok=True)
    layers = folder / "town.gpkg"
    layers.unlink(missing_ok=True)
    for layer in TOWN_LAYERS:
        write_layer(getattr(town, layer), layers, layer)
    write_layer(plan.grids, layers, "grids")
    write_layer(plan.assignments, folder / "assignments.csv", "assignments")
    write_layer(plan.contacts, folder / "contacts.csv", "contacts")
    return folder


def _imported(home: Home, files: Path, name: str, plan_name: str) -> tuple[Town, Plan]:
    imported = read_files([files], name, default_scheme(), plan_name=plan_name)
    with opened_store(home) as store:
        town = replace(imported.town, revision=store.town_revision(name))
        stored = store.save_import(town, imported.plan, actor=actor())
    if stored is None:
        raise LookupError("the demo's files hold no grids")
    return town, stored


def _show_lookups(read_side: ReadSide, town: Town) -> None:
    """Look up a stair, an old name, a house, a compound, and a point."""
    register = town.addresses
    examples = [
        register.loc[register["stair"].notna(), "text"].iloc[0],
        *(
            f"{read_aliases(row['aliases'])[0].name}{row['building']}号楼{row['stair']}单元"
            for _, row in register[register["aliases"].notna() & register["stair"].notna()]
            .head(1)
            .iterrows()
        ),
        *register.loc[register["village"].notna(), "text"].tail(1),
        *register.loc[register["compound"].notna() & register["stair"].notna(), "compound"].tail(1),
    ]
    for text in examples:
        out.print(f"\n[bold]{escape(text)}[/bold]")
        show_answer(lookup_address(read_side, text, view="public"))
    place = register.geometry.iloc[len(register) // 2]
    out.print(f"\n[bold]{place.x:.6f},{place.y:.6f}[/bold]")
    show_answer(lookup_point(read_side, place.x, place.y, view="public"))


def _heading(key: str) -> None:
    out.print()
    out.rule(both(key), style="cyan", align="left")
