from __future__ import annotations

import itertools
from typing import Any

import pytest

from linter.config import Settings
from linter.finding import Confidence, Severity
from linter.selection import effective_severity, fails, ignored_in, selected, specificity

RULE = "indexing/missing-index"


def runs(
    declared: Severity = Severity.ERROR, confidence: Confidence = Confidence.HIGH, /, **options: Any
) -> bool:
    return selected(RULE, declared, confidence, Settings(**options))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("indexing/missing-index", 3),
        ("indexing/missing-*", 2),
        ("indexing", 1),
        ("indexing/*", 1),
        ("*", 0),
        ("*/missing-index", 0),
        ("index*", 0),
        ("index", -1),
        ("sessions", -1),
        ("indexing/missing", -1),
        ("missing-index", -1),
    ],
)
def test_specificity(name: str, expected: int) -> None:
    assert specificity(name, RULE) == expected


def test_profiles() -> None:
    admitted = {
        profile: sum(
            runs(severity, confidence, profile=profile)
            for severity, confidence in itertools.product(Severity, Confidence)
        )
        for profile in ("commit", "ci", "audit")
    }
    assert admitted == {"commit": 1, "ci": 4, "audit": 9}
    assert runs(profile="commit")
    assert runs(Severity.WARNING, Confidence.MEDIUM, profile="ci")


def test_select_narrows_within_the_profile() -> None:
    assert runs(select=("indexing",)) and runs(select=("index*",)) and not runs(select=("sessions",))
    assert not runs(Severity.NOTE, select=("indexing",))
    assert runs(select=("sessions",), extend_select=("indexing",))


def test_a_rule_named_in_full_runs_whatever_the_profile() -> None:
    low = (Severity.NOTE, Confidence.LOW)
    assert runs(*low, profile="commit", select=(RULE,))
    assert runs(*low, profile="commit", extend_select=(RULE,))
    assert not runs(*low, profile="commit", extend_select=("indexing/missing-*",))


def test_the_more_specific_wins_and_ignore_wins_a_tie() -> None:
    names = [RULE, "indexing/missing-*", "indexing", "*"]
    for (better, select), (worse, ignore) in itertools.product(enumerate(names), repeat=2):
        assert runs(select=(select,), ignore=(ignore,)) is (better < worse)
        assert runs(select=(select,), extend_ignore=(ignore,)) is (better < worse)
    assert not runs(ignore=("indexing",))


def test_severity_override() -> None:
    table = {RULE: "note", "indexing": "error", "*": "off"}
    assert effective_severity(RULE, Severity.ERROR, Settings(severity=table)) is Severity.NOTE
    assert effective_severity("indexing/other", Severity.NOTE, Settings(severity=table)) is Severity.ERROR
    assert effective_severity("sessions/x", Severity.NOTE, Settings(severity=table)) is None
    assert effective_severity("sessions/x", Severity.NOTE, Settings()) is Severity.NOTE
    assert runs(Severity.WARNING, profile="commit", severity={RULE: "error"})
    assert not runs(profile="commit", severity={"indexing": "warning"})
    assert not runs(severity={RULE: "off"}, select=(RULE,))


def test_per_path_ignores() -> None:
    table = {"tests/": ("indexing",), "/legacy/*.py": (RULE,), "*.sql": ("sessions",)}
    outer = Settings(per_path_ignores=table)
    ignored = ["tests/a.py", "app/tests/b/a.py", "legacy/a.py"]
    shown = ["legacy/b/a.py", "a.sql", "app/legacy/a.py"]
    assert [ignored_in(RULE, path, outer) for path in ignored + shown] == [True] * 3 + [False] * 3
    inner = Settings(per_path_ignores=table, folder="app")
    assert ignored_in(RULE, "app/legacy/a.py", inner)
    assert not ignored_in(RULE, "app/tests/a.py", Settings())


def test_what_makes_a_run_fail() -> None:
    found = [Severity.WARNING, Severity.NOTE, Severity.WARNING]
    assert not fails(found, Settings())
    assert fails([*found, Severity.ERROR], Settings())
    assert fails(found, Settings(fail_on="warning")) and fails([Severity.NOTE], Settings(fail_on="note"))
    assert not fails([Severity.ERROR], Settings(fail_on="never"))
    assert fails(found, Settings(fail_on="never", max_warnings=1))
    assert not fails(found, Settings(max_warnings=2))
    assert not fails([], Settings(fail_on="note", max_warnings=0))
