"""What Flask handlers take from the request and what they answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from linter.backend import Backend, Input, InputPlace, Output, Verdict
from linter.facts.expressions import Attr, Constant, Expr, Item, Operation, Ref, Result, walk
from linter.facts.scopes import Assertion, Assign, Call, Evaluate, Raise, Return
from linter.frameworks.fastapi.dependencies import shown_type
from linter.frameworks.flask.objects import Objects
from linter.frameworks.flask.paths import Path
from linter.frameworks.flask.scenes import receiver_of
from linter.frameworks.flask.schemas import Schemas
from linter.guards import Refusals
from linter.resolve.definitions import Class, Definition, Function, arguments_of

_SOURCES: dict[str, InputPlace] = {
    "args": "query",
    "values": "query",
    "form": "form",
    "json": "body",
    "get_json()": "body",
    "headers": "header",
    "cookies": "cookie",
    "files": "file",
}
_READERS = frozenset({"get", "getlist", "pop"})
_CASTS = frozenset({"int", "float", "bool", "uuid.UUID", "decimal.Decimal"})
_PACKAGES = ("flask.request.", "quart.request.")


class Inputs:
    """Reads inputs and outputs of handlers for one backend."""

    def __init__(self, backend: Backend, objects: Objects, refusals: Refusals) -> None:
        self._backend = backend
        self._project = backend.project
        self._refusals = refusals
        self._schemas = Schemas(backend, objects.setup)
        self._reads: dict[int, list[Input]] = {}

    def inputs(self, function: Function | None, owner: Class | None, path: Path) -> list[Input]:
        """The parameters of the path, what schemas and forms declare, and what the code reads by hand."""
        found = [
            Input(
                each.name,
                "path",
                each.type or self._annotation(function, each.name),
                True,
                _path_bound(each.type, each.bounded),
            )
            for each in path.parameters
        ]
        if function is not None:
            for definition in (owner, function):
                if definition is not None:
                    found.extend(self._declared(definition))
            found.extend(self._read(function))
        unique: dict[tuple[str, str], Input] = {}
        for each in found:
            key = (each.place, each.name)
            known = unique.get(key)
            if known is None or (known.type is None and each.type is not None):
                unique[key] = each
        return list(unique.values())

    def _read(self, function: Function) -> list[Input]:
        if id(function) not in self._reads:
            forms = self._schemas.used_in(function)
            self._reads[id(function)] = [*forms, *Reads(self._backend, function, _part).inputs()]
        return self._reads[id(function)]

    def _annotation(self, function: Function | None, name: str) -> str | None:
        for parameter in () if function is None else function.scope.parameters:
            if parameter.name == name:
                return shown_type(parameter.annotation)
        return None

    def _declared(self, definition: Definition) -> Iterator[Input]:
        parent = definition.parent
        assert parent is not None
        for decorator in definition.scope.decorators:
            if isinstance(decorator.value, Result):
                yield from self._schemas.declared(parent, parent.scope.calls[decorator.value.call])

    # Outputs

    def outputs(self, function: Function | None, owner: Class | None) -> list[Output]:
        """The declared responses, and the statuses that the code returns."""
        if function is None:
            return []
        declared = [each for each in (function, owner) if each is not None]
        found = [output for definition in declared for output in self._declared_outputs(definition)]
        stated = {output.status for output in found}
        found.extend(Output(status, None) for status in self._returned_statuses(function) - stated)
        return sorted(found, key=lambda each: (each.status or 0, each.type or ""))

    def _declared_outputs(self, definition: Definition) -> Iterator[Output]:
        parent = definition.parent
        assert parent is not None
        for decorator in definition.scope.decorators:
            if not isinstance(decorator.value, Result):
                continue
            call = parent.scope.calls[decorator.value.call]
            _, method = receiver_of(call.callee)
            if method in ("marshal_with", "marshal_list_with", "output"):
                code = call.keyword("status_code") or call.keyword("code")
                yield Output(self._status(parent, code) or 200, self._shown(call, 0, method))
            elif method in ("response", "alt_response"):
                status = self._status(parent, call.argument(0, "status_code"))
                if status is not None:
                    yield Output(status, self._shown(call, 1, method))

    def _shown(self, call: Call, position: int, method: str) -> str | None:
        schema = call.argument(position, "schema")
        if isinstance(schema, Result):
            return None
        shown = shown_type(schema)
        if shown is None or isinstance(schema, Constant):
            return None
        return f"list[{shown}]" if method == "marshal_list_with" else shown

    def _status(self, holder: Definition, expr: Expr | None) -> int | None:
        return self._refusals.responses.status(holder, expr)

    def _returned_statuses(self, function: Function) -> set[int]:
        found: set[int] = set()
        for statement in function.scope.statements:
            if isinstance(statement, Return) and statement.value is not None:
                found.add(self._refusals.responses.returned(function, statement.value) or 200)
        return found


def _path_bound(kind: str | None, bounded: bool) -> Verdict:
    if bounded:
        return Verdict.YES
    return Verdict.NO if kind in ("int", "str", "float") else Verdict.UNKNOWN


class Reads:
    """What one function reads from the request by constant keys.

    `part` says which part of the request a full name is, or a local one that starts with `?$`.
    """

    def __init__(
        self, backend: Backend, function: Function, part: Callable[[str], InputPlace | None]
    ) -> None:
        self._part = part
        self._backend = backend
        self._project = backend.project
        self._function = function
        self._aliases: dict[str, InputPlace] = {}
        self._casts: dict[int, str] = {}

    def inputs(self) -> Iterator[Input]:
        """Every read, in source order."""
        exprs = list(self._expressions())
        for statement in self._function.scope.statements:
            if isinstance(statement, Assign) and statement.value is not None:
                place = self._source(statement.value)
                for target in statement.targets if place is not None else ():
                    if isinstance(target, Ref) and place is not None:
                        self._aliases[target.name] = place
        for call in self._function.scope.calls:
            if isinstance(call.callee, Ref) and len(call.args) == 1:
                name = self._project.reference(self._function, call.callee.name).name
                if name in _CASTS:
                    self._casts[id(call.args[0])] = name.rpartition(".")[2]
        for expr in exprs:
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
                return self._input(self._source(base), key, self._casts.get(id(expr)), True)
            case Result(call=index):
                call = self._function.scope.calls[index]
                receiver, method = receiver_of(call.callee)
                if method not in _READERS or receiver is None or not call.args:
                    return None
                kind = shown_type(call.keyword("type")) or self._casts.get(id(expr))
                return self._input(self._source(receiver), call.args[0], kind, False, method == "getlist")
            case Operation(operator="in" | "not in", operands=(key, base)):
                return self._input(self._source(base), key, None, False)
            case _:
                return None

    def _input(
        self, place: InputPlace | None, key: Expr, kind: str | None, required: bool, many: bool = False
    ) -> Input | None:
        if place is None:
            return None
        name = self._backend.text(self._function, key)
        if name is None:
            return None
        bounded = Verdict.YES if kind in ("bool", "UUID") else Verdict.UNKNOWN
        return Input(name, place, f"list[{kind or 'str'}]" if many else kind, required, bounded)

    def _source(self, expr: Expr) -> InputPlace | None:
        """Which part of the request an expression is."""
        match expr:
            case Ref(name=name):
                if name in self._aliases:
                    return self._aliases[name]
                return self._part(self._project.reference(self._function, name).name)
            case Result(call=index):
                call = self._function.scope.calls[index]
                if isinstance(call.callee, (Ref, Attr)):
                    return self._part(f"{self._project.callee(self._function, call).name}()")
                return None
            case (
                Operation(operator="await", operands=(inner,)) | Operation(operator="or", operands=(inner, _))
            ):
                return self._source(inner)
            case _:
                return None


def _part(name: str) -> InputPlace | None:
    for package in _PACKAGES:
        if name.startswith(package):
            return _SOURCES.get(name.removeprefix(package).removesuffix(".to_dict()"))
    return None
