"""Rows that are taken apart by position are found, and those read by name are not."""

from __future__ import annotations

import pytest

from linter.analyses.row_positions import read_by_position
from linter.backend import Function
from tests.schema.reading import schema_of

READ = [
    "return dict(cursor.execute('SELECT * FROM t').fetchall())",
    "cursor.execute('SELECT * FROM t')\n    a, b = cursor.fetchone()",
    "cursor.execute('SELECT * FROM t')\n    for a, *rest in cursor: pass",
    "cursor.execute('SELECT * FROM t')\n    for row in cursor.fetchall(): print(row[1])",
    "cursor.execute('SELECT * FROM t')\n    return [row[1] for row in cursor]",
    "query = 'SELECT * FROM t'\n    cursor.execute(query)\n    return cursor.fetchone()[1]",
    "rows = list(cursor.execute(text('SELECT * FROM t')))\n    return rows[0][1]",
    "query = text('SELECT * FROM t')\n    a, b = cursor.execute(query).first()",
    "row = await cursor.fetchrow('SELECT * FROM t')\n    return row[1]",
    "for a, b in await cursor.fetch('SELECT * FROM t'): pass",
]
NOT_READ = [
    "return [dict(row) for row in cursor.execute('SELECT * FROM t')]",
    # What the cursor holds when it is read is another result.
    "cursor.execute('SELECT * FROM t')\n    return cursor.fetchall()[0]",
    "cursor.execute('SELECT * FROM t')\n    return [row['a'] for row in cursor]",
    "cursor.execute('SELECT * FROM t')\n    cursor.execute('SELECT a FROM t')\n    a, b = cursor.fetchone()",
    "cursor.execute('SELECT a FROM t')\n    a, b = cursor.fetchone()\n    cursor.execute('SELECT * FROM u')",
    "rows = cursor.execute('SELECT * FROM t')\n    rows = other()\n    return rows[0][1]",
    "row = await cursor.fetchrow('SELECT * FROM t')\n    return row[name]",
    "for number, row in enumerate(cursor.execute('SELECT * FROM t')): pass",
]


def reads(body: str) -> list[bool]:
    head = "from sqlalchemy import text\nasync def work(cursor, name, other):\n    "
    schema = schema_of({"work.py": head + body + "\n"})
    return [
        isinstance(each.function, Function) and read_by_position(each.function, each.facts) is not None
        for each in schema.statements
        if "*" in each.facts.columns
    ]


@pytest.mark.parametrize("body", READ)
def test_positions_are_seen(body: str) -> None:
    assert reads(body) == [True]


@pytest.mark.parametrize("body", NOT_READ)
def test_names_and_other_results_are_not(body: str) -> None:
    assert reads(body) == [False]
