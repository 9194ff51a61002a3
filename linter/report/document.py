"""JSON documents that always encode, and the parts that several of them share."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from linter.finding import Finding, Location
from linter.outcome import RuleInfo
from linter.report.escape import unicode_text

JsonObject = dict[str, Any]


def dump(document: object, *, indent: int = 2) -> str:
    """`document` as indented JSON with a final line end; lone surrogates become U+FFFD."""
    return msgspec.json.format(_encode(document), indent=indent).decode() + "\n"


def dump_lines(documents: Iterable[object]) -> str:
    """One compact JSON document per line."""
    return "".join(_encode(document).decode() + "\n" for document in documents)


def _encode(document: object) -> bytes:
    try:
        return msgspec.json.encode(document)
    except UnicodeEncodeError:
        return msgspec.json.encode(_encodable(document))


def _encodable(value: object) -> object:
    if isinstance(value, str):
        return unicode_text(value)
    if isinstance(value, Mapping):
        return {unicode_text(str(key)): _encodable(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_encodable(item) for item in value]
    return value


def span(location: Location) -> tuple[int, int, int, int]:
    """Line, column, end line and end column with what every schema demands: 1-based, end not before start."""
    line, column = max(1, location.line), max(1, location.column)
    end_line, end_column = max(line, location.end_line), max(1, location.end_column)
    return line, column, end_line, max(column, end_column) if end_line == line else end_column


def identity(finding: Finding) -> str:
    """The fingerprint, or one made of rule, path and message when the pipeline set none."""
    if finding.fingerprint:
        return finding.fingerprint
    parts = "\0".join((finding.rule, finding.location.path, finding.message))
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def weakness_url(rule: RuleInfo | None) -> str | None:
    """The public page about the weakness that a rule looks for, when it has a CWE number."""
    if rule is None or rule.cwe is None:
        return None
    return f"https://cwe.mitre.org/data/definitions/{rule.cwe}.html"
