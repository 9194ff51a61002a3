from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import LOST, Cli, write

RULE = "secure-logging/lost-traceback"
FILE = "backlint-baseline.json"


@pytest.fixture
def accepted(cli: Cli, project: Path) -> Path:
    write(project / "app.py", LOST)
    answer = cli("baseline", "create")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == (
        f"Accepted 1 finding (1 warning) in {FILE}.\n"
        "Commit the file. From now on `backlint check` reports what is new.\n"
    )
    return project / FILE


def test_what_is_accepted_is_not_reported(cli: Cli, accepted: Path) -> None:
    assert json.loads(accepted.read_text())["entries"][0]["rule"] == RULE
    assert "(1 in baseline)" in cli("check").out


def test_create_does_not_overwrite(cli: Cli, accepted: Path, project: Path) -> None:
    write(project / "b.py", LOST)
    before = accepted.read_text()
    answer = cli("baseline", "create")
    assert (answer.code, answer.out, accepted.read_text()) == (2, "", before)
    assert answer.err.startswith(f"error: the baseline exists already\n  --> {FILE}\n")
    assert cli("baseline", "create", "--force").out.startswith("Accepted 2 findings")


def test_nothing_to_accept(cli: Cli, project: Path) -> None:
    write(project / "app.py", "x = 1\n")
    assert cli("baseline", "create").out.startswith("Nothing to accept")
    assert not (project / FILE).exists()


def test_only_what_is_reported_is_accepted(cli: Cli, project: Path) -> None:
    write(project / "a.py", LOST.replace('failed")', f'failed")  # backlint: ignore[{RULE}] -- known'))
    write(project / "b.py", LOST)
    assert cli("baseline", "create", "--profile", "commit").out.startswith("Nothing to accept")
    assert cli("baseline", "create").out.startswith("Accepted 1 finding ")


def test_update_adds_nothing_unless_told_to(cli: Cli, accepted: Path, project: Path) -> None:
    assert cli("baseline", "update").out == f"{FILE} is up to date: 1 accepted finding.\n"
    write(project / "b.py", LOST)
    before = accepted.read_text()
    answer = cli("baseline", "update")
    assert (answer.code, accepted.read_text()) == (1, before)
    assert answer.err.startswith(f"1 new finding not accepted:\n      1  {RULE}\n")
    answer = cli("baseline", "update", "--accept-new")
    assert (answer.code, answer.out) == (0, f"{FILE}: 2 accepted findings (+1).\n")
    (project / "b.py").rename(project / "c.py")
    assert cli("baseline", "update").out == f"{FILE}: 2 accepted findings (+0).\n"
    assert '"path": "c.py"' in accepted.read_text()


def test_prune(cli: Cli, accepted: Path, project: Path) -> None:
    assert cli("baseline", "prune").out == f"Nothing to remove: 1 accepted finding in {FILE}.\n"
    write(project / "app.py", "x = 1\n")
    assert cli("baseline", "prune").out == f"Removed 1 entry from {FILE}; 0 left. Commit the file.\n"
    assert json.loads(accepted.read_text())["entries"] == []


def test_show(cli: Cli, accepted: Path) -> None:
    out = cli("baseline", "show").out
    assert [line.split() for line in out.splitlines()[:2]] == [
        ["RULE", "FINDINGS", "FILE"],
        [RULE, "1", "app.py"],
    ]
    assert out.endswith(f"1 accepted finding in {FILE}.\n")
    assert cli("baseline", "show", "--format", "json").out == accepted.read_text()


@pytest.mark.parametrize("verb", ["update", "prune", "show"])
def test_there_is_none(cli: Cli, verb: str) -> None:
    answer = cli("baseline", verb)
    assert answer.code == 2 and "the baseline does not exist" in answer.err


def test_the_configured_file(cli: Cli, project: Path) -> None:
    write(project / "app.py", LOST)
    write(project / "backlint.toml", "baseline = 'ci/debt.json'\n")
    (project / "ci").mkdir()
    assert " in ci/debt.json." in cli("baseline", "create").out
    assert " in other.json." in cli("baseline", "create", "--baseline", "other.json").out
    assert sorted(path.name for path in project.glob("**/*.json")) == ["debt.json", "other.json"]


def test_a_broken_rule_leaves_the_baseline_alone(cli: Cli, accepted: Path, project: Path) -> None:
    assert cli("new-rule", "house/broken", "--dir", "lint", "--kind", "cst").code == 0
    rule = project / "lint" / "house" / "broken.py"
    rule.write_text(rule.read_text().replace("return backend.calls", "return backend.nothing"))
    before = accepted.read_text()
    answer = cli("baseline", "update", "--rules", "lint")
    assert (answer.code, accepted.read_text()) == (2, before)
    assert answer.err.startswith("error: rule house/broken: AttributeError")
