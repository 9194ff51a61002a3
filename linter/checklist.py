"""The checklist: what each practice comes to, with the numbers behind it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

import msgspec

from linter.finding import Finding
from linter.outcome import PracticeResult, RuleResult, Status
from linter.packs import builtin_folder


class Practice(msgspec.Struct, frozen=True):
    """One row of the checklist: its place, its meaning and what only a person can answer."""

    id: str
    title: str
    group: str
    summary: str
    questions: tuple[str, ...] = ()


class _Checklist(msgspec.Struct, frozen=True):
    practice: tuple[Practice, ...]


def practices() -> tuple[Practice, ...]:
    """The checklist itself, in its own order."""
    with open(os.path.join(builtin_folder(), "practices.toml"), "rb") as file:
        return msgspec.toml.decode(file.read(), type=_Checklist).practice


def judge(results: Mapping[str, RuleResult], findings: Iterable[Finding]) -> tuple[PracticeResult, ...]:
    """One result for each practice. `results` are by rule id, `findings` those that stand.

    Practices that only a team's own pack has come last.
    """
    by_practice: dict[str, list[Finding]] = {}
    for finding in findings:
        by_practice.setdefault(finding.practice, []).append(finding)
    rules: dict[str, list[RuleResult]] = {}
    for identity in sorted(results):
        rules.setdefault(identity.partition("/")[0], []).append(results[identity])
    rows = list(practices())
    known = {row.id for row in rows}
    rows.extend(
        Practice(name, name.replace("-", " ").capitalize(), "Own rules", "")
        for name in sorted(set(rules) - known)
    )
    return tuple(_result(row, rules.get(row.id, []), by_practice.get(row.id, [])) for row in rows)


def _result(practice: Practice, rules: list[RuleResult], findings: list[Finding]) -> PracticeResult:
    return PracticeResult(
        id=practice.id,
        title=practice.title,
        group=practice.group,
        summary=practice.summary,
        status=_status(rules, findings),
        rules=tuple(rules),
        findings=tuple(findings),
        questions=practice.questions,
    )


def _status(rules: list[RuleResult], findings: list[Finding]) -> Status:
    if findings:
        return "violations"
    if not rules:
        return "ask"
    judged = sum(rule.subjects - rule.undecided for rule in rules)
    if judged:
        return "complies"
    return "ask" if any(rule.undecided for rule in rules) else "not-applicable"
