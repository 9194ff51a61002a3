"""Rules over the backend: subjects judged one at a time, each rule by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from linter.beside import Shared, beside, can_fork
from linter.checked import Checked
from linter.finding import Location
from linter.fingerprint import fingerprinted
from linter.outcome import Attempts, Failure, Inventory, RuleResult, Skipped
from linter.packs import info
from linter.rule import Finding, FlowRule, Rule, Undecided, scope_name
from linter.timings import Timings

if TYPE_CHECKING:
    from linter.backend import Backend
    from linter.facts.files import FileFacts
    from linter.flow import SinkSite

_EVIDENCE = 5
_WORTH_A_PROCESS = 20_000
"""Lines of source below which a second process costs more than it saves."""

Subjects: TypeAlias = "dict[tuple[str, Location, str], Any]"
"""The subject behind each finding, by its rule and place."""


def check(
    rules: Sequence[Rule[Any]],
    backend: Backend,
    facts: Mapping[str, FileFacts],
    timings: Timings,
    *,
    workers: int = 1,
) -> Checked:
    """Everything that the rules say. A rule that raises costs its own findings and one failure.

    With two workers and enough to do, the rules that follow values run beside the others; who has done his
    own helps with what is left.
    """
    aside = [rule for rule in rules if rule.follows_values]
    lines = sum(each.lines for each in facts.values())
    if workers < 2 or lines < _WORTH_A_PROCESS or not aside or not can_fork():
        shares = [_share(rules, backend, facts), _counts(backend)]
    else:
        shares = _side_by_side(rules, aside, backend, facts)
    for share in shares:
        for rule, seconds in share.seconds.items():
            timings.seconds[rule] = seconds
    timings.skip()
    findings = sorted((each for share in shares for each in share.findings), key=lambda each: each.sort_key)
    counts = {name: count for share in shares for name, count in share.counts.items()}
    results = {name: result for share in shares for name, result in share.results.items()}
    clean = {name: places for share in shares for name, places in share.clean.items()}
    failures = sorted(failure for share in shares for failure in share.failures)
    return Checked(
        findings=tuple(findings),
        results={rule.id: results[rule.id] for rule in rules},
        rules={rule.id: info(rule) for rule in rules},
        clean={rule.id: clean[rule.id] for rule in rules if rule.id in clean},
        directives={path: each.directives for path, each in facts.items() if each.directives},
        inventory=Inventory(
            files=len(facts),
            lines=lines,
            frameworks=backend.frameworks,
            databases=tuple(name for share in shares for name in share.databases),
            routes=counts["routes"],
            tables=counts["tables"],
            queries=counts["queries"],
            migrations=counts["migrations"],
        ),
        skipped=tuple(Skipped(path, each.error) for path, each in facts.items() if each.error),
        failures=tuple(dict.fromkeys((*failures, *backend.failures))),
    )


def keep_subjects(rules: Sequence[Rule[Any]], backend: Backend, subjects: Subjects) -> None:
    """Fill in the subjects of all findings of some rules; those of a rule that raises are left out."""
    for rule in rules:
        try:
            for subject in rule.subjects(backend):
                for said in rule.check(subject, backend):
                    if isinstance(said, Finding):
                        subjects[said.rule, said.location, said.message] = subject
        except Exception:  # `check` has reported it
            continue


class _Share(msgspec.Struct):
    """What some of the rules said, and some of the counts."""

    findings: list[Finding] = []
    results: dict[str, RuleResult] = {}
    clean: dict[str, tuple[Location, ...]] = {}
    failures: list[Failure] = []
    seconds: dict[str, float] = {}
    counts: dict[str, int] = {}
    databases: tuple[str, ...] = ()


def _side_by_side(
    rules: Sequence[Rule[Any]],
    aside: Sequence[Rule[Any]],
    backend: Backend,
    facts: Mapping[str, FileFacts],
) -> list[_Share]:
    # Both sides ask for the routes: linked before they part, they are linked once.
    _, known = backend.routes, len(backend.failures)
    shared = Shared([rule for rule in rules if rule not in aside])

    def here() -> _Share:
        return _share(shared.from_the_front(), backend, facts)

    def there() -> bytes:
        share = _share(chain(aside, shared.from_the_back()), backend, facts)
        share.failures += backend.failures[known:]
        return msgspec.msgpack.encode(share)

    near, sent = beside(here, there)
    shared.close()
    if sent is None:
        far = _share([rule for rule in rules if rule.id not in near.results], backend, facts)
    else:
        far = msgspec.msgpack.decode(sent, type=_Share)
    return [near, far, _counts(backend)]


def _counts(backend: Backend) -> _Share:
    attempts = Attempts()
    counts = {
        "routes": len(backend.routes),
        "tables": len(attempts.all_of("tables", lambda: backend.tables)),
        "queries": len(attempts.all_of("queries", lambda: backend.queries)),
        "migrations": len(attempts.all_of("migrations", lambda: backend.migrations)),
    }
    return _Share(
        counts=counts,
        databases=tuple(attempts.all_of("databases", lambda: backend.databases)),
        failures=attempts.failures,
    )


def _share(
    rules: Iterable[Rule[Any]],
    backend: Backend,
    facts: Mapping[str, FileFacts],
) -> _Share:
    share = _Share()
    timings = Timings()
    found: list[Finding] = []
    for rule in rules:
        try:
            said, share.results[rule.id] = _judge(rule, backend)
            found.extend(said)
            # `isinstance` asks every subclass of an abstract class, and remembers each.
            if FlowRule in type(rule).__mro__:
                share.clean[rule.id] = _clean(rule, backend)
        except Exception as error:
            share.failures.append(Failure.of(f"rule {rule.id}", error))
            share.results[rule.id] = RuleResult(rule.id, rule.noun, 0, 0, 0)
        timings.lap(f"rule {rule.id}")
    unique = list({(each.rule, each.location, each.message, each.path): each for each in found}.values())
    share.findings = fingerprinted(unique, facts, backend.text_of)
    timings.lap("fingerprint")
    share.seconds = timings.seconds
    return share


def _judge(rule: Rule[Any], backend: Backend) -> tuple[list[Finding], RuleResult]:
    findings: list[Finding] = []
    counted = violating = undecided = 0
    evidence: list[tuple[str, str, int]] = []
    for subject in rule.subjects(backend):
        counted += 1
        said = list(rule.check(subject, backend))
        own = [each for each in said if isinstance(each, Finding)]
        findings.extend(own)
        if own:
            violating += 1
        elif any(isinstance(each, Undecided) for each in said):
            undecided += 1
        elif len(evidence) < _EVIDENCE:
            place = subject.location
            evidence.append((_label(subject), place.path, place.line))
    return findings, RuleResult(rule.id, rule.noun, counted, violating, undecided, tuple(evidence))


def _clean(rule: Rule[SinkSite], backend: Backend) -> tuple[Location, ...]:
    """The sinks that nothing from a caller reaches, where all ways to them were followed to the end."""
    if backend.flows is None or backend.flows.cut or backend.flows.failures:
        return ()
    return tuple(each.location for each in rule.subjects(backend) if each.is_led_to and not each.flows)


def _label(subject: Any) -> str:
    named = "__str__" in {name for kind in type(subject).__mro__[:-1] for name in vars(kind)}
    return str(subject) if named else scope_name(subject)
