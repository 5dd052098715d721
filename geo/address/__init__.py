"""Addresses: from what a caller says to the rows of the register that may be meant."""

from geo.address.answer import Candidate, Fault, Match, Precision, Rows, Status, Suggestion
from geo.address.geocodejson import geocodejson, suggestions_geocodejson
from geo.address.index import AddressIndex
from geo.address.learning import Proposal, propose_alias, with_alias
from geo.address.parse import Parsed, Span, parse
from geo.address.speech import without_persons

__all__ = [
    "AddressIndex",
    "Candidate",
    "Fault",
    "Match",
    "Parsed",
    "Precision",
    "Proposal",
    "Rows",
    "Span",
    "Status",
    "Suggestion",
    "geocodejson",
    "parse",
    "propose_alias",
    "suggestions_geocodejson",
    "with_alias",
    "without_persons",
]
