"""What the command shows: words in both languages, tables, problems, JSON."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from geo.problem import InputError, Problem
from messages import LANGUAGES, Message, preferred_language, say

FOUND_ERRORS = 1
BAD_INPUT = 2
INTERRUPTED = 130
_MOST_ALIKE = 5

# The base of typer's errors about the command line, which it does not export by name.
_UsageError: Any = typer.BadParameter.__mro__[1]

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def both(key: str, /, **values: object) -> str:
    """Return a sentence in Chinese with the English one behind it, or in the language set."""
    return str(Message(key, values))


def tell(key: str, /, **values: object) -> None:
    """Print a sentence: Chinese first, English beside it, each on its own line."""
    tell_message(Message(key, values))


def tell_message(message: Message, *, console: Console = out, style: str = "") -> None:
    """Print a message in the language set, or in both, each on its own line."""
    language = preferred_language()
    if language is not None:
        console.print(escape(message.text(language)), style=style)
        return
    console.print(escape(message.text("zh")), style=style)
    console.print(escape(message.text("en")), style=f"{style} dim".strip())


def print_json(value: Any) -> None:
    """Print a value as JSON, with nothing else on standard output."""
    text = orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY, default=str)
    sys.stdout.write(text.decode() + "\n")


def table(*headings: str, whole: Collection[str] = ()) -> Table:
    """Return a table whose headings are keys of the catalogue; columns of codes stay ``whole``."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        made.add_column(both(heading), overflow="fold", no_wrap=heading in whole)
    return made


def tell_problems(problems: Sequence[Problem], *, at_most: int = 50) -> None:
    """Print problems of the input with their places and remedies, the first of each cause."""
    causes: dict[tuple[object, ...], list[Problem]] = {}
    for problem in problems:
        cause = (problem.file, problem.layer, problem.column, problem.message.key)
        causes.setdefault(cause, []).append(problem)
    shown, told = 0, 0
    for alike in causes.values():
        if shown >= at_most:
            break
        for problem in alike[:_MOST_ALIKE]:
            _tell_problem(problem)
        shown += len(alike[:_MOST_ALIKE])
        told += len(alike)
        if len(alike) > _MOST_ALIKE:
            more = Message("cli.more_alike", {"more": len(alike) - _MOST_ALIKE})
            tell_message(more, console=err)
    if told < len(problems):
        tell_message(Message("cli.more_problems", {"more": len(problems) - told}), console=err)


def _tell_problem(problem: Problem) -> None:
    place = " · ".join(
        f"{both(f'cli.place_{name}')} {value}"
        for name, value in (
            ("file", problem.file),
            ("layer", problem.layer),
            ("row", problem.row),
            ("line", problem.line),
            ("column", problem.column),
            ("value", problem.value),
        )
        if value is not None
    )
    if place:
        err.print(escape(place), style="bold")
    tell_message(problem.message, console=err, style="red")
    if problem.remedy is not None:
        tell_message(problem.remedy, console=err)


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """Show progress on standard error; silent where that is no terminal."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    ) as progress:
        yield progress


def explained(app: typer.Typer) -> int:
    """Run the command and turn the errors that it knows into words; return its exit status."""
    try:
        status = app(standalone_mode=False)
    except InputError as error:
        tell_problems(error.problems)
        return BAD_INPUT
    except _UsageError as error:
        error.show()
        return BAD_INPUT
    except (typer.Abort, KeyboardInterrupt):
        tell_message(Message("cli.interrupted"), console=err)
        return INTERRUPTED
    return status if isinstance(status, int) else 0


def languages_of_help(key: str) -> str:
    """Return help text in both languages, a paragraph each."""
    return "\n\n".join(say(key, language) for language in LANGUAGES)
