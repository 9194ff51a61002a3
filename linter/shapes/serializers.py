"""Shapes of Django REST framework's serializers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from linter.backend.routes import Verdict
from linter.facts.expressions import Constant, Item
from linter.facts.scopes import Assign
from linter.finding import Location
from linter.resolve.definitions import Class, Function
from linter.resolve.values import Made, Value
from linter.shapes.declarations import alters, inner_class, is_ellipsis
from linter.shapes.django_models import Model, ModelField, models_of
from linter.shapes.field_calls import FieldCall, FieldCalls, Validators, entries
from linter.shapes.known import Dimension
from linter.shapes.model import Field, Shape
from linter.shapes.reader import Shapes
from linter.shapes.reverse_relations import Reverse, reverse_of
from linter.shapes.serializer_fields import related_field, serializer_field
from linter.shapes.types import CLOSED, UNKNOWN, Typed

_PACKAGES = ("rest_framework.serializers.", "rest_framework.fields.", "rest_framework.relations.")
_CLOSED = """
    BooleanField NullBooleanField UUIDField DateField DateTimeField TimeField DurationField ChoiceField
    MultipleChoiceField FilePathField IPAddressField PrimaryKeyRelatedField HiddenField
"""
_TEXTS = """
    CharField EmailField RegexField SlugField URLField SlugRelatedField HyperlinkedRelatedField
    HyperlinkedIdentityField
"""
_DIMENSIONS: dict[str, Dimension] = {
    **dict.fromkeys(
        _CLOSED.split(),
        "closed",
    ),
    **dict.fromkeys(
        _TEXTS.split(),
        "text",
    ),
    **dict.fromkeys(["IntegerField", "FloatField", "DecimalField", "BigIntegerField"], "number"),
    **dict.fromkeys(["ListField", "DictField", "HStoreField", "JSONField"], "items"),
}
_READ_ONLY = frozenset(
    {"SerializerMethodField", "ReadOnlyField", "StringRelatedField", "HyperlinkedIdentityField"}
)
_RELATED = frozenset(
    {"PrimaryKeyRelatedField", "SlugRelatedField", "HyperlinkedRelatedField", "StringRelatedField"}
)
_SERIALIZERS = frozenset({"Serializer", "ModelSerializer", "HyperlinkedModelSerializer", "ListSerializer"})
_HYPERLINKED = "rest_framework.serializers.HyperlinkedModelSerializer"
_CHOOSING = frozenset({"serializer_field_mapping", "serializer_related_field", "serializer_choice_field"})
"""Attributes that give a serializer other classes of fields."""
_ALL = "__all__"


def read(shapes: Shapes, cls: Class) -> Shape:
    """The shape of a serializer."""
    return _Serializer(shapes, cls).shape()


class _Serializer:
    """One serializer on its way to a shape."""

    def __init__(self, shapes: Shapes, cls: Class) -> None:
        self._shapes = shapes
        self._values = shapes.values
        self._cls = cls
        self._lineage = shapes.lineages.of(cls)
        self._calls = FieldCalls(shapes.project, shapes.values, _PACKAGES)
        self._validators = Validators(shapes.values, shapes.types.constraints)
        self._meta = dict(self._read_meta())
        self._extra = entries(self._values, self._meta.get("extra_kwargs"))

    def shape(self) -> Shape:
        """Declared fields, and those that the model gives."""
        declared = {name: self._declared(call) for name, call in self._declarations().items() if call}
        if "model" not in self._meta:
            return self._made(tuple(declared.values()), not self._shapes.unread_bases(self._lineage))
        model = models_of(self._shapes).named(self._meta["model"])
        names = self._names(model, list(declared))
        if names is None:
            return self._made(tuple(declared.values()), False)
        fields = [declared.get(name) or self._of_model(model, name) for name in names]
        complete = self._are_known(model) and not self._shapes.unread_bases(self._lineage)
        return self._made(tuple(fields), complete)

    def _made(self, fields: tuple[Field, ...], complete: bool) -> Shape:
        own = [each.cls for each in self._lineage if each.cls is not None]
        changes = any(
            name in ("get_fields", "get_field_names") or alters(method, "fields")
            for cls in own
            for name, method in cls.methods.items()
        )
        return Shape(self._cls, "drf", fields, "ignore", complete and not changes)

    def _read_meta(self) -> Iterator[tuple[str, Value]]:
        """What `class Meta` and its own bases say, nearest first."""
        seen: set[str] = set()
        for meta in inner_class(self._lineage, "Meta"):
            for each in self._shapes.lineages.of(meta):
                for name, assign in {} if each.cls is None else each.cls.attributes.items():
                    if each.cls is not None and assign.value is not None and name not in seen:
                        seen.add(name)
                        yield name, Value(each.cls, assign.value)
            return

    # Declared fields

    def _declarations(self) -> dict[str, FieldCall | None]:
        found = self._calls.of(self._lineage)
        for ancestor in reversed(self._lineage):
            for name, call in self._nested_calls(ancestor.cls):
                found[name] = call
        return {name: call for name, call in found.items() if call is None or self._is_field(call)}

    def _nested_calls(self, cls: Class | None) -> Iterator[tuple[str, FieldCall]]:
        for name, assign in {} if cls is None else cls.attributes.items():
            if cls is None or assign.value is None:
                continue
            made = self._values.made(Value(cls, assign.value))
            target = None if made is None else made.callee.target
            if made is not None and isinstance(target, Class) and self._shapes.library(target) == "drf":
                yield name, FieldCall(name, "Serializer", made, cls.module.locate(assign.span))

    def _is_field(self, call: FieldCall) -> bool:
        return call.kind.endswith("Field") or call.kind in _SERIALIZERS

    def _declared(self, call: FieldCall) -> Field:
        flag = self._values.flag
        read_only = flag(call.argument("read_only")) or call.kind in _READ_ONLY
        stated = call.argument("write_only")
        write_only = flag(stated) or call.kind == "HiddenField"
        write_only = write_only or (stated is None and self._is_taken_only(call.made.callee.target))
        default = call.argument("default")
        required = call.argument("required")
        has_default = default is not None and not is_ellipsis(default)
        is_required = not (read_only or has_default or call.kind == "HiddenField")
        if required is not None and not read_only:
            is_required = flag(required, is_required)
        typed = self._typed(call.made, call.kind)
        return Field(
            name=call.name,
            alias=call.name,
            type=_shown(call.made, typed.many and call.kind != "ListField"),
            required=is_required,
            bounded=typed.bounded,
            location=call.location,
            nested=typed.nested,
            many=typed.many,
            nullable=flag(call.argument("allow_null")),
            read_only=read_only,
            write_only=write_only,
            secret=self._is_secret(call.name, call.argument("style"), write_only),
        )

    def _is_taken_only(self, target: object) -> bool:
        """Whether a field of the project makes itself write-only: `kwargs["write_only"] = True`."""
        member = self._shapes.project.member(target, "__init__") if isinstance(target, Class) else None
        init = None if member is None else member.target
        if not isinstance(init, Function):
            return False
        self._shapes.project.trace.log.append(self._shapes.project.trace.body(init))
        return any(
            isinstance(each, Item) and each.key == Constant("write_only")
            for statement in init.scope.statements
            if isinstance(statement, Assign) and statement.value != Constant(False)
            for each in statement.targets
        )

    def _is_secret(self, name: str, style: Value | None, write_only: bool) -> bool:
        given = entries(self._values, style).get("input_type")
        return self._values.text(given) == "password" or (write_only and "password" in name.lower())

    def _typed(self, made: Made, kind: str) -> Typed:
        target = made.callee.target
        many = self._values.flag(made.keyword("many"))
        if isinstance(target, Class) and self._shapes.library(target) == "drf":
            one = Typed("any", Verdict.UNKNOWN, nested=(target,))
            return self._several(one, made) if many else one
        if kind in _RELATED and many:
            return self._several(CLOSED, made)
        dimension = _DIMENSIONS.get(kind)
        if dimension is None:
            return UNKNOWN
        if dimension == "closed":
            return CLOSED
        child = self._values.made(made.keyword("child"))
        inner = Typed("any", Verdict.NO) if child is None else self._typed(child, self._calls.kind(child))
        items = inner.bounded if dimension == "items" else Verdict.YES
        nested = inner.nested if dimension == "items" else ()
        typed = Typed(dimension, Verdict.NO, items, nested, many=kind == "ListField")
        constraints = self._shapes.types.constraints.of(made)
        if kind == "RegexField":
            constraints -= {"regex"}
        return typed.limited(constraints | self._validators.constraints(made.keyword("validators")))

    def _several(self, one: Typed, made: Made) -> Typed:
        typed = Typed("items", Verdict.NO, one.bounded, one.nested, many=True)
        return typed.limited(self._shapes.types.constraints.of(made))

    # Fields of the model

    def _names(self, model: Model | None, declared: list[str]) -> list[str] | None:
        """The names that `Meta.fields` or `Meta.exclude` leave; None when they can't be read."""
        fields, exclude = self._meta.get("fields"), self._meta.get("exclude")
        if fields is not None and self._values.text(fields) != _ALL:
            texts = self._values.texts(fields)
            return None if texts is None else list(dict.fromkeys(texts))
        left = self._values.texts(exclude) if exclude is not None else ()
        if model is None or left is None:
            return None
        default = [*self._key(model), *declared, *(each.name for each in _ordered(model))]
        return [name for name in dict.fromkeys(default) if name not in left or name in declared]

    def _key(self, model: Model) -> list[str]:
        if self._is_by_address():
            return ["url"]
        return [each.name for each in model.fields.values() if each.is_automatic][:1]

    def _are_known(self, model: Model | None) -> bool:
        return model is not None and model.complete

    def _of_model(self, model: Model | None, name: str) -> Field:
        found = None if model is None else model.fields.get(name)
        back = (
            None
            if found is not None or model is None or model.owner is None
            else (reverse_of(self._shapes, model.owner, name))
        )
        if back is not None:
            return self._with_extra(self._from_reverse(back))
        if found is None:
            # A property or a method of the model is given as it is; a name that isn't found may be one.
            known = model is not None and model.complete
            return self._with_extra(_read_only(name, self._cls.location) if known else self._unknown(name))
        return self._with_extra(self._from(found))

    def _unknown(self, name: str) -> Field:
        return Field(name, name, None, False, Verdict.UNKNOWN, self._cls.location)

    def _from(self, field: ModelField) -> Field:
        read_only = field.is_automatic or not field.editable or (field.is_many and field.own_through)
        required = not (read_only or field.optional)
        typed = field.typed
        if field.is_many:
            typed = Typed("items", Verdict.NO, many=True)
        if field.is_relation and self._has_depth():
            read_only, required = True, False
        return Field(
            name=field.name,
            alias=field.name,
            type=self._type_of(field),
            required=required,
            bounded=typed.bounded,
            location=field.location,
            many=typed.many,
            nullable=field.null,
            read_only=read_only,
        )

    def _from_reverse(self, relation: Reverse) -> Field:
        read_only = relation.own_through or self._has_depth()
        typed = Typed("items", Verdict.NO, many=True) if relation.is_many else CLOSED
        return Field(
            name=relation.name,
            alias=relation.name,
            type=related_field(relation.is_many, self._is_by_address(), self._has_depth()),
            required=not read_only,
            bounded=typed.bounded,
            location=self._cls.location,
            many=typed.many,
            read_only=read_only,
        )

    def _type_of(self, field: ModelField) -> str | None:
        """The class of the field that stands for a model's; None where the project chooses it."""
        attributes = (name for each in self._lineage if each.cls is not None for name in each.cls.attributes)
        if not _CHOOSING.isdisjoint(attributes):
            return None
        return serializer_field(field, self._is_by_address(), self._has_depth())

    def _is_by_address(self) -> bool:
        return any(each.name == _HYPERLINKED for each in self._lineage)

    def _has_depth(self) -> bool:
        depth = self._values.constant(self._meta.get("depth"))
        return isinstance(depth, int) and depth > 0

    def _with_extra(self, field: Field) -> Field:
        """The field with what `extra_kwargs` and `read_only_fields` say of it."""
        given = entries(self._values, self._extra.get(field.name))
        read_only = field.read_only or self._flag(given, "read_only", False)
        listed = self._values.texts(self._meta.get("read_only_fields")) or ()
        read_only = read_only or field.name in listed
        write_only = self._flag(given, "write_only", False)
        required = field.required
        if "default" in given:
            required = False
        required = not read_only and self._flag(given, "required", required)
        bounded = field.bounded
        if bounded is Verdict.NO and _sets(self._values.constant(given.get("max_length"))):
            bounded = Verdict.YES
        if bounded is Verdict.NO and _sets(self._values.constant(given.get("max_value"))):
            bounded = Verdict.YES
        return Field(
            name=field.name,
            alias=field.alias,
            type=field.type,
            required=required,
            bounded=bounded,
            location=field.location,
            nested=field.nested,
            many=field.many,
            nullable=self._flag(given, "allow_null", field.nullable),
            read_only=read_only,
            write_only=write_only,
            secret=self._is_secret(field.name, given.get("style"), write_only),
        )

    def _flag(self, given: Mapping[str, Value], name: str, default: bool) -> bool:
        return self._values.flag(given.get(name), default)


def _sets(constant: object) -> bool:
    return isinstance(constant, int) and not isinstance(constant, bool)


def _ordered(model: Model) -> list[ModelField]:
    """The fields of a model as a serializer takes them: plain ones first, then relations."""
    fields = list(model.fields.values())
    return [each for each in fields if not each.is_relation] + [each for each in fields if each.is_relation]


def _read_only(name: str, place: Location) -> Field:
    return Field(name, name, None, False, Verdict.UNKNOWN, place, read_only=True)


def _shown(made: Made, many: bool) -> str:
    last = made.name.rpartition(".")[2]
    return f"list[{last}]" if many and not isinstance(made.call.callee, Constant) else last
