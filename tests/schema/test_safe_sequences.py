"""What the migration rules recommend is clean: no rule that speaks up in a normal run objects to it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from linter.config import load_settings
from linter.packs import builtin_folder, load, rule_files
from linter.pipeline import Run
from linter.rule import Severity
from linter.sources import discover

FIXTURES = Path(__file__).parent.parent.parent / "fixtures" / "migrations"
SAFE = sorted(FIXTURES.glob("*/good_safe*"))
RULES = [rule for rule in load(rule_files(builtin_folder())) if rule.id.startswith("migrations/")]
NORMAL = {rule.id for rule in RULES if rule.severity is not Severity.NOTE and not rule.opt_in}
ACCEPTED = {
    # Whether rows repeat is not in the code.
    "migrations/unique-on-existing-rows",
}


@pytest.mark.parametrize("path", SAFE, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_is_recommended_is_clean(path: Path, tmp_path: Path) -> None:
    root = tmp_path / "project"
    if path.is_dir():
        shutil.copytree(path, root)
    else:
        root.mkdir()
        shutil.copyfile(path, root / path.name)
    settings = load_settings(str(root), environ={}, isolated=True)
    run = Run(settings, discover(str(root), settings), use_cache=False, jobs=1)
    run.rule_files = [each for each in run.rule_files if each.id in NORMAL]
    checked = run.check_afresh()
    assert not checked.failures
    said = [f"{each.location.path}:{each.location.line} {each.rule}" for each in checked.findings]
    assert [each for each in said if each.rpartition(" ")[2] not in ACCEPTED] == []


def test_rules_that_recommend_a_sequence_show_it() -> None:
    recommending = {
        "index-blocks-writes",
        "index-drop-blocks-reads",
        "not-in-transaction",
        "work-under-exclusive-lock",
        "constraint-checked-at-once",
        "validated-in-same-transaction",
        "constraint-builds-index",
        "not-null-scans-table",
        "required-column-without-default",
        "added-column-rewrites-table",
        "default-not-kept",
        "not-rerunnable",
    }
    assert recommending <= {path.parent.name for path in SAFE}
