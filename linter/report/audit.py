"""The checklist with its evidence: for a terminal, as Markdown, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from linter.finding import Finding
from linter.outcome import Outcome, PracticeResult, RuleResult, Status
from linter.report.document import JsonObject, dump
from linter.report.escape import harmless_log, visible
from linter.report.figures import PRACTICE
from linter.report.figures_markdown import markdown_figures, markdown_trend
from linter.report.figures_text import text_figures
from linter.report.json_report import finding_object, head, tail
from linter.report.markup import markdown_cell, markdown_code, markdown_message, markdown_text
from linter.report.summary import counted
from linter.report.terminal import Paint, place
from linter.report.verdict import (
    STATUS_WORDS,
    checklist_headline,
    complying,
    findings_of,
    groups,
    inventory_line,
    other_findings,
    practice_verdict,
    rule_verdict,
    status_counts,
)

FINDINGS_SHOWN = 5
"""How many findings of a rule the terminal and Markdown list; HTML and JSON list all."""

EVIDENCE_SHOWN = 3
"""How many places in order Markdown names for each rule."""

_WHOLE = "backlint audit --output html=audit.html"

_SIGNS: dict[Status, str] = {"complies": "✓", "violations": "✗", "not-applicable": "·", "ask": "?"}
_CODES: dict[Status, str] = {"complies": "32", "violations": "31", "not-applicable": "2", "ask": "36"}


def render_json(outcome: Outcome) -> str:
    """The checklist as data, version 1: `schema/audit-v1.json`."""
    return dump(
        {
            **head(outcome),
            "inventory": msgspec.to_builtins(outcome.inventory),
            "practices": status_counts(outcome),
            "checklist": [_practice_object(practice, outcome) for practice in outcome.checklist],
            **tail(outcome),
        }
    )


def _practice_object(practice: PracticeResult, outcome: Outcome) -> JsonObject:
    return {
        "id": practice.id,
        "title": practice.title,
        "group": practice.group,
        "summary": practice.summary,
        "status": practice.status,
        "verdict": practice_verdict(practice),
        "rules": [_rule_object(rule, outcome) for rule in practice.rules],
        "findings": [finding_object(finding, outcome) for finding in practice.findings],
        "questions": list(practice.questions),
    }


def _rule_object(rule: RuleResult, outcome: Outcome) -> JsonObject:
    info = outcome.rules.get(rule.rule)
    return {
        "rule": rule.rule,
        "title": info.title if info else None,
        "noun": rule.noun,
        "subjects": rule.subjects,
        "complying": complying(rule),
        "violating": rule.violating,
        "undecided": rule.undecided,
        "verdict": rule_verdict(rule),
        "evidence": [{"label": label, "path": path, "line": line} for label, path, line in rule.evidence],
    }


def render_text(outcome: Outcome, *, colour: bool = False) -> str:
    """The checklist for a terminal: every practice, its open ends below it."""
    from linter.report.text import closing

    paint = Paint(colour)
    blocks = [f"{paint.bold('Backend audit')}  {visible(inventory_line(outcome.inventory))}"]
    width = max((len(visible(practice.title)) for practice in outcome.checklist), default=0)
    for group, practices in groups(outcome):
        lines = [paint.bold(visible(group))]
        for practice in practices:
            lines += _text_practice(practice, min(width, 30), paint)
            if practice.id == PRACTICE:
                lines += text_figures(outcome, paint)
            lines += _text_questions(practice, paint)
        blocks.append("\n".join(lines))
    blocks += ["\n".join(lines) for lines in closing(outcome, paint) if lines]
    if any(len(findings) > FINDINGS_SHOWN for findings in _findings_by_rule(outcome)):
        blocks[-1] = f"{paint.dim('All findings, with their source:')} {_WHOLE}\n{blocks[-1]}"
    blocks.append(paint.bold(checklist_headline(outcome)))
    return harmless_log("\n\n".join(blocks) + "\n")


def _text_practice(practice: PracticeResult, width: int, paint: Paint) -> Iterator[str]:
    sign = paint(_CODES[practice.status], _SIGNS[practice.status])
    verdict = visible(practice_verdict(practice))
    shown = verdict if practice.status == "violations" else paint.dim(verdict)
    yield f"  {sign} {visible(practice.title):<{width}}  {shown}"
    for rule in practice.rules:
        findings = findings_of(rule, practice)
        if findings:
            counts = paint.dim(visible(rule_verdict(rule)))
            yield f"      {visible(rule.rule)}  {counts}"
            yield from _text_findings(findings, paint)
    others = other_findings(practice)
    if others:
        yield f"      {paint.dim('from other rules')}"
        yield from _text_findings(others, paint)


def _text_questions(practice: PracticeResult, paint: Paint) -> Iterator[str]:
    for question in practice.questions:
        yield f"      {paint('36', '?')} {visible(question)}"


def _text_findings(findings: Sequence[Finding], paint: Paint) -> Iterator[str]:
    for finding in _worst_first(findings)[:FINDINGS_SHOWN]:
        where = place(finding.location)
        severity = paint.severity(finding.severity, finding.severity.value)
        yield f"        {where}: {severity}: {visible(finding.message)}"
    if len(findings) > FINDINGS_SHOWN:
        yield paint.dim(f"        and {len(findings) - FINDINGS_SHOWN:,} more")


def _worst_first(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: (finding.severity.rank, finding.sort_key))


def _findings_by_rule(outcome: Outcome) -> Iterator[Sequence[Finding]]:
    for practice in outcome.checklist:
        yield from (findings_of(rule, practice) for rule in practice.rules)
        yield other_findings(practice)


def render_markdown(outcome: Outcome) -> str:
    """The checklist as Markdown: a table of verdicts, then each practice with its evidence."""
    blocks = [
        "# Backend audit",
        markdown_text(inventory_line(outcome.inventory)),
        f"**{markdown_text(checklist_headline(outcome))}**",
        "\n".join(_markdown_table(outcome)),
    ]
    for group, practices in groups(outcome):
        blocks.append(f"## {markdown_text(group)}")
        for practice in practices:
            blocks += _markdown_practice(practice)
            blocks += markdown_figures(outcome) if practice.id == PRACTICE else ()
            blocks += _markdown_questions(practice)
    blocks += _markdown_ending(outcome)
    return "\n\n".join(block for block in blocks if block) + "\n"


def _markdown_table(outcome: Outcome) -> Iterator[str]:
    if not outcome.checklist:
        return
    yield "| | Practice | Verdict | Findings |"
    yield "|---|---|---|---:|"
    for practice in outcome.checklist:
        title, verdict = markdown_text(practice.title), markdown_text(practice_verdict(practice))
        cells = [_SIGNS[practice.status], title, verdict, f"{len(practice.findings):,}"]
        yield f"| {' | '.join(map(markdown_cell, cells))} |"


def _markdown_practice(practice: PracticeResult) -> Iterator[str]:
    status = STATUS_WORDS[practice.status]
    yield f"### {_SIGNS[practice.status]} {markdown_text(practice.title)}"
    yield f"{markdown_message(practice.summary)}\n\n**{status}**: {markdown_text(practice_verdict(practice))}"
    yield "\n".join(_markdown_rule(rule) for rule in practice.rules)
    for rule in practice.rules:
        yield from _markdown_findings(markdown_code(rule.rule), findings_of(rule, practice))
    yield from _markdown_findings("Other rules", other_findings(practice))


def _markdown_questions(practice: PracticeResult) -> Iterator[str]:
    if practice.questions:
        asked = "\n".join(f"- [ ] {markdown_message(question)}" for question in practice.questions)
        yield f"For a person to answer:\n\n{asked}"


def _markdown_rule(rule: RuleResult) -> str:
    line = f"- {markdown_code(rule.rule)}: {markdown_text(rule_verdict(rule))}"
    if not rule.evidence:
        return line
    seen = ", ".join(
        f"{markdown_message(label)} ({markdown_code(f'{path}:{number}')})"
        for label, path, number in rule.evidence[:EVIDENCE_SHOWN]
    )
    return f"{line}. For example {seen}"


def _markdown_findings(title: str, findings: Sequence[Finding]) -> Iterator[str]:
    if not findings:
        return
    shown = _worst_first(findings)[:FINDINGS_SHOWN]
    yield f"**{title}**: {counted(len(findings), 'finding')}"
    yield "\n".join(map(_markdown_finding, shown))
    if len(findings) > len(shown):
        yield f"and {len(findings) - len(shown):,} more: {markdown_code(_WHOLE)} lists all."


def _markdown_finding(finding: Finding) -> str:
    where = markdown_code(f"{finding.location.path}:{finding.location.line}")
    help = f" *Help:* {markdown_message(finding.help)}" if finding.help else ""
    return f"1. **{finding.severity.value}** {where} {markdown_message(finding.message)}.{help}"


def _markdown_ending(outcome: Outcome) -> Iterator[str]:
    yield from markdown_trend(outcome)
    if outcome.skipped or outcome.failures:
        yield "## What was not checked"
        lines = [
            f"- {markdown_code(item.path)}: {markdown_text(item.reason)}" for item in sorted(outcome.skipped)
        ]
        lines += [
            f"- {markdown_text(item.where)}: {markdown_text(item.message)}" for item in outcome.failures
        ]
        yield "\n".join(lines)
    made_by = f"backlint {outcome.version}, profile {outcome.profile}, {outcome.today}"
    yield f"<sub>{markdown_text(made_by)}</sub>"
