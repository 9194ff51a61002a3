"""What an operation takes and gives, as its signature and its decorator declare it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linter.backend import Input, InputPlace, Output
from linter.facts.expressions import Constant, Expr, Item, Mapping, Operation, Ref, Result, Sequence
from linter.facts.scopes import Call, Parameter
from linter.resolve.definitions import Class, Definition, Function
from linter.resolve.project import Project
from linter.resolve.values import Made, Value
from linter.shapes import shapes_of

_PLACES: dict[str, InputPlace] = {
    "Query": "query",
    "Path": "path",
    "Form": "form",
    "File": "file",
    "Header": "header",
    "Cookie": "cookie",
    "Body": "body",
}
_FILES = ("ninja.files.UploadedFile", "ninja.UploadedFile", "django.core.files.uploadedfile.UploadedFile")
_MODELS = ("pydantic.BaseModel", "ninja.Schema", "ninja.schema.Schema", "ninja.ModelSchema")
_COLLECTIONS = frozenset({"list", "set", "tuple", "List", "Set", "Tuple", "Sequence"})
_SPREAD = frozenset({"query", "path", "header", "cookie", "form"})
"""Places where a schema stands for its fields."""
_SKIPPED = frozenset({"request", "self"})


class _Source(NamedTuple):
    """Where a parameter's value comes from, with the call that says so, if one does."""

    place: InputPlace
    call: Call | None


class Signatures:
    """Reads the parameters of operations."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._shapes = shapes_of(project)

    def inputs(self, function: Function, path: str) -> list[Input]:
        """Every value that an operation takes. `path` has `{name}` parameters."""
        parent = function.parent
        assert parent is not None
        names = [each.partition("}")[0] for each in path.split("{")[1:]]
        inputs = [
            found
            for each in function.head.parameters
            if each.name not in _SKIPPED and each.kind not in ("*", "**")
            for found in self._of_parameter(parent, each, names)
        ]
        flat = {each.name for each in inputs if each.place == "path"}
        inputs = [each for each in inputs if each.place != "path" or each.name in names]
        inputs += [Input(name, "path", None, True) for name in names if name not in flat]
        if self._is_paginated(function):
            inputs += [Input("limit", "query", "int", False), Input("offset", "query", "int", False)]
        return inputs

    def _of_parameter(self, holder: Definition, parameter: Parameter, names: list[str]) -> Iterator[Input]:
        annotation, source = self._annotated(holder, parameter.annotation)
        default = parameter.default
        explicit = self._source(holder, default)
        source = explicit or source
        if self._named(holder, annotation) == "django.http.HttpResponse":
            return
        place = self._implied(holder, parameter.name, annotation, names) if source is None else source.place
        name, required = parameter.name, default is None
        typed = self._shapes.types.read(None if annotation is None else Value(holder, annotation))
        if source is not None and source.call is not None:
            call = source.call
            given = call.argument(0, "default")
            wanted = given is None or _is_ellipsis(given)
            required = wanted if explicit is not None else required and wanted
            alias = call.keyword("alias")
            if isinstance(alias, Constant) and isinstance(alias.value, str):
                name = alias.value
            made = Made(Value(holder, Constant(None)), call, self._project.callee(holder, call))
            typed = typed.limited(self._shapes.types.constraints.of(made))
        model = typed.nested[0] if len(typed.nested) == 1 else None
        shape = self._shapes.of(model) if model is not None and place in _SPREAD else None
        if shape is None or typed.many:
            shown = None if annotation is None else self._shapes.spelling.of(Value(holder, annotation))
            yield Input(name, place, shown, required, typed.bounded, model)
            return
        for field in shape.fields:
            nested = field.nested[0] if len(field.nested) == 1 else None
            needed = (required and field.required) or place == "path"
            yield Input(field.alias or field.name, place, field.type, needed, field.bounded, nested)

    def _is_paginated(self, function: Function) -> bool:
        """Whether `@paginate` cuts the answer into pages by limit and offset, as it does by default."""
        parent = function.parent
        return parent is not None and any(
            isinstance(each.value, Ref)
            and self._project.reference(parent, each.value.name).name == "ninja.pagination.paginate"
            for each in function.head.decorators
        )

    def _annotated(self, holder: Definition, annotation: Expr | None) -> tuple[Expr | None, _Source | None]:
        """The type itself and the source: of `Query[X]`, and of `Annotated[X, Query(...)]`."""
        if not isinstance(annotation, Item):
            return annotation, None
        name = self._named(holder, annotation.base)
        if name in ("typing.Annotated", "typing_extensions.Annotated"):
            items = annotation.key.items if isinstance(annotation.key, Sequence) else (annotation.key,)
            source = self._source(holder, items[-1]) if len(items) > 1 else None
            return (items[0] if items else None), source
        place = _PLACES.get(name.rpartition(".")[2]) if name.startswith("ninja.") else None
        return (annotation.key, _Source(place, None)) if place is not None else (annotation, None)

    def _source(self, holder: Definition, expr: Expr | None) -> _Source | None:
        """`Query(...)` and its kin, as a default or in `Annotated`."""
        if not isinstance(expr, Result):
            return None
        call = holder.scope.calls[expr.call]
        name = self._project.callee(holder, call).name
        place = _PLACES.get(name.rpartition(".")[2]) if name.startswith("ninja.") else None
        return None if place is None else _Source(place, call)

    def _implied(
        self, holder: Definition, name: str, annotation: Expr | None, names: list[str]
    ) -> InputPlace:
        """The place of a parameter that says nothing about it."""
        if self._is_file(holder, annotation):
            return "file"
        if name in names:
            return "path"
        return "body" if self._is_body(holder, annotation) else "query"

    def _is_file(self, holder: Definition, annotation: Expr | None) -> bool:
        inner = annotation.key if isinstance(annotation, Item) else annotation
        return self._named(holder, inner) in _FILES

    def _is_body(self, holder: Definition, annotation: Expr | None) -> bool:
        """Whether an annotation is a schema or a collection: those come in the body."""
        if isinstance(annotation, Operation) and annotation.operator == "|":
            return any(self._is_body(holder, each) for each in annotation.operands)
        if isinstance(annotation, Item):
            last = self._named(holder, annotation.base).rpartition(".")[2]
            if last in ("Optional", "Union", "Annotated"):
                items = annotation.key.items if isinstance(annotation.key, Sequence) else (annotation.key,)
                return any(self._is_body(holder, each) for each in items)
            return last in _COLLECTIONS or self._is_body(holder, annotation.base)
        if not isinstance(annotation, Ref):
            return False
        found = self._project.reference(holder, annotation.name)
        if isinstance(found.target, Class):
            return any(self._is_model(each.name) for each in self._project.ancestors(found.target))
        return found.name in _COLLECTIONS or self._is_model(found.name)

    def _is_model(self, name: str) -> bool:
        return name in _MODELS or (name.startswith("ninja.") and name.endswith("Schema"))

    def _named(self, holder: Definition, expr: Expr | None) -> str:
        return self._project.reference(holder, expr.name).name if isinstance(expr, Ref) else ""

    def outputs(self, function: Function, holder: Definition, response: Expr | None) -> Iterator[Output]:
        """What `response=` declares: a type, or types by status. A controller's method may say it itself."""
        if response is None and function.owner is not None and function.parent is not None:
            holder, response = function.parent, function.head.returns
        if not isinstance(response, Mapping):
            yield self._output(200, holder, response, self._is_paginated(function))
            return
        for key, value in zip(response.keys, response.values, strict=True):
            status = key.value if isinstance(key, Constant) and isinstance(key.value, int) else None
            yield self._output(status, holder, value, False)

    def _output(self, status: int | None, holder: Definition, expr: Expr | None, paged: bool) -> Output:
        if expr is None or expr == Constant(None):
            return Output(status, None)
        value = Value(holder, expr)
        nested = self._shapes.types.read(value).nested
        shown = self._shapes.spelling.of(value)
        if paged and shown is not None and shown.startswith("list["):
            shown = f"Paged{shown[5:-1]}"
        return Output(status, shown, nested[0] if len(nested) == 1 else None)


def _is_ellipsis(expr: Expr | None) -> bool:
    """Whether a default is `...`, which asks for a value."""
    return isinstance(expr, Operation) and expr.operator == "?"
