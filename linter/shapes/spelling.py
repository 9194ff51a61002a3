"""Types as text: what a declaration says once aliases and the like are followed."""

from __future__ import annotations

from collections.abc import Iterator

from linter.facts.expressions import Constant, Expr, Item, Operation, Ref, Result, Sequence
from linter.resolve.definitions import Class
from linter.resolve.project import Project, Resolved, Variable
from linter.resolve.values import Made, Value
from linter.shapes.known import TRANSPARENT

_DEPTH = 16
"""Levels of aliases and type arguments that are followed."""
_STEPS = 2000
"""Parts of one type that are read; aliases of unions of aliases can double at each level."""
_LONGEST = 400
"""Characters of a type that are shown."""
_OUTER = TRANSPARENT | {"Annotated"}
_MADE = {
    "constr": "str",
    "conbytes": "bytes",
    "conint": "int",
    "confloat": "float",
    "condecimal": "Decimal",
    "condate": "date",
    "conlist": "list",
    "conset": "set",
    "confrozenset": "frozenset",
}


class Spelling:
    """Spells types of one project."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._steps = 0

    def of(self, value: Value | None) -> str | None:
        """A type as it is shown: the last names of classes, aliases followed, metadata left out.

        None when it is not known. A type variable that `value` binds is what it is bound to.
        """
        self._steps = 0
        text = None if value is None else self._of(value, 0)
        return text if text is None or len(text) <= _LONGEST else None

    def names(self, value: Value | None) -> Iterator[Resolved]:
        """What stands in a type: its classes, without the generic names around them."""
        self._steps = 0
        if value is not None:
            yield from self._names(value, 0)

    def inner(self, value: Value) -> Value:
        """A type behind aliases, `Annotated` and what else stands around it and changes nothing."""
        for _ in range(_DEPTH):
            further = self._behind(value)
            if further is None:
                break
            value = further
        return value

    def _behind(self, value: Value) -> Value | None:
        """One step nearer to the type itself; None when this is it."""
        match value.expr:
            case Constant(value=str(text)) if is_dotted(text):
                return value.beside(Ref(f":{text}"))
            case Ref(name=name):
                return self._behind_name(value, name)
            case Item(base=Ref(name=name), key=key) if self._last(value, name) in _OUTER:
                return _arguments(value.beside(key))[0]
            case Result():
                return self._behind_call(value)
            case _:
                return None

    def _behind_name(self, value: Value, name: str) -> Value | None:
        if name in value.bound:
            return value.bound[name]
        target = self._project.reference(value.holder, name).target
        if not isinstance(target, Variable) or target.assign.value is None:
            return None
        assigned = Value(target.holder, target.assign.value, value.bound)
        if isinstance(assigned.expr, Result):
            made = self._made(assigned)
            known = made is not None and (
                _last_name(made) in _MADE or self._behind_call(assigned) is not None
            )
            return assigned if known else None
        return assigned if isinstance(assigned.expr, (Ref, Item, Operation)) else None

    def _behind_call(self, value: Value) -> Value | None:
        """What `NewType`, `TypeAliasType` and a bound `TypeVar` stand for."""
        made = self._made(value)
        if made is None:
            return None
        match _last_name(made):
            case "NewType" | "TypeAliasType":
                return made.argument(1, "tp") or made.argument(1, "value")
            case "TypeVar":
                return made.keyword("default") or made.keyword("bound")
            case _:
                return None

    def _of(self, value: Value, depth: int) -> str | None:
        self._steps += 1
        if depth > _DEPTH or self._steps > _STEPS:
            return None
        value = self.inner(value)
        match value.expr:
            case Constant(value=None):
                return "None"
            case Constant(value=constant):
                return repr(constant)
            case Ref(name=name):
                return self._of_name(value, name)
            case Item(base=base, key=key):
                return self._of_generic(value.beside(base), _arguments(value.beside(key)), depth)
            case Operation(operator="|", operands=operands):
                return self._union([value.beside(each) for each in operands], depth)
            case Sequence(items=items):
                return f"[{self._listed([value.beside(each) for each in items], depth)}]"
            case Operation(operator="?", operands=()):
                return "..."
            case Result():
                return self._of_call(value, depth)
            case _:
                return None

    def _of_name(self, value: Value, name: str) -> str | None:
        found = self._project.reference(value.holder, name)
        if isinstance(found.target, Class):
            return found.target.head.name
        return None if found.name.startswith("?") else found.name.rpartition(".")[2].lstrip(":$")

    def _of_generic(self, base: Value, arguments: list[Value], depth: int) -> str | None:
        outer = self._of(base, depth + 1)
        if outer == "Literal":
            return f"Literal[{', '.join(_literal(each.expr) for each in arguments)}]"
        if outer == "Optional":
            return f"{self._of(arguments[0], depth + 1) or '?'} | None"
        if outer == "Union":
            return self._union(arguments, depth)
        return None if outer is None else f"{outer}[{self._listed(arguments, depth)}]"

    def _union(self, members: list[Value], depth: int) -> str:
        return " | ".join(dict.fromkeys(self._of(each, depth + 1) or "?" for each in members))

    def _listed(self, types: list[Value], depth: int) -> str:
        text = ""
        for each in types:
            text += (", " if text else "") + (self._of(each, depth + 1) or "?")
            if len(text) > _LONGEST:
                break
        return text

    def _of_call(self, value: Value, depth: int) -> str | None:
        made = self._made(value)
        if made is None or not made.name.startswith("pydantic."):
            return None
        kind = _MADE.get(_last_name(made))
        if kind in ("list", "set", "frozenset"):
            item = made.argument(0, "item_type")
            return f"{kind}[{'?' if item is None else self._of(item, depth + 1) or '?'}]"
        return kind

    def _names(self, value: Value, depth: int) -> Iterator[Resolved]:
        self._steps += 1
        if depth > _DEPTH or self._steps > _STEPS:
            return
        value = self.inner(value)
        match value.expr:
            case Ref(name=name):
                yield self._project.reference(value.holder, name)
            case Item(base=Ref(name=name), key=key):
                if self._last(value, name) != "Literal":
                    for each in _arguments(value.beside(key)):
                        yield from self._names(each, depth + 1)
            case Operation(operator="|", operands=operands):
                for operand in operands:
                    yield from self._names(value.beside(operand), depth + 1)
            case _:
                pass

    def _last(self, value: Value, name: str) -> str:
        return self._project.reference(value.holder, name).name.rpartition(".")[2]

    def _made(self, value: Value) -> Made | None:
        assert isinstance(value.expr, Result)
        call = value.holder.scope.calls[value.expr.call]
        return Made(value, call, self._project.callee(value.holder, call))


def is_dotted(text: str) -> bool:
    """Whether a string in an annotation is a name and not a text of `Literal`."""
    return len(text) < 300 and all(part.isidentifier() for part in text.split("."))


def _literal(expr: Expr) -> str:
    """A choice of `Literal`; a member of an enumeration by its name."""
    if isinstance(expr, Constant):
        return repr(expr.value)
    return ".".join(expr.name.lstrip(":$").split(".")[-2:]) if isinstance(expr, Ref) else "?"


def _last_name(made: Made) -> str:
    return made.name.rpartition(".")[2]


def _arguments(key: Value) -> list[Value]:
    if isinstance(key.expr, Sequence) and key.expr.items:
        return [key.beside(each) for each in key.expr.items]
    return [key]
