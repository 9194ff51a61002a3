"""Whose rows a table holds: the column that ties a row to an account, and who scopes reads by it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from linter.backend.sites import statement_range
from linter.facts.expressions import Expr, Ref, walk
from linter.facts.spans import line_of
from linter.guards import refusals_of
from linter.resolve.definitions import Definition, Function, arguments_of
from linter.secrecy import words_of

if TYPE_CHECKING:
    from linter.backend import Backend, Query, Table

_ACCOUNTS = (
    "django.contrib.auth.models.AbstractUser",
    "django.contrib.auth.models.AbstractBaseUser",
    "django.contrib.auth.base_user.AbstractBaseUser",
    "flask_login.UserMixin",
    "flask_security.UserMixin",
    "fastapi_users.db.SQLAlchemyBaseUserTable",
    "fastapi_users.db.SQLAlchemyBaseUserTableUUID",
)
_DJANGO_ACCOUNTS = "auth_user"


class Owner(NamedTuple):
    """The column that ties a row to an account.

    `table` holds the column: the table itself, or the parent that `through` refers to. `scoped` says whether
    a query of the project picks rows of `table` by this column for the one who is calling.
    """

    table: str
    column: str
    through: str
    scoped: bool

    def __str__(self) -> str:
        return f"`{self.table}.{self.column}`"


@lru_cache(maxsize=1)
def ownership_of(backend: Backend) -> Ownership:
    """Whose rows the tables of a backend hold."""
    return Ownership(backend)


class Ownership:
    """Answers for the tables of one backend."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._refusals = refusals_of(backend.project)
        self.accounts = frozenset(self._find_accounts())
        self._account_classes = frozenset(
            table.owner.id for table in backend.tables.values() if table.name in self.accounts and table.owner
        )
        self._queries: dict[int, list[Query]] = {}
        for query in backend.queries:
            self._queries.setdefault(id(query.function), []).append(query)
        self._scoping = {
            (query.table, column)
            for query in backend.queries
            if query.filters and self._is_for_caller(query)
            for column in query.filters
        }

    def queries_in(self, function: Function) -> list[Query]:
        """The queries that a function's own body makes."""
        return self._queries.get(id(function), [])

    def owner_of(self, table: Table) -> Owner | None:
        """The one column that ties a row to an account, the table's own or its parent's."""
        if table.name in self.accounts or not table.complete:
            return None
        own = self._own(table)
        if own is not None or self._refers_to_account(table):
            return own
        parents = [
            (column.name, parent)
            for column in table.columns.values()
            if column.references and not column.nullable
            if (parent := self._backend.tables.get(column.references.rpartition(".")[0])) is not None
        ]
        found = [
            owner._replace(through=name)
            for name, parent in parents
            if parent is not table and (owner := self._own(parent)) is not None
        ]
        return found[0] if len(found) == 1 else None

    def is_caller(self, holder: Definition, expr: Expr) -> bool:
        """Whether an expression reads the one who is calling."""
        if isinstance(holder, Function) and self._refusals.reads_identity(holder, expr):
            return True
        return any(
            self._backend.project.type_of(holder, Ref(each.name.partition(".")[0])) in self._account_classes
            for each in walk(expr)
            if isinstance(each, Ref) and each.name[0] in "$:"
        )

    def gets_caller(self, function: Function) -> bool:
        """Whether a function is given the one who is calling, rather than finding out who it is."""
        project = self._backend.project
        return any(
            project.type_of(function, Ref("$" + each.name)) in self._account_classes
            for each in function.scope.parameters
        ) or any(self._refusals.reads_identity(function, each) for each in expressions_of(function))

    def reads_caller(self, function: Function) -> bool:
        """Whether any expression of a function's body reads the one who is calling."""
        return any(self.is_caller(function, each) for each in expressions_of(function))

    def _own(self, table: Table) -> Owner | None:
        columns = [
            column
            for column in table.columns.values()
            if column.references is not None and column.references.rpartition(".")[0] in self.accounts
        ]
        if len(columns) != 1 or "by" in words_of(columns[0].name):
            return None
        name = columns[0].name
        return Owner(table.name, name, "", (table.name, name) in self._scoping)

    def _refers_to_account(self, table: Table) -> bool:
        return any(
            column.references is not None and column.references.rpartition(".")[0] in self.accounts
            for column in table.columns.values()
        )

    def _find_accounts(self) -> Iterator[str]:
        """Tables whose rows can sign in."""
        for table in self._backend.tables.values():
            owner = table.owner
            if (owner is not None and self._backend.project.derives(owner, *_ACCOUNTS)) or _has_password(
                table
            ):
                yield table.name
            elif any(
                (column.references or "").rpartition(".")[0] == _DJANGO_ACCOUNTS
                for column in table.columns.values()
            ):
                yield _DJANGO_ACCOUNTS

    def _is_for_caller(self, query: Query) -> bool:
        function, (first, last) = query.function, range_of(query)
        return any(
            self.is_caller(function, argument)
            for call in function.scope.calls
            if first <= line_of(call.span) <= last
            for argument in arguments_of(call)
        )


def expressions_of(function: Function) -> Iterator[Expr]:
    """Every expression of a function's own body, arguments of its calls included, each once."""
    for statement in function.scope.statements:
        for name in ("value", "exception", "test"):
            value = getattr(statement, name, None)
            if value is not None:
                yield value
        yield from getattr(statement, "targets", ())
    for block in function.scope.blocks:
        if block.subject is not None:
            yield block.subject
    for call in function.scope.calls:
        yield call.callee
        yield from arguments_of(call)


def _has_password(table: Table) -> bool:
    """Whether rows hold a password and something unique to find them by."""
    hashed = any(
        words[-1:] == ("password",) or words[-2:] == ("password", "hash") or words[-1:] == ("passwd",)
        for words in map(words_of, table.columns)
    )
    named = any(words_of(name)[-1:] in (("email",), ("username",), ("login",)) for name in table.columns)
    return hashed and named


def range_of(query: Query) -> tuple[int, int]:
    """First and last line of the statement that makes a query."""
    for call in query.function.scope.calls:
        if query.function.module.locate(call.span) == query.location:
            return statement_range(query.function, call.span)
    return query.location.line, query.location.end_line
