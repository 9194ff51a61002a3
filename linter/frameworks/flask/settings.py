"""Flask's configuration: every key that the project's own code gives a value."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from linter.backend import Backend, Setting
from linter.facts.expressions import Attr, Constant, Expr, Item, Mapping, Ref, Result
from linter.facts.scopes import Assign, Call
from linter.facts.spans import Span
from linter.frameworks.flask.names import APPS, PACKAGES
from linter.frameworks.flask.scenes import Value, receiver_of
from linter.frameworks.flask.setup import Setup
from linter.resolve.definitions import Class, Definition, Function, Module

_APP_NAMES = frozenset({"app", "application", "flask_app", "current_app", "server", "self", "_app"})
_ATTRIBUTES = frozenset({"secret_key", "testing", "permanent_session_lifetime"})
"""Attributes of an application that are keys of its configuration in upper case."""
_WRITERS = ("update", "from_mapping", "setdefault", "from_object", "from_pyfile")


def settings(backend: Backend) -> list[Setting]:
    """Configuration values of the project's Flask applications, in path and source order.

    A key that is set in several places gives several settings; the value may be any expression.
    """
    if not PACKAGES & backend.project.imported:
        return []
    found = list(_Reader(backend).run())
    unique = {(each.name, each.location): each for each in found}
    return sorted(unique.values(), key=lambda each: (each.location.path, each.location.line, each.name))


class Config:
    """The settings by key, read when one is first asked for; of several for one key, the last."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def get(self, key: str) -> Setting | None:
        """The setting of a key."""
        return self._settings.get(key)

    @cached_property
    def _settings(self) -> dict[str, Setting]:
        return {each.name: each for each in settings(self._backend)}


class _Reader:
    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._project = backend.project
        self._setup = Setup(backend, lambda holder, call: None)

    def run(self) -> Iterator[Setting]:
        for name in ("config", *sorted(_ATTRIBUTES)):
            for function, assign in self._project.index.fills(name):
                yield from self._assigned(function, assign)
        for name in _WRITERS:
            for site in self._backend.methods_called(name):
                assert site.call is not None
                receiver, _ = receiver_of(site.call.callee)
                if self._is_config(site.function, receiver):
                    yield from self._called(site.function, site.call, name)

    def _assigned(self, function: Function, assign: Assign) -> Iterator[Setting]:
        for target in assign.targets:
            if isinstance(target, Item) and self._is_config(function, target.base):
                yield from self._setting(function, target.key, assign.value, assign.span)
            elif isinstance(target, Ref):
                base, _, last = target.name.rpartition(".")
                if last in _ATTRIBUTES and base.strip(":$") and self._is_app(function, base):
                    yield from self._setting(function, Constant(last.upper()), assign.value, assign.span)

    def _is_config(self, holder: Definition, expr: Expr | None) -> bool:
        """Whether an expression is the `config` of an application."""
        if isinstance(expr, Attr) and expr.name == "config":
            return True
        if not isinstance(expr, Ref):
            return False
        base, _, last = expr.name.rpartition(".")
        return last == "config" and bool(base.strip(".:$")) and self._is_app(holder, base)

    def _is_app(self, holder: Definition, base: str) -> bool:
        """Whether a reference is to an application, as far as its type or else its name says."""
        kind = self._project.type_of(holder, Ref(base))
        if kind is not None:
            definition = self._project.by_id(kind)
            if isinstance(definition, Class):
                return self._project.derives(definition, *APPS)
        return kind in APPS or base.rpartition(".")[2].lstrip(":$") in _APP_NAMES

    def _called(self, holder: Definition, call: Call, name: str) -> Iterator[Setting]:
        if name == "setdefault" and len(call.args) == 2:
            yield from self._setting(holder, call.args[0], call.args[1], call.span)
        elif name in ("update", "from_mapping"):
            for key, value in call.keywords:
                yield from self._setting(holder, Constant(key), value, call.span)
            for argument in call.args:
                yield from self._mapping(Value(holder, argument, self._setup.start), call.span)
        elif name == "from_object" and call.args:
            for scene in self._setup.scenes(holder):
                yield from self._object(Value(holder, call.args[0], scene))
        elif name == "from_pyfile" and call.args:
            yield from self._file(holder, call.args[0])

    def _mapping(self, value: Value, span: Span) -> Iterator[Setting]:
        for leaf in self._setup.leaves(value):
            if isinstance(leaf.expr, Mapping):
                for key, item in zip(leaf.expr.keys, leaf.expr.values, strict=True):
                    yield from self._setting(leaf.holder, key, item, span)
            elif isinstance(leaf.expr, Result):
                call = leaf.holder.scope.calls[leaf.expr.call]
                if isinstance(call.callee, Ref) and call.callee.name == "dict":
                    for name, each in call.keywords:
                        yield from self._setting(leaf.holder, Constant(name), each, span)

    def _setting(
        self, holder: Definition, key: Expr | None, value: Expr | None, span: Span
    ) -> Iterator[Setting]:
        name = self._backend.text(holder, key)
        if name is not None and name.isupper():
            place = holder.module.locate(span)
            yield Setting(name, value, holder.module, holder, place, "flask")

    # Objects whose upper-case names are settings

    def _object(self, value: Value) -> Iterator[Setting]:
        for leaf in self._setup.leaves(value):
            if isinstance(leaf.expr, Item):
                # `configs[environment]`: any of them may be the one.
                for table in self._setup.leaves(leaf.beside(leaf.expr.base)):
                    if isinstance(table.expr, Mapping):
                        for each in table.expr.values:
                            yield from self._object(table.beside(each))
                continue
            expr: Expr = leaf.expr
            if isinstance(expr, Result):
                expr = leaf.holder.scope.calls[expr.call].callee
            text = self._backend.text(leaf.holder, expr)
            if text and "\n" not in text:
                name = text.replace(":", ".")
                yield from self._named(self._project.resolve(leaf.holder.module, name).target)
            elif isinstance(expr, Ref):
                yield from self._named(self._project.reference(leaf.holder, expr.name).target)

    def _named(self, target: object) -> Iterator[Setting]:
        if isinstance(target, Module):
            yield from self._module(target)
        elif isinstance(target, Class):
            for ancestor in self._project.ancestors(target):
                if isinstance(ancestor.target, Class):
                    yield from self._class(ancestor.target)

    def _module(self, module: Module) -> Iterator[Setting]:
        body = module.functions[0]
        for name, assigned in body.assignments.items():
            if name.isupper():
                for assign in assigned:
                    yield Setting(name, assign.value, module, body, module.locate(assign.span), "flask")

    def _class(self, cls: Class) -> Iterator[Setting]:
        for name, assign in cls.attributes.items():
            if name.isupper():
                place = cls.module.locate(assign.span)
                yield Setting(name, assign.value, cls.module, cls, place, "flask")

    def _file(self, holder: Definition, expr: Expr) -> Iterator[Setting]:
        name = self._backend.text(holder, expr)
        if name is None or not name.endswith(".py"):
            return
        wanted = name.rpartition("/")[2]
        for path, module in self._project.modules.items():
            if path == wanted or path.endswith(f"/{wanted}"):
                yield from self._module(module)
