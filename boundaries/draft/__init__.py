"""Draw a plan from a town's layers, or mend today's by the fewest moves."""

from boundaries.draft.mend import MendedPlan, mend_plan
from boundaries.draft.planning import Drafted, Wishes, draft_plan

__all__ = ["Drafted", "MendedPlan", "Wishes", "draft_plan", "mend_plan"]
