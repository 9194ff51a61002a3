"""Migrations as changes: transactions, locks that are held, and tables without rows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.backend import Change, Engine, Lock, Verdict, Work
from linter.facts.sql import Action
from linter.schema.defaults import is_volatile
from linter.schema.effects import effect_of
from linter.schema.fold import Fold
from linter.schema.types import always_rewrites, cost, is_narrower
from tests.schema.reading import schema_of
from tests.schema.test_fold import ACTIONS, PLACE


def changes(*texts: str, postgres: str = "") -> list[Change]:
    """The changes of the last of some SQL migrations."""
    files = {f"migrations/{number}.sql": text for number, text in enumerate(texts)}
    return schema_of(files, postgres=postgres).revisions[-1].changes


def test_a_lock_is_held_to_the_end_of_its_transaction() -> None:
    found = changes(
        "BEGIN; ALTER TABLE a ADD COLUMN x int; CREATE INDEX i ON a (x); COMMIT; CREATE INDEX j ON a (x);"
    )
    assert [each.transaction for each in found] == [1, 1, 0]
    assert [[holder.name for holder in each.held] for each in found] == [[], ["a"], []]
    assert found[0].effect.lock is Lock.ACCESS_EXCLUSIVE and found[1].effect.work is Work.BUILD


def test_two_transactions_are_told_apart() -> None:
    found = changes("BEGIN; DROP TABLE a; COMMIT; BEGIN; DROP TABLE b; COMMIT;")
    assert [each.transaction for each in found] == [1, 2]
    assert not any(each.held for each in found)


def test_tables_of_the_same_migration_are_new() -> None:
    made = "CREATE TABLE b (x int); ALTER TABLE b RENAME TO c; CREATE INDEX i ON c (x);"
    found = changes("CREATE TABLE a (x int);", f"{made} CREATE INDEX j ON a (x);")
    assert [each.is_new for each in found] == [False, True, True, False]


def test_an_index_belongs_to_its_table() -> None:
    found = changes("CREATE TABLE a (x int); CREATE INDEX i ON a (x);", "DROP INDEX i; DROP INDEX unheard;")
    assert [each.name for each in found] == ["a", ""]


def test_the_version_of_the_server_counts() -> None:
    sql = "ALTER TABLE a ADD COLUMN x int DEFAULT 7;"
    assert changes(sql, postgres="10.3")[0].effect.work is Work.REWRITE
    assert changes(sql, postgres="11")[0].effect.work is Work.CATALOG
    assert changes(sql)[0].effect.work is Work.CATALOG


def test_backticks_are_of_mysql() -> None:
    assert changes("ALTER TABLE `a` ADD COLUMN `x` int;")[0].engine == "mysql"


def test_data_and_code_are_changes() -> None:
    found = changes("UPDATE a SET x = 1; DELETE FROM a WHERE x = 1; DO $$ BEGIN END $$; SELECT 1;")
    assert [each.kind for each in found] == ["update", "delete", "opaque"]


def test_a_not_null_check_counts_once_it_is_valid() -> None:
    table = "CREATE TABLE a (x int);"
    check = "ALTER TABLE a ADD CONSTRAINT k CHECK (x IS NOT NULL) NOT VALID;"
    after = "ALTER TABLE a ALTER COLUMN x SET NOT NULL;"
    assert changes(table, check, after)[0].effect.work is Work.SCAN
    valid = "ALTER TABLE a VALIDATE CONSTRAINT k;"
    assert changes(table, check, valid, after)[0].effect.work is Work.CATALOG
    renamed = "ALTER TABLE a RENAME COLUMN x TO y;"
    assert changes(table, check, valid, renamed, after.replace("COLUMN x", "COLUMN y"))[0].effect.work is (
        Work.CATALOG
    )


@pytest.mark.parametrize(
    ("default", "verdict"),
    [
        ("7", Verdict.NO),
        ("-7.5", Verdict.NO),
        ("'random()'", Verdict.NO),
        ("now()", Verdict.NO),
        ("CURRENT_TIMESTAMP(3)", Verdict.NO),
        ("'{}'::jsonb", Verdict.NO),
        ("ARRAY['a', 'b']::text[]", Verdict.NO),
        ("(now() AT TIME ZONE 'utc')", Verdict.NO),
        ("pg_catalog.now()", Verdict.NO),
        ("random()", Verdict.YES),
        ("upper(gen_random_uuid()::text)", Verdict.YES),
        ("nextval('a_id_seq')", Verdict.YES),
        ("my_own()", Verdict.YES),
        ("?", Verdict.UNKNOWN),
    ],
)
def test_volatile_defaults(default: str, verdict: Verdict) -> None:
    assert is_volatile(default) is verdict


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("varchar(10)", "varchar(20)", "free"),
        ("character varying(10)", "text", "free"),
        ("numeric(10, 2)", "numeric(12,2)", "free"),
        ("int4", "integer", "free"),
        ("integer", "bigint", "rewrite"),
        ("text", "varchar(10)", "rewrite"),
        ("text[]", "varchar[]", "rewrite"),
        ("integer", "integer[]", "rewrite"),
        ("mood", "text", "unknown"),
        ("enum('a')", "enum('a','b')", "unknown"),
        ("", "text", "unknown"),
    ],
)
def test_cost_of_a_type_change(before: str, after: str, expected: str) -> None:
    assert cost(before, after) == expected


def test_narrower_types() -> None:
    assert is_narrower("bigint", "integer") and is_narrower("text", "varchar(9)")
    assert is_narrower("numeric(10,2)", "numeric(9,2)") and is_narrower("numeric", "numeric(9,2)")
    assert not is_narrower("integer", "bigint") and not is_narrower("varchar(9)", "text")


def test_types_that_are_stored_like_no_other() -> None:
    assert always_rewrites("bigint") and always_rewrites("jsonb")
    assert not always_rewrites("text") and not always_rewrites("timestamptz") and not always_rewrites("mood")


@given(st.lists(ACTIONS, max_size=15), st.sampled_from(["postgres", "mysql", "sqlite"]))
def test_every_action_has_an_effect(actions: list[Action], engine: Engine) -> None:
    fold = Fold()
    for action in actions:
        effect = effect_of(action, fold.tables.get(action.table), fold.tables, engine, "")
        assert effect.form and (engine != "sqlite" or effect.lock is Lock.NONE)
        fold.apply(action, PLACE)
