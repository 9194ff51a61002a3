"""The parameters of FastAPI's functions as they are declared: dependencies, types, inputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linter.backend import Backend, Input, InputPlace
from linter.facts.expressions import Expr, Item, Operation, Ref, Result, Sequence
from linter.facts.scopes import Parameter
from linter.resolve.definitions import Class, Definition, Function
from linter.resolve.project import Variable
from linter.resolve.values import Made, Value
from linter.shapes import Typed, shapes_of
from linter.shapes.names import shown_type as shown_type

_DEPENDS = {"fastapi.Depends", "fastapi.Security"}
_MARKERS: dict[str, InputPlace] = {
    "fastapi.Query": "query",
    "fastapi.Path": "path",
    "fastapi.Header": "header",
    "fastapi.Cookie": "cookie",
    "fastapi.Body": "body",
    "fastapi.Form": "form",
    "fastapi.File": "file",
}
_PLUMBING = {
    "fastapi.Request",
    "fastapi.Response",
    "fastapi.WebSocket",
    "fastapi.BackgroundTasks",
    "fastapi.requests.HTTPConnection",
    "fastapi.security.SecurityScopes",
    "starlette.requests.Request",
    "starlette.requests.HTTPConnection",
    "starlette.responses.Response",
    "starlette.websockets.WebSocket",
    "starlette.background.BackgroundTasks",
}
_UPLOADS = {"fastapi.UploadFile", "starlette.datastructures.UploadFile"}
_DEPTH = 10


class Declared(NamedTuple):
    """A parameter's annotation taken apart: its type, and the markers that came with it."""

    holder: Definition
    type: Expr | None
    markers: tuple[tuple[Definition, Expr], ...]


class Dependencies:
    """Reads dependencies for one backend."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.project = backend.project
        self._declared: dict[int, Declared] = {}

    # Declarations

    def declared(self, function: Function, parameter: Parameter) -> Declared:
        """A parameter's type and its markers, through `Annotated` and aliases of it."""
        found = self._declared.get(id(parameter))
        if found is None:
            holder = function.parent
            assert holder is not None
            found = self.unwrapped(holder, parameter.annotation)
            if parameter.default is not None:
                found = found._replace(markers=((holder, parameter.default), *found.markers))
            self._declared[id(parameter)] = found
        return found

    def unwrapped(self, holder: Definition, annotation: Expr | None) -> Declared:
        """An annotation's type and its markers, through `Annotated` and aliases of it."""
        markers: list[tuple[Definition, Expr]] = []
        for _ in range(_DEPTH):
            if isinstance(annotation, Ref):
                target = self.project.reference(holder, annotation.name).target
                if isinstance(target, Variable) and isinstance(target.assign.value, Item):
                    holder, annotation = target.holder, target.assign.value
                    continue
            if isinstance(annotation, Item) and isinstance(annotation.base, Ref):
                outer = self.project.reference(holder, annotation.base.name).name
                if outer.endswith(".Annotated") and isinstance(annotation.key, Sequence):
                    annotation, *extra = annotation.key.items
                    markers.extend((holder, each) for each in extra)
                    continue
            break
        return Declared(holder, annotation, tuple(markers))

    def dependency(self, holder: Definition, expr: Expr) -> tuple[Definition, Expr | None, str] | None:
        """The (holder, callable, marker name) of a `Depends(...)` value; None when it is none."""
        if isinstance(expr, Ref):
            target = self.project.reference(holder, expr.name).target
            if isinstance(target, Variable) and isinstance(target.assign.value, Result):
                return self.dependency(target.holder, target.assign.value)
        if not isinstance(expr, Result):
            return None
        call = holder.scope.calls[expr.call]
        name = self.project.callee(holder, call).name
        return (holder, call.argument(0, "dependency"), name) if name in _DEPENDS else None

    def of_parameter(self, function: Function, parameter: Parameter) -> tuple[Definition, Expr | None] | None:
        """The dependency that fills a parameter; a bare `Depends()` stands for the annotated class."""
        declared = self.declared(function, parameter)
        for holder, marker in declared.markers:
            found = self.dependency(holder, marker)
            if found is not None:
                return (found[0], found[1]) if found[1] is not None else (declared.holder, declared.type)
        return None

    # Inputs

    def inputs(self, function: Function, path: str, depth: int = 0) -> Iterator[Input]:
        """The inputs of a handler or a dependency function, those of its dependencies included."""
        for position, parameter in enumerate(function.scope.parameters):
            if position == 0 and function.owner is not None:
                continue
            if parameter.kind in ("*", "**"):
                continue
            inner = self.of_parameter(function, parameter)
            if inner is not None:
                yield from self._of_dependency(*inner, path, depth)
                continue
            found = self._input(function, parameter, path)
            if found is not None:
                yield found

    def _of_dependency(self, holder: Definition, expr: Expr | None, path: str, depth: int) -> Iterator[Input]:
        if depth > _DEPTH or not isinstance(expr, Ref):
            return
        target = self.project.reference(holder, expr.name).target
        if isinstance(target, Class):
            constructor = self.project.member(target, "__init__")
            target = constructor.target if constructor is not None else None
        if isinstance(target, Function):
            yield from self.inputs(target, path, depth + 1)

    def _input(self, function: Function, parameter: Parameter, path: str) -> Input | None:
        declared = self.declared(function, parameter)
        type_name = (
            None if declared.type is None else self.project.annotated_type(declared.holder, declared.type)
        )
        if type_name in _PLUMBING:
            return None
        name = parameter.name
        place: InputPlace | None = "path" if f"{{{name}}}" in path else None
        required = parameter.default is None
        typed = self._typed(declared)
        for holder, marker in declared.markers:
            if isinstance(marker, Result):
                call = holder.scope.calls[marker.call]
                callee = self.project.callee(holder, call).name
                if callee in _MARKERS:
                    place = place or _MARKERS[callee]
                    default = call.argument(0, "default")
                    if marker is parameter.default:
                        required = default is None or self._is_ellipsis(default)
                        required = required and call.keyword("default_factory") is None
                    alias = self.backend.text(holder, call.keyword("alias"))
                    if alias:
                        name = alias
                    elif _MARKERS[callee] == "header":
                        name = name.replace("_", "-")
        if place is None:
            place = self._default_place(declared, type_name)
        model = typed.nested[0] if len(typed.nested) == 1 else None
        shown = shown_type(declared.type)
        return Input(name, place, shown, required or place == "path", typed.bounded, model)

    def _is_ellipsis(self, expr: Expr) -> bool:
        return isinstance(expr, Operation) and expr.operator == "?"

    def _default_place(self, declared: Declared, type_name: str | None) -> InputPlace:
        if type_name in _UPLOADS:
            return "file"
        kind = type_name
        inner = declared.type
        if type_name in ("list", "typing.List", "set", "tuple", "typing.Sequence") and isinstance(
            inner, Item
        ):
            kind = self.project.annotated_type(declared.holder, inner.key)
            if not self._is_model(kind):
                return "query" if kind is None or not kind.endswith("dict") else "body"
        if kind in ("dict", "typing.Dict", "typing.Any") or self._is_model(kind):
            return "body"
        return "query"

    def _is_model(self, name: str | None) -> bool:
        definition = None if name is None else self.project.by_id(name)
        if not isinstance(definition, Class):
            return False
        if self.project.derives(definition, "pydantic.BaseModel", "sqlmodel.SQLModel", "pydantic.RootModel"):
            return True
        return any(
            _decorator_name(self.backend, definition, each.value).endswith("dataclass")
            for each in definition.scope.decorators
        ) or self.project.derives(definition, "typing.TypedDict", "typing_extensions.TypedDict")

    def _typed(self, declared: Declared) -> Typed:
        """What the type and its markers say about the size of a value."""
        types = shapes_of(self.project).types
        typed = types.read(None if declared.type is None else Value(declared.holder, declared.type))
        for holder, marker in declared.markers:
            if isinstance(marker, Result):
                call = holder.scope.calls[marker.call]
                made = Made(Value(holder, marker), call, self.project.callee(holder, call))
                typed = typed.limited(types.constraints.of(made))
        return typed


def _decorator_name(backend: Backend, definition: Definition, expr: Expr) -> str:
    parent = definition.parent
    assert parent is not None
    if isinstance(expr, Result):
        return backend.project.callee(parent, parent.scope.calls[expr.call]).name
    return backend.project.reference(parent, expr.name).name if isinstance(expr, Ref) else ""
