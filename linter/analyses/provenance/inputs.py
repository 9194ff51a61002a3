"""What reaches a function straight from the caller of the backend: request data and handler parameters."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from linter.facts.expressions import Expr, Item, Result, Sequence, walk
from linter.facts.scopes import Parameter
from linter.frameworks.fastapi.dependencies import Declared, Dependencies
from linter.resolve.definitions import Definition, Function
from linter.resolve.project import Variable

if TYPE_CHECKING:
    from linter.backend import Backend, Input, Route

Filler = Literal["outside", "parameter", "unknown"]

_REQUESTS = (
    "flask.request",
    "flask.globals.request",
    "quart.request",
    "fastapi.Request",
    "fastapi.requests.Request",
    "fastapi.WebSocket",
    "starlette.requests.Request",
    "starlette.websockets.WebSocket",
    "django.http.HttpRequest",
    "django.http.request.HttpRequest",
    "rest_framework.request.Request",
    "django.views.View.request",
    "rest_framework.views.APIView.request",
)
_DATA = frozenset(
    [
        "args",
        "form",
        "values",
        "json",
        "data",
        "files",
        "headers",
        "cookies",
        "get_json",
        "get_data",
        "query_string",
        "view_args",
        "GET",
        "POST",
        "FILES",
        "COOKIES",
        "META",
        "body",
        "query_params",
        "path_params",
        "path",
        "full_path",
        "url",
    ]
)
_PLAIN_DATA = frozenset({"GET", "POST", "FILES", "COOKIES", "META", "body", "data", "query_params"})
"""What is read of a `request` whose type is not declared, in Django and Django REST framework."""

_LIMITED = ("typing.Literal", "typing_extensions.Literal")
_FORMATS = frozenset({"pattern", "regex"})
_VALIDATORS = frozenset({"AfterValidator", "BeforeValidator", "WrapValidator", "PlainValidator", "Predicate"})
_LISTS = frozenset(
    {
        "list",
        "set",
        "tuple",
        "typing.List",
        "typing.Sequence",
        "typing.Set",
        "collections.abc.Sequence",
        "collections.abc.Iterable",
    }
)


class Inputs:
    """What is known of the inputs of functions."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.project = backend.project

    @cached_property
    def handlers(self) -> dict[int, list[Route]]:
        """The routes that a function handles, by its identity."""
        found: dict[int, list[Route]] = {}
        for route in self.backend.routes:
            if route.function is not None:
                found.setdefault(id(route.function), []).append(route)
        return found

    @cached_property
    def _dependencies(self) -> Dependencies:
        return Dependencies(self.backend)

    @cached_property
    def _providers(self) -> frozenset[int]:
        """Functions that FastAPI calls with inputs because something depends on them."""
        found: set[int] = set()
        for site in self.backend.calls("fastapi.Depends", "fastapi.Security"):
            target = site.resolve(site.argument(0, "dependency"))
            if target is not None and isinstance(target.target, Function):
                found.add(id(target.target))
        return frozenset(found)

    def request_value(self, holder: Function, name: str) -> str | None:
        """What of the request a marked reference reads (`request.args`), or None."""
        if "." not in name or "request" not in name.lower():
            if "." not in name or name[0] != "$":
                return None
        resolved = self.project.reference(holder, name).name
        for prefix in _REQUESTS:
            if resolved.startswith(prefix + "."):
                first = resolved[len(prefix) + 1 :].partition(".")[0]
                return f"request.{first}" if first in _DATA or first in ("form", "stream") else None
        written = name[1:].split(".")
        if name[0] != "$" or not {"django", "rest_framework"} & self.project.imported:
            return None
        if written[0] == "self":
            written = written[1:]
        if len(written) > 1 and written[0] == "request" and written[1] in _PLAIN_DATA:
            return f"request.{written[1]}"
        return None

    def parameter(
        self, function: Function, name: str, rest: str
    ) -> Literal["outside", "parameter", "unknown"]:
        """Who fills a parameter: the caller of the backend, the code that calls it, or a framework."""
        routes = self.handlers.get(id(function))
        if routes is None and id(function) not in self._providers:
            return "unknown" if rest else "parameter"
        parameter = next(each for each in function.scope.parameters if each.name == name)
        if routes is not None and routes[0].framework not in ("fastapi", "starlette"):
            return "outside" if not rest and self.declared_input(function, name) is not None else "unknown"
        if self._dependencies.of_parameter(function, parameter) is not None:
            return "unknown"
        declared = self._dependencies.declared(function, parameter)
        kind = self._type(declared)
        if kind is None and not declared.markers and parameter.default is None and routes is None:
            return "unknown"
        if kind is not None and kind.startswith(("fastapi.", "starlette.")):
            return "unknown"
        if rest and self._field_is_limited(function, f"${name}.{rest}"):
            return "unknown"
        return "outside"

    @cached_property
    def handler_functions(self) -> tuple[Function, ...]:
        """The functions that handle routes, in path and source order."""
        found = {id(route.function): route.function for route in self.backend.routes if route.function}
        return tuple(sorted(found.values(), key=lambda each: (each.module.path, each.index)))

    def input_of(self, function: Function, name: str) -> Input | None:
        """The input that a parameter of a handler or of a dependency takes."""
        known = self.declared_input(function, name)
        if known is not None:
            return known
        taken = self._taken.get(id(function), ())
        return next((each for each in taken if each.name.replace("-", "_") == name), None)

    @cached_property
    def _taken(self) -> dict[int, list[Input]]:
        """What dependencies take, by the identity of their functions."""
        found: dict[int, list[Input]] = {}
        for route in self.backend.routes:
            for each in route.inputs:
                if each.taker is not None and each.taker is not route.function:
                    found.setdefault(id(each.taker), []).append(each)
        return found

    def declared_input(self, function: Function, name: str) -> Input | None:
        """The route's input that fills a handler's parameter."""
        for route in self.handlers.get(id(function), ()):
            for each in route.inputs:
                if each.name.replace("-", "_") == name:
                    return each
        return None

    def declared(self, function: Function, parameter: Parameter) -> Declared:
        """A parameter's type and markers, through `Annotated` and aliases."""
        return self._dependencies.declared(function, parameter)

    def _type(self, declared: Declared) -> str | None:
        if declared.type is None:
            return None
        return self.project.annotated_type(declared.holder, declared.type)

    def is_safe_parameter(
        self, function: Function, parameter: Parameter, is_safe_type: Callable[[str | None], bool]
    ) -> bool:
        """Whether a parameter's declared type or format leaves no room for an attack."""
        declared = self.declared(function, parameter)
        kind = self._type(declared)
        if self._is_limited(declared, is_safe_type):
            return True
        if kind in _LISTS and isinstance(declared.type, Item):
            keys = declared.type.key
            element = keys.items[0] if isinstance(keys, Sequence) and keys.items else keys
            if self._is_limited(self._dependencies.unwrapped(declared.holder, element), is_safe_type):
                return True
        if id(function) in self.handlers and kind is None:
            known = self.declared_input(function, parameter.name)
            if known is not None and known.type is not None:
                shown = known.type.lower()
                return is_safe_type(shown) or (is_safe_type("uuid.UUID") and shown in ("uuid", "slug"))
        return False

    def _is_limited(self, declared: Declared, is_safe_type: Callable[[str | None], bool]) -> bool:
        kind = self._type(declared)
        if kind in _LIMITED or is_safe_type(kind):
            return True
        return any(self._has_format(holder, marker) for holder, marker in declared.markers)

    def _has_format(self, holder: Definition, marker: Expr) -> bool:
        if not isinstance(marker, Result):
            return False
        call = holder.scope.calls[marker.call]
        if self.project.callee(holder, call).name.rpartition(".")[2] in _VALIDATORS:
            return True
        return any(key in _FORMATS for key, _ in call.keywords)

    def _field_is_limited(self, function: Function, name: str) -> bool:
        target = self.project.reference(function, name).target
        if not isinstance(target, Variable):
            return False
        assign = target.assign
        kind = self.project.annotated_type(target.holder, assign.annotation)
        if kind in _LIMITED:
            return True
        exprs = [each for each in (assign.value, assign.annotation) if each is not None]
        return any(self._has_format(target.holder, each) for expr in exprs for each in walk(expr))
