"""Results of other tools, read from SARIF files (version 2.1.0)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from linter.engines.remark import Remark
from linter.engines.weaknesses import practice_of, practice_of_code
from linter.finding import Confidence, Severity

_VERSION = "2.1.0"
_LONGEST_MESSAGE = 2_000
_LONGEST_NAME = 120

_LEVELS = {"error": Severity.ERROR, "warning": Severity.WARNING, "note": Severity.NOTE, "none": Severity.NOTE}
_PRECISIONS = {
    "very-high": Confidence.HIGH,
    "high": Confidence.HIGH,
    "medium": Confidence.MEDIUM,
    "low": Confidence.LOW,
}


class SarifError(Exception):
    """A file that cannot be read as SARIF: `path` is the file, `message` what is wrong with it."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


class _Text(msgspec.Struct, rename="camel"):
    text: str = ""
    markdown: str = ""


class _Configuration(msgspec.Struct, rename="camel"):
    level: str = ""


class _Target(msgspec.Struct, rename="camel"):
    id: str = ""
    index: int = -1


class _Relationship(msgspec.Struct, rename="camel"):
    target: _Target = msgspec.field(default_factory=_Target)


class _Rule(msgspec.Struct, rename="camel"):
    id: str = ""
    name: str = ""
    short_description: _Text = msgspec.field(default_factory=_Text)
    full_description: _Text = msgspec.field(default_factory=_Text)
    help: _Text = msgspec.field(default_factory=_Text)
    help_uri: str = ""
    default_configuration: _Configuration = msgspec.field(default_factory=_Configuration)
    relationships: tuple[_Relationship, ...] = ()
    properties: dict[str, Any] = {}


class _Component(msgspec.Struct, rename="camel"):
    name: str
    rules: tuple[_Rule, ...] = ()


class _Tool(msgspec.Struct, rename="camel"):
    driver: _Component
    extensions: tuple[_Component, ...] = ()


class _RuleReference(msgspec.Struct, rename="camel"):
    id: str = ""
    index: int = -1
    tool_component: _Target = msgspec.field(default_factory=_Target)


class _Region(msgspec.Struct, rename="camel"):
    start_line: int = 1
    start_column: int = 1
    end_line: int = 0
    end_column: int = 0


class _Artifact(msgspec.Struct, rename="camel"):
    uri: str = ""
    uri_base_id: str = ""
    index: int = -1


class _Physical(msgspec.Struct, rename="camel"):
    artifact_location: _Artifact = msgspec.field(default_factory=_Artifact)
    region: _Region = msgspec.field(default_factory=_Region)


class _Location(msgspec.Struct, rename="camel"):
    physical_location: _Physical | None = None


class _Suppression(msgspec.Struct, rename="camel"):
    status: str = "accepted"


class _Result(msgspec.Struct, rename="camel"):
    rule_id: str = ""
    rule_index: int = -1
    rule: _RuleReference = msgspec.field(default_factory=_RuleReference)
    kind: str = "fail"
    level: str = ""
    message: _Text = msgspec.field(default_factory=_Text)
    locations: tuple[_Location, ...] = ()
    suppressions: tuple[_Suppression, ...] = ()
    baseline_state: str = ""
    properties: dict[str, Any] = {}


class _ArtifactEntry(msgspec.Struct, rename="camel"):
    location: _Artifact = msgspec.field(default_factory=_Artifact)


class _Run(msgspec.Struct, rename="camel"):
    tool: _Tool
    results: tuple[_Result, ...] | None = ()
    artifacts: tuple[_ArtifactEntry, ...] = ()
    original_uri_base_ids: dict[str, _Artifact] = {}


class _Log(msgspec.Struct, rename="camel"):
    version: str
    runs: tuple[_Run, ...]


class Imported(msgspec.Struct):
    """The results of one tool: remarks by place, and what its rules are about."""

    name: str
    remarks: list[tuple[str, Remark]]
    descriptions: dict[str, tuple[str, str]]

    def rule_of(self, remark: Remark) -> str:
        """The id under which a remark is reported: its practice, the tool and the tool's own id."""
        practice = practice_of(remark.cwe)
        if remark.cwe is None:
            practice = practice_of_code(self.name, remark.code) or practice
        return f"{practice}/{slug(self.name)}-{slug(remark.code)}"

    def describe(self, remark: Remark) -> tuple[str, str]:
        """The title and the documentation of the tool's rule behind a remark."""
        return self.descriptions[remark.code]


def read_sarif(path: str, root: str) -> list[Imported]:
    """The results in a SARIF file, by tool, with paths relative to `root`.

    Results that the tool says are suppressed, absent or passed are left out, and so are those without a
    place. Raises `SarifError`.
    """
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise SarifError(path, error.strerror or "cannot be read") from error
    return parse_sarif(data, path, root)


def parse_sarif(data: bytes, path: str, root: str) -> list[Imported]:
    """As `read_sarif`, of the content of a file; `path` is its name for errors."""
    try:
        log = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=_Log)
    except (msgspec.DecodeError, RecursionError) as error:
        raise SarifError(path, f"this is no SARIF {_VERSION} file: {error}") from error
    if log.version != _VERSION:
        raise SarifError(path, f"SARIF of version {log.version[:20]!r}; version {_VERSION} can be read")
    by_tool: dict[str, Imported] = {}
    for run in log.runs:
        name = run.tool.driver.name
        known = by_tool.setdefault(name, Imported(name, [], {}))
        known.remarks.extend(_remarks(run, root, known.descriptions))
    return list(by_tool.values())


def _remarks(run: _Run, root: str, descriptions: dict[str, tuple[str, str]]) -> Iterator[tuple[str, Remark]]:
    rules = {rule.id: rule for part in (run.tool.driver, *run.tool.extensions) for rule in part.rules}
    for result in run.results or ():
        if result.kind != "fail" or result.baseline_state == "absent":
            continue
        if any(each.status == "accepted" for each in result.suppressions):
            continue
        rule = _rule(result, run, rules)
        place = next((each.physical_location for each in result.locations if each.physical_location), None)
        where = _path(place.artifact_location, run, root) if place is not None else ""
        if place is None or not where:
            continue
        code = (rule.id or result.rule_id or result.rule.id or "result")[:_LONGEST_NAME]
        descriptions.setdefault(code, _description(code, rule))
        yield where, _remark(code, result, rule, place.region)


def _rule(result: _Result, run: _Run, rules: Mapping[str, _Rule]) -> _Rule:
    """The rule behind a result: by its id, by the id of its parent, or by its index."""
    identity = result.rule_id or result.rule.id
    while identity:
        if identity in rules:
            return rules[identity]
        identity = identity.rpartition("/")[0]
    index = result.rule_index if result.rule_index >= 0 else result.rule.index
    known = run.tool.driver.rules
    return known[index] if 0 <= index < len(known) else _Rule()


def _path(artifact: _Artifact, run: _Run, root: str) -> str:
    """A path relative to the root, with `/`; empty for what is no file."""
    if not artifact.uri and 0 <= artifact.index < len(run.artifacts):
        artifact = run.artifacts[artifact.index].location
    parts = urlsplit(artifact.uri)
    if parts.scheme not in ("", "file"):
        return ""
    path = unquote(parts.path)
    if not path:
        return ""
    if not path.startswith("/") and artifact.uri_base_id in run.original_uri_base_ids:
        base = urlsplit(run.original_uri_base_ids[artifact.uri_base_id].uri)
        if base.scheme == "file" and base.path:
            path = os.path.join(unquote(base.path), path)
    if path.startswith("/"):
        real = os.path.realpath(path)
        top = os.path.realpath(root)
        path = os.path.relpath(real, top) if real.startswith(f"{top}/") else path.lstrip("/")
    return os.path.normpath(path).replace(os.sep, "/").replace("\0", "")


def _remark(code: str, result: _Result, rule: _Rule, region: _Region) -> Remark:
    line = max(region.start_line, 1)
    column = max(region.start_column, 1)
    end_line = max(region.end_line, line)
    level = result.level or rule.default_configuration.level or "warning"
    precision = rule.properties.get("precision")
    return Remark(
        code=code,
        message=" ".join((result.message.text or result.message.markdown or code).split())[:_LONGEST_MESSAGE],
        line=line,
        column=column,
        end_line=end_line,
        end_column=max(region.end_column, column if end_line == line else 1),
        severity=_LEVELS.get(level, Severity.WARNING),
        confidence=_PRECISIONS.get(precision, Confidence.MEDIUM)
        if isinstance(precision, str)
        else Confidence.MEDIUM,
        cwe=_weakness(result, rule),
        name=rule.name[:_LONGEST_NAME],
    )


def _weakness(result: _Result, rule: _Rule) -> int | None:
    """The CWE number that a result or its rule names, in any of the ways in which tools do."""
    stated: list[object] = []
    for properties in (result.properties, rule.properties):
        stated += [properties.get("cwe"), properties.get("tags")]
    stated.append([each.target.id for each in rule.relationships])
    for value in stated:
        for text in value if isinstance(value, list) else [value]:
            number = cwe_number(text)
            if number is not None:
                return number
    return None


def cwe_number(text: object) -> int | None:
    """The number of a weakness in a text: 79 out of `CWE-79`, `CWE-79: …` or `external/cwe/cwe-079`."""
    if not isinstance(text, str):
        return None
    _, mark, rest = text.lower().partition("cwe-")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    return int(digits) if mark and 0 < len(digits) < 6 else None


def _description(code: str, rule: _Rule) -> tuple[str, str]:
    title = rule.short_description.text or rule.full_description.text or rule.name or code
    documentation = rule.help.markdown or rule.help.text or rule.full_description.text
    if rule.help_uri and rule.help_uri not in documentation:
        documentation = f"{documentation}\n\n{rule.help_uri}".strip()
    first = title.strip().splitlines()[0] if title.strip() else code
    return first[:_LONGEST_MESSAGE], documentation


def slug(text: str) -> str:
    """A name as part of a rule's id: lower case, words joined by single hyphens."""
    kept = (char if char.isascii() and char.isalnum() else " " for char in text.lower())
    return "-".join("".join(kept).split())[:_LONGEST_NAME] or "x"
