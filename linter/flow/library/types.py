"""Tests of types, and models that validate what they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.flow import checks
from linter.flow.arguments import Args
from linter.flow.heap import Entries, Instance, Items
from linter.flow.kinds import BITS
from linter.flow.values import A_BOOL, STRING, ClassRef, Const, Text, Typed, TypeRef, Value, constant, marked
from linter.resolve.definitions import Class, Function

if TYPE_CHECKING:
    from linter.flow.calls import Calls

_VALIDATING = frozenset({"model_validate", "model_validate_json", "parse_obj", "parse_raw"})
_TEXTS = frozenset({"str", "bytes", "bytearray", "memoryview"})
"""Types that the engine does not tell apart."""
_KINDS = frozenset({"list", "tuple", "set", "frozenset"})


def is_instance(act: Calls, args: Args, receiver: Value) -> Value:
    """`isinstance(value, types)`: answered where the value is known, a check of the value elsewhere."""
    value, types = args.given(0), _types(act, args.given(1))
    mine = _type_of(act, value)
    if mine is not None and types is not None:
        return constant(mine in types)
    verdict = _is_of(act, value, args.given(1))
    if verdict is not None:
        return constant(verdict)
    shape = args.given(1).shape
    mask = checks.TYPES_TESTED.get(getattr(shape, "name", ""), 0)
    return Value(A_BOOL.shape, (), checks.marks(value, mask) if mask else ())


def _is_of(act: Calls, value: Value, types: Value) -> bool | None:
    """Whether a value is an instance of a class of the project, or text one of any other type."""
    record = act.record(types)
    if type(record) is Items and record.rest is None:
        verdicts = [_is_of(act, value, each) for each in record.items]
        return True if True in verdicts else None if None in verdicts else False
    wanted, held = types.shape, act.record(value)
    if type(wanted) is TypeRef and wanted.name not in _TEXTS:
        return False if _is_plain_text(value) else None
    if type(wanted) is not ClassRef:
        return None
    if _is_plain_text(value):
        return None if act.engine.project.derives(wanted.cls, "str", "bytes", "enum.Enum") else False
    if type(held) is Instance:
        ancestors = act.engine.project.ancestors(held.cls)
        return any(each.target is wanted.cls for each in ancestors)
    return False if type(held) in (Items, Entries) else None


def _is_plain_text(value: Value) -> bool:
    return type(value.shape) is Text or value.shape == STRING


def _types(act: Calls, types: Value) -> frozenset[str] | None:
    """The names of the builtin types that a value is held against; None when there are others."""
    record = act.record(types)
    known = record.items if type(record) is Items and record.rest is None else (types,)
    names = [each.shape.name for each in known if type(each.shape) is TypeRef]
    if len(names) != len(known):
        return None
    return frozenset(names)


def _type_of(act: Calls, value: Value) -> str | None:
    record = act.record(value)
    if type(record) is Items and record.kind in _KINDS:
        return record.kind
    if type(record) is Entries:
        return "dict"
    shape = value.shape
    if type(shape) is Const and not isinstance(shape.value, bool):
        return type(shape.value).__name__
    return None


DUMPS = frozenset({"model_dump", "dict"})
"""Methods of models that give their fields."""
_NESTED = 4


def dump_of(act: Calls, model: Value, depth: int = 0) -> Value | None:
    """The fields of a model as a dict; None for what is no model."""
    record, shape = act.record(model), model.shape
    cls = record.cls if type(record) is Instance else shape.cls if type(shape) is Typed else None
    if cls is None or depth > _NESTED or not act.engine.project.derives(cls, "pydantic.BaseModel"):
        return None
    entries: dict[object, Value] = {}
    for each in act.engine.project.ancestors(cls):
        for name in act.engine.fields.names(each.target) if isinstance(each.target, Class) else ():
            if name not in entries:
                value = act.attribute(model, name)
                entries[name] = dump_of(act, value, depth + 1) or value
    return act.allocate(Entries(entries)) if entries else None


def validated(act: Calls, cls: Class, name: str, args: Args) -> Value | None:
    """`Model.model_validate(data)`: an instance whose fields are as declared; None for any other method."""
    project = act.engine.project
    if name not in _VALIDATING or not project.derives(cls, "pydantic.BaseModel"):
        return None
    member = project.member(cls, name)
    if member is not None and isinstance(member.target, Function):
        return None
    return Value(Typed(cls), marked(act.deep_taints(args.given(0)), BITS["keys"]))
