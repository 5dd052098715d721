"""Addresses: from what a caller says to the rows of the register that may be meant."""

from geo.address.answer import Candidate, Fault, Match, Precision, Rows, Status, Suggestion
from geo.address.index import AddressIndex

__all__ = [
    "AddressIndex",
    "Candidate",
    "Fault",
    "Match",
    "Precision",
    "Rows",
    "Status",
    "Suggestion",
]
