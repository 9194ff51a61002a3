"""The names in a function that hold an upload, its content, or something that is said of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from linter.facts.expressions import Attr, Binary, Constant, Expr, Item, Operation, Ref, Result, Starred, walk
from linter.facts.scopes import Assign
from linter.resolve.definitions import Function, arguments_of

if TYPE_CHECKING:
    from linter.facts.scopes import Call

_CONTENT = frozenset({"file", "stream", "raw"})
"""Attributes of uploads that are the file inside."""
_GIVING = frozenset({"read", "chunks", "getvalue", "readlines", "get", "getlist", "values", "items", "open"})
"""Methods of uploads, and of their collections, that give the content or a single one."""
_WRAPPING = frozenset({"BytesIO", "iter", "enumerate", "list", "zip"})
_PRESENT = frozenset({"get", "getlist", "read", "isinstance", "hasattr", "strip", "keys", "bool"})


class Marks:
    """Follows uploads through the local names of one function.

    `taken` are parameters that hold one, `sources` the marked references that give them. What is said of
    an upload, such as its name or size, is marked as well, but is no content; `said` are parameters with it.
    """

    def __init__(
        self, function: Function, taken: frozenset[str], sources: frozenset[str], said: frozenset[str]
    ) -> None:
        self._function = function
        self._sources = sources
        self._content = set(taken)
        self._said = set(said)
        size = -1
        while size != len(self._content) + len(self._said):
            size = len(self._content) + len(self._said)
            for target, value in _bound(function):
                if self.is_content(value):
                    self._content.add(target)
                elif self.is_marked(value):
                    self._said.add(target)

    def is_content(self, expr: Expr) -> bool:
        """Whether an expression is an upload or its content."""
        match expr:
            case Ref(name=name):
                if name in self._sources:
                    return True
                head, _, last = name.rpartition(".")
                if name[0] != "$":
                    return False
                return name[1:] in self._content or (last in _CONTENT and head[1:] in self._content)
            case Attr(base=base, name=name):
                return name in _CONTENT and self.is_content(base)
            case Item(base=base):
                return self.is_content(base)
            case Starred(value=value):
                return self.is_content(value)
            case Operation(operator="await" | "or" | "and" | ":=" | "+", operands=operands):
                return any(map(self.is_content, operands))
            case Result(call=index):
                call = self._function.scope.calls[index]
                if call.last_name in _GIVING and self.receiver(call) is not None:
                    return True
                return call.last_name in _WRAPPING and any(map(self.is_content, call.args))
            case _:
                return False

    def holds_content(self, expr: Expr) -> bool:
        """Whether an upload or its content is a part of an argument."""
        return any(self.is_content(each) for each in walk(expr))

    def receiver(self, call: Call) -> Expr | None:
        """The upload or content that a call is a method of."""
        callee = call.callee
        base: Expr | None = None
        if isinstance(callee, Ref) and "." in callee.name:
            base = Ref(callee.name.rpartition(".")[0])
        elif isinstance(callee, Attr):
            base = callee.base
        return (
            base
            if base is not None and len(getattr(base, "name", "$$")) > 1 and self.is_content(base)
            else None
        )

    def is_marked(self, expr: Expr) -> bool:
        """Whether anything in an expression comes from an upload, through calls as well."""
        pending, seen = [expr], set[int]()
        while pending:
            for each in walk(pending.pop()):
                if isinstance(each, Ref):
                    root = each.name.partition(".")[0]
                    if any(each.name == one or each.name.startswith(f"{one}.") for one in self._sources):
                        return True
                    if root[:1] == "$" and (root[1:] in self._content or root[1:] in self._said):
                        return True
                elif isinstance(each, Result) and each.call not in seen:
                    seen.add(each.call)
                    call = self._function.scope.calls[each.call]
                    pending += [call.callee, *arguments_of(call)]
        return False


def _bound(function: Function) -> Iterator[tuple[str, Expr]]:
    """Local names with what they are bound to."""
    for statement in function.scope.statements:
        if isinstance(statement, Assign) and statement.value is not None:
            for target in statement.targets:
                for each in walk(target):
                    if isinstance(each, Ref) and each.name[0] == "$":
                        yield each.name[1:].partition(".")[0], statement.value
    for block in function.scope.blocks:
        if block.subject is not None:
            for target in block.targets:
                for each in walk(target):
                    if isinstance(each, Ref) and each.name[0] == "$":
                        yield each.name[1:].partition(".")[0], block.subject
    for expr in (*(block.subject for block in function.scope.blocks),):
        for each in walk(expr) if expr is not None else ():
            match each:
                case Operation(operator=":=", operands=(Ref(name=name), value)) if name[0] == "$":
                    yield name[1:], value
                case _:
                    pass


def is_presence(function: Function, expr: Expr) -> bool:
    """Whether a test only asks if there is an upload, or a name of one."""
    match expr:
        case Ref() | Attr() | Item() | Constant():
            return True
        case Operation(operator="not" | "await" | "and" | "or" | "is" | "is not", operands=operands):
            return all(is_presence(function, each) for each in operands)
        case Operation(operator=":=", operands=(_, value)):
            return is_presence(function, value)
        case Operation(operator="==" | "!=", operands=operands):
            return any(each in (Constant(""), Constant(None), Binary(b"")) for each in operands)
        case Operation(operator="in" | "not in", operands=(Constant(), Ref(name=name))):
            return name.rpartition(".")[2] in ("files", "FILES")
        case Result(call=index):
            return function.scope.calls[index].last_name in _PRESENT
        case _:
            return False
