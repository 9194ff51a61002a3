"""JUnit XML: one test suite per file, one failed test case per finding."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from linter.finding import Finding
from linter.outcome import Failure, Outcome
from linter.report.markup import xml_text


def render(outcome: Outcome) -> str:
    """A document that any CI server reads; a run without findings has one passing test case."""
    errors = len(outcome.failures)
    tests = max(1, len(outcome.findings) + errors)
    totals = f'tests="{tests}" failures="{len(outcome.findings)}" errors="{errors}"'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="backlint" {totals}>']
    for path, findings in groupby(outcome.findings, key=lambda finding: finding.location.path):
        lines += _suite(path, list(findings))
    lines += _own_suite(outcome.failures, passed=not outcome.findings and not outcome.failures)
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _suite(path: str, findings: list[Finding]) -> Iterable[str]:
    count = len(findings)
    yield f'  <testsuite name="{xml_text(path)}" tests="{count}" failures="{count}" errors="0" skipped="0">'
    for finding in findings:
        place = finding.location
        name, file = xml_text(f"{finding.rule} ({place.line}:{place.column})"), xml_text(place.path)
        yield f'    <testcase name="{name}" classname="{file}" file="{file}" line="{place.line}">'
        kind = finding.severity.value
        yield f'      <failure type="{kind}" message="{xml_text(finding.message)}">{_body(finding)}</failure>'
        yield "    </testcase>"
    yield "  </testsuite>"


def _body(finding: Finding) -> str:
    place = finding.location
    lines = [f"{place.path}:{place.line}:{place.column}: {finding.message}"]
    if finding.help:
        lines.append(f"help: {finding.help}")
    return xml_text("\n".join(lines))


def _own_suite(failures: Iterable[Failure], passed: bool) -> list[str]:
    """Failures of backlint itself, or the one test case that says that all is well."""
    cases = [
        f'    <testcase name="{xml_text(item.where)}" classname="backlint">'
        f'<error type="internal-error" message="{xml_text(item.message)}"/></testcase>'
        for item in failures
    ]
    errors = len(cases)
    if passed:
        cases.append('    <testcase name="no problems found" classname="backlint"/>')
    if not cases:
        return []
    totals = f'tests="{len(cases)}" failures="0" errors="{errors}" skipped="0"'
    return [f'  <testsuite name="backlint" {totals}>', *cases, "  </testsuite>"]
