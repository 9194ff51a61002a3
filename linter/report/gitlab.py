"""GitLab Code Quality: a JSON array of issues."""

from __future__ import annotations

from collections import Counter

from linter.finding import Finding, Severity
from linter.outcome import Outcome
from linter.report.document import JsonObject, dump, identity

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "info"}


def render(outcome: Outcome) -> str:
    """One issue per finding. GitLab merges equal fingerprints, so repeats carry their occurrence number."""
    seen: Counter[str] = Counter()
    issues = []
    for finding in outcome.findings:
        fingerprint = identity(finding)
        seen[fingerprint] += 1
        if seen[fingerprint] > 1:
            fingerprint = f"{fingerprint}:{seen[fingerprint]}"
        issues.append(_issue(finding, fingerprint))
    return dump(issues)


def _issue(finding: Finding, fingerprint: str) -> JsonObject:
    # GitLab does not show `check_name`, so the description names the rule too.
    return {
        "description": f"{finding.rule}: {finding.message}",
        "check_name": finding.rule,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": finding.location.path, "lines": {"begin": max(1, finding.location.line)}},
    }
