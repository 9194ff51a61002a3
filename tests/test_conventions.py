"""Conventions that hold the rules together, executable."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from linter.checklist import practices
from linter.finding import Confidence, Severity
from linter.packs import RuleFile, builtin_folder, info, load, rule_files

ROOT = Path(__file__).parent.parent
FILES = rule_files(builtin_folder())
PRACTICES = {practice.id for practice in practices()}
HEADLINE = {
    "input-validation",
    "authentication",
    "authorization",
    "secure-logging",
    "indexing",
    "error-responses",
    "versioning",
}
SECTIONS = ["Why", "Bad", "Good", "Limits", "References"]
# A rule may look at the backend, at facts, and at themed parts of the engine that answer for the backend.
FORBIDDEN_IMPORTS = {"libcst", "sqlglot", "bandit", "ast", "os", "pathlib", "subprocess", "re"}
FORBIDDEN_PARTS = {"cli", "config", "extract", "parse", "pipeline", "report", "sources", "cache", "packs"}


@pytest.fixture(params=FILES, ids=lambda file: file.id)
def file(request: pytest.FixtureRequest) -> RuleFile:
    return request.param  # type: ignore[no-any-return]


def test_practices() -> None:
    assert len(PRACTICES) == 22
    assert len({practice.group for practice in practices()}) == 5
    assert all(practice.questions for practice in practices())


def test_headline_practices_have_rules() -> None:
    counted = dict.fromkeys(HEADLINE, 0)
    for each in FILES:
        practice = each.id.partition("/")[0]
        if practice in counted:
            counted[practice] += 1
    access = counted.pop("authentication") + counted.pop("authorization")
    assert access >= 4
    assert all(count >= 4 for count in counted.values()), counted


def test_kinds_of_rules() -> None:
    from linter.rule import CstRule

    rules = list(load(FILES))
    assert sum(isinstance(rule, CstRule) for rule in rules) >= 8
    assert sum(bool(rule.fix_safety) for rule in rules) >= 6


def test_name(file: RuleFile) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*/[a-z]+(-[a-z0-9]+)*", file.id)
    assert file.id.partition("/")[0] in PRACTICES


def test_length(file: RuleFile) -> None:
    assert len(Path(file.path).read_text(encoding="utf-8").splitlines()) <= 250


def test_documentation(file: RuleFile) -> None:
    (rule,) = load([file])
    described = info(rule)
    assert re.fullmatch(r"[A-Z].*[^.]\.", described.title) and ". " not in described.title, "one sentence"
    assert len(described.title) <= 120
    headings = re.findall(r"^## (\w+)$", described.documentation, re.MULTILINE)
    assert headings == SECTIONS
    assert isinstance(described.severity, Severity)
    assert isinstance(described.confidence, Confidence)
    sections = dict(
        re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", described.documentation, re.MULTILINE | re.DOTALL)
    )
    assert all(text.strip() for text in sections.values())
    references = sections["References"].strip().splitlines()
    assert all(re.fullmatch(r"- https://\S+", line) for line in references), references
    if described.fix == "unsafe":
        limits = " ".join(sections["Limits"].split())
        assert "The fix is unsafe because" in limits, "an unsafe fix says why it is unsafe"


def test_imports(file: RuleFile) -> None:
    """What a rule imports at the top is loaded by every cold run."""
    tree = ast.parse(Path(file.path).read_text(encoding="utf-8"))
    for node in tree.body:
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            assert name.partition(".")[0] not in FORBIDDEN_IMPORTS, name
            parts = name.split(".")
            assert not (parts[0] == "linter" and len(parts) > 1 and parts[1] in FORBIDDEN_PARTS), name


def test_no_two_rules_say_the_same() -> None:
    titles = [info(rule).title for rule in load(FILES)]
    assert len(titles) == len(set(titles))


def test_modules_are_small() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): count
        for path in sorted((ROOT / "linter").rglob("*.py"))
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 600
    }
    assert not long


def test_no_odds_and_ends() -> None:
    names = {path.stem for path in (ROOT / "linter").rglob("*.py")}
    assert names.isdisjoint({"utils", "util", "helpers", "common", "misc", "manager"})
