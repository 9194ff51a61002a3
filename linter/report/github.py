"""GitHub Actions: workflow commands that annotate the change, and a step summary in Markdown."""

from __future__ import annotations

from collections import Counter

from linter.finding import Finding, Severity
from linter.outcome import Outcome
from linter.report.document import span
from linter.report.escape import unicode_text, visible
from linter.report.summary import counted, headline

SHOWN_PER_KIND = 10
"""GitHub shows so many annotations of each kind per step; the rest is in the log only."""

SUMMARY_LIMIT = 1_000_000
"""GitHub refuses a step summary above 1 MiB; a little below, counted in bytes."""

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(outcome: Outcome) -> str:
    """Workflow commands, worst first, so that the annotations which GitHub shows are those that matter."""
    ordered = sorted(outcome.findings, key=lambda finding: (finding.severity.rank, finding.sort_key))
    lines = [
        _command("error", f"{item.where}: {item.message}", title="backlint failed")
        for item in outcome.failures
    ]
    lines += [_annotation(finding) for finding in ordered]
    lines += [
        _command("notice", f"not read: {item.reason}", file=item.path, title="backlint")
        for item in sorted(outcome.skipped)
    ]
    return "\n".join([*lines, *_advice(outcome), headline(outcome)]) + "\n"


def summary_markdown(outcome: Outcome) -> str:
    """For `$GITHUB_STEP_SUMMARY`."""
    from linter.report.markdown import render as render_markdown

    return render_markdown(outcome, limit=SUMMARY_LIMIT)


def _annotation(finding: Finding) -> str:
    line, column, end_line, end_column = span(finding.location)
    where: dict[str, str | int] = {"file": finding.location.path, "line": line, "endLine": end_line}
    if line == end_line:
        # GitHub drops the annotation's place when columns come with a range over several lines.
        # Its last column is inclusive.
        where |= {"col": column, "endColumn": max(column, end_column - 1)}
    text = f"{finding.message}\nhelp: {finding.help}" if finding.help else finding.message
    return _command(_COMMANDS[finding.severity], text, **where, title=finding.rule)


def _command(kind: str, text: str, **properties: str | int) -> str:
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{kind} {listed}::{_data(text)}"


def _data(text: str) -> str:
    escaped = unicode_text(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return visible(escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _advice(outcome: Outcome) -> list[str]:
    counts = Counter(finding.severity for finding in outcome.findings)
    unseen = [
        counted(counts[severity] - SHOWN_PER_KIND, f"more {severity.value}", f"more {severity.value}s")
        for severity in Severity
        if counts[severity] > SHOWN_PER_KIND
    ]
    if not unseen:
        return []
    shown = f"GitHub shows {SHOWN_PER_KIND} annotations of a kind per step"
    return [f"{', '.join(unseen)} in this log only: {shown}"]
