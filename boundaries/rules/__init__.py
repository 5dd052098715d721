"""Every rule that a plan is checked against, one function a rule."""

from boundaries.rules import codes, coverage, shape
from boundaries.rules.case import Case
from boundaries.rules.registry import RuleInfo, catalogue, rule

__all__ = ["Case", "RuleInfo", "catalogue", "rule"]

MODULES = (codes, coverage, shape)
"""The modules whose rules are known; a new module is added here."""
