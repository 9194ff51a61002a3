"""The lock model against real servers: the same locks, rewrites, scans and index builds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from linter.backend import Lock
from linter.schema.lock_model import POSTGRES
from tests.schema.reading import schema_of
from tests.schema.real_postgres import measure, server

VERSIONS = (16, 18)
SETUP = """
CREATE TABLE o (id bigint PRIMARY KEY);
INSERT INTO o SELECT generate_series(1, 50);
CREATE TABLE t (
    id bigint NOT NULL, a integer, b integer NOT NULL, fk bigint, vc varchar(100), tx text,
    n numeric(10, 2), ch char(10), ts timestamp, js json, d date, tagged text[],
    codes varchar(10)[], span interval, place cidr, bits bit varying(5)
);
INSERT INTO t SELECT i, i, i, i, 'v' || i, '{}', 1.5, 'c', now(), '{}', now(), '{}',
    '{}', '1 day', '10.0.0.0/8', B'101'
FROM generate_series(1, 50) i;
CREATE INDEX t_a ON t (a);
CREATE UNIQUE INDEX t_b ON t (b);
CREATE UNIQUE INDEX t_u ON t (a);
ALTER TABLE t ADD CONSTRAINT ck_nv CHECK (a IS NOT NULL) NOT VALID;
ALTER TABLE t ADD CONSTRAINT fk_nv FOREIGN KEY (fk) REFERENCES o (id) NOT VALID;
"""
CHECKED = SETUP + "ALTER TABLE t VALIDATE CONSTRAINT ck_nv;"
VIEW = SETUP + "CREATE MATERIALIZED VIEW v AS SELECT id FROM t; CREATE UNIQUE INDEX v_id ON v (id);"
PARTS = """
CREATE TABLE t (id bigint NOT NULL, a integer) PARTITION BY RANGE (id);
CREATE TABLE part PARTITION OF t FOR VALUES FROM (1) TO (100);
INSERT INTO t SELECT i, i FROM generate_series(1, 50) i;
"""
TRIGGER = SETUP + (
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';"
    "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();"
)


class Case(NamedTuple):
    """A form of the model with a statement of that form. `inside`: whether it runs in a transaction."""

    form: str
    sql: str
    setup: str = SETUP
    inside: bool = True
    since: int = 0


CASES = [
    Case("create table", "CREATE TABLE np (id int PRIMARY KEY)"),
    Case(
        "create table with foreign key", "CREATE TABLE np (id int PRIMARY KEY, oid bigint REFERENCES o (id))"
    ),
    Case("drop table", "DROP TABLE t", PARTS),
    Case("drop table with foreign key", "DROP TABLE t"),
    Case("rename table", "ALTER TABLE t RENAME TO t9"),
    Case("truncate", "TRUNCATE t"),
    Case("add column", "ALTER TABLE t ADD COLUMN z int"),
    Case("add column", "ALTER TABLE t ADD COLUMN z varchar(10) NULL"),
    Case("add column with constant default", "ALTER TABLE t ADD COLUMN z int DEFAULT 7"),
    Case("add column with constant default", "ALTER TABLE t ADD COLUMN z int NOT NULL DEFAULT -7"),
    Case("add column with constant default", "ALTER TABLE t ADD COLUMN z timestamptz DEFAULT now()"),
    Case(
        "add column with constant default", "ALTER TABLE t ADD COLUMN z timestamptz DEFAULT CURRENT_TIMESTAMP"
    ),
    Case("add column with constant default", "ALTER TABLE t ADD COLUMN z jsonb NOT NULL DEFAULT '{}'::jsonb"),
    Case("add column with constant default", "ALTER TABLE t ADD COLUMN z text[] DEFAULT ARRAY[]::text[]"),
    Case(
        "add column with constant default",
        "ALTER TABLE t ADD COLUMN z timestamp DEFAULT timezone('utc', now())",
    ),
    Case(
        "add column with constant default",
        "ALTER TABLE t ADD COLUMN z timestamptz DEFAULT date_trunc('day', statement_timestamp())",
    ),
    Case(
        "add column with constant default", "ALTER TABLE t ADD COLUMN z text DEFAULT md5(lower('A')) || 'x'"
    ),
    Case("add column with volatile default", "ALTER TABLE t ADD COLUMN z float DEFAULT random()"),
    Case("add column with volatile default", "ALTER TABLE t ADD COLUMN z uuid DEFAULT gen_random_uuid()"),
    Case(
        "add column with volatile default",
        "ALTER TABLE t ADD COLUMN z text DEFAULT 'a' || gen_random_uuid()::text",
    ),
    Case(
        "add column with volatile default", "ALTER TABLE t ADD COLUMN z timestamptz DEFAULT clock_timestamp()"
    ),
    Case("add column with volatile default", "ALTER TABLE t ADD COLUMN z uuid DEFAULT uuidv7()", since=18),
    Case("add identity column", "ALTER TABLE t ADD COLUMN z bigserial"),
    Case("add identity column", "ALTER TABLE t ADD COLUMN z bigint GENERATED ALWAYS AS IDENTITY"),
    Case("add stored generated column", "ALTER TABLE t ADD COLUMN z int GENERATED ALWAYS AS (a * 2) STORED"),
    Case(
        "add virtual generated column",
        "ALTER TABLE t ADD COLUMN z int GENERATED ALWAYS AS (a * 2) VIRTUAL",
        since=18,
    ),
    Case("add unique column", "ALTER TABLE t ADD COLUMN z int UNIQUE"),
    Case("add checked column", "ALTER TABLE t ADD COLUMN z int CHECK (z > 0)"),
    Case("add referencing column", "ALTER TABLE t ADD COLUMN z bigint REFERENCES o (id)"),
    Case(
        "add referencing column with default", "ALTER TABLE t ADD COLUMN z bigint DEFAULT 1 REFERENCES o (id)"
    ),
    Case("drop column", "ALTER TABLE t DROP COLUMN tx"),
    Case("drop column", "ALTER TABLE t DROP COLUMN a"),
    Case("drop referencing column", "ALTER TABLE t DROP COLUMN fk"),
    Case("rename column", "ALTER TABLE t RENAME COLUMN a TO z"),
    Case("change type", "ALTER TABLE t ALTER COLUMN b TYPE bigint"),
    Case("change type", "ALTER TABLE t ALTER COLUMN vc TYPE varchar(50)"),
    Case("change type", "ALTER TABLE t ALTER COLUMN tx TYPE varchar(100)"),
    Case("change type", "SET timezone = 'Europe/Berlin'; ALTER TABLE t ALTER COLUMN ts TYPE timestamptz"),
    Case("change type", "ALTER TABLE t ALTER COLUMN n TYPE numeric(12, 4)"),
    Case("change type", "ALTER TABLE t ALTER COLUMN n TYPE numeric(8, 2)"),
    Case("change type", "ALTER TABLE t ALTER COLUMN ch TYPE text"),
    Case("change type", "ALTER TABLE t ALTER COLUMN ch TYPE char(20)"),
    Case("change type", "ALTER TABLE t ALTER COLUMN js TYPE jsonb"),
    Case("change type", "ALTER TABLE t ALTER COLUMN tx TYPE jsonb USING tx::jsonb"),
    Case("change type", "ALTER TABLE t ALTER COLUMN d TYPE timestamp"),
    Case("change type", "ALTER TABLE t ALTER COLUMN ts TYPE timestamp(3)"),
    Case("change type", "ALTER TABLE t ALTER COLUMN b TYPE text"),
    Case("change type for free", "ALTER TABLE t ALTER COLUMN vc TYPE varchar(200)"),
    Case("change type for free", "ALTER TABLE t ALTER COLUMN vc TYPE varchar"),
    Case("change type for free", "ALTER TABLE t ALTER COLUMN vc TYPE text"),
    Case("change type for free", "ALTER TABLE t ALTER COLUMN tx TYPE varchar"),
    Case("change type for free", "ALTER TABLE t ALTER COLUMN n TYPE numeric(12, 2)"),
    Case("change type for free", "ALTER TABLE t ALTER COLUMN n TYPE numeric"),
    Case("change type for free", "ALTER TABLE t ALTER COLUMN ts TYPE timestamp(6)"),
    Case("change type for free", "SET timezone = 'UTC'; ALTER TABLE t ALTER COLUMN ts TYPE timestamptz"),
    Case("change type for free", "ALTER TABLE t ALTER COLUMN codes TYPE varchar[]"),
    Case("change type for free", "ALTER TABLE t ALTER COLUMN span TYPE interval(6)"),
    Case("change type for free", "ALTER TABLE t ALTER COLUMN place TYPE inet"),
    Case("change type for free", "ALTER TABLE t ALTER COLUMN bits TYPE bit varying(9)"),
    Case("change type", "ALTER TABLE t ALTER COLUMN codes TYPE varchar(20)[]"),
    Case("change type", "ALTER TABLE t ALTER COLUMN tagged TYPE varchar[]"),
    Case("change type", "ALTER TABLE t ALTER COLUMN place TYPE text"),
    Case(
        "change type under check",
        "ALTER TABLE t ALTER COLUMN vc TYPE varchar(200)",
        SETUP + "ALTER TABLE t ADD CONSTRAINT k CHECK (vc <> '');",
    ),
    Case(
        "change type under check",
        "ALTER TABLE t ALTER COLUMN z TYPE varchar(200)",
        SETUP + "ALTER TABLE t ADD COLUMN z varchar(10) DEFAULT 'z' CHECK (z <> '');",
    ),
    Case("set not null", "ALTER TABLE t ALTER COLUMN fk SET NOT NULL"),
    Case("set not null", "ALTER TABLE t ALTER COLUMN a SET NOT NULL"),
    Case("set not null after valid check", "ALTER TABLE t ALTER COLUMN a SET NOT NULL", CHECKED),
    Case("drop not null", "ALTER TABLE t ALTER COLUMN b DROP NOT NULL"),
    Case("change default", "ALTER TABLE t ALTER COLUMN a SET DEFAULT 1"),
    Case("change default", "ALTER TABLE t ALTER COLUMN a DROP DEFAULT"),
    Case("set statistics", "ALTER TABLE t ALTER COLUMN a SET STATISTICS 100"),
    Case("add primary key", "ALTER TABLE t ADD PRIMARY KEY (id)"),
    Case(
        "add primary key column",
        "ALTER TABLE t ADD COLUMN z bigint PRIMARY KEY DEFAULT 1",
        "CREATE TABLE t (a int);",
    ),
    Case("add primary key using index", "ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY USING INDEX t_b"),
    Case(
        "add primary key using index over nullable columns",
        "ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY USING INDEX t_u",
    ),
    Case("add unique", "ALTER TABLE t ADD CONSTRAINT k UNIQUE (a)"),
    Case("add unique using index", "ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX t_u"),
    Case("add exclude", "ALTER TABLE t ADD CONSTRAINT k EXCLUDE USING btree (a WITH =)"),
    Case("add check", "ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0)"),
    Case("add check", "ALTER TABLE t ADD CHECK (a > 0)"),
    Case("add check not valid", "ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT VALID"),
    Case("validate check", "ALTER TABLE t VALIDATE CONSTRAINT ck_nv"),
    Case("add foreign key", "ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (fk) REFERENCES o (id)"),
    Case(
        "add foreign key not valid",
        "ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (fk) REFERENCES o (id) NOT VALID",
    ),
    Case("validate foreign key", "ALTER TABLE t VALIDATE CONSTRAINT fk_nv"),
    Case("drop constraint", "ALTER TABLE t DROP CONSTRAINT ck_nv"),
    Case("drop foreign key", "ALTER TABLE t DROP CONSTRAINT fk_nv"),
    Case("rename constraint", "ALTER TABLE t RENAME CONSTRAINT ck_nv TO ck_2"),
    Case("create index", "CREATE INDEX t_n ON t (n)"),
    Case("create index", "CREATE UNIQUE INDEX t_n ON t (id, n)"),
    Case("create index concurrently", "CREATE INDEX CONCURRENTLY t_n ON t (n)", inside=False),
    Case("drop index", "DROP INDEX t_a"),
    Case("drop index concurrently", "DROP INDEX CONCURRENTLY t_a", inside=False),
    Case("rename index", "ALTER INDEX t_a RENAME TO t_z"),
    Case("reindex", "REINDEX TABLE t"),
    Case("reindex", "REINDEX INDEX t_a"),
    Case("reindex concurrently", "REINDEX TABLE CONCURRENTLY t", inside=False),
    Case("vacuum full", "VACUUM FULL t", inside=False),
    Case("cluster", "CLUSTER t USING t_a"),
    Case("set logged", "ALTER TABLE t SET UNLOGGED"),
    Case("set storage parameter", "ALTER TABLE t SET (fillfactor = 80)"),
    Case("set schema", "ALTER TABLE t SET SCHEMA pg_catalog", "CREATE TABLE t (a int);"),
    Case("row level security", "ALTER TABLE t ENABLE ROW LEVEL SECURITY"),
    Case("trigger", "ALTER TABLE t DISABLE TRIGGER USER"),
    Case("trigger", "CREATE TRIGGER h BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()", TRIGGER),
    Case("drop trigger", "DROP TRIGGER g ON t", TRIGGER),
    Case("comment", "COMMENT ON TABLE t IS 'x'"),
    Case("detach partition", "ALTER TABLE t DETACH PARTITION part", PARTS),
    Case("refresh materialized view", "REFRESH MATERIALIZED VIEW v", VIEW),
    Case("refresh materialized view concurrently", "REFRESH MATERIALIZED VIEW CONCURRENTLY v", VIEW),
    Case("write rows", "UPDATE t SET n = n + 1"),
    Case("write rows", "DELETE FROM t"),
]
UNMEASURED = {
    "attach partition",
    "detach partition concurrently",
    "lock table",
    "set access method",
    "set tablespace",
    "vacuum",
}
"""Forms that need a second tablespace or access method, or whose lock is gone too soon to be seen."""


@pytest.fixture(scope="module", params=VERSIONS)
def postgres(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[int, str]]:
    with server(tmp_path_factory.mktemp("postgres"), request.param) as uri:
        yield request.param, uri


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sql[:70])
def test_locks_and_work_are_those_of_the_server(case: Case, postgres: tuple[int, str]) -> None:
    version, uri = postgres
    if version < case.since:
        pytest.skip(f"PostgreSQL {version} does not know this statement")
    statements = case.sql.split("; ")
    seen = measure(uri, case.setup, statements, inside=case.inside)
    schema = schema_of(
        {"migrations/1.sql": case.setup, "migrations/2.sql": case.sql + ";"}, postgres=str(version)
    )
    changes = schema.revisions[-1].changes
    effects = [change.effect for change in changes]
    assert effects[-1].form == case.form or case.form.startswith(effects[-1].form)
    table = "v" if case.setup is VIEW else "t"
    own = max(effect.lock for effect in effects)
    if case.sql.startswith("REFRESH"):
        assert own == seen.locks.get(table, Lock.NONE)
    else:
        assert own == seen.locks.get("t", Lock.NONE), seen
        assert max(effect.other for effect in effects) == seen.locks.get("o", Lock.NONE), seen
    # Outside a transaction only locks are seen; a concurrent refresh writes what differs, here nothing.
    if case.inside and "CONCURRENTLY" not in case.sql:
        assert max(effect.work for effect in effects) == seen.work


def test_every_form_is_measured() -> None:
    assert {case.form for case in CASES} | UNMEASURED == set(POSTGRES)
