"""Queries that rules say fail, on a real server: they do, and no others for that reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from linter.extract.sql import statements_of
from linter.facts.spans import line_of
from tests.schema.real_postgres import server

FIXTURES = Path(__file__).parents[2] / "fixtures" / "error-handling"
REASONS = {
    "union-width-mismatch": "must have the same number of columns",
    "table-not-in-from": "FROM-clause entry for table",
    "repeated-name": "specified more than once",
}
"""What PostgreSQL says of them, by rule."""
FILES = {
    "union-width-mismatch": ("bad_queries.sql", "good_queries.sql"),
    "table-not-in-from": ("bad_queries.sql", "good_queries.sql"),
    "repeated-name": ("bad_tables.sql", "good_tables.sql"),
}


@pytest.fixture(scope="module")
def uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with server(tmp_path_factory.mktemp("postgres"), 18) as address:
        yield address


@pytest.mark.parametrize(("rule", "name"), [(rule, name) for rule, names in FILES.items() for name in names])
def test_queries_fail_where_they_are_said_to(rule: str, name: str, uri: str) -> None:
    import psycopg

    text = (FIXTURES / rule / name).read_text(encoding="utf-8")
    lines = text.splitlines()
    expected = {
        number for number, line in enumerate(lines, start=1) if f"-- expect: error-handling/{rule}" in line
    }
    failed = set()
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS shop CASCADE; DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public; CREATE SCHEMA shop")
        # One of them counts for ever.
        connection.execute("SET statement_timeout = '200ms'")
        for statement in statements_of(text):
            try:
                connection.execute(statement.text)  # type: ignore[arg-type]
            except psycopg.Error as error:
                if REASONS[rule] in str(error):
                    failed.add(line_of(statement.span))
    assert failed == expected
