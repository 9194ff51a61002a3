"""What FastAPI's routes answer with, as their declarations say."""

from __future__ import annotations

from collections.abc import Iterator

from linter.backend import Backend, Output
from linter.evaluate.values import UNKNOWN, Made, Value
from linter.facts.expressions import Constant, Expr, Ref
from linter.facts.scopes import Call
from linter.frameworks.starlette.anonymous import as_status
from linter.frameworks.starlette.names import public_name
from linter.frameworks.starlette.nodes import Served
from linter.resolve.definitions import Class, Definition, Function, Module
from linter.resolve.values import Value as Written
from linter.shapes import shapes_of
from linter.shapes.names import shown_type

_RESPONSES = ("fastapi.responses.", "starlette.responses.")
_NO_CONTENT = frozenset({204, 304})


class Outputs:
    """Reads the responses of routes."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.project = backend.project
        self._calls: dict[str, dict[int, tuple[Definition, Call]]] = {}

    def of(self, route: Served, function: Function | None) -> Iterator[Output]:
        """The declared responses, the successful one first."""
        keywords = route.keywords
        status = as_status(keywords.get("status_code")) or 200
        declared = keywords.get("response_model", UNKNOWN)
        if status in _NO_CONTENT:
            yield Output(status, None)
        elif "response_model" in keywords:
            yield self._output(status, *self._written(route, "response_model"), declared)
        elif function is not None and function.scope.returns is not None and function.parent is not None:
            yield self._returned(status, function.parent, function.scope.returns)
        else:
            yield Output(status, None)
        yield from self._others(keywords.get("responses"), status)

    def _returned(self, status: int, holder: Definition, returns: Expr) -> Output:
        kind = self.project.annotated_type(holder, returns)
        if kind is not None and self._is_response(kind):
            return Output(status, None)
        return self._output(status, holder, returns, UNKNOWN)

    def _is_response(self, kind: str) -> bool:
        """Whether an annotation is a response by itself and no model of one."""
        if public_name(kind).startswith(_RESPONSES) or kind in ("fastapi.Response", "NoneType"):
            return True
        cls = self.project.by_id(kind)
        return isinstance(cls, Class) and any(
            each.name.startswith(_RESPONSES) or each.name == "fastapi.Response"
            for each in self.project.ancestors(cls)
        )

    def _output(self, status: int, holder: Definition | None, expr: Expr | None, value: Value) -> Output:
        if isinstance(value, Class) and (not isinstance(expr, Ref) or expr.name[0] == "$"):
            return Output(status, value.scope.name, value)
        if expr is None or holder is None or isinstance(expr, Constant):
            return Output(status, None)
        nested = shapes_of(self.project).types.read(Written(holder, expr)).nested
        return Output(status, shown_type(expr), nested[0] if len(nested) == 1 else None)

    def _others(self, responses: Value, first: int) -> Iterator[Output]:
        """What `responses={404: {"model": Problem}}` adds."""
        if not isinstance(responses, dict):
            return
        for key, declared in responses.items():
            status = as_status(int(key) if isinstance(key, str) and key.isdigit() else key)
            if status is None or status == first:
                continue
            model = declared.get("model") if isinstance(declared, dict) else None
            if isinstance(model, Class):
                yield Output(status, model.scope.name, model)
            else:
                yield Output(status, None)

    def _written(self, route: Made, name: str) -> tuple[Definition | None, Expr | None]:
        """An argument of the call that registered a route, as it is written."""
        assert isinstance(route, Served)
        found = self._call_at(route.made.module, route.made.span)
        if found is None:
            return None, None
        holder, call = found
        return holder, call.keyword(name)

    def _call_at(self, module: Module, span: int) -> tuple[Definition, Call] | None:
        known = self._calls.get(module.path)
        if known is None:
            known = {
                call.span: (definition, call)
                for definition in module.definitions
                for call in definition.scope.calls
            }
            self._calls[module.path] = known
        return known.get(span)
