"""Names that callers use and the register lacks: proposed, approved by a planner, then known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.address.answer import Rows
from geo.address.register import KINDS, PLACE_STEP, Register
from geo.aliases import Alias, AliasKind, read_aliases, write_aliases

if TYPE_CHECKING:
    import pandas as pd

    from geo.address.index import AddressIndex

_MOST_CHARACTERS = 16


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """A name said for a compound that the register does not know by it.

    Attributes
    ----------
    alias
        The words said, as they were given.
    compound
        The register's name of the compound meant.
    rows
        The compound's rows of the register.
    town
        The town that it lies in, as the register's index has it; empty where none is known.
    """

    alias: str
    compound: str
    rows: Rows
    town: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the proposal as one record."""
        return {"alias": self.alias, "compound": self.compound, "rows": len(self.rows)}


def propose_alias(index: AddressIndex, text: str, row: int) -> Proposal | None:
    """Return the alias that a dispatcher's choice of a row for a text would teach.

    None where the text names the row's compound by a name that is known, or names none, or
    where the row lies in no compound. Nothing is learnt by this: a planner approves a proposal
    and `with_alias` puts it into the register.

    Parameters
    ----------
    index
        The index that the text was asked of.
    text
        What was said; phone numbers and names of persons never become part of an alias.
    row
        Row of the register that the dispatcher chose.
    """
    read = index.searcher.reader.read(text)
    if read is None or not read[0].chunks:
        return None
    query = read[0]
    chunk = query.chunks[0]
    name = chunk.name.removesuffix(chunk.zone) or chunk.name
    register = index.register
    units = np.flatnonzero(register.arrays["unit_row"] == row)
    if name in index.searcher.names.exact or len(name) > _MOST_CHARACTERS or not len(units):
        return None
    place = int(register.arrays["unit_key"][units[0]] // PLACE_STEP)
    compound = index.compound_of(place)
    if compound is None:
        return None
    alias = query.written.given(chunk.start, chunk.start + len(name))
    return Proposal(alias, compound, _rows_of(register, place), _town_of(register, place))


def _rows_of(register: Register, place: int) -> Rows:
    first, last = register.starts[place : place + 2]
    return np.unique(register.arrays["unit_row"][first:last])


def _town_of(register: Register, place: int) -> str:
    return register.words["towns"][register.arrays["place_town"][place]]


def rows_of_compounds(register: Register) -> dict[tuple[str, str], Rows]:
    """Return the rows of every compound by its town and name, as proposals have them."""
    kinds, shown = register.arrays["place_kind"], register.arrays["place_shown"]
    return {
        (_town_of(register, place), register.words["shown_names"][shown[place]]): _rows_of(
            register, place
        )
        for place in np.flatnonzero(kinds == KINDS.index("compound")).tolist()
    }


def with_alias(
    frame: pd.DataFrame,
    proposal: Proposal,
    *,
    kind: AliasKind | None = None,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> pd.DataFrame:
    """Return a register in which the rows of a proposal carry its alias too.

    Parameters
    ----------
    frame
        The register, a layer ``addresses``.
    proposal
        The alias and its rows.
    kind, valid_from, valid_until
        What is known of the alias; see `geo.aliases.Alias`.
    """
    alias = Alias(proposal.alias, kind, valid_from, valid_until)
    aliases = frame["aliases"].astype(object).where(frame["aliases"].notna(), "")
    held = aliases.iloc[proposal.rows].map(read_aliases)
    column = aliases.copy()
    column.iloc[proposal.rows] = held.map(lambda names: write_aliases((*names, alias)))
    return frame.assign(aliases=column.where(column != "", None))
