"""The classes that a class inherits from, in the order in which Python looks them up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from linter.facts.expressions import Constant, Expr, Item, Ref, Sequence
from linter.resolve.definitions import Class
from linter.resolve.project import Project, Variable
from linter.resolve.values import Value

_DEEP = 60
"""Levels of inheritance that are followed."""


class Ancestor(NamedTuple):
    """A class of a lineage: its name, the class when it is in the project, and its type arguments.

    `bound` maps the type variables of the class to the types that a subclass gives them.
    """

    name: str
    cls: Class | None
    bound: Mapping[str, Value] = {}
    arguments: tuple[Value, ...] = ()


class Lineages:
    """Reads lineages, with memory per class."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[int, tuple[Ancestor, ...]] = {}

    def of(self, cls: Class) -> tuple[Ancestor, ...]:
        """The class itself first, then its bases, nearest first."""
        return self._of(Ancestor(cls.name, cls), 0)

    def _of(self, first: Ancestor, depth: int) -> tuple[Ancestor, ...]:
        cls = first.cls
        if cls is None or depth > _DEEP:
            return (first,)
        known = self._known.get(id(cls))
        if known is None:
            # A class that inherits from itself is an error in Python; here it ends the walk.
            self._known[id(cls)] = (Ancestor(cls.name, cls),)
            lines = [list(self._of(base, depth + 1)) for base in self._bases(cls)]
            order = [line[0] for line in lines] if len(lines) > 1 else []
            known = (Ancestor(cls.name, cls), *_merged([*lines, order]))
            if depth < _DEEP:
                self._known[id(cls)] = known
        return (first, *(_rebound(each, first.bound) for each in known[1:]))

    def _bases(self, cls: Class) -> Iterator[Ancestor]:
        holder = cls.parent
        assert holder is not None
        for expr, found in zip(cls.head.bases, self._project.bases(cls), strict=True):
            target = found.target
            name = found.name
            if isinstance(target, Variable):
                behind = self._project.class_behind(target)
                kind = None if behind is not None else self._project.type_of_variable(target)
                target = behind if kind is None else self._project.by_id(kind)
                name = behind.name if behind is not None else kind or name
            base = target if isinstance(target, Class) else None
            arguments = tuple(Value(holder, each) for each in _arguments(expr))
            bound = {} if base is None else dict(zip(self._variables(base), arguments, strict=False))
            yield Ancestor(name, base, bound, arguments)

    def _variables(self, cls: Class) -> list[str]:
        """The type variables of a generic class, as references."""
        for expr in cls.head.bases:
            named = [each.name for each in _arguments(expr) if isinstance(each, Ref)]
            variables = [name for name in named if self._is_variable(cls, name)]
            if variables:
                return variables
        return []

    def _is_variable(self, cls: Class, name: str) -> bool:
        holder = cls.parent
        target = None if holder is None else self._project.reference(holder, name).target
        if not isinstance(target, Variable):
            return False
        kind = self._project.type_of(target.holder, target.assign.value)
        return kind is not None and kind.endswith(".TypeVar")


def _arguments(expr: Expr) -> tuple[Expr, ...]:
    if not isinstance(expr, Item):
        return ()
    return expr.key.items if isinstance(expr.key, Sequence) else (expr.key,)


def _rebound(each: Ancestor, outer: Mapping[str, Value]) -> Ancestor:
    """An ancestor of a generic base, with the type variables of the base replaced by its arguments."""
    if not outer or not each.bound:
        return each
    replaced = {name: _replaced(value, outer) for name, value in each.bound.items()}
    return each._replace(bound=replaced, arguments=tuple(_replaced(value, outer) for value in each.arguments))


def _replaced(value: Value, outer: Mapping[str, Value]) -> Value:
    if isinstance(value.expr, Ref):
        return outer.get(value.expr.name, value)
    return value if isinstance(value.expr, Constant) else value._replace(bound={**outer, **value.bound})


def _merged(lines: list[list[Ancestor]]) -> Iterator[Ancestor]:
    """Python's merge of the bases' lineages; where Python would refuse, the first in line is taken."""
    lines = [line for line in lines if line]
    while len(lines) > 1:
        later = {_key(each) for line in lines for each in line[1:]}
        head = next((line[0] for line in lines if _key(line[0]) not in later), lines[0][0])
        yield head
        key = _key(head)
        lines = [kept for line in lines if (kept := [each for each in line if _key(each) != key])]
    yield from lines[0] if lines else ()


def _key(ancestor: Ancestor) -> str:
    return ancestor.name if ancestor.cls is None else ancestor.cls.id
