"""Findings as Markdown, for a comment on a change or a step summary."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from linter.finding import Finding, Severity
from linter.outcome import Outcome
from linter.report.escape import visible
from linter.report.figures_markdown import markdown_trend
from linter.report.markup import markdown_code, markdown_fence, markdown_message, markdown_text
from linter.report.snippet import snippet
from linter.report.summary import counted, headline, rule_to_explain

COMMENT_LIMIT = 60_000
"""GitHub takes comments of 65,536 characters; room is left for what a bot puts around it."""

_SIGNS = {Severity.ERROR: "🔴", Severity.WARNING: "🟡", Severity.NOTE: "🔵"}


def render(outcome: Outcome, *, limit: int = COMMENT_LIMIT) -> str:
    """Findings by file, at most `limit` bytes of UTF-8; what does not fit is counted."""
    blocks = [f"### backlint\n\n{markdown_text(headline(outcome))}"]
    ending = list(_ending(outcome, limit))
    room = limit - sum(map(_size, (*blocks, *ending))) - 200
    shown = 0
    for path, findings in groupby(outcome.findings, key=lambda finding: finding.location.path):
        heading = f"#### {markdown_code(path)}"
        for finding in findings:
            block = "\n\n".join([*([heading] if heading else []), _finding(finding, outcome)])
            room -= _size(block)
            if room < 0:
                break
            blocks.append(block)
            heading = ""
            shown += 1
        if room < 0:
            break
    if shown < len(outcome.findings):
        blocks.append(
            f"**{len(outcome.findings) - shown:,} more** did not fit here; the log has all of them."
        )
    return "\n\n".join([*blocks, *ending]) + "\n"


def _size(block: str) -> int:
    return len(block.encode("utf-8", "surrogatepass")) + 2


def _finding(finding: Finding, outcome: Outcome) -> str:
    place = finding.location
    rule = markdown_code(finding.rule)
    title = f"{_SIGNS[finding.severity]} **{place.line}:{place.column}** {markdown_message(finding.message)}"
    parts = [f"{title}<br>{finding.severity.value} · {rule}"]
    lines = snippet(outcome.sources, place)
    if lines:
        digits = len(str(lines[-1].number))
        code = (
            f"{'>' if line.marked else ' '} {line.number:>{digits}} | {visible(line.text.expandtabs(4))}"
            for line in lines
        )
        parts.append(markdown_fence("\n".join(map(str.rstrip, code)), "text"))
    notes = [*_notes(finding)]
    if notes:
        parts.append("\n".join(notes))
    if finding.help:
        parts.append(f"**Help:** {markdown_message(finding.help)}")
    return "\n\n".join(parts)


def _notes(finding: Finding) -> Iterator[str]:
    for number, step in enumerate(finding.path, 1):
        yield f"{number}. {_place(step.location.path, step.location.line)} {markdown_message(step.message)}"
    if finding.also:
        yield f"- also found by {markdown_text(', '.join(finding.also))}"
    for note in finding.related:
        yield f"- {_place(note.location.path, note.location.line)} {markdown_message(note.message)}"


def _place(path: str, line: int) -> str:
    return markdown_code(f"{path}:{line}")


def _ending(outcome: Outcome, limit: int) -> Iterator[str]:
    """What was not checked and what moved; the lists are cut when even they would be too long."""
    failures = [f"- {markdown_text(f'{item.where}: {item.message}')}" for item in outcome.failures]
    if failures:
        yield f"**Internal errors**\n\n{_cut(failures, limit)}"
    skipped = [
        f"- {markdown_code(item.path)} {markdown_text(item.reason)}" for item in sorted(outcome.skipped)
    ]
    if skipped:
        title = f"Not read, or not in full: {counted(len(skipped), 'file')}"
        yield f"<details><summary>{title}</summary>\n\n{_cut(skipped, limit)}\n\n</details>"
    yield from markdown_trend(outcome)
    if outcome.findings:
        rule = markdown_code(f"backlint explain {rule_to_explain(outcome)}")
        yield f"What a rule means and how to comply: {rule}"


def _cut(lines: list[str], limit: int) -> str:
    room = limit // 5
    kept: list[str] = []
    for line in lines:
        room -= _size(line)
        if room < 0:
            return "\n".join([*kept, f"- {len(lines) - len(kept):,} more"])
        kept.append(line)
    return "\n".join(kept)
