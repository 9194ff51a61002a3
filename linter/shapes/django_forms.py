"""Shapes of Django's forms and model forms."""

from __future__ import annotations

from linter.backend.routes import Verdict
from linter.resolve.definitions import Class
from linter.resolve.values import Made, Value
from linter.shapes.declarations import alters, inner_class
from linter.shapes.django_models import ModelField, models_of
from linter.shapes.field_calls import FieldCall, FieldCalls, Validators, entries
from linter.shapes.known import Dimension
from linter.shapes.model import Field, Shape
from linter.shapes.reader import Shapes
from linter.shapes.types import CLOSED, UNKNOWN, Typed

_PACKAGES = (
    "django.forms.",
    "django.contrib.postgres.forms.",
    "django.contrib.auth.forms.",
    "django_filters.",
)
_CLOSED = """
    BooleanField NullBooleanField UUIDField DateField DateTimeField TimeField DurationField ChoiceField
    TypedChoiceField MultipleChoiceField TypedMultipleChoiceField ModelChoiceField FilePathField
    GenericIPAddressField SplitDateTimeField EmailField URLField
"""
_DIMENSIONS: dict[str, Dimension] = {
    **dict.fromkeys(
        _CLOSED.split(),
        "closed",
    ),
    **dict.fromkeys(["CharField", "RegexField", "SlugField", "UsernameField"], "text"),
    **dict.fromkeys(["IntegerField", "FloatField", "DecimalField"], "number"),
    **dict.fromkeys(["JSONField", "SimpleArrayField"], "items"),
}
"""An address has at most 320 characters by default, a URL 2048."""


def read(shapes: Shapes, cls: Class) -> Shape:
    """The shape of a form."""
    return _Form(shapes, cls).shape()


class _Form:
    """One form on its way to a shape."""

    def __init__(self, shapes: Shapes, cls: Class) -> None:
        self._shapes = shapes
        self._values = shapes.values
        self._cls = cls
        self._lineage = shapes.lineages.of(cls)
        self._calls = FieldCalls(shapes.project, shapes.values, _PACKAGES)
        self._validators = Validators(shapes.values, shapes.types.constraints)
        self._meta = self._read_meta()

    def shape(self) -> Shape:
        """The model's fields, and those that the form declares or takes away."""
        fields: dict[str, Field] = {}
        complete = not self._shapes.unread_bases(self._lineage) and not self._changes_fields()
        if "model" in self._meta:
            found = self._of_model()
            complete = complete and found is not None
            fields = found or {}
        for name, call in self._calls.of(self._lineage).items():
            if call is None:
                fields.pop(name, None)
            elif call.kind.endswith("Field"):
                fields[name] = self._declared(call)
        return Shape(self._cls, "django-form", tuple(fields.values()), "ignore", complete)

    def _read_meta(self) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for meta in inner_class(self._lineage, "Meta"):
            for each in self._shapes.lineages.of(meta):
                for name, assign in {} if each.cls is None else each.cls.attributes.items():
                    if each.cls is not None and assign.value is not None:
                        found.setdefault(name, Value(each.cls, assign.value))
            break
        return found

    def _changes_fields(self) -> bool:
        """Whether `__init__` may add or drop fields."""
        for each in self._lineage:
            method = None if each.cls is None else each.cls.methods.get("__init__")
            if method is not None and alters(method, "fields"):
                return True
        return False

    def _declared(self, call: FieldCall) -> Field:
        typed = self._typed(call.made, call.kind)
        return Field(
            name=call.name,
            alias=call.name,
            type=call.made.name.rpartition(".")[2],
            required=self._values.flag(call.argument("required"), True),
            bounded=typed.bounded,
            location=call.location,
            many=typed.many,
            read_only=self._values.flag(call.argument("disabled")),
            secret=self._is_password(call.argument("widget")),
        )

    def _is_password(self, widget: Value | None) -> bool:
        if widget is None:
            return False
        made = self._values.made(widget)
        named = self._values.named(widget) if made is None else made.callee
        return named is not None and named.name.endswith(".PasswordInput")

    def _typed(self, made: Made, kind: str) -> Typed:
        dimension = _DIMENSIONS.get(kind)
        if dimension is None:
            return UNKNOWN
        if dimension == "closed":
            return CLOSED
        constraints = self._shapes.types.constraints.of(made)
        if kind == "RegexField":
            constraints -= {"regex"}
        typed = Typed(dimension, Verdict.NO, many=kind == "SimpleArrayField")
        return typed.limited(constraints | self._validators.constraints(made.keyword("validators")))

    # Fields of the model

    def _of_model(self) -> dict[str, Field] | None:
        """The fields that the model gives; None when they can't be read."""
        model = models_of(self._shapes).named(self._meta["model"])
        fields, exclude = self._meta.get("fields"), self._meta.get("exclude")
        if model is None:
            return None
        kept = list(model.fields)
        if fields is not None and self._values.text(fields) != "__all__":
            texts = self._values.texts(fields)
            if texts is None:
                return None
            kept = [name for name in dict.fromkeys(texts) if name in model.fields]
        left = self._values.texts(exclude) if exclude is not None else ()
        if left is None or not model.complete:
            return None
        widgets = entries(self._values, self._meta.get("widgets"))
        return {
            name: self._from(model.fields[name], widgets.get(name))
            for name in kept
            if name not in left and self._is_shown(model.fields[name])
        }

    def _is_shown(self, field: ModelField) -> bool:
        return field.editable and not field.is_automatic

    def _from(self, field: ModelField, widget: Value | None) -> Field:
        typed = UNKNOWN if field.is_many else field.typed
        return Field(
            name=field.name,
            alias=field.name,
            type=field.kind,
            required=not field.blank and (field.kind != "BooleanField" or field.choices),
            bounded=typed.bounded,
            location=field.location,
            many=typed.many or field.is_many,
            nullable=field.null,
            secret=self._is_password(widget),
        )
