"""Attributes that a class of the project reads and writes with methods: properties and descriptors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.flow.heap import Instance
from linter.flow.values import ClassRef, FunctionRef, Typed, Value, constant
from linter.resolve.definitions import Class, Function
from linter.resolve.project import Variable

if TYPE_CHECKING:
    from linter.flow.access import Access


def described(act: Access, value: Value, receiver: Value, cls: Class, name: str) -> Value:
    """What an instance has under the name of a class attribute: a descriptor of the project decides."""
    method = _method(act, value, "__get__", cls, name)
    if method is None:
        return value
    return act.engine.call(act, method, [receiver, Value(ClassRef(cls))])


def writes(act: Access, cls: Class, name: str, base: Value, value: Value) -> bool:
    """Whether a property or a descriptor takes `base.name = value`, which it then has done."""
    setter = _setter(act, cls, name)
    if setter is not None:
        act.engine.call(act, Value(FunctionRef(setter, None, base)), [value])
        return True
    writer = _writer(act, cls, name)
    if writer is None:
        return False
    before = act.record(base)
    act.engine.call(act, writer, [base, value])
    # One that keeps the value where that cannot be followed is taken for a plain field.
    return act.record(base) != before


def _setter(act: Access, cls: Class, name: str) -> Function | None:
    """The method that a property's value is set by, as opposed to a plain field."""
    if name not in cls.children:
        return None
    found = cls.children[name]
    is_setter = isinstance(found, Function) and act.engine.decorations.kind(found) == "accessor"
    return found if isinstance(found, Function) and is_setter else None


def _writer(act: Access, cls: Class, name: str) -> Value | None:
    """The method of a descriptor that writes an attribute; None for a plain field."""
    if name not in cls.attributes:
        return None
    found = act.engine.project.member(cls, name)
    target = None if found is None else found.target
    if not isinstance(target, Variable):
        return None
    return _method(act, act.engine.globals.variable(target), "__set__", cls, name)


def _method(act: Access, value: Value, name: str, cls: Class, attribute: str) -> Value | None:
    """A method of a class attribute that reads or writes it; None for an attribute that has none."""
    method = _own(act, value, name)
    if method is None:
        return None
    told = _own(act, value, "__set_name__")
    if told is not None:
        record = act.record(value)
        made = value.shape.cls if type(value.shape) is Typed else record.cls  # type: ignore[union-attr]
        value = act.allocate(record if type(record) is Instance else Instance(made, {}))
        called = Value(FunctionRef(told, None, value))
        act.engine.call(act, called, [Value(ClassRef(cls)), constant(attribute)])
    return Value(FunctionRef(method, None, value))


def _own(act: Access, value: Value, name: str) -> Function | None:
    """A method of an instance of the project's classes, by name."""
    record = act.record(value)
    made = record if type(record) is Instance else value.shape
    found = act.engine.project.member(made.cls, name) if isinstance(made, (Instance, Typed)) else None
    target = None if found is None else found.target
    return target if isinstance(target, Function) else None
