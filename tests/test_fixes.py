"""Every autofix against the bad fixtures of its rule: what it mends stays mended and nothing else moves.

`fixed…` beside a `bad…` fixture is the text that the fixes leave there.
"""

from __future__ import annotations

import ast
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from linter.config import load_settings
from linter.finding import Finding
from linter.fix import apply_edits, mend, with_fixes
from linter.packs import builtin_folder, load, rule_files
from linter.pipeline import Run
from linter.sources import discover

FIXTURES = Path(__file__).parent.parent / "fixtures"
MENDING = [rule.id for rule in load(rule_files(builtin_folder())) if rule.fix_safety]


class Case(NamedTuple):
    rule: str
    path: Path

    @property
    def fixed(self) -> Path:
        """Where the text after the fixes is."""
        return self.path.with_name(self.path.name.replace("bad", "fixed", 1))


def _cases() -> Iterator[Case]:
    for rule in MENDING:
        folder = FIXTURES / rule
        for path in sorted(folder.glob("bad*")) if folder.is_dir() else ():
            if path.is_dir() or path.suffix in (".py", ".sql"):
                yield Case(rule, path)


CASES = list(_cases())
SHOWN = [case for case in CASES if case.fixed.exists()]


def _project(case: Case, folder: Path) -> Path:
    root = folder / "project"
    if case.path.is_dir():
        shutil.copytree(case.path, root)
    else:
        root.mkdir(parents=True)
        shutil.copyfile(case.path, root / case.path.name)
    return root


def _check(root: Path, rule: str) -> tuple[Run, list[Finding]]:
    settings = load_settings(str(root), environ={}, isolated=True)
    run = Run(settings, discover(str(root), settings), use_cache=False, jobs=1)
    run.rule_files = [each for each in run.rule_files if each.id == rule]
    checked = run.check_afresh()
    assert not checked.failures, checked.failures
    return run, list(checked.findings)


def _mend(root: Path, rule: str) -> tuple[list[Finding], list[Finding]]:
    """Fix the project in place until nothing more is fixed; the findings fixed and those left."""
    fixed: list[Finding] = []
    while True:
        run, findings = _check(root, rule)
        done: list[Finding] = []
        for path in sorted({finding.location.path for finding in findings if finding.fixable}):
            own = [each for each in findings if each.location.path == path and each.fixable]
            mended = mend(run, path, own)
            if mended.fixed:
                (root / path).write_text(mended.text, encoding="utf-8")
                done.extend(mended.fixed)
        fixed.extend(done)
        if not done:
            return fixed, findings


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}/{case.path.name}")
def test_fixed_findings_are_gone(case: Case, tmp_path: Path) -> None:
    root = _project(case, tmp_path)
    _, before = _check(root, case.rule)
    fixed, left = _mend(root, case.rule)
    assert len(left) == len(before) - len(fixed)
    remaining = Counter(finding.message for finding in left)
    assert remaining <= Counter(finding.message for finding in before)
    for path in root.rglob("*.py"):
        ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("rule", MENDING)
def test_every_rule_that_mends_shows_how(rule: str) -> None:
    assert any(case.rule == rule for case in SHOWN)


@pytest.mark.parametrize("case", SHOWN, ids=lambda case: f"{case.rule}/{case.path.name}")
def test_text_after_the_fix(case: Case, tmp_path: Path) -> None:
    root = _project(case, tmp_path)
    fixed, _ = _mend(root, case.rule)
    assert fixed
    if case.fixed.is_dir():
        for path in sorted(each for each in case.fixed.rglob("*.*") if each.suffix in (".py", ".sql")):
            after = root / path.relative_to(case.fixed)
            assert after.read_text(encoding="utf-8") == path.read_text(encoding="utf-8")
    else:
        after = root / case.path.name
        assert after.read_text(encoding="utf-8") == case.fixed.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}/{case.path.name}")
def test_edits_of_a_report_do_what_the_fix_does(case: Case, tmp_path: Path) -> None:
    root = _project(case, tmp_path)
    run, findings = _check(root, case.rule)
    for finding in with_fixes(run, [each for each in findings if each.fixable]):
        if finding.fix is not None:
            path = finding.location.path
            alone = mend(run, path, [each for each in findings if each.sort_key == finding.sort_key][:1])
            assert apply_edits(run.text_of(path), finding.fix.edits) == alone.text


LAYOUTS = {
    "form-feed": ("import requests\n\x0c\n", "\n"),
    "no-last-line-end": ("# About\n\nimport requests\n", ""),
    "two-on-a-line": ("import os; import requests\n", "\n# The end\n"),
    "separators-in-text": ('import requests\nSEPARATORS = "\x1c\x85\u2028"\n', "\n"),
    "dos": ("import requests\r\n\r\n# See below.\r\n", "\r\n"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_edits_lie_where_python_counts_lines(layout: str, tmp_path: Path) -> None:
    above, end = LAYOUTS[layout]
    text = f"{above}def load(url):\n    return requests.get(url)" + end
    (tmp_path / "client.py").write_text(text, encoding="utf-8", newline="")
    run, findings = _check(tmp_path, "integration/outbound-without-timeout")
    (finding,) = with_fixes(run, findings)
    assert finding.fix is not None
    (edit,) = finding.fix.edits
    lines = text.replace("\r\n", "\n").split("\n")
    assert lines[edit.location.line - 1] == "    return requests.get(url)"
    mended = apply_edits(text, finding.fix.edits)
    assert mended == text.replace("get(url)", "get(url, timeout=10)")


@pytest.mark.parametrize("rule", MENDING)
def test_rule_mends_something(rule: str, tmp_path: Path) -> None:
    own = [case for case in CASES if case.rule == rule]
    assert any(
        _mend(_project(case, tmp_path / str(position)), rule)[0] for position, case in enumerate(own)
    ), f"no fixture in fixtures/{rule} has a finding that the rule can mend"


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*/*/fixed*")), ids=lambda path: path.parent.name)
def test_fixed_text_belongs_to_a_bad_one(path: Path) -> None:
    assert path.with_name(path.name.replace("fixed", "bad", 1)).exists()
