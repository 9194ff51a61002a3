"""What code reads off a request by hand, also in the functions that it hands the request to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from linter.backend import Input, InputPlace, Verdict
from linter.facts.expressions import Attr, Constant, Expr, Item, Operation, Ref, Result, walk
from linter.facts.scopes import Assertion, Assign, Call, Evaluate, Raise, Return
from linter.frameworks.conversions import CLOSED, READ, conversions
from linter.resolve.definitions import Class, Function, arguments_of
from linter.resolve.project import Project, Resolved

_PLACES: dict[str, InputPlace] = {
    "GET": "query",
    "query_params": "query",
    "POST": "form",
    "data": "body",
    "FILES": "file",
    "COOKIES": "cookie",
    "headers": "header",
    "META": "header",
    "body": "body",
}
_READERS = frozenset({"get", "getlist", "pop"})
_COPIES = frozenset({"copy", "dict"})
_PARSERS = frozenset({"json.loads", "orjson.loads", "ujson.loads", "simplejson.loads"})
_REQUESTS = frozenset({"request", "req"})
_FORMS = ("django.forms.", "django.contrib.auth.forms.", "rest_framework.serializers.")
_DEPTH = 5
_FUNCTIONS = 60
"""How many functions one handler is followed through."""


class _Scene(NamedTuple):
    """A function with the local names that hold a request, and those that hold a part of one."""

    function: Function
    requests: frozenset[str]
    parts: frozenset[tuple[str, InputPlace]]


class RequestReads:
    """Reads values off requests by constant names, with memory per function."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[int, tuple[Input, ...]] = {}

    def of(self, function: Function) -> tuple[Input, ...]:
        """Every value that a handler takes by name or by form, in source order, each once."""
        found = self._known.get(id(function))
        if found is None:
            inputs: dict[tuple[str, InputPlace, str | None], Input] = {}
            for each in self._followed(_Scene(function, frozenset(), frozenset())):
                by_name = each.type is None or each.type in READ
                key = (each.name, each.place, None if by_name else each.type)
                known = inputs.get(key)
                if known is not None:
                    typed = each if known.type is None else known
                    each = replace(typed, required=known.required or each.required)
                inputs[key] = each
            found = tuple(inputs.values())
            self._known[id(function)] = found
        return found

    def _followed(self, start: _Scene) -> Iterator[Input]:
        pending, seen = [(start, 0)], {start}
        while pending:
            scene, depth = pending.pop(0)
            reader = _Reader(self._project, scene)
            yield from reader.inputs()
            for below in reader.handed_over() if depth < _DEPTH else ():
                if below not in seen and len(seen) < _FUNCTIONS:
                    seen.add(below)
                    pending.append((below, depth + 1))


class _Reader:
    """One function's own reads."""

    def __init__(self, project: Project, scene: _Scene) -> None:
        self._project = project
        self._function = scene.function
        self._requests = _REQUESTS | scene.requests
        self._parts: dict[str, InputPlace] = dict(scene.parts)
        self._conversions = conversions(project, scene.function)
        for name, assigned in scene.function.assignments.items():
            places = {None if each.value is None else self._place(each.value) for each in assigned}
            place = places.pop() if len(places) == 1 else None
            if place is not None and "." not in name:
                self._parts[name] = place

    # Reads by name

    def inputs(self) -> Iterator[Input]:
        """What the function takes, calls first."""
        results = self._converted_results()
        for index, call in enumerate(self._function.scope.calls):
            yield from self._by_reader(call, results.get(index))
            yield from self._by_form(call)
        for expr in _expressions(self._function):
            if isinstance(expr, (Ref, Constant, Result)):
                continue
            for each in walk(expr):
                if isinstance(each, Item):
                    kind = self._conversions.get(id(each))
                    yield from self._named(self._place(each.base), each.key, True, _is_meta(each.base), kind)
                elif isinstance(each, Operation) and each.operator in ("in", "not in"):
                    held, holder = each.operands
                    yield from self._named(self._place(holder), held, False, _is_meta(holder))

    def _converted_results(self) -> dict[int, str]:
        """The types that results of calls are converted to, by the position of the call."""
        return {
            each.call: self._conversions[id(each)]
            for expr in _expressions(self._function)
            for each in walk(expr)
            if isinstance(each, Result) and id(each) in self._conversions
        }

    def _by_reader(self, call: Call, kind: str | None) -> Iterator[Input]:
        """`request.GET.get("q")`."""
        receiver, name = _receiver(call.callee)
        if receiver is not None and name in _READERS and call.args:
            shown = "list[str]" if name == "getlist" else kind
            yield from self._named(self._place(receiver), call.args[0], False, _is_meta(receiver), shown)

    def _named(
        self, place: InputPlace | None, key: Expr, required: bool, meta: bool, kind: str | None = None
    ) -> Iterator[Input]:
        if place is None or not isinstance(key, Constant) or not isinstance(key.value, str):
            return
        name = key.value
        if meta:
            if not name.startswith("HTTP_"):
                return
            name = name.removeprefix("HTTP_").replace("_", "-").title()
        bounded = Verdict.YES if kind in CLOSED else Verdict.UNKNOWN
        yield Input(name, place, kind, required, bounded)

    def _place(self, expr: Expr) -> InputPlace | None:
        """The part of a request that an expression is; None for anything else."""
        if isinstance(expr, Operation) and expr.operator == "or":
            return self._place(expr.operands[0])
        if isinstance(expr, Result):
            return self._place_of_call(self._function.scope.calls[expr.call])
        if not isinstance(expr, Ref):
            return None
        parts = expr.name.lstrip("$:").split(".")
        if len(parts) == 1:
            return self._parts.get(parts[0]) if expr.name[0] == "$" else None
        return _PLACES.get(parts[-1]) if parts[-2] in self._requests else None

    def _place_of_call(self, call: Call) -> InputPlace | None:
        """A copy of a part of the request, or its body parsed."""
        receiver, name = _receiver(call.callee)
        if receiver is not None and name in _COPIES:
            return self._place(receiver)
        if self._project.callee(self._function, call).name in _PARSERS and call.args:
            return "body" if self._reads_body(call.args[0]) else None
        return None

    def _reads_body(self, expr: Expr) -> bool:
        """`request.body`, decoded or not."""
        if isinstance(expr, Result):
            receiver, name = _receiver(self._function.scope.calls[expr.call].callee)
            return receiver is not None and name == "decode" and self._reads_body(receiver)
        return self._place(expr) == "body"

    # Forms and serializers

    def _by_form(self, call: Call) -> Iterator[Input]:
        """`NoteForm(request.POST)` and `NoteSerializer(data=request.data)`."""
        given = call.argument(0, "data") if call.args else call.keyword("data")
        place = None if given is None else self._place(given)
        if place not in ("form", "query", "body"):
            return
        made = self._project.callee(self._function, call)
        if self._is_form(made):
            name = "body" if place == "body" else "form"
            yield Input(name, place, made.name, True, model=_in_project(made))

    def _is_form(self, made: Resolved) -> bool:
        if isinstance(made.target, Class):
            return any(each.name.startswith(_FORMS) for each in self._project.ancestors(made.target))
        return made.name.startswith(_FORMS)

    # Functions that get the request

    def handed_over(self) -> Iterator[_Scene]:
        """The functions of the project that are called with the request, or on the view itself."""
        for call in self._function.scope.calls:
            requests, parts = self._given(call)
            own = self._is_on_self(call)
            if not requests and not parts and not own:
                continue
            target = self._project.callee(self._function, call).target
            if isinstance(target, Function) and not target.is_module:
                yield self._scene(target, requests, parts)

    def _given(self, call: Call) -> tuple[list[int | str], dict[int | str, InputPlace]]:
        """Which arguments, by position or name, are the request or a part of it."""
        requests: list[int | str] = []
        parts: dict[int | str, InputPlace] = {}
        given: list[tuple[int | str, Expr]] = [*enumerate(call.args), *call.keywords]
        for key, value in given:
            if isinstance(value, Ref) and value.name.lstrip("$:").split(".")[-1] in self._requests:
                requests.append(key)
            elif isinstance(value, (Ref, Result)):
                place = self._place(value)
                if place is not None:
                    parts[key] = place
        return requests, parts

    def _is_on_self(self, call: Call) -> bool:
        function = self._function
        if function.owner is None or not function.head.parameters or not isinstance(call.callee, Ref):
            return False
        receiver, dot, _ = call.callee.name.rpartition(".")
        return bool(dot) and receiver == f"${function.head.parameters[0].name}"

    def _scene(
        self, target: Function, requests: list[int | str], parts: dict[int | str, InputPlace]
    ) -> _Scene:
        names = [each.name for each in target.head.parameters if each.kind.startswith("positional")]
        if target.owner is not None:
            names = names[1:]

        def named(key: int | str) -> str:
            return key if isinstance(key, str) else names[key] if key < len(names) else ""

        given = frozenset(named(key) for key in requests) - {""}
        return _Scene(target, given, frozenset((named(key), place) for key, place in parts.items()))


def _receiver(callee: Expr) -> tuple[Expr | None, str]:
    """What a method is called on, and its name."""
    if isinstance(callee, Attr):
        return callee.base, callee.name
    if isinstance(callee, Ref):
        head, dot, name = callee.name.rpartition(".")
        return (Ref(head) if dot and head else None), name
    return None, ""


def _is_meta(expr: Expr) -> bool:
    return isinstance(expr, Ref) and expr.name.endswith(".META")


def _in_project(found: Resolved) -> Class | None:
    return found.target if isinstance(found.target, Class) else None


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
