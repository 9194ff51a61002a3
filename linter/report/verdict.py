"""The checklist in words: what its statuses are called and what its numbers say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from linter.finding import Finding
from linter.outcome import Inventory, Outcome, PracticeResult, RuleResult, Status
from linter.report.summary import counted

STATUS_WORDS: Mapping[Status, str] = {
    "violations": "violations",
    "ask": "to answer",
    "complies": "complies",
    "not-applicable": "not applicable",
}
"""The statuses of a practice, what needs work first."""

_PROPER_NAMES: Mapping[str, str] = {
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "mariadb": "MariaDB",
    "sqlite": "SQLite",
    "oracle": "Oracle",
    "mssql": "SQL Server",
}


def status_counts(outcome: Outcome) -> dict[Status, int]:
    """How many practices have each status, zeros included."""
    counts = Counter(practice.status for practice in outcome.checklist)
    return {status: counts[status] for status in STATUS_WORDS}


def groups(outcome: Outcome) -> Iterator[tuple[str, list[PracticeResult]]]:
    """The practices of each group, in the order of the checklist."""
    for group, practices in groupby(outcome.checklist, key=lambda practice: practice.group):
        yield group, list(practices)


def checklist_headline(outcome: Outcome) -> str:
    """`9 practices: 4 with violations, 2 to answer, 2 comply, 1 not applicable.`"""
    counts = status_counts(outcome)
    words = {
        "violations": f"{counts['violations']} with violations",
        "ask": f"{counts['ask']} for a person to answer",
        "complies": f"{counts['complies']} {'complies' if counts['complies'] == 1 else 'comply'}",
        "not-applicable": f"{counts['not-applicable']} not applicable",
    }
    listed = ", ".join(words[status] for status, number in counts.items() if number)
    practices = counted(len(outcome.checklist), "practice")
    return f"{practices}: {listed}." if listed else "The checklist is empty."


def practice_verdict(practice: PracticeResult) -> str:
    """What was judged in a practice and how it came out, in one line."""
    judged = [rule for rule in practice.rules if rule.subjects]
    if practice.status == "not-applicable" or (practice.rules and not judged and not practice.findings):
        return "nothing of the kind found"
    if not practice.rules and not practice.findings:
        return "cannot be decided from code"
    if len(judged) == 1 and len(practice.rules) == 1:
        return rule_verdict(judged[0])
    holding = sum(not rule.violating for rule in judged)
    holds = f"{holding:,} of {counted(len(judged), 'rule')} {'holds' if holding == 1 else 'hold'}"
    return f"{holds}, {counted(len(practice.findings), 'finding')}" if practice.findings else holds


def rule_verdict(rule: RuleResult) -> str:
    """`38 of 41 routes comply, 2 undecided`."""
    if not rule.subjects:
        return f"no {rule.noun} found"
    undecided = f", {rule.undecided:,} undecided" if rule.undecided else ""
    if complying(rule) == rule.subjects == 1:
        return f"1 of 1 {rule.noun} complies"
    verb = "complies" if complying(rule) == 1 else "comply"
    return f"{complying(rule):,} of {rule.subjects:,} {rule.noun} {verb}{undecided}"


def complying(rule: RuleResult) -> int:
    """How many subjects were judged and found in order."""
    return max(0, rule.subjects - rule.violating - rule.undecided)


def findings_of(rule: RuleResult, practice: PracticeResult) -> list[Finding]:
    """The findings of one rule."""
    return [finding for finding in practice.findings if finding.rule == rule.rule]


def other_findings(practice: PracticeResult) -> list[Finding]:
    """Findings of rules that the practice does not list, such as those of external engines."""
    listed = {rule.rule for rule in practice.rules}
    return [finding for finding in practice.findings if finding.rule not in listed]


def inventory_facts(inventory: Inventory) -> list[tuple[str, str]]:
    """(label, value) pairs for the head of a report."""
    numbers = {
        "files": inventory.files,
        "lines": inventory.lines,
        "routes": inventory.routes,
        "tables": inventory.tables,
        "queries": inventory.queries,
        "migrations": inventory.migrations,
    }
    return [(label, f"{number:,}") for label, number in numbers.items()]


def inventory_line(inventory: Inventory) -> str:
    """`FastAPI, SQLAlchemy on PostgreSQL: 210 files, 38,412 lines, 43 routes, …`"""
    numbers = ", ".join(f"{value} {label}" for label, value in inventory_facts(inventory))
    made_of = stack(inventory)
    return f"{made_of}: {numbers}" if made_of else numbers


def stack(inventory: Inventory) -> str:
    """`FastAPI, SQLAlchemy on PostgreSQL`; empty when nothing was recognised."""
    frameworks, databases = _listed(inventory.frameworks), _listed(inventory.databases)
    return " on ".join(filter(None, (frameworks, databases)))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(_PROPER_NAMES.get(name, name) for name in names)
