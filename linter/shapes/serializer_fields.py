"""Which field of REST framework stands for a field of a model."""

from __future__ import annotations

from linter.shapes.django_models import ModelField

_FIELDS = {
    **dict.fromkeys(("BigAutoField", "PositiveBigIntegerField"), "BigIntegerField"),
    **dict.fromkeys(
        ("AutoField", "SmallAutoField", "SmallIntegerField", "PositiveIntegerField"), "IntegerField"
    ),
    "PositiveSmallIntegerField": "IntegerField",
    **dict.fromkeys(("TextField", "CICharField", "CITextField", "CommaSeparatedIntegerField"), "CharField"),
    "CIEmailField": "EmailField",
    "NullBooleanField": "BooleanField",
    "GenericIPAddressField": "IPAddressField",
    "ArrayField": "ListField",
}
_SAME = """
    BigIntegerField BooleanField CharField DateField DateTimeField DecimalField DurationField EmailField
    FileField FloatField ImageField IntegerField SlugField TimeField URLField UUIDField FilePathField
    JSONField HStoreField
"""
_NAMED_ALIKE = frozenset(_SAME.split())


def related_field(is_many: bool, by_address: bool, nested: bool) -> str:
    """The class of a serializer's field for a relation, from either side of it."""
    related = "HyperlinkedRelatedField" if by_address else "PrimaryKeyRelatedField"
    related = "NestedSerializer" if nested else related
    return f"list[{related}]" if is_many else related


def serializer_field(field: ModelField, by_address: bool, nested: bool) -> str:
    """The class of a serializer's field for a field of a model, as it is shown.

    `by_address` says that relations are given by their address, `nested` that they are given as objects.
    """
    if field.is_relation:
        return related_field(field.is_many, by_address, nested)
    if field.choices and field.kind != "ArrayField":
        return "ChoiceField"
    return field.kind if field.kind in _NAMED_ALIKE else _FIELDS.get(field.kind, "ModelField")
