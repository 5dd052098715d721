"""Map pages that ask no outside host for anything."""

from maps.compared import write_compared
from maps.review import write_review

__all__ = ["write_compared", "write_review"]
