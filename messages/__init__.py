"""The catalogue: every sentence that a user reads, in Chinese and in English."""

from messages.catalogue import (
    LANGUAGES,
    Language,
    Message,
    UnknownMessageError,
    preferred_language,
    say,
    template,
)

__all__ = [
    "LANGUAGES",
    "Language",
    "Message",
    "UnknownMessageError",
    "preferred_language",
    "say",
    "template",
]
