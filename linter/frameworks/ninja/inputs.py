"""What an operation takes and gives, as its signature and its decorator declare it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linter.backend import Input, InputPlace, Output, Verdict
from linter.facts.expressions import Constant, Expr, Item, Mapping, Operation, Ref, Result, Sequence
from linter.facts.scopes import Call, Parameter
from linter.frameworks.fastapi.dependencies import shown_type
from linter.resolve.definitions import Class, Definition, Function
from linter.resolve.project import Project

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
_BOUNDS = frozenset({"le", "lt", "max_length", "max_digits", "pattern", "regex"})
_SKIPPED = frozenset({"request", "self"})


class _Source(NamedTuple):
    """Where a parameter's value comes from, with the call that says so, if one does."""

    place: InputPlace
    call: Call | None


class Signatures:
    """Reads the parameters of operations."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def inputs(self, function: Function, path: str) -> list[Input]:
        """Every value that an operation takes. `path` has `{name}` parameters."""
        parent = function.parent
        assert parent is not None
        names = [each.partition("}")[0] for each in path.split("{")[1:]]
        found = [
            self._input(parent, each, names)
            for each in function.scope.parameters
            if each.name not in _SKIPPED and each.kind not in ("*", "**")
        ]
        inputs = [each for each in found if each is not None]
        flat = {each.name for each in inputs if each.place == "path"}
        inputs = [each for each in inputs if each.place != "path" or each.name in names]
        inputs += [Input(name, "path", None, True) for name in names if name not in flat]
        return inputs

    def _input(self, holder: Definition, parameter: Parameter, names: list[str]) -> Input | None:
        annotation, source = self._annotated(holder, parameter.annotation)
        default = parameter.default
        explicit = self._source(holder, default)
        source = explicit or source
        if self._named(holder, annotation) == "django.http.HttpResponse":
            return None
        place = self._implied(holder, parameter.name, annotation, names) if source is None else source.place
        name, required, bounded = parameter.name, default is None, self._bounded(annotation)
        if source is not None and source.call is not None:
            call = source.call
            given = call.argument(0, "default")
            wanted = given is None or _is_ellipsis(given)
            required = wanted if explicit is not None else required and wanted
            alias = call.keyword("alias")
            if isinstance(alias, Constant) and isinstance(alias.value, str):
                name = alias.value
            if any(key in _BOUNDS for key, _ in call.keywords):
                bounded = Verdict.YES
        model = self._model(holder, annotation)
        return Input(name, place, shown_type(annotation), required, bounded, model)

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

    def _bounded(self, annotation: Expr | None) -> Verdict:
        """Numbers and text by themselves have no bound; what a schema says is the schema's."""
        return Verdict.NO if shown_type(annotation) in ("int", "float", "str", "bytes") else Verdict.UNKNOWN

    def _model(self, holder: Definition, annotation: Expr | None) -> Class | None:
        """The schema class of a type, or of the items of a list."""
        if isinstance(annotation, Item):
            items = annotation.key.items if isinstance(annotation.key, Sequence) else (annotation.key,)
            return next((found for each in items if (found := self._model(holder, each))), None)
        if isinstance(annotation, Operation):
            found_in = (self._model(holder, each) for each in annotation.operands)
            return next((found for found in found_in if found is not None), None)
        if not isinstance(annotation, Ref):
            return None
        target = self._project.reference(holder, annotation.name).target
        is_schema = isinstance(target, Class) and self._is_body(holder, annotation)
        return target if is_schema and isinstance(target, Class) else None

    def outputs(self, holder: Definition, response: Expr | None) -> Iterator[Output]:
        """What `response=` declares: a type, or types by status."""
        if not isinstance(response, Mapping):
            yield Output(200, shown_type(response), self._model(holder, response))
            return
        for key, value in zip(response.keys, response.values, strict=True):
            shown = None if value == Constant(None) else shown_type(value)
            status = key.value if isinstance(key, Constant) and isinstance(key.value, int) else None
            yield Output(status, shown, self._model(holder, value))


def _is_ellipsis(expr: Expr | None) -> bool:
    """Whether a default is `...`, which asks for a value."""
    return isinstance(expr, Operation) and expr.operator == "?"
