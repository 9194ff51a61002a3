"""Names that are bound together: `shop, staff = Blueprint(...), Blueprint(...)`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from linter.facts.expressions import Expr, Ref, Sequence, Starred
from linter.facts.scopes import Assign
from linter.resolve.definitions import Definition


class Part(NamedTuple):
    """What one of the names is bound to: the item of the assigned value at `path`."""

    assign: Assign
    path: tuple[int, ...]


@lru_cache(maxsize=512)
def bound_together(holder: Definition) -> dict[str, list[Part]]:
    """The parts that names of a definition are bound to, in source order. Starred names are left out."""
    found: dict[str, list[Part]] = {}
    for statement in holder.scope.statements:
        if isinstance(statement, Assign) and statement.operator is None:
            for target in statement.targets:
                if isinstance(target, Sequence):
                    for name, path in _paths(target, ()):
                        found.setdefault(name, []).append(Part(statement, path))
    return found


def _paths(target: Expr, path: tuple[int, ...]) -> Iterator[tuple[str, tuple[int, ...]]]:
    if isinstance(target, Ref) and "." not in target.name:
        yield target.name.lstrip(":$"), path
    elif isinstance(target, Sequence):
        after = False
        for index, item in enumerate(target.items):
            after = after or isinstance(item, Starred)
            # Behind a starred name items are counted from the end.
            yield from _paths(item, (*path, index - len(target.items) if after else index))
