"""SQL strings of Python code and the database calls that take them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from linter.facts.expressions import Constant, Expr, Ref, Result, walk
from linter.facts.scopes import Assign
from linter.facts.spans import Span, unpack
from linter.facts.sql import SqlStatement
from linter.resolve.definitions import Definition, Module
from linter.resolve.project import Project, Variable

_DEEP = 4


class SqlString(NamedTuple):
    """A statement and the scope that holds its string."""

    statement: SqlStatement
    holder: Definition


class SqlStrings:
    """Finds the statements in the arguments of a call."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._by_scope: dict[tuple[str, int], list[SqlStatement]] = {}
        for path, module in project.modules.items():
            for statement in module.facts.sql:
                self._by_scope.setdefault((path, statement.scope), []).append(statement)

    @property
    def modules(self) -> Iterator[Module]:
        """Modules that hold SQL strings, by path."""
        for path in dict.fromkeys(path for path, _ in self._by_scope):
            yield self.project.modules[path]

    def within(self, holder: Definition) -> list[SqlStatement]:
        """The statements whose strings stand in a scope."""
        return self._by_scope.get((holder.module.path, holder.index), [])

    def of_call(self, holder: Definition, index: int) -> list[SqlString]:
        """The statements that a call gets, directly, through other calls or through names."""
        call = holder.scope.calls[index]
        arguments = [*call.args, *(value for _, value in call.keywords)]
        return self.of_arguments(holder, index, arguments, whole=True)

    def of_arguments(
        self, holder: Definition, index: int, arguments: Iterable[Expr], *, whole: bool = False
    ) -> list[SqlString]:
        """The statements in some arguments of the call `index`; `whole` when these are all that it has."""
        if not self._by_scope:
            return []
        calls, names, texts = self._parts(holder, arguments)
        found: list[SqlString] = []
        for statement in self.within(holder):
            direct = statement.call == index and (whole or _is_one_of(statement.text, texts))
            if direct or statement.call in calls:
                found.append(SqlString(statement, holder))
        for name in names:
            found += self._named(holder, name, 0)
        return list({id(each.statement): each for each in found}.values())

    def _parts(self, holder: Definition, arguments: Iterable[Expr]) -> tuple[set[int], list[str], list[str]]:
        """Calls, names and constant texts in arguments, those of inner calls included."""
        calls: set[int] = set()
        names: list[str] = []
        texts: list[str] = []
        pending = list(arguments)
        while pending:
            for each in walk(pending.pop()):
                if isinstance(each, Result) and each.call not in calls:
                    calls.add(each.call)
                    inner = holder.scope.calls[each.call]
                    pending += [inner.callee, *inner.args, *(value for _, value in inner.keywords)]
                elif isinstance(each, Ref):
                    names.append(each.name)
                elif isinstance(each, Constant) and isinstance(each.value, str):
                    texts.append(each.value)
        return calls, names, texts

    def _named(self, holder: Definition, name: str, depth: int) -> list[SqlString]:
        """The statements in what a name is assigned."""
        if depth > _DEEP:
            return []
        if name[0] == "$":
            local = name[1:].partition(".")[0]
            current: Definition | None = holder
            while current is not None:
                if local in current.assignments:
                    return self._assigned(current, current.assignments[local], depth)
                current = current.parent
            return []
        target = self.project.reference(holder, name).target
        if isinstance(target, Variable):
            return self._assigned(target.holder, [target.assign], depth)
        return []

    def _assigned(self, holder: Definition, assigns: list[Assign], depth: int) -> list[SqlString]:
        found = [
            SqlString(statement, holder)
            for assign in assigns
            for statement in self.within(holder)
            if _is_inside(statement.span, assign.span)
        ]
        if not found:
            for assign in assigns[:3]:
                if isinstance(assign.value, Ref):
                    found += self._named(holder, assign.value.name, depth + 1)
        return found


def _is_one_of(text: str, texts: list[str]) -> bool:
    """Whether a statement was cut out of one of the texts, or begins with one in front of a hole."""
    return any(text in each or (each.strip() and text.startswith(each.strip())) for each in texts)


def _is_inside(inner: Span, outer: Span) -> bool:
    """Whether a string starts on a line of an assignment; two seldom share a line."""
    first, last = unpack(inner), unpack(outer)
    return last.line <= first.line <= last.end_line
