"""What the backend is, as data: the document that `backlint map --format json` prints."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

from linter.analyses.reach import reach_of
from linter.analyses.route_tests import calling_tests
from linter.analyses.statuses import statuses_of
from linter.shapes import shape_of

if TYPE_CHECKING:
    from linter.backend import Backend, Guard, Input, Outbound, Query, Route, Table
    from linter.outcome import Skipped
    from linter.shapes import Field

VERSION = 1

_NOT_SHOWN = frozenset({"HEAD", "OPTIONS"})

Row: TypeAlias = "dict[str, Any]"


def describe(backend: Backend, skipped: Iterable[Skipped] = (), folder: str = "") -> Row:
    """The inventory of everything that lies in `folder`, with paths relative to it.

    `folder` is relative to the project root; empty means all of the project. Keys stand in the order of
    the format, lists are sorted, and what is not known is None or "unknown".

    An input says whether its type limits its size (`bounded`). One that is read with a schema class has its
    `fields`: their names as callers send them, type, `required` and `bounded`; so has an input object of
    GraphQL. The outputs of a route are those that it declares and, with type None, the further statuses that
    its code, its guards and its framework answer with; 405 for verbs that it does not list is left out.

    A field of a GraphQL schema has the method QUERY, MUTATION or SUBSCRIPTION and the path of its endpoint
    with `#Type.field`, or `/#Type.field` where the endpoint is not known. Its inputs are its arguments, and
    types are in GraphQL's notation.
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
            for name in ("methods", "guards", "inputs", "outputs", "reads", "writes", "tests"):
                first[name] = first[name] + [each for each in row[name] if each not in first[name]]
    for row in found.values():
        row["methods"].sort()
        row["reads"].sort()
        row["writes"].sort()
        row["tests"] = _sorted(row["tests"], "file", "line")
        row["guards"] = _sorted(row["guards"], "name", "kind", "level", "file", "line")
        row["inputs"] = _sorted(row["inputs"], "name", "in", "type")
        row["outputs"] = _sorted(row["outputs"], "status", "type")
    return list(found.values())


def _sorted(rows: Iterable[Row | None], *keys: str) -> list[Row]:
    kept = [row for row in rows if row is not None]
    return sorted(kept, key=lambda row: [_order(row[key]) for key in keys])


def _order(value: Any) -> tuple[bool, Any]:
    return (value is not None, value)


def _taken(each: Input | Field) -> Row:
    """What is said of an input and of a field alike."""
    return {
        "name": each.name,
        "type": each.type,
        "required": each.required,
        "bounded": each.bounded.value,
    }


class _Writer:
    """Turns the parts of a backend into rows; None for what lies outside the folder."""

    def __init__(self, backend: Backend, folder: str) -> None:
        self._backend = backend
        self._folder = folder
        self._reach = reach_of(backend)

    def _holds(self, path: str) -> bool:
        return not self._folder or path == self._folder or path.startswith(f"{self._folder}/")

    def _path(self, path: str) -> str:
        return posixpath.relpath(path, self._folder) if self._folder else path

    def route(self, route: Route) -> Row | None:
        if not self._holds(route.location.path):
            return None
        reads, writes = self._reach.tables(route)
        tests = calling_tests(self._backend, route)
        inputs = [_taken(each) | {"in": each.place} | self._fields(each) for each in route.inputs]
        outputs: list[Row] = [{"status": each.status, "type": each.type} for each in route.outputs]
        declared = {each.status for each in route.outputs}
        outputs += [
            {"status": status, "type": None}
            for status in statuses_of(self._backend, route)
            if status not in declared
        ]
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
            "tests": [{"file": self._path(each.location.path), "line": each.location.line} for each in tests],
        }

    def _fields(self, given: Input) -> Row:
        """The fields of an input object, or of one that is read with a schema class; nothing for others."""
        if given.fields:
            return {"fields": _sorted(map(_taken, given.fields), "name", "type")}
        shape = shape_of(self._backend.project, given.model)
        if shape is None:
            return {}
        fields = [
            _taken(each) | {"name": each.alias or each.name} for each in shape.fields if not each.read_only
        ]
        return {"fields": _sorted(fields, "name", "type")}

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
