"""`fix` on SQL files: a diff of what is put in, nothing without `--unsafe`, and nothing the second time."""

from pathlib import Path

from .conftest import Cli, write

GOOSE = """\
-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX a_idx ON a (x);
ALTER TABLE a ADD COLUMN y int;
""".replace("\n", "\r\n")


def test_a_diff_shows_what_is_put_in(cli: Cli, project: Path) -> None:
    file = project / "migrations" / "1.sql"
    write(file, GOOSE)
    before = file.read_bytes()
    said = cli("fix", "--diff", "--unsafe", "--select", "migrations/index-blocks-writes", ".").out
    assert "-CREATE INDEX a_idx ON a (x);" in said and "+CREATE INDEX CONCURRENTLY a_idx ON a (x);" in said
    assert file.read_bytes() == before
    cli("fix", "--select", "migrations", ".")
    assert file.read_bytes() == before


def test_fixes_of_one_statement_follow_one_another_and_end(cli: Cli, project: Path) -> None:
    file = project / "migrations" / "1.sql"
    write(file, GOOSE)
    cli("fix", "--unsafe", "--select", "migrations", ".")
    after = file.read_bytes()
    assert after.splitlines(keepends=True)[2:4] == [
        b"DROP INDEX CONCURRENTLY IF EXISTS a_idx;\r\n",
        b"CREATE INDEX CONCURRENTLY a_idx ON a (x);\r\n",
    ]
    assert "0 fixed" in cli("fix", "--unsafe", "--select", "migrations", ".").err
    assert file.read_bytes() == after


def test_a_runner_that_is_not_known_keeps_its_statements(cli: Cli, project: Path) -> None:
    file = project / "migrations" / "1.sql"
    write(file, "CREATE INDEX a_idx ON a (x);\n")
    cli("fix", "--unsafe", "--select", "migrations", ".")
    assert file.read_text() == "CREATE INDEX a_idx ON a (x);\n"
