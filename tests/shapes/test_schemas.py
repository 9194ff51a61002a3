"""Marshmallow schemas, WTForms forms and records: what is read against what the libraries make of them."""

import dataclasses

import attrs
import flask
import marshmallow
import msgspec
import pytest
import wtforms
from wtforms.csrf.core import CSRFTokenField

from linter.backend import Verdict
from tests.shapes.reading import read

SCHEMAS = {
    name: each
    for name, each in read("marshmallow_schemas").items()
    if issubclass(each[0], marshmallow.Schema)
}
FORMS = {
    name: each for name, each in read("wtforms_forms").items() if issubclass(each[0], wtforms.form.BaseForm)
}
RECORDS = read("record_classes")
YES, NO, UNKNOWN = Verdict.YES, Verdict.NO, Verdict.UNKNOWN

SCALARS = (
    *(marshmallow.fields.Boolean, marshmallow.fields.UUID, marshmallow.fields.DateTime),
    *(marshmallow.fields.Date, marshmallow.fields.Enum, marshmallow.fields.Constant),
)


def of_marshmallow(field):
    """What a real field says of its value's size."""
    if isinstance(field, SCALARS):
        return YES
    if isinstance(field, (marshmallow.fields.Pluck, marshmallow.fields.Method, marshmallow.fields.Function)):
        return UNKNOWN
    if isinstance(field, marshmallow.fields.Nested):
        return NO if field.many else UNKNOWN
    if isinstance(field, marshmallow.fields.Tuple):
        return NO if NO in map(of_marshmallow, field.tuple_fields) else YES
    own = limit_of(field.validators)
    if isinstance(field, marshmallow.fields.List) and own is YES:
        return of_marshmallow(field.inner)
    return own


def limit_of(validators):
    verdicts = {NO}
    for each in validators:
        if isinstance(each, marshmallow.validate.And):
            verdicts.add(limit_of(each.validators))
        elif isinstance(each, marshmallow.validate.OneOf):
            verdicts.add(YES)
        elif isinstance(each, marshmallow.validate.Regexp):
            verdicts.add(YES if each.regex.pattern == r"^\d{4}$" else UNKNOWN)
        elif isinstance(each, (marshmallow.validate.Length, marshmallow.validate.Range)):
            limit = each.max if each.max is not None else getattr(each, "equal", None)
            verdicts.add(NO if limit is None else YES)
        elif not isinstance(each, (marshmallow.validate.Email, marshmallow.validate.URL)):
            verdicts.add(UNKNOWN)
    return next(each for each in (YES, UNKNOWN, NO) if each in verdicts)


BY_METHODS = {("Unclear", "e"): YES, ("Unclear", "f"): UNKNOWN}


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_schemas(name):
    real, shape = SCHEMAS[name]
    schema = real()
    assert [each.name for each in shape.fields] == list(schema.fields)
    assert {each.name: (each.required, each.read_only, each.write_only) for each in shape.fields} == {
        key: (field.required, field.dump_only, field.load_only) for key, field in schema.fields.items()
    }
    assert {each.name: each.nullable for each in shape.fields} == {
        key: field.allow_none for key, field in schema.fields.items()
    }
    aliases = {key: field.data_key or key for key, field in schema.fields.items()}
    assert {each.name: each.alias for each in shape.fields} == aliases
    assert shape.extra == {"raise": "forbid", "exclude": "ignore", "include": "allow"}[schema.unknown]
    assert {each.name: each.bounded for each in shape.fields} == {
        key: BY_METHODS.get((name, key)) or of_marshmallow(field) for key, field in schema.fields.items()
    }


def test_nested_schemas():
    tree = SCHEMAS["Tree"][1]
    nested = {each.name: ([cls.scope.name for cls in each.nested], each.many) for each in tree.fields}
    assert nested == {
        "leaf": (["Leaf"], False),
        "leaves": (["Leaf"], True),
        "other": (["Leaf"], True),
        "few": (["Leaf"], True),
        "named": (["Leaf"], False),
        "late": (["Leaf"], False),
        "own": (["Tree"], True),
        "only": ([], False),
    }


CLOSED = (
    *(wtforms.BooleanField, wtforms.DateTimeField, wtforms.SelectField, wtforms.SelectMultipleField),
    *(wtforms.SubmitField,),
)


def of_wtforms(field):
    if isinstance(field, CLOSED):
        return YES
    if isinstance(field, (wtforms.FileField, wtforms.FormField)):
        return UNKNOWN
    if isinstance(field, wtforms.FieldList):
        if field.max_entries is None:
            return NO
        return UNKNOWN if field.unbound_field.field_class is wtforms.FormField else YES
    for each in field.validators:
        if isinstance(each, (wtforms.validators.AnyOf, wtforms.validators.Regexp)):
            return YES
        if getattr(each, "max", None) not in (None, -1):
            return YES
    return NO


@pytest.mark.parametrize("name", sorted(FORMS))
def test_forms(name):
    real, shape = FORMS[name]
    with flask.Flask("forms").test_request_context():
        form = real(meta={"csrf": False})
    fields = {key: field for key, field in form._fields.items() if not isinstance(field, CSRFTokenField)}
    assert sorted(each.name for each in shape.fields) == sorted(fields)
    assert {each.name: each.required for each in shape.fields} == {
        key: bool(field.flags.required) for key, field in fields.items()
    }
    assert {each.name for each in shape.fields if each.secret} == {
        key for key, field in fields.items() if isinstance(field, wtforms.PasswordField)
    }
    by_methods = {("Checked", "name"): UNKNOWN, ("Checked", "other"): UNKNOWN}
    assert {each.name: each.bounded for each in shape.fields} == {
        key: by_methods.get((name, key)) or of_wtforms(field) for key, field in fields.items()
    }


def facts(shape):
    return [(each.name, each.required) for each in shape.fields]


def by_library(library):
    return sorted(name for name, (_, shape) in RECORDS.items() if shape.library == library)


@pytest.mark.parametrize("name", by_library("dataclass"))
def test_data_classes(name):
    real, shape = RECORDS[name]
    missing = dataclasses.MISSING
    expected = [
        (each.name, each.init and each.default is missing and each.default_factory is missing)
        for each in real.__dataclass_fields__.values()
        if each._field_type is not dataclasses._FIELD_CLASSVAR
    ]
    if name != "Checked":
        assert facts(shape) == expected
    else:
        assert facts(shape) == [("a", True), ("b", False), ("c", False)]
        assert [each.bounded for each in shape.fields] == [YES, YES, YES]


@pytest.mark.parametrize("name", by_library("attrs"))
def test_attrs(name):
    real, shape = RECORDS[name]
    expected = [
        (each.name, each.alias, each.init and each.default is attrs.NOTHING) for each in attrs.fields(real)
    ]
    assert sorted((each.name, each.alias, each.required) for each in shape.fields) == sorted(expected)


@pytest.mark.parametrize("name", by_library("msgspec"))
def test_msgspec(name):
    real, shape = RECORDS[name]
    expected = [(each.name, each.encode_name, each.required) for each in msgspec.structs.fields(real)]
    assert [(each.name, each.alias, each.required) for each in shape.fields] == expected
    assert shape.extra == ("forbid" if "Camel" in name else "ignore")


@pytest.mark.parametrize("name", by_library("typeddict"))
def test_typed_dictionaries(name):
    real, shape = RECORDS[name]
    assert {each.name for each in shape.fields} == set(real.__annotations__)
    assert {each.name for each in shape.fields if each.required} == real.__required_keys__


@pytest.mark.parametrize("name", by_library("namedtuple"))
def test_named_tuples(name):
    real, shape = RECORDS[name]
    assert facts(shape) == [(each, each not in real._field_defaults) for each in real._fields]


def test_bounds_and_nesting_of_records():
    bounds = {each.name: each.bounded for each in RECORDS["Order"][1].fields}
    assert (bounds["name"], bounds["note"], bounds["small"], bounds["many"]) == (YES, NO, YES, NO)
    bounds = {each.name: each.bounded for each in RECORDS["Bag"][1].fields}
    assert (bounds["b"], bounds["c"], bounds["d"], bounds["e"]) == (NO, YES, YES, YES)
    line = RECORDS["Line"][1]
    assert [([cls.scope.name for cls in each.nested], each.many) for each in line.fields] == [
        *[(["Point"], False), (["Point"], False), (["Point"], True), (["Point"], True)]
    ]
    assert [cls.scope.name for cls in RECORDS["PointBox"][1].field("content").nested] == ["Point"]
    assert {shape.library for _, shape in RECORDS.values()} == {
        *("dataclass", "attrs", "msgspec", "typeddict", "namedtuple")
    }
