"""What FastAPI's routes answer with, as their declarations say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from linter.backend import Backend, Output
from linter.evaluate.values import UNKNOWN, Closure, External, Made
from linter.facts.expressions import Constant, Expr
from linter.facts.expressions import Mapping as MappingExpr
from linter.facts.scopes import Call
from linter.frameworks.fastapi.parameters import bound_names, written_of
from linter.frameworks.starlette.anonymous import as_status
from linter.frameworks.starlette.names import API_ROUTE, public_name
from linter.frameworks.starlette.nodes import Served
from linter.resolve.definitions import Class, Definition, Module
from linter.resolve.values import Value as Written
from linter.shapes import shapes_of

_RESPONSES = ("fastapi.responses.", "starlette.responses.")
_WITHOUT_BODY = frozenset({204, 205, 304})
_NOT_JSON = frozenset(
    {"Response", "HTMLResponse", "PlainTextResponse", "RedirectResponse", "StreamingResponse"}
    | {"FileResponse", "EventSourceResponse"}
)
_REFUSED = 422
_SAID_OTHERWISE = frozenset({"422", "4XX", "default"})
"""Keys of `responses` that replace what FastAPI declares for input that it refuses."""
_DEPTH = 8


class _Kind(NamedTuple):
    """What a response class says: whether it sends JSON or HTML, and the status where a route names none."""

    is_json: bool
    is_page: bool
    status: int


class Outputs:
    """Reads the responses of routes."""

    def __init__(self, backend: Backend) -> None:
        self.project = backend.project
        self._shapes = shapes_of(backend.project)
        self._calls: dict[str, dict[int, tuple[Definition, Call]]] = {}

    def of(self, route: Served, closure: Closure | None, takes_input: bool) -> Iterator[Output]:
        """The declared responses, the successful one first.

        A path operation that `takes_input` also answers 422, unless it declares that itself.
        """
        bound = {} if closure is None else bound_names(closure.frame)
        kind = self._kind(route)
        others = self._others(route, bound)
        first = self._first(route, closure, kind, bound)
        override = others.pop(str(first.status), None)
        if override is not None:
            first = self._output(first.status, override)
        yield first
        for key, written in others.items():
            if key.isdigit():
                yield self._output(int(key), written)
        if takes_input and route.name == API_ROUTE and _SAID_OTHERWISE.isdisjoint(others):
            yield Output(_REFUSED, "HTTPValidationError")

    def _first(
        self, route: Served, closure: Closure | None, kind: _Kind, bound: Mapping[str, Written]
    ) -> Output:
        """What a route answers when all goes well."""
        keywords = route.keywords
        given = keywords.get("status_code")
        status = kind.status if given is None else as_status(given)
        if status in _WITHOUT_BODY or not kind.is_json:
            return Output(status, None, is_page=kind.is_page)
        if "response_model" in keywords:
            return self._output(status, self._written_model(route, bound))
        function = None if closure is None else closure.function
        if function is None or function.head.returns is None or function.parent is None:
            return Output(status, None)
        returned = Written(function.parent, function.head.returns, bound)
        return Output(status, None) if self._is_response(returned) else self._output(status, returned)

    def _written_model(self, route: Served, bound: Mapping[str, Written]) -> Written | None:
        found = self._argument(route.made, "response_model")
        if found is not None:
            return found._replace(bound=bound)
        value = route.keywords["response_model"]
        return written_of(value.parent, value) if isinstance(value, Class) and value.parent else None

    def _is_response(self, written: Written) -> bool:
        """Whether an annotation is a response by itself and no model of one."""
        return any(
            public_name(name).startswith(_RESPONSES) or public_name(name) == "fastapi.Response"
            for found in self._shapes.spelling.names(written)
            for name in (
                [each.name for each in self.project.ancestors(found.target)]
                if isinstance(found.target, Class)
                else [found.name]
            )
        )

    def _output(self, status: int | None, written: Written | None) -> Output:
        if written is None or written.expr == Constant(None):
            return Output(status, None)
        nested = self._shapes.types.read(written).nested
        return Output(status, self._shapes.spelling.of(written), nested[0] if len(nested) == 1 else None)

    def _kind(self, route: Served) -> _Kind:
        """The response class of a route, its own or the nearest default."""
        given = route.keywords.get("response_class", UNKNOWN)
        for made in reversed(route.declaring):
            if not isinstance(given, (Class, External)):
                given = made.keywords.get("default_response_class", UNKNOWN)
        names: list[str] = []
        if isinstance(given, External):
            names = [public_name(given.name)]
        elif isinstance(given, Class):
            names = [public_name(each.name) for each in self.project.ancestors(given)]
        last = next((name.rpartition(".")[2] for name in names if name.startswith(_RESPONSES)), "")
        status = 307 if last == "RedirectResponse" else 200
        return _Kind(last not in _NOT_JSON, last == "HTMLResponse", status)

    # `responses={404: {"model": Problem}}`

    def _others(self, route: Served, bound: Mapping[str, Written]) -> dict[str, Written | None]:
        """The further responses by status: of applications, routers, inclusions and the route itself."""
        found: dict[str, Written | None] = {}
        for made in route.declaring:
            evaluated = made.keywords.get("responses")
            for key, response in evaluated.items() if isinstance(evaluated, dict) else ():
                status = as_status(key)
                name = str(key) if status is None else str(status)
                model = response.get("model") if isinstance(response, dict) else None
                holder = None if not isinstance(model, Class) else model.parent
                found[name] = None if holder is None else written_of(holder, model)
            written = self._argument(made, "responses")
            if written is not None and isinstance(evaluated, dict):
                self._models(written._replace(bound=bound), found, 0)
        return found

    def _models(self, responses: Written, found: dict[str, Written | None], depth: int) -> None:
        """Take the models as they are written: an evaluated one has lost its type arguments."""
        values = self._shapes.values
        responses = values.follow(responses)
        if not isinstance(responses.expr, MappingExpr) or depth > _DEPTH:
            return
        for key, expr in zip(responses.expr.keys, responses.expr.values, strict=True):
            if key is None:
                self._models(responses.beside(expr), found, depth + 1)
                continue
            response = values.follow(responses.beside(expr))
            status = values.constant(responses.beside(key))
            if str(status) in found and isinstance(response.expr, MappingExpr):
                pairs = zip(response.expr.keys, response.expr.values, strict=True)
                for inner, model in pairs:
                    if inner == Constant("model"):
                        found[str(status)] = response.beside(model)

    def _argument(self, made: Made, name: str) -> Written | None:
        """An argument of a call as it is written."""
        found = self._call_at(made.module, made.span)
        if found is None:
            return None
        holder, call = found
        expr: Expr | None = call.keyword(name)
        return None if expr is None else Written(holder, expr)

    def _call_at(self, module: Module, span: int) -> tuple[Definition, Call] | None:
        known = self._calls.get(module.path)
        if known is None:
            known = {
                call.span: (definition, call)
                for definition in module.definitions
                for call in definition.head.calls
            }
            self._calls[module.path] = known
        found = known.get(span)
        return None if found is None else (found[0].look(), found[1])
