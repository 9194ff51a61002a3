"""What a class body and its bases declare: attributes with their annotations, decorators, inner classes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from linter.facts.expressions import Expr, Item, Operation, Ref, Result
from linter.facts.scopes import Assign, Call, Delete
from linter.finding import Location
from linter.resolve.definitions import Class, Definition, Function
from linter.resolve.project import Project
from linter.resolve.values import Made, Value, Values
from linter.shapes.lineage import Ancestor


class Declaration(NamedTuple):
    """An attribute that a class body assigns or annotates: what is assigned, and the declared type."""

    name: str
    value: Value | None
    annotation: Value | None
    location: Location


def of_class(ancestor: Ancestor) -> Iterator[Declaration]:
    """The attributes of one class of a lineage, in source order."""
    cls = ancestor.cls
    for name, assign in () if cls is None else cls.attributes.items():
        assert cls is not None
        yield Declaration(
            name,
            None if assign.value is None else Value(cls, assign.value),
            None if assign.annotation is None else Value(cls, assign.annotation, ancestor.bound),
            cls.module.locate(assign.span),
        )


def inherited(lineage: Iterable[Ancestor]) -> dict[str, Declaration]:
    """The attributes of a class and its bases: bases first, the nearest declaration of each name.

    One that only assigns a new default keeps the type that a base declares.
    """
    found: dict[str, Declaration] = {}
    for ancestor in reversed(tuple(lineage)):
        for declaration in of_class(ancestor):
            before = found.get(declaration.name)
            if declaration.annotation is None and before is not None:
                declaration = declaration._replace(annotation=before.annotation)
            found[declaration.name] = declaration
    return found


class Decorated(NamedTuple):
    """A decorator of a definition: its canonical name, and the call when it is one."""

    name: str
    made: Made | None


def decorators(project: Project, definition: Definition) -> Iterator[Decorated]:
    """The decorators of a class or function, outermost first."""
    parent = definition.parent
    if parent is None:
        return
    for decorator in definition.head.decorators:
        if isinstance(decorator.value, Result):
            call: Call = parent.scope.calls[decorator.value.call]
            callee = project.callee(parent, call)
            yield Decorated(callee.name, Made(Value(parent, decorator.value), call, callee))
        elif isinstance(decorator.value, Ref):
            yield Decorated(project.reference(parent, decorator.value.name).name, None)


def inner_class(lineage: Iterable[Ancestor], name: str) -> Iterator[Class]:
    """The classes of one name (`Meta`, `Config`) inside a class and its bases, nearest first."""
    for ancestor in lineage:
        inner = None if ancestor.cls is None else ancestor.cls.children.get(name)
        if isinstance(inner, Class):
            yield inner


def methods(lineage: Iterable[Ancestor]) -> Iterator[Function]:
    """The methods of a class and its bases, nearest first; overridden ones are left out."""
    seen: set[str] = set()
    for ancestor in lineage:
        for name, method in () if ancestor.cls is None else ancestor.cls.methods.items():
            if name not in seen:
                seen.add(name)
                yield method


def alters(method: Function, name: str) -> bool:
    """Whether a method adds to, or takes from, the dictionary `self.name`."""
    wanted = f".{name}"
    for statement in method.scope.statements:
        if isinstance(statement, (Assign, Delete)):
            for target in statement.targets:
                if isinstance(target, Item) and _is_own(target.base, wanted):
                    return True
    changing = tuple(f"{wanted}.{verb}" for verb in ("pop", "update", "setdefault", "clear", "popitem"))
    return any(
        isinstance(callee := call.callee, Ref) and callee.name[0] == "$" and callee.name.endswith(changing)
        for call in method.scope.calls
    )


def _is_own(expr: Expr, ending: str) -> bool:
    return isinstance(expr, Ref) and expr.name[0] == "$" and expr.name.endswith(ending)


def is_ellipsis(value: Value | None) -> bool:
    """Whether a value is `...`, which stands for a missing default."""
    return value is not None and isinstance(value.expr, Operation) and value.expr.operator == "?"


def made_by(values: Values, value: Value | None) -> list[Made]:
    """The call that makes a value; before it, the call of a function of the project that returns it."""
    made = values.made(value)
    if made is None:
        return []
    inner = values.made(values.returned(made)) if isinstance(made.callee.target, Function) else None
    return [made] if inner is None else [made, inner]


def last_name(made: Made | None) -> str:
    """The last part of the name of what is called; empty for no call."""
    return "" if made is None else made.name.rpartition(".")[2]
