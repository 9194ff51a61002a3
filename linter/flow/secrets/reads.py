"""Where a program reads its own secrets: settings, the environment, `SecretStr`, columns of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from linter.facts.expressions import (
    Attr,
    Constant,
    Expr,
    Item,
    Operation,
    Ref,
    Result,
    Template,
    children,
)
from linter.facts.scopes import Assign, Evaluate, Raise, Return
from linter.flow.places import name_of
from linter.flow.scans import digest_of
from linter.flow.sinks.models import MODELS
from linter.frameworks.environment import READERS, READING_OBJECTS, SETTINGS_CLASSES
from linter.resolve.definitions import Class, Function
from linter.resolve.project import Variable
from linter.secrecy import LAST_WORDS, secrecy

if TYPE_CHECKING:
    from linter.backend import Backend
    from linter.facts.scopes import Call, Scope
    from linter.flow.engine import Engine
    from linter.resolve.definitions import Definition

_NAMING = "naming "
REVEALING = "get_secret_value"
"""The method by which pydantic's secrets are told."""
DJANGO_SETTINGS = "django.conf.settings"
_ENVIRONMENT = frozenset({"os.environ", "os.environb"})
_CONFIGS = (".config", ".Config")
_TEXT = frozenset({None, "str", "bytes"})


def is_secret(name: str) -> bool:
    """Whether what has this name is certainly a secret."""
    return name.rstrip("_").lower().endswith(LAST_WORDS) and secrecy(name) == "secret"


def reads_environment(name: str) -> bool:
    """Whether a call of this canonical name gives what the environment holds under a key."""
    return name in READERS or name in READING_OBJECTS


def is_environment(name: str) -> bool:
    """Whether a thing of this canonical name is the environment, as a mapping."""
    return name in _ENVIRONMENT


def is_framework_config(name: str) -> bool:
    """Whether a thing of this canonical name is the mapping of settings of a Flask-like application."""
    return name.startswith(("flask.", "quart.", "sanic.")) and name.endswith(_CONFIGS)


class Declared:
    """What the classes of a project declare to be secret: fields of settings, columns of rows."""

    def __init__(self, backend: Backend) -> None:
        self._project = backend.project
        self._holders: dict[int, bool] = {}
        self._classes: list[Class] = []
        self.names = frozenset(
            name
            for cls in backend.classes
            for name in cls.attributes
            if is_secret(name) and self._is_holder(cls)
        )

    @property
    def holders(self) -> Iterator[str]:
        """The ids of the classes that were asked for what they declare, and declare such a thing."""
        return (each.id for each in self._classes if self._holders[id(each)])

    def _is_holder(self, cls: Class) -> bool:
        found = self._holders.get(id(cls))
        if found is None:
            self._classes.append(cls)
            found = self._holders[id(cls)] = bool(cls.scope.bases) and self._project.derives(
                cls, *SETTINGS_CLASSES, *MODELS
            )
        return found

    def is_field(self, cls: Class, name: str) -> bool:
        """Whether a field of a class of settings or of rows holds a secret as plain text."""
        if name not in self.names or not self._is_holder(cls):
            return False
        found = self._project.member(cls, name)
        target = None if found is None else found.target
        if not isinstance(target, Variable) or not isinstance(target.holder, Class):
            return False
        annotation = target.assign.annotation
        return annotation is None or self._project.annotated_type(target.holder, annotation) in _TEXT

    def family(self, cls: Class, name: str) -> str:
        """What a field that holds a secret is: a `column` of rows, or another `secret`."""
        return "secret" if self._project.derives(cls, *SETTINGS_CLASSES) else "column"

    def is_setting(self, variable: Variable) -> bool:
        """Whether a variable of a module or class takes a secret from the environment."""
        value = variable.assign.value
        return value is not None and self._is_read(variable.holder, value)

    def _is_read(self, holder: Definition, value: Expr) -> bool:
        if isinstance(value, Item):
            return isinstance(value.base, Ref) and is_environment(value.base.name)
        if not isinstance(value, Result):
            return False
        called = self._project.callee(holder, holder.scope.calls[value.call])
        if isinstance(called.target, Variable):
            return self._project.type_of_variable(called.target) in READING_OBJECTS
        return reads_environment(called.name)


def naming(engine: Engine, names: frozenset[str]) -> list[Function]:
    """The functions of the project that may read a secret under one of some names; the question is traced."""
    engine.looks_at(_NAMING + "\0".join(sorted(names)))
    return _naming(engine, names)


def named_in(engine: Engine, key: str) -> list[str] | None:
    """What `naming` answers to the question that a key stands for; None for the key of anything else."""
    if not key.startswith(_NAMING):
        return None
    names = frozenset(key.removeprefix(_NAMING).split("\0"))
    return [name_of(each) for each in _naming(engine, names)]


def _naming(engine: Engine, names: frozenset[str]) -> list[Function]:
    question = f"names a secret {digest_of(names)}"
    return engine.scans.among(question, engine.backend.functions, Readers(names).may_read)


class Readers:
    """Finds the functions that may read a secret themselves, by names alone.

    `declared` are the names of attributes that hold one.
    """

    def __init__(self, declared: frozenset[str]) -> None:
        self._declared = declared
        self._known: dict[str, bool] = {}

    def may_read(self, function: Function) -> bool:
        """Whether a function may read a secret."""
        scope = function.scope
        return any(_reads_by_key(call) for call in scope.calls) or self._any(_expressions(scope))

    def _any(self, pending: list[Expr]) -> bool:
        known = self._known
        while pending:
            expr = pending.pop()
            kind = type(expr)
            if kind is Constant or kind is Result:
                continue
            if kind is Ref:
                name = expr.name  # type: ignore[union-attr]
                found = known.get(name)
                if found is None:
                    found = known[name] = self._names_secret(name)
                if found:
                    return True
                continue
            if kind is Attr and expr.name in self._declared:  # type: ignore[union-attr]
                return True
            if kind is Item and _is_secret_text(expr.key):  # type: ignore[union-attr]
                return True
            pending.extend(children(expr))
        return False

    def _names_secret(self, name: str) -> bool:
        first, *rest = name.lstrip(":.").split(".")
        if name[0] == "$":
            return not self._declared.isdisjoint(rest)
        return any(each in self._declared or is_secret(each) for each in (first, *rest))

    def derived(self, modules: Iterable[Function]) -> Iterator[str]:
        """Names of variables of modules whose value is made of one that may be a secret."""
        for module in modules:
            for statement in module.scope.statements:
                if isinstance(statement, Assign) and isinstance(statement.value, (Template, Operation)):
                    if self._any([statement.value]):
                        names = [each.name for each in statement.targets if isinstance(each, Ref)]
                        yield from (name.lstrip(":") for name in names if "." not in name)


def _expressions(scope: Scope) -> list[Expr]:
    found: list[Expr] = []
    for statement in scope.statements:
        kind = type(statement)
        if kind is Assign or kind is Return or kind is Evaluate:
            if statement.value is not None:  # type: ignore[union-attr]
                found.append(statement.value)  # type: ignore[union-attr]
        elif kind is Raise and statement.exception is not None:  # type: ignore[union-attr]
            found.append(statement.exception)  # type: ignore[union-attr]
    for call in scope.calls:
        found.append(call.callee)
        found += call.args
        found += [value for _, value in call.keywords]
    found += [block.subject for block in scope.blocks if block.subject is not None]
    return found


def _reads_by_key(call: Call) -> bool:
    """Whether a call may tell a secret, or look one up by a constant name."""
    return call.last_name == REVEALING or (bool(call.args) and _is_secret_text(call.args[0]))


def _is_secret_text(expr: Expr) -> bool:
    return isinstance(expr, Constant) and isinstance(expr.value, str) and is_secret(expr.value)


def receiver_name(call: Call) -> str:
    """How the code writes what a method is called on; empty for what has no plain name."""
    callee = call.callee
    if isinstance(callee, Ref):
        return callee.name.rpartition(".")[0].lstrip(":$.")
    return callee.base.name.lstrip(":$.") if isinstance(callee, Attr) and isinstance(callee.base, Ref) else ""
