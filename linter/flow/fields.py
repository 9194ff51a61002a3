"""Fields of classes that a framework fills: models of a body, forms, serializers, dataclasses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from linter.facts.expressions import Constant, Expr, Item, Operation, Ref, Result, Sequence, walk
from linter.facts.scopes import Assertion, Raise
from linter.flow.heap import Entries, Instance, Items, Record
from linter.flow.kinds import BITS, NUMBER
from linter.flow.names import ENUMS, HARMLESS_TYPES
from linter.flow.sources.tables import FILE, JSON, NAMED_FILE, UPLOADS
from linter.flow.values import (
    A_NUMBER,
    STRING,
    ClassRef,
    FunctionRef,
    Named,
    Shape,
    Taints,
    Typed,
    Value,
    marked,
    part,
)
from linter.resolve.definitions import Class, Definition, Function
from linter.resolve.project import Variable
from linter.resolve.trace import Memo
from linter.shapes import shape_of

if TYPE_CHECKING:
    from linter.flow.access import Access
    from linter.flow.engine import Engine

_VALIDATED = frozenset({"validated_data", "cleaned_data"})
SERIALIZERS = ("rest_framework.serializers.Serializer", "rest_framework.serializers.ModelSerializer")
_FREE = frozenset({"Char", "Text", "URL", "File", "Image", "JSON", "Dict", "List", "Field"})
_UPLOADS = frozenset({"File", "Image"})
_CHECKING = ("clean", "validate")
_OF_NO_TEXT = (
    "django.core.validators.MaxLength",
    "django.core.validators.MinLength",
    "django.core.validators.ProhibitNullCharacters",
    "rest_framework.validators.",
)
"""Validators that say nothing of the characters of a text."""
_COLLECTIONS = frozenset(
    {
        "list",
        "set",
        "tuple",
        "typing.List",
        "typing.Set",
        "typing.Sequence",
        "collections.abc.Sequence",
        "collections.abc.Iterable",
    }
)
_MAPPINGS = frozenset({"dict", "typing.Dict", "typing.Mapping", "collections.abc.Mapping"})
_DEPTH = 4
_NESTING = 12
"""How deep declared types are read: an alias may name itself."""
_VALIDATORS = frozenset({"field_validator", "validator"})
_FORMATS = frozenset({"pattern", "regex"})
_ANY_JSON = frozenset({"dict", "typing.Dict", "typing.Any", "typing.Mapping", "collections.abc.Mapping"})
_READ_OF = {"Header": "request.headers", "Cookie": "request.cookies"}
"""Markers of parameters, and what they read."""
_LIMITS = frozenset({"le", "lt", "max_value"})
_LIMITED = frozenset({"Le", "Lt", "Interval"})
_COUNTS = frozenset({"int", "float"})
_CHECKS = frozenset({"AfterValidator", "BeforeValidator", "WrapValidator", "PlainValidator", "Predicate"})


class _Declared(NamedTuple):
    """A declared field. `is_open`: something bad may come through it; `is_number`: only a number may.

    `changes` are methods that the value goes through, and that refuse nothing.
    """

    holder: Definition
    annotation: Expr
    is_open: bool
    is_number: bool
    changes: tuple[Function, ...] = ()


class _Type(NamedTuple):
    """A declared type: as written, its name, the type inside of wrappers and where that is, and its shape."""

    annotation: Expr | None
    kind: str | None
    place: Definition
    bare: Expr | None
    is_limited: bool
    shape: Shape


class Fields:
    """Declared fields of the classes of one project."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._project = engine.project
        self._names: dict[int, list[str]] = {}
        self._factories: dict[int, dict[str, Expr]] = {}
        self._trace = trace = engine.project.trace
        self._declared: Memo[tuple[int, str], _Declared | None] = Memo(trace)
        self._types: Memo[tuple[int, int], _Type] = Memo(trace)

    def of(self, act: Access, cls: Class, name: str, receiver: Value, extra: Value | None) -> Value | None:
        """A declared field of an instance that is filled from outside; None when nothing is declared."""
        if extra is None or not extra.taints:
            return None
        if name in _VALIDATED:
            return self._validated(act, cls, extra)
        if name == "data" and self._project.derives(cls, *SERIALIZERS):
            # Whoever writes a serializer has declared its fields.
            return Value(None, marked(act.taken(extra.taints, name), BITS["keys"]))
        field = self._field(cls, name)
        if field is None or not field.is_open:
            return None if field is None else Value(None)
        taints = act.taken(extra.taints, name)
        if field.is_number:
            return Value(A_NUMBER.shape, marked(taints, NUMBER))
        found = self.sent(act.allocate, field.holder, field.annotation, taints)
        for method in field.changes:
            found = self._engine.call(act, Value(FunctionRef(method, None, Value(ClassRef(cls)))), [found])
        return found

    def _field(self, cls: Class, name: str) -> _Declared | None:
        """What a class says of a field; None when it declares none of the name."""
        key = (id(cls), name)
        if key in self._declared:
            return self._declared.read(key)
        start = len(self._trace.log)
        return self._declared.keep(key, self._find_field(cls, name), start, cls.module.bit)

    def _find_field(self, cls: Class, name: str) -> _Declared | None:
        found = self._project.member(cls, name)
        target = None if found is None else found.target
        if not isinstance(target, Variable) or target.assign.annotation is None:
            return None
        holder, annotation, value = target.holder, target.assign.annotation, target.assign.value
        methods = self._validators(cls, name)
        if methods is None or any(self._refuses(each) for each in methods):
            return _Declared(holder, annotation, False, False)
        number = self.is_free_number(holder, annotation, value)
        limited = self.is_limited(holder, annotation, value)
        return _Declared(holder, annotation, number or not limited, number and limited, methods)

    def sent(
        self,
        allocate: Callable[[Record], Value],
        holder: Definition,
        annotation: Expr | None,
        taints: Taints,
        depth: int = 0,
    ) -> Value:
        """What a caller sends for a declared type, items and all as far as they are declared."""
        declared = self._type(holder, annotation)
        if depth and declared.is_limited:
            return Value(None)
        bare = declared.bare
        if isinstance(bare, Item) and depth < _DEPTH:
            if declared.kind in _COLLECTIONS and not isinstance(bare.key, Sequence):
                element = self.sent(allocate, declared.place, bare.key, part(taints, "item"), depth + 1)
                return allocate(Items("list", (), element))
            if declared.kind in _MAPPINGS and isinstance(bare.key, Sequence) and len(bare.key.items) == 2:
                key, item = bare.key.items
                value = self.sent(allocate, declared.place, item, part(taints, "values"), depth + 1)
                limited = self._type(declared.place, key).is_limited
                return allocate(Entries({}, value, None if limited else Value(STRING, part(taints, "keys"))))
        # Whoever reads a schema has declared its fields.
        read = marked(taints, BITS["keys"]) if type(declared.shape) is Typed else taints
        return Value(declared.shape, read)

    def _type(self, holder: Definition, annotation: Expr | None) -> _Type:
        key = (id(holder), id(annotation))
        found = self._types.read(key)
        if found is None:
            start = len(self._trace.log)
            kind = self._project.annotated_type(holder, annotation)
            place, bare = self._project.unwrapped(holder, annotation)
            limited = annotation is not None and self.is_limited(holder, annotation)
            shape = self.shape_sent(kind)
            answer = _Type(annotation, kind, place, bare, limited, shape)
            found = self._types.keep(key, answer, start, holder.module.bit)
        return found

    def shape_sent(self, kind: str | None) -> Shape:
        """The shape of what a caller sends for a declared type: a bare mapping is JSON of any form."""
        if kind in UPLOADS:
            return Named(FILE)
        return Named(JSON) if kind in _ANY_JSON else self._engine.globals.shape_of_type(kind)

    def _validators(self, cls: Class, name: str) -> tuple[Function, ...] | None:
        """The methods of a model that look at a field by name; None where one cannot be seen."""
        found: list[Function] = []
        for ancestor in self._project.ancestors(cls):
            target = ancestor.target
            for number, call in enumerate(target.scope.calls if isinstance(target, Class) else ()):
                named = any(isinstance(each, Constant) and each.value == name for each in call.args)
                last = call.callee.name.rpartition(".")[2] if isinstance(call.callee, Ref) else ""
                if not named or last not in _VALIDATORS or not isinstance(target, Class):
                    continue
                method = next((m for m in target.methods.values() if _is_decorated(m, number)), None)
                if method is None:
                    return None
                found.append(method)
        return tuple(found)

    def _refuses(self, method: Function) -> bool:
        """Whether a method can refuse a value: one that does is taken to know why."""
        scope = method.scope
        self._trace.log.append(self._trace.body(method))
        if any(isinstance(each, (Raise, Assertion)) for each in scope.statements):
            return True
        targets = (self._project.callee(method, each).target for each in scope.calls)
        return any(isinstance(each, (Function, Class)) for each in targets)

    def _validated(self, act: Access, cls: Class, extra: Value) -> Value:
        """`form.cleaned_data`, `serializer.validated_data`: each field as its declaration lets it through."""
        self._trace.log.append(self._engine.declarations)
        shape = shape_of(self._project, cls)
        fields = () if shape is None else shape.fields
        entries: dict[object, Value] = {}
        for field in fields:
            kind = (field.type or "").rpartition(".")[2].removesuffix("Field")
            free = kind in _FREE and not self._has_validator(cls, field.name)
            given = Named(NAMED_FILE) if kind in _UPLOADS else STRING
            taken = Value(given, act.taken(extra.taints, field.name)) if free else Value(None)
            entries[field.name] = self._checked(act, cls, field.name, taken) if free else taken
        complete = shape is not None and shape.complete
        rest = None if complete else Value(None, act.loosened(act.taken(extra.taints, "validated")))
        return act.allocate(Entries(entries, rest, None))

    def _has_validator(self, cls: Class, name: str) -> bool:
        """Whether a field is declared with a validator that may look at what its text holds."""
        found = self._project.member(cls, name)
        target = None if found is None else found.target
        if not isinstance(target, Variable) or not isinstance(target.assign.value, Result):
            return False
        calls = target.holder.scope.calls
        given = dict(calls[target.assign.value.call].keywords).get("validators")
        for each in given.items if isinstance(given, Sequence) else ():
            resolved = None
            if isinstance(each, Result):
                resolved = self._project.callee(target.holder, calls[each.call])
            elif isinstance(each, Ref):
                resolved = self._project.reference(target.holder, each.name)
            if resolved is None or not resolved.name.startswith(_OF_NO_TEXT):
                return True
        return given is not None and not isinstance(given, Sequence)

    def _checked(self, act: Access, cls: Class, name: str, value: Value) -> Value:
        """A field after the method of a form or a serializer that looks at it, if there is one.

        One that can refuse the value is taken to know why.
        """
        for word in _CHECKING:
            found = self._project.member(cls, f"{word}_{name}")
            method = None if found is None else found.target
            if not isinstance(method, Function):
                continue
            self._trace.log.append(self._trace.body(method))
            if any(isinstance(each, Raise) for each in method.scope.statements):
                return Value(None)
            data = act.allocate(Entries({name: value}))
            form = act.allocate(Instance(cls, {"cleaned_data": data}))
            given = [value] if len(method.scope.parameters) > 1 else []
            value = self._engine.call(act, Value(FunctionRef(method, None, form)), given)
        return value

    def is_limited(
        self, holder: Definition, annotation: Expr, value: Expr | None = None, depth: int = 0
    ) -> bool:
        """Whether a declared type leaves no room for an injection."""
        if depth > _NESTING:
            return False
        kind = self._project.annotated_type(holder, annotation)
        if self.is_harmless(kind):
            return True
        if isinstance(annotation, Item) and kind in _COLLECTIONS:
            return self.is_limited(holder, annotation.key, None, depth + 1)
        if isinstance(annotation, Ref):
            target = self._project.reference(holder, annotation.name).target
            stated = target.assign.value if isinstance(target, Variable) else None
            if isinstance(target, Variable) and stated is not None and not isinstance(stated, Ref):
                # `Column = Annotated[str, AfterValidator(known)]`: the alias says more than the type.
                return self.is_limited(target.holder, stated, None, depth + 1)
        if isinstance(annotation, Operation) and annotation.operator == "|":
            named = [each for each in annotation.operands if not isinstance(each, Constant)]
            if len(named) == 1:
                return self.is_limited(holder, named[0], value, depth + 1)
        for expr in (annotation, value):
            for each in () if expr is None else walk(expr):
                if isinstance(each, Result) and each.call < len(holder.scope.calls):
                    call = holder.scope.calls[each.call]
                    if any(key in _FORMATS for key, _ in call.keywords):
                        return True
                    if self._project.callee(holder, call).name.rpartition(".")[2] in _CHECKS:
                        return True
        return False

    def is_free_number(self, holder: Definition, annotation: Expr, *more: Expr | None) -> bool:
        """Whether a declared type is a number, and nothing beside it says how large it may be."""
        if self._project.annotated_type(holder, annotation) not in _COUNTS:
            return False
        return not any(expr is not None and self.is_bounded(holder, expr) for expr in (annotation, *more))

    def is_bounded(self, holder: Definition, expr: Expr) -> bool:
        """Whether a declaration says how large a number may be, or has it checked."""
        for each in walk(expr):
            if isinstance(each, Result) and each.call < len(holder.scope.calls):
                call = holder.scope.calls[each.call]
                last = self._project.callee(holder, call).name.rpartition(".")[2]
                if last in _LIMITED or last in _CHECKS or any(key in _LIMITS for key, _ in call.keywords):
                    return True
        return False

    def read_as(self, name: str, markers: Iterable[tuple[Definition, Expr]]) -> str:
        """How a parameter is read of the request: as a header or a cookie where a marker says so."""
        for holder, marker in markers:
            if isinstance(marker, Result) and marker.call < len(holder.scope.calls):
                called = self._project.callee(holder, holder.scope.calls[marker.call]).name
                place = _READ_OF.get(called.rpartition(".")[2])
                if place is not None:
                    return f'{place}["{name.replace("_", "-")}"]'
        return name

    def is_harmless(self, kind: str | None) -> bool:
        """Whether values of a type can carry no injection."""
        if kind is None:
            return False
        if kind in HARMLESS_TYPES:
            return True
        definition = self._project.by_id(kind)
        return isinstance(definition, Class) and self._project.derives(definition, *ENUMS)

    def names(self, cls: Class) -> list[str]:
        """The fields that positional arguments fill, of a dataclass or named tuple."""
        found = self._names.get(id(cls))
        if found is None:
            prefix = cls.scope.qualname + "."
            found = self._names[id(cls)] = [
                name.removeprefix(prefix)
                for name, assigned in cls.assignments.items()
                if assigned[0].annotation is not None
            ]
        return found

    def factories(self, cls: Class) -> dict[str, Expr]:
        """What makes the values of fields that are not given: `field(default_factory=list)`."""
        found = self._factories.get(id(cls))
        if found is None:
            found = self._factories[id(cls)] = dict(self._find_factories(cls))
        return found

    def _find_factories(self, cls: Class) -> Iterator[tuple[str, Expr]]:
        for name, assign in cls.attributes.items():
            if isinstance(assign.value, Result) and assign.annotation is not None:
                given = dict(cls.scope.calls[assign.value.call].keywords).get("default_factory")
                if given is not None:
                    yield name, given

    def limited(self, cls: Class, name: str, value: Value) -> Value:
        """The value of a model's field, once the model has validated it."""
        if not value.taints or not self._project.derives(cls, "pydantic.BaseModel"):
            return value
        found = self._project.member(cls, name)
        target = None if found is None else found.target
        if isinstance(target, Variable) and target.assign.annotation is not None:
            if self.is_limited(target.holder, target.assign.annotation, target.assign.value):
                return Value(None)
        return value

    def typed(self, value: Value, kind: str | None) -> Value:
        """A value of unknown shape whose type the code declares, and which is taken to be that."""
        taints = marked(value.taints, NUMBER) if kind in HARMLESS_TYPES else value.taints
        return Value(self._engine.globals.shape_of_type(kind), taints, value.yes, value.no)


def _is_decorated(method: Function, call: int) -> bool:
    """Whether a method is decorated by a call of the class around it."""
    return any(isinstance(each.value, Result) and each.value.call == call for each in method.scope.decorators)
