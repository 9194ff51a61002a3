"""Which HTTP errors leave the body of a `try` and reach one of its handlers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from linter.analyses.handlers import Handler
from linter.backend import Function, Resolved, Site
from linter.facts.scopes import Raise
from linter.resolve.definitions import Class
from linter.responses import ABORTS, EXCEPTION_STATUS, HTTP_EXCEPTIONS, Responses

if TYPE_CHECKING:
    from linter.backend import Backend

_OR_404 = frozenset({"get_object_or_404", "get_list_or_404", "first_or_404", "get_or_404", "one_or_404"})


class Thrown(NamedTuple):
    """An HTTP error that leaves the body of a `try`. `lexical` says whether it is raised right there."""

    status: int
    site: Site
    lexical: bool


def thrown_to(handler: Handler, responses: Responses) -> list[Thrown]:
    """The HTTP errors that leave the body of the handler's `try` and reach the handler."""
    backend, function, opener = handler.backend, handler.function, handler.clause.opener
    found: list[Thrown] = []
    for statement in backend.statements_in(function, opener):
        if isinstance(statement, Raise):
            status = responses.raised(function, statement.exception)
            if status is not None and status >= 400:
                site = Site(backend, function, statement.span, statement.block)
                found.append(Thrown(status, site, True))
    for site in backend.calls_in(function, opener):
        status = _status_of_call(site, responses)
        if status is not None and status >= 400:
            found.append(Thrown(status, site, site.callee.name in ABORTS))
    return [each for each in found if not _caught_before(handler, each, responses)]


def _status_of_call(site: Site, responses: Responses) -> int | None:
    """The HTTP error that a call may raise."""
    assert site.call is not None
    name = site.callee.name
    if name in ABORTS:
        return responses.raised_by_call(site.function, site.call)
    if name.rpartition(".")[2] in _OR_404:
        return 404
    target = site.callee.target
    if not isinstance(target, Function) or target.is_module or target.scope.generator:
        return None
    for statement in target.scope.statements:
        if isinstance(statement, Raise) and not _in_try(target, statement.block):
            status = responses.raised(target, statement.exception)
            if status is not None:
                return status
    return None


def _in_try(function: Function, block: int) -> bool:
    blocks = function.scope.blocks
    while block:
        if blocks[block].kind == "try":
            return True
        block = blocks[block].parent
    return False


def _caught_before(handler: Handler, thrown: Thrown, responses: Responses) -> bool:
    """Whether a clause closer to the error, or an earlier one of the same `try`, may take it."""
    raised = _class_of(thrown.site)
    for earlier in handler.earlier():
        if any(not _is_unrelated(handler.backend, each, raised, responses) for each in earlier.caught):
            return True
    blocks = handler.function.scope.blocks
    index = thrown.site.block
    while index != handler.clause.opener:
        if blocks[index].kind == "try":
            return True
        index = blocks[index].parent
    return False


def _class_of(site: Site) -> Class | None:
    """The class of the project that is raised at a site."""
    for statement in site.function.scope.statements:
        if isinstance(statement, Raise) and statement.span == site.span:
            made = site.call_of(statement.exception)
            found = made.callee if made is not None else site.resolve(statement.exception)
            return found.target if found is not None and isinstance(found.target, Class) else None
    return None


def _is_unrelated(backend: Backend, caught: Resolved, raised: Class | None, responses: Responses) -> bool:
    """Whether a caught class is surely none of what is raised."""
    if not isinstance(caught.target, Class):
        return caught.name in _BUILTIN or caught.name.startswith(_OTHERS)
    project = backend.project
    if raised is not None and project.derives(raised, caught.name):
        return False
    if project.derives(caught.target, *HTTP_EXCEPTIONS, *EXCEPTION_STATUS):
        return False
    return responses.of_exception(caught.name, caught.target) is None


_BUILTIN = frozenset(
    {
        "ValueError",
        "KeyError",
        "TypeError",
        "AttributeError",
        "IndexError",
        "OSError",
        "RuntimeError",
        "LookupError",
    }
    | {"AssertionError", "TimeoutError", "ConnectionError", "NotImplementedError", "FileNotFoundError"}
    | {"UnicodeDecodeError", "ImportError", "ZeroDivisionError", "PermissionError", "StopIteration"}
)
_OTHERS = (
    "sqlalchemy.",
    "django.db.",
    "requests.",
    "httpx.",
    "json.",
    "jwt.",
    "redis.",
    "pydantic.",
    "psycopg",
)
