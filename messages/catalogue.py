"""Look a sentence up in the catalogue and fill in its values."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, Language] = ("zh", "en")

_FOLDER = Path(__file__).parent


class UnknownMessageError(KeyError):
    """A key that no file of the catalogue holds."""


@cache
def _sentences() -> dict[str, dict[str, str]]:
    """Read every TOML file of the catalogue; a file's name is its keys' first word."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(_FOLDER.glob("*.toml")):
        with path.open("rb") as file:
            _collect(tomllib.load(file), path.stem, found)
    return found


def _collect(table: Mapping[str, Any], prefix: str, found: dict[str, dict[str, str]]) -> None:
    if "zh" in table or "en" in table:
        found[prefix] = {language: table[language] for language in LANGUAGES}
        return
    for key, value in table.items():
        _collect(value, f"{prefix}.{key}", found)


def template(key: str, language: Language) -> str:
    """Return the sentence of a key with its places still open.

    Parameters
    ----------
    key
        Dotted key; its first word is the name of the catalogue's file.
    language
        ``"zh"`` or ``"en"``.

    Returns
    -------
    str
        A ``str.format`` template.

    Raises
    ------
    UnknownMessageError
        The catalogue has no such key.
    """
    try:
        return _sentences()[key][language]
    except KeyError as error:
        raise UnknownMessageError(key) from error


def say(key: str, language: Language = "zh", /, **values: object) -> str:
    """Return one sentence of the catalogue with its values filled in.

    Values are plain text: whoever puts the sentence on a page escapes it.
    """
    return template(key, language).format(**values)


def preferred_language() -> Language | None:
    """Return the language set by ``WANGGE_LANG``; None where both are wanted."""
    value = os.environ.get("WANGGE_LANG", "")
    return value if value in LANGUAGES else None


@dataclass(frozen=True)
class Message:
    """A sentence of the catalogue and its values, not yet in any language.

    Attributes
    ----------
    key
        Key in the catalogue.
    values
        Values by name. A value may itself be a ``Message``.
    """

    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, language: Language = "zh") -> str:
        """Return the sentence in one language."""
        filled = {
            name: value.text(language) if isinstance(value, Message) else value
            for name, value in self.values.items()
        }
        return say(self.key, language, **filled)

    def __str__(self) -> str:
        """Return the Chinese sentence with the English one behind it."""
        language = preferred_language()
        if language is not None:
            return self.text(language)
        return f"{self.text('zh')} / {self.text('en')}"

    def __hash__(self) -> int:
        return hash((self.key, tuple(sorted((k, str(v)) for k, v in self.values.items()))))
