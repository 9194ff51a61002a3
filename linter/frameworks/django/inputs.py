"""What a view takes and answers: path parameters, request attributes, forms and serializers."""

from __future__ import annotations

from collections.abc import Iterator

from linter.backend import Input, Output
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import UNKNOWN, Closure, External, Instance, Value, options
from linter.facts.expressions import Constant, Mapping, Operation, Ref, Result
from linter.facts.scopes import Return
from linter.frameworks.django.anonymous import Caller
from linter.frameworks.django.reads import RequestReads
from linter.frameworks.django.settings import DjangoSettings
from linter.frameworks.django.urls import ClassView, PathParameter
from linter.resolve.definitions import Class, Function
from linter.responses import RESPONSES, Responses
from linter.shapes import shape_of

_BODY_VERBS = frozenset({"POST", "PUT", "PATCH"})
_PARTIAL = ("partial_update", "patch")
_STATUS = {"POST": 201, "DELETE": 204}
_LOADING = ("get_queryset", "get_object", "filter_queryset", "get_context_data")
_SAVING = ("form_valid", "get_form_kwargs", "perform_create", "perform_update")
"""Methods that a library's own handler calls."""

_SERIALIZING = (".get_serializer", ".get_paginated_response")
_FILTER_NAMES = {"SearchFilter": "search", "OrderingFilter": "ordering"}


class Inputs:
    """Reads inputs and outputs off functions and classes, with memory."""

    def __init__(
        self, evaluator: Evaluator, settings: DjangoSettings, caller: Caller, responses: Responses
    ) -> None:
        self._evaluator = evaluator
        self._settings = settings
        self._caller = caller
        self._responses = responses
        self._reads = RequestReads(evaluator.project)
        self._named: dict[tuple[Class, str], list[Class | External]] = {}

    def of_path(self, parameters: tuple[PathParameter, ...]) -> list[Input]:
        """The parameters of the path with the types that their converters give."""
        last = {each.name: each for each in parameters}
        return [Input(each.name, "path", each.type, True, pattern=each.pattern) for each in last.values()]

    def of_function(self, function: Function) -> tuple[Input, ...]:
        """Values that a handler reads from the request."""
        return self._reads.of(function)

    # Class views

    def of_class(self, view: ClassView, cls: Class, method: str, verb: str) -> list[Input]:
        """What a class view reads: its body by serializer or form, a list's filters, and by hand."""
        found: list[Input] = []
        if verb in _BODY_VERBS:
            serializers = self._classes(view, cls, method, verb, "serializer_class")
            partial = self._is_partial(cls, method)
            found += [self._body(each, partial) for each in serializers]
            forms = self._classes(view, cls, method, verb, "form_class")
            found += [Input("form", "form", each.name, True, model=_in_project(each)) for each in forms]
        if method == "list":
            found += self._filters(cls)
        for name in (*_LOADING, *(_SAVING if verb in _BODY_VERBS else ())):
            helper = self._evaluator.class_value(cls, name)
            if isinstance(helper, Closure):
                found += self._reads.of(helper.function)
        return found

    def _is_partial(self, cls: Class, method: str) -> bool:
        """Whether the library's own handler takes any part of what the serializer declares."""
        if method not in _PARTIAL:
            return False
        return not any(isinstance(self._evaluator.class_value(cls, name), Closure) for name in _PARTIAL)

    def _body(self, serializer: Class | External, partial: bool) -> Input:
        model = _in_project(serializer)
        shape = shape_of(self._evaluator.project, model) if partial else None
        fields = tuple(
            Input(each.alias or each.name, "body", each.type, False, each.bounded)
            for each in (() if shape is None else shape.fields)
            if not each.read_only
        )
        return Input("body", "body", serializer.name, True, model=model, fields=fields)

    def outputs(self, view: ClassView, cls: Class, method: str, verb: str) -> list[Output]:
        """What a class view answers: the statuses of its own code, with its serializer as the type."""
        types = self._classes(view, cls, method, verb, "serializer_class")
        handler = self._evaluator.class_value(cls, method)
        if isinstance(handler, Closure):
            uses = any(
                isinstance(call.callee, Ref) and call.callee.name.endswith(_SERIALIZING)
                for call in handler.function.scope.calls
            )
            return self.answers(handler.function, types if uses else None)
        if verb == "DELETE":
            return [Output(204, None)] if types else []
        return [Output(_STATUS.get(verb, 200), each.name, _in_project(each)) for each in types]

    def answers(self, function: Function, types: list[Class | External] | None = None) -> list[Output]:
        """What a handler's own code returns. A single type is that of every answer with a body."""
        sole = types[0] if types and len(types) == 1 else None
        found: dict[Output, None] = {}
        for statement in function.scope.statements:
            status = self._status(function, statement) if isinstance(statement, Return) else None
            if status is None:
                continue
            has_body = 200 <= status < 300 and status != 204 and not self._is_bare(function, statement)
            typed = sole if has_body else None
            name = None if typed is None else typed.name
            found[Output(status, name, None if typed is None else _in_project(typed))] = None
        if not found and types:
            found = {Output(None, each.name, _in_project(each)): None for each in types}
        return list(found)

    def _is_bare(self, function: Function, statement: object) -> bool:
        """Whether an answer is made of nothing, or of constants: `Response()`, `Response({"ok": True})`."""
        value = getattr(statement, "value", None)
        if not isinstance(value, Result):
            return False
        call = function.scope.calls[value.call]
        if call.is_open or call.last_name != "Response":
            return False
        data = call.argument(0, "data")
        values = data.values if isinstance(data, Mapping) else (data,)
        return all(each is None or isinstance(each, Constant) for each in values)

    def _status(self, function: Function, statement: Return) -> int | None:
        """The status of an answer; 200 for a response that says nothing about it."""
        value = statement.value
        status = self._responses.returned(function, value)
        if status is not None:
            return status
        while isinstance(value, Operation) and value.operator == "await":
            value = value.operands[0]
        if not isinstance(value, Result):
            return None
        call = function.scope.calls[value.call]
        made = self._evaluator.project.callee(function, call)
        if made.name == "django.shortcuts.render":
            return 200 if call.keyword("status") is None else None
        position = RESPONSES.get(made.name)
        if position is None or call.keyword("status") is not None or call.is_open:
            return None
        return 200 if position < 0 or len(call.args) <= position else None

    # Serializers, forms and filters

    def _classes(
        self, view: ClassView, cls: Class, method: str, verb: str, name: str
    ) -> list[Class | External]:
        chosen = self._chosen(view, cls, method, verb, "get_" + name)
        if chosen:
            return chosen
        if name in view.keywords:
            return _possible(view.keywords[name])
        key = (cls, name)
        if key not in self._named:
            self._named[key] = _possible(self._evaluator.class_value(cls, name))
        return self._named[key]

    def _chosen(
        self, view: ClassView, cls: Class, method: str, verb: str, chooser: str
    ) -> list[Class | External]:
        """What the project's `get_serializer_class` or `get_form_class` comes to for an action."""
        override = self._evaluator.class_value(cls, chooser)
        if not isinstance(override, Closure):
            return []
        fields: dict[str, Value] = {
            **view.keywords,
            "action": method if view.actions is not None else UNKNOWN,
            "request": self._caller.request(verb),
            "kwargs": UNKNOWN,
        }
        bound = Closure(override.function, override.frame, Instance(cls, fields))
        return _possible(self._evaluator.trial(bound, []))

    def _filters(self, cls: Class) -> Iterator[Input]:
        """The query parameters that the filter backends of a list read."""
        backends = self._evaluator.class_value(cls, "filter_backends")
        if backends is NotImplemented:
            defaults = self._settings.rest_framework(self._evaluator, "DEFAULT_FILTER_BACKENDS")
            backends = defaults[0] if len(defaults) == 1 else ()
        for backend in backends if isinstance(backends, (list, tuple)) else ():
            name = backend if isinstance(backend, str) else getattr(backend, "name", "")
            last = name.rpartition(".")[2]
            if last in _FILTER_NAMES:
                yield Input(_FILTER_NAMES[last], "query", "str", False)
            elif last == "DjangoFilterBackend":
                fields = self._evaluator.class_value(cls, "filterset_fields")
                for name in fields if isinstance(fields, (list, tuple, dict)) else ():
                    if isinstance(name, str):
                        yield Input(name, "query", None, False)


def _possible(value: Value) -> list[Class | External]:
    """The classes that a value may be, by name."""
    found = {option.name: option for option in options(value) if isinstance(option, (Class, External))}
    return [found[name] for name in sorted(found)]


def _in_project(cls: Class | External) -> Class | None:
    return cls if isinstance(cls, Class) else None
