"""backlint's own JSON, version 1: one document (`json`) or one record per line (`jsonl`).

`schema/report-v1.json` describes both. Fields may be added; removing one means version 2.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from linter.finding import Finding, Fix, Location, Note
from linter.measures import Figure, Measures, Trend
from linter.outcome import Hidden, Outcome, RuleInfo
from linter.report.document import JsonObject, dump, dump_lines, identity, span, weakness_url
from linter.report.summary import tally

VERSION = 1


def render(outcome: Outcome) -> str:
    """The whole run as one document."""
    shown = [finding_object(finding, outcome) for finding in outcome.findings]
    hidden = [_hidden_object(item, outcome) for item in outcome.hidden]
    return dump({**head(outcome), "findings": shown, "hidden": hidden, **tail(outcome)})


def render_lines(outcome: Outcome) -> str:
    """The run as records; the key `type` says what each is, the last one is the summary."""
    return dump_lines(_records(outcome))


def _records(outcome: Outcome) -> Iterator[JsonObject]:
    yield {"type": "run", "version": VERSION, "tool": tool(outcome), **_settings(outcome)}
    for finding in outcome.findings:
        yield {"type": "finding", **finding_object(finding, outcome)}
    for item in outcome.hidden:
        yield {"type": "hidden", **_hidden_object(item, outcome)}
    rest = tail(outcome)
    for kind, key in (("skipped", "skipped"), ("error", "errors"), ("stale", "stale")):
        for record in rest[key]:
            yield {"type": kind, **record}
    for key in ("measures", "trend"):
        if key in rest:
            yield {"type": key, **rest[key]}
    yield {"type": "summary", **_summary(outcome)}


def head(outcome: Outcome) -> JsonObject:
    """What every document of ours begins with."""
    return {
        "version": VERSION,
        "tool": tool(outcome),
        **_settings(outcome),
        "summary": _summary(outcome),
    }


def tail(outcome: Outcome) -> JsonObject:
    """What every document of ours ends with: what was not checked, what went wrong, what was measured."""
    rest: JsonObject = {
        "skipped": [{"path": item.path, "reason": item.reason} for item in sorted(outcome.skipped)],
        "excluded": dict(sorted(outcome.excluded.items())),
        "stale": [msgspec.to_builtins(entry) for entry in sorted(outcome.stale)],
        "errors": [{"where": item.where, "message": item.message} for item in outcome.failures],
    }
    if outcome.measures.figures or outcome.measures.counts:
        rest["measures"] = _measures(outcome.measures)
    if outcome.trend is not None:
        rest["trend"] = _trend(outcome.trend)
    if outcome.timings is not None:
        rest["timings"] = dict(sorted(outcome.timings.items()))
    return rest


def _measures(measures: Measures) -> JsonObject:
    """The worst places, and the counts of each file where they were asked for."""
    shown: JsonObject = {"worst": [_figure(each) for each in measures.figures]}
    if measures.counts:
        shown["files"] = [
            {"path": path, **msgspec.structs.asdict(counts)}
            for path, counts in sorted(measures.counts.items())
        ]
    return shown


def _trend(trend: Trend) -> JsonObject:
    """All that moved."""
    moves = [_figure(each) for each in trend.moves]
    return {"base": trend.base, "commit": trend.commit, "moves": moves}


def _figure(figure: Figure) -> JsonObject:
    return {
        "measure": figure.kind,
        "path": figure.path,
        "line": figure.line,
        "name": figure.name or None,
        "value": figure.value,
        "was": figure.was,
    }


def tool(outcome: Outcome) -> JsonObject:
    """Name and version of this tool."""
    return {"name": "backlint", "version": outcome.version}


def finding_object(finding: Finding, outcome: Outcome) -> JsonObject:
    """One finding, as every JSON document of ours has it."""
    rule = outcome.rules.get(finding.rule)
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "message": finding.message,
        "help": finding.help,
        "path": finding.location.path,
        "range": _range(finding.location),
        "scope": finding.scope,
        "related": [_note(note) for note in finding.related],
        "steps": [_note(step) for step in finding.path],
        "also": list(finding.also),
        "fixable": finding.fixable or None,
        "fix": _fix(finding.fix),
        "fingerprint": identity(finding),
        "suppressed": None,
        **_references(rule),
    }


def _hidden_object(item: Hidden, outcome: Outcome) -> JsonObject:
    shown = finding_object(item.finding, outcome)
    return {**shown, "suppressed": {"by": item.by, "justification": item.justification}}


def _references(rule: RuleInfo | None) -> JsonObject:
    return {
        "engine": (rule.engine or None) if rule else None,
        "cwe": rule.cwe if rule else None,
        "owasp": (rule.owasp or None) if rule else None,
        "docs_url": weakness_url(rule),
    }


def _settings(outcome: Outcome) -> JsonObject:
    return {"profile": outcome.profile, "today": outcome.today}


def _summary(outcome: Outcome) -> JsonObject:
    counts = tally(outcome)
    return {
        "files": outcome.inventory.files,
        "findings": counts.findings,
        "severities": {severity.value: number for severity, number in counts.severities.items()},
        "hidden": counts.hidden,
        "fixable": {"safe": counts.fixable_safe, "unsafe": counts.fixable_unsafe},
        "skipped": len(outcome.skipped),
        "errors": len(outcome.failures),
    }


def _range(location: Location) -> JsonObject:
    line, column, end_line, end_column = span(location)
    return {"start": {"line": line, "column": column}, "end": {"line": end_line, "column": end_column}}


def _note(note: Note) -> JsonObject:
    return {"path": note.location.path, "range": _range(note.location), "message": note.message}


def _fix(fix: Fix | None) -> JsonObject | None:
    if fix is None:
        return None
    edits = [
        {"path": edit.location.path, "range": _range(edit.location), "content": edit.content}
        for edit in fix.edits
    ]
    return {"safety": fix.safety, "edits": edits}
