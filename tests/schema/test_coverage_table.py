"""The tables of checks in the READMEs of rules say what the rules are, row by row."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from linter.packs import builtin_folder, load, rule_files

FOLDER = Path(builtin_folder())
RULES = {rule.id: rule for rule in load(rule_files(builtin_folder()))}
ROW = re.compile(
    r"\| (?P<number>\d+) \| (?P<check>[^|]+) "
    r"\| (?:\[`(?P<rule>[a-z0-9/-]+)`\]\((?P<link>[a-z0-9_./-]+)\)|(?P<state>built in|not \w+)) "
    r"\| (?P<level>[\w-]+) \| (?P<words>[^|]*)\|"
)
TABLES = {"migrations": range(1, 76), "indexing": range(76, 136)}
NAMED = {"migrations": ("migrations",), "indexing": ("indexing", "normalization")}
"""Whose rules each table names in full."""


class Row(NamedTuple):
    """A line of a table: the rule's id, empty for a check without one, which has a state instead."""

    number: int
    rule: str
    link: str
    state: str
    level: str
    words: str


def rows(practice: str) -> list[Row]:
    """The lines of a practice's table."""
    found = []
    for line in (FOLDER / practice / "README.md").read_text(encoding="utf-8").splitlines():
        match = ROW.match(line)
        if match:
            rule = match["rule"] or ""
            name = f"{practice}/{rule}" if rule and "/" not in rule else rule
            link, state, words = match["link"] or "", match["state"] or "", match["words"].strip()
            found.append(Row(int(match["number"]), name, link, state, match["level"], words))
    return found


@pytest.mark.parametrize("practice", TABLES)
def test_every_check_has_its_row(practice: str) -> None:
    assert sorted({row.number for row in rows(practice)}) == list(TABLES[practice])


@pytest.mark.parametrize("practice", TABLES)
def test_every_line_of_a_table_is_read(practice: str) -> None:
    text = (FOLDER / practice / "README.md").read_text(encoding="utf-8")
    assert len(rows(practice)) == len(re.findall(r"^\| \d+ \|", text, re.MULTILINE))


@pytest.mark.parametrize("practice", TABLES)
def test_every_rule_is_in_the_table(practice: str) -> None:
    own = {rule for rule in RULES if rule.partition("/")[0] in NAMED[practice]}
    assert own <= {row.rule for each in TABLES for row in rows(each)}


@pytest.mark.parametrize("practice", TABLES)
def test_rules_are_there_and_have_that_level(practice: str) -> None:
    for row in rows(practice):
        if row.rule:
            link = (FOLDER / practice / row.link).resolve()
            folder, _, name = row.rule.partition("/")
            assert link == (FOLDER / folder / f"{name.replace('-', '_')}.py").resolve(), row.number
            assert link.is_file(), row.number
            found = RULES[row.rule]
            assert row.level == ("off" if found.opt_in else found.severity.value), row.number


@pytest.mark.parametrize("practice", TABLES)
def test_what_is_not_checked_says_why(practice: str) -> None:
    assert all(row.words for row in rows(practice) if row.state.startswith("not "))
