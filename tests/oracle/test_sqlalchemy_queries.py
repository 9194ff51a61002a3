"""What backlint says of SQLAlchemy's queries is what happens when they run.

The fixtures of `query-in-loop` and `forgotten-join` are run on SQLite: a loop is reported when twice the rows
take more statements, a product when SQLAlchemy itself warns of one.
"""

from __future__ import annotations

import importlib.util
import inspect
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "batching"
sqlalchemy = pytest.importorskip("sqlalchemy")
orm = pytest.importorskip("sqlalchemy.orm")

ONE_ROW = {"with_settings"}
"""SQLAlchemy warns of it; backlint does not, for a key finds one row of the other table."""


def loaded(path: Path) -> ModuleType:
    """A fixture as a module."""
    name = f"fixture_{path.parent.name}_{path.stem}".replace("-", "_")
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def cases(rule: str, *names: str) -> list[Any]:
    """The functions of fixtures that need a session only, or a name, and whether they expect a finding."""
    found = []
    for name in names:
        module = loaded(FIXTURES / rule / name)
        for function in vars(module).values():
            if not isinstance(function, FunctionType) or function.__module__ != module.__name__:
                continue
            parameters = set(inspect.signature(function).parameters)
            if parameters <= {"session", "name"} and not inspect.iscoroutinefunction(function):
                expects = "# expect:" in inspect.getsource(function)
                found.append(pytest.param(module, function, expects, id=f"{name}:{function.__name__}"))
    return found


@contextmanager
def session_of(module: ModuleType, rows: int) -> Iterator[tuple[Any, list[str]]]:
    """A session on a database with some rows in each table, and the statements that it sends."""
    engine = sqlalchemy.create_engine("sqlite://")
    tables = module.Base.metadata
    tables.create_all(engine)
    with engine.begin() as connection:
        for table in tables.sorted_tables:
            values = [
                {column.name: _value(column, row) for column in table.columns} for row in range(1, rows + 1)
            ]
            connection.execute(table.insert(), values)
    sent: list[str] = []
    sqlalchemy.event.listen(engine, "before_cursor_execute", lambda *each: sent.append(each[2]))
    with orm.Session(engine) as session:
        yield session, sent
    engine.dispose()


def _value(column: Any, row: int) -> object:
    return row if issubclass(column.type.python_type, int) else f"{column.name} {row}"


def run(function: FunctionType, session: Any) -> None:
    """Call a function of a fixture, and take all that it gives."""
    needed = inspect.signature(function).parameters
    result = function(
        **{name: value for name, value in (("session", session), ("name", "x")) if name in needed}
    )
    if inspect.isgenerator(result):
        list(result)


@pytest.mark.parametrize(
    ("module", "function", "expects"), cases("query-in-loop", "bad_sqlalchemy.py", "good_sqlalchemy.py")
)
def test_a_loop_is_reported_when_its_statements_grow_with_the_rows(
    module: ModuleType, function: FunctionType, expects: bool
) -> None:
    counts = []
    for rows in (4, 8):
        with session_of(module, rows) as (session, sent):
            run(function, session)
            counts.append(len(sent))
    assert (counts[1] > counts[0]) == expects, counts


@pytest.mark.parametrize(
    ("module", "function", "expects"),
    cases("forgotten-join", "bad_sqlalchemy_orm.py", "good_sqlalchemy_orm.py"),
)
def test_a_product_is_reported_when_sqlalchemy_warns_of_it(
    module: ModuleType, function: FunctionType, expects: bool
) -> None:
    with session_of(module, 3) as (session, _), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run(function, session)
    warned = any("cartesian product" in str(each.message) for each in caught)
    assert warned == (expects or function.__name__ in ONE_ROW)
