"""Let findings stand: which may be, for what reason, and until the ground there changes.

A warning of any rule may be accepted in advance of publishing, and so may ground that no grid
covers, such as a lake: a lookup there says that no grid answers. Every other error stands in the
way of exactly one answer for everybody and must be mended.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from boundaries.acceptance import Acceptance
from boundaries.finding import Finding, Severity
from geo.problem import InputError, Problem, input_error
from messages import LANGUAGES, Message

_BARE_GROUND = "gap."
"""How the kinds of coverage faults begin that are ground without a grid."""


def may_be_accepted(finding: Finding) -> bool:
    """Return whether a finding may stand once somebody gives a reason: a warning, or a gap."""
    if finding.severity is Severity.ERROR:
        return finding.kind.startswith(_BARE_GROUND)
    return finding.severity is Severity.WARNING


def honoured(
    findings: Iterable[Finding], accepted: Sequence[Acceptance]
) -> tuple[list[Finding], set[str]]:
    """Tell accepted findings for information, with who accepted them and why.

    Returns
    -------
    findings
        All of them, in their order.
    ids
        IDs of the findings whose acceptance applies.
    """
    known = {one.finding: one for one in accepted}
    if not known:
        return list(findings), set()
    told, applied = [], set()
    for finding in findings:
        one = known.get(finding.id)
        if one is not None and may_be_accepted(finding):
            applied.add(finding.id)
            told.append(replace(finding, severity=Severity.INFORMATION, accepted=one))
        else:
            told.append(finding)
    return told, applied


def accept(
    findings: Sequence[Finding],
    chosen: Sequence[str],
    *,
    reason: str,
    accepted_by: str,
    accepted_at: datetime,
) -> tuple[Acceptance, ...]:
    """Return some findings of a check as accepted.

    Parameters
    ----------
    findings
        What the check found.
    chosen
        IDs of the findings to accept.
    reason
        Why they may stand; never empty.
    accepted_by
        Who decides.
    accepted_at
        Aware moment.

    Raises
    ------
    InputError
        No reason or no name is given, a finding is not there, or it may not be accepted.
    """
    for column, value in (("reason", reason), ("by", accepted_by)):
        if not value.strip() or "\0" in value:
            raise input_error(f"accepting.no_{column}", column=column, value=value)
    found = {finding.id: finding for finding in findings}
    problems: list[Problem] = []
    accepted = []
    for one in dict.fromkeys(chosen):
        finding = found.get(one)
        problem = _refusal(one, finding)
        if problem is not None:
            problems.append(problem)
        elif finding is not None:
            accepted.append(_accepted(finding, reason.strip(), accepted_by.strip(), accepted_at))
    if problems:
        raise InputError(problems)
    return tuple(accepted)


def _refusal(chosen: str, finding: Finding | None) -> Problem | None:
    if finding is None:
        key = "no_such_finding"
    elif finding.accepted is not None:
        key = "accepted_before"
    elif finding.severity is Severity.INFORMATION:
        key = "only_information"
    elif not may_be_accepted(finding):
        key = "must_be_mended"
    else:
        return None
    values = {"value": chosen} if finding is None else {"value": chosen, "said": finding.message}
    return Problem(
        Message(f"accepting.{key}", values),
        Message(f"accepting.{key}_remedy", values),
        column="finding",
        value=chosen,
    )


def _accepted(finding: Finding, reason: str, by: str, at: datetime) -> Acceptance:
    return Acceptance(
        finding=finding.id,
        rule=finding.rule,
        kind=finding.kind,
        severity=finding.severity.value,
        level=finding.level,
        grids=finding.grids,
        said={language: finding.message.text(language) for language in LANGUAGES},
        geometry=finding.geometry,
        reason=reason,
        accepted_by=by,
        accepted_at=at,
    )
