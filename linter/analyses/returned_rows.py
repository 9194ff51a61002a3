"""What handlers return, with the rows and the methods of rows that it is made of."""

from __future__ import annotations

from collections.abc import Iterator

from linter.backend import Backend, Class, Function, Table
from linter.facts.expressions import Attr, Expr, Operation, Ref, Result, walk
from linter.facts.scopes import Call, Return
from linter.finding import Location

_DEPTH = 4
_ONE_ROW = frozenset(
    {"first", "first_or_404", "get", "get_or_404", "one", "one_or_404", "one_or_none", "scalar"}
)
_QUERIES = (["query", "get"], ["query", "get_or_404"], ["query", "filter_by"], ["query", "filter"], ["get"])


def returned_by(handler: Function, backend: Backend) -> Iterator[tuple[Function, Expr]]:
    """What a handler returns, and what the methods of rows return that it calls for it."""
    for statement in handler.scope.statements:
        if not isinstance(statement, Return) or statement.value is None:
            continue
        pending, seen = [(handler, statement.value, 0)], set()
        while pending:
            holder, value, depth = pending.pop()
            yield holder, value
            for each in walk(value):
                if not isinstance(each, Result) or depth > _DEPTH:
                    continue
                call = holder.scope.calls[each.call]
                pending += [(holder, argument, depth + 1) for argument in call.args]
                target = _method_of_row(holder, call, backend)
                if target is not None and target not in seen:
                    seen.add(target)
                    pending += [
                        (target, inner.value, depth + 1)
                        for inner in target.scope.statements
                        if isinstance(inner, Return) and inner.value is not None
                    ]


def _method_of_row(holder: Function, call: Call, backend: Backend) -> Function | None:
    """The method of a row that a call calls."""
    if not isinstance(call.callee, Ref):
        return None
    root, _, name = call.callee.name.rpartition(".")
    table = table_of_row(holder, Ref(root), backend) if root else None
    member = None if table is None or table.owner is None else backend.project.member(table.owner, name)
    return member.target if member is not None and isinstance(member.target, Function) else None


def table_of_row(holder: Function, value: Expr, backend: Backend) -> Table | None:
    """The table that a value is one row of."""
    project = backend.project
    if isinstance(value, Ref) and value.name == "$self" and holder.owner is not None:
        return backend.tables_by_row.get(holder.owner.id)
    if isinstance(value, Ref):
        assigned = holder.assignments.get(value.name[1:], [])
        if len(assigned) == 1 and assigned[0].value is not None:
            value = assigned[0].value
    if isinstance(value, Operation) and value.operator == "await":
        value = value.operands[0]
    kind = project.type_of(holder, value)
    table = backend.tables_by_row.get(kind) if kind is not None and project.by_id(kind) is not None else None
    if table is not None:
        return table
    if not isinstance(value, Result):
        return None
    callee = holder.scope.calls[value.call].callee
    last = callee.name.rpartition(".")[2] if isinstance(callee, (Ref, Attr)) else ""
    if last not in _ONE_ROW:
        return None
    for ref in backend.reads(value, holder):
        # `User.query.get`: the model is the first part that is a class.
        parts = ref.name.split(".")
        for length in range(1, len(parts) + 1):
            if not parts[length - 1]:
                # The dots of a relative import name nothing yet.
                continue
            found = project.reference(holder, ".".join(parts[:length])).target
            if isinstance(found, Class) and parts[length:] in ([], *_QUERIES):
                table = backend.tables_by_row.get(found.id)
                if table is not None:
                    return table
    return None


def place_of_return(holder: Function, value: Expr) -> Location:
    """Where the function returns a value that `returned_by` gave."""
    span = next(
        each.span
        for each in holder.scope.statements
        if isinstance(each, Return) and _holds(each, value, holder)
    )
    return holder.module.locate(span)


def _holds(statement: Return, value: Expr, holder: Function) -> bool:
    pending = [statement.value] if statement.value is not None else []
    while pending:
        for each in walk(pending.pop()):
            if each is value:
                return True
            if isinstance(each, Result):
                pending.extend(holder.scope.calls[each.call].args)
    return False
