"""Findings, source lines and rule documentation as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from linter.finding import Finding, Note
from linter.outcome import Outcome, RuleInfo
from linter.report.document import weakness_url
from linter.report.markup import html_message, html_text
from linter.report.snippet import SnippetLine, snippet
from linter.report.summary import counted

CARDS_IN_SIGHT = 5
"""More findings of one rule than this are folded away under the first ones."""

_FENCE = re.compile(r"^```[^\n]*\n(.*?)(?:^```[^\n]*$|\Z)", re.MULTILINE | re.DOTALL)
_BULLET = re.compile(r"^[-*] +", re.MULTILINE)
_HEADING = re.compile(r"^#+ +")


def finding_cards(findings: Iterable[Finding], outcome: Outcome) -> Iterator[str]:
    """Findings worst first; the many of one kind folded, none left out."""
    ordered = sorted(findings, key=lambda finding: (finding.severity.rank, finding.sort_key))
    cards = [finding_card(finding, outcome) for finding in ordered]
    folded = cards[CARDS_IN_SIGHT:]
    yield from cards[:CARDS_IN_SIGHT]
    if folded:
        words = counted(len(folded), "more finding")
        yield f'<details class="more fold"><summary>{words}</summary>{"".join(folded)}</details>'


def finding_card(finding: Finding, outcome: Outcome) -> str:
    """One finding with its source, path, related places and help."""
    severity = finding.severity.value
    parts = [
        f'<article class="finding {severity}" data-severity="{severity}">',
        f'<header><span class="chip {severity}">{severity}</span>',
        f"<h4>{html_message(_capital(finding.message))}</h4></header>",
        f'<p class="where">{_where(finding)}</p>',
        source_block(snippet(outcome.sources, finding.location)),
        *_notes(finding),
    ]
    if finding.help:
        parts.append(f'<p class="help"><b>How to comply:</b> {html_message(finding.help)}</p>')
    parts.append("</article>")
    return "\n".join(filter(None, parts))


def _capital(text: str) -> str:
    """A heading begins with a capital; code in it stays as it is."""
    return text[:1].upper() + text[1:]


def _where(finding: Finding) -> str:
    place = finding.location
    parts = [f"<code>{html_text(f'{place.path}:{place.line}:{place.column}')}</code>"]
    if finding.scope:
        parts.append(f"in <code>{html_text(finding.scope)}</code>")
    if finding.also:
        parts.append(f"· also found by {html_text(', '.join(finding.also))}")
    if finding.fixable:
        parts.append(
            "· <code>backlint fix</code> can do it" if finding.fixable == "safe" else "· has an unsafe fix"
        )
    return " ".join(parts)


def _notes(finding: Finding) -> Iterator[str]:
    if finding.path:
        yield f'<ol class="notes">{"".join(map(_note, finding.path))}</ol>'
    if finding.related:
        yield f'<ul class="notes">{"".join(map(_note, finding.related))}</ul>'


def _note(note: Note) -> str:
    place = f"{note.location.path}:{note.location.line}"
    return f"<li>{html_message(note.message)} <code>{html_text(place)}</code></li>"


def source_block(lines: Iterable[SnippetLine]) -> str:
    """Numbered source lines with the marked part highlighted; empty without lines."""
    shown = "".join(map(_source_line, lines))
    return f'<pre class="code" tabindex="0"><code>{shown}</code></pre>' if shown else ""


def _source_line(line: SnippetLine) -> str:
    gap = '<span class="line"><span class="number">⋮</span></span>' if line.gap else ""
    number = f'<span class="number">{line.number}</span>'
    if not line.marked:
        return f'{gap}<span class="line">{number}{_code(line.text)}</span>'
    before, marked, after = line.text[: line.start], line.text[line.start : line.end], line.text[line.end :]
    text = f"{_code(before)}<mark>{_code(marked) or ' '}</mark>{_code(after)}"
    return f'{gap}<span class="line on">{number}{text}</span>'


def _code(text: str) -> str:
    """Source text; tabs stay tabs, the style sheet gives them their width."""
    return "\t".join(map(html_text, text.split("\t")))


def rule_documentation(rule: RuleInfo | None) -> str:
    """Why the rule exists, folded away; empty for a rule without documentation."""
    if rule is None or not rule.documentation.strip():
        return ""
    references = []
    url = weakness_url(rule)
    if url:
        references.append(f'<a href="{html_text(url)}" rel="noreferrer">CWE-{rule.cwe}</a>')
    if rule.owasp:
        references.append(f"OWASP {html_text(rule.owasp)}")
    if references:
        references = [f'<p class="soft">{" · ".join(references)}</p>']
    body = "".join([*prose(rule.documentation), *references])
    summary = "<summary>Why this matters</summary>"
    return f'<details class="more doc">{summary}<div class="prose">{body}</div></details>'


def prose(markdown: str) -> Iterator[str]:
    """The Markdown that rule documentation uses: paragraphs, lists, headings and fenced code."""
    position = 0
    for fence in _FENCE.finditer(markdown):
        yield from _blocks(markdown[position : fence.start()])
        lines = "\n".join(_code(line) for line in fence[1].rstrip("\n").split("\n"))
        yield f'<pre class="code"><code><span class="line">{lines}</span></code></pre>'
        position = fence.end()
    yield from _blocks(markdown[position:])


def _blocks(markdown: str) -> Iterator[str]:
    for block in re.split(r"\n\s*\n", markdown.strip()):
        if _BULLET.match(block):
            items = (html_message(" ".join(item.split())) for item in _BULLET.split(block) if item.strip())
            yield f'<ul class="plain">{"".join(f"<li>{item}</li>" for item in items)}</ul>'
        elif _HEADING.match(block):
            yield f"<p><b>{html_message(_HEADING.sub('', block))}</b></p>"
        elif block.strip():
            yield f"<p>{html_message(' '.join(block.split()))}</p>"
