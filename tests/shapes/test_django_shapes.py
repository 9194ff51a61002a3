"""Django's forms and REST framework's serializers: what is read from source against the fields they make."""

import pytest
from django import forms
from django.core.validators import MaxLengthValidator, MaxValueValidator, URLValidator
from rest_framework import serializers

from linter.backend import Verdict
from tests.shapes.reading import read

SAMPLES = read("django_samples")
SERIALIZERS = sorted(name for name, (real, _) in SAMPLES.items() if issubclass(real, serializers.Serializer))
FORMS = sorted(name for name, (real, _) in SAMPLES.items() if issubclass(real, forms.BaseForm))
CLOSED = (
    serializers.BooleanField,
    serializers.ChoiceField,
    serializers.DateField,
    serializers.DateTimeField,
    serializers.HiddenField,
    serializers.PrimaryKeyRelatedField,
    serializers.UUIDField,
    forms.BooleanField,
    forms.ChoiceField,
    forms.DateField,
    forms.DateTimeField,
    forms.ModelChoiceField,
    forms.UUIDField,
)


def is_bounded(field):
    """What a real field says of the size of its value; None where it has fields of its own, or files."""
    if isinstance(field, serializers.ListSerializer):
        return False
    if isinstance(field, (serializers.Serializer, serializers.FileField, forms.FileField)):
        return None
    if isinstance(field, (serializers.SerializerMethodField, serializers.ReadOnlyField)):
        return None
    if isinstance(field, forms.ModelMultipleChoiceField):
        return None
    if isinstance(field, CLOSED):
        return True
    if isinstance(field, (serializers.DictField, serializers.ManyRelatedField)):
        return False
    if isinstance(field, serializers.ListField):
        return field.max_length is not None and is_bounded(field.child)
    limits = ("max_length", "max_value", "max_digits")
    if any(getattr(field, name, None) is not None for name in limits):
        return True
    return any(
        isinstance(each, (MaxLengthValidator, MaxValueValidator, URLValidator)) for each in field.validators
    )


WORDS = {True: Verdict.YES, False: Verdict.NO, None: Verdict.UNKNOWN}


def test_there_is_enough_to_compare():
    assert len(SERIALIZERS) + len(FORMS) >= 24


def kind_of(field):
    """The type of a field, without the project's own classes."""
    return None if field.nested else field.type


def real_kind_of(field):
    if isinstance(field, serializers.ManyRelatedField):
        return f"list[{type(field.child_relation).__name__}]"
    return None if isinstance(field, serializers.BaseSerializer) else type(field).__name__


@pytest.mark.parametrize("name", SERIALIZERS)
def test_serializers(name):
    real, shape = SAMPLES[name]
    fields = real().fields
    assert shape.complete
    assert sorted(each.name for each in shape.fields) == sorted(fields)
    assert {each.name: each.required for each in shape.fields} == {
        key: field.required for key, field in fields.items()
    }
    assert {each.name for each in shape.fields if each.read_only} == {
        key for key, field in fields.items() if field.read_only
    }
    assert {each.name for each in shape.fields if each.write_only} == {
        key for key, field in fields.items() if field.write_only
    }
    taken = {key: field for key, field in fields.items() if not field.read_only}
    assert {each.name: kind_of(each) for each in shape.fields if each.name in taken} == {
        key: real_kind_of(field) for key, field in taken.items()
    }
    assert {each.name: each.bounded for each in shape.fields if each.name in taken} == {
        key: WORDS[is_bounded(field)] for key, field in taken.items()
    }


@pytest.mark.parametrize("name", FORMS)
def test_forms(name):
    real, shape = SAMPLES[name]
    fields = real().fields
    assert shape.complete
    assert sorted(each.name for each in shape.fields) == sorted(fields)
    assert {each.name: each.required for each in shape.fields} == {
        key: field.required for key, field in fields.items()
    }
    assert {each.name for each in shape.fields if each.secret} == {
        key for key, field in fields.items() if isinstance(field.widget, forms.PasswordInput)
    }
    model = getattr(getattr(real, "_meta", None), "model", None)
    checks = {each.name: each.validators for each in model._meta.fields} if model else {}

    def bounded(key, field):
        by_model = any(isinstance(each, MaxValueValidator) for each in checks.get(key, ()))
        return WORDS[by_model or is_bounded(field)]

    assert {each.name: each.bounded for each in shape.fields} == {
        key: bounded(key, field) for key, field in fields.items()
    }
