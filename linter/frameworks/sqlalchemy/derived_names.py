"""Table names that code derives from the class's name, worked out for code that is simple enough."""

from __future__ import annotations

import re

from linter.facts.expressions import (
    Attr,
    Comprehension,
    Constant,
    Expr,
    Operation,
    Ref,
    Result,
    Template,
)
from linter.facts.scopes import Call, Return
from linter.resolve.definitions import Function
from linter.resolve.project import Project

_DEEP = 12
_LONGEST = 200

_CAMEL = re.compile(r"((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))")


def snake_case(name: str) -> str:
    """The table name that Flask-SQLAlchemy gives a class."""
    return _CAMEL.sub(r"_\1", name).lower().lstrip("_")


def derived_name(project: Project, function: Function, class_name: str) -> str | None:
    """What a `__tablename__` method returns for a class; None when its code says more than is understood."""
    parameters = function.head.parameters
    if not parameters or len(class_name) > _LONGEST:
        return None
    found = _Evaluation(project, function, {parameters[0].name: _Named(class_name)}, 0).result()
    return found if isinstance(found, str) else None


class _Named(str):
    """The class itself; its `__name__` is this text."""

    __slots__ = ()


class _Unknown(Exception):
    """The code does something that is not understood here."""


class _Evaluation:
    """A call of a function on strings and lists of strings."""

    def __init__(self, project: Project, function: Function, names: dict[str, object], depth: int) -> None:
        self.project = project
        self.function = function
        self.names = names
        self.depth = depth

    def result(self) -> object:
        """The value of the function's only `return`, or None."""
        try:
            return self._run()
        except (_Unknown, RecursionError):
            return None

    def _run(self) -> object:
        if self.depth > _DEEP or (self.function.scope.blocks[1:] and self._branches()):
            raise _Unknown
        returns = [each for each in self.function.scope.statements if isinstance(each, Return)]
        if len(returns) != 1 or returns[0].value is None:
            raise _Unknown
        return self.value(returns[0].value)

    def _branches(self) -> bool:
        return any(block.kind not in ("body", "comprehension") for block in self.function.scope.blocks)

    def value(self, expr: Expr) -> object:
        match expr:
            case Constant(value=value):
                return value
            case Ref(name=name):
                return self._read(name)
            case Template(parts=parts) | Operation(operator="+", operands=parts):
                return "".join(self._text(part) for part in parts)
            case Result(call=index):
                return self._call(self.function.scope.calls[index])
            case Attr(base=base, name="__name__"):
                return str(self._text(base))
            case Comprehension():
                return self._comprehension(expr)
            case _:
                raise _Unknown

    def _text(self, expr: Expr) -> str:
        value = self.value(expr)
        if not isinstance(value, str):
            raise _Unknown
        return value

    def _read(self, name: str) -> object:
        if name[0] != "$":
            raise _Unknown
        root, _, rest = name[1:].partition(".")
        if root in self.names:
            value = self.names[root]
        else:
            assigned = self.function.assignments.get(root, [])
            if len(assigned) != 1 or assigned[0].value is None or assigned[0].operator is not None:
                raise _Unknown
            value = self.value(assigned[0].value)
        if not rest:
            return value
        if rest in ("__name__", "__qualname__") and isinstance(value, _Named):
            return str(value)
        raise _Unknown

    def _call(self, call: Call) -> object:
        callee = call.callee
        if isinstance(callee, Attr):
            return self._method(self.value(callee.base), callee.name, call)
        if isinstance(callee, Ref) and callee.name[0] == "$" and "." in callee.name:
            receiver, _, method = callee.name.rpartition(".")
            return self._method(self._read(receiver), method, call)
        found = self.project.callee(self.function, call)
        if isinstance(found.target, Function):
            return self._project_function(found.target, call)
        if found.name in ("re.sub", "re.split"):
            return self._regular_expression(found.name, call)
        if found.name in ("str", "str.lower") and len(call.args) == 1:
            text = self._text(call.args[0])
            return text.lower() if found.name == "str.lower" else str(text)
        raise _Unknown

    def _project_function(self, function: Function, call: Call) -> object:
        parameters = [parameter.name for parameter in function.head.parameters]
        if function.owner is not None or call.keywords or len(call.args) > len(parameters):
            raise _Unknown
        names = dict(zip(parameters, (self.value(argument) for argument in call.args), strict=False))
        return _Evaluation(self.project, function, names, self.depth + 1)._run()

    def _method(self, receiver: object, method: str, call: Call) -> object:
        arguments = [self.value(argument) for argument in call.args]
        if not isinstance(receiver, str) or call.keywords:
            raise _Unknown
        if method == "join" and len(arguments) == 1 and isinstance(arguments[0], list):
            return receiver.join(arguments[0])
        texts = [each for each in arguments if isinstance(each, str)]
        if len(texts) != len(arguments):
            raise _Unknown
        match method, texts:
            case (("lower" | "upper" | "title" | "capitalize" | "casefold"), []):
                return str(getattr(receiver, method)())
            case (("strip" | "lstrip" | "rstrip"), ([] | [_])):
                return str(getattr(receiver, method)(*texts))
            case (("removesuffix" | "removeprefix"), [affix]):
                return str(getattr(receiver, method)(affix))
            case "replace", [old, new] if len(new) <= _LONGEST:
                return receiver.replace(old, new)[:_LONGEST]
            case "split", [separator] if separator:
                return receiver.split(separator)
            case _:
                raise _Unknown

    def _regular_expression(self, name: str, call: Call) -> object:
        arguments = [self._text(argument) for argument in call.args]
        if call.keywords or not arguments or not _is_harmless(arguments[0]):
            raise _Unknown
        try:
            if name == "re.sub" and len(arguments) == 3 and len(arguments[2]) <= _LONGEST:
                return re.sub(arguments[0], arguments[1], arguments[2])[:_LONGEST]
            if name == "re.split" and len(arguments) == 2 and len(arguments[1]) <= _LONGEST:
                return [part for part in re.split(arguments[0], arguments[1]) if part is not None]
        except (re.error, IndexError, OverflowError):
            pass
        raise _Unknown

    def _comprehension(self, expr: Comprehension) -> list[str]:
        source = self.value(expr.sources[0]) if len(expr.sources) == 1 else None
        target = expr.targets[0]
        if not isinstance(source, list) or not isinstance(target, Ref) or expr.kind == "dict":
            raise _Unknown
        found: list[str] = []
        for item in source:
            inner = _Evaluation(
                self.project, self.function, {**self.names, target.name[1:]: item}, self.depth + 1
            )
            if all(inner.value(condition) for condition in expr.conditions):
                found.append(inner._text(expr.element))
        return found


def _is_harmless(pattern: str) -> bool:
    """Whether a regular expression of the checked project cannot take long on a class's name.

    A repeated group is what makes a match exponential; two repeats on 200 letters are nothing.
    """
    repeats = len(re.findall(r"[*+{]", pattern))
    return len(pattern) <= 60 and repeats <= 2 and re.search(r"\)[*+{?]", pattern) is None
