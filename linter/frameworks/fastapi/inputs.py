"""What FastAPI's routes take: the parameters of handlers and of what they depend on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from linter.backend import Backend, Input, InputPlace, Verdict
from linter.evaluate.values import UNKNOWN, Closure, External, Frame, Value
from linter.facts.expressions import Ref, Result
from linter.facts.scopes import Assign
from linter.frameworks.fastapi.parameters import (
    Parameters,
    Taken,
    callable_closure,
    dependency_of,
    is_method,
)
from linter.frameworks.starlette.names import public_name
from linter.resolve.definitions import Class, Function
from linter.resolve.values import Made
from linter.resolve.values import Value as Written
from linter.shapes import shapes_of
from linter.shapes.declarations import Declaration, inherited, is_ellipsis
from linter.shapes.types import UNKNOWN as UNTOLD
from linter.shapes.types import Typed

_MARKERS: dict[str, InputPlace] = {
    "Query": "query",
    "Path": "path",
    "Header": "header",
    "Cookie": "cookie",
    "Body": "body",
    "Form": "form",
    "File": "file",
}
_PLUMBING = frozenset(
    {
        "fastapi.Response",
        "fastapi.BackgroundTasks",
        "fastapi.background.BackgroundTasks",
        "fastapi.security.SecurityScopes",
        "starlette.requests.Request",
        "starlette.requests.HTTPConnection",
        "starlette.responses.Response",
        "starlette.websockets.WebSocket",
        "starlette.background.BackgroundTasks",
    }
)
_SPREAD = frozenset({"query", "header", "cookie", "form"})
"""Places where a parameter that is a model stands for its fields."""
_IN_BODY = frozenset({"body", "form", "file"})
_PASSWORD_FORMS = {"OAuth2PasswordRequestForm": False, "OAuth2PasswordRequestFormStrict": True}
"""Forms that FastAPI brings along, and whether they insist on the kind of grant."""
_DEPTH = 16


class _Own(NamedTuple):
    """A parameter of one function: the input that it is, and its type."""

    input: Input
    typed: Typed


class Inputs:
    """Reads the inputs of one application's routes."""

    def __init__(self, backend: Backend, parameters: Parameters) -> None:
        self._parameters = parameters
        self._evaluator = parameters.evaluator
        shapes = shapes_of(backend.project)
        self._shapes = shapes
        self._types = shapes.types
        self._values = shapes.values
        self._spelling = shapes.spelling
        self._known: dict[tuple[object, ...], tuple[Input, ...]] = {}
        self._alive: list[Value] = []

    def of(self, closure: Closure | None, dependencies: Iterable[Value], path: str) -> tuple[Input, ...]:
        """Every input once: those of a handler, of what it depends on and of further dependencies.

        `path` has `{name}` parameters. One that any of them requires is required.
        """
        names = frozenset(piece.partition("}")[0] for piece in path.split("{")[1:])
        found: dict[tuple[str, str], Input] = {}
        own = () if closure is None else self._of_handler(closure, names)
        further = (each for value in dependencies for each in self._behind(value, names, 0))
        for each in (*own, *further):
            key = (each.place, each.name)
            known = found.get(key)
            if known is None or (each.required and not known.required):
                found[key] = each
        return tuple(found.values())

    def _of_handler(self, closure: Closure, names: frozenset[str]) -> tuple[Input, ...]:
        own = self._of_function(closure, names, 0)
        if is_method(closure.function) and closure.receiver is None and closure.function.owner is not None:
            return (*self._of_view(closure.function.owner, names), *own)
        return own

    def _of_function(self, closure: Closure, names: frozenset[str], depth: int) -> tuple[Input, ...]:
        key = (id(closure.function), id(closure.frame), id(closure.receiver), names)
        found = self._known.get(key)
        if found is None:
            # What a key is made of must not give its identity to something else.
            self._alive += [closure.frame, closure.receiver]
            # A dependency that depends on itself ends here.
            self._known[key] = ()
            signed = self._signed(closure)
            if signed is NotImplemented:
                found = tuple(self._taken(closure, names, depth))
            else:
                found = tuple(self._behind(signed, names, depth + 1))
            self._known[key] = found
        return found

    def _taken(self, closure: Closure, names: frozenset[str], depth: int) -> Iterator[Input]:
        own: list[_Own] = []
        for each in self._parameters.of(closure):
            if each.dependency is not NotImplemented:
                yield from self._behind(each.dependency, names, depth + 1)
                continue
            found = self._parameter(each, names)
            if found is not None:
                own.append(found._replace(input=replace(found.input, taker=closure.function)))
        yield from self._spread(own)

    def _behind(self, dependency: Value, names: frozenset[str], depth: int) -> Iterator[Input]:
        """The inputs of a dependency."""
        if depth > _DEPTH:
            return
        closure = callable_closure(self._evaluator, dependency)
        if closure is not None:
            yield from self._of_function(closure, names, depth)
            return
        form = self._password_form(dependency)
        if form is not None:
            yield from _password_fields(_PASSWORD_FORMS[form])
        elif isinstance(dependency, Class):
            yield from self._of_class(dependency, names, depth)

    def _signed(self, closure: Closure) -> Value:
        """What a function takes the signature of: `made.__signature__ = inspect.signature(Model)`."""
        function, parent = closure.function, closure.function.parent
        if closure.frame is None or not isinstance(parent, Function):
            return NotImplemented
        wanted = f"${function.head.name}.__signature__"
        for statement in parent.scope.statements:
            if isinstance(statement, Assign) and isinstance(statement.value, Result):
                if any(isinstance(target, Ref) and target.name == wanted for target in statement.targets):
                    call = parent.scope.calls[statement.value.call]
                    if self._values.project.callee(parent, call).name == "inspect.signature" and call.args:
                        return self._evaluator.in_frame(closure.frame, call.args[0])
        return NotImplemented

    def _password_form(self, dependency: Value) -> str | None:
        known: list[str] = []
        if isinstance(dependency, External):
            known = [dependency.name]
        elif isinstance(dependency, Class):
            known = [each.name for each in self._evaluator.order.of(dependency)]
        last = (name.rpartition(".")[2] for name in known if name.startswith("fastapi.security."))
        return next((name for name in last if name in _PASSWORD_FORMS), None)

    # One parameter

    def _parameter(self, taken: Taken, names: frozenset[str]) -> _Own | None:
        if taken.annotation is not None and self._is_plumbing(taken.annotation):
            return None
        has_default = taken.default is not NotImplemented
        return self._read(taken.name, taken.annotation, taken.given, names, not has_default)

    def _read(
        self,
        name: str,
        annotation: Written | None,
        given: Written | None,
        names: frozenset[str],
        required: bool,
    ) -> _Own:
        """A parameter or a field. `required` holds where neither a marker nor a default says more."""
        typed = self._types.read(annotation)
        default = self._values.made(given)
        marker = default if default is not None and _place_of(default) is not None else None
        if marker is not None:
            typed = typed.limited(self._types.constraints.of(marker))
            required = self._is_wanted(marker)
        else:
            marker = next((each for each in reversed(typed.markers) if _place_of(each) is not None), None)
            if is_ellipsis(given):
                required = True
            elif required and marker is not None:
                required = marker.keyword("default_factory") is None
        place: InputPlace | None = None if marker is None else _place_of(marker)
        if name in names:
            place = "path"
        elif place is None:
            place = self._implied(annotation, typed)
        sent = name if marker is None else self._sent_name(name, marker, place)
        model = typed.nested[0] if len(typed.nested) == 1 else None
        shown = self._spelling.of(annotation)
        return _Own(Input(sent, place, shown, required or place == "path", typed.bounded, model), typed)

    def _is_wanted(self, marker: Made) -> bool:
        """Whether a marker that stands as the default asks for a value."""
        default = marker.argument(0, "default")
        return (default is None or is_ellipsis(default)) and marker.keyword("default_factory") is None

    def _sent_name(self, name: str, marker: Made, place: InputPlace) -> str:
        for key in ("validation_alias", "alias"):
            alias = self._values.text(marker.keyword(key))
            if alias:
                return alias
        if place != "header" or not self._values.flag(marker.keyword("convert_underscores"), True):
            return name
        return name.replace("_", "-")

    def _implied(self, annotation: Written | None, typed: Typed) -> InputPlace:
        """The place of a parameter that says nothing about it."""
        if any(public_name(each.name).endswith(".UploadFile") for each in self._spelling.names(annotation)):
            return "file"
        return "body" if _is_complex(typed) else "query"

    def _is_plumbing(self, annotation: Written) -> bool:
        """Whether FastAPI hands over something of its own."""
        named = self._values.named(self._spelling.inner(annotation))
        if named is None:
            return False
        if isinstance(named.target, Class):
            return any(public_name(each.name) in _PLUMBING for each in self._evaluator.order.of(named.target))
        return public_name(named.name) in _PLUMBING

    # Models

    def _spread(self, own: list[_Own]) -> Iterator[Input]:
        """The parameters of one function; a model outside a body, or a form by itself, is its fields."""
        bodies = sum(each.input.place in _IN_BODY for each in own)
        for each in own:
            place, model = each.input.place, each.input.model
            shape = self._shapes.of(model) if model is not None and place in _SPREAD else None
            if shape is None or each.typed.many or (place == "form" and bodies > 1):
                yield each.input
                continue
            declared = inherited(self._shapes.lineages.of(shape.owner))
            for field in shape.fields:
                if field.read_only:
                    continue
                declaration = declared.get(field.name)
                annotation = None if declaration is None else declaration.annotation
                is_file = place == "form" and self._implied(annotation, UNTOLD) == "file"
                name = field.alias or field.name
                if place == "header" and name == field.name:
                    name = name.replace("_", "-")
                nested = field.nested[0] if len(field.nested) == 1 else None
                yield Input(
                    name,
                    "file" if is_file else place,
                    self._spelling.of(annotation),
                    field.required,
                    field.bounded,
                    nested,
                    each.input.taker,
                )

    def _of_class(self, cls: Class, names: frozenset[str], depth: int) -> Iterator[Input]:
        """The fields of a dataclass or a model that is made as a dependency."""
        shape = self._shapes.of(cls)
        if shape is None:
            return
        declared = inherited(self._shapes.lineages.of(cls))
        for field in shape.fields:
            declaration = declared.get(field.name)
            if declaration is None or field.read_only:
                continue
            dependency = self._dependency_in(declaration)
            if dependency is not NotImplemented:
                yield from self._behind(dependency, names, depth + 1)
                continue
            name = field.alias or field.name
            yield self._read(name, declaration.annotation, declaration.value, names, field.required).input

    def _of_view(self, owner: Class, names: frozenset[str]) -> tuple[Input, ...]:
        """What a class whose methods are routes takes: its attributes with markers, and its constructor."""
        key = (id(owner), names)
        found = self._known.get(key)
        if found is None:
            found = tuple(self._attributes(owner, names))
            constructor = callable_closure(self._evaluator, owner)
            if constructor is not None:
                found += self._of_function(constructor, names, 1)
            self._known[key] = found
        return found

    def _attributes(self, owner: Class, names: frozenset[str]) -> Iterator[Input]:
        for declaration in inherited(self._shapes.lineages.of(owner)).values():
            dependency = self._dependency_in(declaration)
            if dependency is not NotImplemented:
                yield from self._behind(dependency, names, 1)
                continue
            default = self._values.made(declaration.value)
            stated = self._types.read(declaration.annotation).markers
            if any(
                _place_of(each) is not None for each in (stated if default is None else (default, *stated))
            ):
                name, annotation, given = declaration.name, declaration.annotation, declaration.value
                yield self._read(name, annotation, given, names, given is None).input

    def _dependency_in(self, declaration: Declaration) -> Value:
        for written in (declaration.value, declaration.annotation):
            made = self._values.made(written)
            markers = () if written is None or made is not None else self._types.read(written).markers
            for each in markers if made is None else (made,):
                frame = Frame(each.value.holder)
                found = dependency_of(self._evaluator.in_frame(frame, each.value.expr), UNKNOWN)
                if found is not NotImplemented:
                    return found
        return NotImplemented


def _place_of(made: Made) -> InputPlace | None:
    head, _, last = made.name.rpartition(".")
    return _MARKERS.get(last) if head.partition(".")[0] == "fastapi" else None


def _is_complex(typed: Typed) -> bool:
    """Whether a type is a model or a collection: those come in the body."""
    return typed.dimension == "items" or bool(typed.nested) or any(_is_complex(each) for each in typed.parts)


def _password_fields(strict: bool) -> Iterator[Input]:
    yield Input("grant_type", "form", "str" if strict else "str | None", strict, Verdict.YES)
    yield Input("username", "form", "str", True, Verdict.NO)
    yield Input("password", "form", "str", True, Verdict.NO)
    yield Input("scope", "form", "str", False, Verdict.NO)
    yield Input("client_id", "form", "str | None", False, Verdict.NO)
    yield Input("client_secret", "form", "str | None", False, Verdict.NO)
