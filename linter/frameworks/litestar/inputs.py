"""What Litestar's handlers take and answer, as their signatures say."""

from __future__ import annotations

from collections.abc import Iterator

from linter.backend import Backend, Input, InputPlace, Output
from linter.evaluate.values import Closure, Made, Value, options
from linter.facts.expressions import Constant
from linter.frameworks.followed.inputs import Inputs as ByHand
from linter.frameworks.followed.inputs import unique
from linter.frameworks.followed.paths import Path
from linter.frameworks.followed.setup import Wrapped
from linter.frameworks.litestar.access import Layer
from linter.frameworks.litestar.names import PROVIDE
from linter.guards import Refusals
from linter.resolve.definitions import Class, Function
from linter.resolve.values import Made as MadeInSource
from linter.resolve.values import Value as Written
from linter.shapes import shapes_of
from linter.shapes.types import Typed

_RESERVED = frozenset(
    {"self", "request", "state", "socket", "scope", "headers", "cookies", "query", "body", "connection"}
)
_PARTS: dict[str, InputPlace] = {
    "request.query_params": "query",
    "request.headers": "header",
    "request.cookies": "cookie",
}
_PLACES: tuple[InputPlace, ...] = ("query", "header", "cookie")
"""Keywords of `Parameter` that name a place and say by which name a value is sent."""
_FORMS = frozenset({"MULTI_PART", "URL_ENCODED"})
_DEPTH = 8


class Inputs:
    """Reads signatures of one project."""

    def __init__(self, backend: Backend, refusals: Refusals) -> None:
        self._by_hand = ByHand(backend, refusals, _PARTS)
        self._shapes = shapes_of(backend.project)
        self._values = self._shapes.values

    def of(
        self, function: Function, path: Path, layers: tuple[Layer, ...], complete: bool
    ) -> tuple[Input, ...]:
        """The path's parameters, and what a signature and those of its dependencies take beside them."""
        provided: dict[str, Value] = {}
        for layer in layers:
            provided.update(layer.dependencies)
        in_path = frozenset(name for name, _ in path.parameters)
        readable = complete and all(layer.readable for layer in layers)
        found = list(self._by_hand.inputs(function, path.parameters))
        found += self._signature(function, in_path, provided, readable, 0)
        return unique(found)

    def _signature(
        self,
        function: Function,
        in_path: frozenset[str],
        provided: dict[str, Value],
        readable: bool,
        depth: int,
    ) -> Iterator[Input]:
        parent = function.parent
        assert parent is not None
        for parameter in function.head.parameters:
            name = parameter.name
            if name in in_path or name in _RESERVED or parameter.kind in ("*", "**"):
                continue
            if name in provided:
                behind = _provider(provided[name])
                if behind is not None and depth < _DEPTH:
                    yield from self._signature(behind, in_path, provided, readable, depth + 1)
                continue
            annotation = None if parameter.annotation is None else Written(parent, parameter.annotation)
            default = None if parameter.default is None else Written(parent, parameter.default)
            if name == "data":
                yield from self._data(annotation, default)
            elif readable:
                # Without that it may be a dependency that is provided where the code was not followed.
                yield self._parameter(name, annotation, default, function)

    def _parameter(
        self, name: str, annotation: Written | None, default: Written | None, taker: Function
    ) -> Input:
        typed = self._shapes.types.read(annotation)
        given = _known(self._values.made(default), "Parameter")
        marker = given or next((each for each in typed.markers if _known(each, "Parameter")), None)
        required = default is None
        place: InputPlace = "query"
        if marker is not None:
            typed = typed if given is None else typed.limited(self._shapes.types.constraints.of(marker))
            for each in _PLACES:
                alias = self._values.text(marker.keyword(each))
                place, name = (place, name) if alias is None else (each, alias)
            required = (required or given is not None) and marker.keyword("default") is None
        required = required and not (typed.nullable and marker is not None)
        model = _sole(typed)
        return Input(name, place, self._shapes.spelling.of(annotation), required, typed.bounded, model, taker)

    def _data(self, annotation: Written | None, default: Written | None) -> Iterator[Input]:
        """The body: one value, or the fields of a form."""
        typed = self._shapes.types.read(annotation)
        marker = _known(self._values.made(default), "Body")
        marker = marker or next((each for each in typed.markers if _known(each, "Body")), None)
        media = None if marker is None else self._values.named(marker.keyword("media_type"))
        shape = self._shapes.of(typed.nested[0]) if _sole(typed) is not None else None
        if media is None or media.name.rpartition(".")[2] not in _FORMS or shape is None or typed.many:
            shown = self._shapes.spelling.of(annotation)
            yield Input("data", "body", shown, default is None, typed.bounded, _sole(typed))
            return
        for field in shape.fields:
            is_file = field.type is not None and "UploadFile" in field.type
            place: InputPlace = "file" if is_file else "form"
            yield Input(field.alias or field.name, place, field.type, field.required, field.bounded)

    def outputs(self, function: Function, made: Made, usual: int) -> tuple[Output, ...]:
        """The declared answer: its status, and the type that the signature returns."""
        given = made.keywords.get("status_code")
        status = given if isinstance(given, int) else usual
        returns, parent = function.head.returns, function.parent
        if returns is None or parent is None or returns == Constant(None):
            return (Output(status, None),)
        written = Written(parent, returns)
        return (Output(status, self._shapes.spelling.of(written), _sole(self._shapes.types.read(written))),)


def _sole(typed: Typed) -> Class | None:
    return typed.nested[0] if len(typed.nested) == 1 else None


def _known(made: MadeInSource | None, name: str) -> MadeInSource | None:
    """A marker of Litestar's by its last name."""
    known = made is not None and made.name.startswith("litestar.") and made.name.endswith(f".{name}")
    return made if known else None


def _provider(value: Value) -> Function | None:
    """The function behind `Provide(function)`."""
    for option in options(value):
        if isinstance(option, Wrapped):
            option = option.view
        elif isinstance(option, Made) and option.name in PROVIDE:
            option = option.argument(0, "dependency")
        if isinstance(option, Closure):
            return option.function
    return None
