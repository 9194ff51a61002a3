"""The suites of a scope as a tree: what a function's flat blocks and statements are nested like."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias, Union

from linter.facts.expressions import Ref
from linter.facts.scopes import Assign, Block, Scope, Statement
from linter.facts.spans import Span, unpack

_LOW_BITS = 12 + 14
_NOT_SUITES = ("comprehension", "lambda")


class Compound(NamedTuple):
    """A compound statement: its clauses in order, each with its block and suite."""

    kind: str
    clauses: tuple[Clause, ...]


class Clause(NamedTuple):
    """One clause of a compound statement."""

    block: Block
    suite: Suite


Suite: TypeAlias = "tuple[Union[Statement, Compound], ...]"


class Tree:
    """Builds the suites of one scope."""

    def __init__(self, scope: Scope) -> None:
        self._blocks = scope.blocks
        self._own: dict[int, list[tuple[int, int, Statement | int]]] = {}
        self._clauses: dict[int, list[int]] = {}
        order = 0
        for statement in scope.statements:
            order += 1
            self._own.setdefault(statement.block, []).append((statement.span >> _LOW_BITS, order, statement))
        for index, block in enumerate(scope.blocks):
            if index == 0 or block.kind in _NOT_SUITES:
                continue
            if block.opener == index:
                order += 1
                self._own.setdefault(block.parent, []).append((block.span >> _LOW_BITS, order, index))
            else:
                self._clauses.setdefault(block.opener, []).append(index)

    def suite(self, index: int) -> Suite:
        """The statements of a block in source order."""
        steps = self._own.get(index)
        if not steps:
            return ()
        steps.sort(key=lambda step: step[:2])
        reach = _end(self._blocks[index].span) if index else (0, 0)
        found: list[Statement | Compound] = []
        for _, _, step in steps:
            span = self._blocks[step].span if isinstance(step, int) else step.span
            end = _end(span)
            # A `:=` is noted as an assignment as well: it lies inside the statement that evaluates it.
            inside = end <= reach and isinstance(step, Assign) and isinstance(step.targets[0], Ref)
            reach = max(reach, end)
            if isinstance(step, int):
                found.append(self._compound(step))
            elif not inside:
                found.append(step)
        return tuple(found)

    def _compound(self, index: int) -> Compound:
        members = [index, *self._clauses.get(index, ())]
        clauses = tuple(Clause(self._blocks[each], self.suite(each)) for each in members)
        return Compound(self._blocks[index].kind, clauses)


def _end(span: Span) -> tuple[int, int]:
    _, _, line, column = unpack(span)
    return line, column


def suite_of(scope: Scope) -> Suite:
    """The body of a scope as a tree."""
    return Tree(scope).suite(0)
