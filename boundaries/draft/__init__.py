"""Draw a plan from a town's layers."""

from boundaries.draft.blocks import draft_from_blocks, street_blocks
from boundaries.draft.planning import Drafted, Wishes, draft_plan

__all__ = ["Drafted", "Wishes", "draft_from_blocks", "draft_plan", "street_blocks"]
