"""Cheap bounds on radon's measures: what certainly keeps a limit is not measured.

Each bound is on the safe side, so that measuring what is left gives the same findings as measuring all.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator

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
    """Whether the maintainability index of a file can be below `limit`.

    The index falls with the Halstead volume, the complexity and the logical lines: each is taken at a value
    that it cannot exceed, and comments, which raise it, as absent. An operator has two operands at most for
    each time that it is written.
    """
    lines = len(_CODE_LINE.findall(data)) + data.count(b";")
    if not lines:
        return limit > _PERFECT
    most = max(3 * operators(data), 2)
    volume = most * math.log2(most)
    index = 171 - 5.2 * math.log(volume) - 0.23 * (decisions(data) + 1) - 16.2 * math.log(2 * lines)
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
