"""Handlers that only look like one: by what decorates them."""

from __future__ import annotations

from linter.facts.expressions import Attr, Constant, Ref, Result
from linter.resolve.definitions import Function

_VERBS = frozenset({"route", "get", "post", "put", "patch", "delete", "api_route", "websocket"})
_ERROR_HANDLERS = frozenset({"errorhandler", "app_errorhandler"})


def looks_like_handler(function: Function) -> dict[str, str] | None:
    """The placeholders of `@app.route("/…")` on an `app` that nothing is known of; None for no handler."""
    parent = function.parent
    for decorator in function.scope.decorators:
        if not isinstance(decorator.value, Result) or parent is None:
            continue
        call = parent.scope.calls[decorator.value.call]
        callee = call.callee
        last = callee.name.rpartition(".")[2] if isinstance(callee, (Ref, Attr)) else ""
        path = call.args[0].value if call.args and isinstance(call.args[0], Constant) else None
        if last in _VERBS and isinstance(path, str) and path.startswith("/"):
            return _parsed(path)
    return None


def is_error_handler(function: Function) -> bool:
    """Whether Flask makes a page of what a function returns for an error, whatever path was asked for."""
    parent = function.parent
    for decorator in function.scope.decorators:
        if isinstance(decorator.value, Result) and parent is not None:
            if parent.scope.calls[decorator.value.call].last_name in _ERROR_HANDLERS:
                return True
    return False


def _parsed(path: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for piece in path.split("<")[1:]:
        inner, closed, _ = piece.partition(">")
        if closed:
            kind, mark, name = inner.rpartition(":")
            found[name] = kind.partition("(")[0] if mark else ""
    return found
