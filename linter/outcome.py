"""The outcome of a run: everything that a report may print. Reports decide nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, TypeVar

import msgspec

from linter.finding import Confidence, Finding, Severity
from linter.measures import Measures, Trend

T = TypeVar("T")
Status = Literal["complies", "violations", "not-applicable", "ask"]
HiddenBy = Literal["suppression", "baseline", "released", "unchanged", "refuted", "profile"]


class RuleInfo(msgspec.Struct, frozen=True):
    """A rule as reports need it: identity, judgement and documentation.

    `title` is the first sentence of the rule's docstring, `documentation` the rest of it (Markdown).
    `severity` is the effective one, after configuration. `cwe` is a CWE number; `owasp` an entry such
    as `API2:2023`; `fix` is the safety of its autofix, or empty. `engine` names the tool whose test it is,
    and is empty for a rule of backlint's own; the severity and confidence of an engine's findings vary.
    One that is `opt_in` runs only when it is selected by its full name.
    """

    id: str
    title: str
    documentation: str
    severity: Severity
    confidence: Confidence
    cwe: int | None = None
    owasp: str = ""
    fix: Literal["", "safe", "unsafe"] = ""
    engine: str = ""
    opt_in: bool = False

    @property
    def practice(self) -> str:
        """The practice that the rule belongs to."""
        return self.id.partition("/")[0]


class Hidden(msgspec.Struct, frozen=True):
    """A finding that is not shown, why, and the justification that its author gave."""

    finding: Finding
    by: HiddenBy
    justification: str = ""


class Skipped(msgspec.Struct, frozen=True, order=True):
    """A file that was not read, or not in full, and why."""

    path: str
    reason: str


class Failure(msgspec.Struct, frozen=True, order=True):
    """Something that went wrong inside backlint: a rule that raised, an adapter, an engine that died."""

    where: str
    message: str

    @classmethod
    def of(cls, where: str, error: Exception) -> Failure:
        """What an exception says, with the innermost place in backlint or the pack where it was raised."""
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        at = ""
        if place is not None:
            code = place.tb_frame.f_code
            at = f" in {code.co_name} ({os.path.basename(code.co_filename)}:{place.tb_lineno})"
        return cls(where, f"{type(error).__name__}: {error}{at}")


class Attempts:
    """Work in parts, of which each may fail by itself: its failure is kept, the other parts stand."""

    def __init__(self) -> None:
        self.failures: list[Failure] = []

    def all_of(self, where: str, work: Callable[[], Iterable[T]]) -> list[T]:
        """What one part gives; nothing of it when it raises."""
        try:
            return list(work())
        except Exception as error:
            self.failures.append(Failure.of(where, error))
            return []


class RuleResult(msgspec.Struct, frozen=True):
    """What one rule found among its subjects.

    `subjects` counts what was judged, `violating` those with a finding, `undecided` those for which
    the facts do not say. `noun` names the subjects ("routes that change state"). `evidence` is a
    sample of complying subjects as (label, path, line).
    """

    rule: str
    noun: str
    subjects: int
    violating: int
    undecided: int
    evidence: tuple[tuple[str, str, int], ...] = ()


class PracticeResult(msgspec.Struct, frozen=True):
    """One practice of the checklist.

    `findings` are all findings of the practice that are neither suppressed nor in the baseline.
    `questions` are what a person must answer.
    """

    id: str
    title: str
    group: str
    summary: str
    status: Status
    rules: tuple[RuleResult, ...]
    findings: tuple[Finding, ...]
    questions: tuple[str, ...]


class StaleEntry(msgspec.Struct, frozen=True, order=True):
    """A baseline entry that no finding matches any more, with how many are left over."""

    path: str
    rule: str
    fingerprint: str
    count: int


class Inventory(msgspec.Struct, frozen=True):
    """What the backend is made of, counted: for the head of the audit report."""

    files: int
    lines: int
    frameworks: tuple[str, ...]
    databases: tuple[str, ...]
    routes: int
    tables: int
    queries: int
    migrations: int


class Outcome(msgspec.Struct):
    """One run.

    `findings` are those to show, in report order. `sources` has the lines (without line ends) of every file
    that a shown finding lies in. `checklist` is filled for `audit` only. `timings` (seconds by phase)
    only when asked for. `measures` are empty unless radon made some; `trend` is there when radon compared
    with a revision. `today` is the ISO date that expiries were held against.
    """

    version: str
    profile: str
    today: str
    findings: tuple[Finding, ...]
    hidden: tuple[Hidden, ...]
    rules: Mapping[str, RuleInfo]
    inventory: Inventory
    skipped: tuple[Skipped, ...] = ()
    excluded: Mapping[str, int] = {}
    failures: tuple[Failure, ...] = ()
    stale: tuple[StaleEntry, ...] = ()
    checklist: tuple[PracticeResult, ...] = ()
    sources: Mapping[str, tuple[str, ...]] = {}
    timings: Mapping[str, float] | None = None
    measures: Measures = Measures()
    trend: Trend | None = None
