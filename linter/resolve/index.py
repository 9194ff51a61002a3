"""What stands in all bodies of a project, by the last names that are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from linter.facts.expressions import Attr, Item, Ref
from linter.facts.scopes import Assign, Scope
from linter.file_roles import is_test

if TYPE_CHECKING:
    from linter.resolve.definitions import Function, Module
    from linter.resolve.trace import Trace


class Index:
    """Calls and assignments outside tests, in source order.

    The body of a class stands for a function as well. Nothing counts as looked at because it was searched:
    whoever looks closer at what is found asks for its scope. That something was searched for is traced.
    """

    def __init__(self, modules: Mapping[str, Module], trace: Trace) -> None:
        self._modules = modules
        self._trace = trace

    def calls(self, name: str) -> list[tuple[Function, int]]:
        """The calls of what has that last name: where each stands, and its number there."""
        self._trace.log.append(self._trace.calls(name))
        return self._calls.get(name, [])

    def fills(self, name: str) -> list[tuple[Function, Assign]]:
        """The assignments to an attribute of that name or an item of what has it, and where each stands."""
        self._trace.log.append(self._trace.fills(name))
        return self._fills.get(name, [])

    @cached_property
    def _calls(self) -> dict[str, list[tuple[Function, int]]]:
        found: dict[str, list[tuple[Function, int]]] = {}
        for definition in self._bodies:
            for position, call in enumerate(definition.head.calls):
                found.setdefault(call.last_name, []).append((definition, position))
        return found

    @cached_property
    def _fills(self) -> dict[str, list[tuple[Function, Assign]]]:
        found: dict[str, list[tuple[Function, Assign]]] = {}
        for definition in self._bodies:
            for name, assign in fills_of(definition.head):
                found.setdefault(name, []).append((definition, assign))
        return found

    @property
    def _bodies(self) -> Iterator[Function]:
        for module in self._modules.values():
            if not is_test(module.path):
                yield from module.definitions  # type: ignore[misc]


def fills_of(scope: Scope) -> Iterator[tuple[str, Assign]]:
    """The assignments of a body to attributes and items, with the last name of what is filled."""
    for statement in scope.statements:
        if type(statement) is Assign:
            for target in statement.targets:
                filled = target.base if type(target) is Item else target
                if type(filled) is Attr:
                    yield filled.name, statement
                elif type(filled) is Ref and (filled is not target or "." in filled.name):
                    yield filled.name.rpartition(".")[2].lstrip(":$"), statement
