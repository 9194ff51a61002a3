"""What Tornado handlers read with `get_argument` and its kin."""

from __future__ import annotations

from collections.abc import Iterator

from linter.backend import Backend, Input, InputPlace
from linter.facts.expressions import Ref
from linter.facts.scopes import Call
from linter.resolve.definitions import Function

_READERS: dict[str, InputPlace] = {
    "get_argument": "query",
    "get_query_argument": "query",
    "get_arguments": "query",
    "get_query_arguments": "query",
    "get_body_argument": "form",
    "get_body_arguments": "form",
    "get_cookie": "cookie",
    "get_secure_cookie": "cookie",
    "get_signed_cookie": "cookie",
}


class Arguments:
    """Reads the arguments of handlers."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def of(self, function: Function) -> Iterator[Input]:
        """Every argument that a method of a handler reads by a constant name."""
        if not function.head.parameters:
            return
        this = f"${function.head.parameters[0].name}."
        for call in function.scope.calls:
            callee = call.callee
            if isinstance(callee, Ref) and callee.name.startswith(this):
                place = _READERS.get(callee.name.removeprefix(this))
                name = None if place is None else self._backend.text(function, call.argument(0, "name"))
                if place is not None and name is not None:
                    kind = "list[str]" if callee.name.endswith("s") else None
                    yield Input(name, place, kind, _required(callee.name, call))


def _required(reader: str, call: Call) -> bool:
    """Arguments without a default are answered with 400 when they are missing."""
    if reader.endswith("s") or "cookie" in reader:
        return False
    return call.argument(1, "default") is None
