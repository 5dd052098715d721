"""What is said of a place that was found by another name: which kind of name, and since when."""

from __future__ import annotations

from geo.address.answer import Fault
from geo.address.register import NO_END, Target
from geo.aliases import Alias, AliasKind
from messages import Message

IS_ALIAS, IS_OLD, IS_NOT_YET = "is_alias", "is_old", "is_not_yet"


def standing(target: Target, kind: AliasKind | None, at: int | None) -> str:
    """Return whether an alias is a name, an old one, or none yet.

    Parameters
    ----------
    target
        The alias with its period.
    kind
        Its kind. An old name was the name in its period and is old at any other time.
    at
        Day that is asked for, proleptic; with None periods are left aside.
    """
    if at is not None and at < target.since:
        return IS_NOT_YET
    was_name_then = at is not None and at < target.until != NO_END
    if (kind is AliasKind.OLD and not was_name_then) or (at is not None and at >= target.until):
        return IS_OLD
    return IS_ALIAS


def note_of(fault: Fault, alias: Alias) -> Message:
    """Return the sentence that names the alias and the name of today."""
    given = fault.given if fault.fault in (IS_ALIAS, IS_OLD, IS_NOT_YET) else alias.name
    values = {
        "given": given or alias.name,
        "name": fault.matched,
        "period": f" ({alias.period})" if alias.period else "",
    }
    if fault.fault == IS_NOT_YET:
        return Message("address.alias_not_yet", values)
    if fault.fault == IS_OLD:
        return Message("address.alias_old", values)
    key = "alias_other" if alias.kind is None else f"alias_{alias.kind}"
    return Message("address.alias_then" if key == "alias_old" else f"address.{key}", values)
