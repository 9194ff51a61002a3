"""Who calls what in a project, by the last parts of names alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from typing import TYPE_CHECKING, NamedTuple

from linter.facts.expressions import Attr, Constant, Item, Mapping, Ref, Result, Sequence, walk
from linter.facts.scopes import Assign, Call
from linter.flow.library.callbacks import QUEUED
from linter.flow.sinks import ITEM_NAMES, LAST_NAMES
from linter.flow.sinks.models import MODELS, WRITERS
from linter.resolve.definitions import Function

if TYPE_CHECKING:
    from linter.backend import Backend


class Graph(NamedTuple):
    """Who calls what, by last names.

    `writers` write into a mapping that is a sink by itself, or fill a row from a mapping.
    """

    names: dict[int, str]
    callers: dict[str, set[int]]
    writers: list[int]

    def reaching(self, last_names: Iterable[str], more: Iterable[int] = ()) -> frozenset[int]:
        """The functions that call something of these names, or are among `more`, or call such a function."""
        found: set[int] = set()
        pending = [identity for name in last_names for identity in self.callers.get(name, ())]
        pending += more
        while pending:
            identity = pending.pop()
            if identity not in found:
                found.add(identity)
                pending.extend(self.callers.get(self.names.get(identity, ""), ()))
        return frozenset(found)


def graph_of(backend: Backend) -> Graph:
    """The graph of a project, tests left aside."""
    found = Graph({}, {}, [])
    project = backend.project
    named = {each.scope.name for each in backend.functions}
    models = {cls.scope.name for cls in backend.classes if project.derives(cls, *MODELS)} | WRITERS
    for function in backend.functions:
        identity = id(function)
        last = function.scope.name
        if last == "__init__" and function.owner is not None:
            last = function.owner.scope.name
        found.names[identity] = last
        if _writes_item(function):
            found.writers.append(identity)
        if function.is_module:
            _note_tables(function, found)
        elif _runs_what_it_names(function):
            for each in _named(function):
                found.callers.setdefault(each, set()).add(identity)
        for call in function.scope.calls:
            callee = call.callee
            if isinstance(callee, Ref):
                called = callee.name.rpartition(".")[2].lstrip(":$")
            elif isinstance(callee, Attr):
                called = callee.name
            else:
                continue
            found.callers.setdefault(called, set()).add(identity)
            for handed in _handed_on(call, called):
                if handed in named or handed in LAST_NAMES:
                    found.callers.setdefault(handed, set()).add(identity)
            if _fills_row(call, called, models):
                found.writers.append(identity)
    return found


def _note_tables(module: Function, found: Graph) -> None:
    """Take a table of functions, such as `HANDLERS = {"a": handle}`, for something that calls all of them."""
    for statement in module.scope.statements:
        if isinstance(statement, Assign) and isinstance(statement.value, (Mapping, Sequence)):
            target = statement.targets[0]
            if len(statement.targets) == 1 and type(target) is Ref:
                found.names[id(statement)] = _last(target)
                for each in walk(statement.value):
                    if type(each) is Ref:
                        found.callers.setdefault(_last(each), set()).add(id(statement))


def _runs_what_it_names(function: Function) -> bool:
    """Whether a function calls what one of its own names, or an item of a table, stands for."""
    return any(
        (each.callee.name[0] == "$" and "." not in each.callee.name)
        if type(each.callee) is Ref
        else type(each.callee) is not Attr
        for each in function.scope.calls
    )


def _named(function: Function) -> Iterator[str]:
    """The last names of all that a function assigns, loops over, or calls by an expression."""
    scope = function.scope
    values = [each.value for each in scope.statements if type(each) is Assign]
    values += [each.subject for each in scope.blocks]
    values += [each.callee for each in scope.calls if type(each.callee) is not Ref]
    for value in values:
        for each in () if value is None else walk(value):
            if type(each) is Ref and (each.name[0] != "$" or "." in each.name):
                yield _last(each)
                yield each.name.rpartition(".")[0].rpartition(".")[2].lstrip(":$")
            elif type(each) is Result:
                callee = scope.calls[each.call].callee
                if type(callee) is Ref:
                    # `TABLE.get(key)`
                    yield callee.name.rpartition(".")[0].rpartition(".")[2].lstrip(":$")


def _last(ref: Ref) -> str:
    return ref.name.rpartition(".")[2].lstrip(":$")


def _writes_item(function: Function) -> bool:
    """Whether a function writes into a mapping that is a sink by itself, such as a session."""
    for statement in function.scope.statements:
        if type(statement) is Assign:
            for target in statement.targets:
                if type(target) is Item and type(target.base) is Ref:
                    if target.base.name.rpartition(".")[2].lstrip(":$") in ITEM_NAMES:
                        return True
    return False


def _fills_row(call: Call, called: str, models: Set[str]) -> bool:
    """Whether a call may take the names of what it writes from a value."""
    if called == "setattr":
        return len(call.args) == 3 and not isinstance(call.args[1], Constant)
    return called in models and any(name == "**" for name, _ in call.keywords)


def _handed_on(call: Call, called: str) -> Iterator[str]:
    """Last names of what a call may run later: what it is given by name, and a task that is queued."""
    if called in QUEUED and isinstance(call.callee, Ref):
        yield call.callee.name.rpartition(".")[0].rpartition(".")[2].lstrip(":$")
    for each in call.args:
        if type(each) is Ref and (each.name[0] != "$" or "." in each.name):
            yield each.name.rpartition(".")[2].lstrip(":")
    for _, value in call.keywords:
        if type(value) is Ref and (value.name[0] != "$" or "." in value.name):
            yield value.name.rpartition(".")[2].lstrip(":")
