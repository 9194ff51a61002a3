"""SARIF 2.1.0, with everything that GitHub code scanning reads.

Columns count code points. Suppressed findings and those in the baseline are in the log and marked as
such; those outside the profile or the change are only counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from linter.finding import Finding, Fix, Location, Note
from linter.outcome import Failure, Hidden, Outcome, Skipped
from linter.report.document import JsonObject, dump, identity, span
from linter.report.line_hash import line_hashes
from linter.report.sarif_rules import LEVELS, driver
from linter.report.summary import tally

SCHEMA_URL = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "SRCROOT"
FINGERPRINT = "backlint/v1"

_MAX_SNIPPET_LINES = 10
_CONTEXT_LINES = 2
_MAX_RELATED = 900
"""GitHub takes 1,000 locations a result."""


def render(outcome: Outcome) -> str:
    """One log with one run."""
    return dump({"$schema": SCHEMA_URL, "version": "2.1.0", "runs": [_Log(outcome).run()]})


class _Log:
    """The tables that results point into, and the results."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.marked = [item for item in outcome.hidden if item.by in ("suppression", "baseline")]
        listed = [*outcome.findings, *(item.finding for item in self.marked)]
        self.rule_ids = sorted({*outcome.rules, *(finding.rule for finding in listed)})
        self.rule_index = {rule: index for index, rule in enumerate(self.rule_ids)}
        self.hashes: dict[str, list[str]] = {}

    def run(self) -> JsonObject:
        outcome = self.outcome
        results = [self.result(finding) | {"baselineState": "new"} for finding in outcome.findings]
        results += [self.result(item.finding) | _suppressed(item) for item in self.marked]
        return {
            "tool": {"driver": driver(outcome, self.rule_ids)},
            "automationDetails": {"id": "backlint/"},
            "invocations": [_invocation(outcome)],
            "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the checked project."}}},
            "columnKind": "unicodeCodePoints",
            "results": results,
            "properties": {
                "profile": outcome.profile,
                "today": outcome.today,
                "files": outcome.inventory.files,
                "hidden": tally(outcome).hidden,
            },
        }

    def result(self, finding: Finding) -> JsonObject:
        result: JsonObject = {
            "ruleId": finding.rule,
            "ruleIndex": self.rule_index[finding.rule],
            "level": LEVELS[finding.severity],
            "message": {"text": _message(finding)},
            "locations": [_location(finding.location, self.outcome.sources)],
            "partialFingerprints": self.fingerprints(finding),
            "properties": {"confidence": finding.confidence.value},
        }
        context = _context_region(finding.location, self.outcome.sources)
        if context:
            result["locations"][0]["physicalLocation"]["contextRegion"] = context
        if finding.also:
            result["properties"]["also"] = list(finding.also)
        if finding.scope:
            result["locations"][0]["logicalLocations"] = [{"fullyQualifiedName": finding.scope}]
        if finding.related:
            numbered = enumerate(finding.related[:_MAX_RELATED], 1)
            result["relatedLocations"] = [{"id": id, **self.note(note)} for id, note in numbered]
        if finding.path:
            steps = [{"location": self.note(step)} for step in finding.path[:_MAX_RELATED]]
            result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
        if finding.fix and finding.fix.edits:
            result["fixes"] = [_fix(finding.fix, finding.help)]
        return result

    def note(self, note: Note) -> JsonObject:
        place = _location(note.location, self.outcome.sources)
        return {**place, "message": {"text": _sentence(note.message)}}

    def fingerprints(self, finding: Finding) -> JsonObject:
        """Our own, and GitHub's when the source is at hand."""
        own = {FINGERPRINT: identity(finding)}
        path, line = finding.location.path, finding.location.line
        lines = self.outcome.sources.get(path)
        if lines is None:
            return own
        if path not in self.hashes:
            self.hashes[path] = line_hashes(lines)
        hashes = self.hashes[path]
        return {"primaryLocationLineHash": hashes[line - 1], **own} if 1 <= line <= len(hashes) else own


def _message(finding: Finding) -> str:
    """GitHub takes the first sentence as the title."""
    text = _sentence(finding.message)
    return f"{text} {_sentence(finding.help)}" if finding.help.strip() else text


def _sentence(text: str) -> str:
    """A capital first, a full stop last, never empty: SARIF readers join messages into prose."""
    text = text.strip() or "No description"
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def _suppressed(item: Hidden) -> JsonObject:
    if item.by == "baseline":
        suppression = {"kind": "external", "justification": item.justification or "Accepted in the baseline."}
        return {"baselineState": "unchanged", "suppressions": [suppression]}
    inline = {"kind": "inSource"}
    if item.justification:
        inline["justification"] = item.justification
    return {"baselineState": "new", "suppressions": [inline]}


def artifact(path: str) -> JsonObject:
    """A file of the project, relative to its root."""
    # The first segment of a relative reference must not hold a colon; quoting each one is simplest.
    quoted = quote(_path_bytes(path), safe="/~!$&'()*+,;=@")
    return {"uri": quoted or ".", "uriBaseId": ROOT}


def _path_bytes(path: str) -> bytes:
    """The bytes that the file system knows the path by."""
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return path.encode("utf-8", "surrogatepass")


def _location(location: Location, sources: Mapping[str, Sequence[str]]) -> JsonObject:
    region = _region(location)
    text = _source_text(location, sources)
    if text:
        region["snippet"] = {"text": text}
    return {"physicalLocation": {"artifactLocation": artifact(location.path), "region": region}}


def _region(location: Location) -> JsonObject:
    line, column, end_line, end_column = span(location)
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _context_region(location: Location, sources: Mapping[str, Sequence[str]]) -> JsonObject | None:
    """The region with the lines around it; nothing when it is long or not there."""
    lines = sources.get(location.path, ())
    line, _, end_line, _ = span(location)
    if end_line > len(lines) or end_line - line >= _MAX_SNIPPET_LINES:
        return None
    first, last = max(1, line - _CONTEXT_LINES), min(len(lines), end_line + _CONTEXT_LINES)
    text = "\n".join(lines[first - 1 : last])
    return {"startLine": first, "endLine": last, "snippet": {"text": text}}


def _source_text(location: Location, sources: Mapping[str, Sequence[str]]) -> str:
    """Exactly the text of the region; nothing for a region that is long or not there."""
    lines = sources.get(location.path, ())
    line, column, end_line, end_column = span(location)
    if end_line > len(lines) or end_line - line >= _MAX_SNIPPET_LINES:
        return ""
    chosen = list(lines[line - 1 : end_line])
    chosen[-1] = chosen[-1][: end_column - 1]
    chosen[0] = chosen[0][column - 1 :]
    return "\n".join(chosen)


def _fix(fix: Fix, help: str) -> JsonObject:
    changes: dict[str, list[JsonObject]] = {}
    for edit in fix.edits:
        replacement = {
            "deletedRegion": _region(edit.location),
            "insertedContent": {"text": edit.content},
        }
        changes.setdefault(edit.location.path, []).append(replacement)
    caution = "" if fix.safety == "safe" else " This can change what the program does."
    return {
        "description": {"text": _sentence(help or "apply the fix") + caution},
        "artifactChanges": [
            {"artifactLocation": artifact(path), "replacements": replacements}
            for path, replacements in changes.items()
        ],
    }


def _invocation(outcome: Outcome) -> JsonObject:
    notifications = [*map(_failure, outcome.failures), *_skipped(sorted(outcome.skipped))]
    return {
        "executionSuccessful": not outcome.failures,
        "toolExecutionNotifications": notifications,
    }


def _failure(failure: Failure) -> JsonObject:
    return {
        "level": "error",
        "descriptor": {"id": "internal-error", "index": 0},
        "message": {"text": _sentence(f"{failure.where}: {failure.message}")},
    }


def _skipped(skipped: Iterable[Skipped]) -> list[JsonObject]:
    return [
        {
            "level": "warning",
            "descriptor": {"id": "file-not-read", "index": 1},
            "message": {"text": _sentence(item.reason)},
            "locations": [{"physicalLocation": {"artifactLocation": artifact(item.path)}}],
        }
        for item in skipped
    ]
