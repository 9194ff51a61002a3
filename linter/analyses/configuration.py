"""What settings come to: in the code itself, and where the environment says nothing.

Settings are evaluated twice: once with an environment that may say anything, once with an empty one. What
both agree on is written in the code; what only the second knows is a default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from linter.backend import Setting, is_run_by_hand
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.names import BUDGET
from linter.evaluate.values import (
    HOLE,
    UNKNOWN,
    Either,
    External,
    Frame,
    Instance,
    Made,
    Member,
    Value,
)
from linter.facts.expressions import Expr, Ref, Result
from linter.facts.scopes import Import
from linter.facts.spans import line_of
from linter.frameworks.django.settings import DjangoSettings, star_imported
from linter.frameworks.environment import READERS, READING_OBJECTS, SETTINGS_CLASSES
from linter.resolve.definitions import Class, Definition, Module
from linter.resolve.project import Variable
from linter.secrecy import words_of

if TYPE_CHECKING:
    from linter.backend import Backend

Origin = Literal["code", "default", "unknown"]

_TRUE = frozenset({"1", "true", "yes", "on", "y", "t"})
_FALSE = frozenset({"0", "false", "no", "off", "n", "f", ""})
_DEVELOPERS = frozenset(
    {"ci", "debug", "demo", "dev", "develop", "development", "example", "local", "sample", "sandbox"}
    | {"staging", "test", "testing", "tests", "unittest"}
)


class Known(NamedTuple):
    """A value of a setting. `origin` is `default` where the environment may say otherwise.

    `value` is `...` when it is not known.
    """

    value: object
    origin: Origin

    @property
    def truth(self) -> bool | None:
        """What the value means as a switch; None when that is not known."""
        if self.origin == "unknown":
            return None
        if isinstance(self.value, str) and self.value.strip().lower() in _TRUE | _FALSE:
            return self.value.strip().lower() in _TRUE
        return bool(self.value)


NOT_KNOWN = Known(..., "unknown")


class InForce(NamedTuple):
    """A setting as a deployed backend has it, with the place that decides."""

    setting: Setting
    known: Known


@lru_cache(maxsize=1)
def configuration_of(backend: Backend) -> Configuration:
    """The settings of a backend."""
    return Configuration(backend)


class Configuration:
    """Answers about the settings of one backend."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._project = backend.project

    @cached_property
    def _told(self) -> _Evaluator:
        return _Evaluator(self._backend, empty=False)

    @cached_property
    def _untold(self) -> _Evaluator:
        return _Evaluator(self._backend, empty=True)

    @cached_property
    def django(self) -> DjangoSettings:
        """The settings modules of Django."""
        return DjangoSettings(self._project)

    def known(self, holder: Definition, expr: Expr | None) -> Known:
        """What an expression at the top of a module or class, or an argument there, comes to."""
        if expr is None:
            return NOT_KNOWN
        found = _compared(self._told.expression(holder, expr), self._untold.expression(holder, expr))
        return found._replace(origin="default") if self._may_be_set(holder, expr, found) else found

    def _may_be_set(self, holder: Definition, expr: Expr, found: Known) -> bool:
        """Whether the expression is a field of a settings class, which the environment fills.

        It does not fill attributes with a leading underscore.
        """
        if found.origin != "code" or not isinstance(expr, Ref):
            return False
        target = self._project.reference(holder, expr.name).target
        return (
            isinstance(target, Variable)
            and isinstance(target.holder, Class)
            and not expr.name.rpartition(".")[2].startswith("_")
            and self._project.derives(target.holder, *SETTINGS_CLASSES)
        )

    def in_force(self, *names: str) -> Iterator[InForce]:
        """These settings wherever a deployed backend takes them from, one for each place that decides."""
        wanted = [each for each in self._backend.settings if each.name in names]
        seen: set[tuple[str, int, str]] = set()
        for setting in wanted:
            found = self._of_django(setting) if setting.framework == "django" else self._of_flask(setting)
            for each in found:
                place = each.setting.location
                key = (place.path, place.line, each.setting.name)
                if key not in seen:
                    seen.add(key)
                    yield each

    def of(self, setting: Setting) -> Known:
        """What a setting that is in force comes to."""
        found = (each.known for each in self.in_force(setting.name) if each.setting is setting)
        return next(found, NOT_KNOWN)

    def deployed_value(self, module: Module, name: str) -> Known:
        """A setting of Django in one deployed module, its layers included; `...` when nothing sets it."""
        return _compared(self._told.module_value(module, name), self._untold.module_value(module, name))

    @cached_property
    def deployed(self) -> tuple[Module, ...]:
        """The outermost settings modules of Django that a server runs with; none are for developers."""
        return tuple(
            module
            for module in self.django.deployed
            if not is_for_developers(module) and not is_run_by_hand(module.path)
        )

    def _of_django(self, setting: Setting) -> Iterator[InForce]:
        for module in self.deployed:
            if self._decides(module, setting) and not self._continues_elsewhere(module, setting):
                yield InForce(setting, self.deployed_value(module, setting.name))

    def _continues_elsewhere(self, module: Module, setting: Setting) -> bool:
        """Whether a module that is not in the repository has the last word: `from .local import *`."""
        assigned = setting.location.line if module is setting.module else 0
        top = module.name.partition(".")[0]
        return any(
            isinstance(each, Import)
            and each.name == "*"
            and line_of(each.span) > assigned
            and (
                each.module.startswith(".") or each.module.partition(".")[0] == top or "." not in each.module
            )
            and not isinstance(self._project.resolve(module, each.module).target, Module)
            for each in module.body.statements
        )

    def _decides(self, module: Module, setting: Setting) -> bool:
        """Whether the setting is the last that a deployed module or its layers assign."""
        pending, seen = [module], {module.path}
        while pending:
            current = pending.pop(0)
            if setting.name in current.bindings:
                return current is setting.module and self._is_last(setting)
            for layer in star_imported(self._project, current):
                if layer.path not in seen:
                    seen.add(layer.path)
                    pending.append(layer)
        return False

    def _is_last(self, setting: Setting) -> bool:
        assigned = setting.holder.assignments.get(setting.name, [])
        return bool(assigned) and setting.holder.module.locate(assigned[-1].span) == setting.location

    def _of_flask(self, setting: Setting) -> Iterator[InForce]:
        holder = setting.holder
        if isinstance(holder, Class) and (is_for_developers(holder) or self._is_overridden(holder, setting)):
            return
        if is_run_by_hand(setting.module.path) or is_for_developers(setting.module):
            return
        yield InForce(setting, self.known(holder, setting.value))

    def _is_overridden(self, holder: Class, setting: Setting) -> bool:
        """Whether every class that is deployed in its place sets the value anew."""
        heirs = [
            cls
            for cls in self._backend.classes
            if cls is not holder
            and any(each.target is holder for each in self._project.ancestors(cls))
            and not is_for_developers(cls)
        ]
        return bool(heirs) and all(setting.name in cls.attributes for cls in heirs)

    def settings_fields(self) -> Iterator[Setting]:
        """The fields of pydantic settings classes, each with its default."""
        for cls in self._backend.classes:
            if not cls.scope.bases or not self._project.derives(cls, *SETTINGS_CLASSES):
                continue
            if is_for_developers(cls) or is_for_developers(cls.module):
                continue
            for name, assign in cls.attributes.items():
                if assign.value is not None and name not in ("model_config", "Config"):
                    place = cls.module.locate(assign.span)
                    yield Setting(name, assign.value, cls.module, cls, place, "pydantic")

    def default_of(self, field: Setting) -> Known:
        """What a field of a settings class is when the environment does not fill it."""
        expr = field.value
        if isinstance(expr, Result):
            call = field.holder.scope.calls[expr.call]
            if self._project.callee(field.holder, call).name in ("pydantic.Field", "pydantic.fields.Field"):
                expr = call.argument(0, "default")
        found = self.known(field.holder, expr)
        return found._replace(origin="default") if found.origin == "code" else found


def is_for_developers(holder: Class | Module) -> bool:
    """Whether a settings class or module is named for tests, demonstrations or development."""
    if isinstance(holder, Class):
        return not _DEVELOPERS.isdisjoint(words_of(holder.scope.name))
    parts = holder.path.removesuffix(".py").split("/")[-2:]
    return any(not _DEVELOPERS.isdisjoint(words_of(part)) for part in parts)


def _compared(told: Value, untold: Value) -> Known:
    first, second = _plain(told), _plain(untold)
    if first is not ... and type(first) is type(second) and first == second:
        return Known(first, "code")
    return Known(second, "default") if second is not ... else NOT_KNOWN


def _plain(value: Value) -> object:
    """A value as Python has it, or `...` when a part of it is not known."""
    if isinstance(value, str):
        return ... if HOLE in value else value
    if value is None or isinstance(value, (bool, int, float, bytes)):
        return value
    if isinstance(value, (list, tuple)):
        items = [_plain(each) for each in value]
        return ... if any(each is ... for each in items) else type(value)(items)
    if isinstance(value, dict):
        # Entries that are not known do not hide the others.
        return {key: _plain(each) for key, each in value.items() if isinstance(key, (str, int))}
    return ...


class _Environment:
    """What the evaluator is told of the environment: nothing, or that it is empty."""

    def __init__(self, empty: bool) -> None:
        self.empty = empty

    def call(self, evaluator: Evaluator, made: Made) -> Value:
        """Reads of the environment, and conversions of what is read."""
        name = made.name
        if name in READERS:
            return self._read(made)
        if name == "getattr" and len(made.args) == 3:
            if isinstance(made.args[0], (Instance, Module, Class)):
                return NotImplemented
            return made.args[2] if self.empty else UNKNOWN
        if name in ("int", "float") and len(made.args) == 1 and isinstance(made.args[0], str):
            text = made.args[0].strip()
            return int(text) if text.isdigit() and len(text) < 18 else UNKNOWN
        if name.rpartition(".")[2] in ("strtobool", "str2bool") and made.args:
            return _switch(made.args[0])
        return NotImplemented

    def _read(self, made: Made) -> Value:
        if not self.empty:
            return UNKNOWN
        default = made.argument(1, "default")
        cast = made.keywords.get("cast")
        return _switch(default) if isinstance(cast, External) and cast.name == "bool" else default

    def call_member(self, evaluator: Evaluator, member: Member, made: Made) -> Value:
        """`env.bool("DEBUG", default=False)`."""
        receiver = member.receiver
        if isinstance(receiver, Made) and receiver.name in READING_OBJECTS:
            return self._of_object(receiver, made)
        return NotImplemented

    def apply(self, evaluator: Evaluator, callee: Value, made: Made) -> Value:
        """`env("DEBUG")` and `config("DEBUG", default=False)`."""
        if isinstance(callee, Made) and callee.name in READING_OBJECTS:
            return self._of_object(callee, made)
        return NotImplemented

    def _of_object(self, reader: Made, made: Made) -> Value:
        if not self.empty:
            return UNKNOWN
        if "default" in made.keywords or len(made.args) > 1:
            position = 2 if reader.name == "starlette.config.Config" else 1
            default = made.argument(position, "default")
            cast = made.keywords.get("cast")
            return _switch(default) if isinstance(cast, External) and cast.name == "bool" else default
        declared = reader.keywords.get(str(made.args[0])) if made.args else None
        if isinstance(declared, tuple) and len(declared) == 2:
            return declared[1]
        return UNKNOWN

    def attribute(self, evaluator: Evaluator, receiver: Value, name: str) -> Value:
        """Nothing that the project does not say."""
        return NotImplemented

    def define(self, evaluator: Evaluator, frame: Frame, *defined: Value) -> Value:
        """Decorators change nothing that a setting depends on."""
        return defined[-1]


def _switch(value: Value) -> Value:
    if isinstance(value, str) and HOLE not in value:
        lowered = value.strip().lower()
        return True if lowered in _TRUE else False if lowered in _FALSE else UNKNOWN
    return UNKNOWN if isinstance(value, Either) else value


def _no_bases(name: str) -> tuple[str, tuple[str, ...]]:
    return name, ()


class _Evaluator(Evaluator):
    """Keeps the values of branches apart, also those of module bodies."""

    def __init__(self, backend: Backend, empty: bool) -> None:
        super().__init__(backend.project, _Environment(empty), _no_bases)
        self.branching = True

    def _guarded(self, ask: Callable[[], Value]) -> Value:
        self._budget = BUDGET
        return super()._guarded(ask)

    @contextmanager
    def _plain(self) -> Iterator[None]:
        yield
