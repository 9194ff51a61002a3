"""How often a real server runs the function in a policy, and what extraction says of the same policy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from linter.extract.sql import statements_of
from tests.schema.real_postgres import server

ROWS = 50
SETUP = f"""
DROP SCHEMA IF EXISTS auth CASCADE;
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
CREATE SCHEMA auth;
CREATE SEQUENCE public.calls;
CREATE FUNCTION auth.uid() RETURNS bigint LANGUAGE plpgsql STABLE AS
    'begin perform nextval(''public.calls''); return 7; end';
CREATE TABLE t (id bigint, owner_id bigint);
INSERT INTO t SELECT i, 7 FROM generate_series(1, {ROWS}) i;
CREATE TABLE m (user_id bigint PRIMARY KEY);
INSERT INTO m VALUES (7);
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
ALTER TABLE t FORCE ROW LEVEL SECURITY;
"""
GRANTS = """
DROP ROLE IF EXISTS reader;
CREATE ROLE reader;
GRANT ALL ON ALL TABLES IN SCHEMA public TO reader;
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO reader;
GRANT USAGE ON SCHEMA public, auth TO reader;
"""
CONDITIONS = {
    "owner_id = auth.uid()": True,
    "owner_id = (SELECT auth.uid())": False,
    "EXISTS (SELECT 1 FROM m WHERE m.user_id = auth.uid())": False,
    "owner_id IN (SELECT user_id FROM m WHERE user_id = auth.uid())": False,
}


@pytest.fixture(scope="module")
def uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with server(tmp_path_factory.mktemp("postgres"), 16) as address:
        yield address


@pytest.mark.parametrize("condition", CONDITIONS)
def test_calls_are_those_of_the_server(condition: str, uri: str) -> None:
    import psycopg

    policy = f"CREATE POLICY own ON t USING ({condition})"
    with psycopg.connect(uri, autocommit=True) as admin:
        admin.execute(SETUP + policy)
        admin.execute(GRANTS)
        admin.execute("SET ROLE reader")
        rows = admin.execute("SELECT count(*) FROM t").fetchone()
        admin.execute("RESET ROLE")
        ran = admin.execute("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM calls").fetchone()
        admin.execute("DROP OWNED BY reader")
    assert rows == (ROWS,)
    assert ran is not None
    assert (ran[0] >= ROWS) is CONDITIONS[condition]
    (statement,) = statements_of(policy)
    assert any(each.kind == "policy-call" for each in statement.traits) is CONDITIONS[condition]
