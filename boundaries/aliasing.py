"""Learn names that callers use: from a dispatcher's confirmed choice to the published register.

A dispatcher says which place of the register was meant by a caller's words. The name in those
words, and nothing else of them, is proposed as an alias of that place's compound; a planner
approves or rejects it; the next publication takes the approved ones into the snapshot's register.
The imported register itself stays as it came, and an alias outlives its next import.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from boundaries.readside import InForce
from boundaries.store import AliasRecord
from boundaries.town import Town
from geo.address import Proposal, propose_alias, with_alias, without_persons
from geo.address.learning import rows_of_compounds
from geo.address.register import read_register
from geo.address.vocabulary import PREDICATES, SURNAMES, generic_end
from geo.problem import input_error

_NOT_IN_A_NAME = ";；[]"
_SPEECH = re.compile(
    "[我你您他她们了吗呢啊呀嘛么很被谁啥叫找的]|住(?!宅)|家里|[这那]里|旁边|对面|附近"
)
_ENDS_AS_A_PLACE = re.compile(".[厂院楼村庄巷街路场站店社校局所营区坊门桥园苑城寨沟坪峪口堡]$")
_PERSON = re.compile(f"[老小]?[{SURNAMES}][\u4e00-\u9fff]{{1,2}}家?|[老小][{SURNAMES}]家?")


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
        looked at, and of the rest only the name is kept, where it reads as a place's.
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
        if found is None or not _is_name(found.alias, said):
            return None
        town = str(current.snapshot.manifest["town"])
        return ProposedAlias(town, found.alias, found.compound, found.town)
    raise input_error("aliases.not_meant", column="meant", value=meant)


def _is_name(alias: str, said: str) -> bool:
    """Return whether a text is a name of a place, as far as its words tell.

    One that ends as places do may stand among other words; any other must have been given alone,
    and be neither a person's name nor a complaint. A person's name run together with a place's is
    not told apart: planners see every proposal, and can have it forgotten.
    """
    if set(alias) & set(_NOT_IN_A_NAME) or not alias.isprintable() or _SPEECH.search(alias):
        return False
    if alias != without_persons(alias).strip():
        return False
    if _ENDS_AS_A_PLACE.search(alias) or generic_end(alias):
        return True
    return alias == said.strip() and not (PREDICATES.search(alias) or _PERSON.fullmatch(alias))


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
