"""What a request does to rows that its caller names in the path or the query: deletes and changes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from linter.analyses.ownership import expressions_of
from linter.analyses.provenance import provenance_of
from linter.analyses.reach import reach_of
from linter.facts.expressions import Attr, Constant, Expr, Ref, walk
from linter.facts.scopes import Assign
from linter.facts.spans import Span, line_of
from linter.guards import refusals_of
from linter.resolve.definitions import Class, Function
from linter.resolve.project import Variable

if TYPE_CHECKING:
    from linter.backend import Backend, Query, Route
    from linter.finding import Location

_QUERY = frozenset({"request.args", "request.GET", "request.view_args", "request.query_params"})
_FORM_WORDS = frozenset(
    {"POST", "data", "form", "get_json", "is_valid", "json", "method", "validate", "validate_on_submit"}
)
_DELETES = frozenset({"delete", "adelete"})
_SAVES = frozenset({"save", "asave", "commit", "flush"})
_WRITES = _DELETES | _SAVES
_DEPTH = 3
_FOLLOWED = 40


class NamedWrite(NamedTuple):
    """A change of a row that the caller names: what is done, to which table, and where.

    `table` is empty where it is not known.
    """

    does: str
    table: str
    location: Location
    block: int


@lru_cache(maxsize=1)
def named_rows_of(backend: Backend) -> NamedRows:
    """What requests of a backend do to rows that they name, with what was found before."""
    return NamedRows(backend)


class NamedRows:
    """Follows the ids that callers send to the rows that are written."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.refusals = refusals_of(backend.project)
        self.reach = reach_of(backend)
        self.inputs = provenance_of(backend).inputs
        self.queries: dict[int, list[Query]] = {}
        for query in backend.queries:
            if query.function is not None and query.kind in ("delete", "update") and query.filters:
                self.queries.setdefault(id(query.function), []).append(query)
        self._told: dict[int, bool] = {}
        self._may_write: dict[int, bool] = {}

    def tells_methods_apart(self, handler: Function) -> bool:
        """Whether a handler of several methods looks at which one it is, or at a form."""
        told = self._told.get(id(handler))
        if told is None:
            told = self._told[id(handler)] = any(
                not _FORM_WORDS.isdisjoint(_parts(each))
                for expr in expressions_of(handler)
                for each in walk(expr)
            )
        return told

    def writes(self, route: Route, handler: Function) -> Iterator[NamedWrite]:
        """Writes behind a route whose row the caller's input picks, nearest first."""
        if not any(self._writes(each) for each in self.reach.reachable((handler,))):
            return
        names = {each.name for each in route.inputs if each.place in ("path", "query")} & handler.local_names
        names |= set(_filled_with_rows(route, handler, self.backend))
        pending, seen = [(handler, names, 0)], {id(handler)}
        while pending and len(seen) < _FOLLOWED:
            function, given, depth = pending.pop(0)
            known = _Known(function, given, self)
            for write in known.writes():
                if not known.is_conditional(write.block):
                    yield write
            for call in function.scope.calls if depth < _DEPTH else ():
                target = self.backend.project.callee(function, call).target
                if not isinstance(target, Function) or id(target) in seen:
                    continue
                if known.is_conditional(call.block) or self.tells_methods_apart(target):
                    continue
                parameters = [each.name for each in target.scope.parameters]
                if target.owner is not None:
                    parameters = parameters[1:]
                pairs = (*zip(parameters, call.args, strict=False), *call.keywords)
                handed = {name for name, value in pairs if known.comes_from_caller(value)}
                if handed:
                    seen.add(id(target))
                    pending.append((target, handed, depth + 1))

    def _writes(self, function: Function) -> bool:
        """Whether a function has any call or query that may write a row."""
        found = self._may_write.get(id(function))
        if found is None:
            found = self._may_write[id(function)] = id(function) in self.queries or any(
                call.last_name in _WRITES for call in function.scope.calls
            )
        return found


def _parts(expr: Expr) -> list[str]:
    if isinstance(expr, Ref):
        return expr.name.lstrip("$:.").split(".")
    return [expr.name] if isinstance(expr, Attr) else []


def _filled_with_rows(route: Route, handler: Function, backend: Backend) -> Iterator[str]:
    """Parameters that a decorator or a dependency fills with what it finds by an id of the path."""
    ids = {each.name for each in route.inputs if each.place == "path"}
    if ids <= handler.local_names:
        return
    given = {each.name for each in route.inputs}
    first = 1 if handler.owner is not None else 0
    for parameter in handler.scope.parameters[first:]:
        kind = backend.project.type_of(handler, Ref("$" + parameter.name))
        untyped = parameter.annotation is None and parameter.name != "request"
        if parameter.name not in given and (untyped or (kind and backend.project.by_id(kind) is not None)):
            yield parameter.name


class _Known:
    """One function, with its names for what the caller sent and for what was found by it."""

    def __init__(self, function: Function, given: set[str], rows: NamedRows) -> None:
        self.function = function
        self.backend = rows.backend
        self.names = set(given)
        self.rows = rows
        grown = True
        while grown:
            grown = False
            for name, assigns in function.assignments.items():
                if name not in self.names and any(
                    each.value is not None and self.comes_from_caller(each.value) for each in assigns
                ):
                    self.names.add(name)
                    grown = True

    def comes_from_caller(self, expr: Expr) -> bool:
        """Whether a value is made with something that the caller sent in the path or the query."""
        inputs = self.rows.inputs
        return any(
            (each.name[0] == "$" and _root(each) in self.names)
            or inputs.request_value(self.function, each.name) in _QUERY
            for each in self.backend.reads(expr, self.function)
        )

    def writes(self) -> Iterator[NamedWrite]:
        """Deletes of a row that the caller names, and constants that are written into one."""
        yield from self._queries()
        yield from self._changed()
        for call in self.function.scope.calls:
            receiver = call.callee.name.rpartition(".")[0] if isinstance(call.callee, Ref) else ""
            if call.last_name in _DELETES and receiver:
                table = next(iter(self.rows.reach.saved_by(self.function, call)), "")
                name = self.backend.project.callee(self.function, call).name
                is_row = bool(table) or name.endswith(("Session.delete", ".session.delete"))
                if is_row and self.comes_from_caller(call.args[0] if call.args else Ref(receiver)):
                    yield self._write("deletes", table, call.span, call.block)

    def _queries(self) -> Iterator[NamedWrite]:
        for query in self.rows.queries.get(id(self.function), ()):
            calls = [
                each
                for each in self.function.scope.calls
                if query.location.line <= line_of(each.span) <= query.location.end_line
            ]
            given = [value for each in calls for value in each.args]
            given += [
                value for each in calls for name, value in each.keywords if name.rstrip("_") != "values"
            ]
            if not any(self.comes_from_caller(each) for each in given):
                continue
            written = [
                value
                for each in calls
                if each.last_name in ("update", "values")
                for _, value in each.keywords
            ]
            if query.kind == "delete" or any(self._is_constant(each) for each in written):
                does = "deletes" if query.kind == "delete" else "changes"
                yield self._write(does, query.table, calls[0].span, calls[0].block)

    def _changed(self) -> Iterator[NamedWrite]:
        """Rows of the caller's choice with an attribute that is set to a constant, and saved."""
        if not any(call.last_name in _SAVES for call in self.function.scope.calls):
            return
        for statement in self.function.scope.statements:
            if not isinstance(statement, Assign) or statement.operator or statement.value is None:
                continue
            for target in statement.targets:
                row = target.name.rpartition(".")[0] if isinstance(target, Ref) else ""
                if row.count(".") or row[1:] not in self.names or not self._is_constant(statement.value):
                    continue
                table = self.rows.reach.table_of(self.function, Ref(row))
                if table is not None:
                    yield self._write("changes", table, statement.span, statement.block)

    def _is_constant(self, value: Expr) -> bool:
        """Text or a member of a class: what a state is called, and no mark, time or count."""
        if isinstance(value, Constant):
            return isinstance(value.value, str)
        if not isinstance(value, Ref) or value.name[0] == "$":
            return False
        found = self.backend.project.reference(self.function, value.name).target
        return isinstance(found, Variable) and isinstance(found.holder, Class)

    def _write(self, does: str, table: str, span: Span, block: int) -> NamedWrite:
        return NamedWrite(does, table, self.function.module.locate(span), block)

    def is_conditional(self, block: int) -> bool:
        """Whether a place is reached in some states of the row only, or by another method."""
        blocks = self.function.scope.blocks
        while block:
            current = blocks[block]
            subject = blocks[current.opener].subject if current.kind == "else" else current.subject
            if current.kind in ("except", "case"):
                return True
            if current.kind in ("if", "else", "while") and subject is not None and self._weighs_row(subject):
                return True
            block = current.parent
        return False

    def _weighs_row(self, test: Expr) -> bool:
        if any(not _FORM_WORDS.isdisjoint(_parts(each)) for each in walk(test)):
            return True
        looks = any(
            "." in each.name and _root(each) in self.names for each in self.backend.reads(test, self.function)
        )
        return looks and not self.rows.refusals.reads_identity(self.function, test)


def _root(ref: Ref) -> str:
    return ref.name.lstrip("$:").partition(".")[0]
