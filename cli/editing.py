"""What `wangge import --plan-from` needs: the plan that was edited, and what the edit moved."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from boundaries.earlier import history_of
from boundaries.history import History
from boundaries.home import Home
from boundaries.importing import Edited
from boundaries.importing.deriving import Derived
from cli.options import chosen_plan, opened_store
from cli.screen import tell

_MOST_LISTED = 6


def edited_plan(
    home: Home,
    plan: str,
    town: str | None,
    *,
    from_finest: bool,
    communities: Sequence[str] = (),
) -> tuple[Edited, tuple[History, History]]:
    """Return the plan that the files are an edit of, and what is known of times before it.

    The second history is the new plan's: the plan that it comes from is one of the others then.
    """
    with opened_store(home) as store:
        base = store.load_plan(chosen_plan(store, plan, town))
        histories = history_of(store, base), history_of(store, base.with_changes(id=""))
    edited = Edited(
        base, histories[1].retired, from_finest=from_finest, communities=tuple(communities)
    )
    return edited, histories


def show_derived(derived: Derived) -> None:
    """Show which codes go on, and what the edit moved with them."""
    tell(
        "importing.derived_codes",
        plan=derived.plan.name,
        kept=len(derived.kept),
        added=_listed(derived.added),
        retired=_listed(derived.retired),
    )
    if derived.emptied:
        tell(
            "importing.derived_emptied",
            number=sum(derived.emptied.values()),
            communities=_listed(derived.emptied),
        )
    for key, codes in (
        ("numbered", derived.numbered),
        ("successors", [f"{old} → {new}" for old, new in derived.successors.items()]),
        ("reshaped", derived.reshaped),
        ("recounted", derived.recounted),
        ("unassigned", derived.unassigned),
    ):
        if codes:
            tell(f"importing.derived_{key}", number=len(codes), codes=_listed(codes))
    if len(derived.reassigned):
        tell(
            "importing.derived_reassigned",
            number=derived.reassigned["building"].nunique(),
            buildings=_listed(dict.fromkeys(derived.reassigned["building"])),
        )
    if derived.contacts_dropped:
        tell("importing.derived_contacts", number=derived.contacts_dropped)


def _listed(codes: Collection[str]) -> str:
    """Return how many there are, and the first of them."""
    first = "、".join(list(codes)[:_MOST_LISTED])
    more = " …" if len(codes) > _MOST_LISTED else ""
    return f"{len(codes)}（{first}{more}）" if codes else "0"
