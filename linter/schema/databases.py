"""Which databases a project uses: from its drivers, its dialect imports and its settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter.backend import Backend, is_test
from linter.facts.expressions import (
    Choice,
    Constant,
    Expr,
    Mapping,
    Operation,
    Result,
    Sequence,
    Template,
    walk,
)
from linter.facts.files import FileFacts
from linter.facts.scopes import Assign, Import, Return, Scope

POSTGRESQL, MYSQL, SQLITE = "postgresql", "mysql", "sqlite"
_DRIVERS = {
    "psycopg2": POSTGRESQL,
    "psycopg": POSTGRESQL,
    "psycopg_pool": POSTGRESQL,
    "asyncpg": POSTGRESQL,
    "aiopg": POSTGRESQL,
    "pg8000": POSTGRESQL,
    "pgvector": POSTGRESQL,
    "pymysql": MYSQL,
    "MySQLdb": MYSQL,
    "aiomysql": MYSQL,
    "asyncmy": MYSQL,
    "mysql": MYSQL,
    "aiosqlite": SQLITE,
}
_MODULES = {
    "sqlalchemy.dialects.postgresql": POSTGRESQL,
    "sqlalchemy.dialects.mysql": MYSQL,
    "sqlalchemy.dialects.sqlite": SQLITE,
    "django.contrib.postgres": POSTGRESQL,
    "django.db.backends.postgresql": POSTGRESQL,
}
_SCHEMES = {
    "postgresql": POSTGRESQL,
    "postgres": POSTGRESQL,
    "postgis": POSTGRESQL,
    "cockroachdb": POSTGRESQL,
    "mysql": MYSQL,
    "mariadb": MYSQL,
    "sqlite": SQLITE,
}
_ENGINES = {
    "django.db.backends.postgresql": POSTGRESQL,
    "django.db.backends.postgresql_psycopg2": POSTGRESQL,
    "django.contrib.gis.db.backends.postgis": POSTGRESQL,
    "django.db.backends.mysql": MYSQL,
    "django.contrib.gis.db.backends.mysql": MYSQL,
    "django.db.backends.sqlite3": SQLITE,
    "tortoise.backends.asyncpg": POSTGRESQL,
    "tortoise.backends.psycopg": POSTGRESQL,
    "tortoise.backends.mysql": MYSQL,
    "tortoise.backends.sqlite": SQLITE,
}
_OF_MYSQL = ("AUTO_INCREMENT", "CHARACTER SET", "ENGINE=")
"""Words of MySQL's CREATE TABLE, next to names in backticks."""
_DIALECTS = {POSTGRESQL: "postgres", MYSQL: "mysql", SQLITE: "sqlite"}
_PLACES = ("setting", "config", "conf", "database", "db", "env", "session", "engine", "app", "main")


def databases(backend: Backend) -> tuple[str, ...]:
    """Those of `postgresql`, `mysql` and `sqlite` that the project is written for, in this order."""
    found = {kind for package, kind in _DRIVERS.items() if package in backend.project.imported}
    for path, module in backend.project.modules.items():
        if is_test(path):
            continue
        for scope in module.facts.scopes:
            found.update(_imported(scope))
        if "/settings/" in path or any(place in path.rpartition("/")[2] for place in _PLACES):
            found.update(kind for scope in module.facts.scopes for kind in _configured(scope))
    return tuple(kind for kind in (POSTGRESQL, MYSQL, SQLITE) if kind in found)


def spelled(files: Iterable[tuple[str, FileFacts]]) -> tuple[str, ...]:
    """The databases that the tables of a project's own SQL are written for, where no setting tells them."""
    for path, facts in files:
        for statement in () if is_test(path) else facts.sql:
            if statement.kind == "create" and "`" in statement.text:
                text = statement.text.upper()
                if any(mark in text for mark in _OF_MYSQL):
                    return (MYSQL,)
    return ()


def dialect_of(found: tuple[str, ...]) -> str:
    """The dialect that statements without any other sign are read in."""
    return _DIALECTS[found[0]] if found else "postgres"


def _imported(scope: Scope) -> Iterator[str]:
    for statement in scope.statements:
        if isinstance(statement, Import) and statement.module.startswith(("sqlalchemy.", "django.")):
            full = f"{statement.module}.{statement.name}."
            for module, kind in _MODULES.items():
                if full.startswith(module + "."):
                    yield kind


def _configured(scope: Scope) -> Iterator[str]:
    """Database URLs and Django engines in what a scope assigns, returns and passes."""
    for statement in scope.statements:
        if isinstance(statement, (Assign, Return)) and statement.value is not None:
            yield from _in_expression(statement.value)
    for call in scope.calls:
        for expr in (*call.args, *(value for _, value in call.keywords)):
            if not isinstance(expr, Result):
                yield from _in_expression(expr)


def _in_expression(expr: Expr) -> Iterator[str]:
    if not isinstance(expr, (Constant, Mapping, Template, Operation, Choice, Sequence)):
        return
    for each in walk(expr):
        if isinstance(each, Constant) and isinstance(each.value, str):
            text = each.value
            if text in _ENGINES:
                yield _ENGINES[text]
            elif "://" in text:
                scheme = text.partition("://")[0].partition("+")[0]
                if scheme in _SCHEMES:
                    yield _SCHEMES[scheme]
