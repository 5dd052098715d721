"""`wangge alias`: names that callers use: propose, list, approve, reject."""

from __future__ import annotations

from typing import Annotated

import typer

from boundaries.aliasing import proposed, with_learnt_aliases
from boundaries.readside import ReadSide
from boundaries.store import AliasRecord, AliasState, Store
from cli.options import AsJson, TownName, actor, day, home_of, opened_store
from cli.screen import both, languages_of_help, out, print_json, table, tell
from geo.aliases import Alias, AliasKind

aliases = typer.Typer(help=languages_of_help("aliases.help"), no_args_is_help=True)

Ids = Annotated[list[str], typer.Argument(help=both("aliases.ids"))]
Kind = Annotated[AliasKind | None, typer.Option("--kind", help=both("aliases.kind"))]


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.add_typer(aliases, name="alias")


@aliases.command("propose", help=languages_of_help("aliases.propose_help"))
def propose(
    context: typer.Context,
    said: Annotated[str, typer.Argument(help=both("aliases.said"))],
    meant: Annotated[str, typer.Argument(help=both("aliases.meant"))],
    kind: Kind = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Propose the name in a caller's words for the compound that was meant."""
    home = home_of(context)
    found = proposed(ReadSide(home).in_force(), said, meant)
    if found is None:
        if as_json:
            print_json({"alias": None})
        else:
            tell("aliases.nothing_new")
        return
    with opened_store(home) as store:
        kept = store.propose_alias(
            found.town,
            alias=found.alias,
            compound=found.compound,
            township=found.township,
            kind=kind,
            actor=actor(),
        )
    if as_json:
        print_json({"alias": kept.as_dict()})
    else:
        tell("aliases.proposed", alias=kept.alias, compound=kept.compound, id=kept.id)


@aliases.command("list", help=languages_of_help("aliases.list_help"))
def listing(
    context: typer.Context,
    town: TownName = None,
    state: Annotated[AliasState | None, typer.Option("--state", help=both("aliases.state"))] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the names, with those whose compound has left the register marked."""
    with opened_store(home_of(context)) as store:
        found = store.aliases(town=town, state=state)
        unplaced = _unplaced(store, found)
    if as_json:
        print_json([{**one.as_dict(), "in_register": one.id not in unplaced} for one in found])
        return
    if not found:
        tell("aliases.none")
        return
    shown = table(
        *(
            f"aliases.heading_{name}"
            for name in ("id", "alias", "compound", "kind", "state", "times")
        ),
        whole=("aliases.heading_id",),
    )
    for one in found:
        gone = one.id in unplaced and one.state is AliasState.APPROVED
        period = Alias(one.alias, one.kind, one.valid_from, one.valid_until).period
        shown.add_row(
            one.id,
            one.alias,
            one.compound,
            "" if one.kind is None else f"{both(f'aliases.kind_{one.kind.value}')} {period}",
            both(f"aliases.state_{'unplaced' if gone else one.state.value}"),
            str(one.times),
        )
    out.print(shown)


def _unplaced(store: Store, found: list[AliasRecord]) -> frozenset[str]:
    """Return the IDs of the names whose compound the register no longer has."""
    gone: set[str] = set()
    for town in {one.town for one in found}:
        own = [one for one in found if one.town == town]
        gone |= {one.id for one in with_learnt_aliases(store.load_town(town), own)[1]}
    return frozenset(gone)


@aliases.command("approve", help=languages_of_help("aliases.approve_help"))
def approve(
    context: typer.Context,
    ids: Ids,
    kind: Kind = None,
    since: Annotated[str | None, typer.Option("--from", help=both("aliases.valid_from"))] = None,
    until: Annotated[str | None, typer.Option("--to", help=both("aliases.valid_until"))] = None,
) -> None:
    """Approve names."""
    with opened_store(home_of(context)) as store:
        for one in ids:
            store.decide_alias(
                one,
                AliasState.APPROVED,
                actor=actor(),
                kind=kind,
                valid_from=day(since, option="--from"),
                valid_until=day(until, option="--to"),
            )
    tell("aliases.decided_approved", number=len(ids))


@aliases.command("reject", help=languages_of_help("aliases.reject_help"))
def reject(context: typer.Context, ids: Ids) -> None:
    """Reject names."""
    with opened_store(home_of(context)) as store:
        for one in ids:
            store.decide_alias(one, AliasState.REJECTED, actor=actor())
    tell("aliases.decided_rejected", number=len(ids))


@aliases.command("forget", help=languages_of_help("aliases.forget_help"))
def forget(context: typer.Context, ids: Ids) -> None:
    """Remove names."""
    with opened_store(home_of(context)) as store:
        for one in ids:
            store.forget_alias(one, actor=actor())
    tell("aliases.forgotten", number=len(ids))
