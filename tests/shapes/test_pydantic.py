"""Pydantic models: what is read from source against what Pydantic itself says."""

import pytest

from linter.backend import Verdict
from tests.shapes.reading import read, shapes_in

MODELS = read("pydantic_models")
CLOSED_FORMATS = {"date", "date-time", "time", "duration", "uuid", "email"}


def bounded(schema, definitions):
    """Whether JSON schema limits a value; None for an object of its own and for what it can't say."""
    if "$ref" in schema:
        return bounded(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "enum" in schema or "const" in schema or schema.get("type") in ("boolean", "null"):
        return True
    members = schema.get("anyOf") or schema.get("oneOf")
    if members:
        return every(bounded(member, definitions) for member in members)
    match schema.get("type"):
        case "string":
            if "maxLength" not in schema and "pattern" in schema:
                return None
            return "maxLength" in schema or schema.get("format") in CLOSED_FORMATS
        case "integer" | "number":
            return "maximum" in schema or "exclusiveMaximum" in schema
        case "array":
            items = [*schema.get("prefixItems", ()), *([schema["items"]] if "items" in schema else ())]
            return every(["maxItems" in schema, *(bounded(item, definitions) for item in items)])
        case "object":
            return None if "properties" in schema else False
        case _:
            return False


def every(verdicts):
    found = list(verdicts)
    return False if False in found else None if None in found else True


@pytest.mark.parametrize("name", sorted(MODELS))
def test_fields_are_those_of_pydantic(name):
    model, shape = MODELS[name]
    computed = model.model_computed_fields
    assert [each.name for each in shape.fields if not each.read_only] == list(model.model_fields)
    assert {each.name for each in shape.fields if each.read_only} == set(computed)
    assert shape.complete
    assert shape.extra == (model.model_config.get("extra") or "ignore")


@pytest.mark.parametrize("name", sorted(MODELS))
def test_fields_are_required_as_pydantic_requires_them(name):
    model, shape = MODELS[name]
    real = {field: info.is_required() for field, info in model.model_fields.items()}
    assert {each.name: each.required for each in shape.fields if not each.read_only} == real


@pytest.mark.parametrize("name", sorted(MODELS))
def test_aliases_are_those_of_pydantic(name):
    model, shape = MODELS[name]
    for each in shape.fields:
        info = model.model_fields.get(each.name)
        if info is not None:
            alias = info.validation_alias or info.alias or each.name
            assert each.alias == getattr(alias, "choices", [alias])[0]


UNSAID = {
    ("WithAnnotated", "i"): Verdict.UNKNOWN,  # A function validates it.
    ("Validated", "short"): Verdict.YES,  # A method refuses long text.
    ("Validated", "other"): Verdict.UNKNOWN,
    ("Validated", "number"): Verdict.YES,
    ("Bounded", "g"): Verdict.YES,  # JSON schema has no digits.
    ("Constrained", "f"): Verdict.YES,  # An anchored pattern without repetition limits its text.
    ("Patterns", "a"): Verdict.YES,
    ("Pair", "left"): Verdict.UNKNOWN,  # A type variable may be anything.
    ("MidPair", "left"): Verdict.UNKNOWN,
}


@pytest.mark.parametrize("name", sorted(set(MODELS) - {"Odd"}))
def test_bounds_are_those_of_the_json_schema(name):
    model, shape = MODELS[name]
    schema = model.model_json_schema(by_alias=False)
    definitions = schema.get("$defs", {})
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    properties = schema.get("properties", {"root": schema})
    words = {True: Verdict.YES, False: Verdict.NO, None: Verdict.UNKNOWN}
    found = {each.name: each.bounded for each in shape.fields if each.name in properties}
    real = {
        field: UNSAID.get((name, field), words[bounded(properties[field], definitions)]) for field in found
    }
    assert found == real


def nested(name, field):
    found = MODELS[name][1].field(field)
    return [cls.scope.qualname for cls in found.nested], found.many


def test_nested_shapes():
    assert nested("Tree", "leaf") == (["Leaf"], False)
    assert nested("Tree", "leaves") == (["Leaf"], True)
    assert nested("Tree", "by_name") == (["Leaf"], True)
    assert nested("Tree", "parent") == (["Tree"], False)
    assert nested("Tree", "late") == (["Later"], False)
    assert nested("Owner", "pet") == (["Cat", "Dog"], False)
    assert nested("Owner", "pets") == (["Cat", "Dog"], True)
    assert nested("Owner", "tagged") == (["Cat", "Dog"], False)
    assert nested("LeafPage", "items") == (["Leaf"], True)
    assert nested("Outer", "many") == (["Outer.Inner"], True)
    assert nested("Plain", "h") == ([], False)


def test_type_arguments_reach_the_fields_of_generic_bases():
    assert MODELS["EndPair"][1].field("left").bounded is Verdict.YES
    assert MODELS["NamePage"][1].field("items").bounded is Verdict.NO


def test_secrets_and_what_is_only_written():
    assert [each.secret for each in MODELS["Secrets"][1].fields] == [True, True, True]
    assert [each.write_only for each in MODELS["Written"][1].fields] == [True, False]
    assert not any(each.secret for each in MODELS["Plain"][1].fields)


def test_models_of_version_1():
    shapes = shapes_in(
        "from typing import Optional\n"
        "from pydantic import BaseModel, Extra, Field, constr, validator\n"
        "class Order(BaseModel):\n"
        "    id: int\n"
        "    note: Optional[str]\n"
        "    code: constr(max_length=4, regex='x')\n"
        "    count = 3\n"
        "    tags: list[int] = Field([], max_items=5)\n"
        "    class Config:\n"
        "        extra = Extra.forbid\n"
    )
    order = shapes["Order"]
    assert [(each.name, each.required) for each in order.fields] == [
        *[("id", True), ("note", False), ("code", True), ("count", False), ("tags", False)]
    ]
    assert order.extra == "forbid"
    assert order.field("code").bounded is Verdict.YES


def test_sqlmodel():
    shapes = shapes_in(
        "from sqlmodel import Field, Relationship, SQLModel\n"
        "class Base(SQLModel):\n"
        "    mail: str = Field(max_length=255, unique=True)\n"
        "    name: str | None = Field(default=None)\n"
        "class User(Base, table=True):\n"
        "    id: int | None = Field(default=None, primary_key=True)\n"
        "    items: list['Item'] = Relationship(back_populates='owner')\n"
        "class Item(Base):\n"
        "    pass\n"
    )
    user = shapes["User"]
    assert user.library == "sqlmodel"
    assert [(each.name, each.required) for each in user.fields] == [
        ("mail", True),
        ("name", False),
        ("id", False),
    ]


def test_classes_that_refer_to_themselves_end():
    shapes = shapes_in(
        "from __future__ import annotations\n"
        "from typing import Union\n"
        "from pydantic import BaseModel\n"
        "class Loop(Loop): pass\n"
        "class A(B, BaseModel): x: int\n"
        "class B(A): y: Again\n"
        "Again = list['Again']\n"
        "class C(BaseModel): again: Again\n"
        + "".join(f"T{n} = Union[T{n + 1}, list[T{n + 1}], dict[str, T{n + 1}]]\n" for n in range(40))
        + "class D(BaseModel): wide: T0\n"
        + "class E0(BaseModel): x: int\n"
        + "".join(f"class E{n}(E{n - 1}): pass\n" for n in range(1, 300))
        + "class F0(BaseModel): x: int\nclass G0(BaseModel): y: int\n"
        + "".join(
            f"class F{n}(F{n - 1}, G{n - 1}): pass\nclass G{n}(F{n - 1}, G{n - 1}): pass\n"
            for n in range(1, 30)
        )
    )
    assert shapes["C"].field("again") is not None
    assert shapes["D"].field("wide") is not None
    assert [each.name for each in shapes["E20"].fields] == ["x"]
    assert {each.name for each in shapes["F29"].fields} == {"x", "y"}
