"""Cheap bounds on radon's measures: what certainly keeps a limit is not measured.

Each bound is on the safe side, so that measuring what is left gives the same findings as measuring all.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator

_DECISIONS = (b"if", b"for", b"while", b"except", b"else", b"and", b"or", b"assert", b"case")
"""Words behind every point that radon counts; each may stand in other words as well."""

_HOLDERS = (ast.ClassDef, ast.If, ast.Try, ast.With, ast.AsyncWith, ast.For, ast.AsyncFor, ast.While)
_LONGEST_STATEMENT = 400


def decisions(data: bytes) -> int:
    """At least as many decision points as the source has."""
    return sum(data.count(word) for word in _DECISIONS)


def may_be_complex(data: bytes, limit: float) -> bool:
    """Whether a function of a file can be more complex than `limit`."""
    return decisions(data) + 1 > limit


def may_be_hard_to_maintain(data: bytes, lines: int, limit: float) -> bool:
    """Whether the maintainability index of a file can be below `limit`.

    The index falls with the Halstead volume, the complexity and the logical lines: each is taken at a value
    that it cannot exceed, and comments, which raise it, as absent.
    """
    if not lines:
        return False
    most_tokens = max(len(data) / 2, 2.0)
    volume = most_tokens * math.log2(most_tokens)
    logical = 2 * lines + data.count(b";")
    index = 171 - 5.2 * math.log(volume) - 0.23 * (decisions(data) + 1) - 16.2 * math.log(logical)
    return index * 100 / 171 < limit


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
