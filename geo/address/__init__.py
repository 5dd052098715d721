"""Addresses: from what a caller says to the rows of the register that may be meant."""

from geo.address.answer import Candidate, Fault, Match, Precision, Rows, Status, Suggestion
from geo.address.index import AddressIndex
from geo.address.parse import Parsed, Span, parse

__all__ = [
    "AddressIndex",
    "Candidate",
    "Fault",
    "Match",
    "Parsed",
    "Precision",
    "Rows",
    "Span",
    "Status",
    "Suggestion",
    "parse",
]
