"""Map pages that ask no outside host for anything."""

from maps.review import write_review

__all__ = ["write_review"]
