"""The register of rules: a rule is a function with an ID, a severity and a docstring."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from boundaries.finding import Finding
from boundaries.rules.case import Case
from messages import Message

RuleFunction = Callable[[Case], Iterator[Finding]]


@dataclass(frozen=True)
class RuleInfo:
    """One rule as the public sees it.

    Attributes
    ----------
    id
        Stable, never used again.
    severity
        Severities that its findings may have, the mildest first, such as ``"I/W/E"``.
    thresholds
        Names of the scheme's thresholds that it goes by.
    check
        Yields the findings of a case.
    """

    id: str
    severity: str
    thresholds: tuple[str, ...]
    check: RuleFunction

    @property
    def title_zh(self) -> str:
        """What it checks, in a few Chinese words."""
        return Message(f"rules.{self.id}.title").text("zh")

    @property
    def title_en(self) -> str:
        """What it checks, in a few English words."""
        return Message(f"rules.{self.id}.title").text("en")

    @property
    def documentation(self) -> str:
        """The rule in plain English words: the docstring of its function."""
        return inspect.getdoc(self.check) or ""

    @property
    def documentation_zh(self) -> str:
        """The rule in plain Chinese words."""
        return Message(f"rules.{self.id}.text", {"docstring": self.documentation}).text("zh")

    def as_dict(self) -> dict[str, Any]:
        """Return the rule as plain values."""
        return {
            "id": self.id,
            "title_zh": self.title_zh,
            "title_en": self.title_en,
            "severity": self.severity,
            "thresholds": list(self.thresholds),
            "documentation_zh": self.documentation_zh,
            "documentation_en": self.documentation,
        }


FAMILIES = "SBCHOXVGPR"
"""First letters of the IDs in the order in which rules are shown."""

_rules: dict[str, RuleInfo] = {}


def rule(
    rule_id: str, /, *, severity: str, thresholds: tuple[str, ...] = ()
) -> Callable[[RuleFunction], RuleFunction]:
    """Register a function as a rule; its docstring is the rule's public documentation.

    The Chinese words stand in the catalogue: ``rules.<ID>.title`` and ``rules.<ID>.text``.

    Parameters
    ----------
    rule_id
        ID in the rule catalogue, such as ``"S01"``.
    severity
        Severities of its findings, the mildest first, with ``/`` between.
    thresholds
        Names of the scheme's thresholds that it goes by.
    """

    def register(function: RuleFunction) -> RuleFunction:
        if rule_id in _rules:
            msg = f"rule {rule_id} is registered twice"
            raise ValueError(msg)
        _rules[rule_id] = RuleInfo(rule_id, severity, thresholds, function)
        return function

    return register


def catalogue() -> tuple[RuleInfo, ...]:
    """Return every rule, family by family in the order of the IDs."""
    return tuple(_rules[rule_id] for rule_id in sorted(_rules, key=place_of_rule))


def place_of_rule(rule_id: str) -> tuple[int, str]:
    """Return the key by which rules are put in order."""
    return FAMILIES.find(rule_id[:1]), rule_id
