"""What the backend is, as data: the document that `backlint map --format json` prints."""

from __future__ import annotations

import posixpath
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from linter.facts.expressions import Ref
from linter.facts.scopes import Define
from linter.resolve.definitions import Class, Function, arguments_of

if TYPE_CHECKING:
    from linter.backend import Backend, Guard, Outbound, Query, Route, Table
    from linter.outcome import Skipped
    from linter.resolve.project import Resolved

VERSION = 1

_DEPTH = 12
"""How many calls are followed from a handler to the queries that it runs."""
_NOT_SHOWN = frozenset({"HEAD", "OPTIONS"})

Row: TypeAlias = "dict[str, Any]"


def describe(backend: Backend, skipped: Iterable[Skipped] = (), folder: str = "") -> Row:
    """The inventory of everything that lies in `folder`, with paths relative to it.

    `folder` is relative to the project root; empty means all of the project. Keys stand in the order of
    the format, lists are sorted, and what is not known is None or "unknown".
    """
    writer = _Writer(backend, folder)
    return {
        "version": VERSION,
        "routes": _sorted(
            _merged(map(writer.route, backend.routes)), "path", "methods", "handler", "file", "line"
        ),
        "tables": _sorted(map(writer.table, backend.tables.values()), "name", "file", "line"),
        "queries": _sorted(map(writer.query, backend.queries), "file", "line", "table", "kind"),
        "outbound": _sorted(map(writer.outbound, backend.outbound), "file", "line", "client"),
        "skipped": _sorted(map(writer.skipped, skipped), "file", "reason"),
    }


def _merged(rows: Iterable[Row | None]) -> list[Row]:
    """One entry for each (path, handler): the verbs of a class view that callers meet alike are one."""
    found: dict[tuple[str, ...], Row] = {}
    for row in rows:
        if row is None:
            continue
        key = (row["path"], row["handler"], row["framework"], row["authenticated"], row["file"])
        first = found.setdefault(key, row)
        if first is not row:
            first["line"] = min(first["line"], row["line"])
            for name in ("methods", "guards", "inputs", "outputs", "reads", "writes"):
                first[name] = first[name] + [each for each in row[name] if each not in first[name]]
    for row in found.values():
        row["methods"].sort()
        row["reads"].sort()
        row["writes"].sort()
        row["guards"] = _sorted(row["guards"], "name", "kind", "level", "file", "line")
        row["inputs"] = _sorted(row["inputs"], "name", "in", "type")
        row["outputs"] = _sorted(row["outputs"], "status", "type")
    return list(found.values())


def _sorted(rows: Iterable[Row | None], *keys: str) -> list[Row]:
    kept = [row for row in rows if row is not None]
    return sorted(kept, key=lambda row: [_order(row[key]) for key in keys])


def _order(value: Any) -> tuple[bool, Any]:
    return (value is not None, value)


class _Writer:
    """Turns the parts of a backend into rows; None for what lies outside the folder."""

    def __init__(self, backend: Backend, folder: str) -> None:
        self._folder = folder
        self._reach = _Reach(backend)

    def _holds(self, path: str) -> bool:
        return not self._folder or path == self._folder or path.startswith(f"{self._folder}/")

    def _path(self, path: str) -> str:
        return posixpath.relpath(path, self._folder) if self._folder else path

    def route(self, route: Route) -> Row | None:
        if not self._holds(route.location.path):
            return None
        reads, writes = self._reach.tables(route)
        inputs = [
            {"name": each.name, "in": each.place, "type": each.type, "required": each.required}
            for each in route.inputs
        ]
        outputs = [{"status": each.status, "type": each.type} for each in route.outputs]
        return {
            "methods": ["WEBSOCKET"] if route.websocket else sorted(set(route.methods) - _NOT_SHOWN),
            "path": route.path,
            "handler": route.handler,
            "framework": route.framework,
            "file": self._path(route.location.path),
            "line": route.location.line,
            "authenticated": route.authenticated.value,
            "guards": [self._guard(guard) for guard in route.guards],
            "inputs": inputs,
            "outputs": outputs,
            "reads": sorted(reads),
            "writes": sorted(writes),
            "tests": [],
        }

    def _guard(self, guard: Guard) -> Row:
        return {
            "name": guard.name,
            "kind": guard.kind,
            "level": guard.level,
            "file": self._path(guard.location.path),
            "line": guard.location.line,
        }

    def table(self, table: Table) -> Row | None:
        if not self._holds(table.location.path):
            return None
        columns = [
            {
                "name": column.name,
                "type": column.type or None,
                "nullable": column.nullable,
                "primary_key": column.primary_key,
                "unique": column.unique,
                "indexed": table.leads_index(column.name),
                "references": column.references,
            }
            for column in table.columns.values()
        ]
        indexes = [
            {"name": index.name or None, "columns": list(index.columns), "unique": index.unique}
            for index in table.indexes
        ]
        return {
            "name": table.name,
            "model": table.model,
            "file": self._path(table.location.path),
            "line": table.location.line,
            "columns": _sorted(columns, "name"),
            "indexes": _sorted(indexes, "name", "columns"),
        }

    def query(self, query: Query) -> Row | None:
        if not self._holds(query.location.path):
            return None
        return {
            "table": query.table or None,
            "kind": query.kind,
            "filters": sorted(query.filters),
            "order": list(query.order),
            "bounded": query.bounded,
            "in_loop": query.in_loop,
            "file": self._path(query.location.path),
            "line": query.location.line,
        }

    def outbound(self, call: Outbound) -> Row | None:
        if not self._holds(call.location.path):
            return None
        return {
            "target": call.target,
            "client": call.client,
            "timeout": call.timeout.value,
            "file": self._path(call.location.path),
            "line": call.location.line,
        }

    def skipped(self, skipped: Skipped) -> Row | None:
        if not self._holds(skipped.path):
            return None
        return {"file": self._path(skipped.path), "reason": skipped.reason}


class _Reach:
    """Which tables the code behind a route reads and writes, through the functions that it calls."""

    def __init__(self, backend: Backend) -> None:
        self._project = backend.project
        self._callees: dict[int, tuple[Function, ...]] = {}
        self._queries: dict[int, list[Query]] = {}
        for query in backend.queries:
            self._queries.setdefault(id(query.function), []).append(query)

    def tables(self, route: Route) -> tuple[set[str], set[str]]:
        """Tables read and tables written."""
        reads: set[str] = set()
        writes: set[str] = set()
        for function in self._reachable(_entries(route)) if self._queries else ():
            for query in self._queries.get(id(function), ()):
                if query.table:
                    (reads if query.kind == "select" else writes).add(query.table)
        return reads, writes

    def _reachable(self, entries: tuple[Function, ...]) -> Iterator[Function]:
        seen = {id(entry) for entry in entries}
        pending = deque((entry, 0) for entry in entries)
        while pending:
            function, depth = pending.popleft()
            yield function
            for callee in self._called_by(function) if depth < _DEPTH else ():
                if id(callee) not in seen:
                    seen.add(id(callee))
                    pending.append((callee, depth + 1))

    def _called_by(self, function: Function) -> tuple[Function, ...]:
        """Functions that a function calls, hands on to what it calls, or defines inside."""
        found = self._callees.get(id(function))
        if found is None:
            found = tuple(self._find_callees(function))
            self._callees[id(function)] = found
        return found

    def _find_callees(self, function: Function) -> Iterator[Function]:
        for call in function.scope.calls:
            yield from self._behind(self._project.callee(function, call))
            for argument in arguments_of(call):
                if isinstance(argument, Ref):
                    target = self._project.reference(function, argument.name).target
                    if isinstance(target, Function) and not target.is_module:
                        yield target
        for statement in function.scope.statements:
            if isinstance(statement, Define):
                inner = function.module.definitions[statement.scope]
                if isinstance(inner, Function):
                    yield inner

    def _behind(self, callee: Resolved) -> Iterator[Function]:
        if isinstance(callee.target, Function) and not callee.target.is_module:
            yield callee.target
        elif isinstance(callee.target, Class):
            maker = self._project.member(callee.target, "__init__")
            if maker is not None and isinstance(maker.target, Function):
                yield maker.target


def _entries(route: Route) -> tuple[Function, ...]:
    """The code that answers a route: its handler, or every method of a class without a known one."""
    if route.function is not None:
        return (route.function,)
    return tuple(route.owner.methods.values()) if route.owner is not None else ()
