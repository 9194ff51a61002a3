"""Migrations that the base branch has already are left alone, unless all are asked for."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

INDEX = "CREATE INDEX orders_{0}_idx ON orders ({0});\n"


@pytest.fixture
def repository(project: Path) -> Path:
    shutil.rmtree(project / ".git")
    (project / "migrations").mkdir()
    (project / "migrations" / "0001_old.sql").write_text(INDEX.format("old"))
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"]
    for arguments in (
        ["init", "-q", "-b", "main"],
        ["add", "."],
        ["commit", "-qm", "first"],
        ["switch", "-qc", "feature"],
    ):
        subprocess.run(["git", *identity, *arguments], cwd=project, check=True)
    (project / "migrations" / "0002_new.sql").write_text(INDEX.format("new"))
    return project


def paths(cli: Cli, *arguments: str) -> tuple[set[str], int]:
    document = json.loads(cli("check", "--format", "json", "--no-cache", *arguments).out)
    found = {
        each["path"] for each in document["findings"] if each["rule"] == "migrations/index-blocks-writes"
    }
    return found, document["summary"]["hidden"]["released"]


def test_only_new_migrations_are_reported(cli: Cli, repository: Path) -> None:
    assert paths(cli) == ({"migrations/0002_new.sql"}, 1)


def test_all_when_asked_for(cli: Cli, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = {"migrations/0001_old.sql", "migrations/0002_new.sql"}
    assert paths(cli, "--profile", "audit") == (both, 0)
    monkeypatch.setenv("BACKLINT_MIGRATIONS", "all")
    assert paths(cli) == (both, 0)


def test_a_file_that_is_named_is_reported(cli: Cli, repository: Path) -> None:
    assert paths(cli, "migrations/0001_old.sql") == ({"migrations/0001_old.sql"}, 0)


def test_a_table_as_new_as_its_index_is_left_alone(cli: Cli, repository: Path) -> None:
    folder = repository / "migrations"
    (folder / "0003_lines.sql").write_text("CREATE TABLE lines (id bigint);\n")
    (folder / "0004_lines_index.sql").write_text("CREATE INDEX lines_idx ON lines (id);\n")
    assert paths(cli) == ({"migrations/0002_new.sql"}, 1)
    assert "migrations/0004_lines_index.sql" in paths(cli, "--profile", "audit")[0]


def test_without_a_base_all_are_new(cli: Cli, repository: Path) -> None:
    subprocess.run(["git", "branch", "-qm", "main", "trunk"], cwd=repository, check=True)
    assert len(paths(cli)[0]) == 2


def test_the_advice_says_how_to_see_them(cli: Cli, repository: Path) -> None:
    assert "BACKLINT_MIGRATIONS=all" in cli("check", "--no-cache").out


def test_two_revisions_are_one_transaction_only_while_both_are_new(cli: Cli, repository: Path) -> None:
    example = Path(__file__).parents[2] / "fixtures/migrations/validated-in-same-transaction"
    shutil.copytree(example / "bad_two_revisions_alembic", repository / "shop")

    def found(*arguments: str) -> list[str]:
        document = json.loads(cli("check", "--format", "json", "--no-cache", *arguments).out)
        return [each["path"] for each in document["findings"] if "validated-in" in each["rule"]]

    assert found() == ["shop/versions/b.py"]
    for arguments in (["add", "shop/versions/a.py"], ["commit", "-qm", "a", "--", "shop/versions/a.py"]):
        identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *arguments], cwd=repository, check=True)
    subprocess.run(["git", "branch", "-f", "main"], cwd=repository, check=True)
    assert found() == []
    assert found("--profile", "audit") == []
