"""Findings as one HTML file, in the design of the audit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter.finding import Finding
from linter.outcome import Outcome
from linter.report.audit_html import SEVERITY_OPTIONS, practice_opening
from linter.report.figures_html import trend_section
from linter.report.html_finding import finding_cards, rule_documentation
from linter.report.html_page import Option, facts, footer, limits, masthead, page, tools
from linter.report.markup import html_message, html_text
from linter.report.summary import by_severity, counted, headline, severity_words
from linter.report.verdict import stack

_SORTS: list[Option] = [("severity", "Worst first"), ("findings", "Most findings first")]


def render(outcome: Outcome) -> str:
    """The page: numbers by severity, then the findings by practice and rule."""
    return page("backlint report", _body(outcome))


def _body(outcome: Outcome) -> Iterator[str]:
    practices = sorted({finding.practice for finding in outcome.findings})
    yield masthead(outcome, "Findings", stack(outcome.inventory))
    numbers = [
        (counted(number, severity.value).partition(" ")[2], f"{number:,}")
        for severity, number in by_severity(outcome.findings).items()
    ]
    yield facts([*numbers, ("files", f"{outcome.inventory.files:,}")])
    yield f'<p class="headline">{html_text(headline(outcome))}</p>'
    if practices:
        yield tools(_selects(practices))
    yield '<main>\n<div id="flat"></div><div class="group"><div>'
    for practice in practices:
        yield from _practice(practice, outcome)
    yield "</div></div></main>"
    yield trend_section(outcome)
    yield limits(outcome)
    yield footer(outcome)


def _selects(practices: Iterable[str]) -> Iterator[tuple[str, str, Iterable[Option]]]:
    yield "practice", "Every practice", [(practice, _title(practice)) for practice in practices]
    yield "severity", "Every severity", SEVERITY_OPTIONS
    yield "sort", "By name", _SORTS


def _practice(practice: str, outcome: Outcome) -> Iterator[str]:
    findings = [finding for finding in outcome.findings if finding.practice == practice]
    words = severity_words(by_severity(findings))
    worst = min((finding.severity for finding in findings), key=lambda severity: severity.rank)
    chip = (worst.value, counted(len(findings), "finding"))
    yield practice_opening(practice, _title(practice), words, "violations", chip, findings)
    for rule in sorted({finding.rule for finding in findings}):
        yield from _rule(rule, [finding for finding in findings if finding.rule == rule], outcome)
    yield "</div></details>"


def _rule(rule: str, findings: Iterable[Finding], outcome: Outcome) -> Iterator[str]:
    info = outcome.rules.get(rule)
    title = f"<b>{html_message(info.title)}</b> " if info else ""
    yield f'<section class="rule"><p>{title}<code class="id">{html_text(rule)}</code></p>'
    yield rule_documentation(info)
    yield from finding_cards(findings, outcome)
    yield "</section>"


def _title(practice: str) -> str:
    return practice.replace("-", " ").capitalize()
