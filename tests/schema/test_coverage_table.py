"""The table of checks in `rules/migrations/README.md` says what the rules are."""

from __future__ import annotations

import re
from pathlib import Path

from linter.packs import builtin_folder, load, rule_files

FOLDER = Path(builtin_folder()) / "migrations"
RULES = {rule.id.partition("/")[2]: rule for rule in load(rule_files(builtin_folder()))}
OWN = {each.stem.replace("_", "-") for each in FOLDER.glob("*.py")}
ROW = re.compile(r"\| (\d+) \| ([^|]+) \| (?:\[`([a-z0-9/-]+)`\]\(([a-z0-9_./-]+)\)|built in) \| (\w+) \|")


def rows() -> list[tuple[int, str, str, str]]:
    """Number, rule, link and level of each row; no rule for what is built in."""
    found = []
    for line in (FOLDER / "README.md").read_text(encoding="utf-8").splitlines():
        match = ROW.match(line)
        if match:
            found.append((int(match[1]), match[3] or "", match[4] or "", match[5]))
    return found


def test_every_check_has_its_row() -> None:
    assert sorted({number for number, *_ in rows()}) == list(range(1, 76))


def test_every_rule_is_in_the_table() -> None:
    assert {rule for _, rule, _, _ in rows() if "/" not in rule} - {""} == OWN


def test_rules_are_there_and_have_that_level() -> None:
    for number, rule, link, level in rows():
        if rule:
            assert (FOLDER / link).is_file(), number
            found = RULES[rule.rpartition("/")[2]]
            assert level == ("off" if found.opt_in else found.severity.value), number
