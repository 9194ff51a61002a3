import pytest

from linter.backend import Verdict
from linter.schema.sql_files import is_migration
from tests.schema.reading import schema_of, shape


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("db/migrations/init.sql", True),
        ("db/V2__users.sql", True),
        ("sql/001_users.sql", True),
        ("schema.sql", False),
        ("sql/report.sql", False),
    ],
)
def test_which_files_are_migrations(path, expected):
    assert is_migration(path) is expected


def test_files_run_in_the_order_of_their_numbers():
    found = schema_of(
        {
            "migrations/2_index.sql": "CREATE INDEX ix ON users (mail);",
            "migrations/10_drop.sql": "DROP INDEX ix; ALTER TABLE users ADD CONSTRAINT uq UNIQUE (mail);",
            "migrations/1_users.sql": "CREATE TABLE users (id bigint PRIMARY KEY, mail text NOT NULL, "
            "a int REFERENCES users);",
            "migrations/1_users.down.sql": "DROP TABLE users;",
        }
    )
    assert shape(found.tables["users"]) == (
        ["id bigint primary_key", "mail text unique", "a int nullable -> users.id"],
        ["unique id", "unique mail"],
    )
    assert found.migrations == tuple(
        f"migrations/{name}" for name in ("10_drop.sql", "1_users.sql", "2_index.sql")
    )
    assert found.tables["users"].complete


def test_down_parts_are_left_out_and_tools_are_known():
    found = schema_of(
        {
            "migrations/1.sql": "-- +goose Up\nCREATE TABLE a (id int);\n-- +goose Down\nDROP TABLE a;\n",
            "migrations/2.sql": "-- migrate:up transaction:false\nCREATE TABLE b (id int);\n"
            "-- migrate:down\nDROP TABLE b;\n",
            "migrations/3.sql": "CREATE TABLE c (id int);\nBEGIN;\nCREATE TABLE d (id int);\nCOMMIT;\n",
        }
    )
    assert sorted(found.tables) == ["a", "b", "c", "d"]
    by_table = {
        each.facts.actions[0].table: each.in_transaction for each in found.statements if each.facts.actions
    }
    assert by_table == {"a": Verdict.YES, "b": Verdict.NO, "c": Verdict.UNKNOWN, "d": Verdict.YES}


def test_a_schema_file_declares_tables_without_being_a_migration():
    found = schema_of({"schema.sql": "CREATE TABLE a (id int);\nCREATE INDEX ix ON a (id);"})
    assert list(found.tables) == ["a"] and found.migrations == ()
    assert [each.origin for each in found.statements] == ["file", "file"]
    assert found.statements[1].created == {"a"}
