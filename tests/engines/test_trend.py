"""How radon's figures move between revisions, told by a real git in a temporary folder."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from linter.config import load_settings
from linter.engines.radon.trend import moves
from linter.measures import Figure, Trend
from linter.pipeline import Run
from linter.since import changed_lines, contents_before
from linter.sources import discover

pytest.importorskip("radon")


def function(name: str, branches: int, *, indent: str = "") -> str:
    body = "".join(f"{indent}    if x == {number}:\n{indent}        x += 1\n" for number in range(branches))
    return f"{indent}def {name}(x):\n{body}{indent}    return x\n\n\n"


def moved(before: dict[str, str], now: dict[str, str]) -> list[tuple[str, float, float | None]]:
    found = moves(
        {path: text.encode() for path, text in before.items()},
        {path: text.encode() for path, text in now.items()},
    )
    return [(each.name, each.value, each.was) for each in found if each.kind == "complexity"]


def test_functions_are_told_by_name() -> None:
    before = function("same", 3) + function("grows", 4) + function("shrinks", 9)
    now = "X = 1\n" + function("shrinks", 2) + function("same", 3) + function("grows", 12)
    assert moved({"a.py": before}, {"a.py": now}) == [("grows", 13, 5), ("shrinks", 3, 10)]


def test_new_functions_are_told_when_they_are_complex() -> None:
    now = function("simple", 3) + function("complicated", 15)
    assert moved({"a.py": "X = 1\n"}, {"a.py": now}) == [("complicated", 16, None)]
    assert moved({}, {"a.py": now}) == [("complicated", 16, None)]


def test_namesakes_are_compared_while_their_number_is_the_same() -> None:
    def classes(*branches: int) -> str:
        return "class A:\n" + "".join(function("f", each, indent="    ") for each in branches)

    assert moved({"a.py": classes(1, 2)}, {"a.py": classes(1, 7)}) == [("A.f", 8, 3)]
    assert moved({"a.py": classes(1, 2)}, {"a.py": classes(1, 2, 30)}) == []


def test_what_cannot_be_measured_is_left_out() -> None:
    long = function("long", 30)
    assert moved({"a.py": "def (:\n"}, {"a.py": long}) == []
    assert moved({"a.py": long}, {"a.py": "def (:\n"}) == []
    rows = "ROWS = [\n" + "    1,\n" * 500 + "]\n"
    assert moved({"a.py": rows}, {"a.py": rows + long}) == []


def test_the_index_is_radons_on_both_sides() -> None:
    from radon.metrics import mi_visit

    before, now = function("f", 3), function("f", 5) + function("g", 60)
    (index,) = (
        each
        for each in moves({"a.py": before.encode()}, {"a.py": now.encode()})
        if each.kind == "maintainability-index"
    )
    assert (index.value, index.was) == (mi_visit(now, True), mi_visit(before, True))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in a subfolder of its checkout, changed since the branch `main`."""
    monkeypatch.setenv("HOME", str(tmp_path))
    root = tmp_path / "checkout" / "service"
    root.mkdir(parents=True)

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)

    git("init", "-q", "-b", "main", "..")
    (root / "old name.py").write_text(function("grows", 12) + function("stays", 20), encoding="utf-8")
    (root / "é.py").write_text(function("falls", 15), encoding="utf-8")
    (root / "still.py").write_text(function("complicated", 17), encoding="utf-8")
    git("add", ".")
    git("commit", "-qm", "first")
    git("checkout", "-qb", "change")
    git("mv", "old name.py", "new.py")
    (root / "new.py").write_text(function("grows", 14) + function("stays", 20), encoding="utf-8")
    (root / "é.py").write_text(function("falls", 5), encoding="utf-8")
    git("commit", "-qam", "second")
    (root / "untracked.py").write_text(function("fresh", 11), encoding="utf-8")
    return root


def outcome_trend(root: Path, profile: str = "ci", text: str = "") -> Trend | None:
    (root / "backlint.toml").write_text(text, encoding="utf-8")
    config = load_settings(str(root), environ={}, overrides={"profile": profile})
    run = Run(config, discover(str(root), config), use_cache=False, jobs=1)
    changes = changed_lines(str(root), "main")
    return run.outcome(run.check(), today="2026-01-01", changes=changes).trend


def test_the_base_is_read_from_git(project: Path) -> None:
    trend = outcome_trend(project)
    assert trend is not None
    assert (trend.base, len(trend.commit)) == ("main", 40)
    assert [each for each in trend.moves if each.kind == "complexity"] == [
        Figure("complexity", "untracked.py", "fresh", 1, 12.0),
        Figure("complexity", "new.py", "grows", 1, 15.0, 13.0),
        Figure("complexity", "é.py", "falls", 1, 6.0, 16.0),
    ]


def test_without_radon_there_is_no_trend(project: Path) -> None:
    assert outcome_trend(project, "commit") is None
    assert outcome_trend(project, text="[engines]\nci = ['bandit']\n") is None


def test_the_worst_places_know_what_they_were(project: Path) -> None:
    config = load_settings(str(project), environ={}, overrides={"profile": "audit"})
    run = Run(config, discover(str(project), config), use_cache=False, jobs=1)
    checked = run.check()
    outcome = run.outcome(checked, today="2026-01-01", changes=changed_lines(str(project), "main"))
    assert [(each.name, each.value, each.was) for each in outcome.measures.figures] == [
        ("stays", 21, None),
        ("complicated", 18, None),
        ("grows", 15, 13),
        ("fresh", 12, None),
    ]
    assert not outcome.measures.counts


def test_contents_before(project: Path) -> None:
    changes = changed_lines(str(project), "main")
    held = contents_before(str(project), changes, [*changes.paths, "no such file"])
    assert sorted(held) == ["new.py", "é.py"]
    assert held["é.py"] == function("falls", 15).encode()
