"""What Flask handlers take from the request and what they answer."""

from __future__ import annotations

from collections.abc import Iterator

from linter.backend import Backend, Input, InputPlace, Output, Verdict
from linter.facts.expressions import Constant, Expr, Result
from linter.facts.scopes import Call, Return
from linter.frameworks.fastapi.dependencies import shown_type
from linter.frameworks.flask.objects import Objects
from linter.frameworks.flask.paths import Path
from linter.frameworks.flask.scenes import receiver_of
from linter.frameworks.flask.schemas import Schemas
from linter.frameworks.request_reads import RequestReads
from linter.guards import Refusals
from linter.resolve.definitions import Class, Definition, Function

_SOURCES: dict[str, InputPlace] = {
    "args": "query",
    "values": "query",
    "form": "form",
    "json": "body",
    "get_json()": "body",
    "data": "body",
    "get_data()": "body",
    "headers": "header",
    "cookies": "cookie",
    "files": "file",
}
_GLOBAL = frozenset({"flask", "quart"})
"""Packages whose request is a global name."""
_PACKAGES = ("flask.request.", "quart.request.")


class Inputs:
    """Reads inputs and outputs of handlers for one backend."""

    def __init__(self, backend: Backend, objects: Objects, refusals: Refusals) -> None:
        self._refusals = refusals
        self._schemas = Schemas(backend, objects.setup)
        self._by_hand = RequestReads(backend, _part, _GLOBAL)
        self._reads: dict[int, list[Input]] = {}

    def inputs(self, function: Function | None, owner: Class | None, path: Path) -> list[Input]:
        """The parameters of the path, what schemas and forms declare, and what the code reads by hand."""
        found = [
            Input(
                each.name,
                "path",
                each.type or self._annotation(function, each.name),
                True,
                _path_bound(each.type, each.bounded),
            )
            for each in path.parameters
        ]
        in_path = {each.name for each in path.parameters}
        if function is not None:
            for definition in (owner, function):
                if definition is not None:
                    # A decorator that describes a parameter need not say that it is one of the path.
                    stated = self._declared(definition)
                    found.extend(each for each in stated if each.place != "query" or each.name not in in_path)
            found.extend(self._read(function))
        unique: dict[tuple[str, str], Input] = {}
        for each in found:
            key = (each.place, each.name)
            known = unique.get(key)
            if known is None or (known.type is None and each.type is not None):
                unique[key] = each
        return list(unique.values())

    def _read(self, function: Function) -> list[Input]:
        if id(function) not in self._reads:
            forms = self._schemas.used_in(function)
            self._reads[id(function)] = [*forms, *self._by_hand.of(function)]
        return self._reads[id(function)]

    def _annotation(self, function: Function | None, name: str) -> str | None:
        for parameter in () if function is None else function.head.parameters:
            if parameter.name == name:
                return shown_type(parameter.annotation)
        return None

    def _declared(self, definition: Definition) -> Iterator[Input]:
        parent = definition.parent
        assert parent is not None
        for decorator in definition.head.decorators:
            if isinstance(decorator.value, Result):
                yield from self._schemas.declared(parent, parent.scope.calls[decorator.value.call])

    # Outputs

    def outputs(self, function: Function | None, owner: Class | None) -> list[Output]:
        """The declared responses, and the statuses that the code returns."""
        if function is None:
            return []
        declared = [each for each in (function, owner) if each is not None]
        found = [output for definition in declared for output in self._declared_outputs(definition)]
        stated = {output.status for output in found}
        found.extend(Output(status, None) for status in self._returned_statuses(function) - stated)
        return sorted(found, key=lambda each: (each.status or 0, each.type or ""))

    def _declared_outputs(self, definition: Definition) -> Iterator[Output]:
        parent = definition.parent
        assert parent is not None
        for decorator in definition.head.decorators:
            if not isinstance(decorator.value, Result):
                continue
            call = parent.scope.calls[decorator.value.call]
            _, method = receiver_of(call.callee)
            if method in ("marshal_with", "marshal_list_with", "output"):
                code = call.keyword("status_code") or call.keyword("code")
                yield Output(self._status(parent, code) or 200, self._shown(call, 0, method))
            elif method in ("response", "alt_response"):
                status = self._status(parent, call.argument(0, "status_code"))
                if status is not None:
                    yield Output(status, self._shown(call, 1, method))

    def _shown(self, call: Call, position: int, method: str) -> str | None:
        schema = call.argument(position, "schema")
        if isinstance(schema, Result):
            return None
        shown = shown_type(schema)
        if shown is None or isinstance(schema, Constant):
            return None
        return f"list[{shown}]" if method == "marshal_list_with" else shown

    def _status(self, holder: Definition, expr: Expr | None) -> int | None:
        return self._refusals.responses.status(holder, expr)

    def _returned_statuses(self, function: Function) -> set[int]:
        found: set[int] = set()
        for statement in function.scope.statements:
            if isinstance(statement, Return) and statement.value is not None:
                found.add(self._refusals.responses.returned(function, statement.value) or 200)
        return found


def _path_bound(kind: str | None, bounded: bool) -> Verdict:
    if bounded:
        return Verdict.YES
    return Verdict.NO if kind in ("int", "str", "float") else Verdict.UNKNOWN


def _part(name: str) -> InputPlace | None:
    for package in _PACKAGES:
        if name.startswith(package):
            return _SOURCES.get(name.removeprefix(package))
    return None
