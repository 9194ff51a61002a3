"""What handlers read from the request by constant keys, also in the functions that they call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from linter.backend import Backend, Input, InputPlace, Verdict
from linter.facts.expressions import Attr, Expr, Item, Operation, Ref, Result, walk
from linter.facts.scopes import Assertion, Assign, Call, Evaluate, Parameter, Raise, Return
from linter.frameworks.conversions import CLOSED, conversions
from linter.frameworks.flask.scenes import receiver_of
from linter.resolve.definitions import Function, arguments_of
from linter.shapes.names import shown_type

_READERS = frozenset({"get", "getlist", "getall", "getone", "pop", "get_list"})
_MANY = frozenset({"getlist", "getall", "get_list"})
_COPIES = frozenset({"to_dict", "copy", "dict"})
_PARSERS = frozenset({"json.loads", "orjson.loads", "ujson.loads", "simplejson.loads", "flask.json.loads"})
_POSITIONAL = ("positional", "positional-only")
_NESTED = 40
"""How deep an expression is read: `request.json["a"]["b"]`."""
_DEPTH = 5
_FUNCTIONS = 60
"""How many functions one handler is followed through."""


class Part(NamedTuple):
    """A part of the request. `prefix` is the way into a body, with a dot at its end: `address.`."""

    place: InputPlace
    prefix: str = ""


class _Scene(NamedTuple):
    """A function, with the parameters that hold a part of the request or the request itself, by its name."""

    function: Function
    parts: frozenset[tuple[str, Part]] = frozenset()
    requests: frozenset[tuple[str, str]] = frozenset()


class RequestReads:
    """Reads values off requests, with memory per function.

    `part` says which part of the request a full name is, or a local one that starts with `?$`. Functions of
    modules that import one of `ambient` are followed whatever they are given: the request is a global there.
    """

    def __init__(
        self,
        backend: Backend,
        part: Callable[[str], InputPlace | None],
        ambient: frozenset[str] = frozenset(),
    ) -> None:
        self.backend = backend
        self.part = part
        self._ambient = ambient
        self._readers: dict[_Scene, _Reader] = {}
        self._known: dict[int, tuple[Input, ...]] = {}

    def of(self, function: Function) -> tuple[Input, ...]:
        """Every value that a handler reads, nearest first, each once."""
        found = self._known.get(id(function))
        if found is None:
            self._known[id(function)] = found = tuple(self._followed(_Scene(function)))
        return found

    def _followed(self, start: _Scene) -> Iterator[Input]:
        given: dict[tuple[str, str], Input] = {}
        pending, seen = [(start, 0)], {start}
        for scene, depth in pending:
            reader = self._readers.get(scene)
            if reader is None:
                self._readers[scene] = reader = _Reader(self, scene)
            for each in reader.inputs:
                key = (each.place, each.name)
                known = given.get(key)
                if known is not None:
                    typed = each if known.type is None else known
                    # A name that is asked for with care anywhere need not be there.
                    each = replace(typed, required=known.required and each.required)
                given[key] = each
            for below in reader.handed_over if depth < _DEPTH else ():
                if below not in seen and len(seen) < _FUNCTIONS:
                    seen.add(below)
                    pending.append((below, depth + 1))
        yield from given.values()

    def is_ambient(self, function: Function) -> bool:
        """Whether a function may read the request without being given it."""
        for package in sorted(self._ambient):
            self.backend.project.trace.imports(package.partition(".")[0])
        return not self._ambient.isdisjoint(function.module.facts.imports)


class _Reader:
    """One function's own reads, and the functions that it hands on to."""

    def __init__(self, reads: RequestReads, scene: _Scene) -> None:
        self._reads = reads
        self._project = reads.backend.project
        self._function = scene.function
        self._requests = dict(scene.requests)
        self._parts: dict[str, Part] = {f"${name}": part for name, part in scene.parts}
        self._name_parts()
        self._conversions = conversions(self._project, scene.function)
        self.inputs = tuple(self._inputs())
        self.handed_over = tuple(self._handed_over())

    def _name_parts(self) -> None:
        """Give local names to the parts that are assigned to them, in source order."""
        for statement in self._function.scope.statements:
            if isinstance(statement, Assign) and statement.value is not None and statement.operator is None:
                part = self._part(statement.value)
                for target in statement.targets if part is not None else ():
                    if isinstance(target, Ref) and part is not None:
                        self._parts[target.name] = part

    # Reads by name

    def _inputs(self) -> Iterator[Input]:
        for expr in self._expressions():
            for each in walk(expr):
                found = self._read(each)
                if found is not None:
                    yield found

    def _expressions(self) -> Iterator[Expr]:
        scope = self._function.scope
        for statement in scope.statements:
            match statement:
                case Assign(value=value, targets=targets):
                    yield from targets
                    if value is not None:
                        yield value
                case Return(value=value) if value is not None:
                    yield value
                case Evaluate(value=value):
                    yield value
                case Raise(exception=exception) if exception is not None:
                    yield exception
                case Assertion(test=test):
                    yield test
                case _:
                    pass
        for block in scope.blocks:
            if block.subject is not None:
                yield block.subject
        for call in scope.calls:
            yield call.callee
            yield from arguments_of(call)

    def _read(self, expr: Expr) -> Input | None:
        match expr:
            case Item(base=base, key=key):
                return self._input(self._part(base), key, self._conversions.get(id(expr)), True)
            case Result(call=index):
                call = self._function.scope.calls[index]
                receiver, method = receiver_of(call.callee)
                if method not in _READERS or receiver is None or not call.args:
                    return None
                kind = shown_type(call.keyword("type")) or self._conversions.get(id(expr))
                return self._input(self._part(receiver), call.args[0], kind, False, method in _MANY)
            case Operation(operator="in" | "not in", operands=(key, base)):
                part = self._part(base)
                # What lies inside a body may be text, which is searched.
                return self._input(part, key, None, False) if part is not None and not part.prefix else None
            case _:
                return None

    def _input(
        self, part: Part | None, key: Expr, kind: str | None, required: bool, many: bool = False
    ) -> Input | None:
        name = None if part is None else self._reads.backend.text(self._function, key)
        if part is None or name is None:
            return None
        bounded = Verdict.YES if kind in CLOSED else Verdict.UNKNOWN
        shown = f"list[{kind or 'str'}]" if many else kind
        return Input(part.prefix + name, part.place, shown, required, bounded)

    # Parts of the request

    def _part(self, expr: Expr, depth: int = 0) -> Part | None:
        """Which part of the request an expression is."""
        if depth > _NESTED:
            return None
        match expr:
            case Ref(name=name):
                if name in self._parts:
                    return self._parts[name]
                return self._named(self._full_name(name))
            case Result(call=index):
                return self._of_call(self._function.scope.calls[index], depth + 1)
            case Item(base=base, key=key):
                return self._below(self._part(base, depth + 1), key)
            case (
                Operation(operator="await", operands=(inner,)) | Operation(operator="or", operands=(inner, _))
            ):
                return self._part(inner, depth + 1)
            case _:
                return None

    def _named(self, name: str) -> Part | None:
        place = self._reads.part(name)
        return None if place is None else Part(place)

    def _below(self, part: Part | None, key: Expr) -> Part | None:
        """What lies at a key of a body."""
        if part is None or part.place != "body":
            return None
        name = self._reads.backend.text(self._function, key)
        return None if name is None else Part("body", f"{part.prefix}{name}.")

    def _of_call(self, call: Call, depth: int) -> Part | None:
        receiver, method = receiver_of(call.callee)
        if method in _COPIES and (receiver is not None or len(call.args) == 1):
            return self._part(call.args[0] if receiver is None else receiver, depth)
        if receiver is not None and method == "get" and call.args:
            found = self._below(self._part(receiver, depth), call.args[0])
            if found is not None:
                return found
        if not isinstance(call.callee, (Ref, Attr)):
            return None
        name = self._full_name(call.callee.name) if isinstance(call.callee, Ref) else None
        called = name or self._project.callee(self._function, call).name
        if called in _PARSERS and call.args:
            return self._parsed(call.args[0], depth)
        return self._named(f"{called}()")

    def _parsed(self, expr: Expr, depth: int) -> Part | None:
        """A body that is parsed by hand: `json.loads(request.data)`."""
        if isinstance(expr, Result) and depth <= _NESTED:
            receiver, method = receiver_of(self._function.scope.calls[expr.call].callee)
            if method == "decode" and receiver is not None:
                return self._parsed(receiver, depth + 1)
        part = self._part(expr, depth)
        return part if part is not None and part.place == "body" else None

    def _full_name(self, name: str) -> str:
        """The full name of a reference; the request itself goes by one name wherever it was handed to."""
        if name[0] == "$":
            root, dot, rest = name[1:].partition(".")
            if root in self._requests:
                return self._requests[root] + dot + rest
        return self._project.reference(self._function, name).name

    # Functions that get the request

    def _handed_over(self) -> Iterator[_Scene]:
        for call in self._function.scope.calls:
            target = self._target(call)
            if target is None:
                continue
            parts: dict[str, Part] = {}
            requests: dict[str, str] = {}
            for parameter, expr in _bound(target, call):
                part = self._part(expr)
                if part is not None:
                    parts[parameter.name] = part
                elif isinstance(expr, Ref):
                    name = self._full_name(expr.name)
                    if name.lower().endswith("request"):
                        requests[parameter.name] = name
            if parts or requests or self._is_on_self(call) or self._reads.is_ambient(target):
                yield _Scene(target, frozenset(parts.items()), frozenset(requests.items()))

    def _target(self, call: Call) -> Function | None:
        if not isinstance(call.callee, (Ref, Attr)):
            return None
        target = self._project.callee(self._function, call).target
        return target if isinstance(target, Function) and not target.is_module else None

    def _is_on_self(self, call: Call) -> bool:
        function = self._function
        if function.owner is None or not function.head.parameters or not isinstance(call.callee, Ref):
            return False
        receiver, dot, _ = call.callee.name.rpartition(".")
        return bool(dot) and receiver == f"${function.head.parameters[0].name}"


def _bound(target: Function, call: Call) -> Iterator[tuple[Parameter, Expr]]:
    """The parameters of a function of the project that a call fills, with what it fills them with."""
    parameters = [each for each in target.head.parameters if each.kind in _POSITIONAL]
    if target.owner is not None:
        parameters = parameters[1:]
    yield from zip(parameters, call.args, strict=False)
    by_name = {each.name: each for each in target.head.parameters}
    for name, expr in call.keywords:
        if name in by_name:
            yield by_name[name], expr
