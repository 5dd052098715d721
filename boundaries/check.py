"""Check a plan: run the rules and collect their findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from boundaries.acceptance import Acceptance
from boundaries.accepting import honoured
from boundaries.finding import Finding, Severity
from boundaries.history import History
from boundaries.plan import Plan
from boundaries.rules import Case, RuleInfo, catalogue
from boundaries.rules.case import UntrustedLayerError
from boundaries.rules.data import untrusted_layers
from boundaries.rules.registry import place_of_rule
from boundaries.town import Town
from geo.problem import input_error
from messages import Language, Message


class Progress(Protocol):
    """Whatever shows how far the check is, such as ``rich.progress.Progress``."""

    def add_task(self, description: str, /, *, total: float) -> Any:
        """Start a task of some steps and return its key."""

    def update(self, task: Any, /, *, description: str) -> None:
        """Say what is being done."""

    def advance(self, task: Any, /) -> None:
        """Go one step on."""


@dataclass(frozen=True)
class SummaryRow:
    """How many findings of each severity one rule has at one level."""

    rule: str
    level: int | None
    errors: int
    warnings: int
    notes: int


@dataclass(frozen=True)
class Report:
    """What all rules say of a plan.

    Attributes
    ----------
    findings
        By rule, level and grids; those that were accepted with the plan for information.
    checked_rules
        IDs of the rules that were run.
    unchecked
        By ID of a rule that was not run, the layer that it needs and that lies elsewhere as a
        whole: R02 or R03 says so.
    lapsed
        What was accepted with the plan and no longer applies: the ground there has changed, or
        the fault is gone. Of the rules that were run.
    town, plan, plan_id
        Names of what was checked.
    at
        Moment at which contacts and dates were looked at.
    """

    findings: tuple[Finding, ...]
    checked_rules: tuple[str, ...]
    unchecked: Mapping[str, str] = field(default_factory=dict)
    lapsed: tuple[Acceptance, ...] = ()
    town: str = ""
    plan: str = ""
    plan_id: str = ""
    at: datetime | None = None

    @property
    def has_errors(self) -> bool:
        """Whether a finding blocks publishing."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def accepted(self) -> tuple[Finding, ...]:
        """The findings that stand as they were accepted."""
        return tuple(finding for finding in self.findings if finding.accepted is not None)

    def counts(self) -> dict[str, int]:
        """Return the number of errors, warnings and notes."""
        found = Counter(finding.severity for finding in self.findings)
        return {
            "errors": found[Severity.ERROR],
            "warnings": found[Severity.WARNING],
            "notes": found[Severity.INFORMATION],
        }

    def summary(self) -> tuple[SummaryRow, ...]:
        """Return the number of findings by rule and level, in that order."""
        found = Counter(
            (finding.rule, finding.level, finding.severity) for finding in self.findings
        )
        places = sorted(
            {key[:2] for key in found}, key=lambda key: (place_of_rule(key[0]), key[1] or 0)
        )
        return tuple(
            SummaryRow(
                rule,
                level,
                *(found[rule, level, severity] for severity in (Severity(s) for s in "EWI")),
            )
            for rule, level in places
        )

    def reasons_needed(self) -> tuple[str, ...]:
        """Return the rules with a warning, for which publishing needs a written reason."""
        warned = {f.rule for f in self.findings if f.severity is Severity.WARNING}
        return tuple(sorted(warned, key=place_of_rule))

    def reasons_unchecked(self) -> tuple[tuple[str, str, Message], ...]:
        """Return each rule that was not run, the layer that it needs, and a sentence on it."""
        return tuple(
            (
                rule_id,
                layer,
                Message(
                    "rules.unchecked",
                    {"rules": rule_id, "layers": Message(f"rules.layer.{layer}")},
                ),
            )
            for rule_id, layer in self.unchecked.items()
        )

    def as_dict(self, language: Language | None = None) -> dict[str, Any]:
        """Return the report as plain values, geometries as GeoJSON."""
        return {
            "town": self.town,
            "plan": self.plan,
            "plan_id": self.plan_id,
            "at": None if self.at is None else self.at.isoformat(),
            "checked_rules": list(self.checked_rules),
            "unchecked": dict(self.unchecked),
            "counts": self.counts(),
            "lapsed": [one.as_dict(language) for one in self.lapsed],
            "summary": [vars(row) for row in self.summary()],
            "findings": [
                {
                    **(feature := finding.feature(language))["properties"],
                    "geometry": feature["geometry"],
                }
                for finding in self.findings
            ],
        }


def check(
    town: Town,
    plan: Plan,
    *,
    rules: Sequence[str] | None = None,
    at: datetime | None = None,
    history: History | None = None,
    progress: Progress | None = None,
) -> Report:
    """Check a plan against the rules.

    Parameters
    ----------
    town, plan
        What is checked.
    rules
        IDs of the rules to run; all where None.
    at
        Aware moment at which contacts must be current. Where None: now, or when the plan takes
        effect if that is later.
    history
        What other publications of the town leave to the plan; nothing where None.
    progress
        Shows how far the check is.

    Raises
    ------
    InputError
        A rule asked for does not exist.

    Notes
    -----
    A rule that raises stops the check: a report that leaves a rule out would look clean.
    """
    chosen = chosen_rules(rules)
    running = frozenset(info.id for info in chosen)
    case = Case(town, plan, at or _moment(plan), history or History(), running)
    case = replace(case, untrusted=untrusted_layers(case))
    findings: list[Finding] = []
    unchecked: dict[str, str] = {}
    for info in _shown(chosen, progress):
        try:
            findings.extend(list(info.check(case)))
        except UntrustedLayerError as error:
            unchecked[info.id] = error.layer
        except Exception as error:
            error.add_note(f"while checking rule {info.id}")
            raise
    checked = tuple(info.id for info in chosen if info.id not in unchecked)
    told, applied = honoured(findings, plan.accepted)
    return Report(
        tuple(sorted(told, key=_order)),
        checked,
        unchecked=unchecked,
        lapsed=tuple(
            one for one in plan.accepted if one.rule in checked and one.finding not in applied
        ),
        town=town.name,
        plan=plan.name,
        plan_id=plan.id,
        at=case.at,
    )


def _moment(plan: Plan) -> datetime:
    now = datetime.now(UTC)
    return now if plan.effective_from is None else max(now, plan.effective_from)


def chosen_rules(rules: Sequence[str] | None) -> tuple[RuleInfo, ...]:
    """Return the rules with some IDs, all where None or empty.

    Raises
    ------
    InputError
        There is no such rule.
    """
    known = {info.id: info for info in catalogue()}
    if not rules:
        return tuple(known.values())
    for asked in rules:
        if asked.upper() not in known:
            raise input_error("rules.no_such_rule", value=asked, known="、".join(known))
    wanted = {asked.upper() for asked in rules}
    return tuple(info for info in known.values() if info.id in wanted)


def _shown(rules: Sequence[RuleInfo], progress: Progress | None) -> Iterator[RuleInfo]:
    if progress is None:
        yield from rules
        return
    task = progress.add_task("", total=len(rules))
    for info in rules:
        progress.update(task, description=f"{info.id} {info.title_zh} {info.title_en}")
        yield info
        progress.advance(task)


def _order(finding: Finding) -> tuple[Any, ...]:
    return (
        place_of_rule(finding.rule),
        finding.level or 0,
        "EWI".index(finding.severity.value),
        finding.grids,
        finding.kind,
        -(finding.measure or 0.0),
        "" if finding.geometry is None else finding.geometry.wkt,
    )
