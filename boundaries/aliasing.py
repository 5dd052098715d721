"""Learn names that callers use: from a dispatcher's confirmed choice to the published register.

A dispatcher says which place of the register was meant by a caller's words. The name in those
words, and nothing else of them, is proposed as an alias of that place's compound; a planner
approves or rejects it; the next publication takes the approved ones into the snapshot's register.
The imported register itself stays as it came, and an alias outlives its next import.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from boundaries.readside import InForce
from boundaries.store import AliasRecord
from boundaries.town import Town
from geo.address import Proposal, propose_alias, with_alias, without_persons
from geo.address.learning import rows_of_compounds
from geo.address.register import read_register
from geo.problem import input_error

_NOT_IN_A_NAME = ";；[]"


@dataclass(frozen=True)
class ProposedAlias:
    """A name for a compound of a town.

    Attributes
    ----------
    town
        Name of the town, as the store has it.
    alias
        The name that was said: words for a place alone.
    compound
        The register's name of the compound meant.
    township
        The town within the register that the compound lies in; empty where none is known.
    """

    town: str
    alias: str
    compound: str
    township: str


def proposed(in_force: Sequence[InForce], said: str, meant: str) -> ProposedAlias | None:
    """Return the alias that a confirmed choice teaches; None where it teaches nothing new.

    Parameters
    ----------
    in_force
        What is published.
    said
        The caller's words. Phone numbers and names of persons are taken out before anything is
        looked at, and of the rest only the name is kept.
    meant
        The address that was meant, as the register has it, such as the text of a candidate.

    Raises
    ------
    InputError
        The register does not know the address meant, or not for certain.
    """
    for current in in_force:
        index = current.snapshot.addresses
        claim = index.match(meant).claim
        if claim is None:
            continue
        found = propose_alias(index, without_persons(said), int(claim.rows[0]))
        if found is None or not _is_name(found.alias):
            return None
        town = str(current.snapshot.manifest["town"])
        return ProposedAlias(town, found.alias, found.compound, found.town)
    raise input_error("aliases.not_meant", column="meant", value=meant)


def _is_name(alias: str) -> bool:
    """Return whether a text can be a name in a register: no person, no mark of its own there."""
    said_of_a_place = alias == without_persons(alias).strip() and alias.isprintable()
    return said_of_a_place and not set(alias) & set(_NOT_IN_A_NAME)


def with_learnt_aliases(
    town: Town, aliases: Iterable[AliasRecord]
) -> tuple[Town, tuple[AliasRecord, ...]]:
    """Return a town whose register carries some aliases too.

    Returns
    -------
    town
        The town; the very same where there is no alias.
    unplaced
        Aliases whose compound the register no longer has.
    """
    wanted = tuple(aliases)
    if not wanted:
        return town, ()
    addresses = town.addresses.reset_index(drop=True)
    rows = rows_of_compounds(read_register(addresses))
    unplaced = []
    for one in wanted:
        of_compound = rows.get((one.township, one.compound))
        if of_compound is None:
            unplaced.append(one)
            continue
        addresses = with_alias(
            addresses,
            Proposal(one.alias, one.compound, of_compound, one.township),
            kind=one.kind,
            valid_from=one.valid_from,
            valid_until=one.valid_until,
        )
    return town.with_layers(addresses=addresses), tuple(unplaced)
