"""Draw a plan from a town's layers."""

from boundaries.draft.blocks import draft_from_blocks, street_blocks

__all__ = ["draft_from_blocks", "street_blocks"]
