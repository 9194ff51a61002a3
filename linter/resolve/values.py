"""Values that a declaration is made of: names followed to what they are assigned, constants folded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from linter.facts.expressions import Constant, Expr, Operation, Ref, Result, Sequence, Starred, Template
from linter.facts.scopes import Call, Return
from linter.resolve.definitions import Class, Definition, Function
from linter.resolve.project import Project, Resolved, Variable

_HOPS = 12
_SETTINGS = "django.conf.settings."
_ITEMS = 2000
"""Items of one list that are read; hostile input can repeat a list inside itself."""


class Value(NamedTuple):
    """An expression and the scope in which its names and calls have a meaning.

    `bound` gives values to parameters and loop variables of `holder`.
    """

    holder: Definition
    expr: Expr
    bound: Mapping[str, Value] = {}

    def beside(self, expr: Expr) -> Value:
        """Another expression of the same scope."""
        return Value(self.holder, expr, self.bound)


class Made(NamedTuple):
    """A value that a call makes: the call, where it stands and what it calls."""

    value: Value
    call: Call
    callee: Resolved

    @property
    def name(self) -> str:
        """The canonical name of what is called."""
        return self.callee.name

    def argument(self, position: int, name: str) -> Value | None:
        """A positional or keyword argument."""
        found = self.call.argument(position, name)
        return None if found is None or isinstance(found, Starred) else self.value.beside(found)

    def keyword(self, name: str) -> Value | None:
        """A keyword argument."""
        found = self.call.keyword(name)
        return None if found is None else self.value.beside(found)

    @property
    def args(self) -> tuple[Value, ...]:
        """The positional arguments."""
        return tuple(self.value.beside(argument) for argument in self.call.args)


class Values:
    """Reads values of a project. `settings` are those that `django.conf.settings` gives, by name."""

    def __init__(self, project: Project, settings: Mapping[str, Value] | None = None) -> None:
        self.project = project
        self.settings = settings or {}

    def follow(self, value: Value) -> Value:
        """The value itself, behind names that are assigned once."""
        for _ in range(_HOPS):
            if not isinstance(value.expr, Ref):
                return value
            further = self._assigned(value, value.expr.name)
            if further is None:
                return value
            value = further
        return value

    def _assigned(self, value: Value, name: str) -> Value | None:
        if name[0] == "$":
            if name[1:] in value.bound:
                return value.bound[name[1:]]
            return None if "." in name else local_value(value, name[1:])
        if name.startswith(_SETTINGS):
            return self.settings.get(name[len(_SETTINGS) :])
        target = self.project.reference(value.holder, name).target
        if not isinstance(target, Variable):
            return None
        assign = target.assign
        plain = len(assign.targets) == 1 and isinstance(assign.targets[0], Ref) and assign.operator is None
        return Value(target.holder, assign.value) if plain and assign.value is not None else None

    def constant(self, value: Value | None) -> object:
        """The constant that a value is; `...` when it is not known."""
        if value is None:
            return ...
        value = self.follow(value)
        if isinstance(value.expr, Constant):
            return value.expr.value
        text = self.text(value)
        return ... if text is None else text

    def text(self, value: Value | None, depth: int = 0) -> str | None:
        """The string that a value is, through names, `+`, f-strings and `op.f`."""
        if value is None or depth > _HOPS:
            return None
        value = self.follow(value)
        match value.expr:
            case Constant(value=str(text)):
                return text
            case Operation(operator="+", operands=parts) | Template(parts=parts):
                texts = [self.text(value.beside(part), depth + 1) for part in parts]
                return None if None in texts else "".join(text for text in texts if text is not None)
            case Result():
                return self._text_of_call(value, depth)
            case _:
                return None

    def _text_of_call(self, value: Value, depth: int) -> str | None:
        made = self.made(value)
        if made is None or not made.call.args:
            return None
        if made.name in _TRANSPARENT or made.name.rpartition(".")[2] in ("f", "dedent"):
            return self.text(made.args[0], depth + 1)
        return None

    def flag(self, value: Value | None, default: bool = False) -> bool:
        """The truth of a constant; `default` when it is absent or not known."""
        found = self.constant(value)
        return default if found is ... else bool(found)

    def items(self, value: Value | None) -> list[Value] | None:
        """The items of a list, tuple or set, `+` and `*` included; None when some can't be seen."""
        if value is None:
            return None
        found: list[Value] = []
        return found if self._collect(value, found, 0) else None

    def _collect(self, value: Value, found: list[Value], depth: int) -> bool:
        value = self.follow(value)
        if depth > _HOPS or len(found) > _ITEMS:
            return False
        match value.expr:
            case Sequence(items=items):
                for item in items:
                    if not isinstance(item, Starred):
                        found.append(value.beside(item))
                    elif not self._collect(value.beside(item.value), found, depth + 1):
                        return False
                return True
            case Operation(operator="+", operands=operands):
                return all(self._collect(value.beside(each), found, depth + 1) for each in operands)
            case Result():
                made = self.made(value)
                if made is None or made.name not in ("list", "tuple", "set", "frozenset"):
                    return False
                return not made.call.args or self._collect(made.args[0], found, depth + 1)
            case _:
                return False

    def texts(self, value: Value | None) -> tuple[str, ...] | None:
        """The strings of a list; None when any is not known."""
        items = self.items(value)
        if items is None:
            return None
        texts = [self.text(item) for item in items]
        return None if None in texts else tuple(text for text in texts if text is not None)

    def made(self, value: Value | None) -> Made | None:
        """The call that makes a value, behind names; None when it is not made by a call."""
        if value is None:
            return None
        value = self.follow(value)
        if not isinstance(value.expr, Result):
            return None
        call = value.holder.scope.calls[value.expr.call]
        return Made(value, call, self.project.callee(value.holder, call))

    def returned(self, made: Made) -> Value | None:
        """What a project function returns for the arguments of this call, when it has one `return`."""
        function = made.callee.target
        if not isinstance(function, Function):
            return None
        self.project.trace.always |= self.project.trace.body(function)
        values = [
            statement.value
            for statement in function.scope.statements
            if isinstance(statement, Return) and statement.value is not None
        ]
        return Value(function, values[0], bind(function, made)) if len(values) == 1 else None

    def named(self, value: Value | None) -> Resolved | None:
        """What a name means: a class, a function, a library name; None when it is not a name."""
        if value is None:
            return None
        value = self.follow(value)
        if isinstance(value.expr, Ref):
            return self.project.reference(value.holder, value.expr.name)
        return None


_TRANSPARENT = frozenset(
    {
        "alembic.op.f",
        "sqlalchemy.text",
        "sqlalchemy.sql.quoted_name",
        "sqlalchemy.sql.elements.quoted_name",
        "str",
        "django.utils.translation.gettext_lazy",
        "django.utils.translation.gettext",
    }
)


def bind(function: Function, made: Made) -> dict[str, Value]:
    """The values of a function's parameters for one call of it; those not given have their defaults."""
    parent = function.parent
    assert parent is not None
    bound: dict[str, Value] = {}
    parameters = [each for each in function.head.parameters if each.kind in _POSITIONAL]
    if function.owner is not None and parameters:
        parameters = parameters[1:]
    for parameter in function.head.parameters:
        if parameter.default is not None:
            bound[parameter.name] = Value(parent, parameter.default)
    for parameter, argument in zip(parameters, made.args, strict=False):
        bound[parameter.name] = argument
    for name, expr in made.call.keywords:
        bound[name] = made.value.beside(expr)
    return bound


_POSITIONAL = ("positional-only", "positional")


def call_index(holder: Definition, call: Call) -> int:
    """The position of a call in its scope."""
    return next(index for index, each in enumerate(holder.scope.calls) if each is call)


def local_value(value: Value, name: str) -> Value | None:
    """What a local name is assigned, when it is assigned once."""
    current: Definition | None = value.holder
    while current is not None:
        if isinstance(current, Function) and not current.is_module:
            if any(parameter.name == name for parameter in current.head.parameters):
                return None
            assigned = current.assignments.get(name)
            if assigned is not None:
                sole = assigned[0]
                known = len(assigned) == 1 and len(sole.targets) == 1 and sole.operator is None
                bound = value.bound if current is value.holder else {}
                return Value(current, sole.value, bound) if known and sole.value is not None else None
        current = current.parent
    return None


def class_body(cls: Class) -> Iterator[tuple[str, Value, Expr | None]]:
    """The names that a class body assigns or annotates: name, value (or an unknown), annotation."""
    for name, assign in cls.attributes.items():
        yield name, Value(cls, assign.value or _NOTHING), assign.annotation


_NOTHING = Operation("?", ())
