"""`wangge plans`: what plans there are. `wangge draft`: draw one. `wangge mend`: mend one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from boundaries.draft import Drafted, Wishes, draft_plan, mend_plan
from boundaries.draft.beforehand import Beforehand
from boundaries.draft.keeping import Kept
from boundaries.earlier import history_of
from boundaries.estimate import estimate_households
from boundaries.scheme import WEIGHT_RANGE, Weights
from cli.keeping import LockBorder, LockLines, Together, borders_of, groups_of, lines_of
from cli.mended import show_mended, show_notes, write_mended
from cli.options import AsJson, TownName, actor, chosen_plan, chosen_town, home_of, opened_store
from cli.screen import (
    both,
    languages_of_help,
    out,
    print_json,
    progress_bar,
    table,
    tell,
    tell_message,
)
from geo.problem import input_error

_MOST_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.command("draft", help=languages_of_help("draft.command_help"))(draft)
    app.command("mend", help=languages_of_help("draft.mend_help"))(mend)


def draft(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help=both("cli.draft_name"))],
    town: TownName = None,
    *,
    levels: Annotated[int | None, typer.Option(min=1, help=both("draft.option_levels"))] = None,
    seed: Annotated[int, typer.Option(min=0, help=both("draft.option_seed"))] = 0,
    polish: Annotated[bool, typer.Option("--polish", help=both("draft.option_polish"))] = False,
    seconds: Annotated[
        float, typer.Option("--time-limit", min=0, help=both("draft.option_seconds"))
    ] = float("inf"),
    weight: Annotated[
        list[str] | None, typer.Option("--weight", help=both("draft.option_weight"))
    ] = None,
    grids: Annotated[
        list[str] | None, typer.Option("--grids", help=both("draft.option_targets"))
    ] = None,
    lock: Annotated[
        list[str] | None, typer.Option("--lock", help=both("draft.option_lock"))
    ] = None,
    base: Annotated[str | None, typer.Option("--from", help=both("draft.option_from"))] = None,
    lock_border: LockBorder = None,
    lock_lines: LockLines = None,
    together: Together = None,
    apply: Annotated[bool, typer.Option("--apply", help=both("cli.option_apply"))] = False,
    as_json: AsJson = False,
) -> None:
    """Draw grids of all levels, one inside the other."""
    with opened_store(home_of(context)) as store:
        served = store.load_town(chosen_town(store, town))
        if levels is not None and levels > len(served.scheme.levels):
            raise input_error("draft.no_such_level", value=levels, levels=len(served.scheme.levels))
        if served.buildings["households"].isna().any():
            served = estimate_households(served)
        pairs = borders_of(lock_border)
        today = None
        if lock or pairs:
            today = store.load_plan(chosen_plan(store, base, served.name))
        with progress_bar() as progress:
            task = progress.add_task(both("draft.drawing"), total=100)
            wishes = Wishes(
                levels=levels,
                seed=seed,
                polish=polish,
                seconds=seconds,
                weights=weights_of(served.scheme.weights, weight or ()),
                targets=dict(_target(text) for text in grids or ()),
                locked=None if today is None or not lock else (today, lock),
                borders=None if today is None else (today, pairs),
                lines=lines_of(served, lock_lines),
                together=groups_of(together),
                foretold=lambda said: None if as_json else _show_beforehand(said, progress),
                told=lambda share: progress.update(task, completed=round(100 * share)),
            )
            drafted = draft_plan(served, name, wishes)
        if as_json:
            print_json(drafted.as_dict())
        else:
            show_drafted(drafted)
        if not apply:
            if not as_json:
                tell("cli.dry_run")
            return
        saved = store.save_import(drafted.town, drafted.plan, actor=actor())
        if not as_json:
            tell("cli.saved_plan", plan="" if saved is None else saved.id)


def _show_beforehand(said: Beforehand, progress: Progress) -> None:
    """Say what cannot be met before anything is drawn."""
    progress.stop()
    show_notes(said.notes)
    progress.start()


def weights_of(usual: Weights, given: Iterable[str]) -> Weights:
    """Return the scheme's weights with those that were given, such as ``borders=2``."""
    known = asdict(usual)
    for text in given:
        name, _, value = text.partition("=")
        try:
            usual = replace(usual, **{name: float(value)})
        except (TypeError, ValueError) as error:
            raise input_error(
                "draft.not_a_weight",
                column="--weight",
                value=text,
                known=", ".join(known),
                low=WEIGHT_RANGE[0],
                high=WEIGHT_RANGE[1],
            ) from error
    return usual


def _target(text: str) -> tuple[int, int]:
    """Return the level and the number of grids that ``1=75`` names."""
    level, _, count = text.partition("=")
    if not (level.isdecimal() and count.isdecimal()):
        raise input_error("draft.not_a_target", column="--grids", value=text)
    return int(level), int(count)


def show_drafted(drafted: Drafted) -> None:
    """Show what a draft is like, and why each grid off its band is off."""
    shown = table(
        "draft.heading_level",
        "cli.heading_grids",
        "draft.heading_in_band",
        "draft.heading_compactness",
        "draft.heading_barrier",
    )
    for level in drafted.levels:
        shown.add_row(
            str(level.level),
            str(level.grids),
            f"{level.in_band}",
            f"{level.compactness:.2f}",
            f"{level.barrier_percent:.1f} %",
        )
    out.print(shown)
    for explanation in drafted.explanations[:_MOST_SHOWN]:
        tell_message(explanation.message)
    if len(drafted.explanations) > _MOST_SHOWN:
        tell("cli.more_problems", more=len(drafted.explanations) - _MOST_SHOWN)


def mend(
    context: typer.Context,
    plan: Annotated[str | None, typer.Argument(help=both("cli.option_plan"))] = None,
    town: TownName = None,
    *,
    name: Annotated[str | None, typer.Option(help=both("draft.option_mend_name"))] = None,
    seed: Annotated[int, typer.Option(min=0, help=both("draft.option_seed"))] = 0,
    seconds: Annotated[
        float, typer.Option("--time-limit", min=0, help=both("draft.option_seconds"))
    ] = float("inf"),
    lock: Annotated[
        list[str] | None, typer.Option("--lock", help=both("draft.option_mend_lock"))
    ] = None,
    lock_border: LockBorder = None,
    lock_lines: LockLines = None,
    together: Together = None,
    folder: Annotated[
        Path | None, typer.Option("--out", file_okay=False, help=both("draft.option_mend_out"))
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help=both("cli.option_apply"))] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a plan back into its bands by the fewest moves."""
    home = home_of(context)
    with opened_store(home) as store:
        stored = store.load_plan(chosen_plan(store, plan, town))
        served = store.load_town(stored.town)
        if served.buildings["households"].isna().any():
            served = estimate_households(served)
        mended = mend_plan(
            served,
            stored,
            name or f"{stored.name}·修补",
            seed=seed,
            seconds=seconds,
            used=history_of(store, stored).retired,
            kept=Kept(
                grids=lock or (),
                borders=borders_of(lock_border),
                lines=lines_of(served, lock_lines),
                together=groups_of(together),
            ),
        )
        where = folder or home.pages / stored.id
        paths = write_mended(mended, where)
        if as_json:
            print_json(mended.as_dict())
        else:
            show_mended(mended)
            show_drafted(mended.drafted)
            for path in paths:
                out.print(f"  {path}", style="dim")
        if not apply:
            if not as_json:
                tell("cli.dry_run")
            return
        kept = mended.drafted.plan.with_changes(accepted=stored.accepted)
        saved = store.save_import(mended.drafted.town, kept, actor=actor())
        if not as_json:
            tell("cli.saved_plan", plan="" if saved is None else saved.id)
