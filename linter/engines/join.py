"""Engines' remarks as findings among backlint's own, each defect once."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec

from linter.engines.remark import Remark, Remarks
from linter.engines.weaknesses import related
from linter.facts.ranges import scope_at, statement_ranges
from linter.finding import Confidence, Finding, Location, Severity
from linter.fingerprint import fingerprinted
from linter.measures import Figure, Measures
from linter.outcome import Failure, RuleInfo, RuleResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from linter.checked import Checked
    from linter.engines.engine import TreeEngine
    from linter.facts.files import FileFacts


class Source(Protocol):
    """Who made remarks, and what they mean in the checklist."""

    @property
    def name(self) -> str:
        """What it is called."""

    def rule_of(self, remark: Remark) -> str:
        """The id under which a remark is reported."""

    def describe(self, remark: Remark) -> tuple[str, str]:
        """The title and the documentation (Markdown) of what is behind a remark."""


def join(
    checked: Checked,
    engines: Sequence[TreeEngine],
    observations: Sequence[Mapping[str, bytes]],
    facts: Mapping[str, FileFacts],
    text_of: Callable[[str], str],
) -> Checked:
    """What was checked together with what the engines say, by path, about the same files.

    A remark about the statement of a finding, on the same weakness or one of its family, is that finding:
    backlint's own leads, and names the engine's test. Of two engines the first leads, of two tests of one
    engine on one line the graver.
    """
    for engine, said in zip(engines, observations, strict=True):
        about, failures = _decoded(engine, said)
        remarks = [(path, remark) for path, each in about for remark in dict.fromkeys(each.remarks)]
        asked = {engine.rule_of(remark) for _, remark in remarks if engine.is_asked_for(remark)}
        checked = with_remarks(
            checked, engine, remarks, facts, text_of, judged=len(said), asked=asked, weighs=True
        )
        checked = msgspec.structs.replace(
            checked,
            failures=(*checked.failures, *failures),
            measures=with_measures(checked.measures, about),
        )
        checked = _with_rules_that_hold(checked, engine, len(said))
    return checked


def _with_rules_that_hold(checked: Checked, engine: TreeEngine, judged: int) -> Checked:
    held = {rule: words for rule, words in engine.judges().items() if rule not in checked.results}
    severity, confidence = Severity.ERROR, Confidence.HIGH
    rules = {
        rule: RuleInfo(rule, title, documentation, severity, confidence, engine=engine.name)
        for rule, (title, documentation) in held.items()
    }
    results = {rule: RuleResult(rule, "files", judged, 0, 0) for rule in held}
    return msgspec.structs.replace(
        checked, rules={**checked.rules, **rules}, results={**checked.results, **results}
    )


def with_measures(measures: Measures, about: Iterable[tuple[str, Remarks]]) -> Measures:
    """The measures together with those that an engine made of files, each with its path."""
    figures = list(measures.figures)
    counts = dict(measures.counts)
    for path, each in about:
        figures += [Figure(one.kind, path, one.name, one.line, one.value) for one in each.measures]
        if each.counts is not None:
            counts[path] = each.counts
    return Measures(tuple(figures), counts)


def with_remarks(
    checked: Checked,
    source: Source,
    remarks: Sequence[tuple[str, Remark]],
    facts: Mapping[str, FileFacts],
    text_of: Callable[[str], str],
    *,
    judged: int,
    asked: Container[str] = (),
    weighs: bool = False,
) -> Checked:
    """What was checked together with remarks, each with its path.

    `judged` counts the files that were looked at; 0 when that is not known. `asked` are rules that are
    reported only when they are selected by name. With `weighs`, for a source that sees a line at a time, a
    remark is refuted where following the values has found that no caller's reaches the place.
    """
    doubles = _Doubles(checked, facts)
    added: list[Finding] = []
    refuted: list[Finding] = []
    rules: dict[str, RuleInfo] = {}
    places: dict[str, set[str]] = {}
    for path, remark, twins in _without_twins(remarks):
        for each in (remark, *twins):
            rule = source.rule_of(each)
            if rule not in rules:
                rules[rule] = _info(rule, source, each, opt_in=rule in asked)
            places.setdefault(rule, set()).add(path)
        names = [f"{source.name} {each.code}" for each in (remark, *twins)]
        if doubles.absorb(path, remark, names, around=weighs):
            continue
        found = _finding(path, source.rule_of(remark), remark, names[1:])
        (refuted if weighs and doubles.refute(path, remark) else added).append(found)
    results = {
        rule: RuleResult(rule, "files", max(judged, len(paths)), len(paths), 0)
        for rule, paths in sorted(places.items())
    }
    findings = [*doubles.findings(), *fingerprinted(added, facts, text_of)]
    return msgspec.structs.replace(
        checked,
        findings=tuple(sorted(findings, key=lambda each: each.sort_key)),
        refuted=(*checked.refuted, *fingerprinted(refuted, facts, text_of)),
        rules={**checked.rules, **rules},
        results={**checked.results, **results},
    )


def _without_twins(
    remarks: Sequence[tuple[str, Remark]],
) -> Iterator[tuple[str, Remark, list[Remark]]]:
    """Each remark with those that other tests of the same tool make of the same line and weakness.

    The gravest leads.
    """
    by_line: dict[tuple[str, int], list[Remark]] = {}
    for path, remark in remarks:
        by_line.setdefault((path, remark.line), []).append(remark)
    for (path, _), together in by_line.items():
        leading: list[tuple[Remark, list[Remark]]] = []
        for remark in sorted(
            together, key=lambda each: (each.severity.rank, each.confidence.rank, each.code)
        ):
            for first, twins in leading:
                codes = {first.code, *(each.code for each in twins)}
                if remark.code not in codes and related(first.cwe, remark.cwe):
                    twins.append(remark)
                    break
            else:
                leading.append((remark, []))
        for first, twins in leading:
            yield path, first, twins


def _decoded(
    engine: TreeEngine, said: Mapping[str, bytes]
) -> tuple[list[tuple[str, Remarks]], list[Failure]]:
    decoder = msgspec.msgpack.Decoder(Remarks)
    about = [(path, decoder.decode(encoded)) for path, encoded in sorted(said.items()) if encoded]
    failures = [
        Failure(f"engine {engine.name} on {path}", each.failure) for path, each in about if each.failure
    ]
    return about, failures


def _info(rule: str, source: Source, remark: Remark, *, opt_in: bool) -> RuleInfo:
    title, documentation = source.describe(remark)
    # Severity and confidence vary from remark to remark: each is held against the profile by itself.
    severity, confidence = Severity.ERROR, Confidence.HIGH
    return RuleInfo(
        rule, title, documentation, severity, confidence, remark.cwe, engine=source.name, opt_in=opt_in
    )


def _finding(path: str, rule: str, remark: Remark, also: Sequence[str]) -> Finding:
    return Finding(
        rule=rule,
        message=remark.message.removesuffix("."),
        location=Location(path, remark.line, remark.column, remark.end_line, remark.end_column),
        severity=remark.severity,
        confidence=remark.confidence,
        help=remark.help,
        also=tuple(also),
    )


class _Doubles:
    """The findings so far, which take in remarks that say the same."""

    def __init__(self, checked: Checked, facts: Mapping[str, FileFacts]) -> None:
        self._facts = facts
        self._weaknesses = {rule: info.cwe for rule, info in checked.rules.items()}
        self._findings = list(checked.findings)
        self._by_path: dict[str, list[int]] = {}
        for position, finding in enumerate(self._findings):
            self._by_path.setdefault(finding.location.path, []).append(position)
        self._statements: dict[str, dict[int, tuple[int, int]]] = {}
        self._clean: dict[str, list[tuple[int | None, Location]]] = {}
        for rule, places in checked.clean.items():
            for place in places:
                self._clean.setdefault(place.path, []).append((self._weaknesses.get(rule), place))

    def findings(self) -> list[Finding]:
        """All of them, with the names of the tests that they took in."""
        return self._findings

    def absorb(self, path: str, remark: Remark, names: Sequence[str], *, around: bool) -> bool:
        """Whether a remark is one of the findings already; that finding then names it.

        With `around`, a remark about a function through which a followed value gets to its sink is that
        finding: it stands where a text is made, say, and the sink where the text is used.
        """
        kin = [
            position
            for position in self._by_path.get(path, ())
            if related(self._weaknesses.get(self._findings[position].rule), remark.cwe)
        ]
        same = [each for each in kin if self._same_statement(path, self._findings[each].location, remark)]
        if not same and around:
            same = [
                each
                for each in kin
                if self._findings[each].path
                and self._same_function(path, self._findings[each].location, remark)
            ]
        if same:
            finding = self._findings[same[0]]
            also = tuple(dict.fromkeys((*finding.also, *names)))
            self._findings[same[0]] = msgspec.structs.replace(finding, also=also)
        return bool(same)

    def refute(self, path: str, remark: Remark) -> bool:
        """Whether values were followed to a place in the same function, of the same weakness, for nothing."""
        return any(
            related(cwe, remark.cwe) and self._same_function(path, place, remark)
            for cwe, place in self._clean.get(path, ())
        )

    def _same_function(self, path: str, place: Location, remark: Remark) -> bool:
        facts = self._facts.get(path)
        if facts is None or not facts.scopes:
            return False
        scope = scope_at(facts, remark.line)
        return scope > 0 and scope == scope_at(facts, place.line)

    def _same_statement(self, path: str, place: Location, remark: Remark) -> bool:
        if place.line == remark.line:
            return True
        if path not in self._statements:
            self._statements[path] = statement_ranges(self._facts[path]) if path in self._facts else {}
        around = self._statements[path]
        return around.get(place.line, (place.line,) * 2) == around.get(remark.line, (remark.line,) * 2)
