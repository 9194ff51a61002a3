"""What a view takes from its caller: path parameters, request attributes, forms and serializers."""

from __future__ import annotations

from collections.abc import Iterator

from linter.backend import Input, InputPlace, Output
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import External, Value, options
from linter.facts.expressions import Constant, Expr, Item, Ref, Result, walk
from linter.facts.scopes import Assertion, Assign, Evaluate, Raise, Return
from linter.resolve.definitions import Class, Function, arguments_of

_PLACES: dict[str, InputPlace] = {
    "GET": "query",
    "query_params": "query",
    "POST": "form",
    "data": "body",
    "FILES": "file",
    "COOKIES": "cookie",
    "headers": "header",
}
_READERS = frozenset({"get", "getlist", "pop"})
_BODY_VERBS = frozenset({"POST", "PUT", "PATCH"})
_STATUS = {"POST": 201, "DELETE": 204}


class Inputs:
    """Reads inputs off functions and classes, with memory per function."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._read: dict[int, tuple[Input, ...]] = {}
        self._named: dict[tuple[Class, str], list[Class | External]] = {}

    def of_path(self, parameters: tuple[tuple[str, str | None], ...]) -> list[Input]:
        """The parameters of the path with the types that their converters give."""
        return [Input(name, "path", kind, True) for name, kind in dict(parameters).items()]

    def of_function(self, function: Function) -> tuple[Input, ...]:
        """Values that a handler reads from the request by name."""
        found = self._read.get(id(function))
        if found is None:
            places: dict[tuple[str, InputPlace], bool] = {}
            for name, place, required in _reads(function):
                places[name, place] = places.get((name, place), False) or required
            found = tuple(Input(name, place, None, required) for (name, place), required in places.items())
            self._read[id(function)] = found
        return found

    def of_class(self, cls: Class, keywords: dict[str, Value], verb: str) -> list[Input]:
        """The serializer or form that a class view reads its body with."""
        if verb not in _BODY_VERBS:
            return []
        serializers = self._classes(cls, keywords, "serializer_class")
        forms = self._classes(cls, keywords, "form_class")
        found = [Input("body", "body", each.name, True, model=_in_project(each)) for each in serializers]
        found += [Input("form", "form", each.name, True, model=_in_project(each)) for each in forms]
        return found

    def outputs(self, cls: Class, keywords: dict[str, Value], verb: str) -> tuple[Output, ...]:
        """The serializer that a class view answers with."""
        found = self._classes(cls, keywords, "serializer_class")
        if verb == "DELETE":
            return (Output(204, None),) if found else ()
        return tuple(Output(_STATUS.get(verb, 200), each.name, _in_project(each)) for each in found)

    def _classes(self, cls: Class, keywords: dict[str, Value], name: str) -> list[Class | External]:
        if name in keywords:
            return _possible(keywords[name])
        key = (cls, name)
        if key not in self._named:
            self._named[key] = _possible(self._evaluator.class_value(cls, name))
        return self._named[key]


def _possible(value: Value) -> list[Class | External]:
    """The classes that a value may be, by name."""
    found = {option.name: option for option in options(value) if isinstance(option, (Class, External))}
    return [found[name] for name in sorted(found)]


def _in_project(cls: Class | External) -> Class | None:
    return cls if isinstance(cls, Class) else None


def _reads(function: Function) -> Iterator[tuple[str, InputPlace, bool]]:
    """(name, place, required) of each read by a constant name."""
    for call in function.scope.calls:
        if isinstance(call.callee, Ref) and call.args:
            head, _, reader = call.callee.name.rpartition(".")
            place = _place(head)
            key = call.args[0]
            if place is not None and reader in _READERS and isinstance(key, Constant):
                if isinstance(key.value, str):
                    yield key.value, place, False
    for expr in _expressions(function):
        if isinstance(expr, (Ref, Constant, Result)):
            continue
        for each in walk(expr):
            if isinstance(each, Item) and isinstance(each.base, Ref) and isinstance(each.key, Constant):
                place = _place(each.base.name)
                if place is not None and isinstance(each.key.value, str):
                    yield each.key.value, place, True


def _place(name: str) -> InputPlace | None:
    """`$request.GET` and `$self.request.GET` are read from; anything else is not the request."""
    parts = name.lstrip("$:").split(".")
    if len(parts) < 2 or parts[-2] not in ("request", "req"):
        return None
    return _PLACES.get(parts[-1])


def _expressions(function: Function) -> Iterator[Expr]:
    for statement in function.scope.statements:
        match statement:
            case Assign(value=value) | Return(value=value) | Evaluate(value=value):
                if value is not None:
                    yield value
            case Raise(exception=value):
                if value is not None:
                    yield value
            case Assertion(test=value):
                yield value
    for block in function.scope.blocks:
        if block.subject is not None:
            yield block.subject
    for call in function.scope.calls:
        yield from arguments_of(call)
