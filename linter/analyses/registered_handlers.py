"""Functions that answer for an exception: those registered with an application, not `except` clauses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from linter.facts.expressions import Expr, Mapping, Ref, Result
from linter.resolve.definitions import Definition, Function
from linter.resolve.project import Resolved
from linter.responses import Responses

if TYPE_CHECKING:
    from linter.backend import Backend

_DECORATORS = frozenset({"exception_handler", "errorhandler", "app_errorhandler"})
_OF_FLASK = frozenset({"errorhandler", "app_errorhandler"})
_CALLS = ("add_exception_handler", "register_error_handler")


class RegisteredHandler(NamedTuple):
    """One registration.

    `exception` is the class, None for a status; `status` is the status that it is registered for.
    `error` is the parameter that receives the exception. `is_own` says that the framework hands over an error
    of its own there, and not what was raised: so does Flask for a status.
    """

    function: Function
    exception: Resolved | None
    status: int | None
    error: str | None
    is_own: bool = False


def registered_handlers(backend: Backend) -> Iterator[RegisteredHandler]:
    """Every registration outside tests, by decorator, by call, or as an argument of the application."""
    for function in backend.functions:
        parent = function.parent
        if parent is None:
            continue
        for decorator in function.scope.decorators:
            if isinstance(decorator.value, Result):
                call = parent.scope.calls[decorator.value.call]
                if _last(call.callee) in _DECORATORS and call.args:
                    made = _registered(backend, parent, call.args[0], function)
                    yield made._replace(is_own=_last(call.callee) in _OF_FLASK and made.status is not None)
    for name in _CALLS:
        for site in backend.methods_called(name):
            assert site.call is not None
            yield from _of_pair(backend, site.function, site.call.args[:2])
    for site in (*backend.methods_called("FastAPI"), *backend.methods_called("Starlette")):
        assert site.call is not None
        given = site.call.keyword("exception_handlers")
        if isinstance(given, Mapping):
            for key, value in zip(given.keys, given.values, strict=True):
                if key is not None:
                    yield from _of_pair(backend, site.function, (key, value))


def _of_pair(backend: Backend, holder: Definition, pair: tuple[Expr, ...]) -> Iterator[RegisteredHandler]:
    if len(pair) == 2 and isinstance(pair[1], Ref):
        target = backend.project.reference(holder, pair[1].name).target
        if isinstance(target, Function):
            yield _registered(backend, holder, pair[0], target)


def _registered(backend: Backend, holder: Definition, key: Expr, function: Function) -> RegisteredHandler:
    status = Responses(backend.project).status(holder, key)
    exception = None
    if status is None and isinstance(key, Ref):
        exception = backend.project.reference(holder, key.name)
    names = [each.name for each in function.scope.parameters if each.kind.startswith("positional")]
    if function.owner is not None:
        names = names[1:]
    # Flask passes the error alone, Starlette after the request.
    return RegisteredHandler(function, exception, status, names[-1] if names else None)


def _last(callee: Expr) -> str:
    name = getattr(callee, "name", "")
    return str(name).rpartition(".")[2].lstrip(":$")
