"""The parameters of a function as FastAPI reads them: types, markers, dependencies."""

from __future__ import annotations

from typing import NamedTuple

from linter.evaluate.evaluator import Evaluator
from linter.evaluate.expressions import ANNOTATED
from linter.evaluate.values import UNKNOWN, Closure, External, Frame, Instance, Made, Value, options
from linter.facts.expressions import Constant, Expr, Item, Ref, Sequence
from linter.frameworks.starlette.names import public_name
from linter.frameworks.starlette.nodes import listed
from linter.resolve.definitions import Class, Definition, Function
from linter.resolve.project import Project, Variable
from linter.resolve.values import Value as Written

DEPENDS = frozenset({"fastapi.Depends", "fastapi.Security"})
_DEPTH = 10
_SIGNATURES = frozenset({"makefun.with_signature", "makefun.wraps"})


class Declared(NamedTuple):
    """A type as written, with the definition whose names it uses. `value` is what it evaluates to."""

    holder: Definition
    type: Expr | None
    value: Value = UNKNOWN


class Taken(NamedTuple):
    """One parameter. `markers` are the values that came with its type or stand as its default.

    `default` is NotImplemented when there is none. `dependency` is the callable that fills it, NotImplemented
    for a parameter that no dependency fills. `annotation` and `given` are its type and its default as
    written, with what the names of a function around it stand for.
    """

    name: str
    declared: Declared
    markers: tuple[Value, ...]
    default: Value
    dependency: Value
    annotation: Written | None = None
    given: Written | None = None


class Parameters:
    """Reads parameters, with memory."""

    def __init__(self, project: Project, evaluator: Evaluator) -> None:
        self.project = project
        self.evaluator = evaluator
        self._known: dict[tuple[int, int, int], tuple[Taken, ...]] = {}
        self._alive: list[Value] = []

    def of(self, closure: Closure) -> tuple[Taken, ...]:
        """What FastAPI fills when it calls a function."""
        key = (id(closure.function), id(closure.frame), id(closure.receiver))
        found = self._known.get(key)
        if found is None:
            self._alive += [closure.frame, closure.receiver]
            self._known[key] = found = self._signature(closure) or self._declared(closure)
        return found

    def frame(self, closure: Closure) -> Frame:
        """The names that a function's annotations and defaults are read with."""
        parent = closure.function.parent
        assert parent is not None
        if closure.frame is not None and isinstance(parent, Class):
            return Frame(parent, closure.frame)
        return closure.frame or self.evaluator.frame_of(parent)

    def _declared(self, closure: Closure) -> tuple[Taken, ...]:
        function = closure.function
        holder = function.parent
        assert holder is not None
        frame = self.frame(closure)
        bound = bound_names(frame)
        found: list[Taken] = []
        for position, parameter in enumerate(function.head.parameters):
            if parameter.kind in ("*", "**") or (position == 0 and is_method(function)):
                continue
            default: Value = NotImplemented
            if parameter.default is not None:
                default = self.evaluator.in_frame(frame, parameter.default)
            annotated = (
                UNKNOWN
                if parameter.annotation is None
                else self.evaluator.in_frame(frame, parameter.annotation)
            )
            kind, markers = _taken_apart(annotated)
            declared = self.unwrapped(holder, parameter.annotation)._replace(value=kind)
            taken = _taken(parameter.name, declared, markers, default)
            found.append(
                taken._replace(
                    annotation=_written(holder, parameter.annotation, bound),
                    given=_written(holder, parameter.default, bound),
                )
            )
        return tuple(found)

    def _signature(self, closure: Closure) -> tuple[Taken, ...]:
        """Parameters of a signature that the code builds: `@with_signature(Signature([...]))`."""
        function = closure.function
        if not function.head.decorators or function.parent is None:
            return ()
        for decorator in function.head.decorators:
            made = self.evaluator.in_frame(self.frame(closure), decorator.value)
            if not isinstance(made, Made) or made.name not in _SIGNATURES or not made.args:
                continue
            signature = made.args[0]
            if not isinstance(signature, Made) or signature.name != "inspect.Signature":
                continue
            given = [
                each
                for each in listed(signature.argument(0, "parameters"))
                if isinstance(each, Made) and each.name == "inspect.Parameter"
            ]
            taken = [self._built(function.parent, each) for each in given]
            return tuple(taken[1:] if is_method(function) else taken)
        return ()

    def _built(self, holder: Definition, made: Made) -> Taken:
        kind, markers = _taken_apart(made.keywords.get("annotation", UNKNOWN))
        name = made.argument(0, "name")
        default = made.keywords.get("default", NotImplemented)
        taken = _taken(name if isinstance(name, str) else "?", Declared(holder, None, kind), markers, default)
        return taken._replace(annotation=written_of(holder, kind))

    def unwrapped(self, holder: Definition, annotation: Expr | None) -> Declared:
        """An annotation's type as written, through `Annotated` and aliases of it."""
        for _ in range(_DEPTH):
            if isinstance(annotation, Ref):
                target = self.project.reference(holder, annotation.name).target
                if isinstance(target, Variable) and isinstance(target.assign.value, Item):
                    holder, annotation = target.holder, target.assign.value
                    continue
            if isinstance(annotation, Item) and isinstance(annotation.base, Ref):
                outer = self.project.reference(holder, annotation.base.name).name
                if outer.endswith(".Annotated") and isinstance(annotation.key, Sequence):
                    annotation = annotation.key.items[0]
                    continue
            break
        return Declared(holder, annotation)


def bound_names(frame: Frame | None) -> dict[str, Written]:
    """What the names of the functions around a definition stand for, by name and by reference."""
    found: dict[str, Written] = {}
    for _ in range(_DEPTH):
        if frame is None:
            break
        if frame.holder.head.kind == "function":
            for name, value in frame.names.items():
                written = None if f"${name}" in found else written_of(frame.holder, value)
                if written is not None:
                    found[name] = found[f"${name}"] = written
        frame = frame.outer
    return found


def written_of(holder: Definition, value: Value) -> Written | None:
    """A class, a name of a library or a simple value as source would write it; None for others."""
    if isinstance(value, Class) and value.parent is not None:
        mark = "$" if value.parent.head.kind == "function" and value.parent.parent is not None else ":"
        name = value.head.name if mark == "$" else value.head.qualname
        return Written(value.parent, Ref(mark + name))
    if isinstance(value, External):
        return Written(holder, Ref(value.name))
    if value is None or isinstance(value, (str, int, float, bool)):
        return Written(holder, Constant(value))
    return None


def _written(holder: Definition, expr: Expr | None, bound: dict[str, Written]) -> Written | None:
    return None if expr is None else Written(holder, expr, bound)


def is_method(function: Function) -> bool:
    """Whether a function's first parameter is the object or the class that it is called on."""
    return function.owner is not None and not any(
        isinstance(each.value, Ref) and each.value.name == "staticmethod" for each in function.head.decorators
    )


def dependency_of(marker: Value, declared: Value = UNKNOWN) -> Value:
    """The callable of a `Depends(...)`; a bare one stands for `declared`. NotImplemented for others."""
    if not isinstance(marker, Made) or public_name(marker.name) not in DEPENDS:
        return NotImplemented
    given = marker.argument(0, "dependency")
    return declared if given is None else given


def _taken(name: str, declared: Declared, markers: tuple[Value, ...], default: Value) -> Taken:
    if isinstance(default, Made):
        markers = (default, *markers)
    for marker in markers:
        found = dependency_of(marker, declared.value)
        if found is not NotImplemented:
            return Taken(name, declared, markers, default, found)
    return Taken(name, declared, markers, default, NotImplemented)


def _taken_apart(annotation: Value) -> tuple[Value, tuple[Value, ...]]:
    """A type and its markers, nested `Annotated` flattened."""
    markers: tuple[Value, ...] = ()
    for _ in range(_DEPTH):
        known = [each for each in options(annotation) if isinstance(each, Made) and each.name == ANNOTATED]
        if not known:
            break
        annotation, *more = known[0].args or [UNKNOWN]
        markers = (*more, *markers)
    return annotation, markers


def callable_closure(evaluator: Evaluator, value: Value) -> Closure | None:
    """The function of the project that runs when a dependency is called."""
    if isinstance(value, Closure):
        return value
    if isinstance(value, Instance):
        found = evaluator.member_of(value, "__call__")
        return found if isinstance(found, Closure) else None
    if isinstance(value, Class):
        found = evaluator.class_value(value, "__init__")
        return found if isinstance(found, Closure) else None
    return None


__all__ = [
    "Declared",
    "Parameters",
    "Taken",
    "bound_names",
    "callable_closure",
    "dependency_of",
    "is_method",
    "written_of",
]
