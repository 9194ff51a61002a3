"""Rules over the backend: subjects judged one at a time, each rule by itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from linter.checked import Checked
from linter.facts.scopes import Define
from linter.facts.spans import unpack
from linter.finding import Location
from linter.fingerprint import assign
from linter.outcome import Failure, Inventory, RuleResult, Skipped
from linter.packs import info
from linter.rule import Finding, Rule, Undecided, scope_name

if TYPE_CHECKING:
    from linter.backend import Backend
    from linter.facts.files import FileFacts
    from linter.timings import Timings

_EVIDENCE = 5

Subjects: TypeAlias = "dict[tuple[str, Location], Any]"
"""The subject behind each finding, by its rule and place."""


def check(
    rules: Sequence[Rule[Any]],
    backend: Backend,
    facts: Mapping[str, FileFacts],
    timings: Timings,
    subjects: Subjects,
) -> Checked:
    """Everything that the rules say. A rule that raises costs its own findings and one failure."""
    findings: list[Finding] = []
    results: dict[str, RuleResult] = {}
    failures: list[Failure] = []
    for rule in rules:
        try:
            found, results[rule.id] = _judge(rule, backend, subjects)
            findings.extend(found)
        except Exception as error:
            failures.append(Failure(f"rule {rule.id}", _described(error)))
            results[rule.id] = RuleResult(rule.id, rule.noun, 0, 0, 0)
        timings.lap(f"rule {rule.id}")
    unique = list({(each.rule, each.location, each.message): each for each in findings}.values())
    unique.sort(key=lambda each: each.sort_key)
    return Checked(
        findings=tuple(fingerprinted(unique, facts, backend.text_of)),
        results=results,
        rules={rule.id: info(rule) for rule in rules},
        directives={path: each.directives for path, each in facts.items() if each.directives},
        inventory=_inventory(backend, facts),
        skipped=tuple(Skipped(path, each.error) for path, each in facts.items() if each.error),
        failures=tuple(failures),
    )


def _judge(rule: Rule[Any], backend: Backend, subjects: Subjects) -> tuple[list[Finding], RuleResult]:
    findings: list[Finding] = []
    counted = violating = undecided = 0
    evidence: list[tuple[str, str, int]] = []
    for subject in rule.subjects(backend):
        counted += 1
        said = list(rule.check(subject, backend))
        own = [each for each in said if isinstance(each, Finding)]
        for finding in own:
            subjects[finding.rule, finding.location] = subject
        findings.extend(own)
        if own:
            violating += 1
        elif any(isinstance(each, Undecided) for each in said):
            undecided += 1
        elif len(evidence) < _EVIDENCE:
            place = subject.location
            evidence.append((_label(subject), place.path, place.line))
    return findings, RuleResult(rule.id, rule.noun, counted, violating, undecided, tuple(evidence))


def _label(subject: Any) -> str:
    named = "__str__" in {name for kind in type(subject).__mro__[:-1] for name in vars(kind)}
    return str(subject) if named else scope_name(subject)


def _described(error: Exception) -> str:
    """An exception with the innermost place in backlint or the pack where it was raised."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = ""
    if place is not None:
        code = place.tb_frame.f_code
        where = f" in {code.co_name} ({os.path.basename(code.co_filename)}:{place.tb_lineno})"
    return f"{type(error).__name__}: {error}{where}"


def fingerprinted(
    findings: Iterable[Finding], facts: Mapping[str, FileFacts], text_of: Callable[[str], str]
) -> list[Finding]:
    """The findings with fingerprints from the statements that they lie in."""
    texts: dict[str, list[str]] = {}
    ranges: dict[str, list[tuple[int, int]]] = {}

    def statement_text(finding: Finding) -> str:
        path = finding.location.path
        if path not in facts:
            return ""
        if path not in texts:
            texts[path] = text_of(path).replace("\r\n", "\n").replace("\r", "\n").split("\n")
            ranges[path] = _statement_lines(facts[path])
        line = finding.location.line
        around = [each for each in ranges[path] if each[0] <= line <= each[1]]
        first, last = min(around, key=lambda each: each[1] - each[0], default=(line, line))
        return "\n".join(texts[path][first - 1 : last])

    return assign(findings, statement_text)


def _statement_lines(facts: FileFacts) -> list[tuple[int, int]]:
    if facts.language == "sql":
        return [_lines(statement.span) for statement in facts.sql]
    found = [
        _lines(statement.span)
        for scope in facts.scopes
        for statement in scope.statements
        if not isinstance(statement, Define)
    ]
    found += [
        _lines(block.span)
        for scope in facts.scopes
        for block in scope.blocks[1:]
        if block.kind not in ("comprehension", "lambda")
    ]
    for scope in facts.scopes[1:]:
        found.append(_lines(scope.span))
        found.extend(_lines(decorator.span) for decorator in scope.decorators)
    return found


def _lines(span: int) -> tuple[int, int]:
    first, _, last, _ = unpack(span)
    return first, last


def _inventory(backend: Backend, facts: Mapping[str, FileFacts]) -> Inventory:
    return Inventory(
        files=len(facts),
        lines=sum(each.lines for each in facts.values()),
        frameworks=backend.frameworks,
        databases=backend.databases,
        routes=len(backend.routes),
        tables=len(backend.tables),
        queries=len(backend.queries),
        migrations=len(backend.migrations),
    )
