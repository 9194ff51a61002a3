"""The checklist as one HTML file, to be opened from disk, forwarded or printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter.finding import Finding, Severity
from linter.outcome import Outcome, PracticeResult, RuleResult, Status
from linter.report.figures import PRACTICE
from linter.report.figures_html import figure_tables, trend_section
from linter.report.html_finding import finding_cards, rule_documentation
from linter.report.html_page import Option, facts, footer, limits, masthead, page, tools
from linter.report.markup import html_message, html_text
from linter.report.summary import counted
from linter.report.verdict import (
    STATUS_WORDS,
    checklist_headline,
    complying,
    findings_of,
    groups,
    inventory_facts,
    other_findings,
    practice_verdict,
    rule_verdict,
    stack,
)

SIGNS: dict[Status, str] = {"complies": "✓", "violations": "✗", "not-applicable": "·", "ask": "?"}
SEVERITY_OPTIONS: list[Option] = [(severity.value, severity.value) for severity in Severity]

_STATUSES = list(STATUS_WORDS)
_OPEN: frozenset[Status] = frozenset({"violations", "ask"})
_SORTS: list[Option] = [
    ("severity", "Worst first"),
    ("findings", "Most findings first"),
    ("status", "By status"),
    ("name", "By name"),
]


def render_html(outcome: Outcome) -> str:
    """The page: inventory, verdicts, then each practice with evidence, violations and questions."""
    return page("Backend audit", _body(outcome))


def _body(outcome: Outcome) -> Iterator[str]:
    yield masthead(outcome, "Backend audit", stack(outcome.inventory))
    yield facts(inventory_facts(outcome.inventory))
    yield f'<p class="headline">{html_text(checklist_headline(outcome))}</p>'
    yield _strip(outcome.checklist)
    yield _overview(outcome)
    if outcome.checklist:
        yield tools(_selects(outcome))
    yield '<main>\n<div id="flat"></div>'
    for group, practices in groups(outcome):
        yield f'<section class="group"><h2>{html_text(group)}</h2><div>'
        for practice in practices:
            yield from _practice(practice, outcome)
        yield "</div></section>"
    yield "</main>"
    yield trend_section(outcome)
    yield limits(outcome)
    yield footer(outcome)


def _selects(outcome: Outcome) -> Iterator[tuple[str, str, Iterable[Option]]]:
    practices = [(practice.id, practice.title) for practice in outcome.checklist]
    statuses = list(STATUS_WORDS.items())
    yield "practice", "Every practice", practices
    yield "status", "Every status", statuses
    yield "severity", "Every severity", SEVERITY_OPTIONS
    yield "sort", "Checklist order", _SORTS


def _strip(practices: Iterable[PracticeResult]) -> str:
    cells = (
        f'<a class="{practice.status}" href="#{_anchor(practice.id)}" '
        f'title="{html_text(f"{practice.title}: {STATUS_WORDS[practice.status]}")}" '
        f'aria-label="{html_text(f"{practice.title}: {STATUS_WORDS[practice.status]}")}"></a>'
        for practice in practices
    )
    return f'<nav class="strip" aria-label="Verdict of each practice">{"".join(cells)}</nav>'


def _overview(outcome: Outcome) -> str:
    columns = []
    for group, practices in groups(outcome):
        rows = "".join(map(_overview_row, practices))
        columns.append(f"<div><h3>{html_text(group)}</h3><ul>{rows}</ul></div>")
    return f'<div class="overview">{"".join(columns)}</div>'


def _overview_row(practice: PracticeResult) -> str:
    number = f'<span class="number">{len(practice.findings):,}</span>' if practice.findings else ""
    sign = f'<span class="sign {practice.status}" aria-hidden="true">{SIGNS[practice.status]}</span>'
    link = f'<a href="#{_anchor(practice.id)}">{html_text(practice.title)}</a>'
    return f"<li>{sign}{link}{number}</li>"


def _anchor(id: str) -> str:
    """Prefixed, so that no practice takes the name of a control."""
    return html_text(f"practice-{id}")


def _practice(practice: PracticeResult, outcome: Outcome) -> Iterator[str]:
    verdict = practice_verdict(practice)
    yield practice_opening(
        practice.id,
        practice.title,
        verdict,
        practice.status,
        (practice.status, STATUS_WORDS[practice.status]),
        practice.findings,
    )
    yield f'<p class="summary">{html_message(practice.summary)}</p>'
    if practice.id == PRACTICE:
        yield from figure_tables(outcome)
    violated = [rule for rule in practice.rules if findings_of(rule, practice)]
    held = [rule for rule in practice.rules if rule.subjects and rule not in violated]
    for rule in sorted(violated, key=lambda rule: worst_rank(findings_of(rule, practice))):
        yield from _rule(rule, practice, outcome)
    others = other_findings(practice)
    if others:
        yield '<section class="rule"><p>Found by other rules and tools</p>'
        yield from finding_cards(others, outcome)
        yield "</section>"
    yield from _held(held, practice, outcome)
    yield from _not_applicable(practice)
    if practice.questions:
        items = "".join(f"<li>{html_message(question)}</li>" for question in practice.questions)
        yield f'<div class="asked"><b>For a person to answer</b><ul>{items}</ul></div>'
    yield "</div></details>"


def practice_opening(
    id: str, title: str, verdict: str, status: Status, chip: tuple[str, str], findings: Iterable[Finding]
) -> str:
    """The head of a practice, `chip` being (style, text); the caller closes `</div></details>`."""
    listed = list(findings)
    rank = worst_rank(listed)
    opened = " open" if status in _OPEN else ""
    data = {
        "id": id,
        "name": title,
        "status": status,
        "status-rank": str(_STATUSES.index(status)),
        "findings": str(len(listed)),
        "rank": str(rank),
    }
    attributes = " ".join(f'data-{name}="{html_text(value)}"' for name, value in data.items())
    return (
        f'<details class="practice" id="{_anchor(id)}" {attributes}{opened}>'
        f'<summary><h3>{html_text(title)}</h3><span class="chip {chip[0]}">{html_text(chip[1])}</span>'
        f'<span class="verdict">{html_text(verdict)}</span></summary><div class="body">'
    )


def worst_rank(findings: Iterable[Finding]) -> int:
    """The rank of the worst severity among `findings`; beyond all ranks when there are none."""
    return min((finding.severity.rank for finding in findings), default=len(Severity))


def _held(rules: list[RuleResult], practice: PracticeResult, outcome: Outcome) -> Iterator[str]:
    """Rules without a violation; folded where violations are what a reader has come for."""
    fold = bool(practice.findings and rules)
    if fold:
        words = f"{counted(len(rules), 'rule')} {'holds' if len(rules) == 1 else 'hold'}"
        yield f'<details class="more held"><summary>{words}</summary><div>'
    for rule in rules:
        yield from _rule(rule, practice, outcome)
    if fold:
        yield "</div></details>"


def _rule(rule: RuleResult, practice: PracticeResult, outcome: Outcome) -> Iterator[str]:
    info = outcome.rules.get(rule.rule)
    title = f"<b>{html_message(info.title)}</b> " if info else ""
    name = f'{title}<code class="id">{html_text(rule.rule)}</code>'
    yield f'<section class="rule"><div class="top"><p>{name}</p>'
    yield f'<p class="soft">{html_text(rule_verdict(rule))}</p>'
    yield _meter(rule)
    yield "</div>"
    yield rule_documentation(info)
    yield _evidence(rule)
    yield from finding_cards(findings_of(rule, practice), outcome)
    yield "</section>"


def _meter(rule: RuleResult) -> str:
    if not rule.subjects:
        return ""
    shares = [("ok", complying(rule)), ("no", rule.violating), ("unknown", rule.undecided)]
    bars, left = [], 0.0
    for name, number in shares:
        width = 100 * number / rule.subjects
        if width:
            bars.append(f'<rect class="{name}" x="{left:.2f}" width="{width:.2f}" height="6"/>')
        left += width
    label = html_text(rule_verdict(rule))
    return (
        f'<svg class="meter" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label="{label}">'
        f"{''.join(bars)}</svg>"
    )


def _evidence(rule: RuleResult) -> str:
    if not rule.evidence:
        return ""
    items = "".join(
        f"<li>{html_message(label)} <code>{html_text(f'{path}:{line}')}</code></li>"
        for label, path, line in rule.evidence
    )
    words = f"{complying(rule):,} in order" + (
        ", for example" if complying(rule) > len(rule.evidence) else ""
    )
    return f'<details class="more"><summary>{words}</summary><ul class="plain">{items}</ul></details>'


def _not_applicable(practice: PracticeResult) -> Iterator[str]:
    rules = [rule for rule in practice.rules if not rule.subjects and not findings_of(rule, practice)]
    if rules:
        listed = "; ".join(
            f"no {html_text(rule.noun)} (<code>{html_text(rule.rule)}</code>)" for rule in rules
        )
        yield f'<p class="rule small soft">Not applicable here: {listed}</p>'
