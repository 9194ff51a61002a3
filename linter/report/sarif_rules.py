"""The tool and its rules as SARIF describes them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from linter.finding import Confidence, Severity
from linter.outcome import Outcome, RuleInfo
from linter.report.document import JsonObject, weakness_url

LEVELS: Mapping[Severity, str] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "note",
}

_PROBLEM = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "recommendation"}
_PRECISION = {Confidence.HIGH: "high", Confidence.MEDIUM: "medium", Confidence.LOW: "low"}
_SECURITY_SCORE = {Severity.ERROR: "8.0", Severity.WARNING: "5.5", Severity.NOTE: "2.5"}
_HOME = "https://github.com/backlint/backlint"
_MAX_DESCRIPTION = 1000
_MAX_NAME = 255


def driver(outcome: Outcome, rule_ids: Sequence[str]) -> JsonObject:
    """The tool component; results point into its `rules` by their index in `rule_ids`."""
    return {
        "name": "backlint",
        "fullName": f"backlint {outcome.version}",
        "version": outcome.version,
        "informationUri": _HOME,
        "semanticVersion": outcome.version,
        "shortDescription": {"text": "A deterministic linter for Python backends."},
        "language": "en",
        "rules": [_rule(rule_id, outcome.rules.get(rule_id)) for rule_id in rule_ids],
        "notifications": [
            _notification("internal-error", "Something went wrong inside backlint."),
            _notification("file-not-read", "A file was not read, or not in full."),
        ],
    }


def _notification(id: str, text: str) -> JsonObject:
    return {"id": id, "name": _name(id), **_described(text)}


def _described(text: str) -> JsonObject:
    """The three texts that GitHub asks of every descriptor, when there is only one to give."""
    return {key: {"text": text} for key in ("shortDescription", "fullDescription", "help")}


def _rule(id: str, info: RuleInfo | None) -> JsonObject:
    if info is None:
        return {"id": id, "name": _name(id), **_described(_clipped(f"The rule {id}."))}
    title = info.title.strip().rstrip(".") or id
    first_paragraph = " ".join(info.documentation.strip().partition("\n\n")[0].split())
    descriptor = {
        "id": id,
        "name": _name(id),
        "shortDescription": {"text": _clipped(f"{title}.")},
        "fullDescription": {"text": _clipped(f"{title}. {first_paragraph}".strip())},
        "help": {
            "text": f"{title}.\n\n{info.documentation}".strip(),
            "markdown": _help_markdown(title, info),
        },
        "defaultConfiguration": {"level": LEVELS[info.severity]},
        "properties": _properties(info),
    }
    url = weakness_url(info)
    return {**descriptor, "helpUri": url} if url else descriptor


def _help_markdown(title: str, info: RuleInfo) -> str:
    facts = [f"`{info.id}`", f"severity {info.severity.value}", f"confidence {info.confidence.value}"]
    if info.cwe is not None:
        facts.append(f"[CWE-{info.cwe}]({weakness_url(info)})")
    if info.owasp:
        facts.append(f"OWASP {info.owasp}")
    if info.fix:
        facts.append(f"{info.fix} fix")
    return f"**{title}.**\n\n{info.documentation}\n\n{' · '.join(facts)}".strip()


def _properties(info: RuleInfo) -> JsonObject:
    properties: JsonObject = {
        "tags": _tags(info),
        "precision": _PRECISION[info.confidence],
        "problem.severity": _PROBLEM[info.severity],
    }
    if info.cwe is not None:
        properties["security-severity"] = _SECURITY_SCORE[info.severity]
    return properties


def _tags(info: RuleInfo) -> list[str]:
    tags = [info.practice]
    if info.cwe is not None:
        tags += ["security", f"external/cwe/cwe-{info.cwe:03d}"]
    if info.owasp:
        tags.append(f"owasp/{info.owasp}")
    return tags


def _name(id: str) -> str:
    """`authentication/unauthenticated-route` as `UnauthenticatedRoute`."""
    words = re.findall(r"[A-Za-z0-9]+", id.rpartition("/")[2])
    return "".join(word[:1].upper() + word[1:] for word in words)[:_MAX_NAME] or "Rule"


def _clipped(text: str) -> str:
    return text if len(text) <= _MAX_DESCRIPTION else text[: _MAX_DESCRIPTION - 1] + "…"
