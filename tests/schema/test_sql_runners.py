"""Folders of plain SQL as their runners read them: the order, what leads up only, and the transaction."""

import pytest

from linter.backend import Verdict
from tests.schema.reading import schema_of

NO, YES, UNKNOWN = Verdict.NO, Verdict.YES, Verdict.UNKNOWN
FOLDERS = {
    "numbered": (
        {
            "db/migrations/2_more.sql": "ALTER TABLE a ADD COLUMN b int;",
            "db/migrations/10_last.sql": "ALTER TABLE a DROP COLUMN b;",
            "db/migrations/1_first.sql": "CREATE TABLE a (id int);",
        },
        [("create-table", UNKNOWN), ("add-column", UNKNOWN), ("drop-column", UNKNOWN)],
        {"a": ["id"]},
    ),
    "golang-migrate": (
        {
            "migrations/000002_b.up.sql": "ALTER TABLE a ADD COLUMN b int;",
            "migrations/000002_b.down.sql": "ALTER TABLE a DROP COLUMN b;",
            "migrations/000001_a.up.sql": "CREATE TABLE a (id int);\nCREATE INDEX ix ON a (id);",
            "migrations/000001_a.down.sql": "DROP TABLE a;",
        },
        [("create-table", YES), ("create-index", YES), ("add-column", UNKNOWN)],
        {"a": ["id", "b"]},
    ),
    "flyway": (
        {
            "db/migration/R__view.sql": "CREATE VIEW v AS SELECT c FROM a;",
            "db/migration/V1__a.sql": "CREATE TABLE a (id int);",
            "db/migration/V1.1__b.sql": "ALTER TABLE a ADD COLUMN b int;",
            "db/migration/V1_2__c.sql": "ALTER TABLE a ADD COLUMN c int;",
            "db/migration/old/V2__d.sql": "ALTER TABLE a DROP COLUMN b;",
            "db/migration/V10__e.sql": "-- flyway:executeInTransaction=false\n"
            "CREATE INDEX CONCURRENTLY ix ON a (c);",
            "db/migration/U10__e.sql": "DROP INDEX ix;",
        },
        [
            ("create-table", UNKNOWN),
            ("add-column", UNKNOWN),
            ("add-column", UNKNOWN),
            ("drop-column", UNKNOWN),
            ("create-index", NO),
            ("other", UNKNOWN),
        ],
        {"a": ["id", "c"]},
    ),
    "dbmate": (
        {
            "db/migrations/20240102_b.sql": "-- migrate:up transaction:false\n"
            "CREATE INDEX CONCURRENTLY ix ON a (id);\n-- migrate:down\nDROP INDEX ix;\n",
            "db/migrations/20240101_a.sql": "-- migrate:up\nCREATE TABLE a (id int);\n"
            "-- migrate:down\nDROP TABLE a;\n",
        },
        [("create-table", YES), ("create-index", NO)],
        {"a": ["id"]},
    ),
    "goose": (
        {
            "migrations/00002_b.sql": "-- +goose NO TRANSACTION\n-- +goose Up\n"
            "CREATE INDEX CONCURRENTLY ix ON a (id);\n-- +goose Down\nDROP INDEX ix;\n",
            "migrations/00001_a.sql": "-- +goose Up\n-- +goose StatementBegin\nCREATE TABLE a (id int);\n"
            "-- +goose StatementEnd\n-- +goose Down\n-- +goose StatementBegin\nDROP TABLE a;\n"
            "-- +goose StatementEnd\n",
        },
        [("create-table", YES), ("create-index", NO)],
        {"a": ["id"]},
    ),
    "atlas": (
        {
            "migrations/20240102000000_b.sql": "-- atlas:txmode none\n\n"
            "CREATE INDEX CONCURRENTLY ix ON a (id);\n",
            "migrations/20240101000000_a.sql": '-- Create "a" table\nCREATE TABLE "a" ("id" int);\n',
        },
        [("create-table", UNKNOWN), ("create-index", NO)],
        {"a": ["id"]},
    ),
    "yoyo": (
        {
            "migrations/2024-b.sql": "-- drop it\n-- depends: 2024-z\nALTER TABLE a ADD COLUMN b int;",
            "migrations/2024-b.rollback.sql": "ALTER TABLE a DROP COLUMN b;",
            "migrations/2024-c.sql": "-- depends: 2024-b 2024-z\n-- transactional: false\n"
            "CREATE INDEX CONCURRENTLY ix ON a (b);",
            "migrations/2024-z.sql": "-- depends:\nCREATE TABLE a (id int);",
        },
        [("create-table", YES), ("add-column", YES), ("create-index", NO)],
        {"a": ["id", "b"]},
    ),
    "aerich before Python": (
        {
            "migrations/models/10_20230102_b.sql": "-- upgrade --\nALTER TABLE a ADD b INT;\n"
            "-- downgrade --\nALTER TABLE a DROP COLUMN b;\n",
            "migrations/models/0_20230101_init.sql": "-- upgrade --\nCREATE TABLE a (id int);\n",
        },
        [("create-table", YES), ("add-column", YES)],
        {"a": ["id", "b"]},
    ),
    "prisma": (
        {
            "prisma/migrations/20240102_b/migration.sql": "ALTER TABLE a ADD COLUMN b int;",
            "prisma/migrations/20240101_a/migration.sql": "CREATE TABLE a (id int);",
        },
        [("create-table", UNKNOWN), ("add-column", UNKNOWN)],
        {"a": ["id", "b"]},
    ),
}


@pytest.mark.parametrize("runner", FOLDERS)
def test_a_folder_runs_as_its_runner_runs_it(runner):
    files, steps, tables = FOLDERS[runner]
    for order in (files, dict(reversed(files.items()))):
        found = schema_of(order)
        (history,) = [each for each in found._histories if each.paths]
        said = [
            (action.kind, each.in_transaction) for each in history.statements for action in each.facts.actions
        ]
        assert said == steps
        assert {name: list(table.columns) for name, table in history.tables.items()} == tables


def test_needs_in_a_circle_end():
    found = schema_of(
        {
            "migrations/1.sql": "-- depends: 2\nCREATE TABLE a (id int);",
            "migrations/2.sql": "-- depends: 1\nCREATE TABLE b (id int);",
        }
    )
    assert sorted(found.tables) == ["a", "b"]
