"""A fault of the input, with its place and its remedy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from messages import Language, Message


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a file from outside.

    Attributes
    ----------
    message
        What is wrong.
    remedy
        What to do about it.
    file
        The file's path as the user gave it.
    layer
        The layer within the file or of the town.
    row
        Row number as the user counts: 1 for the first record (headings not counted).
    line
        Number of that row as a spreadsheet shows it, headings and titles counted; None where the
        file is no table.
    column
        The column's name in the file.
    value
        The value found, as text.
    """

    message: Message
    remedy: Message | None = None
    file: str | None = None
    layer: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    line: int | None = None

    def as_dict(self, language: Language = "zh") -> dict[str, str | int | None]:
        """Return the problem as one flat record for CSV and JSON."""
        return {
            "file": self.file,
            "layer": self.layer,
            "row": self.row,
            "line": self.line,
            "column": self.column,
            "value": self.value,
            "message": self.message.text(language),
            "remedy": self.remedy.text(language) if self.remedy else None,
        }


class InputError(ValueError):
    """The input cannot be taken; carries every problem found, not only the first.

    Parameters
    ----------
    problems
        At least one problem.
    """

    def __init__(self, problems: Sequence[Problem] | Problem) -> None:
        self.problems: tuple[Problem, ...] = (
            (problems,) if isinstance(problems, Problem) else tuple(problems)
        )
        super().__init__("; ".join(str(problem.message) for problem in self.problems))


def input_error(
    key: str,
    /,
    *,
    file: Path | str | None = None,
    layer: str | None = None,
    row: int | None = None,
    column: str | None = None,
    value: object = None,
    line: int | None = None,
    **values: object,
) -> InputError:
    """Return an ``InputError`` of one problem whose remedy is the key + ``_remedy``.

    The place (file, layer, row, column, value) may be used in the sentence too.
    """
    place = {"file": file, "layer": layer, "row": row, "column": column, "value": value}
    filled = {**{name: "" if item is None else item for name, item in place.items()}, **values}
    return InputError(
        Problem(
            Message(key, filled),
            Message(f"{key}_remedy", filled),
            file=None if file is None else str(file),
            layer=layer,
            row=row,
            column=column,
            value=None if value is None else str(value),
            line=line,
        )
    )
