"""Every rule against its fixtures: exactly the findings that the fixtures expect, on their lines.

A fixture is a file or a folder named `bad…` or `good…` under `fixtures/<practice>/<rule-name>/`; a folder
is a small project. An expected finding is a trailing comment `# expect: practice/rule` (`-- expect:`
in SQL) on its line. A `backlint.toml` in a folder counts. Only the fixture's own rule is held against it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from linter.config import load_settings
from linter.finding import Finding
from linter.packs import builtin_folder, rule_files
from linter.pipeline import Run
from linter.sources import discover

FIXTURES = Path(__file__).parent.parent / "fixtures"
RULES = [rule.id for rule in rule_files(builtin_folder())]
_EXPECT = re.compile(r"(?:#|--) expect: ([a-z0-9/, -]+)")


class Case(NamedTuple):
    rule: str
    path: Path


def _cases() -> Iterator[Case]:
    for rule in RULES:
        folder = FIXTURES / rule
        if folder.is_dir():
            for path in sorted(folder.iterdir()):
                if path.name.startswith(("bad", "good")):
                    yield Case(rule, path)


CASES = list(_cases())


def _expected(root: Path, rule: str) -> list[tuple[str, int]]:
    found = []
    for path in sorted(root.rglob("*")):
        if path.suffix in (".py", ".sql"):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                match = _EXPECT.search(line)
                if match:
                    names = [name.strip() for name in match.group(1).split(",")]
                    found.extend([(path.relative_to(root).as_posix(), number)] * names.count(rule))
    return sorted(found)


def _found(root: Path, rule: str) -> list[tuple[str, int]]:
    settings = load_settings(str(root), environ={}, isolated=not (root / "backlint.toml").exists())
    run = Run(settings, discover(str(root), settings), use_cache=False, jobs=1)
    run.rule_files = [each for each in run.rule_files if each.id == rule]
    checked = run.check_afresh()
    assert not checked.failures, checked.failures
    for finding in checked.findings:
        _assert_voice(finding)
    return sorted((finding.location.path, finding.location.line) for finding in checked.findings)


def _assert_voice(finding: Finding) -> None:
    """Every rule speaks alike: one sentence that names the thing, and what to do about it."""
    message, help = finding.message, finding.help
    for text in (message, help):
        assert re.match(r"[a-z`0-9]", text), text
        assert not text.endswith("."), text
        assert text.count("`") % 2 == 0, text
        assert "\n" not in text and ". " not in re.sub(r"`[^`]*`", "", text), text
    assert "`" in message, message
    for note in (*finding.related, *finding.path):
        assert re.match(r"[a-z`0-9]", note.message), note.message


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}/{case.path.name}")
def test_fixture(case: Case, tmp_path: Path) -> None:
    root = tmp_path / "project"
    if case.path.is_dir():
        import shutil

        shutil.copytree(case.path, root)
    else:
        root.mkdir()
        (root / case.path.name).write_bytes(case.path.read_bytes())
    expected = _expected(root, case.rule)
    if case.path.name.startswith("good"):
        assert not expected, "a good fixture expects nothing"
    else:
        assert expected, "a bad fixture expects something"
    assert _found(root, case.rule) == expected


@pytest.mark.parametrize("rule", RULES)
def test_rule_has_fixtures(rule: str) -> None:
    names = sorted(os.listdir(FIXTURES / rule)) if (FIXTURES / rule).is_dir() else []
    assert any(name.startswith("bad") for name in names), f"fixtures/{rule}/bad*"
    assert any(name.startswith("good") for name in names), f"fixtures/{rule}/good*"
