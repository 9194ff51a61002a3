"""The numbers of a run, and the sentences made of them, the same in every format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from linter.finding import Finding, Severity
from linter.outcome import HiddenBy, Outcome

HIDDEN_WORDS: Mapping[HiddenBy, str] = {
    "suppression": "ignored",
    "baseline": "in baseline",
    "released": "in migrations of the base branch",
    "unchanged": "outside the change",
    "refuted": "refuted by following the values",
    "profile": "outside the profile",
}
"""Why findings are not shown, in the order in which reports say it."""


class Tally(msgspec.Struct, frozen=True):
    """Counts of one run. `hidden` has every reason, also those with zero."""

    findings: int
    severities: dict[Severity, int]
    hidden: dict[HiddenBy, int]
    fixable_safe: int
    fixable_unsafe: int


def tally(outcome: Outcome) -> Tally:
    """Count the findings of a run by severity, and the hidden ones by reason."""
    hidden = Counter(item.by for item in outcome.hidden)
    fixable = Counter(finding.fixable for finding in outcome.findings)
    return Tally(
        findings=len(outcome.findings),
        severities=by_severity(outcome.findings),
        hidden={reason: hidden[reason] for reason in HIDDEN_WORDS},
        fixable_safe=fixable["safe"],
        fixable_unsafe=fixable["unsafe"],
    )


def by_severity(findings: Iterable[Finding]) -> dict[Severity, int]:
    """How many findings there are of each severity, worst first, zeros included."""
    counts = Counter(finding.severity for finding in findings)
    return {severity: counts[severity] for severity in Severity}


def rule_to_explain(outcome: Outcome) -> str:
    """The rule whose explanation helps most: of the worst severity, then with the most findings; or empty."""
    if not outcome.findings:
        return ""
    worst = min(finding.severity.rank for finding in outcome.findings)
    counts = Counter(finding.rule for finding in outcome.findings if finding.severity.rank == worst)
    return min(counts, key=lambda rule: (-counts[rule], rule))


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 file`, `2,310 files`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def severity_words(counts: Mapping[Severity, int]) -> str:
    """`1 error, 2 warnings`; severities without findings are left out."""
    return ", ".join(counted(number, severity.value) for severity, number in counts.items() if number)


def hidden_words(outcome: Outcome) -> str:
    """`4 ignored, 12 in baseline`; reasons without findings are left out."""
    counts = tally(outcome).hidden
    return ", ".join(
        f"{counts[reason]:,} {words}" for reason, words in HIDDEN_WORDS.items() if counts[reason]
    )


def headline(outcome: Outcome) -> str:
    """The one sentence that sums a run up."""
    files = counted(outcome.inventory.files, "file")
    hidden = hidden_words(outcome)
    if not outcome.findings:
        return f"No problems found in {files}" + (f" ({hidden})." if hidden else ".")
    severities = severity_words(by_severity(outcome.findings))
    inside = f"{severities}; {hidden}" if hidden else severities
    return f"Found {counted(len(outcome.findings), 'problem')} ({inside}) in {files}."
