"""Names, modules, classes and attributes during an evaluation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from collections.abc import Sequence as AbstractSequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from linter.evaluate.branches import Branches
from linter.evaluate.execution import Execution, Step, outline
from linter.evaluate.library import Definer, Library
from linter.evaluate.order import ClassOrder, LibraryBases
from linter.evaluate.values import (
    UNKNOWN,
    Closure,
    Either,
    External,
    Frame,
    Instance,
    Made,
    Member,
    Super,
    Value,
    either,
)
from linter.facts.expressions import Expr, Ref
from linter.resolve.definitions import Class, Definition, Function, Module
from linter.resolve.project import Project, Resolved, Variable

if TYPE_CHECKING:
    from linter.evaluate.evaluator import Evaluator

BUDGET = 600_000
_FIELDS = frozenset({"pydantic.Field", "pydantic.fields.Field", "dataclasses.field", "sqlmodel.Field"})


class Names(ABC):
    """What names stand for. Each module body runs once, and lists keep their identity."""

    def __init__(
        self,
        project: Project,
        library: Library,
        library_bases: LibraryBases,
        contributors: AbstractSequence[tuple[str, Class | Function, Expr]] = (),
        budget: int = BUDGET,
        definer: Definer | None = None,
        environment: frozenset[str] = frozenset(),
    ) -> None:
        self.project = project
        self.library = library
        self.definer = definer
        self.environment = environment
        self.asked_environment = False
        """Whether a field of a class that derives from one of `environment` was read."""
        self.order = ClassOrder(project, library_bases, self._followed)
        self.branching = False
        self.branches = Branches()
        self._budget = budget
        self._reserve = budget
        self._running: list[Function] = []
        self._frames: dict[str, Frame] = {}
        self._class_frames: dict[Class, Frame] = {}
        self._class_values: dict[tuple[Class, str], Value] = {}
        self._names: dict[tuple[str, str], tuple[Resolved, list[str]]] = {}
        self._fixed: dict[tuple[str, str], Value] = {}
        self._parts: dict[str, list[str]] = {}
        self._outlines: dict[int, dict[int, list[Step]]] = {}
        self._contributors: dict[str, list[tuple[Class | Function, Expr]]] = {}
        for path, definition, decorator in contributors:
            self._contributors.setdefault(path, []).append((definition, decorator))

    @property
    def has_registries(self) -> bool:
        """Whether decorators of the project fill variables of a module that has not run yet."""
        return bool(self._contributors)

    @property
    def _self(self) -> Evaluator:
        return cast("Evaluator", self)

    @abstractmethod
    def value(self, frame: Frame, expr: Expr) -> Value:
        """The value of an expression in a frame."""

    @abstractmethod
    def enter(self, closure: Closure, args: list[Value], keywords: dict[str, Value]) -> Value:
        """Run a function of the project, past the library's say on the call."""

    # Modules and classes

    def module_frame(self, module: Module) -> Frame:
        """The names of a module; its body runs on the first request."""
        frame = self._frames.get(module.path)
        if frame is None:
            frame = Frame(module.functions[0])
            self._frames[module.path] = frame
            with self._plain():
                Execution(self._self, frame).run()
                for definition, decorator in self._contributors.pop(module.path, ()):
                    self._contribute(definition, decorator)
        return frame

    @contextmanager
    def _plain(self) -> Iterator[None]:
        """What modules and classes hold does not depend on the trial that asks for it."""
        branching, budget, branch = self.branching, self._budget, self.branches.current
        self.branches.current = None
        if branching:
            self.branching, self._budget = False, self._reserve
        try:
            yield
        finally:
            self.branches.current = branch
            if branching:
                self._reserve, self.branching, self._budget = self._budget, True, budget

    def _contribute(self, definition: Class | Function, decorator: Expr) -> None:
        """Apply a decorator that records what it decorates."""
        holder = definition.parent
        assert holder is not None
        subject = definition if isinstance(definition, Class) else Closure(definition)
        callee = self.value(self.frame_of(holder), decorator)
        if isinstance(callee, Closure):
            self.enter(callee, [subject], {})

    def import_star(self, frame: Frame, name: str) -> None:
        """`from name import *`: containers are copied, so that one layer does not change another."""
        found = self.project.resolve(frame.holder.module, name)
        if isinstance(found.target, Module) and found.target is not frame.holder.module:
            for key, value in self.module_frame(found.target).names.items():
                if not key.startswith("_"):
                    frame.names[key] = _copied(value)

    def frame_of(self, holder: Definition) -> Frame:
        """The frame that expressions of a definition are evaluated in from outside."""
        if isinstance(holder, Function) and holder.is_module:
            return self.module_frame(holder.module)
        return Frame(holder)

    def _module_name(self, module: Module, name: str) -> Value:
        names = self.module_frame(module).names
        if name in names:
            return names[name]
        return self._resolved_value(self.project.resolve(module, ":" + name), module)

    def class_attribute(self, cls: Class, name: str) -> Value:
        """A class attribute in method resolution order; NotImplemented when the project sets none."""
        return self.first_attribute(self.order.classes(cls), name)

    def first_attribute(self, classes: tuple[Class, ...], name: str) -> Value:
        """The attribute of the first of the classes that sets it."""
        for cls in classes:
            if name in cls.children or name in cls.attributes:
                found = self.own_attribute(cls, name)
                if found is not NotImplemented:
                    return found
        return NotImplemented

    def own_attribute(self, cls: Class, name: str) -> Value:
        """What the class body itself binds to a name; NotImplemented when it does not."""
        child = cls.children.get(name)
        if child is not None:
            return child if isinstance(child, Class) else Closure(child)
        assign = cls.attributes.get(name)
        if assign is None or assign.value is None:
            return NotImplemented
        key = (cls, name)
        if key not in self._class_values:
            self._class_values[key] = UNKNOWN
            with self._plain():
                self._class_values[key] = self.value(Frame(cls), assign.value)
        return self._class_values[key]

    def _followed(self, base: Resolved) -> Resolved:
        """The class that a variable used as a base holds."""
        value = self._resolved_value(base, None)
        if isinstance(value, Class):
            return Resolved(value.id, value)
        return Resolved(value.name if isinstance(value, External) else "?", None)

    def outline(self, holder: Definition) -> dict[int, list[Step]]:
        """The steps of a body, block by block."""
        key = id(holder)
        found = self._outlines.get(key)
        if found is None:
            self._outlines[key] = found = outline(holder.scope)
        return found

    def remember_class(self, cls: Class, frame: Frame) -> None:
        """Note the run of a function that defined a class, for the names that its methods read."""
        self._class_frames[cls] = frame

    def frame_around(self, cls: Class) -> Frame | None:
        """The run of the function that last defined a class, None for a class of a module."""
        return self._class_frames.get(cls)

    # Names

    def _name(self, frame: Frame, name: str) -> Value:
        mark = name[0]
        if mark == "$" or mark == ":":
            parts = self._parts.get(name)
            if parts is None:
                self._parts[name] = parts = name[1:].split(".")
            if mark == "$":
                return self._local(frame, parts)
            found = self._global(frame, parts[0])
            if found is not NotImplemented:
                return self._attributes(found, parts[1:]) if len(parts) > 1 else found
        module = frame.holder.module
        key = (module.path, name)
        fixed = self._fixed.get(key)
        if fixed is not None:
            return fixed
        known = self._names.get(key)
        if known is None:
            self._names[key] = known = self._split(module, name)
        resolved, rest_names = known
        value = self._resolved_value(resolved, module)
        if rest_names:
            return self._attributes(value, rest_names)
        if not isinstance(resolved.target, Variable) and isinstance(
            value, (Class, Module, Closure, External)
        ):
            self._fixed[key] = value
        return value

    def _split(self, module: Module, name: str) -> tuple[Resolved, list[str]]:
        """The longest part of a name that the project defines, and the attributes after it."""
        mark = name[0] if name[0] == ":" else ""
        dots = len(name) - len(name.lstrip("."))
        parts = name[len(mark) + dots :].split(".")
        prefix = mark + "." * dots
        for length in range(len(parts), 0, -1):
            found = self.project.resolve(module, prefix + ".".join(parts[:length]))
            if found.target is not None and not self._is_member(found, parts[:length]):
                return found, parts[length:]
        return self.project.resolve(module, name), []

    def _is_member(self, found: Resolved, parts: list[str]) -> bool:
        """Whether a method or attribute was reached through a variable, whose object would be lost."""
        if len(parts) < 2 or isinstance(found.target, (Module, Class)):
            return False
        target = found.target
        holder = target.holder if isinstance(target, Variable) else target.parent if target else None
        return isinstance(holder, Class) and holder.head.name not in parts

    def _local(self, frame: Frame, parts: list[str]) -> Value:
        root = parts[0]
        current: Frame | None = frame
        while current is not None:
            if root in current.names:
                found = current.names[root]
                return self._attributes(found, parts[1:]) if len(parts) > 1 else found
            current = current.outer
        binder = self.project.binder(frame.holder, root)
        child = None if binder is None else binder.children.get(root)
        if child is None:
            return UNKNOWN
        return self._attributes(child if isinstance(child, Class) else Closure(child), parts[1:])

    def _global(self, frame: Frame, name: str) -> Value:
        """A name of the module that is already bound, comprehension variables first."""
        current: Frame | None = frame
        while current is not None:
            if current.holder.head.kind == "module" and name in current.names:
                return current.names[name]
            current = current.outer
        started = self._frames.get(frame.holder.module.path)
        if started is not None and name in started.names:
            return started.names[name]
        return NotImplemented

    def _resolved_value(self, found: Resolved, module: Module | None) -> Value:
        target = found.target
        if isinstance(target, (Class, Module)):
            return target
        if isinstance(target, Function):
            return Closure(target)
        if isinstance(target, Variable):
            holder = target.holder
            if isinstance(holder, Class):
                return self._or_unknown(self.class_attribute(holder, target.name))
            if not holder.is_module:
                return UNKNOWN
            names = self.module_frame(holder.module).names
            return names.get(target.name, UNKNOWN)
        name = found.name
        if name.startswith("?") or (module is not None and name.startswith(module.id + ".")):
            return UNKNOWN
        return self._library_name(name)

    def _library_name(self, name: str) -> Value:
        head, _, last = name.rpartition(".")
        found = self.library.attribute(self._self, External(head), last) if head else NotImplemented
        return External(name) if found is NotImplemented else found

    def _or_unknown(self, value: Value) -> Value:
        return UNKNOWN if value is NotImplemented else value

    # Attributes

    def _attributes(self, value: Value, names: list[str]) -> Value:
        for name in names:
            value = self.attribute(value, name)
        return value

    def attribute(self, value: Value, name: str) -> Value:
        """`value.name`."""
        if isinstance(value, (str, list, tuple, dict)):
            return Member(value, name)
        if isinstance(value, Either):
            return either([self.attribute(option, name) for option in value.options])
        if isinstance(value, Module):
            return self._module_attribute(value, name)
        if isinstance(value, Instance):
            return self._instance_attribute(value, name)
        if isinstance(value, Super):
            return self._super_attribute(value, name)
        if isinstance(value, Class):
            found = self.class_attribute(value, name)
            if isinstance(found, Closure) and _has_decorator(found.function, "classmethod"):
                return Closure(found.function, found.frame, value)
            if found is not NotImplemented:
                return found
        if isinstance(value, Member):
            return Member(value, name)
        if isinstance(value, Made) and name in value.fields:
            return value.fields[name]
        if isinstance(value, (Class, External, Made)):
            found = self.library.attribute(self._self, value, name)
            if found is not NotImplemented:
                return found
            return External(f"{value.name}.{name}") if isinstance(value, External) else Member(value, name)
        return UNKNOWN

    def _module_attribute(self, module: Module, name: str) -> Value:
        names = self.module_frame(module).names
        if name in names:
            return names[name]
        found = self.project.resolve(module, ":" + name)
        if found.target is None and module.is_package:
            found = self.project.resolve(module, "." + name)
        return self._resolved_value(found, module)

    def _instance_attribute(self, value: Instance, name: str) -> Value:
        if name in value.fields:
            return value.fields[name]
        if name == "__class__":
            return value.cls
        if name == "__dict__":
            return value.fields
        found = self.class_attribute(value.cls, name)
        if self.environment and not isinstance(found, Closure):
            if any(each.name in self.environment for each in self.order.of(value.cls)):
                self.asked_environment = True
        if isinstance(found, Made) and found.name in _FIELDS:
            return self._field_default(found)
        return self._bound(value, found, name)

    def _field_default(self, field: Made) -> Value:
        """What a field holds that is declared with a call and that nobody set."""
        factory = field.keywords.get("default_factory")
        if factory is not None:
            return self._self.call(factory, [], {}, None, None)
        return field.argument(0, "default", UNKNOWN)

    def _super_attribute(self, value: Super, name: str) -> Value:
        cls = value.receiver.cls if isinstance(value.receiver, Instance) else value.receiver
        if not isinstance(cls, Class):
            return UNKNOWN
        return self._bound(
            value.receiver, self.first_attribute(self.order.classes_after(cls, value.cls), name), name
        )

    def _bound(self, receiver: Value, found: Value, name: str) -> Value:
        if isinstance(found, Closure):
            frame = found.frame or (receiver.frame if isinstance(receiver, Instance) else None)
            if _has_decorator(found.function, "property", "functools.cached_property", "cached_property"):
                return self.enter(Closure(found.function, frame, receiver), [], {})
            if _has_decorator(found.function, "staticmethod"):
                return found
            if _has_decorator(found.function, "classmethod"):
                cls = receiver.cls if isinstance(receiver, Instance) else receiver
                return Closure(found.function, frame, cls)
            return Closure(found.function, frame, receiver)
        if found is not NotImplemented:
            return found
        answer = self.library.attribute(self._self, receiver, name)
        return Member(receiver, name) if answer is NotImplemented else answer


def _copied(value: Value) -> Value:
    if isinstance(value, dict) and type(value) is dict:
        return {key: _copied(each) for key, each in value.items()}
    return list(value) if isinstance(value, list) else value


def _has_decorator(function: Function, *names: str) -> bool:
    for decorator in function.head.decorators:
        if isinstance(decorator.value, Ref):
            name = decorator.value.name.lstrip(":$")
            if name in names or name.rpartition(".")[2] in names:
                return True
    return False
