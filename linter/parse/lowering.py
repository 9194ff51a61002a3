"""Rewrites syntax of newer Pythons into syntax that the running interpreter parses.

Only the statements that `ast` refuses are touched, and of those only the few places that are new:

    type X[T] = list[T]          X         = list[T]
    class A[T: int = str](B):    class A             (B):
    def f[T](x: T):              def f   (x: T):
    except A, B:                 except(A, B):
    lazy import a                import      a
    [*row for row in rows]       [(*row,) for row in rows]
    f'{a['b']} {c!r:>{d}}'       __backlint_formatted__([(a['b'])], ' ', [(c), 'r', …('>', [(d)])])
    t'{a}'                       __backlint_template__(f'{a}')

Every token keeps its line. It keeps its column too, unless a rewritten string, alias, import, clause
or comprehension stands before it on that line. Type parameters are erased with bounds and defaults.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from threading import Thread, stack_size
from typing import TypeVar

from linter.parse.segments import Segment, segments

RESERVED = "__backlint_"
"""What the names that `lower` brings in begin with."""

TEMPLATE = "__backlint_template__"
"""A t-string becomes a call of this name; its only argument is the f-string of the same content."""

FORMATTED = "__backlint_formatted__"
"""An f-string that the interpreter cannot parse becomes a call of this name; `restore` undoes it.

The arguments are the constant pieces, and for each hole a list: the value, the letter of the
conversion or an empty string, and the format spec as another such call.
"""

REFUSALS = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)
"""Everything that `ast.parse` raises for some text."""

# LibCST's parser is recursive native code: without a guard, deep text kills the process. So the depth
# of a statement is bounded first, and the stack made large enough for that bound. The hungriest
# shapes were measured at 10 kB for a bracket and 8 kB for another token, so 10 MB at the bounds of
# `segments`. A thread of its own, since the size of the main stack is not ours to choose.
_STACK = 64 * 1024 * 1024

_T = TypeVar("_T")


def lower(text: str) -> str | None:
    """`text`, whose line ends are all `\\n`, in the syntax of the running interpreter.

    Statements from the first one on that no Python accepts are left as they are, so that `ast`
    says what is wrong with them. None when a statement is nested deeper than can be parsed safely, or
    when LibCST breaks down over it.
    """
    found = segments(text)
    if found is None:
        return text
    try:
        return _on_deep_stack(lambda: "".join(_lowered(text, found)))
    except RecursionError:
        return None


def _lowered(text: str, found: list[Segment]) -> Iterator[str]:
    for segment in found:
        statement = text[segment.start : segment.end]
        if not _parses(statement):
            if not segment.shallow:
                raise RecursionError
            lowered = _lower_statement(text, segment)
            if lowered is None:
                yield text[segment.start :]
                return
            statement = lowered
        yield statement


def _parses(statement: str) -> bool:
    try:
        ast.parse(statement)
    except REFUSALS:
        return False
    return True


def _lower_statement(text: str, segment: Segment) -> str | None:
    from linter.parse.lowering_edits import lower_statement

    statement = list(text[segment.start : segment.end])
    templates = [offset - segment.start for offset in segment.templates]
    # LibCST cannot join adjacent t-strings. It can join f-strings, which are of equal length.
    for offset in templates:
        statement[offset] = "f"
    return lower_statement("".join(statement), templates)


def _on_deep_stack(function: Callable[[], _T]) -> _T | None:
    """The result of `function`, or what it raises; None when native code panics."""
    results: list[_T] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            results.append(function())
        except BaseException as error:  # a panic of Rust code is no Exception
            failures.append(error)

    usual = stack_size(_STACK)
    try:
        thread = Thread(target=run)
        thread.start()
    finally:
        stack_size(usual)
    thread.join()
    if failures and isinstance(failures[0], Exception):
        raise failures[0]
    return results[0] if results else None


def restore(tree: ast.Module) -> None:
    """Turn the calls of `FORMATTED` in a tree of lowered text back into f-strings, in place."""
    # Inner strings come later in `walk` and must be f-strings before they are moved into outer ones.
    for parent, field, index, call in reversed(list(_formatted_calls(tree))):
        string = ast.copy_location(ast.JoinedStr([_part(argument) for argument in call.args]), call)
        if index is None:
            setattr(parent, field, string)
        else:
            getattr(parent, field)[index] = string


def _formatted_calls(tree: ast.Module) -> Iterator[tuple[ast.AST, str, int | None, ast.Call]]:
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, list):
                for index, item in enumerate(value):
                    if _is_formatted(item):
                        yield parent, field, index, item
            elif _is_formatted(value):
                yield parent, field, None, value


def _is_formatted(node: object) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == FORMATTED


def _part(argument: ast.expr) -> ast.expr:
    if not isinstance(argument, ast.List):
        return argument
    value, *rest = argument.elts
    conversion = ast.literal_eval(rest[0]) if rest else ""
    spec = rest[1] if len(rest) > 1 else None
    hole = ast.FormattedValue(value, ord(conversion) if conversion else -1, spec)
    return ast.copy_location(hole, argument)
