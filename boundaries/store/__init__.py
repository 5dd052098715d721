"""The write side: towns, plans, publications, keys and history, in one file or in PostGIS."""

from boundaries.store.migrating import head as newest_revision
from boundaries.store.plans import StalePlanError
from boundaries.store.records import (
    AliasRecord,
    AliasState,
    Event,
    KeyRecord,
    PlanRecord,
    Publication,
)
from boundaries.store.store import Store, open_store
from boundaries.store.timeline import Intent
from boundaries.store.towns import StaleTownError
from boundaries.store.withdrawing import Withdrawal

__all__ = [
    "AliasRecord",
    "AliasState",
    "Event",
    "Intent",
    "KeyRecord",
    "PlanRecord",
    "Publication",
    "StalePlanError",
    "StaleTownError",
    "Store",
    "Withdrawal",
    "newest_revision",
    "open_store",
]
