import enum

from marshmallow import EXCLUDE, INCLUDE, Schema, ValidationError, fields, validate, validates
from marshmallow.validate import Length, Range


class Color(enum.Enum):
    RED = "red"


def is_good(value):
    return True


class Plain(Schema):
    a = fields.String()
    b = fields.Str(required=True)
    c = fields.Integer(required=True, allow_none=True)
    d = fields.Float(load_default=3)
    e = fields.Boolean()
    f = fields.UUID()
    g = fields.DateTime(dump_only=True)
    h = fields.Email()
    i = fields.Url(load_only=True)
    j = fields.Decimal()
    k = fields.Raw()
    m = fields.Dict()
    n = fields.Enum(Color)
    o = fields.Constant(3)
    p = fields.Date()


class Bounded(Schema):
    a = fields.String(validate=Length(max=5))
    b = fields.String(validate=validate.Length(min=5))
    c = fields.String(validate=[validate.Length(1, 5), is_good])
    d = fields.String(validate=validate.Length(equal=5))
    e = fields.Integer(validate=Range(max=5))
    f = fields.Integer(validate=Range(min=5))
    g = fields.String(validate=validate.OneOf(["a", "b"]))
    h = fields.Integer(validate=Range(0, 5))
    i = fields.List(fields.String(validate=Length(max=5)), validate=Length(max=5))
    j = fields.List(fields.String(validate=Length(max=5)))
    k = fields.List(fields.String(), validate=Length(max=5))
    m = fields.List(fields.Boolean, validate=Length(max=5))
    n = fields.String(validate=validate.And(validate.Length(max=5), validate.ContainsOnly("ab")))
    o = fields.Tuple((fields.Boolean(), fields.Date()))
    p = fields.Tuple((fields.Boolean(), fields.String()))


class Unclear(Schema):
    a = fields.String(validate=is_good)
    b = fields.String(validate=lambda value: True)
    c = fields.String(validate=validate.Regexp(r"^\d{4}$"))
    d = fields.String(validate=validate.Regexp(r"\d+"))
    e = fields.String()
    f = fields.String()

    @validates("e")
    def check_e(self, value, **kwargs):
        if len(value) > 3:
            raise ValidationError("too long")

    @validates("f")
    def check_f(self, value, **kwargs):
        is_good(value)


class Keyed(Schema):
    first = fields.String(data_key="firstName")
    second = fields.String(attribute="other")
    password = fields.String(load_only=True)

    class Meta:
        unknown = EXCLUDE


class Child(Plain):
    a = fields.String(required=True)
    z = fields.String(validate=Length(max=3))

    class Meta:
        unknown = INCLUDE
        exclude = ("b", "c")
        dump_only = ("d",)
        load_only = ("e",)


class GrandChild(Child):
    y = fields.Integer()


class Mixin:
    common = fields.String(required=True)


class Mixed(Mixin, Schema):
    own = fields.String()


class Leaf(Schema):
    value = fields.Integer()


class Tree(Schema):
    leaf = fields.Nested(Leaf)
    leaves = fields.Nested(Leaf, many=True, required=True)
    other = fields.List(fields.Nested(Leaf))
    few = fields.List(fields.Nested(Leaf()), validate=Length(max=3))
    named = fields.Nested("Leaf")
    late = fields.Nested(lambda: Leaf(only=("value",)))
    own = fields.Nested("Tree", many=True)
    only = fields.Pluck(Leaf, "value")


class Methods(Schema):
    a = fields.Method("get_a")
    b = fields.Function(lambda value: 1)
    c = fields.Method(serialize="get_a", deserialize="load_a")

    def get_a(self, value):
        return 1

    def load_a(self, value):
        return value


class ShortText(fields.String):
    pass


class Own(Schema):
    a = ShortText(required=True, validate=Length(max=4))
    b = ShortText()
