"""`wangge import`: a town's files into the store, all or nothing."""

from __future__ import annotations

import csv
import dataclasses
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from boundaries.comparing import Comparison, compare
from boundaries.home import Home
from boundaries.importing import Imported, SourceFile, parse_source, read_files
from boundaries.importing.reading import Progress
from boundaries.store import Store
from boundaries.town import TOWN_LAYERS, Town
from cli.comparing import show_comparison
from cli.editing import edited_plan, show_derived
from cli.options import (
    AsJson,
    SchemeFile,
    actor,
    chosen_scheme,
    home_of,
    new_home_of,
    opened_store,
)
from cli.screen import (
    both,
    err,
    languages_of_help,
    out,
    print_json,
    progress_bar,
    table,
    tell,
    tell_message,
)
from geo.datum import Datum
from geo.layers import DEFAULT_LIMITS, Limits, MappingFile, read_mapping
from geo.problem import InputError, Problem, input_error
from messages import LANGUAGES, Message, preferred_language

_PLACE = ("file", "layer", "row", "line", "column", "value")
_BESIDE = "mapping.toml"


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("import", help=languages_of_help("importing.help"))(import_town)


def import_town(
    context: typer.Context,
    paths: Annotated[list[Path] | None, typer.Argument(help=both("importing.paths"))] = None,
    *,
    layer: Annotated[
        list[str] | None, typer.Option("--layer", help=both("importing.option_layer"))
    ] = None,
    town: Annotated[str | None, typer.Option("--town", help=both("importing.option_town"))] = None,
    plan: Annotated[str | None, typer.Option("--plan", help=both("importing.option_plan"))] = None,
    plan_from: Annotated[
        str | None, typer.Option("--plan-from", help=both("importing.option_plan_from"))
    ] = None,
    community: Annotated[
        list[str] | None, typer.Option("--community", help=both("importing.option_community"))
    ] = None,
    from_finest: Annotated[
        bool, typer.Option("--from-finest", help=both("importing.option_from_finest"))
    ] = False,
    scheme: SchemeFile = None,
    mapping: Annotated[
        Path | None, typer.Option(dir_okay=False, help=both("importing.option_mapping"))
    ] = None,
    crs: Annotated[str | None, typer.Option(help=both("importing.option_crs"))] = None,
    datum: Annotated[Datum | None, typer.Option(help=both("importing.option_datum"))] = None,
    encoding: Annotated[str | None, typer.Option(help=both("importing.option_encoding"))] = None,
    problems: Annotated[
        Path | None, typer.Option(dir_okay=False, help=both("importing.option_problems"))
    ] = None,
    max_mb: Annotated[
        float, typer.Option(min=0, help=both("importing.option_max_mb"))
    ] = DEFAULT_LIMITS.megabytes,
    max_rows: Annotated[
        int, typer.Option(min=1, help=both("importing.option_max_rows"))
    ] = DEFAULT_LIMITS.rows,
    replace: Annotated[
        bool, typer.Option("--replace", help=both("importing.option_replace"))
    ] = False,
    estimate: Annotated[bool, typer.Option(help=both("importing.option_estimate"))] = True,
    apply: Annotated[bool, typer.Option("--apply", help=both("cli.option_apply"))] = False,
    as_json: AsJson = False,
) -> None:
    """Read a town, show what was read, and store it with ``--apply``."""
    given = paths or []
    if plan_from is not None and replace:
        raise input_error("importing.replaced_and_edited", column="--replace", value=plan_from)
    if community and plan_from is None:
        raise input_error(
            "importing.community_of_no_plan", column="--community", value=community[0]
        )
    if problems is not None and problems.suffix.lower() not in (".csv", ".json"):
        raise input_error("importing.bad_problems_file", column="--problems", value=problems.suffix)
    try:
        columns = _mapping(mapping, given)
        sources: list[SourceFile | Path] = [parse_source(text, columns) for text in layer or []]
        edited, histories = None, None
        if plan_from is not None:
            edited, histories = edited_plan(
                home_of(context),
                plan_from,
                town,
                from_finest=from_finest,
                communities=community or [],
            )
            town = edited.plan.town
        name = town or _name_of([*given, *(s.path for s in columns.sources)], sources)
        held = _stored_town(new_home_of(context), name)
        base = None if replace else held
        chosen = base.scheme if base is not None and scheme is None else chosen_scheme(scheme)
        with _shown_progress() as progress:
            imported = read_files(
                [*sources, *given],
                name,
                chosen,
                plan_name=plan,
                mapping=columns,
                crs=crs,
                datum=datum,
                encoding=encoding,
                limits=Limits(max_mb, max_rows),
                estimate=estimate,
                base=base,
                edited=edited,
                progress=progress,
            )
    except InputError as error:
        _tell_refused(error, problems, as_json=as_json)
        raise
    plan_id = None
    if apply:
        # refused where someone else wrote the town meanwhile
        revision = 0 if held is None else held.revision
        read = dataclasses.replace(imported.town, revision=revision)
        with opened_store(new_home_of(context)) as store:
            plan_id = _saved(store, dataclasses.replace(imported, town=read))
    comparison = None
    if imported.derived is not None and imported.plan is not None:
        comparison = compare(
            imported.town, imported.derived.plan, imported.plan, histories=histories
        )
    if as_json:
        print_json(_described(imported, plan_id, comparison, applied=apply))
    else:
        _show(imported, plan_id, comparison, applied=apply)


def _saved(store: Store, imported: Imported) -> str | None:
    """Write an import and return the plan's ID; of an edit of grids, the plan alone."""
    gives_layers = any(layer.layer in TOWN_LAYERS for layer in imported.layers)
    if imported.derived is not None and imported.plan is not None and not gives_layers:
        return store.save_plan(imported.plan, actor=actor()).id
    stored = store.save_import(imported.town, imported.plan, actor=actor())
    return None if stored is None else stored.id


def _stored_town(home: Home, name: str) -> Town | None:
    """Return the town as the store has it; a dry run makes no store."""
    if home.database_url is None and not Path(home.store_url.removeprefix("gpkg://")).exists():
        return None
    with opened_store(home) as store:
        if store.revision() is None or name not in store.towns():
            return None
        return store.load_town(name)


def _mapping(path: Path | None, given: Sequence[Path]) -> MappingFile:
    """Return the mapping file named, else that beside the data."""
    if path is not None:
        return read_mapping(path)
    beside = (folder / _BESIDE for folder in given if folder.is_dir())
    found = next((each for each in beside if each.is_file()), None)
    return MappingFile() if found is None else read_mapping(found)


def _name_of(paths: Sequence[Path], sources: Sequence[SourceFile | Path]) -> str:
    """Return the name of the first folder, or of the folder of the first file."""
    every = [*paths, *(each.path if isinstance(each, SourceFile) else each for each in sources)]
    if not every:
        return "town"
    first = every[0].absolute()
    return first.name if first.is_dir() else first.parent.name or first.stem


@contextmanager
def _shown_progress() -> Iterator[Progress]:
    with progress_bar() as bar:
        task = bar.add_task(both("importing.reading"), total=None)

        def step(what: str, done: int, total: int) -> None:
            text = f"{both('importing.reading')} {what}"
            bar.update(task, description=text, completed=done, total=total)

        yield step


def _tell_refused(error: InputError, file: Path | None, *, as_json: bool) -> None:
    """Write the problems to the file asked for; with ``--json``, print them too."""
    if file is not None:
        write_problems(error.problems, file)
        tell_message(
            Message(
                "importing.problems_written", {"number": len(error.problems), "file": str(file)}
            ),
            console=err,
        )
    if as_json:
        print_json({"applied": False, "problems": _records(error.problems)})
    tell_message(Message("importing.refused", {"number": len(error.problems)}), console=err)


def write_problems(problems: Sequence[Problem], file: Path) -> None:
    """Write problems as CSV or JSON, a record each, told in both languages."""
    records = _records(problems)
    if file.suffix.lower() == ".json":
        file.write_text(json.dumps(records, ensure_ascii=False, indent=2), encoding="utf-8")
        return
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(records[0]))
        writer.writeheader()
        writer.writerows(records)


def _records(problems: Sequence[Problem]) -> list[dict[str, object]]:
    records: list[dict[str, object]] = []
    for problem in problems:
        record: dict[str, object] = {name: getattr(problem, name) for name in _PLACE}
        for language in LANGUAGES:
            told = problem.as_dict(language)
            record[f"message_{language}"] = told["message"]
            record[f"remedy_{language}"] = told["remedy"]
        records.append(record)
    return records


def _counts(imported: Imported) -> dict[str, int]:
    counts = {layer: len(getattr(imported.town, layer)) for layer in TOWN_LAYERS}
    plan = imported.plan
    counts["grids"] = 0 if plan is None else len(plan.grids)
    counts["contacts"] = 0 if plan is None else len(plan.contacts)
    counts["assignments"] = 0 if plan is None else len(plan.assignments)
    return counts


def _described(
    imported: Imported, plan_id: str | None, comparison: Comparison | None, *, applied: bool
) -> dict[str, object]:
    return {
        "applied": applied,
        "town": imported.town.name,
        "plan": plan_id,
        "counts": _counts(imported),
        "derived": None if imported.derived is None else imported.derived.as_dict(),
        "comparison": None if comparison is None else comparison.as_dict(),
        "layers": [layer.as_dict() for layer in imported.layers],
        "notes": [
            {language: note.text(language) for language in LANGUAGES} for note in imported.notes
        ],
        "problems": [],
    }


def _show(
    imported: Imported,
    plan_id: str | None,
    comparison: Comparison | None,
    *,
    applied: bool,
) -> None:
    shown = table(
        "cli.heading_layer",
        "cli.heading_rows",
        "importing.heading_file",
        "importing.heading_reference",
        "importing.heading_columns",
    )
    for layer in imported.layers:
        file = Path(layer.file).name + (f":{layer.source_layer}" if layer.source_layer else "")
        columns = " ".join(
            ours if ours == theirs else f"{ours}←{theirs}" for ours, theirs in layer.columns.items()
        )
        shown.add_row(layer.layer, str(layer.rows), file, layer.reference, columns)
    out.print(shown)
    unused = [
        Message(
            "importing.left_out",
            {"file": Path(layer.file).name, "columns": "、".join(layer.left_out)},
        )
        for layer in imported.layers
        if layer.left_out
    ]
    language = preferred_language()
    for note in (*imported.notes, *unused):
        out.print(f"  · {note if language is None else note.text(language)}", markup=False)
    if imported.derived is not None and comparison is not None:
        show_derived(imported.derived)
        show_comparison(comparison)
    else:
        tell("importing.would_import", town=imported.town.name, **_counts(imported))
    if not applied:
        tell("cli.dry_run")
        return
    if imported.derived is not None:
        tell(
            "importing.derived_plan", name=imported.plan.name if imported.plan else "", plan=plan_id
        )
        return
    tell("importing.imported", town=imported.town.name)
    if plan_id is not None and imported.plan is not None:
        tell("importing.imported_plan", name=imported.plan.name, plan=plan_id)
