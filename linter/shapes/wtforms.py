"""Shapes of WTForms forms, Flask-WTF's included."""

from __future__ import annotations

from linter.backend.routes import Verdict
from linter.resolve.definitions import Class
from linter.resolve.values import Made, Value
from linter.shapes.declarations import methods
from linter.shapes.field_calls import FieldCall, FieldCalls, Validators
from linter.shapes.known import Dimension
from linter.shapes.model import Field, Shape
from linter.shapes.reader import Shapes
from linter.shapes.types import CLOSED, UNKNOWN, Typed
from linter.shapes.validators import limit_of

_PACKAGES = ("wtforms.", "flask_wtf.file.", "flask_wtf.recaptcha.", "wtforms_sqlalchemy.")
_TEXTS = "StringField TextAreaField PasswordField HiddenField SearchField TelField URLField EmailField"
_NUMBERS = "IntegerField FloatField DecimalField IntegerRangeField DecimalRangeField"
_CLOSED = """
    BooleanField DateField DateTimeField DateTimeLocalField TimeField MonthField WeekField SelectField
    RadioField SelectMultipleField SubmitField ColorField
"""
_DIMENSIONS: dict[str, Dimension] = {
    **dict.fromkeys(_TEXTS.split(), "text"),
    **dict.fromkeys(_NUMBERS.split(), "number"),
    **dict.fromkeys(_CLOSED.split(), "closed"),
}
_REQUIRING = frozenset({"DataRequired", "InputRequired", "Required", "FileRequired"})


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
        self._methods = {method.head.name: method for method in methods(self._lineage)}

    def shape(self) -> Shape:
        """Everything that is declared."""
        calls = [call for call in self._calls.of(self._lineage).values() if call is not None]
        fields = tuple(self._field(call) for call in calls if call.kind.endswith(_ENDINGS))
        return Shape(self._cls, "wtforms", fields, "ignore", not self._shapes.unread_bases(self._lineage))

    def _field(self, call: FieldCall) -> Field:
        typed = self._typed(call.made, call.kind)
        bounded = typed.bounded
        check = self._methods.get(f"validate_{call.name}")
        if bounded is Verdict.NO and check is not None:
            bounded = limit_of(self._shapes.project, (check,), bounded)
        alias = call.argument("name")
        return Field(
            name=call.name,
            alias=call.name if alias is None else self._values.text(alias),
            type=call.made.name.rpartition(".")[2],
            required=not _REQUIRING.isdisjoint(self._validators.names(self._given(call.made))),
            bounded=bounded,
            location=call.location,
            nested=typed.nested,
            many=typed.many,
            secret=call.kind == "PasswordField",
        )

    def _given(self, made: Made) -> Value | None:
        return made.argument(1, "validators")

    def _typed(self, made: Made, kind: str) -> Typed:
        if kind == "FormField":
            named = self._values.named(made.argument(0, "form_class"))
            cls = None if named is None else named.target
            return Typed("any", Verdict.UNKNOWN, nested=(cls,) if isinstance(cls, Class) else ())
        if kind == "FieldList":
            inner = self._values.made(made.argument(0, "unbound_field"))
            item = UNKNOWN if inner is None else self._typed(inner, self._calls.kind(inner))
            limit = made.keyword("max_entries")
            limited = limit is not None and self._values.constant(limit) is not None
            size = Verdict.YES if limited else Verdict.NO
            return Typed("items", size, item.bounded, item.nested, many=True)
        dimension = _DIMENSIONS.get(kind)
        if dimension is None:
            return UNKNOWN
        if dimension == "closed":
            checked = self._values.flag(made.keyword("validate_choice"), True)
            return CLOSED if checked else Typed("text", Verdict.NO)
        return Typed(dimension, Verdict.NO).limited(self._validators.constraints(self._given(made)))


_ENDINGS = ("Field", "FieldList")
