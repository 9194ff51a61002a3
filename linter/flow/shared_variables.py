"""Variables of modules that functions fill: what one request leaves there, another one finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from linter.facts.expressions import Attr, Expr, Item, Ref, Result, children
from linter.facts.scopes import Assign
from linter.flow.scans import Scans, digest_of
from linter.resolve.definitions import Class, Function
from linter.resolve.project import Variable

if TYPE_CHECKING:
    from linter.resolve.project import Project

_GROWS = frozenset(
    {"append", "extend", "add", "update", "insert", "setdefault", "appendleft", "put", "put_nowait"}
)


class SharedVariables:
    """The variables of modules that the functions of a project write into."""

    def __init__(self, project: Project, functions: list[Function], scans: Scans) -> None:
        self._scans = scans
        self._project = project
        self._functions = functions

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of these variables."""
        question = "writes into something"
        writing = self._scans.among(question, self._functions, _writes)
        return frozenset(name for function in writing for name in self._written(function))

    @property
    def touching(self) -> Iterator[int]:
        """The functions that read or write such a variable, by its name."""
        names = self.names
        if names:
            question = f"mentions {digest_of(names)}"
            found = self._scans.among(question, self._functions, lambda each: _mentions(each, names))
            yield from map(id, found)

    def _written(self, function: Function) -> Iterator[str]:
        yield from function.scope.globals
        for name, own in _heads(function):
            yield from self._variable(function, name, own)

    def _variable(self, function: Function, name: str, own: bool = False) -> Iterator[str]:
        """The name of a variable of a module; with `own` one that holds an instance of the project's."""
        if name[0] == "$":
            return
        found = self._project.resolve(function.module, name).target
        if isinstance(found, Variable) and not isinstance(found.holder, Class):
            if not own or isinstance(self._held(found), Class):
                yield found.name

    def _held(self, variable: Variable) -> object:
        kind = self._project.type_of_variable(variable)
        return None if kind is None else self._project.by_id(kind)


def _writes(function: Function) -> bool:
    """Whether a function writes to a name of a module, or into something that is named there."""
    return bool(function.scope.globals) or any(name[0] != "$" for name, _ in _heads(function))


def _heads(function: Function) -> Iterator[tuple[str, bool]]:
    """The names of what a function writes into; whether only an instance of the project's counts."""
    for statement in function.scope.statements:
        for target in statement.targets if isinstance(statement, Assign) else ():
            if isinstance(target, (Item, Attr)) and isinstance(target.base, Ref):
                yield target.base.name, False
            elif isinstance(target, Ref) and target.name[0] in ":." and "." in target.name[1:]:
                yield target.name.rpartition(".")[0], False
    for call in function.scope.calls:
        callee = call.callee
        if isinstance(callee, Ref) and callee.name[0] != "$":
            head, dot, last = callee.name.rpartition(".")
            if dot and head.strip(":.") and (last in _GROWS or callee.name[0] == ":"):
                yield head, last not in _GROWS
        elif isinstance(callee, Attr) and callee.name in _GROWS and isinstance(callee.base, Item):
            if isinstance(callee.base.base, Ref):
                yield callee.base.base.name, False


def _mentions(function: Function, names: frozenset[str]) -> bool:
    scope = function.scope
    pending: list[Expr] = []
    for statement in scope.statements:
        pending += [each for each in (getattr(statement, "value", None),) if each is not None]
        pending += getattr(statement, "targets", ())
    for call in scope.calls:
        pending += [call.callee, *call.args, *[value for _, value in call.keywords]]
    pending += [each.subject for each in scope.blocks if each.subject is not None]
    return any(_is_named(each, names) for each in _refs(pending))


def _refs(pending: list[Expr]) -> Iterable[Ref]:
    while pending:
        expr = pending.pop()
        if isinstance(expr, Ref):
            yield expr
        elif not isinstance(expr, Result):
            pending.extend(children(expr))


def _is_named(ref: Ref, names: frozenset[str]) -> bool:
    return ref.name[0] != "$" and not names.isdisjoint(ref.name.lstrip(":.").split("."))
