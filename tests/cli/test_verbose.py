from pathlib import Path

from .conftest import Cli, write

STATEMENTS = """\
CREATE TABLE a (id int);
DO $$ BEGIN\x1b[2J
  PERFORM 1; END $$;
"""
CODE = """\
def purge(cursor, name):
    cursor.execute("DELETE FROM a WHERE id = 1; "
                   f"CALL purge({name})")
    cursor.execute("SELECT id FROM a WHERE id = 1 LIMIT 1")
"""


def test_statements_that_are_not_understood_are_counted_and_shown(cli: Cli, project: Path) -> None:
    write(project / "migrations" / "1.sql", STATEMENTS)
    write(project / "purge.py", CODE)
    assert "not understood" not in cli("check", ".").err
    said = cli("check", ".", "--verbose", "--format", "json").err
    assert said.splitlines() == [
        "migrations/1.sql:2:1: not understood: DO $$ BEGIN\\x1b[2J PERFORM 1; END $$",
        "purge.py:3:22: not understood: CALL purge(hole_1)",
        "5 SQL statements, 2 not understood",
    ]


def test_nothing_is_said_where_there_is_no_sql(cli: Cli, project: Path) -> None:
    write(project / "app.py", "x = 1\n")
    assert cli("check", ".", "-v").err == ""
