"""Every rule that a plan is checked against, one function a rule."""

from boundaries.rules import (
    assignment,
    borders,
    clarity,
    codes,
    coverage,
    cutting,
    data,
    described,
    feasibility,
    form,
    organisation,
    shape,
    size,
    slices,
    special,
    time,
)
from boundaries.rules.case import Case
from boundaries.rules.registry import RuleInfo, catalogue, rule

__all__ = ["Case", "RuleInfo", "catalogue", "rule"]

MODULES = (
    assignment,
    borders,
    clarity,
    codes,
    coverage,
    cutting,
    data,
    described,
    feasibility,
    form,
    organisation,
    shape,
    size,
    slices,
    special,
    time,
)
"""The modules whose rules are known; a new module is added here."""
