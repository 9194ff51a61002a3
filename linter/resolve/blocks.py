"""What the blocks of a function bind names to."""

from __future__ import annotations

from linter.facts.expressions import Expr, Operation, Ref, Sequence
from linter.resolve.definitions import Function


def block_source(function: Function, name: str) -> Expr | None:
    """The context manager that `with … as name` or the error type that `except … as name` binds."""
    wanted = "$" + name
    for block in function.scope.blocks:
        if block.kind == "with" and isinstance(block.subject, Sequence):
            for target, source in zip(block.targets, block.subject.items, strict=False):
                if isinstance(target, Ref) and target.name == wanted:
                    return source
        elif block.kind in ("for", "except", "comprehension", "case"):
            if any(isinstance(target, Ref) and target.name == wanted for target in block.targets):
                return Operation("?", ())
    return None
