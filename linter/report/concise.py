"""One finding per line, for editors, `grep` and problem matchers: `path:line:col: severity rule message`."""

from __future__ import annotations

from linter.finding import Finding
from linter.outcome import Outcome
from linter.report.escape import harmless_log, visible
from linter.report.summary import headline
from linter.report.terminal import place


def render(outcome: Outcome) -> str:
    """Findings, then files that were not read, failures, and the summary as the last line."""
    lines = [_line(finding) for finding in outcome.findings]
    lines += [f"{visible(item.path)}: not read: {visible(item.reason)}" for item in sorted(outcome.skipped)]
    lines += [f"internal error: {visible(item.where)}: {visible(item.message)}" for item in outcome.failures]
    lines.append(headline(outcome))
    return harmless_log("\n".join(lines) + "\n")


def _line(finding: Finding) -> str:
    judgement = f"{finding.severity.value} {visible(finding.rule)}"
    return f"{place(finding.location)}: {judgement} {visible(finding.message)}"
