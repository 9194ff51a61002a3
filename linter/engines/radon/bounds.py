"""Cheap bounds on radon's measures: what certainly keeps a limit is not measured.

Each bound is on the safe side, so that measuring what is left gives the same findings as measuring all. Words
and signs of the text come first; what they leave is weighed by the nodes of its tree.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

_DECISIONS = re.compile(rb"\b(?:if|elif|for|while|except|else|and|or|assert|case|lambda)\b")
"""Words behind every point that radon counts; those in strings and comments count as well."""
_OPERATOR_WORDS = re.compile(rb"\b(?:and|or|not|in|is)\b")
_OPERATOR_SIGNS = (b"+", b"-", b"*", b"/", b"%", b"<", b">", b"&", b"|", b"^", b"~", b"@", b"==", b"!=")
_CODE_LINE = re.compile(rb"^[ \t\f]*[^\s#]", re.MULTILINE)

_HOLDERS = (ast.ClassDef, ast.If, ast.Try, ast.With, ast.AsyncWith, ast.For, ast.AsyncFor, ast.While)
_PERFECT = 100.0
_LONGEST_STATEMENT = 400


def decisions(data: bytes) -> int:
    """At least as many decision points as the source has."""
    return len(_DECISIONS.findall(data))


def operators(data: bytes) -> int:
    """At least as many operators as the source has: signs and words, wherever they stand."""
    signs = sum(data.count(sign) for sign in _OPERATOR_SIGNS) - 2 * data.count(b"->")
    return signs + len(_OPERATOR_WORDS.findall(data))


def may_be_complex(data: bytes, limit: float) -> bool:
    """Whether a function of a file can be more complex than `limit`."""
    return decisions(data) + 1 > limit


def may_be_hard_to_maintain(data: bytes, limit: float) -> bool:
    """Whether the maintainability index of a file can be below `limit`, by the words of its text.

    The index falls with the Halstead volume, the complexity and the logical lines: each is taken at a value
    that it cannot exceed, and comments, which raise it, as absent. An operator has two operands at most for
    each time that it is written.
    """
    lines = len(_CODE_LINE.findall(data)) + data.count(b";")
    if not lines:
        return limit > _PERFECT
    return _least_index(3 * operators(data), decisions(data) + 1, 2 * lines) < limit


def _least_index(operations: int, complexity: int, lines: int) -> float:
    """The index of a file with so many operators and operands, all distinct, and without comments."""
    volume = max(operations, 2) * math.log2(max(operations, 2))
    index = 171 - 5.2 * math.log(volume) - 0.23 * complexity - 16.2 * math.log(max(lines, 1))
    return index * 100 / 171


class Weight(NamedTuple):
    """At least what radon counts in a tree: operators and operands, complexity, logical lines."""

    operations: int
    complexity: int
    lines: int

    def may_be_hard_to_maintain(self, limit: float) -> bool:
        """Whether the maintainability index of the tree's file can be below `limit`."""
        return _least_index(*self) < limit


_OPERATIONS: dict[type[ast.AST], Callable[[Any], int]] = {
    ast.BinOp: lambda node: 3,
    ast.UnaryOp: lambda node: 2,
    ast.BoolOp: lambda node: 1 + len(node.values),
    ast.AugAssign: lambda node: 3,
    ast.Compare: lambda node: 2 * len(node.ops) + 1,
}
_POINTS: dict[type[ast.AST], Callable[[Any], int]] = {
    ast.Try: lambda node: len(node.handlers) + bool(node.orelse),
    ast.TryStar: lambda node: len(node.handlers) + bool(node.orelse),
    ast.BoolOp: lambda node: len(node.values) - 1,
    ast.If: lambda node: 1,
    ast.IfExp: lambda node: 1,
    ast.Match: lambda node: len(node.cases),
    ast.For: lambda node: 2,
    ast.AsyncFor: lambda node: 2,
    ast.While: lambda node: 2,
    ast.comprehension: lambda node: len(node.ifs) + 1,
    ast.Assert: lambda node: 1,
    ast.FunctionDef: lambda node: 1,
    ast.AsyncFunctionDef: lambda node: 1,
}
_COLONS = (ast.AnnAssign, ast.Dict, ast.DictComp, ast.Lambda, ast.Slice)
"""What has a colon inside: radon takes what stands behind the last colon of a line for a line of its own."""
_LINES: dict[type[ast.AST], Callable[[Any], int]] = {
    **dict.fromkeys(_COLONS, lambda node: 1),
    ast.FormattedValue: lambda node: 2,
    ast.ExceptHandler: lambda node: 1,
    ast.match_case: lambda node: 1,
    ast.If: lambda node: bool(node.orelse),
    ast.For: lambda node: bool(node.orelse),
    ast.AsyncFor: lambda node: bool(node.orelse),
    ast.While: lambda node: bool(node.orelse),
    ast.Try: lambda node: bool(node.orelse) + bool(node.finalbody),
    ast.TryStar: lambda node: bool(node.orelse) + bool(node.finalbody),
    ast.FunctionDef: lambda node: len(node.decorator_list),
    ast.AsyncFunctionDef: lambda node: len(node.decorator_list),
    ast.ClassDef: lambda node: len(node.decorator_list),
}


def weigh(tree: ast.AST) -> Weight:
    """Count the nodes of a tree that radon counts, and its statements."""
    operations = lines = 0
    complexity = 1
    pending = [tree]
    while pending:
        node = pending.pop()
        kind = type(node)
        if kind in _OPERATIONS:
            operations += _OPERATIONS[kind](node)
        if kind in _POINTS:
            complexity += _POINTS[kind](node)
        if kind in _LINES:
            lines += _LINES[kind](node)
        if isinstance(node, ast.stmt):
            lines += 1
        for name in kind._fields:
            value = getattr(node, name, None)
            if type(value) is list:
                pending += [each for each in value if isinstance(each, ast.AST)]
            elif isinstance(value, ast.AST) and value._fields:
                pending.append(value)
    return Weight(operations, complexity, lines)


def functions(tree: ast.Module) -> Iterator[tuple[ast.AST, str | None]]:
    """Functions and methods that radon takes for blocks of their own, with the class of a method."""
    pending: list[tuple[ast.AST, str | None]] = [(tree, None)]
    while pending:
        holder, owner = pending.pop()
        for child in ast.iter_child_nodes(holder):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield child, owner
            elif isinstance(child, ast.ClassDef):
                pending.append((child, child.name))
            elif isinstance(child, (*_HOLDERS, ast.ExceptHandler)):
                pending.append((child, owner))


def longest_statement(tree: ast.Module) -> int:
    """Lines of the longest simple statement at the top of a file."""
    simple = (node for node in tree.body if not isinstance(node, (*_HOLDERS, ast.FunctionDef)))
    return max(((node.end_lineno or node.lineno) - node.lineno + 1 for node in simple), default=0)


def is_data(tree: ast.Module) -> bool:
    """Whether a file holds a statement so long that it is data: nobody maintains that as code."""
    return longest_statement(tree) > _LONGEST_STATEMENT
