"""Exceptions by who has chosen their text: the project, for its callers, or a library, for developers."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from linter.facts.expressions import Constant, Expr, Operation, Ref, Result, Template
from linter.facts.scopes import Raise
from linter.resolve.definitions import Class, Function
from linter.resolve.project import Resolved

if TYPE_CHECKING:
    from linter.backend import Backend

_DATABASES = (
    "sqlalchemy.",
    "django.db.",
    "psycopg.",
    "psycopg2.",
    "asyncpg.",
    "sqlite3.",
    "pymysql.",
    "MySQLdb.",
    "pymongo.",
)
_SYSTEMS = (
    "requests.",
    "httpx.",
    "aiohttp.",
    "urllib.",
    "urllib3.",
    "subprocess.",
    "redis.",
    "botocore.",
    "boto3.",
    "smtplib.",
    "socket.",
    "ssl.",
    "paramiko.",
    "ldap.",
    "elasticsearch.",
    "opensearchpy.",
    "kombu.",
    "docker.",
    "kubernetes.",
    "grpc.",
)
_ANY = frozenset({"Exception", "BaseException"})
_RAISED_ON_PURPOSE = frozenset({"FileNotFoundError", "PermissionError", "ConnectionError", "TimeoutError"})
_INTERNAL = _RAISED_ON_PURPOSE | {
    *("OSError", "IOError", "EnvironmentError", "AttributeError", "TypeError", "ImportError"),
    *(
        "ModuleNotFoundError",
        "NameError",
        "IndexError",
        "UnicodeDecodeError",
        "MemoryError",
        "RecursionError",
    ),
}


def text_of_others(backend: Backend, caught: tuple[Resolved, ...]) -> tuple[str, str] | None:
    """The kind of exception whose text the project has not chosen, and its name; None when all are chosen.

    The kind is `database`, `system`, or `any` where nearly every error is caught.
    """
    # `(TypeError, ValueError)` is how a conversion of the caller's own value fails.
    converts = any(each.name == "ValueError" for each in caught)
    for each in caught:
        if isinstance(each.target, Class) or (converts and each.name in _INTERNAL):
            continue
        if each.name in _RAISED_ON_PURPOSE and each.name in _raised_by(backend):
            continue
        last = each.name.rpartition(".")[2]
        if "Validation" in last or last.endswith("DoesNotExist"):
            continue
        if each.name.startswith(_DATABASES):
            return "database", f"the database error `{last}`"
        if each.name.startswith(_SYSTEMS) or each.name in _INTERNAL:
            return "system", f"`{last}`"
        if each.name in _ANY:
            return "any", "any exception (`Exception`)"
    return None


@lru_cache(maxsize=1)
def _raised_by(backend: Backend) -> frozenset[str]:
    """The names of exceptions that the project itself raises, with a text of its own."""
    found = set()
    for function in backend.functions:
        for statement in function.scope.statements:
            if isinstance(statement, Raise) and _has_own_text(function, statement.exception):
                assert isinstance(statement.exception, Result)
                callee = function.scope.calls[statement.exception.call].callee
                if isinstance(callee, Ref):
                    found.add(backend.project.reference(function, callee.name).name)
    return frozenset(found)


def _has_own_text(function: Function, exception: Expr | None) -> bool:
    if not isinstance(exception, Result):
        return False
    given = function.scope.calls[exception.call].args
    return len(given) == 1 and isinstance(given[0], (Constant, Template, Operation, Ref))
