from __future__ import annotations

import re
from pathlib import Path

import pytest

import linter.packs
from linter.backend import Backend, Statement
from linter.cli.rule_templates import TEMPLATES
from linter.extract.files import extract_many
from linter.facts.files import FileFacts
from linter.finding import Location
from linter.packs import info, load, rule_files
from linter.resolve.project import Project

from .conftest import Cli, write

_EXPECT = re.compile(r"(?:#|--) expect: (\S+)")


def expected(folder: Path) -> list[tuple[str, int, str]]:
    return [
        (path.name, number, match[1])
        for path in sorted(folder.iterdir())
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if (match := _EXPECT.search(line))
    ]


def found(out: str) -> list[tuple[str, int, str]]:
    pattern = re.compile(r"^(?:.*/)?([^/:]+):(\d+):\d+: \w+ (\S+) ", re.MULTILINE)
    return [(match[1], int(match[2]), match[3]) for match in pattern.finditer(out)]


@pytest.mark.parametrize("kind", ["model", "cst"])
def test_what_is_written_works(cli: Cli, project: Path, kind: str) -> None:
    answer = cli("new-rule", "house-style/no-such-thing", "--dir", "lint", "--kind", kind)
    assert (answer.code, answer.err) == (0, "")
    fixtures = project / "lint" / "fixtures" / "house-style" / "no-such-thing"
    assert f"wrote {fixtures.relative_to(project)}/bad_" in answer.out
    (rule,) = load(rule_files("lint"))
    assert rule.id == "house-style/no-such-thing" and info(rule).title.endswith(".")
    check = cli("check", "--rules", "lint", "--select", rule.id, "--format", "concise", str(fixtures))
    assert found(check.out) == expected(fixtures) != []


def test_the_sql_rule_works(cli: Cli, project: Path) -> None:
    import msgspec

    assert cli("new-rule", "house-style/sql", "--dir", "lint", "--kind", "sql").code == 0
    (rule,) = load(rule_files("lint"))
    backend = Backend(Project({}), str)
    fixtures = project / "lint" / "fixtures" / "house-style" / "sql"
    for path in sorted(fixtures.iterdir()):
        (encoded,) = extract_many([(path.read_bytes(), "sql")], "postgres")
        facts = msgspec.msgpack.decode(encoded, type=FileFacts)
        (statement,) = (
            Statement(each, Location(path.name, 1, 1, 1, 2), "", "file", "postgres") for each in facts.sql
        )
        assert len(list(rule.check(statement, backend))) == len(_EXPECT.findall(path.read_text()))


@pytest.mark.parametrize("kind", sorted(TEMPLATES))
def test_every_template_has_both_fixtures(kind: str) -> None:
    template = TEMPLATES[kind].render("house-style/no-such-thing")
    assert "class NoSuchThing(" in template.rule and "RULE_" not in template.rule
    for section in ("## Why", "## Bad", "## Good", "## Limits", "## References"):
        assert f"\n    {section}\n" in template.rule
    bad, good = sorted(template.fixtures)
    assert bad.startswith("bad_") and good.startswith("good_")
    assert "expect: house-style/no-such-thing" in template.fixtures[bad]
    assert "expect:" not in template.fixtures[good]


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("x", (), "'x' is no name for a rule"),
        ("indexing/", (), "is no name"),
        ("indexing/Wide", (), "is no name"),
        ("indexing/wide_index", (), "is no name"),
        ("indexing/a/b", ("--dir", "lint"), "is no name"),
        ("../x", ("--dir", "lint"), "is no name"),
        ("indexing/wide\n", ("--dir", "lint"), "is no name"),
        ("indexin/wide", (), "did you mean `indexing`?"),
        ("suppression/mine", ("--dir", "lint"), "is taken by backlint itself"),
        ("secure-logging/lost-traceback", ("--dir", "lint"), "a rule of this name exists already"),
    ],
)
def test_names_that_are_refused(
    cli: Cli, project: Path, name: str, arguments: tuple[str, ...], message: str
) -> None:
    answer = cli("new-rule", name, *arguments)
    assert answer.code == 2 and message in answer.err and answer.out == ""
    assert [path.name for path in project.iterdir()] == [".git"]


def test_nothing_is_overwritten(cli: Cli, project: Path) -> None:
    assert cli("new-rule", "indexing/mine", "--dir", "lint").code == 0
    again = cli("new-rule", "indexing/mine", "--dir", "lint", "--kind", "sql")
    assert again.code == 2 and "--> lint/indexing/mine.py" in again.err
    write(project / "lint" / "fixtures" / "indexing" / "other" / "bad_x.py", "")
    answer = cli("new-rule", "indexing/other", "--dir", "lint")
    assert answer.code == 2 and not (project / "lint" / "indexing" / "other.py").exists()


def test_a_built_in_rule(cli: Cli, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "rules").mkdir()
    monkeypatch.setattr("linter.cli.new_rule._builtin", lambda: str(project / "rules"))
    monkeypatch.setattr(linter.packs, "builtin_folder", lambda: str(project / "rules"))
    write(
        project / "rules" / "practices.toml",
        Path(__file__).parents[2].joinpath("rules/practices.toml").read_text(),
    )
    monkeypatch.setattr("linter.checklist.builtin_folder", lambda: str(project / "rules"))
    answer = cli("new-rule", "indexing/wide-index")
    assert answer.code == 0 and "pytest tests/test_fixtures.py -k indexing/wide-index" in answer.out
    assert (project / "rules" / "indexing" / "wide_index.py").exists()
    assert (project / "fixtures" / "indexing" / "wide-index" / "bad_fastapi.py").exists()
